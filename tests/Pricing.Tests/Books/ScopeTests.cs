using Assay.Usage;

namespace Assay.Pricing.Tests.Books;

public sealed class ScopeTests
{
    static readonly DateOnly Day = new(2026, 8, 15);

    [Fact]
    public void The_price_of_a_geography_is_not_that_of_a_region_for_a_model_not_sold_by_scope() =>
        Assert.Null(Find(Scope.InRegion, A_rate(Scope.Geo, 0.84m)));

    [Fact]
    public void A_model_sold_by_scope_costs_in_region_what_it_costs_in_its_geography() =>
        Assert.Equal(3.3m, Find(Scope.InRegion, A_rate(Scope.Geo, 3.3m), A_rate(Scope.Global, 3m))!.SourceRate);

    [Fact]
    public void A_row_that_names_no_scope_serves_all_of_them()
    {
        foreach (var scope in Enum.GetValues<Scope>()) Assert.Equal(0.8m, Find(scope, A_rate(Scope.InRegion, 0.8m))!.SourceRate);
    }

    static Rate? Find(Scope scope, params Rate[] rates) =>
        new PriceBook("test", [new("test", Day, false, rates)]).Find(Key(scope), Day);

    static Rate A_rate(Scope scope, decimal usd) => new($"sku-{scope}", Key(scope), "1M tokens", usd, null, null, "a test");

    static RateKey Key(Scope scope) =>
        new("amazon.nova-pro-v1:0", Meter.Input, Mode.OnDemand, Tier.Standard, scope, ContextBand.Standard, "ap-northeast-1", Term.None);
}
