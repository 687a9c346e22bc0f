using System.Globalization;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace Assay.Ledger.Store;

/// <summary>Opens the file of a ledger, and says in one line why one cannot be opened.</summary>
static partial class LedgerFile
{
    // What the engine may use of the machine; what does not fit goes to a folder beside the ledger.
    const string MemoryLimit = "1GB";

    public static DuckDBConnection Open(string path, bool readOnly)
    {
        var file = new FileInfo(path);
        if (readOnly && !file.Exists)
        {
            throw new LedgerException($"there is no ledger '{path}'. 'assay ledger import PATH --ledger {path}' makes one; "
                + "--ledger FILE, or the variable ASSAY_LEDGER, names another.");
        }
        if (Directory.Exists(path)) throw new LedgerException($"'{path}' is a folder; a ledger is a file, such as 'assay.ledger'.");
        if (file.Exists && file.Length > 0 && !HasMagic(file)) throw NoLedger(path);
        if (!readOnly && file is { Exists: true, IsReadOnly: true })
        {
            throw new LedgerException($"'{path}' is read-only: it can be queried, not added to. "
                + "Make it writable, or name another file with --ledger.", outside: true);
        }
        var connection = new DuckDBConnection(new DuckDBConnectionStringBuilder
        {
            DataSource = path, ["access_mode"] = readOnly ? "READ_ONLY" : "READ_WRITE", ["memory_limit"] = MemoryLimit,
        }.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch (DuckDBException fault)
        {
            connection.Dispose();
            throw Said(fault, path);
        }
    }

    // A file of the engine says so from its ninth byte on.
    static bool HasMagic(FileInfo file)
    {
        Span<byte> head = stackalloc byte[12];
        try
        {
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head[8..].SequenceEqual("DUCK"u8);
        }
        catch (UnauthorizedAccessException)
        {
            throw new LedgerException($"no permission to read '{file.Name}'. Name another file with --ledger.", outside: true);
        }
    }

    public static LedgerException NoLedger(string path) => new(
        $"'{path}' is no ledger. --ledger takes a file that 'assay ledger import' has made, or a name that is free.");

    /// <summary>The engine's fault in words that say what to do.</summary>
    public static LedgerException Said(DuckDBException fault, string path)
    {
        var text = fault.Message;
        bool Has(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

        if (Has("Could not set lock"))
        {
            var owner = Owner().Match(text) is { Success: true } process ? $" (process {process.Groups[1].Value})" : "";
            return new($"'{path}' is in use by another program{owner}; a ledger has one owner at a time. Nothing was changed: "
                + "run the command again when that one has ended, or name another file with --ledger.", outside: true);
        }
        if (Has("No space left") || Has("disk is full") || Has("File too large") || Has("Could not write all bytes")
            || Has("Could not write file"))
        {
            return new($"there is no space left for '{path}'. What was committed before is sound and nothing of it was lost; "
                + "free space and run the command again, it goes on where it stopped.", outside: true);
        }
        if (Has("Permission denied") || Has("Read-only file system"))
        {
            return new($"no permission to write '{path}' or its folder. Name another file with --ledger.", outside: true);
        }
        if (Has("newer") && Has("version")) return Newer(path);
        if (Has("not a valid DuckDB database") || Has("corrupt") || Has("checksum"))
        {
            return new($"'{path}' is damaged: {FirstLine(text)}. Take a copy of before, or import again into another file.");
        }
        return new($"'{path}': {FirstLine(text)}.", outside: true);
    }

    public static LedgerException Newer(string path, int? version = null) => new(
        $"'{path}' was written by a newer version of Assay{(version is { } v ? $" (ledger version {v})" : "")}, and this one reads up to "
        + $"ledger version {LedgerSchema.Version}. Use the newer one, or name another file with --ledger.");

    public static string FirstLine(string text) => text.Split('\n')[0].Trim().TrimEnd('.');

    /// <summary>A value as SQL has it.</summary>
    public static string Day(DateOnly day) => $"DATE '{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}'";
    public static string Moment(DateTime time) =>
        $"TIMESTAMP '{time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}'";
    public static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"PID (\d+)")]
    private static partial Regex Owner();
}
