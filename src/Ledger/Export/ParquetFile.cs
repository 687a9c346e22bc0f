using System.Text;
using Assay.Pricing;
using DuckDB.NET.Data;

namespace Assay.Ledger.Export;

/// <summary>Writes a table as Parquet, by DuckDB. Amounts are DECIMAL(38,18): exact, and of one type in every file.</summary>
static class ParquetFile
{
    const int Decimals = 18;

    // Twenty digits before the point is what is left of 38.
    const decimal Most = 99_999_999_999_999_999_999m;

    public static void Write(ExportTable table, IEnumerable<ExportRow> rows, ExportTerms terms, string path, CancellationToken cancel)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        // A file written for a reader elsewhere means UTC, wherever this machine is.
        Run(connection, "SET TimeZone = 'UTC'");
        var columns = new StringBuilder();
        foreach (var column in table.Columns)
            columns.Append(columns.Length > 0 ? ", " : "").Append(Name(column)).Append(' ').Append(TypeOf(column.Kind));
        Run(connection, $"CREATE TABLE {table.Name} ({columns})");
        using (var appender = connection.CreateAppender(table.Name))
        {
            foreach (var row in rows)
            {
                cancel.ThrowIfCancellationRequested();
                var cells = appender.CreateRow();
                foreach (var column in table.Columns) Append(cells, column, column.Of(row, terms));
                cells.EndRow();
            }
        }
        Run(connection, $"COPY {table.Name} TO '{path.Replace("'", "''", StringComparison.Ordinal)}' (FORMAT parquet, COMPRESSION zstd)");
    }

    static void Append(IDuckDBAppenderRow cells, ExportColumn column, object? value)
    {
        switch (value)
        {
            case null: cells.AppendNullValue(); break;
            case string text: cells.AppendValue(text); break;
            case decimal amount: cells.AppendValue(Fitting(column, amount)); break;
            case long count: cells.AppendValue(count); break;
            case DateTime time: cells.AppendValue(time); break;
            default: throw new InvalidOperationException($"No column holds a {value.GetType().Name}.");
        }
    }

    // Cutting off digits would change a sum without a word.
    static decimal Fitting(ExportColumn column, decimal amount)
    {
        var shortest = Usd.Shortest(amount);
        return shortest.Scale <= Decimals && Math.Abs(shortest) <= Most
            ? shortest
            : throw new ExportException($"'{column.Name}' of {Usd.Plain(amount)} does not fit Parquet's DECIMAL(38,{Decimals}). "
                + "Export as csv, which holds every digit.");
    }

    static string TypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Text => "VARCHAR",
        ColumnKind.Amount => $"DECIMAL(38,{Decimals})",
        ColumnKind.Count => "BIGINT",
        ColumnKind.Moment => "TIMESTAMPTZ",
        _ => throw new InvalidOperationException($"No Parquet type for {kind}."),
    };

    static string Name(ExportColumn column) => "\"" + column.Name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Column names are quoted and the path's quotes are doubled.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
