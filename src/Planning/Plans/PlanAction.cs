using Assay.Usage;

namespace Assay.Planning;

/// <summary>What can be changed about a bill.</summary>
public enum Lever : byte { Routing, Batch, Caching, Output, KnowledgeBase, Agents, Provisioned, Commitment, Scope, Tier, Governance }

public enum ActionKind : byte
{
    /// <summary>Counted in the plan: lawful, and its saving is a replay.</summary>
    Saving,

    /// <summary>Not counted: it needs evidence of quality, or somebody's consent.</summary>
    Candidate,

    /// <summary>Something is wrong that no arrangement mends; the money at stake stands in the evidence.</summary>
    Warning,
}

public enum WarningCause : byte { Policy, Anomaly, Runaway, Throttling, Unpriced }

public enum Confidence : byte { Low, Medium, High }

/// <summary>What a change asks of those who make it: a setting, a change of code, a change of how work is done.</summary>
public enum Effort : byte { Low, Medium, High }

/// <summary>Whose traffic: the calls of one principal under one application tag to one model.</summary>
/// <param name="Model">The foundation-model id, without scope.</param>
public sealed record WorkloadKey(string Account, string Principal, string App, string Model);

/// <summary>What speaks for an action.</summary>
/// <param name="Requests">Calls it rests on.</param>
/// <param name="First">The first of them, UTC.</param>
/// <param name="Text">One or two sentences: which calls, which hours, which prefix.</param>
public sealed record Evidence(long Requests, DateTime First, DateTime Last, string Text)
{
    /// <summary>Money at stake over the period, USD, for warnings; null where none can be told.</summary>
    public decimal? AtStake { get; init; }

    /// <summary>Bounds of the period's saving, where what is in the logs leaves it open.</summary>
    public (decimal Low, decimal High)? Interval { get; init; }

    /// <summary>Some of the calls, to be explained one by one.</summary>
    public IReadOnlyList<RequestId> Examples { get; init; } = [];

    /// <summary>Further figures, in the order shown: a name and its value in words.</summary>
    public IReadOnlyList<(string Name, string Value)> Figures { get; init; } = [];
}

/// <summary>One thing to do, in dollars.</summary>
public sealed record PlanAction
{
    public required Lever Lever { get; init; }
    public required ActionKind Kind { get; init; }
    public required WorkloadKey Workload { get; init; }

    /// <summary>What people call the workload.</summary>
    public required string Name { get; init; }

    public required string From { get; init; }
    public required string To { get; init; }

    /// <summary>The replayed saving of this lever alone over the period, USD.</summary>
    public decimal PeriodSaving { get; init; }

    /// <summary>What it adds to the plan when those before it are made, over the period, USD; 0 where it is not counted.</summary>
    public decimal JointPeriodSaving { get; init; }

    /// <summary><see cref="PeriodSaving"/> over 30 days.</summary>
    public decimal MonthlySaving { get; init; }

    /// <summary><see cref="JointPeriodSaving"/> over 30 days; these add up to the plan's saving.</summary>
    public decimal JointSaving { get; init; }

    /// <summary>
    /// For candidates: what it would save over 30 days once the counted changes are made, USD; null where that cannot be told.
    /// </summary>
    public decimal? AfterPlan { get; init; }

    public Confidence Confidence { get; init; }
    public Effort Effort { get; init; }

    /// <summary>What it would break or cost beside money; empty when nothing is known.</summary>
    public string Breaks { get; init; } = "";

    /// <summary>What it sets, for programs; null where that is no setting of a workload: capacity bought, a warning.</summary>
    public PlanChange? Applies { get; init; }

    /// <summary>How it is set up, in a line or two that can be copied; empty when there is nothing to copy.</summary>
    public string Setup { get; init; } = "";

    public required Evidence Evidence { get; init; }

    /// <summary>For warnings: which kind of trouble.</summary>
    public WarningCause? Warning { get; init; }

    /// <summary>The quality it keeps, in words, beside any saving of routing; empty elsewhere.</summary>
    public string Quality { get; init; } = "";
}
