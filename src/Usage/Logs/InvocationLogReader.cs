using System.Text;

namespace Assay.Usage.Logs;

/// <summary>Takes records a batch at a time. The span is only valid during the call.</summary>
public delegate void RecordBatch(ReadOnlySpan<UsageRecord> records);

/// <summary>Collects records and hands them on in batches, so that a caller pays for a call once a thousand records.</summary>
struct BatchWriter(UsageRecord[] buffer, RecordBatch deliver)
{
    int count;

    public void Add(in UsageRecord record)
    {
        buffer[count++] = record;
        if (count == buffer.Length) Flush();
    }

    public void Flush()
    {
        if (count > 0) deliver(buffer.AsSpan(0, count));
        count = 0;
    }
}

/// <summary>
/// Reads Bedrock model-invocation logs: JSON lines as S3 and CloudWatch hold them, already decompressed. Reads only the members that
/// carry money. A line that is no record is counted and named in the <see cref="FileReading"/>, and the rest is still read.
/// </summary>
/// <remarks>Keeps names between files, so use one reader for many files; not thread-safe, one a worker.</remarks>
public sealed class InvocationLogReader(LogReaderOptions options)
{
    /// <summary>Longest line read. The service moves bodies over 100 KB elsewhere, so a longer line is no log record.</summary>
    public const int LineMax = 16 * 1024 * 1024;

    // Small enough that a chunk just decompressed is still in the nearest caches when it is parsed.
    const int ChunkSize = 256 * 1024;
    // A batch stays below the size at which the runtime keeps objects apart and cleans up late.
    const int BatchSize = 128;

    // The first bytes of a content tell what it is.
    const int StartLength = 512;

    readonly RecordParser parser = new(options);
    readonly bool byTree = !options.WithContent;
    readonly UsageRecord[] batch = new UsageRecord[BatchSize];
    byte[] buffer = new byte[ChunkSize * 2];
    bool isPretty;

    /// <summary>Lines read along the tree of the lines before, in all files so far.</summary>
    internal long Known => parser.Known;

    /// <summary>Reads a log to its end.</summary>
    /// <param name="path">Names the stream in notes.</param>
    /// <param name="deliver">Called with records in the order of their lines.</param>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    /// <remarks>
    /// Faults of the stream itself (a truncated gzip) end the reading and are named in <see cref="FileReading.Stopped"/>.
    /// </remarks>
    public FileReading Read(Stream log, string path, RecordBatch deliver, CancellationToken cancel)
    {
        var reading = new FileReading(path);
        var into = new BatchWriter(batch, deliver);
        int start = 0, filled = 0;
        bool tooLong = false, isFirst = true;
        var pretty = new PrettyPrinted();
        isPretty = false;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var read = Fill(log, filled, isFirst ? StartLength : 1, out var broken);
            if (isFirst && ForeignContent.Name(buffer.AsSpan(0, Math.Min(read, StartLength))) is { } foreign)
            {
                reading.Stopped = foreign;
                return reading;
            }
            if (isFirst) isPretty = PrettyPrinted.Starts(buffer.AsSpan(0, Math.Min(read, StartLength)));
            if (isPretty) pretty.Fold(buffer.AsSpan(filled, read));
            isFirst = false;
            var isLast = read == 0 || broken is not null;
            filled += read;
            start = ParseLines(start, filled, ref tooLong, reading, ref into);
            if (broken is not null) reading.Stopped = $"{broken.TrimEnd('.')} after line {reading.Lines}";
            if (isLast)
            {
                if (tooLong || (start < filled && reading.Stopped is null))
                    ParseLine(start, filled, ref tooLong, reading, ref into);
                else if (start < filled)
                    reading.Skip(++reading.Lines, "the file ends inside this line");
                break;
            }
            MakeRoom(ref start, ref filled, ref tooLong);
        }
        into.Flush();
        return reading;
    }

    // Reads at least the bytes wanted, unless the stream ends or breaks before.
    int Fill(Stream log, int filled, int wanted, out string? broken)
    {
        broken = null;
        var read = 0;
        try
        {
            while (read < wanted)
            {
                var more = log.Read(buffer, filled + read, buffer.Length - JsonScanner.Padding - filled - read);
                if (more <= 0) break;
                read += more;
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            broken = fault.Message;
        }
        return read;
    }

    int ParseLines(int start, int filled, ref bool tooLong, FileReading reading, ref BatchWriter into)
    {
        while (start < filled)
        {
            // Most lines are like one before: the walk along it finds their end as well.
            if (byTree && !tooLong && !isPretty && parser.TryKnown(buffer, start, filled, reading, ref into) is > 0 and var next)
            {
                start = next;
                continue;
            }
            var length = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n');
            if (length < 0) break;
            ParseLine(start, start + length, ref tooLong, reading, ref into);
            start += length + 1;
        }
        return start;
    }

    void ParseLine(int start, int end, ref bool tooLong, FileReading reading, ref BatchWriter into)
    {
        ParseOne(start, end, ref tooLong, reading, ref into);
        // What is said of a value names the line it begins in.
        if (isPretty) reading.Lines += buffer.AsSpan(start, end - start).Count(PrettyPrinted.FoldedEnd);
    }

    void ParseOne(int start, int end, ref bool tooLong, FileReading reading, ref BatchWriter into)
    {
        reading.Lines++;
        // Asked here too: the end of a line that is too long may arrive together with the rest of it.
        if (tooLong || end - start > LineMax)
        {
            tooLong = false;
            reading.Skip(reading.Lines, $"the line is longer than {LineMax / (1024 * 1024)} MB");
            return;
        }
        if (end > start && buffer[end - 1] == (byte)'\r') end--;
        if (reading.Lines == 1 && buffer.AsSpan(start, end - start).StartsWith(Encoding.UTF8.Preamble)) start += 3;
        if (buffer.AsSpan(start, end - start).IndexOfAnyExcept((byte)' ', (byte)'\t') < 0) return;
        if (!parser.Parse(buffer, start, end, reading, ref into, out var fault)) reading.Skip(reading.Lines, fault ?? "unreadable");
    }

    // Moves the unfinished line to the front; grows for a long one; gives up on one that is too long and waits for its end.
    void MakeRoom(ref int start, ref int filled, ref bool tooLong)
    {
        var rest = filled - start;
        if (tooLong || rest > LineMax)
        {
            tooLong = true;
            (start, filled) = (0, 0);
            return;
        }
        if (start > 0) buffer.AsSpan(start, rest).CopyTo(buffer);
        (start, filled) = (0, rest);
        if (buffer.Length - JsonScanner.Padding - filled < ChunkSize)
            Array.Resize(ref buffer, Math.Min(buffer.Length * 2, LineMax + (2 * ChunkSize)));
    }
}
