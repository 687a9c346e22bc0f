using Assay.Usage;

namespace Assay.Pricing;

/// <summary>A rate that does not fit its siblings.</summary>
/// <param name="Sku">The suspicious rate.</param>
/// <param name="What">What is odd about it, as a sentence.</param>
/// <param name="Sibling">The SKU it was compared with; empty when it was judged by itself.</param>
/// <param name="Ratio">The rate divided by that of the sibling; by itself, its USD per unit.</param>
public sealed record PriceFinding(string Sku, RateKey Key, string What, string Sibling, decimal Ratio);

/// <summary>
/// Compares every rate with its siblings. AWS's own data has held a cache-read price ten times too high in one region, a mislabelled
/// region and a "per 1,000" heading over prices per million: such faults show as a ratio no other model has. A finding is a question,
/// not a verdict.
/// </summary>
public static class PriceCheck
{
    const decimal UsdPerTokenMax = 0.001m;

    public static IReadOnlyList<PriceFinding> Run(PriceBook book)
    {
        var rates = book.Rates.ToList();
        var byKey = rates.ToLookup(r => r.Key);
        var byModel = rates.ToLookup(r => (r.Key.Model, r.Key.Meter));
        var byRegionless = rates.ToLookup(r => r.Key with { Region = "" });
        var findings = new List<PriceFinding>();
        foreach (var rate in rates)
        {
            Alone(rate, findings);
            foreach (var (what, least, most, sibling) in Expectations(rate, key => At(byKey[key], rate)))
            {
                if (sibling is not { UsdPerUnit: > 0m }) continue;
                var ratio = rate.UsdPerUnit / sibling.UsdPerUnit;
                var expected = $"{what} (expected {Usd.Plain(least)} to {Usd.Plain(most)} times)";
                if (ratio < least || ratio > most) findings.Add(new(rate.Sku, rate.Key, expected, sibling.Sku, ratio));
            }
            AmongRegions(rate, byRegionless[rate.Key with { Region = "" }], findings);
            Scale(rate, byModel[(rate.Key.Model, rate.Key.Meter)], findings);
        }
        findings.AddRange(book.Conflicts.Select(c => new PriceFinding(c.Dropped.Sku, c.Dropped.Key,
            "one source states two prices for the same key; the dearer stands", c.Kept.Sku, c.Dropped.UsdPerUnit / c.Kept.UsdPerUnit)));
        return [.. findings.DistinctBy(f => (f.Sku, f.What, f.Sibling))];
    }

    static void Alone(Rate rate, List<PriceFinding> findings)
    {
        // Nova's cache writes are free by AWS's own word; nothing else is.
        var isFree = rate.Key.Meter is Meter.CacheWrite5m && rate.Key.Model.StartsWith("amazon.nova-", StringComparison.Ordinal);
        if (rate.UsdPerUnit == 0m && !isFree) findings.Add(new(rate.Sku, rate.Key, "the price is zero", "", 0m));
        if (rate.Key.Meter.Unit() == "token" && rate.UsdPerUnit > UsdPerTokenMax)
            findings.Add(new(rate.Sku, rate.Key, "the price is above 1000 USD per million tokens", "", rate.UsdPerUnit));
    }

    // What a rate is compared with, and between which ratios it is unremarkable.
    static IEnumerable<(string What, decimal Least, decimal Most, Rate? Sibling)> Expectations(Rate rate, Func<RateKey, Rate?> find)
    {
        var key = rate.Key;
        var input = find(key with { Meter = Meter.Input });
        if (key.Meter == Meter.CacheRead) yield return ("a cache read against input", 0.05m, 0.5m, input);
        if (key.Meter == Meter.Output) yield return ("output against input: it is rarely cheaper", 1m, 20m, input);
        if (key.Meter == Meter.CacheWrite5m && rate.UsdPerUnit > 0m) yield return ("a 5-minute cache write against input", 1m, 1.5m, input);
        if (key.Meter == Meter.CacheWrite1h)
            yield return ("a 1-hour cache write against the 5-minute one", 1.2m, 2m, find(key with { Meter = Meter.CacheWrite5m }));
        if (key.Mode == Mode.Batch) yield return ("batch against on demand", 0.48m, 0.52m, find(key with { Mode = Mode.OnDemand }));
        if (key.Tier == Tier.Flex) yield return ("flex against standard", 0.48m, 0.52m, find(key with { Tier = Tier.Standard }));
        if (key.Tier == Tier.Priority) yield return ("priority against standard", 1.7m, 1.8m, find(key with { Tier = Tier.Standard }));
        if (key.Tier == Tier.LatencyOptimized)
            yield return ("latency optimised against standard", 1m, 3m, find(key with { Tier = Tier.Standard }));
        if (key.Context == ContextBand.Long)
            yield return ("long context against standard", 1.4m, 2.1m, find(key with { Context = ContextBand.Standard }));
        if (key.Scope != Scope.Global && find(key with { Scope = Scope.Global }) is { } global)
            yield return ("in-region or geographic against global", 1m, 1.2m, global);
    }

    static void AmongRegions(Rate rate, IEnumerable<Rate> sameButRegion, List<PriceFinding> findings)
    {
        var others = sameButRegion.Where(r => r.Key.Region != rate.Key.Region && Overlaps(r, rate)).OrderBy(r => r.UsdPerUnit).ToList();
        if (others.Count < 2 || others[others.Count / 2] is not { UsdPerUnit: > 0m } median) return;
        var ratio = rate.UsdPerUnit / median.UsdPerUnit;
        if (ratio is > 2.5m or < 0.4m)
            findings.Add(new(rate.Sku, rate.Key, $"the price against the median of {others.Count} other regions", median.Sku, ratio));
    }

    // A heading "per 1,000" over prices per million shows as a factor of a thousand against every sibling of the model.
    static void Scale(Rate rate, IEnumerable<Rate> ofMeter, List<PriceFinding> findings)
    {
        var siblings = ofMeter.Where(r => r.Sku != rate.Sku && r.UsdPerUnit > 0m && Overlaps(r, rate)).OrderBy(r => r.UsdPerUnit).ToList();
        if (siblings.Count == 0 || rate.UsdPerUnit == 0m) return;
        var median = siblings[siblings.Count / 2];
        var ratio = rate.UsdPerUnit / median.UsdPerUnit;
        if (ratio is >= 100m or <= 0.01m)
        {
            var what = $"the unit '{rate.SourceUnit}' looks wrong against the model's other rates";
            findings.Add(new(rate.Sku, rate.Key, what, median.Sku, ratio));
        }
    }

    // The sibling in force when the rate began, or, for a rate without a start, when it last held.
    static Rate? At(IEnumerable<Rate> timeline, Rate rate) => timeline.LastOrDefault(r => Overlaps(r, rate));

    static bool Overlaps(Rate left, Rate right) =>
        (left.From is null || right.Until is null || left.From < right.Until)
        && (right.From is null || left.Until is null || right.From < left.Until);
}
