using Assay.Pricing;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>What a plan asks for prices and models.</summary>
public sealed record PlanSources(PriceBook Book, ModelCatalog Catalog)
{
    /// <summary>From which regions a model can be called, by the id it is called with; empty when nothing is known.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Regions { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Where else the models are sold; null to leave other vendors out.</summary>
    public VendorPrices? Vendors { get; init; }
}

/// <summary>
/// Makes a plan of recorded usage: finds its workloads, replays every lever alone and all lawful combinations together, and takes the
/// cheapest arrangement of the whole.
/// </summary>
public static class Planner
{
    // Savings are told a month; beyond this many decimals they are the rest of a division.
    const int MonthlyDecimals = 10;

    // In which order a bill comes down: calls that need not be made, then tokens, then what they are bought as.
    static readonly Lever[] Order =
    [
        Lever.Agents, Lever.Output, Lever.Caching, Lever.Routing, Lever.Batch, Lever.Tier, Lever.Scope, Lever.KnowledgeBase,
        Lever.Provisioned, Lever.Commitment,
    ];

    /// <param name="traffic">Is emptied: its records are many, and held once.</param>
    /// <param name="deliver">Takes each answered call as it was and as it is planned; null when nobody asks.</param>
    /// <exception cref="OperationCanceledException">The planning was cancelled.</exception>
    public static Plan Of(
        Traffic traffic, PlanSources sources, PlanConstraints constraints, CancellationToken cancel, PlannedCall? deliver = null)
    {
        var (from, to) = traffic.Days ?? throw new ArgumentException("A plan needs a record at least.", nameof(traffic));
        var days = to.DayNumber - from.DayNumber + 1;
        var span = traffic.Last!.Value - traffic.First!.Value;
        var workloads = traffic.TakeWorkloads(constraints);
        var inUse = workloads.Where(w => w.Model.Kind == ModelKind.Foundation && w.Answered > 0).Select(w => w.Model).Distinct().ToList();
        var context = new LeverContext(sources, constraints, days, inUse);
        var views = new WorkloadView[workloads.Count];
        Parallel.For(0, views.Length, new() { CancellationToken = cancel }, i => views[i] = new(workloads[i], context));
        var options = Levers.Of(views, cancel);
        var minimum = context.Period(constraints.MinimumMonthlySaving);
        var frontiers = new IReadOnlyList<Arrangement>[views.Length];
        Parallel.For(0, views.Length, new() { CancellationToken = cancel },
            i => frontiers[i] = Arrangements.Frontier(views[i], options[i], minimum));
        var (choices, gap) = JointChoice.Of(frontiers, constraints.MaxActions);
        var chosen = views.Select((v, i) => (View: v, Arrangement: frontiers[i][choices[i]])).ToList();
        IReadOnlyList<string> apart = [];
        // Within a number of changes the choice is made first: capacity takes what is left of them.
        if (constraints.MaxActions is null)
        {
            var byView = views.Select((v, i) => (v, options[i])).ToDictionary(p => p.v, p => p.Item2);
            var (better, notes) = CapacityLever.Beside(chosen, v => Arrangements.All(v, byView[v], minimum), context, from, cancel);
            (chosen, apart) = ([.. better], notes);
        }
        if (deliver is not null) foreach (var (view, arrangement) in chosen) Deliver(view, arrangement, deliver);
        var capacity = CapacityLever.Of(chosen, context, from, cancel);
        var left = constraints.MaxActions - chosen.Sum(c => c.Arrangement.Options.Count) ?? int.MaxValue;
        capacity = capacity with { Actions = [.. capacity.Actions.OrderByDescending(a => a.JointSaving).Take(Math.Max(0, left))] };
        List<PlanAction> counted = [.. chosen.SelectMany(c => Counted(c.View, c.Arrangement)), .. capacity.Actions];
        List<PlanAction> candidates = [.. chosen.SelectMany((c, i) => Candidates(c.View, c.Arrangement, options[i], minimum))];
        var current = views.Sum(v => v.Replay.Recorded.Cost);
        var monthly = Round(context.Monthly(current));
        var saving = counted.Sum(a => a.JointSaving);
        var (vendor, staying) = VendorLever.Of(chosen, monthly - saving, context);
        if (vendor is not null) candidates.Add(vendor);
        List<PlanAction> warnings = [.. views.SelectMany(v => Warnings.Of(v, views))];
        if (CommitmentLever.Of(constraints.Commitment, monthly, monthly - saving, views, context) is { } promised) warnings.Add(promised);
        return new()
        {
            Book = sources.Book.Id, From = from, To = to, Days = days, Requests = views.Sum(v => (long)v.Workload.Requests),
            Current = current, CurrentMax = views.Sum(v => v.Replay.Recorded.CostMax),
            Planned = chosen.Sum(c => c.Arrangement.Cost) - capacity.Actions.Sum(a => a.JointPeriodSaving),
            CurrentMonthly = monthly, PlannedMonthly = monthly - saving,
            SavingMonthly = saving, OptimalGap = gap,
            Actions = Confident(context, span, [
                .. counted.OrderByDescending(a => a.JointSaving).ThenBy(a => a.Name, StringComparer.Ordinal),
                .. candidates.OrderByDescending(a => a.MonthlySaving).ThenBy(a => a.Name, StringComparer.Ordinal),
                .. warnings.OrderByDescending(a => a.Evidence.AtStake ?? 0m).ThenBy(a => a.Name, StringComparer.Ordinal)]),
            Workloads = [.. chosen.Select(c => Planned(c.View, c.Arrangement)).OrderByDescending(w => w.Cost)
                .ThenBy(w => w.Name, StringComparer.Ordinal)],
            Waterfall = [.. counted.GroupBy(a => a.Lever).OrderBy(g => Array.IndexOf(Order, g.Key))
                .Select(g => new WaterfallStep(g.Key, g.Count(), g.Sum(a => a.PeriodSaving), g.Sum(a => a.JointPeriodSaving)))],
            SumOfAlone = counted.Sum(a => a.PeriodSaving), WhyTheyDiffer = WhyTheyDiffer(counted),
            Unpriced = [.. views.Where(v => v.Replay.Recorded.Reason is not null).SelectMany(v => v.Replay.WithoutPrice())
                .GroupBy(u => u.Reason).Select(g => (g.Key, g.Sum(u => u.Calls))).OrderByDescending(u => u.Item2)
                .ThenBy(u => u.Key, StringComparer.Ordinal)],
            Notes = [.. PlanNotes.Of(views, context, span), .. PlanNotes.TooSmall(views, options, minimum, context),
                .. PlanNotes.Covered(chosen, options, minimum, context), .. apart,
                .. capacity.Notes, .. staying is null ? [] : (IEnumerable<string>)[staying]],
        };

        // Each counted option of an arrangement: alone, and after those before it.
        IEnumerable<PlanAction> Counted(WorkloadView view, Arrangement arrangement)
        {
            var (plan, terms) = (CallPlan.AsRecorded, CallTerms.AsRecorded);
            var before = view.Replay.Recorded.Cost;
            foreach (var option in arrangement.Options.OrderBy(o => Array.IndexOf(Order, o.Lever)))
            {
                (plan, terms) = option.On(plan, terms);
                var after = view.Replay.Cost(plan, terms).Cost;
                yield return Action(view, option, view.Saving(option) ?? 0m, before - after, context);
                before = after;
            }
        }

        IEnumerable<PlanAction> Candidates(
            WorkloadView view, Arrangement arrangement, IReadOnlyList<LeverOption> ways, decimal least) =>
            ways.Where(o => o.Kind == ActionKind.Candidate).Select(o => (Option: o, Saving: view.Saving(o)))
                .Where(c => c.Saving is not null && (c.Option.IsFinding || (c.Saving >= least && c.Saving > 0m)))
                .Select(c => Action(view, c.Option, c.Saving!.Value, 0m, context) with
                {
                    AfterPlan = AfterPlan(view, arrangement, c.Option) is { } after ? Round(context.Monthly(after)) : null,
                });
    }

    // The same money is not saved twice: beside a batch at half the price a smaller model is worth half as much.
    static decimal? AfterPlan(WorkloadView view, Arrangement arrangement, LeverOption option)
    {
        var (plan, terms) = (CallPlan.AsRecorded, CallTerms.AsRecorded);
        foreach (var counted in arrangement.Options) (plan, terms) = counted.On(plan, terms);
        var before = view.Replay.Cost(plan, terms);
        (plan, terms) = option.On(plan, terms);
        var after = view.Replay.Cost(plan, terms);
        return after.Unpriced > before.Unpriced ? null : before.Cost - after.Cost;
    }

    static void Deliver(WorkloadView view, Arrangement arrangement, PlannedCall deliver)
    {
        var (plan, terms) = (CallPlan.AsRecorded, CallTerms.AsRecorded);
        foreach (var option in arrangement.Options) (plan, terms) = option.On(plan, terms);
        view.Replay.Deliver(plan, terms, deliver);
    }

    internal static decimal Round(decimal amount) => decimal.Round(amount, MonthlyDecimals, MidpointRounding.ToEven);

    static PlanAction Action(WorkloadView view, LeverOption option, decimal alone, decimal joint, LeverContext context) => new()
    {
        Lever = option.Lever, Kind = option.Kind, Workload = view.Workload.Key, Name = view.Workload.Name, From = option.From,
            To = option.To,
        PeriodSaving = alone, JointPeriodSaving = joint, MonthlySaving = Round(context.Monthly(alone)),
            JointSaving = Round(context.Monthly(joint)),
        Confidence = option.Confidence, Effort = option.Effort, Breaks = option.Breaks, Setup = option.Setup, Quality = option.Quality,
        Evidence = option.Evidence, Applies = PlanChange.Of(view, option),
    };

    /// <summary>Where in the waterfall a lever stands.</summary>
    internal static int StepOf(Lever lever) => Array.IndexOf(Order, lever);

    static PlannedWorkload Planned(WorkloadView view, Arrangement arrangement) => new()
    {
        Key = view.Workload.Key, Name = view.Workload.Name, Requests = view.Workload.Requests, Failed = view.Workload.Failed,
        WithoutPrice = view.Replay.Recorded.Reason, Tokens = view.Workload.Calls.Sum(c => c.Tokens.Prompt + c.Tokens.Output),
        Cost = view.Replay.Recorded.Cost, Planned = arrangement.Cost, Urgency = view.Urgency, Why = view.Why,
        IfItMayWait = arrangement.Options.Any(o => o.Lever == Lever.Batch) ? null : BatchLever.IfItMayWait(view),
        From = Today(view), Bought = Bought(view),
        To = arrangement.Options.Count == 0 ? "as it is" : string.Join(", ", arrangement.Options.Select(o => $"{Name(o.Lever)}: {o.To}")),
        Arrivals = Arriving(view), Models = ModelWhatIf.Of(view),
    };

    static BoughtAs Bought(WorkloadView view)
    {
        var kind = view.Workload.Calls.CountBy(c => c.Kind).MaxBy(p => p.Value).Key;
        return new(kind.Model.Scope, kind.Tier, kind.Mode, view.Workload.Calls.Any(c => c.Tokens.Prompt > c.Tokens.Input));
    }

    static string Today(WorkloadView view)
    {
        var kind = view.Workload.Calls.CountBy(c => c.Kind).MaxBy(p => p.Value).Key;
        var words = $"{ModelNames.Short(kind.Model.Id)}, {kind.Mode.Name().Replace('_', ' ')}, {Say.Scope(kind.Model.Scope)}";
        return kind.Tier == Tier.Standard ? words : $"{words}, {kind.Tier.Name().Replace('_', ' ')}";
    }

    static string Arriving(WorkloadView view) => view.Workload.IsSums ? "rows of a bill"
        : view.Arrivals.Schedule is { } job ? $"from {string.Join(" and ", job.Starts.Select(s => Say.Hour(s.Hour)))} UTC, daily"
        : FormattableString.Invariant($"{(double)view.Arrivals.Calls / Math.Max(1, view.Arrivals.Days):0.#} calls a day");

    static string Name(Lever lever) => lever switch { Lever.KnowledgeBase => "knowledge base", _ => lever.ToString().ToLowerInvariant() };

    // A day or a handful of calls says little, whatever the levers think.
    static List<PlanAction> Confident(LeverContext context, TimeSpan span, List<PlanAction> actions) =>
        [.. actions.Select(a => a.Kind != ActionKind.Warning && (span < TimeSpan.FromDays(2) || a.Evidence.Requests is > 0 and < 30)
            ? a with { Confidence = Confidence.Low } : a)];

    static string WhyTheyDiffer(List<PlanAction> counted)
    {
        var shared = counted.GroupBy(a => a.Workload).Where(g => g.Sum(a => a.PeriodSaving) != g.Sum(a => a.JointPeriodSaving))
            .OrderByDescending(g => Math.Abs(g.Sum(a => a.PeriodSaving) - g.Sum(a => a.JointPeriodSaving))).ToList();
        if (shared.Count == 0) return "";
        var most = shared[0];
        var levers = string.Join(" and ", most.Select(a => Name(a.Lever)).Distinct());
        return $"Levers take from the same money: for '{most.First().Name}', {levers} would save "
            + $"{Say.Usd(most.Sum(a => a.PeriodSaving))} if each "
            + $"were alone, and save {Say.Usd(most.Sum(a => a.JointPeriodSaving))} together, for each makes cheaper what the other "
            + $"would save on."
            + (shared.Count > 1 ? $" So it is with {shared.Count - 1} more." : "");
    }
}
