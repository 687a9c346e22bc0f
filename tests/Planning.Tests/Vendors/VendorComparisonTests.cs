using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;
using static Assay.Planning.Tests.Vendors.SomeVendors;

namespace Assay.Planning.Tests.Vendors;

public sealed class VendorComparisonTests
{
    static readonly PriceBook Here = Book(
        Price(Big, Meter.Input, 3m), Price(Big, Meter.Output, 15m), Price(Big, Meter.CacheRead, 0.3m), Price(Big, Meter.CacheWrite1h, 6m),
        Price(Big, Meter.Input, 1.5m, Mode.Batch), Price(Big, Meter.Output, 7.5m, Mode.Batch),
        Price(Big, Meter.Input, 6m, band: ContextBand.Long), Price(Big, Meter.Output, 22.5m, band: ContextBand.Long),
        Price(Small, Meter.Input, 0.1m), Price(Small, Meter.Output, 0.4m));

    [Fact]
    public void The_same_calls_cost_what_the_vendors_rates_make_of_them()
    {
        // 1 M in and 100 k out: 3 + 1.50 = 4.50 here; 2 + 1.00 = 3.00 there.
        var there = Book(Price("other:big", Meter.Input, 2m), Price("other:big", Meter.Output, 10m));
        var quote = Only(Compare(Here, there, [Pair(Big, "big")], Ten(Call(Big, new() { Input = 100_000, Output = 10_000 }))));
        Assert.Equal((3m, 4.5m, -1.5m), (quote.Total, quote.Here, quote.Delta));
        Assert.Equal(1.0, quote.ShareCovered);
        Assert.Equal(0.5, quote.Models[0].BedrockPremium!.Value, 12);
    }

    [Fact]
    public void What_a_vendor_does_not_price_is_in_no_sum_and_named_with_its_cost_here()
    {
        // 1 M read from the cache: 0.30 here; there only as plain input, 2.00. The input alone is compared: 3.00 and 2.00.
        var there = Book(Price("other:big", Meter.Input, 2m), Price("other:big", Meter.Output, 10m));
        var quote = Only(Compare(Here, there, [Pair(Big, "big")],
            Ten(Call(Big, new() { Input = 100_000, CacheRead = 100_000 }))));
        Assert.Equal((2m, 3m), (quote.Total, quote.Here));
        Assert.Equal(3m / 3.3m, (decimal)quote.ShareCovered, 12);
        var missing = Assert.Single(quote.Models[0].Unpriced);
        Assert.Equal((Meter.CacheRead, 1_000_000m, 0.3m), (missing.Meter, missing.Quantity, missing.BedrockUsd));
        Assert.Equal(new OtherTerms(2m, "uncached, as plain input"), missing.Otherwise);
        Assert.Equal(2m, quote.OnOtherTerms);
    }

    [Fact]
    public void Batch_at_a_vendor_without_batch_is_not_offered_and_what_it_costs_on_demand_is_said()
    {
        var there = Book(Price("other:big", Meter.Input, 2m), Price("other:big", Meter.Output, 10m));
        var quote = Only(Compare(Here, there, [Pair(Big, "big")], Call(Big, new() { Input = 1_000_000 }, Mode.Batch)));
        Assert.Equal((0m, 0m, 0.0), (quote.Total, quote.Here, quote.ShareCovered));
        Assert.Equal(new OtherTerms(2m, "on demand, standard tier"), Assert.Single(quote.Models[0].Unpriced).Otherwise);
    }

    [Fact]
    public void Guardrails_are_not_offered_elsewhere_and_never_zero()
    {
        var rate = Price("", Meter.GuardrailContent, 0.15m) with { };
        var units = new Rate("g", rate.Key, "1K text units", 0.15m, null, null, "a test");
        var here = Book(Price(Big, Meter.Input, 3m), units);
        var there = Book(Price("other:big", Meter.Input, 2m));
        var quote = Only(Compare(here, there, [Pair(Big, "big")],
            Call(Big, new() { Input = 1_000_000 }, amounts: new MeteredAmount(Meter.GuardrailContent, 2_000m))));
        var missing = Assert.Single(quote.Models[0].Unpriced);
        Assert.Equal((0.3m, null), (missing.BedrockUsd, missing.Otherwise));
        Assert.Contains("not offered", missing.Reason);
        Assert.Equal(2m, quote.Total);
    }

    [Fact]
    public void The_same_weights_charged_by_the_long_band_are_not_taken_for_cheap_where_a_list_omits_the_band()
    {
        // 300 k in one prompt is 1.80 here. A list with a short rate alone says nothing of it.
        var there = Book(Price("other:big", Meter.Input, 3m), Price("other:big", Meter.Output, 15m));
        var call = Call(Big, new() { Input = 300_000 });
        var same = Only(Compare(Here, there, [Pair(Big, "big")], call));
        Assert.Equal((0m, 0m), (same.Total, same.Here));
        Assert.Equal(new OtherTerms(0.9m, "at the rate of short prompts"), Assert.Single(same.Models[0].Unpriced).Otherwise);

        // Another model may well have no band.
        var stated = Only(Compare(Here, there, [Pair(Big, "big", EquivalenceKind.Stated)], call));
        Assert.Equal((0.9m, 1.8m), (stated.Total, stated.Here));
    }

    [Fact]
    public void Long_prompts_stay_long_when_days_of_calls_are_summed()
    {
        // Ten prompts of 150 k are short, one of 300 k is long: 10 × 0.45 + 1.80.
        UsageRecord[] calls = [.. Enumerable.Repeat(Call(Big, new() { Input = 150_000 }), 10), Call(Big, new() { Input = 300_000 })];
        var comparison = Compare(Here, Here, [], calls);
        Assert.Equal(6.3m, comparison.BedrockUsd);
        Assert.Equal(11, comparison.Models[0].Calls);
    }

    [Fact]
    public void A_candidate_is_shown_apart_and_counts_in_no_sum()
    {
        var there = Book(Price("other:cheap", Meter.Input, 0.05m), Price("other:cheap", Meter.Output, 0.2m));
        var quote = Only(Compare(Here, there, [Pair(Small, "cheap", EquivalenceKind.Nearest)], Call(Small, new() { Input = 1_000_000 })));
        Assert.Empty(quote.Models);
        Assert.Equal((0m, 0.0), (quote.Total, quote.ShareCovered));
        Assert.Equal(-0.05m, Assert.Single(quote.Candidates).Delta);
        Assert.Equal(Small, Assert.Single(quote.Missing).Model);
    }

    [Fact]
    public void What_the_user_states_replaces_the_table_for_that_model_and_vendor()
    {
        var there = Book(Price("other:big", Meter.Input, 2m), Price("other:mine", Meter.Input, 1m));
        IReadOnlyList<Equivalent> pairs = [Pair(Big, "mine", EquivalenceKind.Stated), Pair(Big, "big")];
        var quote = Only(Compare(Here, there, pairs, Call(Big, new() { Input = 1_000_000 })));
        Assert.Equal(("other:mine", 1m), (Assert.Single(quote.Models).Equivalent.PricedAs, quote.Total));
        Assert.Empty(quote.Candidates);
    }

    [Fact]
    public void A_tokenizer_scales_other_models_and_leaves_the_same_weights_alone()
    {
        var there = Book(Price("other:big", Meter.Input, 2m), Price("other:kin", Meter.Input, 2m));
        var factors = new Dictionary<string, decimal> { ["other"] = 1.12m };
        IReadOnlyList<Equivalent> pairs = [Pair(Big, "big"), Pair(Big, "kin", EquivalenceKind.Nearest)];
        var quote = Only(Compare(Here, there, pairs, factors, Ten(Call(Big, new() { Input = 100_000 }))));
        Assert.Equal(2m, quote.Total);
        Assert.Equal(2.24m, Assert.Single(quote.Candidates).There);
    }

    [Fact]
    public void A_model_nobody_prices_here_is_compared_with_nothing()
    {
        var there = Book(Price("other:new", Meter.Input, 2m));
        var quote = Only(Compare(Here, there, [Pair("acme.new", "new")], Call("acme.new", new() { Input = 1_000_000 })));
        Assert.Equal((0m, 0m, 2m), (quote.Total, quote.Here, quote.Models[0].OnlyThere));
    }

    static readonly Gen<TokenCounts> Tokens =
        from input in Gen.Long[0, 400_000]
        from output in Gen.Long[0, 20_000]
        from read in Gen.Long[0, 100_000]
        from write in Gen.Long[0, 50_000]
        select new TokenCounts { Input = input, Output = output, CacheRead = read, CacheWrite1h = write };

    static readonly Gen<UsageRecord> Calls =
        from tokens in Tokens
        from model in Gen.Bool
        from batch in Gen.Bool
        from scope in Gen.Int[0, 2]
        from day in Gen.Int[1, 5]
        select Call(model ? Big : Small, tokens, batch ? Mode.Batch : Mode.OnDemand, (Scope)scope, day);

    [Fact]
    public void A_vendor_whose_book_equals_Bedrocks_differs_by_exactly_nothing()
    {
        var there = Book([.. Here.Rates.Select(r => r with { Key = r.Key with { Model = "other:" + r.Key.Model } })]);
        Calls.Array[1, 30].Sample(calls =>
        {
            var quote = Only(Compare(Here, there, [Pair(Big, Big), Pair(Small, Small)], calls));
            Assert.Equal(0m, quote.Delta);
            Assert.All(quote.Models, m => Assert.Equal(0m, m.Delta));
            Assert.Equal(quote.BedrockUsd, quote.Here);
        });
    }

    [Fact]
    public void Sums_of_days_cost_what_their_calls_cost() => Calls.Array[1, 30].Sample(calls =>
    {
        var each = calls.Sum(c => Rater.Rate(c, Here).OfType<Outcome.Rated>().Sum(r => r.Cost.Amount));
        Assert.Equal(each, Compare(Here, Here, [], calls).BedrockUsd);
    });

    [Fact]
    public void A_doubled_tokenizer_doubles_the_price() => Calls.Array[1, 10].Sample(calls =>
    {
        var there = Book([.. Here.Rates.Select(r => r with { Key = r.Key with { Model = "other:" + r.Key.Model } })]);
        IReadOnlyList<Equivalent> pairs = [Pair(Big, Big, EquivalenceKind.Stated), Pair(Small, Small, EquivalenceKind.Stated)];
        var once = Only(Compare(Here, there, pairs, calls));
        var twice = Only(Compare(Here, there, pairs, new Dictionary<string, decimal> { ["other"] = 2m }, calls));
        Assert.Equal(2m * once.Total, twice.Total);
        Assert.Equal(once.Here, twice.Here);
    });

    [Fact]
    public void The_order_of_the_calls_changes_nothing() => Calls.Array[2, 20].Sample(calls =>
    {
        var forth = Compare(Here, Here, [], calls);
        var back = Compare(Here, Here, [], [.. calls.Reverse()]);
        Assert.Equal(forth.Models.Select(m => (m.Model, m.Usd)), back.Models.Select(m => (m.Model, m.Usd)));
    });

    // Below the long band, and a round million in sum.
    static UsageRecord[] Ten(UsageRecord call) => [.. Enumerable.Repeat(call, 10)];

    static VendorQuote Only(VendorComparison comparison) => Assert.Single(comparison.Vendors);
}
