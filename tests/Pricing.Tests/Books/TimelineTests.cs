using Assay.Usage;

namespace Assay.Pricing.Tests;

public sealed class TimelineTests
{
    static readonly DateOnly May = new(2026, 5, 25), June = new(2026, 6, 30), July = new(2026, 7, 24);
    static readonly RateKey Key = new(
        "acme.model-v1", Meter.Input, Mode.OnDemand, Tier.Standard, Scope.InRegion, ContextBand.Standard, "us-east-1", Term.None);

    static Rate A_rate(decimal usd, DateOnly? from = null, RateKey? key = null, string sku = "sku") =>
        new(sku, key ?? Key, "1M tokens", usd, from, null, "a test");

    static PriceSource A_page(DateOnly date, params Rate[] rates) => new("page", date, false, rates);
    static PriceSource A_filler(int order, params Rate[] rates) => new("filler", July, true, rates) { Order = order };
    static decimal? On(PriceBook book, DateOnly day, RateKey? key = null) => book.Find(key ?? Key, day)?.SourceRate;

    [Fact]
    public void The_earliest_rate_has_no_start() =>
        Assert.Equal(3m, On(new("b", [A_page(May, A_rate(3m))]), new(2020, 1, 1)));

    [Fact]
    public void A_changed_rate_starts_on_the_day_of_the_source_that_shows_it()
    {
        var book = new PriceBook("b", [A_page(May, A_rate(3m)), A_page(July, A_rate(2m))]);
        Assert.Equal(3m, On(book, July.AddDays(-1)));
        Assert.Equal(2m, On(book, July));
    }

    [Fact]
    public void Absence_ends_nothing() =>
        Assert.Equal(3m, On(new("b", [A_page(May, A_rate(3m)), A_page(July)]), new(2027, 1, 1)));

    [Fact]
    public void A_price_that_comes_back_is_a_change_again()
    {
        var book = new PriceBook("b", [A_page(May, A_rate(3m)), A_page(June, A_rate(2m)), A_page(July, A_rate(3m))]);
        Assert.Equal([3m, 2m, 3m], new[] { May, June, July }.Select(d => On(book, d) ?? 0m));
    }

    [Fact]
    public void A_stated_start_stands_whenever_it_was_read()
    {
        var doubled = new DateOnly(2025, 12, 1);
        var page = new[] { A_rate(3m), A_rate(6m, doubled) };
        var book = new PriceBook("b", [A_page(May, page), A_page(June, page), A_page(July, page)]);
        Assert.Equal(3m, On(book, doubled.AddDays(-1)));
        Assert.Equal(6m, On(book, doubled));
        Assert.Equal(2, book.Rates.Count());
    }

    [Fact]
    public void A_start_stated_later_takes_over_from_the_day_it_states()
    {
        var book = new PriceBook("b", [A_page(May, A_rate(3m)), A_page(July, A_rate(4m, June))]);
        Assert.Equal(3m, On(book, June.AddDays(-1)));
        Assert.Equal(4m, On(book, June));
    }

    [Fact]
    public void An_announced_price_survives_a_change_before_it()
    {
        var announced = new DateOnly(2026, 12, 1);
        var book = new PriceBook("b", [A_page(May, A_rate(3m), A_rate(9m, announced)), A_page(July, A_rate(2m))]);
        Assert.Equal(2m, On(book, announced.AddDays(-1)));
        Assert.Equal(9m, On(book, announced));
    }

    [Fact]
    public void What_fills_gaps_never_overrules_and_the_first_in_turn_speaks()
    {
        var elsewhere = Key with { Region = "eu-west-1" };
        var (second, first) = (A_filler(2, A_rate(9m), A_rate(8m, key: elsewhere)), A_filler(1, A_rate(7m, key: elsewhere)));
        var book = new PriceBook("b", [second, first, A_page(May, A_rate(3m))]);
        Assert.Equal(3m, On(book, May));
        Assert.Equal(7m, On(book, May, elsewhere));
        Assert.Equal("b@2026-05-25", book.Id);
    }

    [Fact]
    public void A_row_that_names_no_scope_serves_all_and_leaves_no_gap_to_fill()
    {
        var book = new PriceBook("b", [A_page(May, A_rate(3m)),
            A_filler(1, A_rate(9m, key: Key with { Scope = Scope.Global }), A_rate(9m, key: Key with { Scope = Scope.Geo }))]);
        Assert.Equal(3m, On(book, May, Key with { Scope = Scope.Global }));
        Assert.Equal(3m, On(book, May, Key with { Scope = Scope.Geo }));
    }

    [Fact]
    public void A_model_with_a_global_price_somewhere_has_none_where_the_row_is_missing()
    {
        var book = new PriceBook("b", [A_page(May, A_rate(3m), A_rate(2m, key: Key with { Scope = Scope.Global, Region = "eu-west-1" }))]);
        Assert.Null(On(book, May, Key with { Scope = Scope.Global }));
    }

    [Fact]
    public void A_contradiction_is_kept_to_its_dearer_side_and_reported()
    {
        var book = new PriceBook("b", [A_page(May, A_rate(3m, sku: "low"), A_rate(4m, sku: "high"))]);
        Assert.Equal(4m, On(book, May));
        Assert.Equal("low", Assert.Single(book.Conflicts).Dropped.Sku);
    }

    [Fact]
    public void Whatever_is_laid_no_two_rates_of_a_key_hold_on_one_day() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[0, 400], Gen.Bool, Gen.Int[-300, 300]).Array[1, 12].Sample(seen =>
        {
            var sources = seen.Select(s => A_page(May.AddDays(s.Item2), A_rate(s.Item1, s.Item3 ? May.AddDays(s.Item4) : null)));
            var timeline = new PriceBook("b", sources).Rates.ToList();
            return timeline.Zip(timeline.Skip(1)).All(p => p.First.Until is { } until && until <= p.Second.From);
        });
}
