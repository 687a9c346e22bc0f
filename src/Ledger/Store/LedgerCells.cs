using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Ledger.Store;

/// <summary>The sums of a part of a ledger. Priced by a book or a rating they are what a report is made of.</summary>
public sealed class LedgerCells
{
    readonly IReadOnlyList<int> kinds;
    readonly IReadOnlyList<UsageSum> sums;
    readonly long duplicates;

    /// <param name="kinds">The number of the kind of each sum: what a rating knows it by.</param>
    internal LedgerCells(IReadOnlyList<int> kinds, IReadOnlyList<UsageSum> sums, long duplicates) =>
        (this.kinds, this.sums, this.duplicates) = (kinds, sums, duplicates);

    public IReadOnlyList<UsageSum> Sums => sums;

    /// <summary>Records that were passed over because the ledger held them already.</summary>
    public long Duplicates => duplicates;

    /// <summary>Calls that did not fail and yet count nothing: no tokens, no units.</summary>
    public long Uncounted => sums.Where(s => !s.Failed && s.Meters.Count == 0).Sum(s => s.Records);

    /// <summary>The same as rating and adding every record, to the last digit.</summary>
    public SpendCube Under(PriceBook book)
    {
        var cube = new SpendCube();
        foreach (var sum in sums) cube.Add(sum, book);
        return cube;
    }

    /// <summary>The figures of a rating, whatever books have become since.</summary>
    public SpendCube Under(LedgerPrices prices)
    {
        var cube = new SpendCube();
        for (var i = 0; i < sums.Count; i++)
        {
            var (kind, sum) = (kinds[i], sums[i]);
            cube.Add(sum, [.. sum.Meters.Select(m => prices.Of(kind, sum, m.Meter))]);
        }
        return cube;
    }
}

/// <summary>What a meter of a kind of call cost over a span of days, by one rating.</summary>
sealed record LedgerPrice(int Kind, bool IsLong, Meter Meter, DateOnly From, DateOnly Until, MeterQuote Quote)
{
    /// <summary>Prices what is asked for, one price for each span of days in which the rates stay as they are.</summary>
    public static List<LedgerPrice> Lay(
        IEnumerable<(int Kind, bool IsLong, Meter Meter, DateOnly Day)> used, Func<int, CallKind> kindOf, PriceBook book)
    {
        var laid = new Dictionary<(int, bool, Meter, DateOnly), LedgerPrice>();
        foreach (var (id, isLong, meter, day) in used)
        {
            var kind = kindOf(id);
            var quote = MeterQuote.Of(kind, isLong, day, meter, book);
            var card = book.CardFor(kind, quote.Context, day);
            laid.TryAdd((id, isLong, meter, card.From), new(id, isLong, meter, card.From, card.Until, quote));
        }
        return [.. laid.Values];
    }

    public bool Holds(DateOnly day) => From <= day && (day < Until || Until == DateOnly.MaxValue);
}

/// <summary>The prices of a rating, to be looked up.</summary>
public sealed class LedgerPrices
{
    readonly Dictionary<(int Kind, bool IsLong, Meter Meter), List<LedgerPrice>> prices = [];

    internal LedgerPrices(LedgerRating rating, IEnumerable<LedgerPrice> prices)
    {
        Rating = rating;
        foreach (var price in prices)
        {
            var key = (price.Kind, price.IsLong, price.Meter);
            if (!this.prices.TryGetValue(key, out var spans)) this.prices[key] = spans = [];
            spans.Add(price);
        }
    }

    public LedgerRating Rating { get; }

    internal bool Holds(int kind, bool isLong, Meter meter, DateOnly day) =>
        prices.GetValueOrDefault((kind, isLong, meter))?.Any(p => p.Holds(day)) ?? false;

    internal MeterQuote Of(int kind, UsageSum sum, Meter meter)
    {
        foreach (var price in prices.GetValueOrDefault((kind, sum.IsLong, meter)) ?? [])
            if (price.Holds(sum.Day)) return price.Quote;
        return new(meter, sum.Kind.Context ?? ContextBand.Standard, null, 0m, UnpricedCause.NoRate,
            $"rating {Rating.Id} is older than this usage; 'assay ledger rate --book {Rating.Book.Split('@')[0]}' rates it");
    }
}
