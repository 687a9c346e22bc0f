using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;
using DuckDB.NET.Data;

namespace Assay.Ledger.Store;

public sealed partial class DuckDbLedger
{
    public IReadOnlyList<LedgerRating> Ratings() => Guarded(() =>
    {
        var ratings = new List<LedgerRating>();
        Each("SELECT id, book, digest, known_at FROM rating ORDER BY id",
            r => ratings.Add(new(r.GetInt32(0), r.GetString(1), r.GetString(2), TimeAt(r, 3)!.Value)));
        return ratings;
    });

    public LedgerRating Rate(PriceBook book) => Guarded(() =>
    {
        if (!isTaking) throw new InvalidOperationException("Nothing was begun.");
        Flush();
        var digest = BookDigest.Of(book);
        var ratings = Ratings();
        var isNew = ratings.Count == 0 || ratings[^1].Digest != digest || ratings[^1].Book != book.Id;
        var rating = isNew ? new(ratings.Count + 1, book.Id, digest, knownAt) : ratings[^1];
        if (isNew)
        {
            Run($"INSERT INTO rating VALUES ({rating.Id}, {LedgerFile.Text(book.Id)}, '{digest}', {LedgerFile.Moment(knownAt)})");
        }
        var used = new List<(int, bool, Meter, DateOnly)>();
        Each("SELECT DISTINCT c.kind, c.is_long, s.meter, c.day FROM cell c JOIN cell_meter s ON s.cell = c.id WHERE NOT EXISTS "
            + $"(SELECT 1 FROM price p WHERE p.rating = {rating.Id} AND p.kind = c.kind AND p.is_long = c.is_long AND p.meter = s.meter "
            + "AND p.from_day <= c.day AND c.day < p.until_day) ORDER BY ALL",
            r => used.Add((r.GetInt32(0), r.GetBoolean(1), (Meter)r.GetByte(2), r.GetFieldValue<DateOnly>(3))));
        AppendPrices(rating.Id, LedgerPrice.Lay(used, KindsOf([]), book));
        return rating;
    });

    void AppendPrices(int rating, List<LedgerPrice> prices)
    {
        if (prices.Count == 0) return;
        using var appender = connection.CreateAppender("price");
        foreach (var price in prices)
        {
            var (quote, rate) = (price.Quote, price.Quote.Rate);
            appender.CreateRow().AppendValue(rating).AppendValue(price.Kind).AppendValue(price.IsLong).AppendValue((byte)price.Meter)
                .AppendValue(price.From).AppendValue(price.Until).AppendValue(quote.Context.Name()).AppendValue(rate?.UsdPerUnit)
                .AppendValue(quote.UsdAbove).AppendValue((int)quote.Cause).AppendValue(quote.Reason).AppendValue(rate?.Sku)
                .AppendValue(rate?.SourceUnit).AppendValue(rate?.SourceRate).AppendValue(rate?.From).AppendValue(rate?.Until)
                .AppendValue(rate?.Source).AppendValue(rate?.Key.Scope.Name()).AppendValue(rate?.Key.Region).EndRow();
        }
    }

    public LedgerPrices Prices(int rating) => Guarded(() =>
    {
        var ratings = Ratings();
        if (ratings.FirstOrDefault(r => r.Id == rating) is not { } found) throw NoRating(path, rating, ratings);
        var (prices, rates, kindOf) = (new List<LedgerPrice>(), new Dictionary<Rate, Rate>(), KindsOf([]));
        Each("SELECT kind, is_long, meter, from_day, until_day, context, usd_above::VARCHAR, cause, reason, sku, unit, "
            + "unit_usd::VARCHAR, rate_from, rate_until, "
            + $"rate_source, rate_scope, rate_region FROM price WHERE rating = {rating}", r =>
        {
            var context = KindRow.Read(r.GetString(5), DimensionNames.TryParse, default(ContextBand));
            var (kind, meter) = (r.GetInt32(0), (Meter)r.GetByte(2));
            var rate = r.IsDBNull(9) ? null : Shared(rates, RateAt(r, kindOf(kind), meter, context));
            prices.Add(new(kind, r.GetBoolean(1), meter, r.GetFieldValue<DateOnly>(3), r.GetFieldValue<DateOnly>(4),
                new(meter, context, rate, ExactAt(r, 6)!.Value, (UnpricedCause)r.GetInt32(7), r.GetString(8))));
        });
        return new LedgerPrices(found, prices);
    });

    internal static LedgerException NoRating(string path, int rating, IReadOnlyList<LedgerRating> ratings) => new(
        $"'{path}' has no rating {rating}. "
        + (ratings.Count == 0 ? "It has none yet; 'assay ledger rate' makes one."
            : $"Accepted: {string.Join(", ", ratings.Select(r => $"{r.Id} ({r.Book})"))}; 'assay ledger rate --book B' adds one."));

    static Rate RateAt(DuckDBDataReader r, CallKind kind, Meter meter, ContextBand context)
    {
        var scope = KindRow.Read(r.GetString(15), DimensionNames.TryParse, default(Scope));
        var key = new RateKey(meter.IsGuardrail() ? "" : kind.Model.Id, meter, kind.Mode, kind.Tier, scope, context,
            r.GetString(16), kind.Term);
        return new(r.GetString(9), key, r.GetString(10), ExactAt(r, 11)!.Value, DayAt(r, 12), DayAt(r, 13), r.GetString(14));
    }

    // One object of each rate, for sums are kept by it.
    static Rate Shared(Dictionary<Rate, Rate> rates, Rate rate) => rates.TryGetValue(rate, out var known) ? known : rates[rate] = rate;
}
