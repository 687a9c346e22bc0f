using System.Globalization;
using Assay.Patterns.Arrivals;
using Assay.Patterns.Prompts;
using Assay.Patterns.Sessions;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>What levers may ask of the whole: books, models, rules, and how long the traffic was watched.</summary>
/// <param name="Days">Observed days, at least 1.</param>
/// <param name="InUse">Models that any workload of the traffic calls.</param>
public sealed record LeverContext(PlanSources Sources, PlanConstraints Constraints, int Days, IReadOnlyList<ModelRef> InUse)
{
    public PriceBook Book => Sources.Book;

    /// <summary>An amount a month, over the period.</summary>
    public decimal Period(decimal monthly) => monthly * Days / 30m;

    /// <summary>An amount over the period, a month.</summary>
    public decimal Monthly(decimal period) => period * 30m / Days;
}

/// <summary>A workload and what was found out about it, once for all levers.</summary>
public sealed class WorkloadView
{
    public WorkloadView(RecordedWorkload workload, LeverContext context)
    {
        (Workload, Context) = (workload, context);
        Replay = new(workload, context.Book);
        Arrivals = ArrivalPattern.Of([.. workload.Calls.Where(c => c.ErrorCode is null).Select(c => c.Time)],
            workload.Calls[0].Kind.Region);
        (Urgency, Why) = Waiting.Of(this);
    }

    public RecordedWorkload Workload { get; }
    public LeverContext Context { get; }
    public Replay Replay { get; }
    public ArrivalPattern Arrivals { get; }
    public Urgency Urgency { get; }
    public string Why { get; }

    /// <summary>Which calls belong together.</summary>
    public Conversations Conversations => field ??= Conversations.Of(Workload.Calls);

    /// <summary>What its prompts have in common.</summary>
    public SharedPrompts Shared => field ??= SharedPrompts.Of(Workload.Calls, Conversations);

    public WorkloadRule? Rule => Workload.Rule;
    public ModelRef Model => Workload.Model;

    /// <summary>Where calls may be computed; null when nobody says.</summary>
    public Estate.Residency? Residency => Rule?.Residency ?? Context.Constraints.Residency;

    public IReadOnlyList<string>? Approved => Rule?.Approved ?? Context.Constraints.Approved;
    public decimal? QualityFloor => Rule?.QualityFloor ?? Context.Constraints.QualityFloor;
    public int MaxCalls => Rule?.MaxCalls ?? Context.Constraints.MaxCalls;

    /// <summary>True for calls sold by the token on demand, of a model the catalogue or the book knows: what levers can move.</summary>
    public bool IsMovable => Workload.Answered > 0 && Rule?.IsFixed != true && Model.Kind == ModelKind.Foundation
        && Workload.Calls.Any(c => c.Kind.Mode == Mode.OnDemand);

    /// <summary>What an option alone would save over the period; null when it leaves something without a price that has one
    /// today.</summary>
    public decimal? Saving(LeverOption option)
    {
        var (plan, terms) = option.On(CallPlan.AsRecorded, CallTerms.AsRecorded);
        return Saving(plan, terms);
    }

    public decimal? Saving(CallPlan plan, CallTerms terms)
    {
        var planned = Replay.Cost(plan, terms);
        return planned.Unpriced > Replay.Recorded.Unpriced ? null : Replay.Recorded.Cost - planned.Cost;
    }

    /// <summary>All its calls as evidence.</summary>
    public Evidence Evidence(string text, long? requests = null) =>
        new(Workload.IsSums ? 0 : requests ?? Workload.Answered, Workload.First, Workload.Last, text);
}

/// <summary>How long answers can wait, from what the constraints declare and from how the calls behave.</summary>
static class Waiting
{
    static readonly TimeSpan BatchWindow = TimeSpan.FromHours(24);

    public static (Urgency Urgency, string Why) Of(WorkloadView view)
    {
        if (view.Rule?.MaxWait is { } declared)
        {
            return declared == TimeSpan.Zero ? (Urgency.RealTime, "declared: answers cannot wait")
                : declared >= BatchWindow ? (Urgency.BatchEligible, $"declared: answers may take {Say.Lifetime(declared)}")
                : (Urgency.NearTime, $"declared: answers may take {Say.Lifetime(declared)}");
        }
        var calls = view.Workload.Calls;
        double ShareOf(Func<UsageRecord, bool> isSo) => calls.Count == 0 ? 0 : (double)calls.Count(isSo) / calls.Count;
        if (view.Workload.IsBatch) return (Urgency.BatchEligible, "it is bought as batch: it waits already");
        if (view.Workload.IsSums)
            return ShareOf(c => c.Kind.Tier == Tier.Flex) >= .5 ? (Urgency.NearTime, "it is bought as flex: it waits already")
                : (Urgency.RealTime, "rows of a bill do not tell whether anybody waits");
        if (ShareOf(c => c.Kind.Operation.Contains("Stream", StringComparison.Ordinal)) is >= .1 and var streamed)
            return (Urgency.RealTime, $"somebody reads along: {Say.Share(streamed)} of the calls are streamed");
        if (ShareOf(c => c.Kind.Tier is Tier.Priority or Tier.LatencyOptimized) >= .1)
            return (Urgency.RealTime, "it pays for speed");
        if (view.Conversations.Continued is >= .2 and var continued)
            return (Urgency.RealTime, $"calls follow one another: {Say.Share(continued)} of them carry an earlier one on");
        var arrivals = view.Arrivals;
        if (arrivals.Schedule is { } job)
        {
            var when = arrivals.WindowShare >= .97
                ? $"{Say.Share(arrivals.WindowShare)} of the calls come from {Say.Hour(arrivals.WindowStart)} to "
                + $"{Say.Hour(arrivals.WindowStart + ArrivalPattern.WindowHours)} UTC on {arrivals.Days} days"
                : $"{Say.Share(job.Share)} of the calls come in {job.Runs} runs, begun about "
                + $"{string.Join(" and ", job.Starts.Select(s => s.ToString("HH:mm", CultureInfo.InvariantCulture)))} UTC, {job.Why}";
            return (Urgency.BatchEligible, $"a job on a schedule: {when}, none streamed, none in a conversation");
        }
        if (ShareOf(c => c.Kind.Tier == Tier.Flex) >= .5) return (Urgency.NearTime, "it is bought as flex: it waits already");
        if (arrivals is { Calls: >= 100, Days: >= 3 } && Quietest(arrivals.Hours) >= .205)
            return (Urgency.NearTime, "nobody is seen to wait: not streamed, as busy by night as by day");
        return (Urgency.RealTime, "nothing shows that it can wait");
    }

    // Share of the calls in the quietest six hours on end; a quarter in traffic that knows no night.
    static double Quietest(IReadOnlyList<double> hours) =>
        Enumerable.Range(0, 24).Min(start => Enumerable.Range(start, 6).Sum(h => hours[h % 24]));
}
