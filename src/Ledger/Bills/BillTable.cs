using System.Data.Common;
using System.Text;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace Assay.Ledger.Bills;

/// <summary>How a bill lies on disk.</summary>
enum BillFile : byte { Csv, Parquet, Json }

/// <summary>A row as text: blank where the bill says nothing. Reused from row to row.</summary>
sealed class BillRow(BillColumns columns, IReadOnlyList<BillField> fields)
{
    const int PoolMax = 100_000;
    const int PooledLengthMax = 2_000;

    readonly Dictionary<string, string> pool = new(StringComparer.Ordinal);
    readonly string[] values = new string[Enum.GetValues<BillField>().Length];
    readonly string[] tags = new string[columns.TagColumns.Count];

    public string Path { get; init; } = "";

    /// <summary>Counted from 1, without the heading.</summary>
    public long Number { get; private set; }

    public string this[BillField field] => values[(int)field] ?? "";
    public bool Has(BillField field) => columns.Has(field);
    public IEnumerable<(string Key, string Value)> TagColumns => columns.TagColumns.Select((t, i) => (t.Key, tags[i]));

    /// <summary>Everything read of the row, for telling rows without an id apart.</summary>
    public IEnumerable<string> All => fields.Select(f => this[f]).Concat(tags);

    public void Take(DbDataReader reader)
    {
        Number = reader.GetInt64(0);
        var at = 1;
        foreach (var field in fields) values[(int)field] = IsOfTheRow(field) ? Text(reader, at++) : Pooled(Text(reader, at++));
        for (var i = 0; i < tags.Length; i++) tags[i] = Pooled(Text(reader, at++));
    }

    // What differs from row to row; all else repeats itself a thousand times and is kept once.
    static bool IsOfTheRow(BillField field) => field is BillField.Id or BillField.Quantity or BillField.PricingQuantity or BillField.Cost
        or BillField.NetCost or BillField.ListCost;

    string Pooled(string text) => pool.TryGetValue(text, out var known) ? known
        : pool.Count < PoolMax && text.Length <= PooledLengthMax ? pool[text] = text : text;

    // Some exporters write the word for what is not there.
    static string Text(DbDataReader reader, int at) =>
        reader.IsDBNull(at) || reader.GetString(at) is not { } text || text is "NULL" or "null" ? "" : text;
}

/// <summary>
/// A bill as a table, CSV or Parquet, read by DuckDB. Every column arrives as text: DuckDB writes a DOUBLE as the shortest text that
/// stands for it, which a decimal then holds exactly.
/// </summary>
sealed partial class BillTable : IDisposable
{
    // A cell of a bill may hold a megabyte of tags; a line beyond this is skipped and named.
    const int LineMax = 16 * 1024 * 1024;
    const int HeadingMax = 1024 * 1024;

    readonly DuckDBConnection connection;
    readonly string path;
    readonly string from;
    readonly bool isCsv;

    public BillColumns Columns { get; }

    BillTable(string path, DuckDBConnection connection, string from, BillColumns columns, bool isCsv) =>
        (this.path, this.connection, this.from, Columns, this.isCsv) = (path, connection, from, columns, isCsv);

    public void Dispose() => connection.Dispose();

    /// <summary>What a file is by its first bytes, and its columns where it is a table; null when it is neither.</summary>
    public static (BillFile File, string Head)? Look(string path)
    {
        using var raw = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        var read = raw.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        if (read == magic.Length && magic.SequenceEqual("PAR1"u8)) return (BillFile.Parquet, "");
        raw.Position = 0;
        var isGzip = Gzip.Is(magic[..read]);
        using Stream plain = isGzip ? Gzip.Open(raw) : raw;
        var head = Heading(plain);
        if (head.Contains('\0', StringComparison.Ordinal)) return null;
        var start = head.TrimStart('\uFEFF', ' ', '\r', '\n', '\t');
        if (start.Length == 0) return null;
        return start[0] is '{' or '[' ? (BillFile.Json, start) : (BillFile.Csv, start);
    }

    // The first line of a table, or the first megabyte of anything else.
    static string Heading(Stream plain)
    {
        var buffer = new byte[HeadingMax];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = plain.Read(buffer, length, Math.Min(64 * 1024, buffer.Length - length));
            if (read == 0) break;
            var isJson = buffer.AsSpan(0, length + read).TrimStart("\uFEFF \r\n\t"u8) is [(byte)'{' or (byte)'[', ..];
            var hasLine = buffer.AsSpan(length, read).Contains((byte)'\n');
            length += read;
            if (hasLine && !isJson) break;
        }
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>Splits a heading at the delimiter it uses most; a quoted name may hold it.</summary>
    public static (char Delimiter, string[] Names) Heads(string head)
    {
        var end = head.IndexOfAny(['\r', '\n']);
        var line = end < 0 ? head : head[..end];
        var delimiter = ((char[])[',', ';', '\t']).MaxBy(d => line.Count(c => c == d));
        List<string> names = [];
        var name = new StringBuilder();
        var isQuoted = false;
        foreach (var c in line)
        {
            if (c == '"') isQuoted = !isQuoted;
            else if (c == delimiter && !isQuoted)
            {
                names.Add(name.ToString().Trim());
                name.Clear();
            }
            else name.Append(c);
        }
        return (delimiter, [.. names, name.ToString().Trim()]);
    }

    /// <exception cref="BillException">It cannot be read, or a column it needs is missing.</exception>
    public static BillTable Open(string path)
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        try
        {
            connection.Open();
            Run(connection, "SET preserve_insertion_order = true");
            Run(connection, "SET TimeZone = 'UTC'");
            var (file, head) = Look(path) ?? throw Bills.NotABill(path);
            return file == BillFile.Parquet ? OpenParquet(path, connection) : OpenCsv(path, head, connection);
        }
        catch (Exception fault)
        {
            connection.Dispose();
            if (fault is DuckDBException) throw Unreadable(path, fault);
            throw;
        }
    }

    /// <summary>The columns of a Parquet file; null when it is broken.</summary>
    public static IReadOnlyList<string>? ParquetColumns(string path)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        try
        {
            connection.Open();
            return ColumnsOf(Parquet(path), connection);
        }
        catch (DuckDBException)
        {
            return null;
        }
    }

    static string Parquet(string path) => $"read_parquet({Quoted(path)}, hive_partitioning = false)";

    static List<string> ColumnsOf(string from, DuckDBConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM {from} LIMIT 0";
        using var reader = command.ExecuteReader();
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
    }

    static BillTable OpenParquet(string path, DuckDBConnection connection)
    {
        var names = ColumnsOf(Parquet(path), connection);
        var format = BillColumns.FormatOf(names) ?? throw Bills.NotABill(path);
        return new(path, connection, Parquet(path), BillColumns.Read(names, format, path), isCsv: false);
    }

    static BillTable OpenCsv(string path, string head, DuckDBConnection connection)
    {
        var (delimiter, names) = Heads(head);
        var lineEnd = head.IndexOf('\n', StringComparison.Ordinal) is > 0 and var at && head[at - 1] == '\r' ? "\\r\\n" : "\\n";
        var format = BillColumns.FormatOf(names) ?? throw Bills.NotABill(path);
        // Columns go by number: a heading may repeat a name, and hold anything.
        var columns = string.Join(", ", names.Select((_, i) => $"'c{i}': 'VARCHAR'"));
        Span<byte> magic = stackalloc byte[2];
        using (var raw = File.OpenRead(path)) raw.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        if (Gzip.Is(magic)) Gzip.RequireWhole(path);
        var from = $"read_csv({Quoted(path)}, auto_detect = false, header = true, columns = {{{columns}}}, delim = '{delimiter}', "
            + $"quote = '\"', escape = '\"', new_line = '{lineEnd}', "
            + $"max_line_size = {LineMax}, buffer_size = {2 * LineMax}, hive_partitioning = false, "
            + $"compression = '{(Gzip.Is(magic) ? "gzip" : "none")}', store_rejects = true, rejects_limit = 0)";
        return new(path, connection, from, BillColumns.Read(names, format, path), isCsv: true);
    }

    /// <summary>
    /// Reads the rows that may be about Bedrock, in their order; tells how many rows there are. Each is handed over in the same object.
    /// </summary>
    /// <exception cref="BillException">The file breaks off or is not what it seemed.</exception>
    public long Read(Action<BillRow> take, List<BillNote> rejected, CancellationToken cancel)
    {
        try
        {
            return ReadRows(take, rejected, cancel);
        }
        catch (DuckDBException fault)
        {
            throw Unreadable(path, fault);
        }
    }

    long ReadRows(Action<BillRow> take, List<BillNote> rejected, CancellationToken cancel)
    {
        BillField[] fields = [.. Enum.GetValues<BillField>().Where(Columns.Has)];
        var row = new BillRow(Columns, fields) { Path = path };
        var selected = fields.Select(f => IsMap(f) ? Json(Columns.Of(f)) : Text(Columns.Of(f)))
            .Concat(Columns.TagColumns.Select(t => Text(t.Column)));
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT row, {string.Join(", ", selected)} FROM (SELECT row_number() OVER () AS row, * FROM {from})
            WHERE {MaybeBedrock()}
            """;
        command.UseStreamingMode = true;
        using (var reader = command.ExecuteReader())
            while (reader.Read())
            {
                cancel.ThrowIfCancellationRequested();
                row.Take(reader);
                take(row);
            }
        var faults = isCsv ? Rejects() : [];
        rejected.AddRange(faults);
        return Count() + faults.Count;
    }

    long Count()
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {from}";
        return (long)command.ExecuteScalar()!;
    }

    // A line may break several rules; it is one line.
    List<BillNote> Rejects()
    {
        List<BillNote> notes = [];
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT line, arg_min(error_message, column_idx) FROM reject_errors
            WHERE scan_id = (SELECT min(scan_id) FROM reject_errors) GROUP BY line ORDER BY line
            """;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var line = Convert.ToInt64(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture);
            notes.Add(new(path, line - 1, Reason(reader.GetString(1))));
        }
        return notes;
    }

    [GeneratedRegex(@"Expected Number of Columns: (?<expected>\d+) Found: (?<found>\d+)")]
    private static partial Regex ColumnCounts();

    static string Reason(string fault) =>
        ColumnCounts().Match(fault) is { Success: true } columns
            ? $"{columns.Groups["found"].Value} columns where {columns.Groups["expected"].Value} are expected"
        : fault.Contains("Maximum line size", StringComparison.OrdinalIgnoreCase) ? $"a line of more than {LineMax / 1024 / 1024} MB"
        : fault.Contains("unicode", StringComparison.OrdinalIgnoreCase) || fault.Contains("utf-8", StringComparison.OrdinalIgnoreCase)
            ? "not UTF-8"
        : fault.Contains("quote", StringComparison.OrdinalIgnoreCase) ? "a quote is not closed" : fault.Split('\n')[0].Trim();

    // A superset of what is kept: it spares the other services' rows the way out of DuckDB.
    string MaybeBedrock()
    {
        BillField[] words =
        [
            BillField.ServiceCode, BillField.ProductCode, BillField.ProductName, BillField.Product, BillField.Description,
            BillField.ResourceId, BillField.UsageType, BillField.Meter, BillField.SkuDetails,
        ];
        var texts = string.Join(", ", words.Where(Columns.Has).Select(f => Text(Columns.Of(f))));
        return $"regexp_matches(concat_ws(' ', {texts}), 'bedrock|MP:|SearchOCU|IndexingOCU|ModelId', 'i')";
    }

    static bool IsMap(BillField field) => field is BillField.Product or BillField.ResourceTags or BillField.Tags or BillField.SkuDetails;

    string Column(int column) => isCsv ? $"c{column}" : $"\"{Columns.Names[column].Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    string Text(int column) => $"CAST({Column(column)} AS VARCHAR)";

    // A map of Parquet becomes the JSON text that CSV has.
    string Json(int column) => isCsv
        ? Column(column)
        : $"CASE WHEN typeof({Column(column)}) = 'VARCHAR' THEN {Text(column)} ELSE CAST(to_json({Column(column)}) AS VARCHAR) END";

    static string Quoted(string path)
    {
        if (path.AsSpan().IndexOfAny("*?[") >= 0)
            throw new BillException($"{path}: the name of a bill must not hold *, ? or [. Rename the file and run this again.");
        return $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static BillException Unreadable(string path, Exception fault) => new(
        $"{path}: cannot be read to its end ({BillText.Quoted(fault.Message.Split('\n')[0])}). "
        + "It may have been cut short: fetch the file again from the export's bucket.");
}
