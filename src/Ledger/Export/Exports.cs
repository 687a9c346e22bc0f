using Assay.Ledger.Bills;
using DuckDB.NET.Data;

namespace Assay.Ledger.Export;

/// <summary>What an export is written as.</summary>
public enum ExportFormat : byte
{
    /// <summary>FOCUS 1.2; Parquet where the file's name ends so, else CSV.</summary>
    Focus, Csv, Parquet, Xlsx,
}

/// <summary>
/// Writes rows to a file that other programs read. Where the rows come from, the logs or the ledger's file, is not its business.
/// </summary>
public static class Exports
{
    /// <summary>Writes a file: all of it or none. A file that exists stays as it is until the new one is complete.</summary>
    /// <exception cref="ExportException">The file exists and may not be replaced, cannot be written, or cannot hold the rows.</exception>
    public static ExportSummary Write(
        IEnumerable<ExportRow> rows, ExportFormat format, string path, ExportTerms terms, bool replace, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(terms);
        if (Directory.Exists(path)) throw Unwritable(path, "is a folder");
        if (File.Exists(path) && !replace)
            throw new ExportException($"'{path}' exists. Add --force to replace it, or name another file with --out.");
        var table = format == ExportFormat.Focus ? ExportTable.Focus : ExportTable.Charges(terms);
        var count = new Counted(rows, table.HoldsUnpriced);
        var unfinished = path + ".unfinished";
        try
        {
            // Found out now rather than after a long reading of rows.
            using (File.Create(unfinished)) { }
            switch (Kind(format, path))
            {
                case ExportFormat.Parquet:
                    ParquetFile.Write(table, count.Rows(), terms, unfinished, cancel);
                    break;
                case ExportFormat.Xlsx:
                    WorkbookFile.Write(table, count.Rows(), terms, unfinished, cancel);
                    break;
                default:
                    using (var file = File.Create(unfinished)) CsvFile.Write(table, count.Rows(), terms, file, cancel);
                    break;
            }
            cancel.ThrowIfCancellationRequested();
            File.Move(unfinished, path, overwrite: replace);
            return count.Summary;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or DuckDBException)
        {
            throw Unwritable(path, fault is DirectoryNotFoundException ? "its folder does not exist" : FirstLine(fault.Message));
        }
        finally
        {
            Remove(unfinished);
        }
    }

    /// <summary>Writes CSV, FOCUS or our own, to a stream.</summary>
    public static ExportSummary Write(
        IEnumerable<ExportRow> rows, ExportFormat format, Stream into, ExportTerms terms, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (format is not (ExportFormat.Focus or ExportFormat.Csv))
            throw new ExportException($"{format.ToString().ToLowerInvariant()} cannot be written to standard output. "
                + "Name a file with --out, or use --format csv.");
        var table = format == ExportFormat.Focus ? ExportTable.Focus : ExportTable.Charges(terms);
        var count = new Counted(rows, table.HoldsUnpriced);
        CsvFile.Write(table, count.Rows(), terms, into, cancel);
        return count.Summary;
    }

    static ExportFormat Kind(ExportFormat format, string path) => format != ExportFormat.Focus ? format
        : path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) ? ExportFormat.Parquet
        : ExportFormat.Csv;

    static ExportException Unwritable(string path, string why) =>
        new($"cannot write '{path}': {why.TrimEnd('.')}. --out takes the name of a file in a folder you may write to.");

    static string FirstLine(string message) => message.Split('\n')[0].Trim();

    static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What went wrong before is the better message.
        }
    }

    // Counts rows as they pass, so that they are read once however many there are.
    sealed class Counted(IEnumerable<ExportRow> rows, bool holdsUnpriced)
    {
        long written, leftOut;
        decimal cost;

        public ExportSummary Summary => new(written, cost, leftOut);

        public IEnumerable<ExportRow> Rows()
        {
            foreach (var row in rows)
            {
                if (row.Cost is null && !holdsUnpriced)
                {
                    leftOut++;
                    continue;
                }
                if (row.Charge == BillCharge.Usage && row.Meter is null)
                    throw new ExportException("A row of usage has no meter; this is a mistake of the source of rows.");
                written++;
                cost += row.Cost ?? 0m;
                yield return row;
            }
        }
    }
}
