using System.Text;
using Assay.Usage.Logs;

namespace Assay.Usage.Batches;

/// <summary>What the user says of batch jobs whose files do not say it themselves.</summary>
/// <param name="ModelId">The model in any form a log may hold; a profile's prefix decides the scope.</param>
public sealed record BatchStatement(string ModelId, string Region, Caller Caller)
{
    public static readonly BatchStatement Nothing = new("", "", Caller.Nobody);
}

/// <summary>A file of a batch job.</summary>
/// <param name="Open">Opens it, decompressed.</param>
/// <param name="Time">When it was written, UTC: the day of what nothing else dates.</param>
public sealed record BatchFile(string Path, Func<Stream> Open, DateTime Time);

/// <summary>What the records of a job add up to.</summary>
public sealed record BatchTotals
{
    public long Succeeded { get; internal set; }
    public long Failed { get; internal set; }

    /// <summary>Records that succeeded and whose output counts no tokens.</summary>
    public long Uncounted { get; internal set; }

    /// <summary>Everything the model read, from the cache or not.</summary>
    public long PromptTokens { get; internal set; }

    /// <summary>What it read apart from cache tokens.</summary>
    public long InputTokens { get; internal set; }
    public long OutputTokens { get; internal set; }
}

/// <summary>How the reading of one job went.</summary>
/// <param name="Differences">Where the records do not add up to what the manifest says, in words.</param>
public sealed record BatchJobReading(string Folder, BatchManifest? Manifest, BatchTotals Totals, IReadOnlyList<string> Differences);

/// <summary>How the reading of batch output went.</summary>
public sealed record BatchReading(IReadOnlyList<FileReading> Files, IReadOnlyList<BatchJobReading> Jobs);

/// <summary>
/// Reads what CreateModelInvocationJob leaves behind: <c>NAME.jsonl.out</c> with one answered record a line, and
/// <c>manifest.json.out</c> with their sums; beside them perhaps what GetModelInvocationJob says of the job, saved as JSON.
/// Records are of mode batch. https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-results.html
/// </summary>
public sealed class BatchOutputReader(LogReaderOptions options, BatchStatement stated)
{
    // One of a record's members stands at its very start.
    const int SignsWithin = 200;

    /// <summary>True for the first bytes of a file of a batch job: its output, its manifest, or its description.</summary>
    public static bool IsBatchFile(ReadOnlySpan<byte> start) => IsOutput(start) || BatchManifest.Is(start) || BatchDescription.Is(start);

    static bool IsOutput(ReadOnlySpan<byte> start)
    {
        start = start.TrimStart("\uFEFF \r\n\t"u8);
        if (start.Length > SignsWithin) start = start[..SignsWithin];
        return start is [(byte)'{', ..] && (start.IndexOf("\"modelInput\""u8) > 0 || start.IndexOf("\"modelOutput\""u8) > 0
            || start.IndexOf("\"recordId\""u8) > 0);
    }

    /// <summary>Reads the files of one or more jobs, folder by folder, in ordinal order of their paths.</summary>
    /// <param name="deliver">Called with records in the order of their lines.</param>
    public BatchReading Read(IReadOnlyList<BatchFile> files, RecordBatch deliver, CancellationToken cancel)
    {
        List<FileReading> readings = [];
        List<BatchJobReading> jobs = [];
        foreach (var folder in files.OrderBy(f => f.Path, StringComparer.Ordinal).GroupBy(f => FolderOf(f.Path)))
            if (ReadJob(folder.Key, [.. folder], readings, deliver, cancel) is { } job) jobs.Add(job);
        return new(readings, jobs);
    }

    BatchJobReading? ReadJob(string folder, BatchFile[] files, List<FileReading> readings, RecordBatch deliver, CancellationToken cancel)
    {
        BatchManifest? manifest = null;
        BatchDescription? description = null;
        List<BatchFile> outputs = [];
        foreach (var file in files)
        {
            var reading = new FileReading(file.Path);
            try
            {
                using var stream = file.Open();
                var start = new byte[64 * 1024];
                var content = start.AsSpan(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
                if (IsOutput(content)) { outputs.Add(file); continue; }
                if (BatchManifest.Is(content)) manifest = BatchManifest.Read(content);
                else if (BatchDescription.Is(content)) description = BatchDescription.Read(content);
                else reading.Stopped = "no file of a batch job";
                reading.Lines = 1;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
            {
                reading.Stopped = fault.Message;
            }
            readings.Add(reading);
        }
        if (outputs.Count == 0) return null;
        var totals = new BatchTotals();
        var isWhole = true;
        foreach (var file in outputs)
        {
            var reading = new OutputFile(options, Job(folder, file, description, manifest), totals).Read(file, deliver, cancel);
            isWhole &= reading.Stopped is null;
            readings.Add(reading);
        }
        return new(folder, manifest, totals, manifest is null || !isWhole ? [] : [.. manifest.Differences(totals)]);
    }

    BatchJob Job(string folder, BatchFile file, BatchDescription? description, BatchManifest? manifest) => new(
        First(description?.ModelId, manifest?.ModelId, stated.ModelId, ModelIn(file.Path)),
        First(description?.Region, stated.Region, RegionIn(file.Path)),
        stated.Caller with
        {
            Account = First(description?.Account, stated.Caller.Account),
            Principal = First(description?.Principal, stated.Caller.Principal),
        },
        description?.Time ?? file.Time, First(description?.JobId, folder[(folder.LastIndexOf('/') + 1)..]));

    static string First(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
            if (text is { Length: > 0 }) return text;
        return "";
    }

    // A folder may be named after the model; colons do not survive everywhere.
    string ModelIn(string path)
    {
        foreach (var part in path.Split('/'))
        {
            var (_, bare) = ModelIdentity.SplitScope(part);
            if (options.Catalog.Find(bare) is not null) return part;
            if (options.Catalog.Models.FirstOrDefault(m => m.Id.Replace(':', '_') == bare || m.Id.Replace(':', '-') == bare) is { } model)
                return part[..^bare.Length] + model.Id;
        }
        return "";
    }

    static string RegionIn(string path) => path.Split('/').FirstOrDefault(IsRegion) ?? "";

    static bool IsRegion(string text) => text.Split('-') is { Length: 3 or 4 } parts && parts[0].Length == 2 && parts[^1].Length == 1
        && char.IsAsciiDigit(parts[^1][0]) && parts[..^1].All(p => p.Length >= 2 && p.All(char.IsAsciiLetterLower));

    static string FolderOf(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? "" : path[..slash];
    }
}

/// <summary>What is known of a job when its records are read.</summary>
sealed record BatchJob(string ModelId, string Region, Caller Caller, DateTime Time, string Id);

/// <summary>One <c>.jsonl.out</c>.</summary>
sealed class OutputFile(LogReaderOptions options, BatchJob job, BatchTotals totals)
{
    // Records carry their input, images included.
    const int LineMax = 64 * 1024 * 1024;
    const int BatchSize = 128;

    readonly NameTable names = new();
    readonly Dictionary<string, CallKind> kinds = new(StringComparer.Ordinal);
    readonly UsageRecord[] batch = new UsageRecord[BatchSize];

    public FileReading Read(BatchFile file, RecordBatch deliver, CancellationToken cancel)
    {
        var reading = new FileReading(file.Path);
        if (job.Region.Length == 0)
        {
            reading.Stopped = "batch output that names no region; say it with --batch MODEL@REGION, or save what "
                + "'aws bedrock get-model-invocation-job' prints beside it";
            return reading;
        }
        var into = new BatchWriter(batch, deliver);
        try
        {
            using var stream = file.Open();
            ReadLines(stream, reading, ref into, cancel);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            reading.Stopped = $"{fault.Message.TrimEnd('.')} after line {reading.Lines}";
        }
        into.Flush();
        return reading;
    }

    void ReadLines(Stream stream, FileReading reading, ref BatchWriter into, CancellationToken cancel)
    {
        var buffer = new byte[1024 * 1024];
        int start = 0, filled = 0;
        var tooLong = false;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (filled == buffer.Length - JsonScanner.Padding) MakeRoom(ref buffer, ref start, ref filled, ref tooLong);
            var read = stream.Read(buffer, filled, buffer.Length - JsonScanner.Padding - filled);
            filled += read;
            while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                Line(buffer, start, start + length, tooLong, reading, ref into);
                (start, tooLong) = (start + length + 1, false);
            }
            if (read > 0) continue;
            if (start < filled || tooLong) Line(buffer, start, filled, tooLong, reading, ref into);
            return;
        }
    }

    static void MakeRoom(ref byte[] buffer, ref int start, ref int filled, ref bool tooLong)
    {
        if (start == 0 && buffer.Length > LineMax)
        {
            (filled, tooLong) = (0, true);
            return;
        }
        buffer.AsSpan(start, filled - start).CopyTo(buffer);
        (start, filled) = (0, filled - start);
        if (filled > buffer.Length / 2) Array.Resize(ref buffer, buffer.Length * 2);
    }

    void Line(byte[] buffer, int start, int end, bool tooLong, FileReading reading, ref BatchWriter into)
    {
        reading.Lines++;
        if (tooLong)
        {
            reading.Skip(reading.Lines, $"the line is longer than {LineMax / (1024 * 1024)} MB");
            return;
        }
        if (reading.Lines == 1 && buffer.AsSpan(start, end - start).StartsWith(Encoding.UTF8.Preamble)) start += 3;
        if (buffer.AsSpan(start, end - start).Trim(" \r\t"u8).IsEmpty) return;
        var json = new JsonScanner(buffer, start, end);
        if (Parse(ref json, reading, out var draft) && Finish(ref draft, reading) is { } record) into.Add(record);
        else reading.Skip(reading.Lines, json.Fault ?? draft.Fault ?? "unreadable");
    }

    struct Draft
    {
        public BodyUsage Body;
        public string? RecordId, Model, Error, Fault;
        public bool HasOutput;
    }

    bool Parse(ref JsonScanner json, FileReading reading, out Draft draft)
    {
        draft = new Draft { Body = BodyUsage.Unsaid };
        if (json.Peek() != (byte)'{') return json.Fail("this is not a JSON object");
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var good = name.Length switch
            {
                8 when name.SequenceEqual("recordId"u8) => Text(ref json, ref draft.RecordId),
                7 when name.SequenceEqual("modelId"u8) => Text(ref json, ref draft.Model),
                5 when name.SequenceEqual("error"u8) => Error(ref json, ref draft),
                11 when name.SequenceEqual("modelOutput"u8) => Output(ref json, ref draft),
                _ => json.Skip(),
            };
            if (!good) return false;
        }
        return json.Fault is null && (json.AtEnd || json.Fail("something stands after the record"));
    }

    static bool Text(ref JsonScanner json, ref string? into)
    {
        if (!json.TakeText(out var text)) return false;
        if (!text.IsEmpty) into = Encoding.UTF8.GetString(text);
        return true;
    }

    // {"errorCode":400,"errorMessage":"bad request"}
    static bool Error(ref JsonScanner json, ref Draft draft)
    {
        draft.Error = "error";
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            if (!name.SequenceEqual("errorCode"u8)) { if (!json.Skip()) return false; continue; }
            if (json.Peek() == (byte)'"') { if (!Text(ref json, ref draft.Error)) return false; continue; }
            if (!json.TakeCount("errorCode", out var code)) return false;
            draft.Error = code.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        return json.Fault is null;
    }

    bool Output(ref JsonScanner json, ref Draft draft)
    {
        if (json.Peek() is not ((byte)'{' or (byte)'[')) return json.Skip();
        draft.HasOutput = true;
        var look = json;
        if (draft.Model is null && look.Peek() == (byte)'{') draft.Model = ModelOf(ref look);
        return BodyReader.Read(ref json, ref draft.Body, names);
    }

    // Claude's answers say which model gave them, by its maker's name.
    string? ModelOf(ref JsonScanner json)
    {
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            if (!name.SequenceEqual("model"u8)) { if (!json.Skip()) return null; continue; }
            string? said = null;
            if (!Text(ref json, ref said) || said is null) return null;
            if (options.Catalog.Find(said) is not null) return said;
            return options.Catalog.Models.FirstOrDefault(m => m.Id == $"anthropic.{said}"
                || m.Id.StartsWith($"anthropic.{said}-v", StringComparison.Ordinal))?.Id;
        }
        return null;
    }

    UsageRecord? Finish(ref Draft draft, FileReading reading)
    {
        if (!draft.HasOutput && draft.Error is null) return Refuse(ref draft, "no record of a batch job: neither modelOutput nor error");
        var modelId = job.ModelId.Length > 0 ? job.ModelId : draft.Model ?? "";
        if (modelId.Length == 0 && draft.HasOutput)
            return Refuse(ref draft, "names no model; say it with --batch MODEL@REGION");
        var kind = kinds.TryGetValue(modelId, out var known) ? known : kinds[modelId] = KindOf(modelId);
        reading.Records++;
        var id = RequestId.Parse($"batch/{job.Id}/{draft.RecordId ?? $"{reading.Path}:{reading.Lines}"}");
        if (!draft.HasOutput)
        {
            totals.Failed++;
            return new UsageRecord(kind) { RequestId = id, Time = job.Time, ErrorCode = draft.Error };
        }
        var counts = RecordParser.CountsOf(draft.Body);
        var tokens = RecordParser.TokensOf(counts, kind.Model.Facts, reading);
        var amounts = RecordParser.AmountsOf(counts, draft.Body.Images, reading);
        totals.Succeeded++;
        if (tokens.IsNone && amounts is null)
        {
            totals.Uncounted++;
            reading.Differ(reading.Lines, "the output counts no tokens; what it cost cannot be told");
        }
        totals.InputTokens += tokens.Input;
        totals.PromptTokens += tokens.Prompt;
        totals.OutputTokens += tokens.Output;
        return new UsageRecord(kind)
        {
            RequestId = id, Time = job.Time, Tokens = tokens, Amounts = amounts, StopReason = draft.Body.StopReason?.Text,
        };
    }

    static UsageRecord? Refuse(ref Draft draft, string reason)
    {
        draft.Fault = reason;
        return null;
    }

    CallKind KindOf(string modelId)
    {
        var profile = options.Profiles.GetValueOrDefault(modelId);
        string Or(string own, string? mapped) => own.Length > 0 ? own : mapped ?? "";
        var caller = job.Caller with
        {
            App = Or(job.Caller.App, profile?.App), Team = Or(job.Caller.Team, profile?.Team), Env = Or(job.Caller.Env, profile?.Env),
        };
        return new(caller, job.Region, ModelIdentity.Resolve(modelId, options.Catalog, options.Profiles), "CreateModelInvocationJob")
        {
            Mode = Mode.Batch,
        };
    }
}
