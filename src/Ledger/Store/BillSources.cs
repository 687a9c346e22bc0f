using Assay.Ledger.Bills;
using Assay.Usage;

namespace Assay.Ledger.Store;

/// <summary>The lines of one payer's bill of one period: what a newer bill takes the place of.</summary>
sealed record BillPart(string Payer, DateOnly Period, IReadOnlyList<BillLine> Lines)
{
    public IEnumerable<UsageRecord> Usage => Lines.Where(l => l.Usage is not null).Select(l => l.Usage!.Value);

    public static IReadOnlyList<BillPart> Of(IReadOnlyList<BillLine> lines) =>
    [
        .. lines.GroupBy(l => (Payer: PayerOf(l), l.Period))
            .OrderBy(g => g.Key.Payer, StringComparer.Ordinal).ThenBy(g => g.Key.Period)
            .Select(g => new BillPart(g.Key.Payer, g.Key.Period, [.. g])),
    ];

    // Some formats name no payer; then the account is the only one there is.
    static string PayerOf(BillLine line) => line.PayerAccount.Length > 0 ? line.PayerAccount : line.Account;
}
