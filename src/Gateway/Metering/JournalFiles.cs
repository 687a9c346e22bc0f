using System.IO.Compression;
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

    /// <summary>Every record since a time, each request once.</summary>
    /// <returns>What could not be read, in words; empty as a rule.</returns>
    public static IReadOnlyList<string> Read(
        string folder, DateTime since, LogReaderOptions options, Action<UsageRecord> record, CancellationToken cancel)
    {
        if (!Directory.Exists(folder)) return [];
        List<string> faults = [];
        var reader = new InvocationLogReader(options);
        var seen = new HashSet<UInt128>();
        foreach (var path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            var isPacked = path.EndsWith(JournalPacker.Packed, StringComparison.Ordinal);
            if (!isPacked && !path.EndsWith(".jsonl", StringComparison.Ordinal)) continue;
            // A file holds no line younger than its last change.
            if (File.GetLastWriteTimeUtc(path) < since) continue;
            using var file = File.OpenRead(path);
            using var stream = isPacked ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            var reading = reader.Read(stream, path, batch =>
            {
                foreach (ref readonly var one in batch)
                    if (one.Time >= since && seen.Add(one.RequestId.Key)) record(one);
            }, cancel);
            if (reading.Stopped is { } stopped) faults.Add($"{path}: {stopped}");
            if (reading.SkippedLines > 0) faults.Add($"{path}: {reading.SkippedLines} lines are no records: {reading.FirstSkipped[0].Reason}");
        }
        return faults;
    }
}
