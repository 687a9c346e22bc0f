using Assay.Ledger.Store;
using Assay.Usage.Logs;

namespace Assay.Desk.Input;

/// <summary>A ledger as a source of a report: its sums, and what its bills add to them.</summary>
static class KeptUsage
{
    /// <exception cref="LedgerException">The ledger cannot be used.</exception>
    public static ReadingSummary Sum(
        string path, LogReaderOptions options, DateOnly? from, DateOnly? to, Action<LedgerCells> add, RecordBatch take)
    {
        using var ledger = DuckDbLedger.OpenToRead(path, options.Catalog);
        var range = new LedgerRange { From = from, To = to, TagKeys = options.TagKeys };
        var cells = ledger.Cells(range);
        add(cells);
        var summary = new ReadingSummary { Files = 1, Records = cells.Sums.Sum(s => s.Records), Duplicates = cells.Duplicates };
        var others = new OtherUsage(options, Usage.Batches.BatchStatement.Nothing);
        foreach (var sum in cells.Sums) others.See(sum.Kind);
        if (OtherUsage.BillOf(ledger, range) is { } bill) summary.Bill = others.Deliver([bill], summary, take);
        return summary;
    }
}
