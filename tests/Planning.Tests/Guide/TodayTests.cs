namespace Assay.Planning.Tests.Guide;

/// <summary>What today's prices make of the claims: worked by hand from the rows of the book <c>aws</c>.</summary>
public sealed class TodayTests
{
    [Theory]
    [InlineData("P01", 107.142857142857, 107.142857142857)]
    [InlineData("P02", 535.714285714286, 535.714285714286)]
    [InlineData("P03", 85.7142857142857, 85.7142857142857)]
    [InlineData("P04", 1, 5)]
    [InlineData("P05", 0.333333333333333, 0.333333333333333)]
    [InlineData("P06", 3.3, 3.3)]
    [InlineData("P07", 0, 0.1)]                          // 3.00 computed anywhere, 3.30 in the region
    [InlineData("B01", 1.5, 1.5)]
    [InlineData("B03", 0.0175, 0.0175)]
    [InlineData("C01", 10.8, 10.8)]
    [InlineData("C03", 0.45, 0.9)]
    [InlineData("C05", 0.44, 0.54)]                      // its write rate is 3.75 / 3.00 = 1.25
    [InlineData("A01", 345.6, 345.6)]
    [InlineData("R02", 0.266666666666667, 0.4)]
    [InlineData("M07", 7500, 7500)]
    [InlineData("M13", 0.222115384615385, 0.222115384615385)]
    public void With_the_prices_of_today(string id, double low, double high)
    {
        var today = TheGuide.Check(id).Today.Result!.Value;
        Assert.Equal(low, (double)today.Low, 9);
        Assert.Equal(high, (double)today.High, 9);
    }

    [Fact]
    public void Today_is_priced_by_todays_book() => Assert.All(TheGuide.CheckAll(), check =>
    {
        Assert.Equal(TheGuide.Aws.Id, check.Today.Book);
        Assert.Equal(check.Today.Result is null, check.Today.Missing is not null);
        Assert.Equal(check.Today.Result is null, check.TodayJudgement is null);
    });

    [Theory]
    [InlineData("T03", 5126.4)]     // 7.12 x 720: an embedding model's, the cheapest without a commitment
    [InlineData("T04", 2959.2)]     // 4.11 x 720, committed for six months
    public void A_model_unit_of_today(string id, double month) =>
        Assert.Equal(month, (double)TheGuide.Check(id).Today.Result!.Value.Low, 9);

    [Fact]
    public void Units_of_models_no_longer_sold_are_not_todays() => Assert.Equal(
        "the leading sources of book 'aws@2026-07-24' name no Claude model unit at a month's commitment", TheGuide.Check("T01").Today.Missing);

    [Fact]
    public void A_book_that_prices_nothing_of_it_leaves_every_claim_without_a_today_and_says_why()
    {
        var sources = TheGuide.Sources with { Today = new("mine", [new("mine", new(2026, 8, 1), false, [])]) };
        Assert.All(GuideCheck.All(TheGuide.Claims, sources), check =>
        {
            Assert.Null(check.Today.Result);
            Assert.Matches("^(book 'mine@|the leading sources of book 'mine@|no price of AWS's)", check.Today.Missing!);
            Assert.NotNull(check.Derived.Result);
        });
        Assert.All(GuideScenario.Lines(sources), line => Assert.Null(line.Today.Result));
    }

    [Theory]
    [InlineData("C06")]
    [InlineData("M01")]
    [InlineData("W01")]
    [InlineData("E02")]
    [InlineData("A02")]
    public void A_claim_without_a_price_in_it_has_no_today(string id) =>
        Assert.Equal("no price of AWS's enters it", TheGuide.Check(id).Today.Missing);
}
