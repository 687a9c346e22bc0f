using Assay.Control.Budgets;
using Assay.Gateway.Door;
using Assay.Gateway.Metering;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Gateway.Host;

/// <summary>
/// Brings the budgets back to where they were: every line of the journal is rated again as any report rates it, and what a crash left
/// without a line is held until its windows end.
/// </summary>
static class Restart
{
    /// <summary>Since when lines matter to some window.</summary>
    public static DateTime Since(IReadOnlyList<BudgetRule> rules, DateTime now)
    {
        var month = new DateTime(now.Year, now.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        var hours = rules.Select(r => r.Window.Hours).DefaultIfEmpty(0).Max();
        var rolling = now.AddHours(-hours - 1);
        return rolling < month ? rolling : month;
    }

    /// <param name="change">From which lines to bring back budgets that are new, and no others; null for all from all.</param>
    /// <param name="orphans">What the run before left on its way; null where there was none.</param>
    /// <returns>What could not be read, in words.</returns>
    public static IReadOnlyList<string> Restore(
        string journal, BudgetBook budgets, IReadOnlyList<BudgetRule> rules, PriceBook book, LogReaderOptions options, LeaseFile? orphans,
        DateTime now, Action<BudgetEvent> tell, BudgetChange? change, CancellationToken cancel)
    {
        var isForNew = change is not null;
        var waiting = orphans?.Orphans.ToDictionary(o => o.Request) ?? [];
        var charges = new Charge[Rater.ChargesMax];
        List<BudgetEvent> events = [];
        var (files, since) = (change?.Files ?? JournalFiles.Now(journal), Since(rules, now));
        var open = JournalFiles.LeftOpen(files, since);
        var faults = JournalFiles.Read(files, since, options, record =>
        {
            if (change?.Counted.Contains(record.RequestId.Key) == true) return;
            if (waiting.Remove(record.RequestId.Key, out var settled)) orphans!.Free(settled.Slot);
            var count = Rater.Rate(record, book, charges);
            var (cost, isUnpriced) = (0m, false);
            for (var i = 0; i < count; i++)
            {
                if (charges[i].Rate is not null) cost += charges[i].Cost;
                else if (charges[i].Unpriced != UnpricedCause.CoveredByModelUnits) isUnpriced = true;
            }
            var spender = SpenderOf(record.Caller);
            var left = open.GetValueOrDefault(record.RequestId.Key, isUnpriced ? settled?.Worst ?? cost : 0m);
            if (!isUnpriced) budgets.Restore(spender, record.Time, cost, events, isForNew);
            if (isUnpriced || left > 0m) budgets.Hold(spender, record.Time, left, isUnpriced, isForNew);
        }, cancel);
        foreach (var reached in events) tell(reached);
        foreach (var orphan in waiting.Values)
        {
            if (budgets.Counts(orphan.Spender, orphan.Admitted, now)) budgets.Hold(orphan.Spender, orphan.Admitted, orphan.Worst);
            else orphans!.Free(orphan.Slot);
        }
        return faults;
    }

    // The journal names the key where AWS names the principal.
    static Spender SpenderOf(Caller caller) =>
        new(caller.Account, caller.Env, caller.Team, caller.App, caller.Principal, caller.Principal);
}
