using Assay.Estate;
namespace Assay.Planning.Tests.Guide;

/// <summary>Every claim, worked by hand from the figures of the guide. The hand's work stands beside each.</summary>
public sealed class DerivationTests
{
    [Theory]
    [InlineData("P01", 107.142857142857, ClaimVerdict.Holds)]          // 15 / 0.14
    [InlineData("P02", 535.714285714286, ClaimVerdict.Holds)]          // 75 / 0.14
    [InlineData("P03", 85.7142857142857, ClaimVerdict.Refuted)]        // 3 / 0.035, twice the 43 it says
    [InlineData("P05", 0.333333333333333, ClaimVerdict.Holds)]         // 0.72 / 0.54 - 1
    [InlineData("P06", 3.3, ClaimVerdict.Holds)]                       // the US-only row
    [InlineData("P07", 0, ClaimVerdict.Holds)]                         // 3 / 3 - 1
    [InlineData("P08", 535.714285714286, ClaimVerdict.Refuted)]        // 75 / 0.14 over all it lists
    [InlineData("B01", 1.5, ClaimVerdict.Holds)]                       // 3 x 0.5
    [InlineData("B02", 7.5, ClaimVerdict.Holds)]                       // 15 x 0.5
    [InlineData("B03", 0.0175, ClaimVerdict.Holds)]                    // 0.035 x 0.5; 2.8 % below the 0.018 it prints
    [InlineData("B04", 0.07, ClaimVerdict.Holds)]                      // 0.14 x 0.5
    [InlineData("T01", 35280, ClaimVerdict.Holds)]                     // 49 x 720
    [InlineData("T02", 423360, ClaimVerdict.Holds)]                    // 35280 x 12
    [InlineData("T03", 5040, ClaimVerdict.Holds)]                      // 7 x 720, above 5000
    [InlineData("T04", 5040, ClaimVerdict.Refuted)]                    // 7 x 720, a third of 15000
    [InlineData("C01", 10.8, ClaimVerdict.Refuted)]                    // 4 MTok x (3 - 0.3); forty times the 0.27 it says
    [InlineData("C02", 324000, ClaimVerdict.Refuted)]                  // 10.8 x 1000 x 30
    [InlineData("C04", 0.899947790381, ClaimVerdict.Holds)]            // 1 - e^-10 = 0.9999546; 0.9 - 1.15 x 0.0000454
    [InlineData("C06", 8100, ClaimVerdict.Holds)]                      // 0.27 x 1000 x 30: its step is right, its start is not
    [InlineData("A01", 345.6, ClaimVerdict.Holds)]                     // 2 x 0.24 x 720
    [InlineData("A03", 1, ClaimVerdict.Holds)]                         // 3500 / 3500
    [InlineData("A04", 0.114285714285714, ClaimVerdict.Holds)]         // 400 / 3500
    [InlineData("A05", 300, ClaimVerdict.Refuted)]                     // its line, below its range
    [InlineData("A06", 600, ClaimVerdict.Refuted)]                     // 1200 / 2
    [InlineData("M01", 7000, ClaimVerdict.Holds)]                      // 4200 + 1100 - 1800 + 1200 + 1600 + 400 + 300
    [InlineData("M02", 84000, ClaimVerdict.Holds)]                     // 7000 x 12
    [InlineData("M03", 42000, ClaimVerdict.Holds)]                     // 3500 x 12
    [InlineData("M04", 42000, ClaimVerdict.Holds)]                     // 3500 x 12
    [InlineData("M05", 138000, ClaimVerdict.Holds)]                    // 222000 - 84000
    [InlineData("M06", 0.621621621621622, ClaimVerdict.Holds)]         // 138000 / 222000
    [InlineData("M07", 7500, ClaimVerdict.Refuted)]                    // 500 MTok x 15: half of the 15000 it says
    [InlineData("M08", 1093.75, ClaimVerdict.Holds)]                   // 175 x (0.4 x 5 + 0.45 x 15 + 0.15 x 25) x 0.5, 1100 to the hundred
    [InlineData("M09", 4062.5, ClaimVerdict.Refuted)]                  // 325 x 12.5, 4100 to the hundred
    [InlineData("M10", 675, ClaimVerdict.Refuted)]                     // 500 x 2.5 x 0.6 x 0.9
    [InlineData("M11", 222000, ClaimVerdict.Holds)]                    // 18500 x 12
    [InlineData("M12", 0.5, ClaimVerdict.Holds)]                       // 42000 / 84000
    [InlineData("M13", 0.222115384615385, ClaimVerdict.Refuted)]       // 1 - (1625 + 437.5 - 506.25 + 3500) / (3000 + 3500)
    [InlineData("W01", 1.64285714285714, ClaimVerdict.Refuted)]        // 18500 / 7000 - 1
    [InlineData("E01", 3000000, ClaimVerdict.Holds)]                   // 20M - 17M
    [InlineData("E02", 0, ClaimVerdict.Holds)]                         // 1.5M fits into 3M
    [InlineData("E03", 1500000, ClaimVerdict.Holds)]                   // 1.5M - 0
    [InlineData("E04", 500000, ClaimVerdict.Holds)]                    // 1.5M - 1M
    [InlineData("E05", 1000000, ClaimVerdict.Holds)]                   // the gap
    public void A_claimed_number(string id, double worked, ClaimVerdict verdict)
    {
        var check = TheGuide.Check(id);
        var derived = check.Derived.Result!.Value;
        Assert.False(derived.IsRange);
        Close(worked, derived.Low);
        Assert.Equal(verdict, check.Judgement.Verdict);
    }

    [Theory]
    [InlineData("P04", 1, 5, ClaimVerdict.HoldsPartly)]                              // Llama costs the same both ways; Claude five times
    [InlineData("P09", 1.5, 2.33333333333333, ClaimVerdict.Refuted)]                 // 1 / 0.4 - 1 and 1 / 0.3 - 1
    [InlineData("C03", 0.45, 0.9, ClaimVerdict.HoldsPartly)]                         // e^-500 is nothing: 0.9 x 0.5 and 0.9 x 1
    [InlineData("C05", 0.44, 0.54, ClaimVerdict.Refuted)]                            // 1 - (0.06 + 0.5) and 0.6 x 0.9
    [InlineData("F02", 20.8333333333333, 48.6111111111111, ClaimVerdict.Holds)]      // 15000 / 720 and 35000 / 720
    [InlineData("A02", 0.03, 0.08, ClaimVerdict.HoldsPartly)]                        // 0.01 x 3 and 0.01 x 8
    [InlineData("R01", 0.428229166666667, 0.593875, ClaimVerdict.HoldsPartly)]       // 1 - (0.030625 + 2.4 + 1) / 6 and 1 - (0.03675 + 2.4) / 6
    [InlineData("R02", 0.266666666666667, 0.4, ClaimVerdict.Refuted)]                // 1 - 4.4 / 6 and 1 - 3.6 / 6
    [InlineData("R03", 100, 500, ClaimVerdict.HoldsPartly)]                          // a hundred times P04
    [InlineData("E06", 0.05, 0.15, ClaimVerdict.HoldsPartly)]                        // touches its range at one end
    public void A_claimed_range(string id, double low, double high, ClaimVerdict verdict)
    {
        var check = TheGuide.Check(id);
        var derived = check.Derived.Result!.Value;
        Assert.True(derived.IsRange);
        Close(low, derived.Low);
        Close(high, derived.High);
        Assert.Equal(verdict, check.Judgement.Verdict);
    }

    [Fact]
    public void No_claim_is_left_out_of_these_tests()
    {
        var tested = new[] { nameof(A_claimed_number), nameof(A_claimed_range) }
            .SelectMany(test => GetType().GetMethod(test)!.GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>())
            .Select(row => (string)row.Data[0]!);
        Assert.Equal(TheGuide.Claims.Select(c => c.Id).Order(), tested.Order());
    }

    [Fact]
    public void Of_the_claims_most_hold_some_hold_partly_and_some_do_not() =>
        Assert.Equal([(ClaimVerdict.Holds, 32), (ClaimVerdict.HoldsPartly, 6), (ClaimVerdict.Refuted, 15)],
            TheGuide.CheckAll().GroupBy(c => c.Judgement.Verdict).Select(g => (g.Key, g.Count())).Order());

    [Fact]
    public void Every_step_names_the_source_of_its_rates()
    {
        var steps = TheGuide.Check("C01").Derived.Steps;
        Assert.Equal("4,000,000 × 3 USD per 1M tokens = 12", steps[1].Formula);
        Assert.Equal("guide:anthropic.claude-sonnet-4-5-20250929-v1:0:cache_read:on_demand:standard:global", Assert.Single(steps[2].Rates).Sku);
        Assert.Equal("12 − 1.2 = 10.8", steps[3].Formula);
        Assert.All(TheGuide.CheckAll().SelectMany(c => c.Derived.Steps).SelectMany(s => s.Rates), rate => Assert.NotEqual("", rate.Source));
    }

    [Fact]
    public void Every_claim_rests_on_a_price_or_on_a_stated_input() => Assert.All(TheGuide.CheckAll(),
        check => Assert.True(check.Derived.Inputs.Count > 0 || check.Derived.Steps.Any(s => s.Rates.Count > 0), check.Claim.Id));

    [Fact]
    public void The_hit_rate_grows_with_traffic_and_stays_a_share() =>
        Gen.Select(Gen.Decimal[0m, 200m], Gen.Decimal[0m, 200m]).Sample((a, b) =>
        {
            var (less, more) = (CacheHits.AtRate(Math.Min(a, b), TimeSpan.FromMinutes(5)), CacheHits.AtRate(Math.Max(a, b), TimeSpan.FromMinutes(5)));
            return 0m <= less && less <= more && more <= 1m;
        });

    [Fact]
    public void No_mix_within_the_bounds_is_cheaper_or_dearer_than_the_corners()
    {
        Extent[] bounds = [Extent.Between(0.5m, 0.6m), Extent.Between(0.3m, 0.4m), Extent.Between(0m, 0.1m)];
        var corners = RoutingClaims.Corners(bounds);
        Assert.Equal(3, corners.Count);
        Assert.All(corners, mix => Assert.Equal(1m, mix.Sum()));
        Gen.Select(Gen.Decimal[0.5m, 0.6m], Gen.Decimal[0.3m, 0.4m], Gen.Decimal[0m, 9m].Array[3]).Sample((cheap, middle, rate) =>
        {
            var dear = 1m - cheap - middle;
            if (dear is < 0m or > 0.1m) return;
            var cost = (cheap * rate[0]) + (middle * rate[1]) + (dear * rate[2]);
            var ends = corners.Select(mix => mix.Zip(rate, (share, usd) => share * usd).Sum()).ToList();
            Assert.InRange(cost, ends.Min() - 0.000001m, ends.Max() + 0.000001m);
        });
    }

    static void Close(double worked, decimal derived) =>
        Assert.True(Math.Abs(worked - (double)derived) <= 1e-9 * Math.Max(1d, Math.Abs(worked)), $"worked by hand: {worked}, derived: {derived}");
}
