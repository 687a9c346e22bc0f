using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Usage;
using Committed = Assay.Planning.Vendors.CommittedSpend;
using static Assay.Planning.Tests.Vendors.SomeVendors;

namespace Assay.Planning.Tests.Vendors;

public sealed class CommittedPositionTests
{
    static readonly PriceBook Here = Book(Price(Big, Meter.Input, 3m));
    static readonly PriceBook There = Book(Price("other:big", Meter.Input, 2m));

    // 3.00 here and 2.00 there; a year of 360 days is as many periods of 1 day: 1,080 and 720.
    static readonly VendorComparison Compared = Compare(Here, There, [Pair(Big, "big")],
        [.. Enumerable.Repeat(Call(Big, new() { Input = 100_000 }), 10)]);

    static CommittedPosition Position(decimal commit, decimal organic, decimal discount) => Position(new(new([commit], discount), [organic]));

    static CommittedPosition Position(Committed committed) => new(committed, Compared.Models, 1);

    static (decimal Stay, decimal Move) At(CommittedPosition position)
    {
        var price = position.At(Compared.Vendors[0]);
        return (price.Stay, price.Move);
    }

    [Theory]
    [InlineData(20_000_000, 17_000_000, 3_000_000, 1_500_000, 0, 1_350_000, 0)]
    [InlineData(20_000_000, 19_000_000, 1_000_000, 1_000_000, 450_000, 1_000_000, 350_000)]
    [InlineData(20_000_000, 21_000_000, 0, 0, 1_350_000, 0, 1_350_000)]
    public void The_gap_takes_what_it_can_of_what_is_invoiced_and_the_rest_is_new(
        decimal commit, decimal organic, decimal gap, decimal simplyAbsorbed, decimal simplyNew, decimal absorbed, decimal added)
    {
        ModelSpend ai = new(Big, "", 1_500_000m, 0m, 0, []);
        var stay = new CommittedPosition(new(new([commit], 0.10m), [organic]), [ai], 360).Stay;
        Assert.Equal((gap, simplyAbsorbed, simplyNew), (stay.Simple.Gap, stay.Simple.Absorbed, stay.Simple.IncrementalCost));
        Assert.Equal((gap, absorbed, added), (stay.Years[0].Gap, stay.Years[0].Absorbed, stay.IncrementalCost));
    }

    [Fact]
    public void A_cheaper_vendor_is_dearer_while_a_gap_pays_for_Bedrock()
    {
        var price = Position(10_000m, 5_000m, 0m).At(Compared.Vendors[0]);
        Assert.Equal((0m, 720m, 1.0), (price.Stay, price.Move, price.DiscountToWin!.Value));
    }

    [Fact]
    public void Without_a_gap_the_list_prices_and_the_programmes_discount_decide()
    {
        // 1,080 less 10 % is 972 beside 720: a vendor that could even be a third dearer.
        var price = Position(5_000m, 5_000m, 0.10m).At(Compared.Vendors[0]);
        Assert.Equal((972m, 720m), (price.Stay, price.Move));
        Assert.Equal(-0.35, price.DiscountToWin!.Value, 12);
    }

    [Fact]
    public void At_the_discount_to_win_moving_costs_what_staying_does()
    {
        // A gap of 500: staying costs 580, moving 720; 140 off 720 evens it out.
        var price = Position(5_500m, 5_000m, 0m).At(Compared.Vendors[0]);
        Assert.Equal((580m, 720m), (price.Stay, price.Move));
        Assert.Equal(140.0 / 720, price.DiscountToWin!.Value, 12);
    }

    [Fact]
    public void Every_year_of_a_ramp_counts() =>
        // No gap in the first year, 500 in the second: 1,080 + 580, beside 720 twice.
        Assert.Equal((1_660m, 1_440m), At(Position(new(new([5_000m, 5_500m], 0m), [5_000m, 5_000m]))));

    [Fact]
    public void What_the_Marketplace_bills_fills_the_gap_as_far_as_the_contract_says()
    {
        EligibilityRule none = new(EligibilityRule.Marketplace, EligibilityRule.Any, DrawDown.None);
        Committed spend = new(new([10_000m], 0m) { Rules = [none] }, [5_000m]);
        Assert.Equal((1_080m, 720m), At(Position(spend with { MarketplaceShare = 1m })));
        Assert.Equal((540m, 720m), At(Position(spend with { MarketplaceShare = 0.5m })));
    }

    [Fact]
    public void Credits_and_private_rates_come_off()
    {
        Committed spend = new(new([5_000m], 0m), [5_000m]) { PrivateDiscount = model => model == Big ? 0.5m : 0m };
        Assert.Equal((540m, 720m), At(Position(spend)));
        Assert.Equal((440m, 720m), At(Position(spend with { Credits = new([new(100m, new(2027, 1, 1))], null) })));
    }

    [Fact]
    public void Where_nothing_can_be_moved_nothing_can_be_won()
    {
        var nothing = Compare(Here, There, [], Call(Big, new() { Input = 100_000 })).Vendors[0];
        Assert.Null(Position(5_000m, 5_000m, 0m).At(nothing).DiscountToWin);
    }
}
