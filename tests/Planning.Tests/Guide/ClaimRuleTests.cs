namespace Assay.Planning.Tests.Guide;

public sealed class ClaimRuleTests
{
    static GuideClaim Number(decimal claimed) => new("X", "t", "s", Extent.Of(claimed), "x", ClaimKind.Figure, null);
    static GuideClaim Range(decimal low, decimal high) => new("X", "t", "s", Extent.Between(low, high), "x", ClaimKind.Figure, null);
    static GuideClaim Floor(decimal claimed) => new("X", "t", "s", Extent.Of(claimed), "x", ClaimKind.Floor, null);
    static GuideClaim Ceiling(decimal claimed, decimal? precision) => new("X", "t", "s", Extent.Of(claimed), "x", ClaimKind.Ceiling, precision);

    static ClaimVerdict Judge(GuideClaim claim, decimal derived) => ClaimRule.Judge(claim, Extent.Of(derived)).Verdict;
    static ClaimVerdict Judge(GuideClaim claim, decimal low, decimal high) => ClaimRule.Judge(claim, Extent.Between(low, high)).Verdict;

    [Theory]
    [InlineData(100, 95, ClaimVerdict.Holds)]
    [InlineData(100, 105, ClaimVerdict.Holds)]
    [InlineData(100, 94.9, ClaimVerdict.Refuted)]
    [InlineData(100, 105.1, ClaimVerdict.Refuted)]
    [InlineData(0, 0, ClaimVerdict.Holds)]
    [InlineData(0, 0.0001, ClaimVerdict.Refuted)]
    [InlineData(0, -0.0001, ClaimVerdict.Refuted)]
    public void A_number_holds_within_five_percent_and_zero_only_as_zero(double claimed, double derived, ClaimVerdict verdict) =>
        Assert.Equal(verdict, Judge(Number((decimal)claimed), (decimal)derived));

    [Theory]
    [InlineData(49, ClaimVerdict.Holds)]
    [InlineData(71.4, ClaimVerdict.Holds)]
    [InlineData(48.9, ClaimVerdict.Refuted)]
    [InlineData(71.5, ClaimVerdict.Refuted)]
    public void A_number_holds_a_range_inside_it_widened_by_two_percent(double derived, ClaimVerdict verdict) =>
        Assert.Equal(verdict, Judge(Range(50m, 70m), (decimal)derived));

    [Theory]
    [InlineData(49, 71.4, ClaimVerdict.Holds)]
    [InlineData(48, 60, ClaimVerdict.HoldsPartly)]
    [InlineData(60, 72, ClaimVerdict.HoldsPartly)]
    [InlineData(10, 90, ClaimVerdict.HoldsPartly)]
    [InlineData(10, 48, ClaimVerdict.Refuted)]
    [InlineData(72, 90, ClaimVerdict.Refuted)]
    public void A_derived_range_holds_with_both_ends_and_is_refuted_wholly_outside(double low, double high, ClaimVerdict verdict) =>
        Assert.Equal(verdict, Judge(Range(50m, 70m), (decimal)low, (decimal)high));

    [Theory]
    [InlineData(5000.01, ClaimVerdict.Holds)]
    [InlineData(5000, ClaimVerdict.Refuted)]
    [InlineData(4999, ClaimVerdict.Refuted)]
    public void A_floor_holds_when_the_figure_is_above_it(double derived, ClaimVerdict verdict) =>
        Assert.Equal(verdict, Judge(Floor(5000m), (decimal)derived));

    [Theory]
    [InlineData(1100, 1093.75, 100, ClaimVerdict.Holds)]
    [InlineData(1100, 1050, 100, ClaimVerdict.Holds)]
    [InlineData(1100, 1049.99, 100, ClaimVerdict.Refuted)]
    [InlineData(4200, 4062.5, 100, ClaimVerdict.Refuted)]
    [InlineData(4062, 4062.5, null, ClaimVerdict.Holds)]
    [InlineData(4063, 4062.5, null, ClaimVerdict.Refuted)]
    public void A_ceiling_holds_what_is_at_most_the_figure_rounded(double claimed, double derived, int? precision, ClaimVerdict verdict) =>
        Assert.Equal(verdict, Judge(Ceiling((decimal)claimed, precision), (decimal)derived));

    static readonly Gen<decimal> Positive = Gen.Decimal[0.0001m, 1_000_000m];

    [Fact]
    public void A_claim_that_is_exactly_right_always_holds() => Gen.Select(Positive, Positive).Sample((a, b) =>
        Judge(Number(a), a) == ClaimVerdict.Holds && Judge(Range(Math.Min(a, b), Math.Max(a, b)), a, b) == ClaimVerdict.Holds
        && Judge(Ceiling(a, null), a) == ClaimVerdict.Holds);

    [Fact]
    public void The_unit_of_a_claim_does_not_change_its_verdict() =>
        Gen.Select(Positive, Positive, Positive, Positive, Gen.Int[1, 1000]).Sample((a, b, x, y, scale) =>
            Judge(Number(a), x) == Judge(Number(a * scale), x * scale)
            && Judge(Range(Math.Min(a, b), Math.Max(a, b)), x, y) == Judge(Range(Math.Min(a, b) * scale, Math.Max(a, b) * scale), x * scale, y * scale)
            && Judge(Floor(a), x) == Judge(Floor(a * scale), x * scale));

    [Fact]
    public void A_number_is_the_range_of_its_two_equal_ends() => Gen.Select(Positive, Positive, Positive).Sample((a, b, x) =>
        Judge(Range(Math.Min(a, b), Math.Max(a, b)), x) == Judge(Range(Math.Min(a, b), Math.Max(a, b)), x, x));

    [Fact]
    public void A_number_against_a_range_never_holds_partly() => Gen.Select(Positive, Positive, Positive).Sample((a, b, x) =>
        Judge(Range(Math.Min(a, b), Math.Max(a, b)), x) != ClaimVerdict.HoldsPartly);

    [Fact]
    public void Widening_a_claimed_range_never_makes_it_worse() =>
        Gen.Select(Positive, Positive, Positive, Positive, Positive).Sample((a, b, x, y, more) =>
            Judge(Range(Math.Min(a, b) / (1m + more), Math.Max(a, b) + more), x, y) <= Judge(Range(Math.Min(a, b), Math.Max(a, b)), x, y));

    [Fact]
    public void A_verdict_says_by_which_numbers()
    {
        Assert.Equal("10.8 lies outside 0.2565 to 0.2835: the claim and 5 % either way", TheGuide.Check("C01").Judgement.Because);
        Assert.Equal("the most it can be is 1,093.75, 1,100 rounded to 100; claimed is 1,100", TheGuide.Check("M08").Judgement.Because);
    }
}
