using Assay.Planning.Vendors;
using static Assay.Planning.Tests.Vendors.SomeVendors;

namespace Assay.Planning.Tests.Vendors;

public sealed class SelfHostingTests
{
    static readonly Equivalent Weights = Pair(Big, "acme/Big", vendor: Equivalent.SelfHosted);

    // One replica: 2 × 1.00 × 720 h = 1,440 a month; 1,000 tokens/s × 50 % × 3,600 × 720 = 1.296 G tokens a month.
    static readonly SelfHosting Terms = new("ec2", 1m, 2m, 1_000m, 0.5m, 1_000m);

    [Fact]
    public void The_hours_of_whole_replicas_and_the_people_are_the_cost()
    {
        // 2 G tokens need two replicas: 2 × 1,440 + 1,000 = 3,880, which is 1.94 a million.
        var quote = HostedQuote.Of(Terms, Weights, 2_000_000_000m, 10_000m);
        Assert.Equal(1_296_000_000m, quote.CapacityPerReplica);
        Assert.Equal(new HostingPoint(2_000_000_000m, 2, 3_880m, 1.94m, 5m), quote.Yours);
        Assert.Equal(0.612, quote.SavedShare, 12);
    }

    [Fact]
    public void It_breaks_even_where_the_lines_meet()
    {
        // Bedrock takes 5 a million. One replica: (1,000 + 1,440) / 5 = 488 M tokens, within its 1,296 M.
        Assert.Equal(488_000_000m, HostedQuote.Of(Terms, Weights, 1_000_000m, 5m).BreakEvenTokens);
    }

    [Fact]
    public void Where_one_replica_cannot_pay_for_the_people_more_of_them_do()
    {
        // At 1.2 a million a full replica earns 1,555.20 - 1,440 = 115.20; nine of them pay 1,000: (1,000 + 9 × 1,440) / 1.2.
        Assert.Equal(decimal.Ceiling(13_960m / 1.2m * 1_000_000m), HostedQuote.Of(Terms, Weights, 1_000_000m, 1.2m).BreakEvenTokens);
    }

    [Fact]
    public void Where_a_full_replica_costs_more_than_its_tokens_no_volume_breaks_even() =>
        Assert.Null(HostedQuote.Of(Terms, Weights, 1_000_000m, 1.1m).BreakEvenTokens);

    [Fact]
    public void The_first_volume_that_costs_no_more_is_the_break_even() =>
        Gen.Select(Gen.Decimal[0.1m, 20m], Gen.Decimal[10m, 5_000m], Gen.Decimal[0.05m, 1m], Gen.Decimal[0m, 20_000m],
            Gen.Decimal[0.1m, 30m])
            .Sample((hour, tokens, utilisation, people, perMillion) =>
            {
                var terms = new SelfHosting("ec2", decimal.Round(hour, 2), 1m, decimal.Round(tokens), decimal.Round(utilisation, 2) + 0.01m,
                    decimal.Round(people, 2));
                var quote = HostedQuote.Of(terms, Weights, 1_000_000m, decimal.Round(perMillion, 2));
                if (quote.BreakEvenTokens is not { } even) return;
                var at = quote.At(even);
                Assert.True(at.UsdPerMTok <= at.BedrockUsdPerMTok, $"{at}");
                var before = quote.At(even * 0.999m);
                Assert.True(before.UsdPerMTok > before.BedrockUsdPerMTok, $"{before}");
            });

    [Fact]
    public void The_curve_holds_the_usage_and_the_break_even_in_order()
    {
        var quote = HostedQuote.Of(Terms, Weights, 1_000_000m, 5m);
        Assert.Contains(quote.Curve, p => p.TokensPerMonth == 1_000_000m);
        Assert.Contains(quote.Curve, p => p.TokensPerMonth == 488_000_000m);
        Assert.Equal(quote.Curve.OrderBy(p => p.TokensPerMonth), quote.Curve);
    }

    [Fact]
    public void A_price_of_nothing_is_no_price() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => HostedQuote.Of(Terms with { UsdPerHour = 0m }, Weights, 1m, 1m));
}
