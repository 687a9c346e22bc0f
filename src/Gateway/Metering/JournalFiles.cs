using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Gateway.Metering;

/// <summary>The journal as it was left, read as any invocation log is read.</summary>
static class JournalFiles
{
    /// <summary>
    /// Cuts a last line that a crash left unfinished: its call was not answered, and what it may have cost is held by its lease.
    /// </summary>
    public static void Mend(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var path in Directory.GetFiles(folder, "*.jsonl"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
            var end = LastLineEnd(file);
            if (end < file.Length) file.SetLength(end);
        }
    }

    static long LastLineEnd(FileStream file)
    {
        var buffer = new byte[64 * 1024];
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - buffer.Length);
            file.Position = start;
            var part = buffer.AsSpan(0, (int)(end - start));
            file.ReadExactly(part);
            if (part.LastIndexOf((byte)'\n') is >= 0 and var at) return start + at + 1;
            end = start;
        }
        return 0;
    }

    /// <summary>The files of a journal, as far as they are written now.</summary>
    public static IReadOnlyList<JournalPart> Now(string folder) => !Directory.Exists(folder) ? [] :
    [
        // Looked at twice: a file is packed before the plain one goes, and who looks while that happens may see neither.
        .. Found(folder).Concat(Found(folder)).DistinctBy(f => f.Name).OrderBy(f => f.Name, StringComparer.Ordinal).Select(PartOf),
    ];

    static FileInfo[] Found(string folder) =>
        [.. new DirectoryInfo(folder).GetFiles().Where(f => f.Extension is JournalPacker.Packed or ".jsonl")];

    // Of a file that is being written the last line may be there in part: its call is not settled yet, and is counted when it is. A
    // running gateway packs its files, too: one may go while it is looked at, and is then there packed.
    static JournalPart PartOf(FileInfo found)
    {
        try
        {
            if (found.Extension == JournalPacker.Packed) return new(found.FullName, found.Length, found.LastWriteTimeUtc);
            using var file = new FileStream(found.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new(found.FullName, LastLineEnd(file), found.LastWriteTimeUtc);
        }
        catch (FileNotFoundException)
        {
            return new(found.FullName, long.MaxValue, DateTime.MaxValue);
        }
    }

    /// <summary>Every record since a time, each request once.</summary>
    /// <returns>What could not be read, in words; empty as a rule.</returns>
    public static IReadOnlyList<string> Read(
        IReadOnlyList<JournalPart> files, DateTime since, LogReaderOptions options, Action<UsageRecord> record, CancellationToken cancel)
    {
        List<string> faults = [];
        var reader = new InvocationLogReader(options);
        var seen = new HashSet<UInt128>();
        foreach (var part in files)
        {
            // A file holds no line younger than its last change.
            if (part.Written < since) continue;
            using var stream = Open(part);
            var reading = reader.Read(stream, part.Path, batch =>
            {
                foreach (ref readonly var one in batch)
                    if (one.Time >= since && seen.Add(one.RequestId.Key)) record(one);
            }, cancel);
            if (reading.Stopped is { } stopped) faults.Add($"{part.Path}: {stopped}");
            if (reading.SkippedLines > 0)
                faults.Add($"{part.Path}: {reading.SkippedLines} lines are no records: {reading.FirstSkipped[0].Reason}");
        }
        return faults;
    }

    /// <summary>
    /// What lines leave open, USD by request: the rest of what a call may have cost whose counts nobody said, or all of it where a part has
    /// no price. A reader of invocation logs does not see it, for it is in our own member.
    /// </summary>
    public static IReadOnlyDictionary<UInt128, decimal> LeftOpen(IReadOnlyList<JournalPart> files, DateTime since)
    {
        Dictionary<UInt128, decimal> open = [];
        foreach (var part in files)
        {
            if (part.Written < since) continue;
            try
            {
                using var text = new StreamReader(Open(part));
                while (text.ReadLine() is { } line)
                    if (line.Contains("\"unpriced\":", StringComparison.Ordinal)
                        || line.Contains("\"counts\":\"estimated\"", StringComparison.Ordinal)) Add(line, open);
            }
            catch (Exception damaged) when (damaged is InvalidDataException or IOException)
            {
                // Who reads the records of the file says so.
            }
        }
        return open;
    }

    static void Add(string line, Dictionary<UInt128, decimal> open)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var call = json.RootElement.GetProperty("gateway");
            var isUnpriced = call.TryGetProperty("unpriced", out _);
            if (!isUnpriced && call.GetProperty("counts").GetString() != "estimated") return;
            if (!call.TryGetProperty("at_most_usd", out var most)) return;
            var left = Usd(most) - (isUnpriced ? 0m : Usd(call.GetProperty("cost_usd")));
            if (left > 0m) open[RequestId.Parse(json.RootElement.GetProperty("requestId").GetString()!).Key] = left;
        }
        catch (Exception foreign) when (foreign is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or OverflowException)
        {
            // No line of ours; who reads the records says so.
        }
    }

    static decimal Usd(JsonElement text) => decimal.Parse(text.GetString()!, CultureInfo.InvariantCulture);

    static Stream Open(JournalPart part)
    {
        if (part.Path.EndsWith(JournalPacker.Packed, StringComparison.Ordinal)) return Unpacked(part.Path);
        try
        {
            return new FirstBytes(File.OpenRead(part.Path), part.Length);
        }
        catch (FileNotFoundException) when (File.Exists(part.Path + JournalPacker.Packed))
        {
            return new FirstBytes(Unpacked(part.Path + JournalPacker.Packed), part.Length);
        }
    }

    static GZipStream Unpacked(string path) => new(File.OpenRead(path), CompressionMode.Decompress);
}

/// <summary>A file of the journal, and how far it is to be read.</summary>
/// <param name="Length">Bytes that were written then, where it is not packed.</param>
readonly record struct JournalPart(string Path, long Length, DateTime Written);

/// <summary>The beginning of a file that goes on being written.</summary>
sealed class FirstBytes(Stream file, long left) : Stream
{
    public override int Read(Span<byte> buffer)
    {
        var read = file.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
        left -= read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }
}
