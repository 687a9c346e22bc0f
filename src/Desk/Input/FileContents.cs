using Assay.Ledger.Bills;
using Assay.Usage.Batches;

namespace Assay.Desk.Input;

/// <summary>Tells what files hold by their first bytes, so that a folder of many logs is not opened twice to no purpose.</summary>
static class FileContents
{
    const int StartLength = 512;

    // "DUCK", behind a checksum of eight bytes.
    const int DuckAt = 8;

    public static FileContent Of(string path)
    {
        // What is read once is not looked at before: a pipe of the shell would have lost its start.
        if (path == LogFile.StandardInput || Path.GetFullPath(path) is var full
            && (full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal)))
            return FileContent.Log;
        if (path.EndsWith(".out", StringComparison.Ordinal) || path.EndsWith(".out.gz", StringComparison.Ordinal))
            return FileContent.BatchOutput;
        // Nobody writes a bill as zipped JSON lines; what AWS writes in numbers is that.
        if (path.EndsWith(".json.gz", StringComparison.Ordinal) || path.EndsWith(".jsonl", StringComparison.Ordinal))
            return FileContent.Log;
        Span<byte> start = stackalloc byte[StartLength];
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0, Share = FileShare.ReadWrite });
            start = start[..file.ReadAtLeast(start, StartLength, throwOnEndOfStream: false)];
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            // Whoever reads it says why it cannot be read.
            return FileContent.Log;
        }
        if (start.Length > DuckAt && start[DuckAt..].StartsWith("DUCK"u8)) return FileContent.Ledger;
        if (start.IndexOf("\"schemaType\""u8) >= 0) return FileContent.Log;
        if (BatchOutputReader.IsBatchFile(start)) return FileContent.BatchOutput;
        return MayBeBill(path, start) && Bills.FormatOf(path) is not null ? FileContent.Bill : FileContent.Log;
    }

    static bool MayBeBill(string path, ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("PAR1"u8)) return true;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase);
        if (path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)) return true;
        var text = start.StartsWith("\uFEFF"u8) ? start[3..] : start;
        // Cost Explorer's answer, or a heading of a table; a log begins with a record.
        return text.IndexOf("ResultsByTime"u8) >= 0 || text.IndexOf("GroupDefinitions"u8) >= 0
            || (text.Length > 0 && (char.IsAsciiLetter((char)text[0]) || text[0] == (byte)'"') && text.IndexOf((byte)',') > 0);
    }
}
