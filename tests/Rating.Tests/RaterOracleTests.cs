using Assay.Pricing;
using Assay.Usage;

namespace Assay.Rating.Tests;

/// <summary>The rater against an oracle that asks the book meter by meter and multiplies.</summary>
public sealed class RaterOracleTests
{
    sealed record Expected(Meter Meter, decimal Quantity, decimal? Cost, decimal? Max, ContextBand Context, string Sku);

    static IEnumerable<Expected> Oracle(UsageRecord usage, PriceBook book)
    {
        var t = usage.Tokens;
        var prompt = t.Input + t.CacheRead + t.CacheWrite5m + t.CacheWrite30m + t.CacheWrite1h + t.CacheWriteUnknown;
        var context = prompt > 200_000 && (usage.Model.Facts is { } facts ? facts.HasLongBand : book.HasLongBand(usage.Model.Id)) ? ContextBand.Long : ContextBand.Standard;
        (Meter Meter, decimal Quantity)[] quantities = [(Meter.Input, t.Input), (Meter.Output, t.Output), (Meter.CacheRead, t.CacheRead),
            (Meter.CacheWrite5m, t.CacheWrite5m + t.CacheWriteUnknown), (Meter.CacheWrite30m, t.CacheWrite30m), (Meter.CacheWrite1h, t.CacheWrite1h),
            .. (usage.Amounts ?? []).Select(a => (a.Meter, a.Amount))];
        foreach (var (meter, quantity) in quantities.Where(q => q.Quantity > 0))
        {
            var rate = Find(meter);
            decimal? max = null;
            if (meter == Meter.CacheWrite5m && t.CacheWriteUnknown > 0 && rate is not null && Find(Meter.CacheWrite1h) is { } hour)
            {
                var dear = (t.CacheWrite5m * PerUnit(rate)) + (t.CacheWriteUnknown * PerUnit(hour));
                if (dear > quantity * PerUnit(rate)) max = dear;
            }
            yield return new(meter, quantity, quantity * (rate is null ? null : PerUnit(rate)), max, context, rate is null ? "" : rate.Key.ToString());
        }

        Rate? Find(Meter meter) => meter.IsGuardrail()
            ? book.Find(new("", meter, Mode.OnDemand, Tier.Standard, Scope.InRegion, ContextBand.Standard, usage.Region, Term.None), DateOnly.FromDateTime(usage.Time))
            : usage.Model.Kind != ModelKind.Foundation ? null
            : book.Find(new(usage.Model.Id, meter, usage.Mode, usage.Tier, usage.Model.Scope, context, usage.Region, usage.Term), DateOnly.FromDateTime(usage.Time));
    }

    static decimal PerUnit(Rate rate) => rate.SourceRate / rate.SourceUnit switch { "1M tokens" => 1_000_000m, "1K tokens" => 1_000m, _ => 1m };

    [Fact]
    public void Both_paths_give_what_meter_by_meter_arithmetic_gives() => Gen.Select(SomeTraffic.Book, SomeTraffic.Record.Array[1, 60]).Sample((book, records) =>
    {
        var charges = new Charge[Rater.ChargesMax];
        foreach (var usage in records)
        {
            var expected = Oracle(usage, book).ToList();
            var count = Rater.Rate(usage, book, charges);
            Assert.Equal(expected, charges[..count].Select(c => new Expected(c.Meter, c.Quantity, c.Rate is null ? null : c.Cost, c.CostMax, c.Context, c.Rate?.Key.ToString() ?? "")));
            Assert.Equal(expected, Rater.Rate(usage, book).Select(o => o switch
            {
                Outcome.Rated r => new Expected(r.Meter, r.Quantity, r.Cost.Amount, r.Max?.Amount, r.Context, r.Rate.Key.ToString()),
                Outcome.Unpriced u => new Expected(u.Meter, u.Quantity, null, null, u.Context, ""),
                _ => throw new InvalidOperationException("an outcome nobody knows"),
            }));
            Assert.All(charges[..count], c => Assert.Equal(c.Rate is null, c.Unpriced != UnpricedCause.None && c.Cost == 0m && Rater.Reason(usage, c, book).Length > 0));
        }
    }, iter: 1_000);

    [Fact]
    public void Random_traffic_meets_random_books_often_enough_to_prove_something()
    {
        long rated = 0, unpriced = 0, bounded = 0, isLong = 0;
        Gen.Select(SomeTraffic.Book, SomeTraffic.Record.Array[20]).Sample((book, records) =>
        {
            foreach (var outcome in records.SelectMany(r => Rater.Rate(r, book)))
            {
                if (outcome is not Outcome.Rated r) { Interlocked.Increment(ref unpriced); continue; }
                Interlocked.Increment(ref rated);
                if (r.Max is not null) Interlocked.Increment(ref bounded);
                if (r.Context == ContextBand.Long) Interlocked.Increment(ref isLong);
            }
        }, iter: 300);
        Assert.True(Math.Min(Math.Min(rated, unpriced), Math.Min(bounded * 20, isLong * 5)) > 500, $"{rated} rated, {unpriced} unpriced, {bounded} with a bound, {isLong} long");
    }

    [Fact]
    public void The_same_record_and_book_give_the_same_answer_again() => Gen.Select(SomeTraffic.Book, SomeTraffic.Record).Sample((book, usage) =>
        Rater.Rate(usage, book).SequenceEqual(Rater.Rate(usage, book)));

    [Fact]
    public void The_bulk_path_allocates_nothing()
    {
        var book = Books.Everyday;
        var records = Enumerable.Range(0, 1000).Select(i => Books.A_call(
            new() { Input = i % 7, Output = i % 5, CacheRead = i % 3, CacheWrite5m = i % 4, CacheWrite1h = i % 2, CacheWriteUnknown = i % 6 },
            i % 10 == 0 ? new("acme.unknown", Scope.Global, ModelKind.Foundation, null) : Books.InRegion,
            "us-east-1", new MeteredAmount(Meter.GuardrailContent, i % 3)) with { Tier = i % 11 == 0 ? Tier.Flex : Tier.Standard }).ToArray();
        var charges = new Charge[Rater.ChargesMax];
        var total = 0;
        for (var round = 0; round < 50; round++)
            foreach (ref readonly var record in records.AsSpan()) total += Rater.Rate(record, book, charges);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
            foreach (ref readonly var record in records.AsSpan()) total += Rater.Rate(record, book, charges);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(total > 0);
    }
}
