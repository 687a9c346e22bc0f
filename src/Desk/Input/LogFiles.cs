namespace Assay.Desk.Input;

/// <summary>A file that was passed over whole, and why.</summary>
public sealed record SkippedFile(string Path, string Reason);

/// <summary>What a file holds.</summary>
enum FileContent : byte
{
    /// <summary>Invocation logs, or nothing known: whoever reads it will tell.</summary>
    Log,
    Bill, BatchOutput, Ledger,
}

/// <summary>A file to read. <see cref="Path"/> is as the user would name it; <c>-</c> is standard input.</summary>
public sealed record LogFile(string Path)
{
    public const string StandardInput = "-";

    /// <summary>Opens the content, decompressed when it is gzip by its first bytes, whatever its name.</summary>
    public Stream Open()
    {
        var raw = Path == StandardInput
            ? Console.OpenStandardInput()
            : new FileStream(Path,
                new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0, Share = FileShare.ReadWrite });
        var counted = new SniffedStream(raw);
        return counted.IsGzip ? new GzipGuard(counted) : counted;
    }
}

/// <summary>The logs under the paths a user gave, in ordinal order, so that every run reads the same bytes in the same order.</summary>
public sealed class LogFiles
{
    // S3 holds long bodies under data/ beside the logs, and an empty key that proves the bucket can be written.
    const string BodiesFolder = "data";
    const string PermissionCheck = "amazon-bedrock-logs-permission-check";

    readonly List<LogFile> files = [];
    readonly List<SkippedFile> skipped = [];

    /// <summary>The invocation logs.</summary>
    public IReadOnlyList<LogFile> Files => files;

    /// <summary>The bills: CUR, FOCUS, Cost Explorer.</summary>
    public IReadOnlyList<string> Bills { get; private set; } = [];

    /// <summary>Output of batch jobs.</summary>
    public IReadOnlyList<string> BatchOutputs { get; private set; } = [];

    /// <summary>Ledgers.</summary>
    public IReadOnlyList<string> Ledgers { get; private set; } = [];

    public IReadOnlyList<SkippedFile> Skipped => skipped;

    /// <summary>True when there is something beside logs.</summary>
    public bool HaveOthers => Count > files.Count;

    /// <summary>Files of any kind.</summary>
    public int Count => files.Count + Bills.Count + BatchOutputs.Count + Ledgers.Count;

    readonly List<SkippedFile> bodiesUnread = [];

    /// <summary>Long bodies that were asked for and could not be read, by path.</summary>
    public IReadOnlyList<SkippedFile> BodiesUnread => [.. bodiesUnread.OrderBy(b => b.Path, StringComparer.Ordinal)];

    /// <summary>Notes a body that could not be read. Readers call it side by side.</summary>
    public void NoteUnread(string s3Path, Exception? fault)
    {
        lock (bodiesUnread) bodiesUnread.Add(new(s3Path, fault is null ? "too long for a prompt" : Reason(fault)));
    }

    /// <summary>Long bodies kept beside the logs: known, and not logs.</summary>
    public int BodyFiles { get; private set; }

    // By file name, which holds the request's id.
    Dictionary<string, string> bodies = new(StringComparer.Ordinal);

    /// <summary>
    /// Opens a long body that lies beside the logs, by its path on S3: <c>s3://bucket/…/data/ID_input.json.gz</c>; null where it does
    /// not.
    /// </summary>
    public Stream? OpenBody(string s3Path) =>
        bodies.TryGetValue(s3Path[(s3Path.LastIndexOf('/') + 1)..], out var path) ? new LogFile(path).Open() : null;

    /// <exception cref="InputException">A path does not exist.</exception>
    public static LogFiles Under(IEnumerable<string> paths)
    {
        var found = new LogFiles();
        foreach (var path in paths.Distinct(StringComparer.Ordinal))
        {
            if (path == LogFile.StandardInput) found.files.Add(new(path));
            else if (Directory.Exists(path)) found.Walk(path, depth: 0);
            else if (File.Exists(path) && IsEstate(path))
                throw new InputException($"'{path}' is an estate, and this command reads logs: a file, a folder, or '-' for standard "
                    + "input. 'assay model' bills an estate, 'assay compare' takes it elsewhere.");
            else if (File.Exists(path)) found.Add(path);
            else if (path.StartsWith('-'))
                throw new InputException($"'{path}' is not an option of this command; its --help lists them. "
                    + $"A file of that name is './{path}'.");
            else
                throw new InputException($"'{path}' does not exist. "
                    + "Give a log file, a folder of logs, or '-' for standard input; 'assay demo' shows a sample.");
        }
        var distinct = found.files.DistinctBy(f => f.Path == LogFile.StandardInput ? f.Path : Path.GetFullPath(f.Path)).ToList();
        found.files.Clear();
        var ordered = distinct.OrderBy(f => f.Path, StringComparer.Ordinal).ToLookup(f => FileContents.Of(f.Path));
        found.files.AddRange(ordered[FileContent.Log]);
        found.Bills = [.. ordered[FileContent.Bill].Select(f => f.Path)];
        found.BatchOutputs = [.. ordered[FileContent.BatchOutput].Select(f => f.Path)];
        found.Ledgers = [.. ordered[FileContent.Ledger].Select(f => f.Path)];
        return found;
    }

    /// <summary>The same without some of the files.</summary>
    public LogFiles Without(Func<LogFile, bool> left)
    {
        var rest = new LogFiles { BodyFiles = BodyFiles, bodies = bodies, Bills = Bills, BatchOutputs = BatchOutputs, Ledgers = Ledgers };
        rest.files.AddRange(files.Where(f => !left(f)));
        rest.skipped.AddRange(skipped);
        return rest;
    }

    /// <summary>All but the bills.</summary>
    public LogFiles WithoutBills()
    {
        var rest = OnlyLogs();
        (rest.BatchOutputs, rest.Ledgers) = (BatchOutputs, Ledgers);
        return rest;
    }

    /// <summary>The logs alone.</summary>
    public LogFiles OnlyLogs()
    {
        var logs = new LogFiles { BodyFiles = BodyFiles, bodies = bodies };
        logs.files.AddRange(files);
        logs.skipped.AddRange(skipped);
        return logs;
    }

    void Walk(string folder, int depth)
    {
        const int deepest = 64;
        if (depth > deepest) { skipped.Add(new(folder, "folders nested too deeply; a link may lead back to its parent")); return; }
        string[] entries;
        try
        {
            entries = Directory.GetFileSystemEntries(folder);
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException)
        {
            skipped.Add(new(folder, Reason(denied)));
            return;
        }
        foreach (var entry in entries)
        {
            var name = Path.GetFileName(entry);
            if (Directory.Exists(entry))
            {
                if (new DirectoryInfo(entry).LinkTarget is not null)
                    skipped.Add(new(entry, "a link to a folder; give its target as a path of its own"));
                else if (name == BodiesFolder && folder.Contains("BedrockModelInvocationLogs", StringComparison.Ordinal))
                    CountBodies(entry);
                else Walk(entry, depth + 1);
            }
            else if (name != PermissionCheck) Add(entry);
        }
    }

    /// <summary>True for the path of an estate, by its name.</summary>
    public static bool IsEstate(string path) => Path.GetExtension(path) is ".yaml" or ".yml";

    void Add(string path)
    {
        if (Unopenable(path) is { } reason) skipped.Add(new(path, reason));
        else files.Add(new(path));
    }

    // Opening a named pipe waits for a writer who may never come. What has no length is empty or such a pipe, and either way there is
    // nothing to open; pipes of the shell, as in <(zcat …), stand under /dev and have a writer.
    static string? Unopenable(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (Path.GetFullPath(path) is var full
                && (full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal)))
                return null;
            if (file.LinkTarget is not null)
            {
                if (file.ResolveLinkTarget(returnFinalTarget: true) is not FileInfo { Exists: true } target)
                    return "a link to a file that is not there";
                file = target;
            }
            return file.Length == 0 ? "empty, or a named pipe (feed that to '-')" : null;
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException)
        {
            return Reason(denied);
        }
    }

    void CountBodies(string folder)
    {
        try
        {
            foreach (var body in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                BodyFiles++;
                bodies[Path.GetFileName(body)] = body;
            }
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException) { skipped.Add(new(folder, Reason(denied))); }
    }

    /// <summary>Why a file could not be opened, in words.</summary>
    public static string Reason(Exception fault) => fault switch
    {
        UnauthorizedAccessException => "no permission to read it",
        FileNotFoundException => "it does not exist",
        DirectoryNotFoundException => "its folder does not exist",
        InvalidDataException => "not a sound gzip file",
        _ => fault.Message.TrimEnd('.'),
    };
}

/// <summary>Input that cannot be used at all. The message is one clear line; the command exits with 2.</summary>
public sealed class InputException(string message) : Exception(message);
