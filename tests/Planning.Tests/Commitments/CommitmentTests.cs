using Assay.Estate;

namespace Assay.Planning.Tests.CommittedSpend;

public sealed class CommitmentTests
{
    const decimal M = 1_000_000m;

    static YearPosition One(decimal commit, decimal organic, decimal ai, decimal discount) =>
        Commitments.Position(new([commit], discount), [YearSpend.Of(organic, ai)]).Years[0];

    [Theory]
    [InlineData(20, 17, 1.5, 0, 3, 1.5, 0, 1.5)]       // inside the gap
    [InlineData(20, 19, 1.5, 0, 1, 1, 0.5, 1)]         // half a million above it
    [InlineData(20, 19, 1.5, 0.1, 1, 1, 0.45, 1.05)]
    [InlineData(20, 25, 1.5, 0.1, 0, 0, 1.35, 0.15)]   // no gap: the discount is all
    [InlineData(20, 17, 0, 0.1, 3, 0, 0, 0)]
    public void The_simple_formula(
        double commit, double organic, double ai, double discount, double gap, double absorbed, double incremental, double saving) =>
        Assert.Equal(new SimplePosition((decimal)gap, (decimal)absorbed, (decimal)incremental, (decimal)saving),
            SimplePosition.Of((decimal)commit, (decimal)organic, (decimal)ai, (decimal)discount));

    [Fact]
    public void Discounted_dollars_fill_the_gap()
    {
        // A million is missing. At 20 % off it takes 1.25 M of list usage to fill it; the other 0.25 M costs 0.2 M.
        var year = One(20m * M, 19m * M, 1.5m * M, 0.2m);
        Assert.Equal(1.25m * M, year.ListUsageThatFillsGap);
        Assert.Equal((1.2m * M, M, 0m), (year.AiInvoiced, year.Absorbed, year.Shortfall));
        Assert.Equal((20m * M, 20.2m * M, 0.2m * M), (year.OutOfPocketWithoutAi, year.OutOfPocketWithAi, year.IncrementalCost));
        // The simple formula lets the gap take a million of list usage: 0.5 M x 0.8.
        Assert.Equal(0.4m * M, year.Simple.IncrementalCost);
        Assert.Equal(0.8m, year.MarginalPrice);
    }

    [Fact]
    public void What_stays_unfilled_is_paid_and_the_next_dollar_is_free()
    {
        var year = One(20m * M, 17m * M, 1.5m * M, 0.1m);
        Assert.Equal((1.65m * M, 0m, 0m), (year.Shortfall, year.IncrementalCost, year.MarginalPrice));
        Assert.Equal(20m * M, year.OutOfPocketWithAi);
    }

    [Fact]
    public void Private_rates_come_off_before_the_programme()
    {
        YearSpend spend = new([new("AI", 100m, IsAi: true, SpendBasis.List) { PrivateDiscount = 0.1m }]);
        Assert.Equal(100m * 0.9m * 0.8m, Commitments.Position(new([0m], 0.2m), [spend]).IncrementalCost);
    }

    [Fact]
    public void A_ramp_is_drawn_down_year_by_year_and_a_surplus_does_not_move()
    {
        var position = Commitments.Position(new([18m, 20m, 22m], 0m), [YearSpend.Of(18m, 3m), YearSpend.Of(18m, 1m), YearSpend.Of(18m, 5m)]);
        Assert.Equal([3m, 0m, 1m], position.Years.Select(y => y.IncrementalCost));
        Assert.Equal([0m, 1m, 0m], position.Years.Select(y => y.Shortfall));
    }

    static CommitmentPosition WithMarketplace(DrawDown counts, bool isDiscounted = true) => Commitments.Position(
        new([100m], 0.1m) { Rules = [new(EligibilityRule.Marketplace, "*", counts, isDiscounted)] },
        [new([new("organic", 80m, IsAi: false, SpendBasis.Invoiced),
            new("Claude", 30m, IsAi: true, SpendBasis.List) { BillingEntity = "AWS Marketplace", LegalEntity = "Anthropic" }])]);

    [Fact]
    public void Marketplace_rows_count_in_full_or_not_at_all_or_to_a_cap()
    {
        Assert.Equal(27m - 20m, WithMarketplace(DrawDown.Full).IncrementalCost);
        Assert.Equal(27m, WithMarketplace(DrawDown.None).IncrementalCost);
        Assert.Equal(20m, WithMarketplace(DrawDown.None).Years[0].Shortfall);
        Assert.Equal(27m - 5m, WithMarketplace(new DrawDown.UpToUsd(5m)).IncrementalCost);
        Assert.Equal(27m - 15m, WithMarketplace(new DrawDown.UpToShare(0.15m)).IncrementalCost);
        Assert.Equal(30m - 20m, WithMarketplace(DrawDown.Full, isDiscounted: false).IncrementalCost);
    }

    [Fact]
    public void No_amount_fills_a_gap_that_a_cap_keeps_open()
    {
        Assert.Null(WithMarketplace(new DrawDown.UpToUsd(5m)).Years[0].ListUsageThatFillsGap);
        Assert.Equal(0.9m, WithMarketplace(new DrawDown.UpToUsd(5m)).EffectivePrice.Marginal);
        Assert.Equal(20m / 0.9m, WithMarketplace(DrawDown.Full).Years[0].ListUsageThatFillsGap!.Value, 20);
    }

    [Fact]
    public void Organic_spend_under_the_same_rule_uses_up_its_cap()
    {
        CommitmentTerms terms = new([100m], 0m) { Rules = [new("*", "Acme", new DrawDown.UpToUsd(10m))] };
        YearSpend spend = new([new("tool", 8m, IsAi: false, SpendBasis.Invoiced) { LegalEntity = "acme" },
            new("AI", 8m, IsAi: true, SpendBasis.List) { LegalEntity = "Acme" }]);
        Assert.Equal((92m, 2m, 6m), (Commitments.Position(terms, [spend]).Years[0].Gap, Commitments.Position(terms, [spend]).Years[0].AiCounted,
            Commitments.Position(terms, [spend]).IncrementalCost));
    }

    [Fact]
    public void Credits_pay_until_they_expire_and_draw_nothing_down_unless_agreed()
    {
        // A year of 2026: 10 of AI, half of it before July begins; the credit of 8 finds 10 x 181/365 to pay.
        Credits credits = new([new(8m, new(2026, 6, 30))], new(2026, 1, 1));
        var usable = 10m * 181m / 365m;
        var year = Commitments.Position(new([100m], 0m), [YearSpend.Of(100m, 10m)], credits);
        Assert.Equal(usable, year.Years[0].CreditsUsed, 15);
        Assert.Equal(8m - usable, year.CreditsUnused, 15);
        Assert.Equal(10m - usable, year.IncrementalCost, 15);

        CommitmentTerms withGap = new([100m], 0m);
        Assert.Equal(0m, Commitments.Position(withGap, [YearSpend.Of(90m, 10m)], credits).IncrementalCost, 15);
        var counted = Commitments.Position(withGap with { CreditedUsageCounts = true }, [YearSpend.Of(90m, 10m)], credits);
        Assert.Equal(-usable, counted.IncrementalCost, 15);
    }

    [Fact]
    public void A_credit_lasts_into_the_next_year_with_what_is_left_of_it()
    {
        Credits credits = new([new(15m, new(2027, 12, 31))], new(2026, 1, 1));
        var position = Commitments.Position(new([0m, 0m, 0m], 0m), [YearSpend.Of(0m, 10m), YearSpend.Of(0m, 10m), YearSpend.Of(0m, 10m)], credits);
        Assert.Equal([10m, 5m, 0m], position.Years.Select(y => y.CreditsUsed));
    }

    [Fact]
    public void The_discount_at_which_the_vendor_wins()
    {
        var direct = Commitments.AgainstDirect(new([20m], 0.2m), [YearSpend.Of(19m, 1.5m)], 0.3m);
        // 0.2 of 1.5 is paid on AWS.
        Assert.Equal(1.3m / 1.5m, direct.BreakEvenDiscount);
        // The first 1.25 fills the gap for nothing; the rest is cheaper at 30 % off than at 20 %.
        Assert.Equal((1.25m, 0.25m * 0.7m), (direct.BestOnAws, direct.BestCost));
        // Prices alone say direct: 1.5 x 0.7.
        Assert.Equal(1.05m, direct.CostIgnoringCommitment);
    }

    [Fact]
    public void The_position_of_an_estate()
    {
        Estate.Commitment ramp = new([18m * M, new Figure(20m * M, 0)], [17m * M], 0.1m);
        var likely = CommitmentPosition.Of(ramp, 2m * M);
        Assert.Equal([0.8m * M, 0m], likely.Years.Select(y => y.IncrementalCost));
        var lower = CommitmentPosition.Of(ramp, 2m * M, new Draw([17m * M]));
        Assert.Equal([0.8m * M, 1.8m * M], lower.Years.Select(y => y.IncrementalCost));
        Assert.Throws<ArgumentException>(() => CommitmentPosition.Of(ramp with { OrganicUsd = [1m, 2m, 3m] }, M));
    }

    [Fact]
    public void Warnings_name_the_shortfall_the_credits_and_savings_plans()
    {
        Credits credits = new([new(8m, new(2026, 6, 30))], null);
        var warnings = string.Join('\n', CommitmentAdvice.Warnings(new([100m], 0m), [YearSpend.Of(80m, 10m)], credits, d => $"${d:0.##}"));
        Assert.Contains("$18 stays unfilled", warnings);
        Assert.Contains("not to draw the commitment down", warnings);
        Assert.Contains("Savings Plans do not cover Bedrock", warnings);
        Assert.Contains("is not stated", warnings);
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Commitments.Position(new([1m, 2m], 0m), [YearSpend.Of(1m, 1m)]));
        Assert.Throws<ArgumentException>(() => Commitments.Position(new([-1m], 0m), [YearSpend.Of(1m, 1m)]));
        Assert.Throws<ArgumentException>(() => Commitments.Position(new([1m], 1.01m), [YearSpend.Of(1m, 1m)]));
    }
}
