namespace Assay.Usage.Logs;

/// <summary>A line that gave no record, or gave one with a reservation: where it stands and why.</summary>
public readonly record struct LineNote(string Path, long Line, string Reason);

/// <summary>How the reading of one file went. Nothing is dropped without being counted here.</summary>
public sealed class FileReading(string path)
{
    /// <summary>How many notes of each kind are kept with their place; the rest are only counted.</summary>
    public const int NotesKept = 20;

    public string Path { get; } = path;
    public long Lines { get; internal set; }
    public long Records { get; internal set; }

    /// <summary>Lines, and elements of lines that list records, that gave none.</summary>
    public long SkippedLines { get; private set; }

    /// <summary>Records whose top-level counts and body disagree; the top level was used.</summary>
    public long Differences { get; private set; }

    /// <summary>Why the rest of the file could not be read; null when it was read to its end.</summary>
    public string? Stopped { get; internal set; }

    public List<LineNote> FirstSkipped { get; } = [];
    public List<LineNote> FirstDifferences { get; } = [];

    long lastSkipped;

    /// <summary>The reading of a file that could not even be opened.</summary>
    public static FileReading Unreadable(string path, string reason) => new(path) { Stopped = reason };

    internal void Skip(long line, string reason)
    {
        // A line of several elements is one line, however many of them are bad.
        if (line != lastSkipped) SkippedLines++;
        lastSkipped = line;
        if (FirstSkipped.Count < NotesKept) FirstSkipped.Add(new(Path, line, OneLine(reason)));
    }

    internal void Differ(long line, string reason)
    {
        Differences++;
        if (FirstDifferences.Count < NotesKept) FirstDifferences.Add(new(Path, line, reason));
    }

    // A reason may quote the log, and a log may hold line ends and the escape codes of a terminal.
    static string OneLine(string reason) =>
        reason.Any(char.IsControl) ? new([.. reason.Select(c => char.IsControl(c) ? '\uFFFD' : c)]) : reason;
}
