using Assay.Usage;

namespace Assay.Ledger.Allocation;

/// <summary>What spend is told apart by when it is allocated: a fixed dimension, or a tag of the request metadata.</summary>
public sealed record Dimension(string Name)
{
    public const string TagPrefix = "tag:";
    public const string MeterName = "meter";

    /// <summary>The names there are, apart from <c>tag:KEY</c>.</summary>
    public static readonly IReadOnlyList<string> Fixed =
        ["app", "team", "env", "principal", "account", "model", "region", "mode", "tier", MeterName];

    /// <summary>The tag's key, or null for a fixed dimension.</summary>
    public string? TagKey => Name.StartsWith(TagPrefix, StringComparison.Ordinal) ? Name[TagPrefix.Length..] : null;

    public bool IsMeter => Name == MeterName;

    /// <summary>The value for a line of spend; empty where it has none. A meter is not a line's but one of its parts'.</summary>
    public string Of(SpendLine line, IReadOnlyList<string> tagKeys) => Name switch
    {
        "app" => line.Caller.App,
        "team" => line.Caller.Team,
        "env" => line.Caller.Env,
        "principal" => line.Caller.Principal,
        "account" => line.Caller.Account,
        "model" => line.Model,
        "region" => line.Region,
        "mode" => line.Mode.Name(),
        "tier" => line.Tier.Name(),
        _ => TagKey is { } key ? Tag(line, Position(tagKeys, key)) : "",
    };

    static string Tag(SpendLine line, int at) => at >= 0 && at < line.Caller.Tags.Count ? line.Caller.Tags[at] ?? "" : "";

    static int Position(IReadOnlyList<string> keys, string key)
    {
        for (var i = 0; i < keys.Count; i++)
            if (keys[i] == key) return i;
        return -1;
    }
}

/// <summary>A condition on one dimension: the value is one of these, where a <c>*</c> at the end stands for anything.</summary>
public sealed record Condition(Dimension Dimension, IReadOnlyList<string> Values)
{
    public bool Holds(string value) => Values.Any(v => v.EndsWith('*')
        ? value.StartsWith(v[..^1], StringComparison.Ordinal)
        : v == value);
}

/// <summary>Conditions that hold together. Values are compared as they are written, capitals and all.</summary>
public sealed record Match(IReadOnlyList<Condition> Conditions)
{
    /// <summary>Whether all conditions hold, those on the meter aside.</summary>
    public bool Holds(SpendLine line, IReadOnlyList<string> tagKeys) =>
        Conditions.All(c => c.Dimension.IsMeter || c.Holds(c.Dimension.Of(line, tagKeys)));

    public bool Holds(Meter meter) => Conditions.All(c => !c.Dimension.IsMeter || c.Holds(meter.Name()));

    public bool HasMeter => Conditions.Any(c => c.Dimension.IsMeter);
}

/// <summary>Someone costs are allocated to, and the spend that is theirs whatever its tags say.</summary>
public sealed record Owner(string Name, IReadOnlyList<Match> Matches);

/// <summary>What a shared cost is split by: FinOps calls it the allocation key.</summary>
public enum SplitKey : byte
{
    /// <summary>In proportion to each owner's direct cost.</summary>
    Cost, Requests, Tokens,

    /// <summary>The same for every owner.</summary>
    Evenly,

    /// <summary>By weights written in the rules.</summary>
    Weights,
}

/// <summary>How a cost is split, and among whom.</summary>
/// <param name="Weights">The weights of <see cref="SplitKey.Weights"/>; else empty.</param>
/// <param name="Among">The owners who take part; empty for all of them.</param>
public sealed record SplitRule(SplitKey Key, IReadOnlyList<Weight> Weights, IReadOnlyList<string> Among)
{
    public string Name => Key switch
    {
        SplitKey.Evenly => "evenly",
        SplitKey.Weights => "by weights",
        var key => $"by {key}".ToLowerInvariant(),
    };
}

/// <summary>Where the money of a shared cost comes from.</summary>
public abstract record PoolSource
{
    PoolSource() { }

    /// <summary>An amount of USD for the period read, that no usage shows: support, a commitment's fee.</summary>
    public sealed record Amount(decimal Usd) : PoolSource;

    /// <summary>USD a month of 30 days, scaled to the days read.</summary>
    public sealed record Monthly(decimal Usd) : PoolSource;

    /// <summary>A share of all usage's cost, as support contracts are priced: 0.1 for 10 %.</summary>
    public sealed record Share(decimal Of) : PoolSource;

    /// <summary>Usage that is nobody's own: its cost leaves the direct costs and joins the pool.</summary>
    public sealed record Used(Match Match) : PoolSource;
}

/// <summary>A cost that several share: a knowledge base's floor, idle capacity, a commitment, support.</summary>
public sealed record SharedCost(string Name, PoolSource Source, SplitRule Split);

/// <summary>What becomes of spend that names no owner, in a chargeback. A showback always shows it as it is.</summary>
public abstract record UnallocatedRule
{
    UnallocatedRule() { }

    /// <summary>No rule: a chargeback refuses rather than spread it silently.</summary>
    public sealed record Keep : UnallocatedRule;
    public sealed record To(string Owner) : UnallocatedRule;
    public sealed record Split(SplitRule Rule) : UnallocatedRule;
}

/// <summary>How costs are allocated. Format: <c>docs/allocation.md</c>.</summary>
public sealed record AllocationRules
{
    public string Name { get; init; } = "";

    /// <summary>Dimensions that name an owner; the first that has a value does.</summary>
    public required IReadOnlyList<Dimension> By { get; init; }

    /// <summary>Owners with conditions of their own, asked before <see cref="By"/>; the first in the file's order wins.</summary>
    public IReadOnlyList<Owner> Owners { get; init; } = [];
    public IReadOnlyList<SharedCost> Shared { get; init; } = [];
    public UnallocatedRule Unallocated { get; init; } = new UnallocatedRule.Keep();

    /// <summary>The unit amounts are rounded to when they are charged, USD.</summary>
    public decimal Unit { get; init; } = 0.01m;

    /// <summary>Tags the reader of usage must keep for these rules, in this order.</summary>
    public IReadOnlyList<string> TagKeys =>
        [.. By.Concat(Matches.SelectMany(m => m.Conditions).Select(c => c.Dimension))
            .Select(d => d.TagKey).OfType<string>().Distinct(StringComparer.Ordinal)];

    IEnumerable<Match> Matches =>
        Owners.SelectMany(o => o.Matches).Concat(Shared.Select(s => s.Source).OfType<PoolSource.Used>().Select(u => u.Match));
}
