namespace Assay.Pricing;

/// <summary>A key whose price differs between two books. The rates may be of keys that stand in for it (every region).</summary>
public sealed record ChangedRate(RateKey Key, Rate Before, Rate After)
{
    /// <summary>After divided by before; null when it was free before.</summary>
    public decimal? Ratio => Before.UsdPerUnit == 0m ? null : After.UsdPerUnit / Before.UsdPerUnit;
}

/// <summary>What one book says that another does not: the newest price of every key compared.</summary>
public sealed record PriceDiff(IReadOnlyList<Rate> Added, IReadOnlyList<Rate> Removed, IReadOnlyList<ChangedRate> Changed)
{
    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count == 0;

    public static PriceDiff Between(PriceBook before, PriceBook after)
    {
        var (added, removed, changed) = (new List<Rate>(), new List<Rate>(), new List<ChangedRate>());
        // Asked as a charge would ask: a row that another row now stands in for has not gone.
        foreach (var key in before.Rates.Concat(after.Rates).Select(r => r.Key).Distinct())
            switch (before.Find(key, DateOnly.MaxValue), after.Find(key, DateOnly.MaxValue))
            {
                case (null, { } now): added.Add(now); break;
                case ({ } was, null): removed.Add(was); break;
                case ({ } was, { } now) when was.UsdPerUnit != now.UsdPerUnit: changed.Add(new(key, was, now)); break;
            }
        return new(added, removed, changed);
    }
}
