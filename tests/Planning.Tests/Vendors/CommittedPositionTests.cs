using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Usage;
using static Assay.Planning.Tests.Vendors.SomeVendors;

namespace Assay.Planning.Tests.Vendors;

public sealed class CommittedPositionTests
{
    static readonly PriceBook Here = Book(Price(Big, Meter.Input, 3m));
    static readonly PriceBook There = Book(Price("other:big", Meter.Input, 2m));

    // 3.00 here and 2.00 there; a year of 360 days is as many periods of 1 day: 1,080 and 720.
    static VendorQuote Quote() => Compare(Here, There, [Pair(Big, "big")],
        [.. Enumerable.Repeat(Call(Big, new() { Input = 100_000 }), 10)]).Vendors[0];

    [Theory]
    [InlineData(20_000_000, 17_000_000, 1_500_000, 3_000_000, 1_500_000, 0)]
    [InlineData(20_000_000, 19_000_000, 1_500_000, 1_000_000, 1_000_000, 450_000)]
    [InlineData(20_000_000, 21_000_000, 1_500_000, 0, 0, 1_350_000)]
    public void The_gap_takes_what_it_can_and_the_rest_is_new_at_the_programmes_discount(
        decimal commit, decimal organic, decimal ai, decimal gap, decimal absorbed, decimal incremental)
    {
        var position = new CommittedPosition(commit, organic, 0.10m, ai);
        Assert.Equal((gap, absorbed, incremental), (position.Gap, position.Absorbed, position.Incremental));
    }

    [Fact]
    public void A_cheaper_vendor_is_dearer_while_a_gap_pays_for_Bedrock()
    {
        var price = new CommittedPosition(10_000m, 5_000m, 0m, 1_080m).At(Quote(), 1);
        Assert.Equal((0m, 720m, 1.0), (price.Stay, price.Move, price.DiscountToWin!.Value));
    }

    [Fact]
    public void Without_a_gap_the_list_prices_and_the_programmes_discount_decide()
    {
        // 1,080 less 10 % is 972 beside 720: a vendor that could even be a third dearer.
        var price = new CommittedPosition(5_000m, 5_000m, 0.10m, 1_080m).At(Quote(), 1);
        Assert.Equal((972m, 720m), (price.Stay, price.Move));
        Assert.Equal(-0.35, price.DiscountToWin!.Value, 12);
    }

    [Fact]
    public void At_the_discount_to_win_moving_costs_what_staying_does()
    {
        // A gap of 500: staying costs 580, moving 720; 140 off 720 evens it out.
        var price = new CommittedPosition(5_500m, 5_000m, 0m, 1_080m).At(Quote(), 1);
        Assert.Equal((580m, 720m), (price.Stay, price.Move));
        Assert.Equal(140.0 / 720, price.DiscountToWin!.Value, 12);
    }

    [Fact]
    public void Where_nothing_can_be_moved_nothing_can_be_won()
    {
        var nothing = Compare(Here, There, [], Call(Big, new() { Input = 100_000 })).Vendors[0];
        Assert.Null(new CommittedPosition(5_000m, 5_000m, 0m, 100m).At(nothing, 1).DiscountToWin);
    }
}
