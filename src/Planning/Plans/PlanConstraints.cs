using Assay.Estate;

namespace Assay.Planning;

/// <summary>What a plan must keep to. Everything left out leaves the plan free, or asks for consent where the answer is not ours.</summary>
public sealed record PlanConstraints
{
    public static readonly PlanConstraints None = new();

    /// <summary>What the file is called in messages.</summary>
    public string File { get; init; } = "";

    /// <summary>Models that may be used, as foundation-model ids; null when nobody says.</summary>
    public IReadOnlyList<string>? Approved { get; init; }

    /// <summary>Where calls may be computed; null when nobody says: then a wider scope needs consent.</summary>
    public Residency? Residency { get; init; }

    /// <summary>A counted action must save this much a month, USD.</summary>
    public decimal MinimumMonthlySaving { get; init; } = 1m;

    /// <summary>Most changes the plan may ask for; null for any number.</summary>
    public int? MaxActions { get; init; }

    /// <summary>Most model calls one task of an agent may take.</summary>
    public int MaxCalls { get; init; } = 8;

    /// <summary>Least share of answers that must stay as good, from 0 to 1; null when nobody says.</summary>
    public decimal? QualityFloor { get; init; }

    /// <summary>Fewest records of a batch job.</summary>
    public int BatchMinimum { get; init; } = 100;

    public IReadOnlyList<WorkloadRule> Workloads { get; init; } = [];

    /// <summary>What trials have shown of a smaller model.</summary>
    public IReadOnlyList<QualityEvidence> Trials { get; init; } = [];

    /// <summary>What a model unit carries, by model id: AWS publishes none.</summary>
    public IReadOnlyList<UnitThroughput> Units { get; init; } = [];

    /// <summary>Committed spend that the plan is part of; null when there is none.</summary>
    public SpendCommitment? Commitment { get; init; }

    /// <summary>The first rule that holds for a workload; null when none does.</summary>
    public WorkloadRule? RuleFor(WorkloadKey key) => Workloads.FirstOrDefault(r => r.Holds(key));
}

/// <summary>What is known of some workloads that their logs do not tell. Null members match everything, or say nothing.</summary>
public sealed record WorkloadRule
{
    public string? Account { get; init; }
    public string? Principal { get; init; }
    public string? App { get; init; }
    public string? Model { get; init; }

    /// <summary>What people call it.</summary>
    public string? Name { get; init; }

    /// <summary>How long its answers can wait; zero for not at all.</summary>
    public TimeSpan? MaxWait { get; init; }

    public Residency? Residency { get; init; }
    public IReadOnlyList<string>? Approved { get; init; }
    public decimal? QualityFloor { get; init; }
    public int? MaxCalls { get; init; }

    /// <summary>True for what must not be touched.</summary>
    public bool IsFixed { get; init; }

    public bool Holds(WorkloadKey key) => Is(Account, key.Account) && Is(Principal, key.Principal) && Is(App, key.App)
        && Is(Model, key.Model);

    static bool Is(string? wanted, string value) => wanted is null || wanted == value;
}

/// <summary>What a trial showed: of the calls of some workloads, this share can go to another model with this quality kept.</summary>
/// <param name="Share">Share of the calls, from 0 to 1.</param>
/// <param name="Kept">Share of their answers that stay as good.</param>
/// <param name="Source">Where that comes from, in the user's words.</param>
public sealed record QualityEvidence(WorkloadRule For, string Model, decimal Share, decimal Kept, string Source);

/// <summary>Tokens a minute, input and output together, that one model unit carries.</summary>
/// <param name="Owned">Units that are paid for whatever is planned, and that calls on demand could still use.</param>
public sealed record UnitThroughput(string Model, decimal TokensPerMinute, int Owned = 0);

/// <summary>Spend promised to AWS.</summary>
/// <param name="Annual">USD a contract year.</param>
/// <param name="Organic">USD a year that is spent anyway, without what is planned here.</param>
/// <param name="Discount">From 0 to 1.</param>
public sealed record SpendCommitment(decimal Annual, decimal Organic, decimal Discount);
