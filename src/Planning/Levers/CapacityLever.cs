using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// Capacity bought by the hour for what is left on demand once the other levers are set: model units, and reserved tokens a minute.
/// Units are an action only where the user says what one carries; else their break-even is told, and no more.
/// </summary>
static class CapacityLever
{
    const decimal HoursPerMonth = 720m;
    const int MinutesPerDay = 24 * 60;
    const int DaysMax = 800;

    // Combinations tried for one model, and calls replayed for them.
    const int TriesMax = 256;
    const decimal CallsMax = 4_000_000m;

    // Reserved capacity costs what on demand does when every minute of it is used: idle minutes rule it out before any arithmetic.
    const double BusyShare = .9;
    const decimal TokensPerReservedUnit = 1_000m;

    static readonly (Term Term, string Name, int Months)[] UnitTerms =
        [(Term.None, "no commitment", 1), (Term.OneMonth, "1 month", 1), (Term.SixMonth, "6 months", 6)];

    static readonly (Term Term, string Name, int Months)[] ReservedTerms = [(Term.OneMonth, "1 month", 1),
        (Term.ThreeMonth, "3 months", 3)];

    /// <summary>What to buy, and what is to be known of units that nobody can judge yet.</summary>
    public static Capacity Of(
        IReadOnlyList<(WorkloadView View, Arrangement Arrangement)> chosen, LeverContext context, DateOnly from, CancellationToken cancel)
    {
        var (actions, notes) = (new List<PlanAction>(), new List<string>());
        // A wrong clock stretches the period to years of idle minutes, and nothing can be said of demand.
        if (context.Days > DaysMax) return new([], []);
        foreach (var group in Groups(chosen))
        {
            cancel.ThrowIfCancellationRequested();
            var model = new Model([.. group], context, from);
            var isBought = false;
            if (model.Purchase() is { } bought && bought.JointSaving >= context.Constraints.MinimumMonthlySaving)
            {
                var asRecorded = new Model([.. group.Select(c => (c.View, AsItIs(c.View)))], context, from);
                // Where nothing else is changed, what is bought alone is what is bought.
                var alone = group.All(c => c.Arrangement.Options.Count == 0) ? bought : asRecorded.Purchase();
                isBought = true;
                actions.Add(bought with { PeriodSaving = alone?.PeriodSaving ?? 0m, MonthlySaving = alone?.MonthlySaving ?? 0m });
            }
            if (!(isBought && model.SaysUnits) && model.BreakEven() is { } known) notes.Add(known);
        }
        return new(actions, notes);
    }

    static IEnumerable<IGrouping<(string Account, string Region, string Model), (WorkloadView View, Arrangement Arrangement)>> Groups(
        IEnumerable<(WorkloadView View, Arrangement Arrangement)> chosen) => chosen
            .Where(c => c.View.IsMovable && !c.View.Workload.IsSums)
            .GroupBy(c => (c.View.Workload.Key.Account, c.View.Workload.Calls[0].Kind.Region, c.View.Model.Id));

    static Arrangement AsItIs(WorkloadView view) => new([], view.Replay.Recorded.Cost);

    /// <summary>
    /// The arrangements that are cheapest together with the capacity bought for what they leave on demand: work that fills a unit need not
    /// go into a batch. Every combination of a model's workloads is tried where there are few enough, which is exact; else the choice
    /// stands and capacity is weighed after it, and a note says so.
    /// </summary>
    public static (IReadOnlyList<(WorkloadView View, Arrangement Arrangement)> Chosen, IReadOnlyList<string> Notes) Beside(
        IReadOnlyList<(WorkloadView View, Arrangement Arrangement)> chosen, Func<WorkloadView, IReadOnlyList<Arrangement>> lawful,
        LeverContext context, DateOnly from, CancellationToken cancel)
    {
        if (context.Days > DaysMax) return (chosen, []);
        var (taken, notes) = (chosen.ToDictionary(c => c.View, c => c.Arrangement), new List<string>());
        foreach (var group in Groups(chosen))
        {
            if (!new Model([.. group], context, from).IsSoldByTheHour) continue;
            var members = group.Select(c => c.View).ToList();
            var ways = members.ConvertAll<IReadOnlyList<Arrangement>>(v => lawful(v));
            var tries = ways.Aggregate(1m, (product, w) => product * w.Count);
            if (tries == 1m) continue;
            if (tries > TriesMax || tries * members.Sum(m => m.Workload.Calls.Count) > CallsMax)
            {
                notes.Add($"Capacity for {Say.Model(group.Key.Model)} in {group.Key.Region} is weighed after the other changes: "
                    + $"{Say.Count((long)Math.Min(tries, long.MaxValue))} combinations of them are too many to weigh with it.");
                continue;
            }
            var best = Combinations(ways).Select(way => (Way: way, Cost: Cost(way))).MinBy(c => c.Cost).Way;
            for (var m = 0; m < members.Count; m++) taken[members[m]] = best[m];

            decimal Cost(IReadOnlyList<Arrangement> way)
            {
                cancel.ThrowIfCancellationRequested();
                var bought = new Model([.. members.Zip(way)], context, from).Purchase();
                return way.Sum(a => a.Cost)
                    - (bought?.JointSaving >= context.Constraints.MinimumMonthlySaving ? bought.JointPeriodSaving : 0m);
            }
        }
        return ([.. chosen.Select(c => (c.View, taken[c.View]))], notes);
    }

    // Of equal costs the first counts: the members' first ways, which change least.
    static IEnumerable<IReadOnlyList<Arrangement>> Combinations(List<IReadOnlyList<Arrangement>> ways)
    {
        var at = new int[ways.Count];
        while (true)
        {
            yield return [.. at.Select((way, member) => ways[member][way])];
            var next = 0;
            while (next < at.Length && ++at[next] == ways[next].Count) at[next++] = 0;
            if (next == at.Length) yield break;
        }
    }

    public sealed record Capacity(IReadOnlyList<PlanAction> Actions, IReadOnlyList<string> Notes);

    sealed class Model(IReadOnlyList<(WorkloadView View, Arrangement Arrangement)> members, LeverContext context, DateOnly from)
    {
        readonly ModelRef model = members[0].View.Model;
        readonly string account = members[0].View.Workload.Key.Account, region = members[0].View.Workload.Calls[0].Kind.Region;

        /// <summary>True where there is something to weigh: units whose throughput is known, or reserved tokens.</summary>
        public bool IsSoldByTheHour => (Unit is { } unit && (unit.Owned > 0
            || Terms(Mode.Provisioned, Meter.ModelUnitHour, UnitTerms, 1m).Count > 0))
            || (Terms(Mode.Reserved, Meter.InputTpmHour, ReservedTerms, 1m).Count > 0
                && Terms(Mode.Reserved, Meter.OutputTpmHour, ReservedTerms, 1m).Count > 0);

        /// <summary>What is worth buying for what its members leave on demand; null when nothing is.</summary>
        public PlanAction? Purchase() => Units() ?? Reserved();

        /// <summary>The user has said what a unit carries.</summary>
        public bool SaysUnits => Unit is not null;

        UnitThroughput? Unit => context.Constraints.Units.FirstOrDefault(u => u.Model == model.Id);

        // Units that are owned carry first, for they are paid for anyway; further ones are bought for what those leave.
        PlanAction? Units()
        {
            if (Unit is not { } unit) return null;
            var terms = Terms(Mode.Provisioned, Meter.ModelUnitHour, UnitTerms, 1m);
            if (terms.Count == 0 && unit.Owned == 0) return null;
            var plan = CapacityPlan.Of(
                Minutes((tokens, usd) => new(tokens.Prompt + tokens.Output, usd)), terms, unit.TokensPerMinute, unit.Owned);
            return Bought([plan], "model units", $"{Say.Count((long)unit.TokensPerMinute)} tokens a minute each, as you say",
                plan.Freed > 0m ? unit.Owned : 0);
        }

        PlanAction? Reserved()
        {
            var input = Terms(Mode.Reserved, Meter.InputTpmHour, ReservedTerms, TokensPerReservedUnit);
            var output = Terms(Mode.Reserved, Meter.OutputTpmHour, ReservedTerms, TokensPerReservedUnit);
            if (input.Count == 0 || output.Count == 0) return null;
            var day = DateOnly.FromDateTime(members[0].View.Workload.Last);
            var card = context.Book.CardFor(members[0].View.Workload.Calls[0].Kind, ContextBand.Standard, day);
            if (card[Meter.Input] is not { } inputRate || card[Meter.Output] is not { } outputRate) return null;
            var inputs = Minutes((tokens, _) => new(tokens.Input, tokens.Input * inputRate.UsdPerUnit));
            if (inputs.Count(m => m.Tokens >= TokensPerReservedUnit) < inputs.Length * BusyShare) return null;
            var outputs = Minutes((tokens, _) => new(tokens.Output, tokens.Output * outputRate.UsdPerUnit));
            return Bought([CapacityPlan.Of(inputs, input, TokensPerReservedUnit), CapacityPlan.Of(outputs, output, TokensPerReservedUnit)],
                "reserved tokens a minute", "1,000 tokens a minute each");
        }

        /// <summary>From where a unit would pay, in words; null where the book sells none.</summary>
        public string? BreakEven()
        {
            if (Terms(Mode.Provisioned, Meter.ModelUnitHour, UnitTerms, 1m) is not { Count: > 0 } terms) return null;
            var minutes = Minutes((tokens, usd) => new(tokens.Prompt + tokens.Output, usd));
            var plan = CapacityPlan.Of(minutes, terms, null);
            if (plan.BreakEvens.MinBy(b => b.TokensPerMinute) is not { } least) return null;
            return $"A model unit of {Say.Model(model.Id)} in {region} ({least.Term.Name}) pays once it carries "
                + $"{Say.Count((long)Math.Ceiling(least.TokensPerMinute))} "
                + $"tokens a minute day and night; now there are {Say.Count((long)(minutes.Sum(m => m.Tokens) / minutes.Length))} on "
                + $"average, "
                + $"{Say.Count((long)minutes.Max(m => m.Tokens))} in the busiest minute. "
                + (Unit is { } unit
                    ? $"Of the {Say.Count((long)unit.TokensPerMinute)} that one carries, as you say, that is "
                        + $"{least.TokensPerMinute / unit.TokensPerMinute:0.#%}, beside the guide's rule of "
                        + $"{CapacityBreakEven.GuideUtilisation:0 %}: none is bought."
                    : "What a unit carries AWS does not publish: 'units' in the constraints says it. The guide's rule of "
                        + $"{CapacityBreakEven.GuideUtilisation:0 %} utilisation says nothing without it.");
        }

        PlanAction? Bought(IReadOnlyList<CapacityPlan> plans, string what, string each, int owned = 0)
        {
            var bought = plans.SelectMany(p => p.Bought).ToList();
            var freed = plans.Sum(p => p.Freed);
            var saving = plans.Sum(p => p.Saving) + freed;
            if (bought.Count + owned == 0 || saving <= 0m) return null;
            var period = context.Period(saving);
            var (low, high) = (plans.Sum(p => p.SavingInterval.Low) + freed, plans.Sum(p => p.SavingInterval.High) + freed);
            var words = string.Join(", ", (string[])[.. owned > 0 ? [$"the {Say.Count(owned)} you own"] : (string[])[],
                .. bought.GroupBy(b => b.Term.Name).Select(g => $"{Say.Count(g.Sum(b => b.Units))} for {g.Key}")]);
            var evens = plans.SelectMany(p => p.BreakEvens).Where(b => b.Utilisation is not null).MinBy(b => b.Utilisation);
            return new()
            {
                Lever = Lever.Provisioned, Kind = ActionKind.Saving, Workload = new(account, "", "", model.Id),
                Name = $"{Say.Model(model.Id)} in {region}", From = "on demand", To = $"{what}: {words}",
                PeriodSaving = period, JointPeriodSaving = period, MonthlySaving = Planner.Round(saving),
                    JointSaving = Planner.Round(saving),
                Confidence = low > 0m ? Confidence.High : Confidence.Low, Effort = Effort.Medium,
                Breaks = bought.Count > 0 ? "the term is paid to its end, used or not" : "",
                Evidence = new(members.Sum(m => (long)m.View.Workload.Answered), members.Min(m => m.View.Workload.First),
                    members.Max(m => m.View.Workload.Last),
                    $"From the demand of every minute ({each}); {plans.Average(p => p.Utilisation):0.#%} of "
                        + $"{(bought.Count > 0 ? "what is bought" : "them")} would be "
                        + $"used, and {Say.Usd(plans.Sum(p => p.Spill))} a month "
                    + "spills over to on demand.")
                {
                    Interval = (context.Period(low), context.Period(high)),
                    Figures = evens is null ? [] : [("true break-even utilisation", $"{evens.Utilisation:0.#%}"),
                        ("the guide's rule", $"{CapacityBreakEven.GuideUtilisation:0 %}")],
                },
            };
        }

        List<CapacityTerm> Terms(Mode mode, Meter meter, (Term Term, string Name, int Months)[] terms, decimal scale)
        {
            var kind = members[0].View.Workload.Calls[0].Kind;
            var day = DateOnly.FromDateTime(members[0].View.Workload.Last);
            return [.. terms.Select(t => (t.Name, t.Months, Rate: context.Book.CardFor(kind with { Mode = mode, Term = t.Term,
                Tier = Tier.Standard }, ContextBand.Standard, day)[meter]))
                .Where(t => t.Rate is not null).Select(t => new CapacityTerm(t.Name, t.Months,
                t.Rate!.UsdPerUnit * HoursPerMonth * scale))];
        }

        MinuteLoad[] Minutes(Func<TokenCounts, decimal, MinuteLoad> load)
        {
            var minutes = new MinuteLoad[context.Days * MinutesPerDay];
            var start = from.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
            foreach (var (view, arrangement) in members)
            {
                var (plan, terms) = (CallPlan.AsRecorded, CallTerms.AsRecorded);
                foreach (var option in arrangement.Options) (plan, terms) = option.On(plan, terms);
                view.Replay.Each(plan, terms, (time, tokens, usd) =>
                {
                    ref var minute = ref minutes[(int)((time - start).Ticks / TimeSpan.TicksPerMinute)];
                    var more = load(tokens, usd);
                    minute = new(minute.Tokens + more.Tokens, minute.OnDemandUsd + more.OnDemandUsd);
                });
            }
            return minutes;
        }
    }
}

/// <summary>What the plan is worth to somebody who has promised spend.</summary>
static class CommitmentLever
{
    const decimal MonthsPerYear = 12m;

    public static PlanAction? Of(SpendCommitment? commitment, decimal currentMonthly, decimal plannedMonthly,
        IReadOnlyList<WorkloadView> views, LeverContext context)
    {
        if (commitment is null || views.Count == 0 || currentMonthly == plannedMonthly) return null;
        var worth = SavingUnderCommitment.Of(commitment, currentMonthly * MonthsPerYear, plannedMonthly * MonthsPerYear);
        if (worth.LostToShortfall <= 0m) return null;
        return new()
        {
            Lever = Lever.Commitment, Kind = ActionKind.Warning, Warning = WarningCause.Policy, Workload = new("", "", "", ""),
                Name = "spend commitment",
            From = $"{Say.Usd(commitment.Annual)} a year promised", To = "fill the gap with other spend before, or with, this plan",
                Confidence = Confidence.High,
            Evidence = new(views.Sum(v => (long)v.Workload.Answered), views.Min(v => v.Workload.First), views.Max(v => v.Workload.Last),
                $"{Say.Usd(commitment.Organic)} a year of other spend and the plan leave {Say.Usd(worth.ShortfallAfter)} of the promise "
                    + $"unfilled, which is paid all the same: of "
                + $"{Say.Usd(worth.Saving)} saved a year {Say.Usd(worth.Worth)} stays in the till.")
            {
                AtStake = decimal.Round(context.Period(worth.LostToShortfall / MonthsPerYear), 6, MidpointRounding.ToEven),
            },
        };
    }
}
