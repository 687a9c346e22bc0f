using System.Runtime.InteropServices;
using Assay.Ledger.Bills;
using Assay.Ledger.Making;
using Assay.Ledger.Reconciling;
using Assay.Ledger.Tests.Making;
using Assay.Usage;

namespace Assay.Ledger.Tests.Reconciling;

public class ReconciliationTests
{
    [Fact]
    public void A_bill_without_faults_matches_but_for_rounding()
    {
        var (made, result) = Reconciled(1, BillFaults.None);
        Assert.Equal(0m, result.Unexplained);
        Assert.All(result.Residuals, r => Assert.Equal(Cause.Rounding, r.Cause));
        Assert.Equal(result.Rated, result.Matched);
        Assert.Empty(result.Findings);
        Assert.True(made.Billed > 1m && Math.Abs(made.Billed - result.Rated) < 0.000001m, $"{made.Billed} {result.Rated}");
    }

    public static TheoryData<BillFaults> EachFault => [.. Enum.GetValues<BillFaults>().Where(f => f != BillFaults.None)];

    [Theory, MemberData(nameof(EachFault))]
    public void A_fault_is_named_with_its_amount(BillFaults fault)
    {
        var causes = new HashSet<string>();
        for (var seed = 0; seed < 8; seed++) causes.UnionWith(Holds(seed, fault));
        Assert.NotEmpty(causes);
    }

    [Fact]
    public void Any_two_faults_are_told_apart()
    {
        var faults = Enum.GetValues<BillFaults>().Where(f => f is not (BillFaults.None or BillFaults.All)).ToArray();
        for (var i = 0; i < faults.Length; i++)
            for (var j = 0; j < i; j++)
                Holds((i * 31) + j, faults[i] | faults[j]);
    }

    [Fact]
    public void Any_mix_of_faults_leaves_nothing_unexplained_and_every_cause_right() =>
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[0, (int)BillFaults.All]).Sample((seed, faults) =>
        {
            Holds(seed, (BillFaults)faults);
        }, iter: 400);

    [Fact]
    public void A_difference_that_has_no_cause_stays_unexplained()
    {
        // One line with more tokens than were logged, in an hour with logs; one with a cost that is no price's.
        var (made, _) = Reconciled(5, BillFaults.None);
        var noon = made.Lines.Select((line, i) => (Line: line, At: i)).Where(l => l.Line.Start.Hour is > 8 and < 16
            && l.Line.UsageType.Contains("output", StringComparison.OrdinalIgnoreCase)).Take(2).ToArray();
        var lines = made.Lines.ToList();
        var grown = noon[0].Line.Usage!.Value.Amounts![0];
        lines[noon[0].At] = noon[0].Line with
        {
            Cost = noon[0].Line.Cost * 1.5m, Usage = noon[0].Line.Usage!.Value with { Amounts = [grown with { Amount = grown.Amount * 1.5m }] },
        };
        lines[noon[1].At] = noon[1].Line with { Cost = noon[1].Line.Cost + 1m };
        var result = Reconciliation.Reconcile(Hours(made.Logs), lines);
        var expected = (noon[0].Line.Cost * 0.5m) + 1m;
        Assert.True(Math.Abs(result.Unexplained - expected) < 0.000001m, $"{result.Unexplained}, not {expected}: {Text(result.Residuals)}");
        Assert.Equal(2, result.UnexplainedRows.Count);
        Assert.All(result.Residuals, r => Assert.Equal(Cause.Rounding, r.Cause));
    }

    [Fact]
    public void A_line_of_a_kind_nobody_explained_stays_unexplained_and_is_a_finding()
    {
        var (made, _) = Reconciled(6, BillFaults.None);
        var result = Reconciliation.Reconcile(Hours(made.Logs), [.. made.Lines, new BillLine
        {
            Charge = BillCharge.Other, ChargeName = "MysteryLevy", Start = made.Lines[0].Start, End = made.Lines[0].End, Cost = 7m,
            Account = "111122223333",
        }]);
        Assert.Equal(7m, result.Unexplained);
        Assert.Contains("MysteryLevy", Assert.Single(result.Findings).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_bear_out_that_single_records_are_missing_from_the_logs()
    {
        var (made, _) = Reconciled(7, BillFaults.None);
        // Half of the calls of a model are gone from the logs, here and there.
        var kept = made.Logs.Where((r, i) => r.Model.Id.Contains("haiku-4-5", StringComparison.Ordinal) ? i % 2 == 0 : true).ToList();
        var bare = Reconciliation.Reconcile(Hours(kept), made.Lines);
        Assert.True(bare.UnexplainedRows.Count > 0);
        var metrics = made.Logs.GroupBy(r => (r.Caller.Account, r.Region, r.Model, Hour: FaultPlan.Hour(r.Time))).Select(g => new MeteredHour(
            g.Key.Account, g.Key.Region, g.Key.Model, g.Key.Hour, new()
            {
                Input = g.Sum(r => r.Tokens.Input), Output = g.Sum(r => r.Tokens.Output), CacheRead = g.Sum(r => r.Tokens.CacheRead),
                CacheWriteUnknown = g.Sum(r => r.Tokens.CacheWrite5m + r.Tokens.CacheWrite1h),
            }, g.Count())).ToList();
        var seen = Reconciliation.Reconcile(Hours(kept), made.Lines, metrics);
        Assert.Empty(seen.UnexplainedRows);
        Assert.Contains(seen.Residuals, r => r.Cause == Cause.MissingLogHours);
        Assert.Contains(seen.Witnesses, w => w.Model == "Claude Haiku 4.5" && w.Metered == w.Billed && w.Logged < w.Metered);
    }

    static HashSet<string> Holds(int seed, BillFaults faults)
    {
        var (made, result) = Reconciled(seed, faults);
        var story = $"seed {seed}, {faults}";
        Assert.True(result.Unexplained == 0m && result.UnexplainedRows.Count == 0,
            $"{story}: unexplained {result.Unexplained}: {Text(result.UnexplainedRows)}");
        Assert.Equal(made.Billed, result.Rated + result.Residuals.Sum(r => r.Amount));
        var found = result.Residuals.ToDictionary(r => new Injected(r.Cause, r.Account, r.Day, r.UsageType), r => r.Amount);
        foreach (var key in made.Truth.Keys.Union(found.Keys))
        {
            var (injected, named) = (made.Truth.GetValueOrDefault(key), found.GetValueOrDefault(key));
            Assert.True(Math.Abs(injected - named) < 0.0000001m,
                $"{story}: {key}: injected {injected}, found {named}");
        }
        return [.. made.Truth.Keys.Select(k => k.Cause).Where(c => c != Cause.Rounding)];
    }

    static (MadeBill Made, Reconciled Result) Reconciled(int seed, BillFaults faults)
    {
        var made = BillMaker.Make(SomeTraffic.Days(seed, fromTheFirst: seed % 3 == 0), Books.Aws, new()
        {
            Seed = seed, Faults = faults, Period = SomeTraffic.Period,
            Marketplace = seed % 2 == 0 ? UsageTypeStyle.MarketplaceCamel : UsageTypeStyle.MarketplaceSnake,
        });
        return (made, Reconciliation.Reconcile(Hours(made.Logs), made.Lines));
    }

    static HourlyUsage Hours(IEnumerable<UsageRecord> records)
    {
        var hours = new HourlyUsage(Books.Aws);
        hours.Add(CollectionsMarshal.AsSpan(records.ToList()));
        return hours;
    }

    static string Text(IEnumerable<Residual> residuals) => string.Join("; ", residuals.Take(6));
}
