using Assay.Usage;

namespace Assay.Pricing.Tests;

public sealed class PriceCheckTests
{
    static RateKey A_key(Meter meter, string region = "us-east-1", Mode mode = Mode.OnDemand, Scope scope = Scope.InRegion) =>
        new("acme.model-v1", meter, mode, Tier.Standard, scope, ContextBand.Standard, region, Term.None);

    static Rate A_rate(RateKey key, decimal usd, string unit = "1M tokens") =>
        new($"{key.Meter}:{key.Mode}:{key.Scope}:{key.Region}", key, unit, usd, null, null, "a test");

    static IEnumerable<Rate> A_sound_model() =>
        from region in (string[])["us-east-1", "us-west-2", "eu-west-1", "ap-south-1"]
        from rate in (Rate[])
        [
            A_rate(A_key(Meter.Input, region), 3.30m), A_rate(A_key(Meter.Output, region), 16.50m),
            A_rate(A_key(Meter.CacheRead, region), 0.33m), A_rate(A_key(Meter.CacheWrite5m, region), 4.125m),
            A_rate(A_key(Meter.CacheWrite1h, region), 6.60m),
            A_rate(A_key(Meter.Input, region, Mode.Batch), 1.65m), A_rate(A_key(Meter.Input, region, scope: Scope.Global), 3.00m),
        ]
        select rate;

    static IReadOnlyList<PriceFinding> Check(IEnumerable<Rate> rates) =>
        PriceCheck.Run(new("b", [new PriceSource("s", new(2026, 7, 24), false, [.. rates])]));

    [Fact]
    public void Nothing_is_odd_about_a_sound_model() => Assert.Empty(Check(A_sound_model()));

    [Theory]
    [InlineData(Meter.CacheRead, Mode.OnDemand, Scope.InRegion, 10, "a cache read against input")]
    [InlineData(Meter.Input, Mode.Batch, Scope.InRegion, 2, "batch against on demand")]
    [InlineData(Meter.Input, Mode.OnDemand, Scope.Global, 1.5, "in-region or geographic against global")]
    [InlineData(Meter.Output, Mode.OnDemand, Scope.InRegion, 0.1, "output against input")]
    [InlineData(Meter.CacheWrite1h, Mode.OnDemand, Scope.InRegion, 0.5, "a 1-hour cache write against the 5-minute one")]
    [InlineData(Meter.Output, Mode.OnDemand, Scope.InRegion, 3, "the price against the median of 3 other regions")]
    [InlineData(Meter.Output, Mode.OnDemand, Scope.InRegion, 1000, "the unit '1M tokens' looks wrong")]
    [InlineData(Meter.Output, Mode.OnDemand, Scope.InRegion, 0, "the price is zero")]
    [InlineData(Meter.Output, Mode.OnDemand, Scope.InRegion, 100, "the price is above 1000 USD per million tokens")]
    public void A_fault_in_one_region_is_named(Meter meter, Mode mode, Scope scope, decimal factor, string what)
    {
        var key = A_key(meter, "us-east-1", mode, scope);
        var findings = Check(A_sound_model().Select(r => r.Key == key ? A_rate(key, r.SourceRate * factor) : r));
        Assert.Contains(findings, f => f.What.StartsWith(what, StringComparison.Ordinal));
        Assert.All(findings, f => Assert.Contains("us-east-1", f.Sku + f.Sibling, StringComparison.Ordinal));
    }

    [Fact]
    public void A_heading_per_thousand_over_prices_per_million_is_found()
    {
        var key = A_key(Meter.Input, "eu-west-1");
        var findings = Check(A_sound_model().Select(r => r.Key == key ? A_rate(key, r.SourceRate, "1K tokens") : r));
        Assert.Contains(findings, f => f.What.StartsWith("the unit '1K tokens' looks wrong", StringComparison.Ordinal));
    }

    [Fact]
    public void A_fault_put_into_the_aws_book_is_found()
    {
        var rates = BuiltInBooks.Aws.Rates.ToList();
        var at = rates.FindIndex(r => r.Key is
            { Model: "anthropic.claude-sonnet-4-6", Meter: Meter.CacheRead, Scope: Scope.Global, Region: "us-east-1" });
        rates[at] = new Rate("faulty", rates[at].Key, "1M tokens", 3.00m, null, null, "a test");
        var known = PriceCheck.Run(BuiltInBooks.Aws).Select(f => f.Sku).ToHashSet();
        Assert.DoesNotContain("faulty", known);
        Assert.Contains(Check(rates), f => f.Sku == "faulty" && f.What.StartsWith("a cache read", StringComparison.Ordinal));
    }

    [Fact]
    public void The_aws_book_itself_raises_few_questions() =>
        Assert.True(PriceCheck.Run(BuiltInBooks.Aws).Count < 60, string.Join('\n', PriceCheck.Run(BuiltInBooks.Aws)));
}
