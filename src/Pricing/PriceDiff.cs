namespace Assay.Pricing;

/// <summary>A key whose price differs between two books.</summary>
public sealed record ChangedRate(Rate Before, Rate After)
{
    /// <summary>After divided by before; null when it was free before.</summary>
    public decimal? Ratio => Before.UsdPerUnit == 0m ? null : After.UsdPerUnit / Before.UsdPerUnit;
}

/// <summary>What one book says that another does not: the last price of every key compared.</summary>
public sealed record PriceDiff(IReadOnlyList<Rate> Added, IReadOnlyList<Rate> Removed, IReadOnlyList<ChangedRate> Changed)
{
    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count == 0;

    public static PriceDiff Between(PriceBook before, PriceBook after)
    {
        var (old, current) = (Last(before), Last(after));
        return new(
            [.. current.Where(r => !old.ContainsKey(r.Key)).Select(r => r.Value)],
            [.. old.Where(r => !current.ContainsKey(r.Key)).Select(r => r.Value)],
            [.. current.Where(r => old.TryGetValue(r.Key, out var was) && was.UsdPerUnit != r.Value.UsdPerUnit)
                .Select(r => new ChangedRate(old[r.Key], r.Value))]);
    }

    // Rates come ordered, each key's timeline by start: the last of a key is its newest price.
    static Dictionary<RateKey, Rate> Last(PriceBook book)
    {
        var last = new Dictionary<RateKey, Rate>();
        foreach (var rate in book.Rates) last[rate.Key] = rate;
        return last;
    }
}
