using System.Runtime.InteropServices;
using Assay.Ledger.Making;
using Assay.Ledger.Reconciling;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Ledger.Tests.Making;

public sealed class BillFilesTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("assay-tests-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<string, UsageTypeStyle> Formats => new()
    {
        { "cur.csv", UsageTypeStyle.MarketplaceCamel }, { "cur.csv.gz", UsageTypeStyle.MarketplaceSnake },
        { "cur.parquet", UsageTypeStyle.MarketplaceCamel }, { "focus.csv", UsageTypeStyle.MarketplaceSnake },
        { "focus.parquet", UsageTypeStyle.MarketplaceCamel },
    };

    [Theory, MemberData(nameof(Formats))]
    public void A_bill_with_every_fault_is_read_back_and_reconciled_to_the_same_causes(string file, UsageTypeStyle style)
    {
        var made = Made(BillFaults.All, style);
        var path = Path.Combine(folder, file);
        if (file.StartsWith("cur", StringComparison.Ordinal)) BillFiles.WriteCur(made.Lines, path);
        else BillFiles.WriteFocus(made.Lines, path);
        var read = Ledger.Bills.Bills.Read([path], Books.Catalog, LogReaderOptions.NoProfiles, [], TestContext.Current.CancellationToken);
        Assert.Empty(read.Skipped);
        Assert.Empty(read.Duplicates);
        Assert.Empty(read.UnknownColumns);
        Assert.Equal(made.Billed, read.Lines.Sum(l => l.Cost));
        var result = Reconciliation.Reconcile(Hours(made.Logs), read.Lines);
        Assert.True(result.Unexplained == 0m && result.UnexplainedRows.Count == 0, string.Join("; ", result.UnexplainedRows.Take(5)));
        var expected = made.Truth.GroupBy(t => t.Key.Cause).ToDictionary(g => g.Key, g => g.Sum(t => t.Value));
        foreach (var cause in result.Residuals.Where(r => r.Cause != Cause.Rounding).GroupBy(r => r.Cause))
            Assert.True(Math.Abs(cause.Sum(r => r.Amount) - expected.GetValueOrDefault(cause.Key)) < 0.000001m,
                $"{cause.Key}: found {cause.Sum(r => r.Amount)}, injected {expected.GetValueOrDefault(cause.Key)}");
    }

    [Theory]
    [InlineData(BillFaults.None)]
    [InlineData(BillFaults.DayEdge | BillFaults.Credit | BillFaults.Refund | BillFaults.Tax | BillFaults.Batch | BillFaults.Capacity)]
    [InlineData(BillFaults.ProgrammeDiscount | BillFaults.PrivateDiscount | BillFaults.UnknownLifetime | BillFaults.UnclassifiedUsageTypes)]
    [InlineData(BillFaults.Mantle | BillFaults.Guardrails | BillFaults.PriceChange)]
    public void Cost_explorer_has_no_hours_and_no_accounts_and_is_reconciled_all_the_same(BillFaults faults)
    {
        var made = Made(faults, UsageTypeStyle.MarketplaceCamel);
        var path = Path.Combine(folder, "ce.json");
        BillFiles.WriteCostExplorer(made.Lines, path);
        var read = Ledger.Bills.Bills.Read([path], Books.Catalog, LogReaderOptions.NoProfiles, [], TestContext.Current.CancellationToken);
        Assert.Empty(read.Skipped);
        Assert.Equal(made.Billed, read.Lines.Sum(l => l.Cost));
        Assert.False(Reconciliation.NamesAccounts(read.Lines));
        var result = Reconciliation.Reconcile(Hours(made.Logs, namesAccounts: false), read.Lines);
        Assert.True(result.Unexplained == 0m && result.UnexplainedRows.Count == 0, string.Join("; ", result.UnexplainedRows.Take(5)));
        Assert.Equal(faults.HasFlag(BillFaults.DayEdge), result.Residuals.Any(r => r.Cause == Cause.TimeZoneEdge));
    }

    [Fact]
    public void The_same_order_gives_the_same_bytes()
    {
        foreach (var name in (string[])["one.csv", "two.csv"])
            BillFiles.WriteCur(Made(BillFaults.All, UsageTypeStyle.MarketplaceCamel).Lines, Path.Combine(folder, name));
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "one.csv")), File.ReadAllBytes(Path.Combine(folder, "two.csv")));
    }

    static MadeBill Made(BillFaults faults, UsageTypeStyle style) => BillMaker.Make(SomeTraffic.Days(11), Books.Aws,
        new() { Seed = 11, Faults = faults, Period = SomeTraffic.Period, Marketplace = style });

    static HourlyUsage Hours(IEnumerable<UsageRecord> records, bool namesAccounts = true)
    {
        var hours = new HourlyUsage(Books.Aws, namesAccounts);
        hours.Add(CollectionsMarshal.AsSpan(records.ToList()));
        return hours;
    }
}
