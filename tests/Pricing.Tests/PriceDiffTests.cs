using Assay.Usage;

namespace Assay.Pricing.Tests;

public sealed class PriceDiffTests
{
    static Rate A_rate(Meter meter, decimal usd, DateOnly? from = null) =>
        new("sku", new("acme.model-v1", meter, Mode.OnDemand, Tier.Standard, Scope.InRegion, ContextBand.Standard, "us-east-1", Term.None),
            "1M tokens", usd, from, null, "a test");

    static PriceBook A_book(params Rate[] rates) => new("b", [new PriceSource("s", new(2026, 7, 24), false, rates)]);

    [Fact]
    public void A_diff_names_what_was_added_removed_and_changed()
    {
        var diff = PriceDiff.Between(
            A_book(A_rate(Meter.Input, 3m), A_rate(Meter.CacheRead, 0.3m), A_rate(Meter.Output, 15m)),
            A_book(A_rate(Meter.Input, 6m), A_rate(Meter.CacheWrite5m, 3.75m), A_rate(Meter.Output, 15m)));
        Assert.Equal(Meter.CacheWrite5m, Assert.Single(diff.Added).Key.Meter);
        Assert.Equal(Meter.CacheRead, Assert.Single(diff.Removed).Key.Meter);
        Assert.Equal(2m, Assert.Single(diff.Changed).Ratio);
    }

    [Fact]
    public void The_newest_price_of_a_key_is_compared() =>
        Assert.True(PriceDiff.Between(A_book(A_rate(Meter.Input, 6m)),
            A_book(A_rate(Meter.Input, 3m), A_rate(Meter.Input, 6m, new(2026, 1, 1)))).IsEmpty);

    [Fact]
    public void A_row_that_another_stands_in_for_has_not_gone()
    {
        var inRegion = A_rate(Meter.Input, 3m);
        var geo = new Rate("sku", inRegion.Key with { Scope = Scope.Geo }, "1M tokens", 3m, null, null, "a test");
        Assert.True(PriceDiff.Between(A_book(geo, inRegion), A_book(inRegion)).IsEmpty);
    }

    [Fact]
    public void A_change_names_the_region_it_is_in_when_a_row_for_every_region_answers()
    {
        var everywhere = A_rate(Meter.Input, 6m) is var rate ? rate with { Key = rate.Key with { Region = RateKey.EveryRegion } } : null!;
        var changed = Assert.Single(PriceDiff.Between(A_book(A_rate(Meter.Input, 3m)), A_book(everywhere)).Changed);
        Assert.Equal(A_rate(Meter.Input, 3m).Key.Region, changed.Key.Region);
    }

    [Fact]
    public void May_and_July_differ_by_what_the_pages_added()
    {
        var diff = PriceDiff.Between(BuiltInBooks.Read("aws", new(2026, 5, 25)), BuiltInBooks.Aws);
        Assert.Contains(diff.Added, r => r.Key is { Model: "anthropic.claude-sonnet-4-6", Mode: Mode.Reserved });
        Assert.Empty(diff.Removed);
    }
}
