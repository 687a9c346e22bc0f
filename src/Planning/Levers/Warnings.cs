using Assay.Usage;

namespace Assay.Planning;

/// <summary>What is wrong and no arrangement mends: money at stake, no saving counted.</summary>
static class Warnings
{
    // Below this share of a workload's calls a fault is everyday.
    const double NoticeableShare = .02;

    // How many times its usual size a day's prompts must be.
    const double Spike = 5;

    // USD per million output tokens above which a model is no model to experiment with.
    const decimal DearOutput = 10m;

    static readonly string[] NotProduction = ["dev", "development", "test", "testing", "staging", "stage", "qa", "sandbox", "nonprod",
        "non-prod"];

    public static PlanAction Make(
        WorkloadView view, WarningCause cause, string from, string to, string text, long requests, decimal? atStake,
        Lever lever = Lever.Governance) => new()
        {
            Lever = lever, Kind = ActionKind.Warning, Warning = cause, Workload = view.Workload.Key, Name = view.Workload.Name,
            From = from, To = to, Confidence = Confidence.High,
            // What came to nothing only because it has no price is not known to be nothing.
            Evidence = view.Evidence(text, requests) with
            {
                AtStake = atStake is 0m && view.Replay.Recorded.Reason is not null ? null : atStake,
            },
        };

    public static IEnumerable<PlanAction> Of(WorkloadView view, IReadOnlyList<WorkloadView> all)
    {
        foreach (var warning in (PlanAction?[])
            [Unpriced(view), OpenCost(view), Throttled(view), Spiked(view) ?? Crowded(view),
                Blocked(view), LongContext(view), Untagged(view),
                Unapproved(view),
                DearInDevelopment(view, all), ScopeLever.Breach(view), AgentsLever.Runaway(view),
                OutputLever.Cut(view)])
            if (warning is not null) yield return warning;
    }

    static PlanAction? Unpriced(WorkloadView view) => view.Replay.Recorded is not { Reason: { } reason } recorded || IsCovered(view) ? null
        : Make(view, WarningCause.Unpriced, "no price", "a price", $"Some or all of its usage has no price and is in no figure: {reason}.",
            view.Replay.WithoutPrice().Sum(u => u.Calls), null);

    // Tokens of units that are paid for by the hour need no price of their own.
    static bool IsCovered(WorkloadView view) => view.Model.Kind == ModelKind.Provisioned;

    static PlanAction? OpenCost(WorkloadView view)
    {
        var recorded = view.Replay.Recorded;
        if (recorded.CostMax <= recorded.Cost) return null;
        var calls = view.Workload.Calls.Count(c => c.Tokens.CacheWriteUnknown > 0);
        return Make(view, WarningCause.Unpriced, "lifetime of cache writes unknown", "log bodies, or say the lifetime",
            $"{Say.Calls(calls)} wrote to the cache for a time the log does not tell: at one hour the period costs "
            + $"{Say.Usd(recorded.CostMax)}, not {Say.Usd(recorded.Cost)}.", calls, recorded.CostMax - recorded.Cost);
    }

    static PlanAction? Throttled(WorkloadView view)
    {
        var refused = view.Workload.Calls.Where(c => c.ErrorCode is "ThrottlingException" or "TooManyRequestsException"
            or "ServiceQuotaExceededException").Select(c => c.Time).ToList();
        if (refused.Count < 3 || (double)refused.Count / view.Workload.Calls.Count < NoticeableShare) return null;
        var hour = refused.CountBy(t => t.Hour).MaxBy(p => p.Value);
        return Make(view, WarningCause.Throttling, "throttled", "spread, batch, a lower maxTokens or a higher quota",
            $"{Say.Calls(refused.Count)} of {Say.Count(view.Workload.Calls.Count)} were refused for quota, most in the hour from "
                + $"{Say.Hour(hour.Key)} UTC "
            + $"({Say.Count(hour.Value)}). A refused call costs nothing; what waits for it does.", refused.Count, null);
    }

    // A day on which the same number of calls cost many times the usual: a prompt grown by mistake, an attack, a loop.
    static PlanAction? Spiked(WorkloadView view)
    {
        if (view.Workload.IsSums) return null;
        var sums = new Dictionary<DateOnly, (int Calls, long Tokens)>();
        foreach (ref readonly var call in view.Workload.Span)
        {
            if (call.Tokens.IsNone) continue;
            var (so, tokens) = sums.GetValueOrDefault(DateOnly.FromDateTime(call.Time));
            sums[DateOnly.FromDateTime(call.Time)] = (so + 1, tokens + call.Tokens.Prompt + call.Tokens.Output);
        }
        var days = sums.Select(d => (Day: d.Key, d.Value.Calls, Mean: (double)d.Value.Tokens / d.Value.Calls)).ToList();
        if (days.Count < 4) return null;
        var usual = days.Select(d => d.Mean).Order().ElementAt(days.Count / 2);
        var worst = days.Where(d => d.Calls >= 10).OrderByDescending(d => d.Mean).FirstOrDefault();
        if (worst.Calls == 0 || worst.Mean < Spike * usual) return null;
        var calls = view.Workload.Calls;
        var cost = view.Replay.CostOf(i => DateOnly.FromDateTime(calls[i].Time) == worst.Day);
        var beyond = cost * (decimal)(1 - (usual / worst.Mean));
        return Make(view, WarningCause.Anomaly, "tokens a call", "an alarm on tokens a call",
            $"On {worst.Day:yyyy-MM-dd} a call had {worst.Mean / usual:0.0} times its usual tokens ({worst.Mean:0} beside {usual:0}); "
            + $"that day cost {Say.Usd(cost)}.", worst.Calls, decimal.Round(beyond, 6, MidpointRounding.ToEven));
    }

    // A day of many times the usual calls that stands alone: between usual days, and none other comes to half of it. A launch stays, a run
    // at the end of a week or a month comes again; something that got out of hand and was stopped does neither.
    static PlanAction? Crowded(WorkloadView view)
    {
        const int callsMin = 50, daysMin = 4, besideMax = 2;
        if (view.Workload.IsSums) return null;
        var calls = view.Workload.Calls;
        var days = calls.Where(c => !c.Tokens.IsNone).CountBy(c => DateOnly.FromDateTime(c.Time)).ToDictionary();
        if (days.Count < daysMin) return null;
        var worst = days.MaxBy(d => d.Value);
        var usual = days.Values.Order().ElementAt(days.Count / 2);
        if (worst.Value < callsMin || worst.Value < Spike * usual) return null;
        if (days.Values.Count(n => n * 2 >= worst.Value) > 1) return null;
        if (worst.Key == days.Keys.Min() || worst.Key == days.Keys.Max()) return null;
        if (Beside(-1) > besideMax * usual || Beside(1) > besideMax * usual) return null;
        var cost = view.Replay.CostOf(i => DateOnly.FromDateTime(calls[i].Time) == worst.Key);
        return Make(view, WarningCause.Anomaly, "calls a day", "an alarm on calls a day",
            $"On {worst.Key:yyyy-MM-dd} there were {(double)worst.Value / usual:0.0} times the usual calls "
            + $"({Say.Count(worst.Value)} beside {Say.Count(usual)}), and on no other day half as many; "
            + $"that day cost {Say.Usd(cost)}.", worst.Value,
            decimal.Round(cost * (worst.Value - usual) / worst.Value, 6, MidpointRounding.ToEven));

        int Beside(int daysOn) => days.GetValueOrDefault(worst.Key.AddDays(daysOn));
    }

    static PlanAction? Blocked(WorkloadView view)
    {
        var calls = view.Workload.Calls;
        if (view.Workload.IsSums) return null;
        var blocked = calls.Count(IsBlocked);
        if (blocked < 3 || (double)blocked / calls.Count < NoticeableShare) return null;
        return Make(view, WarningCause.Policy, "blocked calls are charged", "refuse them before they are sent",
            $"A guardrail blocked {Say.Calls(blocked)} of {Say.Count(calls.Count)} "
            + $"({Say.Share((double)blocked / calls.Count)}): no answer, yet its text units are charged.", blocked,
            view.Replay.CostOf(i => IsBlocked(calls[i])));

        static bool IsBlocked(UsageRecord call) => call.Tokens.IsNone && call.ErrorCode is null && call.Amounts is not null;
    }

    static PlanAction? LongContext(WorkloadView view)
    {
        var calls = view.Workload.Calls;
        if (view.Workload.IsSums || view.Model.Facts is not { HasLongBand: true }) return null;
        var isLong = calls.Count(IsLong);
        if (isLong < 3 || (double)isLong / calls.Count < NoticeableShare) return null;
        var cost = view.Replay.CostOf(i => IsLong(calls[i]));
        var standard = view.Replay.StandardBandCostOf(i => IsLong(calls[i]));
        return Make(view, WarningCause.Policy, "prompts above 200,000 tokens", "retrieval or splitting, to stay below",
            $"{Say.Calls(isLong)} of {Say.Count(calls.Count)} exceed 200,000 tokens, where this model costs up to twice as much: "
                + $"{Say.Usd(cost)}, "
            + $"of which {Say.Usd(cost - standard)} for their length alone.", isLong, cost - standard);

        static bool IsLong(UsageRecord call) => call.Tokens.Prompt > Rating.Rater.LongContextAbove;
    }

    static PlanAction? Untagged(WorkloadView view)
    {
        if (view.Workload.Calls.Any(c => c.Kind.Caller is { App.Length: > 0 } or { Team.Length: > 0 } or { Env.Length: > 0 })) return null;
        if (view.Replay.Recorded.Cost == 0m) return null;
        return view.Workload.IsSums
            ? Make(view, WarningCause.Policy, "no cost-allocation tag", "calls through a tagged application inference profile",
                "Nothing in these rows says who pays for them.", 0, view.Replay.Recorded.Cost)
            : Make(view, WarningCause.Policy, "no app, team or env", view.Workload.IsBatch ? "tags on every batch job"
                : "requestMetadata on every call",
                "Nothing in these calls says who pays for them.", view.Workload.Calls.Count, view.Replay.Recorded.Cost);
    }

    static PlanAction? Unapproved(WorkloadView view)
    {
        if (view.Approved is not { } approved || approved.Contains(view.Model.Id) || view.Model.Kind != ModelKind.Foundation) return null;
        // What the law costs: nothing is known of the answers, so it is said and not counted.
        var best = ModelChoice.OneOfEach(view, approved)
            .Select(m => (Model: m, Saving: view.Saving(CallPlan.AsRecorded, new() { Model = m })))
            .Where(m => m.Saving is not null).OrderByDescending(m => m.Saving).ThenBy(m => m.Model.Id, StringComparer.Ordinal)
            .FirstOrDefault();
        var price = best.Model is null ? "" : $" The cheapest of those, {Say.Model(best.Model.Id)}, would cost "
            + $"{Say.Usd(view.Replay.Recorded.Cost - best.Saving!.Value)} for the same calls; nothing is known of its answers.";
        return Make(view, WarningCause.Policy, Say.Model(view.Model.Id), "an approved model",
            $"The model is not among the approved.{price}", view.Workload.Answered, view.Replay.Recorded.Cost);
    }

    // Guide: development accounts get along with small models; large ones belong to production and a budget.
    static PlanAction? DearInDevelopment(WorkloadView view, IReadOnlyList<WorkloadView> all)
    {
        if (!IsDevelopment(view, all) || view.Model.Kind != ModelKind.Foundation || view.Workload.Answered == 0) return null;
        var day = DateOnly.FromDateTime(view.Workload.Last);
        var call = view.Workload.Calls.Last(c => !c.Tokens.IsNone);
        var output = view.Context.Book.CardFor(call.Kind, ContextBand.Standard, day)[Meter.Output];
        if (output is null || output.UsdPerUnit * 1_000_000m < DearOutput) return null;
        return Make(view, WarningCause.Policy, Say.Model(view.Model.Id), "a small model outside production",
            "A place that is not production calls a model at "
            + $"{Say.Usd(output.UsdPerUnit * 1_000_000m)} per million output tokens.", view.Workload.Answered, view.Replay.Recorded.Cost);
    }

    static bool IsDevelopment(WorkloadView view, IReadOnlyList<WorkloadView> all)
    {
        var envs = view.Workload.Calls.Select(c => c.Kind.Caller.Env).Where(e => e.Length > 0).Distinct().ToList();
        // What does not say so itself is judged by its account: one where all that is tagged is no production.
        if (envs.Count == 0)
        {
            envs = [.. all.Where(v => v.Workload.Key.Account == view.Workload.Key.Account)
                .SelectMany(v => v.Workload.Calls.Select(c => c.Kind.Caller.Env)).Where(e => e.Length > 0).Distinct()];
        }
        return envs.Count > 0 && envs.TrueForAll(e => NotProduction.Contains(e.ToLowerInvariant()));
    }
}
