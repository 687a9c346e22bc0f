using Assay.Usage;

namespace Assay.Planning;

/// <summary>What an action sets, for programs: what policies are written from, and what is undone to prove it.</summary>
public sealed record PlanChange
{
    /// <summary>The foundation model that answers instead, and for which share of the calls; null to keep the model.</summary>
    public string? Model { get; init; }
    public decimal ModelShare { get; init; } = 1m;

    public (Scope From, Scope To)? Scope { get; init; }
    public (Tier From, Tier To)? Tier { get; init; }

    /// <summary>True for calls that become records of batch jobs.</summary>
    public bool IsBatch { get; init; }

    /// <summary>True where nothing is to be marked for the cache any more.</summary>
    public bool IsCacheOff { get; init; }

    /// <summary>How long the cache keeps what is marked; null to leave caching alone.</summary>
    public TimeSpan? CacheLifetime { get; init; }

    /// <summary>True where something was cached before.</summary>
    public bool WasCached { get; init; }

    /// <summary>Most model calls a task; null to leave them.</summary>
    public int? MaxCalls { get; init; }

    internal static PlanChange Of(WorkloadView view, LeverOption option) => new()
    {
        Model = option.Terms?.Model?.Id,
        ModelShare = option.Terms?.ModelFor is { } some && view.Workload.Calls.Count > 0
            ? decimal.Round((decimal)some.Cast<bool>().Count(s => s) / Math.Max(1, view.Workload.Answered), 4) : 1m,
        Scope = option.Terms?.Scope is { } scope ? (view.Model.Scope, scope) : null,
        Tier = option.Terms?.Tier is { } tier
            ? (view.Workload.Calls.CountBy(c => c.Kind.Tier).MaxBy(p => p.Value).Key, tier) : null,
        IsBatch = option.Terms?.Batch == true, IsCacheOff = option.Plan?.CacheOff == true, CacheLifetime = option.Plan?.Caching?.Lifetime,
        WasCached = view.Workload.Calls.Any(c => c.Tokens.Prompt > c.Tokens.Input),
        MaxCalls = option.Plan?.Dropped is null ? null : view.MaxCalls,
    };
}
