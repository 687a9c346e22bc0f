using Assay.Pricing;
using Assay.Usage;
using static Assay.Rating.Tests.Books;

namespace Assay.Rating.Tests;

public sealed class RaterTests
{
    [Fact]
    public void Each_meter_with_a_quantity_gives_one_outcome_in_the_order_of_the_meters()
    {
        var outcomes = Rater.Rate(A_call(new() { Input = 1, Output = 2, CacheRead = 3, CacheWrite5m = 4, CacheWrite1h = 5 }), Everyday);
        Assert.Equal([Meter.Input, Meter.Output, Meter.CacheRead, Meter.CacheWrite5m, Meter.CacheWrite1h], outcomes.Cast<Outcome.Rated>().Select(r => r.Meter));
        Assert.Equal([0.000003m, 0.00003m, 0.0000009m, 0.000015m, 0.00003m], outcomes.Cast<Outcome.Rated>().Select(r => r.Cost.Amount));
        Assert.Empty(Rater.Rate(A_call(default), Everyday));
        Assert.Empty(Rater.Rate(A_call(default, amounts: new MeteredAmount(Meter.GuardrailContent, 0m)), Everyday));
    }

    [Fact]
    public void A_missing_rate_is_never_zero_and_its_siblings_are_still_charged()
    {
        var outcomes = Rater.Rate(A_call(new() { Input = 100_000, Output = 1 }), A_book(A_rate(Meter.Input, 3m)));
        Assert.Equal(0.3m, outcomes.Rated(Meter.Input).Cost.Amount);
        var unpriced = outcomes.Unpriced(Meter.Output);
        Assert.Equal((1m, UnpricedCause.NoRate, "book 'b@2026-07-24' has no output rate for 'acme.model-v1' in 'us-east-1'"),
            (unpriced.Quantity, unpriced.Cause, unpriced.Reason));
    }

    [Fact]
    public void The_reason_names_the_dimensions_that_are_out_of_the_ordinary()
    {
        var call = A_call(new() { Input = 300_000 }, InRegion with { Scope = Scope.Global }) with { Mode = Mode.Batch, Tier = Tier.Flex };
        Assert.Equal("book 'b@2026-07-24' has no long-context global flex batch input rate for 'acme.model-v1' in 'us-east-1'",
            Rater.Rate(call, Everyday).Unpriced(Meter.Input).Reason);
        Assert.Equal("book 'b@2026-07-24' has no guardrail_topic rate in 'us-east-1'",
            Rater.Rate(call with { Amounts = [new(Meter.GuardrailTopic, 1m)] }, Everyday).Unpriced(Meter.GuardrailTopic).Reason);
    }

    [Fact]
    public void An_opaque_profile_is_named_with_what_to_do()
    {
        const string arn = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc";
        var call = A_call(new() { Input = 1, Output = 1 }, new(arn, Scope.InRegion, ModelKind.OpaqueProfile, null));
        Assert.All(Rater.Rate(call, Everyday).Cast<Outcome.Unpriced>(), u => Assert.Equal(
            (UnpricedCause.OpaqueProfile, $"application inference profile '{arn}' is not mapped; name its model with --profiles FILE"), (u.Cause, u.Reason)));
    }

    [Theory]
    [InlineData(ModelKind.Provisioned, UnpricedCause.CoveredByModelUnits, "covered by model units")]
    [InlineData(ModelKind.Custom, UnpricedCause.CustomModel, "'acme.model-v1' is a custom or imported model; its serving terms are not in the log")]
    public void Tokens_of_a_resource_with_terms_of_its_own_are_not_charged_by_the_token(ModelKind kind, UnpricedCause cause, string reason)
    {
        var unpriced = Rater.Rate(A_call(new() { Input = 1 }, InRegion with { Kind = kind }), Everyday).Unpriced(Meter.Input);
        Assert.Equal((cause, reason), (unpriced.Cause, unpriced.Reason));
    }

    [Fact]
    public void Images_say_why_they_have_no_price() => Assert.Equal(UnpricedCause.ImageSize,
        Rater.Rate(A_call(default, amounts: new MeteredAmount(Meter.Image, 2m)), Everyday).Unpriced(Meter.Image).Cause);

    static readonly PriceBook Banded = A_book(A_rate(Meter.Input, 3m), A_rate(Meter.Input, 6m, context: ContextBand.Long), A_rate(Meter.Output, 15m),
        A_rate(Meter.Output, 22.5m, context: ContextBand.Long), A_rate(Meter.CacheRead, 0.3m), A_rate(Meter.CacheRead, 0.6m, context: ContextBand.Long),
        A_rate(Meter.CacheWrite5m, 3.75m), A_rate(Meter.CacheWrite5m, 7.5m, context: ContextBand.Long));

    [Theory]
    [InlineData(200_000, 0, 0, 0, ContextBand.Standard)]
    [InlineData(200_001, 0, 0, 0, ContextBand.Long)]
    [InlineData(100_000, 100_000, 0, 0, ContextBand.Standard)]
    [InlineData(100_000, 100_001, 0, 0, ContextBand.Long)]
    [InlineData(1, 0, 200_000, 0, ContextBand.Long)]
    [InlineData(1, 0, 0, 200_000, ContextBand.Long)]
    public void Everything_the_model_read_decides_the_band_and_the_band_prices_every_meter(
        long input, long cacheRead, long write5m, long unknown, ContextBand context)
    {
        var outcomes = Rater.Rate(A_call(new() { Input = input, CacheRead = cacheRead, CacheWrite5m = write5m, CacheWriteUnknown = unknown, Output = 1_000_000 }), Banded);
        Assert.All(outcomes.Cast<Outcome.Rated>(), r => Assert.Equal((context, context), (r.Context, r.Rate.Key.Context)));
        Assert.Equal(context == ContextBand.Long ? 22.5m : 15m, outcomes.Rated(Meter.Output).Cost.Amount);
    }

    [Fact]
    public void A_long_answer_makes_no_long_prompt() =>
        Assert.Equal(15m, Rater.Rate(A_call(new() { Input = 1, Output = 1_000_000 }), Banded).Rated(Meter.Output).Cost.Amount);

    [Fact]
    public void A_model_without_the_band_keeps_its_price_at_any_length()
    {
        var model = InRegion with { Facts = Facts with { HasLongBand = false } };
        Assert.Equal(3m, Rater.Rate(A_call(new() { Input = 1_000_000 }, model), Banded).Rated(Meter.Input).Cost.Amount);
    }

    [Fact]
    public void A_model_the_table_does_not_list_has_the_band_the_book_gives_it()
    {
        var model = InRegion with { Facts = null };
        Assert.Equal(6m, Rater.Rate(A_call(new() { Input = 1_000_000 }, model), Banded).Rated(Meter.Input).Cost.Amount);
        Assert.Equal(3m, Rater.Rate(A_call(new() { Input = 1_000_000 }, model), Everyday).Rated(Meter.Input).Cost.Amount);
    }

    [Fact]
    public void A_long_prompt_without_a_long_rate_is_unpriced_not_priced_as_a_short_one() =>
        Rater.Rate(A_call(new() { Input = 200_001 }), Everyday).Unpriced(Meter.Input);

    [Fact]
    public void An_unknown_lifetime_costs_the_five_minute_rate_and_at_most_the_hour_s()
    {
        var rated = Assert.IsType<Outcome.Rated>(Assert.Single(Rater.Rate(A_call(new() { CacheWrite5m = 1_000, CacheWriteUnknown = 100_000 }), Everyday)));
        Assert.Equal((Meter.CacheWrite5m, 101_000m), (rated.Meter, rated.Quantity));
        Assert.Equal((0.378750m, 0.603750m), (rated.Cost.Amount, rated.Max!.Value.Amount));
    }

    [Fact]
    public void Known_lifetimes_leave_nothing_open() =>
        Assert.All(Rater.Rate(A_call(new() { CacheWrite5m = 1, CacheWrite1h = 1 }), Everyday).Cast<Outcome.Rated>(), r => Assert.Null(r.Max));

    [Fact]
    public void A_model_without_an_hour_s_rate_has_no_upper_bound() =>
        Assert.Null(Rater.Rate(A_call(new() { CacheWriteUnknown = 5 }), A_book(A_rate(Meter.CacheWrite5m, 3m))).Rated(Meter.CacheWrite5m).Max);

    [Fact]
    public void Without_a_five_minute_rate_an_unknown_lifetime_is_unpriced_not_the_hour_s() =>
        Rater.Rate(A_call(new() { CacheWriteUnknown = 5 }), A_book(A_rate(Meter.CacheWrite1h, 6m))).Unpriced(Meter.CacheWrite5m);

    static readonly PriceBook Scoped = A_book(A_rate(Meter.Input, 3.3m), A_rate(Meter.Input, 3m, Scope.Global),
        A_rate(Meter.Input, 0.72m, model: "acme.unscoped-v1"), A_rate(Meter.Input, 4m, Scope.Geo, region: "eu-west-1"));

    [Theory]
    [InlineData(Model, Scope.InRegion, "us-east-1", "3.3"), InlineData(Model, Scope.Geo, "us-east-1", "3.3"), InlineData(Model, Scope.Global, "us-east-1", "3")]
    [InlineData("acme.unscoped-v1", Scope.Geo, "us-east-1", "0.72"), InlineData("acme.unscoped-v1", Scope.Global, "us-east-1", "0.72")]
    [InlineData(Model, Scope.InRegion, "eu-west-1", "4"), InlineData(Model, Scope.Global, "eu-west-1", "unpriced"), InlineData(Model, Scope.InRegion, "ap-south-1", "unpriced")]
    public void A_scope_has_its_own_price_or_that_of_the_row_that_serves_it(string model, Scope scope, string region, string usd)
    {
        var outcome = Assert.Single(Rater.Rate(A_call(new() { Input = 1_000_000 }, new(model, scope, ModelKind.Foundation, Facts with { HasLongBand = false }), region), Scoped));
        Assert.Equal(usd, outcome is Outcome.Rated rated ? rated.Cost.ToString() : "unpriced");
    }

    [Theory]
    [InlineData(Mode.OnDemand, Tier.Standard, "2"), InlineData(Mode.Batch, Tier.Standard, "1"), InlineData(Mode.OnDemand, Tier.Flex, "1.5")]
    [InlineData(Mode.OnDemand, Tier.Priority, "3.5"), InlineData(Mode.OnDemand, Tier.LatencyOptimized, "unpriced"), InlineData(Mode.Batch, Tier.Flex, "unpriced")]
    public void Mode_and_tier_have_prices_of_their_own_and_none_stands_in_for_another(Mode mode, Tier tier, string usd)
    {
        var book = A_book(A_rate(Meter.Input, 2m), A_rate(Meter.Input, 1m, mode: Mode.Batch), A_rate(Meter.Input, 1.5m, tier: Tier.Flex), A_rate(Meter.Input, 3.5m, tier: Tier.Priority));
        var outcome = Assert.Single(Rater.Rate(A_call(new() { Input = 1_000_000 }, InRegion with { Facts = null }) with { Mode = mode, Tier = tier }, book));
        Assert.Equal(usd, outcome is Outcome.Rated rated ? rated.Cost.ToString() : "unpriced");
    }

    [Fact]
    public void A_day_ends_at_midnight_UTC()
    {
        var book = new PriceBook("b", [new("may", new(2026, 5, 25), false, [A_rate(Meter.Input, 3m)]), new("july", new(2026, 7, 24), false, [A_rate(Meter.Input, 2m)])]);
        var model = InRegion with { Facts = null };
        decimal At(DateTime time) => Rater.Rate(A_call(new() { Input = 1_000_000 }, model) with { Time = time }, book).Rated(Meter.Input).Cost.Amount;
        var midnight = new DateTime(2026, 7, 24, 0, 0, 0, DateTimeKind.Utc);
        Assert.Equal((3m, 2m), (At(midnight.AddTicks(-1)), At(midnight)));
        Assert.Equal((3m, 2m), (At(DateTime.MinValue), At(DateTime.MaxValue)));
    }

    [Fact]
    public void An_explanation_adds_up_and_says_what_could_not_be_priced()
    {
        var explained = Explanation.Of(A_call(new() { Input = 219, Output = 109, CacheWriteUnknown = 10, CacheWrite30m = 7 }), Everyday);
        Assert.Equal((0.0023295m, 0.002352m), (explained.Total.Amount, explained.TotalMax.Amount));
        Assert.Equal("219 × 3 USD per 1M tokens = 0.000657", explained.Meters[0].Formula);
        Assert.Equal("sku-input; a test; no start, no end known", explained.Meters[0].Lineage);
        var unpriced = Assert.Single(explained.Meters, m => m.Cost is null);
        Assert.Equal("7 tokens", unpriced.Formula);
        Assert.Contains("no cache_write_30m rate", unpriced.Lineage, StringComparison.Ordinal);
        Assert.Contains("lifetime of 10 cache-write tokens", Assert.Single(explained.Notes), StringComparison.Ordinal);
    }
}
