using Assay.Pricing;
using Assay.Usage;

namespace Assay.Rating;

/// <summary>One step of a derivation: a meter, its quantity, the rate that applied and where that rate comes from.</summary>
/// <param name="Formula">The arithmetic in full, such as <c>219 × 3.00 / 1M tokens = 0.000657</c>.</param>
/// <param name="Lineage">SKU, source, effective dates; or the reason there is no price.</param>
public sealed record ExplainedMeter(Meter Meter, decimal Quantity, string Formula, string Lineage, Usd? Cost, Usd? Max);

/// <summary>How one request came to its cost, down to the SKU and the book's source.</summary>
public sealed record Explanation(
    UsageRecord Usage, string Book, IReadOnlyList<ExplainedMeter> Meters, Usd Total, Usd TotalMax, IReadOnlyList<string> Notes)
{
    /// <summary>How many meters have no price, so that the total is not the whole cost.</summary>
    public int Unpriced => Meters.Count(m => m.Cost is null);

    /// <summary>True when nothing that was used has a price: the total is not zero but unknown.</summary>
    public bool HasNoPrice => Meters.Count > 0 && Unpriced == Meters.Count;

    public static Explanation Of(in UsageRecord usage, PriceBook book)
    {
        var meters = new List<ExplainedMeter>();
        decimal total = 0m, max = 0m;
        foreach (var outcome in Rater.Rate(usage, book))
        {
            switch (outcome)
            {
                case Outcome.Rated rated:
                    total += rated.Cost.Amount;
                    max += (rated.Max ?? rated.Cost).Amount;
                    meters.Add(new(rated.Meter, rated.Quantity, Formula(rated), Lineage(rated.Rate), rated.Cost, rated.Max));
                    break;
                case Outcome.Unpriced none:
                    meters.Add(new(none.Meter, none.Quantity, $"{Usd.Plain(none.Quantity)} {Units(none.Meter, none.Quantity)}",
                        none.Reason, null, null));
                    break;
            }
        }
        return new(usage, book.Id, meters, new(total), new(max), NotesOn(usage, book));
    }

    // "5 text units", "2 queries", "1 token".
    static string Units(Meter meter, decimal quantity)
    {
        var unit = meter.Unit().Replace('_', ' ');
        return quantity == 1m ? unit : unit.EndsWith('y') ? unit[..^1] + "ies" : unit + "s";
    }

    static string Formula(Outcome.Rated rated) =>
        $"{Usd.Plain(rated.Quantity)} × {rated.Rate.SourceRate} USD per {rated.Rate.SourceUnit} = {rated.Cost}";

    static string Lineage(Rate rate)
    {
        var dates = (rate.From, rate.Until) switch
        {
            (null, null) => "no start, no end known",
            ({ } from, null) => $"from {from:yyyy-MM-dd}",
            (null, { } until) => $"until {until:yyyy-MM-dd}",
            ({ } from, { } until) => $"from {from:yyyy-MM-dd} until {until:yyyy-MM-dd}",
        };
        var file = rate.File.Length == 0 ? "" : $"; {rate.File}";
        return $"{rate.Sku}; {rate.Source}; {dates}{file}";
    }

    // What decided the choice of rates, said once for the whole request.
    static List<string> NotesOn(in UsageRecord usage, PriceBook book)
    {
        var notes = new List<string>();
        if (usage.Model.Scope != Scope.InRegion)
        {
            notes.Add($"scope {usage.Model.Scope.Name()}: the profile's prefix names it; "
                + $"the source region '{usage.Region}' decides the price");
        }
        if (Rater.ContextOf(usage, book) == ContextBand.Long)
            notes.Add($"long context: {usage.Tokens.Prompt} prompt tokens are above {Rater.LongContextAbove}");
        if (usage.Model.Facts is { GrossInput: true } && usage.Tokens.Prompt > usage.Tokens.Input)
            notes.Add("inputTokens of this model is gross: cache tokens were taken out of it");
        if (usage.Tokens.CacheWriteUnknown > 0)
        {
            notes.Add($"the lifetime of {usage.Tokens.CacheWriteUnknown} cache-write tokens is not in the record: "
                + "cost at the 5-minute rate, upper bound at the 1-hour rate");
        }
        if (usage.Tier != Tier.Standard) notes.Add($"tier {usage.Tier.Name()}: as served, read from the answer's body");
        if (usage.Failed)
            notes.Add(usage.Refused is { } reason ? $"not let in by the gateway ({reason}): no server saw it, and nothing is billed"
                : $"failed with {usage.ErrorCode}: nothing is billed");
        if (usage.Tokens.IsNone && usage.Amounts is not null)
            notes.Add("no tokens were counted: a blocked call costs its guardrail units only");
        return notes;
    }
}
