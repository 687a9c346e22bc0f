namespace Assay.Planning;

/// <summary>
/// Holds a plan against the calls that came after it, by replay: each change is undone on the new calls, the last of the plan first, and
/// what they would then cost more is what it saved. Undoing rates the same calls twice, so neither volume nor mix can pass for a saving.
/// </summary>
public static class Prover
{
    const decimal MadeFrom = .9m, PartlyFrom = .1m;
    const decimal DaysPerMonth = 30m;

    /// <param name="traffic">Is emptied, as a plan does.</param>
    /// <param name="sources">With the book of the plan, prices stay as promised; with another their change is in the figures.</param>
    /// <exception cref="ArgumentException">There is no record.</exception>
    public static Proof Of(Traffic traffic, PlanSources sources, Promise promise, CancellationToken cancel)
    {
        var (from, to) = traffic.Days ?? throw new ArgumentException("A proof needs a record at least.", nameof(traffic));
        var days = to.DayNumber - from.DayNumber + 1;
        var workloads = traffic.TakeWorkloads(PlanConstraints.None);
        var inUse = workloads.Where(w => w.Answered > 0).Select(w => w.Model).Distinct().ToList();
        var context = new LeverContext(sources, PlanConstraints.None, days, inUse);
        var views = new WorkloadView[workloads.Count];
        Parallel.For(0, views.Length, new() { CancellationToken = cancel }, i => views[i] = new(workloads[i], context));
        var proven = promise.Actions.GroupBy(a => (a.Workload, a.Name))
            .SelectMany(g => new ProvenWorkload(g.Key.Workload, g.Key.Name, promise, views, context).Of([.. g])).ToList();
        return new()
        {
            Promise = promise, Book = sources.Book.Id, From = from, To = to, Days = days,
            Requests = workloads.Sum(w => (long)w.Requests),
            NowMonthly = Planner.Round(context.Monthly(views.Sum(v => v.Replay.Recorded.Cost))),
            Actions = [.. proven.OrderByDescending(p => p.Promised).ThenBy(p => p.Action.Name, StringComparer.Ordinal)],
            Notes = [.. Notes(promise, sources, from, days, proven)],
        };
    }

    static IEnumerable<string> Notes(Promise promise, PlanSources sources, DateOnly from, int days, List<ProvenAction> proven)
    {
        if (from <= promise.To)
            yield return $"The calls begin on {from:yyyy-MM-dd}, within the plan's own period, which ends on {promise.To:yyyy-MM-dd}: what "
                + "was saved afterwards is told best by later days alone ('--from').";
        if (sources.Book.Id != promise.Book)
            yield return $"The plan used book '{promise.Book}', this uses '{sources.Book.Id}': a change of prices is in these figures.";
        if (days < 7)
            yield return $"{days} {(days == 1 ? "day" : "days")} of calls are scaled to a month; a week shows nights and weekends.";
        var hidden = proven.Count(p => p.State == ProofState.NotVisible);
        if (hidden > 0)
            yield return $"{hidden} of {proven.Count} changes cannot be seen in what was read: they are in no sum.";
    }

    internal static ProofState StateOf(decimal realised, decimal expected) =>
        expected <= 0m ? realised >= 0m ? ProofState.Made : ProofState.NotMade
        : realised >= expected * MadeFrom ? ProofState.Made : realised >= expected * PartlyFrom ? ProofState.Partly : ProofState.NotMade;

    internal static decimal Monthly(decimal usd, int days) => Planner.Round(usd * DaysPerMonth / days);
}
