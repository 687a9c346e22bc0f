using Assay.Usage;

namespace Assay.Planning;

/// <summary>One way to buy a workload's inference, weighed.</summary>
public sealed record ModeOption
{
    /// <summary>One of the bill's inference categories: <c>on_demand</c>, <c>caching</c>, <c>batch</c>, <c>provisioned</c>, …</summary>
    public required string Mode { get; init; }

    public Tier Tier { get; init; }
    public required Scope Scope { get; init; }
    public Term Term { get; init; }

    /// <summary>Lifetime of the cache, as <c>5m</c>; null where nothing is cached.</summary>
    public string? Cache { get; init; }

    /// <summary>Share of the calls sent as batch jobs; the rest is bought on demand.</summary>
    public decimal BatchShare { get; init; }

    /// <summary>True when the workload may be bought so and a price is known.</summary>
    public bool IsAllowed { get; init; }

    /// <summary>Why not, or what is to be known of it.</summary>
    public required string Why { get; init; }

    /// <summary>All inference of the workload in a month, USD; null without a price.</summary>
    public decimal? Monthly { get; init; }

    public bool IsRecommended { get; init; }

    /// <summary>False where a rule on where calls may be computed forbids it.</summary>
    public bool KeepsResidency { get; init; } = true;

    /// <summary>What bought capacity comes to; null for modes without one.</summary>
    public CapacityCost? Capacity { get; init; }
}

/// <summary>Capacity bought for a workload.</summary>
/// <param name="Units">Model units, or tokens a minute reserved.</param>
/// <param name="Monthly">What it costs, used or not, USD.</param>
/// <param name="Idle">The part of it that goes unused, USD.</param>
/// <param name="BreakEven">Utilisation at which on-demand would cost as much; above 1 it never pays.</param>
public sealed record CapacityCost(decimal Units, decimal Monthly, decimal Idle, decimal Utilisation, decimal Carried, decimal BreakEven);

/// <summary>Whether a cache pays: how often a prefix is called, and how often it would have to be.</summary>
/// <param name="RequestsPerMinute">Requests a minute and prefix, the month's mean.</param>
/// <param name="BreakEvenPerMinute">From where it pays; 0 when always, null when never.</param>
/// <param name="Hits">Share of the calls that hit.</param>
public sealed record CacheBreakEven(string Lifetime, decimal RequestsPerMinute, decimal? BreakEvenPerMinute, decimal Hits);

/// <summary>A workload with every mode weighed.</summary>
/// <param name="Recommended">The cheapest option allowed; null when none is.</param>
/// <param name="Fallback">The cheapest allowed option of another mode, should the model lose the recommended one.</param>
/// <param name="InUse">Modes of the workload as it is described.</param>
/// <param name="ResidencyUsd">What its residency rule costs a month: the cheapest lawful option less the cheapest of all.</param>
public sealed record WeighedWorkload(
    string Name, IReadOnlyList<ModeOption> Options, ModeOption? Recommended, ModeOption? Fallback, IReadOnlyList<string> InUse,
    decimal? ResidencyUsd, IReadOnlyList<CacheBreakEven> Caches)
{
    /// <summary>The scope it is described with.</summary>
    public Scope Scope { get; init; }
}
