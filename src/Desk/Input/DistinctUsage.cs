using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Assay.Usage;
using Assay.Usage.Batches;
using Assay.Usage.Logs;

namespace Assay.Desk.Input;

/// <summary>How the reading of all inputs went: what was counted, passed over, and why.</summary>
public sealed class ReadingSummary
{
    /// <summary>How many skipped lines are named with their place; the rest are counted.</summary>
    public const int LinesNamed = 20;

    public List<SkippedFile> SkippedFiles { get; } = [];
    public List<LineNote> FirstSkippedLines { get; } = [];
    public List<LineNote> FirstDifferences { get; } = [];
    public int Files { get; internal set; }
    public int BodyFiles { get; internal set; }
    public long Records { get; internal set; }
    public long Duplicates { get; internal set; }
    public long SkippedLines { get; private set; }
    public long Differences { get; private set; }

    /// <summary>What the bills among the inputs came to; null when there were none.</summary>
    public BillSummary? Bill { get; internal set; }

    /// <summary>Where the output of batch jobs does not add up to their manifests, in words.</summary>
    public List<string> BatchDifferences { get; } = [];

    internal void Add(FileReading file)
    {
        Records += file.Records;
        SkippedLines += file.SkippedLines;
        Differences += file.Differences;
        foreach (var note in file.FirstSkipped)
            if (FirstSkippedLines.Count < LinesNamed) FirstSkippedLines.Add(note);
        foreach (var note in file.FirstDifferences)
            if (FirstDifferences.Count < LinesNamed) FirstDifferences.Add(note);
        if (file.Stopped is { } stopped) SkippedFiles.Add(new(file.Path, stopped));
        else if (file.Lines == 0) SkippedFiles.Add(new(file.Path, "empty"));
        else if (file.Records == 0 && file.SkippedLines > 0)
            SkippedFiles.Add(new(file.Path, $"no invocation-log record in {file.Lines} {(file.Lines == 1 ? "line" : "lines")}"));
    }
}

/// <summary>
/// The distinct records of many files, in ordinal order of their paths and lines. Files are read by several workers, and delivered
/// in order: the same folder gives the same stream whatever the number of workers.
/// </summary>
public sealed class DistinctUsage(LogReaderOptions options, int workers, int idsInMemoryMax = DistinctUsage.IdsInMemory)
{
    /// <summary>Request ids kept in memory before they spill to disk.</summary>
    public const int IdsInMemory = 768 * 1024;

    public LogReaderOptions Options => options;

    /// <summary>What the user says of batch jobs whose files do not say it.</summary>
    public BatchStatement Batches { get; init; } = BatchStatement.Nothing;

    /// <summary>Reads everything, delivering each request once: the first in order wins.</summary>
    /// <param name="finished">Called after the last records of each file were delivered, in the order of the files.</param>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public ReadingSummary Read(LogFiles logs, RecordBatch deliver, CancellationToken cancel, Action<FileReading>? finished = null)
    {
        var summary = new ReadingSummary { Files = logs.Count, BodyFiles = logs.BodyFiles };
        summary.SkippedFiles.AddRange(logs.Skipped);
        using var seen = new RequestIdSet(idsInMemoryMax, ScratchFile);
        var distinct = new List<UsageRecord>();

        void Distinct(ReadOnlySpan<UsageRecord> records)
        {
            seen.Approach(records);
            for (var i = 0; i < records.Length; i++)
            {
                if (seen.Add(records[i].RequestId.Key)) continue;
                // Duplicates are rare: a batch is handed on as it came until one is met.
                WithoutDuplicates(records, i);
                return;
            }
            deliver(records);
        }

        void WithoutDuplicates(ReadOnlySpan<UsageRecord> records, int firstDuplicate)
        {
            distinct.Clear();
            distinct.AddRange(records[..firstDuplicate]);
            summary.Duplicates++;
            for (var i = firstDuplicate + 1; i < records.Length; i++)
            {
                if (seen.Add(records[i].RequestId.Key)) distinct.Add(records[i]);
                else summary.Duplicates++;
            }
            if (distinct.Count > 0) deliver(CollectionsMarshal.AsSpan(distinct));
        }

        void Finished(FileReading file)
        {
            summary.Add(file);
            finished?.Invoke(file);
        }

        var beside = logs.HaveOthers ? new OtherUsage(options, Batches) : null;
        RecordBatch take = beside is null ? Distinct : records =>
        {
            beside.See(records);
            Distinct(records);
        };
        if (workers <= 1 || logs.Files.Count <= 1) ReadInTurn(logs, take, Finished, cancel);
        else ReadAhead(logs, take, Finished, cancel);
        beside?.Read(logs, summary, take, Finished, cancel);
        summary.SkippedFiles.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return summary;
    }

    void ReadInTurn(LogFiles logs, RecordBatch deliver, Action<FileReading> finished, CancellationToken cancel)
    {
        var reader = new InvocationLogReader(options);
        foreach (var file in logs.Files) finished(ReadFile(reader, file, deliver, cancel));
    }

    static FileReading ReadFile(InvocationLogReader reader, LogFile file, RecordBatch deliver, CancellationToken cancel)
    {
        Stream log;
        try
        {
            log = file.Open();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return FileReading.Unreadable(file.Path, LogFiles.Reason(fault));
        }
        // From here on a fault of the file is the reader's to name; one of the receiver (a full disk, a closed pipe) is not the file's.
        using (log) return reader.Read(log, file.Path, deliver, cancel);
    }

    // Workers take files in order and read them side by side; what they read is taken in order.
    void ReadAhead(LogFiles logs, RecordBatch deliver, Action<FileReading> finished, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var batches = new OrderedBatches(logs.Files.Count, stop.Token);
        var next = -1;
        var tasks = Enumerable.Range(0, Math.Min(workers, logs.Files.Count)).Select(_ => Task.Run(() =>
        {
            var reader = new InvocationLogReader(options);
            int file;
            try
            {
                while ((file = Interlocked.Increment(ref next)) < logs.Files.Count)
                {
                    var mine = file;
                    batches.Complete(mine, ReadFile(reader, logs.Files[mine], records => batches.Add(mine, records), stop.Token));
                }
            }
            catch (Exception)
            {
                // Files no worker is left to read would be waited for in vain.
                stop.Cancel();
                throw;
            }
        }, stop.Token)).ToArray();
        try
        {
            batches.Take(deliver, finished);
        }
        finally
        {
            stop.Cancel();
            try { Task.WaitAll(tasks, CancellationToken.None); }
            catch (AggregateException stopped)
            {
                if (stopped.Flatten().InnerExceptions.FirstOrDefault(e => e is not OperationCanceledException) is { } fault)
                    ExceptionDispatchInfo.Throw(fault);
            }
        }
    }

    static FileStream ScratchFile() => new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), new FileStreamOptions
    {
        Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None,
        Options = FileOptions.DeleteOnClose, BufferSize = 64 * 1024,
    });
}
