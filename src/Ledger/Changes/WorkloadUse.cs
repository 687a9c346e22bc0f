using Assay.Rating;
using Assay.Usage;

namespace Assay.Ledger.Changes;

/// <summary>How calls are bought and where.</summary>
readonly record struct BuyingTerms(Mode Mode, Tier Tier, Scope Scope, Term Term, string Region);

/// <summary>What one meter of like calls came to in a period.</summary>
record struct MeterUse(decimal Quantity, decimal Cost, decimal Unpriced);

/// <summary>One workload's usage in two periods, 0 the earlier.</summary>
sealed class WorkloadUse
{
    public Dictionary<string, ModelUse> Models { get; } = new(StringComparer.Ordinal);

    public decimal Units(int period) => Models.Values.Sum(m => m.Units[period]);

    public ModelUse Of(string model)
    {
        if (!Models.TryGetValue(model, out var use)) Models[model] = use = new();
        return use;
    }
}

sealed class ModelUse
{
    public decimal[] Units { get; } = new decimal[2];

    /// <summary>Requests of which something has no price.</summary>
    public long[] Unpriced { get; } = new long[2];
    public Dictionary<(BuyingTerms Terms, ContextBand Context), LikeCalls> Leaves { get; } = [];

    public LikeCalls Of(CallKind kind, ContextBand context)
    {
        var key = (new BuyingTerms(kind.Mode, kind.Tier, kind.Model.Scope, kind.Term, kind.Region), context);
        if (!Leaves.TryGetValue(key, out var leaf)) Leaves[key] = leaf = new(kind);
        return leaf;
    }
}

/// <summary>Calls that are priced alike but for the day.</summary>
/// <param name="kind">One of their kinds: all have the same prices.</param>
sealed class LikeCalls(CallKind kind)
{
    public CallKind Kind => kind;
    public decimal[] Units { get; } = new decimal[2];
    public SortedDictionary<Meter, MeterUse>[] Meters { get; } = [[], []];

    public void Add(int period, in MeterSum sum)
    {
        var known = Meters[period].GetValueOrDefault(sum.Meter);
        Meters[period][sum.Meter] = new(known.Quantity + sum.Quantity, known.Cost + sum.Cost, known.Unpriced + sum.UnpricedQuantity);
    }

    /// <summary>True for a meter that lacked a price in one of the periods: its costs are not of one kind.</summary>
    public bool IsUnlike(Meter meter) => Meters.Any(m => m.TryGetValue(meter, out var use) && use.Unpriced > 0m);
}

/// <summary>What a call uses on average.</summary>
/// <param name="Prompt">Tokens read by the model, from wherever.</param>
/// <param name="Split">Share of each prompt meter, adding up to 1; empty where there is no prompt.</param>
/// <param name="Others">Units of the meters that are no prompt: output, images, guardrail units, hours.</param>
sealed record CallPattern(decimal Prompt, IReadOnlyDictionary<Meter, decimal> Split, IReadOnlyDictionary<Meter, decimal> Others)
{
    static readonly Meter[] PromptMeters =
        [Meter.Input, Meter.CacheRead, Meter.CacheWrite5m, Meter.CacheWrite30m, Meter.CacheWrite1h];

    public static bool IsPrompt(Meter meter) => Array.IndexOf(PromptMeters, meter) >= 0;

    /// <summary>The average of some calls in a period; null where there were none.</summary>
    public static CallPattern? Of(IEnumerable<LikeCalls> leaves, int period)
    {
        var (units, sums) = (0m, new SortedDictionary<Meter, decimal>());
        foreach (var leaf in leaves)
        {
            units += leaf.Units[period];
            foreach (var (meter, use) in leaf.Meters[period]) sums[meter] = sums.GetValueOrDefault(meter) + use.Quantity;
        }
        if (units == 0m) return null;
        var prompt = sums.Where(s => IsPrompt(s.Key)).Sum(s => s.Value);
        return new(prompt / units,
            prompt == 0m ? [] : sums.Where(s => IsPrompt(s.Key)).ToDictionary(s => s.Key, s => s.Value / prompt),
            sums.Where(s => !IsPrompt(s.Key)).ToDictionary(s => s.Key, s => s.Value / units));
    }
}
