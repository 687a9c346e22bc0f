using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>
/// Tells apart rows that quote one model several times without saying why. A row is assigned only where a known ratio to the base rate
/// holds exactly in every column; otherwise all competing rows stay unclassified. The ratios never make a price: they only say which
/// printed price is which.
/// </summary>
static class PricingPageSettlement
{
    const decimal Half = 0.5m, Priority = 1.75m, Geo = 1.1m, Gov = 1.2m;

    // Sold by scope like Claude 4.5 and later, but in one table that does not say which row is which.
    static readonly string[] ScopedWithoutSaying = ["amazon.nova-2-lite", "amazon.nova-2-pro", "amazon.nova-2-omni"];

    // Nova 2 Lite's batch price is no half: 0.1595 and 1.342 against 0.33 and 2.75.
    static readonly decimal[] NovaTwoLiteBatch = [0.1595m, 1.342m];

    public static IEnumerable<PageQuote> Settle(IReadOnlyList<PageQuote> quotes, DateOnly date, List<Unclassified> unclassified)
    {
        foreach (var ofModel in quotes.GroupBy(q => q.Models[0]))
        {
            // The same fact in two tables is one quote.
            var distinct = ofModel.DistinctBy(q => (q.Tier, string.Join(' ', q.Scopes), q.From, string.Join(' ', q.Prices))).ToList();
            foreach (var settled in SettleModel(distinct, date, unclassified)) yield return RightScale(settled, distinct);
        }
    }

    static IEnumerable<PageQuote> SettleModel(List<PageQuote> quotes, DateOnly date, List<Unclassified> unclassified)
    {
        if (ScopedWithoutSaying.Any(id => quotes[0].Models[0].StartsWith(id, StringComparison.Ordinal)))
        {
            var (tokens, others) = (quotes.Where(IsTokens).ToList(), quotes.Where(q => !IsTokens(q)));
            return [.. ByScope(tokens, date, unclassified), .. others];
        }
        var contested = Groups(quotes).Where(g => IsContested(g)).ToList();
        if (contested.Count == 0) return quotes;
        var settled = quotes.Except(contested.SelectMany(g => g)).ToList();
        if (ByTabs(quotes) is { Count: > 0 } family)
        {
            settled.AddRange(family);
            foreach (var group in contested)
                foreach (var rest in group.Except(family)) Refuse(rest, group, date, unclassified, group.Find(family.Contains));
            return settled.Distinct();
        }
        foreach (var group in contested)
        {
            if ((ByTier(group) ?? ByGovCloud(group, quotes)) is { } told) settled.AddRange(told);
            else foreach (var quote in group) Refuse(quote, group, date, unclassified);
        }
        return settled;
    }

    // Rows that would land on the same keys.
    static IEnumerable<List<PageQuote>> Groups(List<PageQuote> quotes) =>
        quotes.GroupBy(q => (q.Tier, string.Join(' ', q.Scopes), q.From, q.Prices[0].Meter, q.Prices[0].Mode, q.Prices[0].Term))
            .Select(g => g.ToList());

    static bool IsContested(List<PageQuote> group) => group
        .SelectMany(q => q.Prices).GroupBy(p => (p.Meter, p.Mode, p.Term)).Any(g => g.Select(p => p.Usd).Distinct().Skip(1).Any());

    static bool IsNova(PageQuote quote) => quote.Models[0].StartsWith("amazon.nova-", StringComparison.Ordinal);

    static bool IsTokens(PageQuote quote) => quote.Prices.Any(p => p.Meter is Meter.Input or Meter.Output);

    /// <summary>
    /// Tables with tabs for standard, flex, priority and batch print each price twice or more, three per cent apart. Prices are set in
    /// the base regions and then raised and rounded, so the base row is the one whose flex and priority rows stand at exactly one half
    /// and 1.75.
    /// </summary>
    static List<PageQuote> ByTabs(List<PageQuote> quotes)
    {
        var families = new List<List<PageQuote>>();
        foreach (var standard in quotes.Where(q => q.Tier == Tier.Standard && q.Prices.Any(p => p.Mode == Mode.OnDemand)))
        {
            var flex = quotes.Find(q => q.Tier == Tier.Flex && Stands(q, Half, standard));
            var priority = quotes.Find(q => q.Tier == Tier.Priority && Stands(q, Priority, standard));
            if (flex is null || priority is null) continue;
            var batch = quotes.Find(q => q.Tier == Tier.Standard && q.Prices.All(p => p.Mode == Mode.Batch) && Stands(q, Half, standard));
            families.Add([standard, flex, priority, .. batch is null ? (List<PageQuote>)[] : [batch]]);
        }
        return families is [var only] ? only : [];
    }

    // Nova: one table, no tabs. A row at 1.75 shows that tiers are sold, so the row at one half is both flex and batch; without it, batch.
    static List<PageQuote>? ByTier(List<PageQuote> group)
    {
        if (group.Count is < 2 or > 3 || group.Any(q => q.Tier != Tier.Standard || !IsNova(q) || !IsTokens(q))) return null;
        foreach (var standard in group)
        {
            var half = group.Find(q => Stands(q, Half, standard));
            var priority = group.Find(q => Stands(q, Priority, standard));
            if (half is null || (priority is null) != (group.Count == 2)) continue;
            List<PageQuote> told = [standard, AsBatch(half)];
            if (priority is not null) told.AddRange([half with { Tier = Tier.Flex }, priority with { Tier = Tier.Priority }]);
            return told;
        }
        return null;
    }

    // Two rows, of which one costs 1.2 times the other, or 1.2 times the model's global price where the other costs 1.1 times that.
    static List<PageQuote>? ByGovCloud(List<PageQuote> group, List<PageQuote> ofModel)
    {
        if (group.Count != 2 || !group.All(IsTokens)) return null;
        var global = ofModel.Find(q => q.Scopes is [Scope.Global] && IsTokens(q));
        foreach (var (listed, dearer) in ((PageQuote, PageQuote)[])[(group[0], group[1]), (group[1], group[0])])
        {
            var isGov = Stands(dearer, Gov, listed) || (global is not null && Stands(listed, Geo, global) && Stands(dearer, Gov, global));
            if (isGov) return [listed, dearer with { Regions = AwsRegions.GovCloud, Mark = "gov" }];
        }
        return null;
    }

    // The global row is the one that has a row at 1.1; every other must stand at a known ratio to it.
    static IEnumerable<PageQuote> ByScope(List<PageQuote> group, DateOnly date, List<Unclassified> unclassified)
    {
        var global = group.Find(q => group.Exists(g => Stands(g, Geo, q)) && group.Exists(h => Stands(h, Half, q)));
        foreach (var quote in group)
        {
            var told = global is null ? null : Placed(quote, global);
            if (told is not null) yield return told;
            else Refuse(quote, group, date, unclassified);
        }

        static PageQuote? Placed(PageQuote quote, PageQuote global)
        {
            if (quote.Prices.Select(p => p.Usd).SequenceEqual(NovaTwoLiteBatch))
                return AsBatch(quote) with { Scopes = [Scope.InRegion, Scope.Geo] };
            foreach (var (tier, ratio) in ((Tier, decimal)[])[(Tier.Standard, 1m), (Tier.Flex, Half), (Tier.Priority, Priority)])
            {
                if (Stands(quote, ratio, global)) return quote with { Tier = tier, Scopes = [Scope.Global] };
                if (Stands(quote, ratio * Geo, global)) return quote with { Tier = tier, Scopes = [Scope.InRegion, Scope.Geo] };
            }
            return null;
        }
    }

    /// <summary>True when every price of the quote is <paramref name="ratio"/> times that of the other, to the last digit.</summary>
    static bool Stands(PageQuote quote, decimal ratio, PageQuote other)
    {
        var shared = 0;
        var isBatch = quote.Prices.All(p => p.Mode == Mode.Batch);
        foreach (var price in quote.Prices)
            foreach (var sibling in other.Prices)
                if (price.Meter == sibling.Meter && price.Term == sibling.Term && (isBatch || price.Mode == sibling.Mode))
                {
                    if (price.Usd != sibling.Usd * ratio) return false;
                    shared++;
                }
        return shared > 0;
    }

    static PageQuote AsBatch(PageQuote quote) => quote with { Prices = [.. quote.Prices.Select(p => p with { Mode = Mode.Batch })] };

    static void Refuse(PageQuote quote, List<PageQuote> group, DateOnly date, List<Unclassified> unclassified, PageQuote? taken = null)
    {
        var prices = string.Join("; ", group.Select(g => g.Printed).Distinct());
        unclassified.Add(quote.Row.Unclassified(date, taken is not null
            ? $"{taken.Printed} is the base row of {quote.Name} by its flex and priority rows; "
                + $"this one is for a region it does not name: {prices}"
            : group.Count == 1
            ? $"the only row of {quote.Name} and the key cannot hold what it depends on (scope or size); no other row settles it by ratio"
            : $"{group.Count} rows quote {quote.Name} at prices the key cannot tell apart and no known ratio settles which is which: "
                + prices));
    }

    /// <summary>
    /// The page heads a table "per 1,000" over prices per million: read as printed, Claude 3.5 Haiku would cost a thousand times its
    /// standard rate when latency is optimised. A price a hundred times that of its sibling is a fault of the heading.
    /// </summary>
    static PageQuote RightScale(PageQuote quote, List<PageQuote> ofModel)
    {
        return quote with { Prices = [.. quote.Prices.Select(Right)] };

        PagePrice Right(PagePrice price)
        {
            if (price.Unit != "1K tokens") return price;
            var sibling = ofModel.Where(q => q.Tier == Tier.Standard).SelectMany(q => q.Prices)
                .FirstOrDefault(p => p.Meter == price.Meter && p.Mode == price.Mode && p.Unit == "1M tokens");
            return sibling.Usd > 0m && price.Usd * 1_000m > sibling.Usd * 100m ? price with { Unit = "1M tokens" } : price;
        }
    }
}
