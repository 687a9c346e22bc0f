using System.Collections;
using Assay.Patterns.Caching;
using Assay.Patterns.Prompts;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>What calls read from the cache and write to it, one entry a call, in the order of the workload.</summary>
/// <param name="Uses">What is left of a prompt is plain input; null leaves a call as it was recorded.</param>
/// <param name="Lifetime">How long what is written lives: it decides the meter.</param>
public sealed record PlannedCaching(CacheUse?[] Uses, TimeSpan Lifetime)
{
    public long Read => Uses.Sum(u => u?.Read ?? 0);
    public long Written => Uses.Sum(u => u?.Written ?? 0);

    /// <summary>Replays a layout of cache points over calls, each serving region with a cache of its own.</summary>
    /// <param name="calls">In the order of their times.</param>
    /// <param name="inOneCache">True to let all regions share one, which is what a single region would give.</param>
    public static PlannedCaching Of(ReadOnlySpan<UsageRecord> calls, CacheLayout layout, TimeSpan lifetime, bool inOneCache)
    {
        var caches = new Dictionary<string, PrefixCache>(StringComparer.Ordinal);
        var uses = new CacheUse?[calls.Length];
        Span<CachePrefix> points = new CachePrefix[CacheLayout.PointsMax];
        for (var i = 0; i < calls.Length; i++)
        {
            ref readonly var call = ref calls[i];
            if (call.Tokens.Prompt == 0 || call.Content?.Prompt is null) continue;
            var region = inOneCache ? "" : ServedIn(call);
            if (!caches.TryGetValue(region, out var cache)) caches[region] = cache = new(lifetime);
            uses[i] = cache.Use(call.Time, points[..layout.Prefixes(call, points)]);
        }
        return new(uses, lifetime);
    }

    /// <summary>Whose cache a call uses.</summary>
    internal static string ServedIn(in UsageRecord call) =>
        call.Content is { ServingRegion: { Length: > 0 } region } ? region : call.Kind.Region;
}

/// <summary>
/// Which of a workload's calls are made and what becomes of their tokens, before anybody prices them. Equal by what it holds, so that a
/// replay is done once.
/// </summary>
public sealed record CallPlan
{
    public static readonly CallPlan AsRecorded = new();

    /// <summary>Calls that are not made; null when all are.</summary>
    public BitArray? Dropped { get; init; }

    /// <summary>Calls that go into batch jobs; null when none do.</summary>
    public BitArray? InBatch { get; init; }

    /// <summary>True when nothing is marked for the cache: all of a prompt is plain input.</summary>
    public bool CacheOff { get; init; }

    /// <summary>Caching as planned; null to leave it as recorded.</summary>
    public PlannedCaching? Caching { get; init; }

    /// <summary>Most tokens an answer may have; null to leave answers as they are.</summary>
    public long? OutputMax { get; init; }

    /// <summary>What the tokens of a call become.</summary>
    public TokenCounts TokensOf(in UsageRecord call, int index)
    {
        var tokens = call.Tokens;
        if (OutputMax is { } most && tokens.Output > most) tokens = tokens with { Output = most };
        if (CacheOff) return Plain(tokens);
        if (Caching is not { } caching || caching.Uses[index] is not { } use) return tokens;
        var input = tokens.Prompt - use.Read - use.Written;
        var hour = caching.Lifetime > TimeSpan.FromMinutes(30);
        return new()
        {
            Input = input, Output = tokens.Output, CacheRead = use.Read,
            CacheWrite5m = hour ? 0 : use.Written, CacheWrite1h = hour ? use.Written : 0,
        };
    }

    /// <summary>A prompt of which nothing is cached.</summary>
    public static TokenCounts Plain(in TokenCounts tokens) => new() { Input = tokens.Prompt, Output = tokens.Output };
}

/// <summary>How calls are bought. Null members leave what a call has.</summary>
public sealed record CallTerms
{
    public static readonly CallTerms AsRecorded = new();

    public ModelRef? Model { get; init; }

    /// <summary>Calls that <see cref="Model"/> is for; null for all.</summary>
    public BitArray? ModelFor { get; init; }

    public Scope? Scope { get; init; }
    public Tier? Tier { get; init; }

    /// <summary>True when the calls of <see cref="CallPlan.InBatch"/> are bought as batch; they have no tier.</summary>
    public bool Batch { get; init; }

    /// <summary>True when what was bought as batch is bought one by one.</summary>
    public bool OnDemand { get; init; }
}
