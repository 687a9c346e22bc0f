using Assay.Usage;

namespace Assay.Planning;

/// <summary>How long the answers of a workload can wait, as far as its behaviour and the constraints tell.</summary>
public enum Urgency : byte
{
    /// <summary>Somebody waits: streams, conversations, priority or latency-optimised calls.</summary>
    RealTime,

    /// <summary>Hours: declared, or nobody seems to wait, and nothing shows that a day would do.</summary>
    NearTime,

    /// <summary>A day will do: declared, or a scheduled burst at an hour when nobody reads the answers.</summary>
    BatchEligible,
}

/// <summary>How most calls of a workload are bought today.</summary>
/// <param name="IsCached">True where something is read from the prompt cache or written to it.</param>
public readonly record struct BoughtAs(Scope Scope, Tier Tier, Mode Mode, bool IsCached);

/// <summary>A workload as the plan sees it.</summary>
public sealed record PlannedWorkload
{
    public required WorkloadKey Key { get; init; }
    public required string Name { get; init; }
    public required long Requests { get; init; }
    public required long Failed { get; init; }

    /// <summary>Why some or all of its usage has no price; null where all has one.</summary>
    public string? WithoutPrice { get; init; }

    /// <summary>Input and output tokens, cached ones among them.</summary>
    public long Tokens { get; init; }

    /// <summary>Cost of the period today, and as planned, USD, of what has a price.</summary>
    public required decimal Cost { get; init; }
    public required decimal Planned { get; init; }

    public required Urgency Urgency { get; init; }

    /// <summary>Why it is held to be that urgent.</summary>
    public required string Why { get; init; }

    /// <summary>What batch would save over the period, were its answers allowed to wait; null where batch is not to be had.</summary>
    public decimal? IfItMayWait { get; init; }

    /// <summary>True where nothing of it has a price: its costs are unknown, not zero.</summary>
    public bool IsUnpriced => WithoutPrice is not null && Cost == 0m;

    /// <summary>Today's arrangement and the planned one, in words.</summary>
    public required string From { get; init; }
    public required string To { get; init; }

    /// <summary>The same calls to other models, replayed; nothing is known of their answers.</summary>
    public IReadOnlyList<ModelWhatIf> Models { get; init; } = [];

    public BoughtAs Bought { get; init; }

    /// <summary>How its calls arrive, in a few words.</summary>
    public string Arrivals { get; init; } = "";
}

/// <summary>A step from today's bill to the planned one.</summary>
/// <param name="Alone">What its actions save each by itself, over the period.</param>
/// <param name="Joint">What it takes off the bill after the steps before it.</param>
public sealed record WaterfallStep(Lever Lever, int Actions, decimal Alone, decimal Joint);

/// <summary>
/// What to change about a bill. Every figure of a period is a replay of that period's own calls through the rater; a month is the
/// period times 30 over its days.
/// </summary>
public sealed record Plan
{
    public required string Book { get; init; }
    public required DateOnly From { get; init; }
    public required DateOnly To { get; init; }
    public required int Days { get; init; }
    public required long Requests { get; init; }

    /// <summary>The period's bill, and the same calls under the plan, USD.</summary>
    public required decimal Current { get; init; }
    public required decimal Planned { get; init; }

    /// <summary>The most the period's bill can be, where records leave it open: for how long cache writes were kept.</summary>
    public decimal CurrentMax { get; init; }

    public required decimal CurrentMonthly { get; init; }
    public required decimal PlannedMonthly { get; init; }

    /// <summary>The sum of the actions' joint savings.</summary>
    public required decimal SavingMonthly { get; init; }

    /// <summary>Counted savings first, the largest at the top; then candidates, then warnings.</summary>
    public required IReadOnlyList<PlanAction> Actions { get; init; }

    public required IReadOnlyList<PlannedWorkload> Workloads { get; init; }
    public required IReadOnlyList<WaterfallStep> Waterfall { get; init; }

    /// <summary>
    /// What the counted actions would save, each by itself, added up; it differs from the joint saving where levers take from the same
    /// money.
    /// </summary>
    public required decimal SumOfAlone { get; init; }

    /// <summary>Why the sum differs from the joint saving; empty where it does not.</summary>
    public string WhyTheyDiffer { get; init; } = "";

    /// <summary>How far the planned cost may lie above the least possible, as a share of it: proven by a bound of our own.</summary>
    public required decimal OptimalGap { get; init; }

    /// <summary>Calls without a price, by reason: they are in no figure.</summary>
    public IReadOnlyList<(string Reason, long Count)> Unpriced { get; init; } = [];

    /// <summary>What the plan could not see or do, and what would help: one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
