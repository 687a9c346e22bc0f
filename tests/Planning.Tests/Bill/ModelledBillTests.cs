using Assay.Estate;
using Assay.Pricing;
using Assay.Pricing.Importers;
using Assay.Usage;
using static Assay.Planning.Tests.Bill.SomeEstates;

namespace Assay.Planning.Tests.Bill;

public class ModelledBillTests
{
    [Fact]
    public void A_million_calls_on_demand_cost_their_tokens()
    {
        // 1,000 MTok × 3 + 200 MTok × 15.
        var bill = BillOf(EstateOf(Chat()));
        Assert.Equal((6_000m, 6_000m, 0m, 72_000m), (bill.Total, bill.Inference, bill.Ancillary, bill.Annual));
        Assert.Equal([("chat", "on_demand", 6_000m)], bill.Lines.Select(l => (l.Name, l.Category, l.Cost)));
    }

    [Fact]
    public void The_batch_share_costs_half_and_the_rest_stays_on_demand()
    {
        var bill = BillOf(EstateOf(Chat() with { BatchShare = 0.35m }));
        Assert.Equal(6_000m * 0.65m, bill.Of("on_demand"));
        Assert.Equal(6_000m * 0.35m / 2m, bill.Of("batch"));
    }

    [Fact]
    public void A_mix_is_priced_by_its_shares()
    {
        // Sonnet 6,000, Haiku a third of it: 0.25 × 6,000 + 0.75 × 2,000.
        var mix = Chat() with { Models = [new(Model(Sonnet), 0.25m), new(Model(Haiku), 0.75m)] };
        Assert.Equal(3_000m, BillOf(EstateOf(mix)).Total);
    }

    [Fact]
    public void Caching_is_a_net_line_of_reads_and_writes()
    {
        // aws: 2,000 MTok of prefix; 60 % read at 0.30, 40 % written at 3.75, all of it at 3.00 without a cache.
        var bill = BillOf(EstateOf(Cached(0.6m)), AwsPrices);
        Assert.Equal((4_000m * 3m) + (200m * 15m), bill.Of("on_demand"));
        Assert.Equal((1_200m * 0.30m) + (800m * 3.75m) - (2_000m * 3m), bill.Of("caching"));
        Assert.Empty(bill.Unpriced);
    }

    [Fact]
    public void A_model_of_a_mix_that_cannot_cache_took_the_others_cache_away()
    {
        // 2,000 of 4,000 tokens shared. Sonnet's half: 1,000 MTok of prefix, half read at 0.30, half written at 3.75, not at 3.00.
        var mix = Cached(0.5m) with { Models = [new(Model(Sonnet), 0.5m), new(Model(Haiku), 0.5m)] };
        var bill = BillOf(EstateOf(mix), AwsPrices);
        Assert.Equal((500m * (0.30m - 3m)) + (500m * (3.75m - 3m)), bill.Of("caching"));
        Assert.Contains("25% of the calls hit", bill.Lines.Single(l => l.Category == "caching").Detail);
        Assert.Empty(bill.Unpriced);
        // Nova Micro could cache them, and the book has no price of reading: named, and the other is cached all the same.
        var unread = BillOf(EstateOf(mix with { Models = [new(Model(Sonnet), 0.5m), new(Model(NovaMicro, Scope.InRegion), 0.5m)] }), AwsPrices);
        Assert.Equal(bill.Of("caching"), unread.Of("caching"));
        Assert.Contains("amazon.nova-micro-v1:0", Assert.Single(unread.Unpriced).Reason);
    }

    [Fact]
    public void A_commitment_that_an_estate_states_was_left_out_of_account()
    {
        // 6,000 a month are 72,000 a year. A gap of 50,000, then 22,000 at 5 % off by the formula; 68,400 invoiced, 18,400 above the gap.
        var estate = EstateOf(Chat()) with { Commitment = new([1_000_000m], [950_000m], 0.05m) };
        var position = ModelledEstate.Of(estate, GuidePrices).Commitment!;
        Assert.Equal((50_000m, 50_000m, 20_900m), (position.Simple.Gap, position.Simple.Absorbed, position.Simple.IncrementalCost));
        Assert.Equal(18_400m, position.IncrementalCost);
        Assert.Null(ModelledEstate.Of(EstateOf(Chat()), GuidePrices).Commitment);
    }

    [Fact]
    public void Units_that_carry_everything_left_a_line_of_zero_on_demand() => Assert.Equal(["provisioned"],
        BillOf(EstateOf(Chat(Llama, Scope.InRegion) with { Provisioned = new(1m, Term.None, 1_000_000m, true) }), AwsPrices)
            .Lines.Select(l => l.Category));

    [Fact]
    public void A_cache_without_hits_costs_its_write_premium() =>
        Assert.Equal(2_000m * 0.75m, BillOf(EstateOf(Cached(0m)), AwsPrices).Of("caching"));

    [Fact]
    public void An_hour_of_cache_is_written_at_twice_the_price_of_input() =>
        Assert.Equal(2_000m * 3m, BillOf(EstateOf(Cached(0m, minutes: 60)), AwsPrices).Of("caching"));

    [Fact]
    public void Where_a_book_prices_reading_and_not_writing_the_writes_count_as_input_and_are_named()
    {
        var bill = BillOf(EstateOf(Cached(0.6m)));
        Assert.Equal(1_200m * (0.30m - 3m), bill.Of("caching"));
        Assert.Contains("cache_write_5m", Assert.Single(bill.Unpriced).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prefix_below_the_models_minimum_is_not_cached()
    {
        var bill = BillOf(EstateOf(Cached(0.6m, Haiku)), AwsPrices);
        Assert.Equal(0m, bill.Of("caching"));
        Assert.Contains("below the 4096", Assert.Single(bill.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Prompts_above_the_band_cost_the_long_rate_in_the_share_of_the_spread()
    {
        // Sonnet 4.5 has a long band: twice the input, one and a half times the output, where every prompt has 300,000 tokens.
        var book = TestBook(("input", "standard", 3m), ("input", "long", 6m), ("output", "standard", 15m), ("output", "long", 22.5m));
        var banded = Model(Sonnet) with { Facts = Model(Sonnet).Facts! with { HasLongBand = true } };
        var chat = Chat() with { Models = [new(banded, 1m)], RequestsPerMonth = 1_000m, InputTokens = new(300_000m) };
        Assert.Equal((300m * 6m) + (0.2m * 22.5m), BillOf(EstateOf(chat), new(book, RegionAvailability.None)).Total);
        var spread = chat with { InputTokens = new(100_000m, 300_000m) };
        var total = BillOf(EstateOf(spread), new(book, RegionAvailability.None)).Total;
        Assert.InRange(total, (100m * 3m) + 3m + 1m, (100m * 6m) + 4.5m - 1m);
    }

    [Fact]
    public void Model_units_are_paid_every_hour_and_the_rest_spills_to_on_demand()
    {
        // 1,200 tokens × 1 M calls over 43,200 minutes = 27,777.8 a minute; one unit of 20,000 carries 72 %.
        var estate = EstateOf(Chat(Llama, Scope.InRegion) with { Provisioned = new(1m, Term.SixMonth, 20_000m, SpillsOver: true) });
        var bill = BillOf(estate, AwsPrices);
        Assert.Equal(720m * 13.08m, bill.Of("provisioned"));
        Assert.Equal(0.28m * 1_200m * 0.72m, decimal.Round(bill.Of("on_demand"), 2));
    }

    [Fact]
    public void Units_of_unknown_throughput_are_warned_of()
    {
        var bill = BillOf(EstateOf(Chat(Llama, Scope.InRegion) with { Provisioned = new(1m, Term.None, null, SpillsOver: false) }), AwsPrices);
        Assert.Equal(720m * 24m, bill.Total);
        Assert.Equal(2, bill.Warnings.Count);
    }

    [Fact]
    public void The_floor_of_a_vector_store_is_two_units_every_hour()
    {
        var bill = BillOf(EstateOf() with { KnowledgeBases = [new() { Name = "docs" }] });
        Assert.Equal((345.60m, 345.60m), (bill.Total, bill.Ancillary));
    }

    [Fact]
    public void A_knowledge_base_costs_its_embeddings_queries_and_documents()
    {
        const string titan = "amazon.titan-embed-text-v2:0";
        var store = new KnowledgeBase
        {
            Name = "docs", Documents = 50_000m, TokensPerDocument = 2_000m, RefreshPerMonth = 0.1m,
            EmbeddingModel = Model(titan, Scope.InRegion), QueriesPerMonth = 100_000m, TokensPerQuery = 50m, RetrievalCharged = true,
            SourceGb = 10m, SourceUsdPerGbMonth = 0.023m,
        };
        var chat = Chat() with { KnowledgeBase = "docs", RetrievalsPerRequest = 0.2m };
        var bill = BillOf(EstateOf(chat) with { KnowledgeBases = [store] }, AwsPrices);
        // 10 MTok refreshed and 300,000 queries of 50 tokens at 0.02; the queries at 1.00 a thousand; 10 GB at the stated price.
        Assert.Equal(345.60m + (10m * 0.02m) + (15m * 0.02m) + 300m + 0.23m, bill.Of("knowledge_base"));
        Assert.Contains(bill.Lines, l => l is { Origin: LineOrigin.Stated, Cost: 0.23m });
    }

    [Fact]
    public void A_store_without_a_dated_price_asks_for_yours()
    {
        var bill = BillOf(EstateOf() with { KnowledgeBases = [new() { Name = "docs", Store = VectorStore.Pinecone }] });
        Assert.Equal(0m, bill.Total);
        Assert.Contains("needs your price", Assert.Single(bill.Unpriced).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Guardrails_count_begun_thousands_of_characters_by_policy_and_direction()
    {
        // 1,000 tokens of 4 characters are 4 units in, 200 are 1 unit out: 5 units × 1 M calls, content and sensitive.
        var policy = new GuardrailPolicy("filter", [Meter.GuardrailContent, Meter.GuardrailSensitive], true, true, 4m);
        var bill = BillOf(EstateOf(Chat() with { Guardrail = "filter" }) with { Guardrails = [policy] }, AwsPrices);
        Assert.Equal(5_000m * (0.15m + 0.10m), bill.Of("guardrails"));
    }

    [Fact]
    public void Monitoring_is_logs_taken_in_and_kept_alarms_by_endpoint_and_metrics_at_your_price()
    {
        var bill = BillOf(EstateOf(Chat()) with { Monitoring = new(100m, 3m, 10m, 0.30m, 5m, 2m) }, AwsPrices);
        Assert.Equal((100m * 0.50m) + (300m * 0.03m) + (7m * 0.10m) + 3m, bill.Of("monitoring"));
        var unpriced = BillOf(EstateOf(Chat()) with { Monitoring = new(0m, 0m, 10m, null, 0m, 0m) }, AwsPrices);
        Assert.Contains("needs your price", Assert.Single(unpriced.Unpriced).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_model_is_trained_stored_and_served_every_hour()
    {
        // The guide's own: 10 MTok in 3 epochs at 4.00 = 120 once a year; 1.95 a month; a unit at 49.
        var custom = new CustomModel
        {
            Name = "tuned", Base = Model(Sonnet), TrainingTokens = 10_000_000m, Epochs = 3m, UnitUsdPerHour = 49m,
        };
        var bill = BillOf(EstateOf() with { CustomModels = [custom] });
        Assert.Equal(10m + 1.95m + 35_280m, bill.Of("customisation"));
        Assert.Equal(bill.Total, bill.Inference);
    }

    [Fact]
    public void Private_rates_come_off_and_the_list_stays_visible()
    {
        var bill = BillOf(EstateOf(Chat()) with { PrivateRates = [new("*", 0.05m), new(Sonnet, 0.10m)] });
        Assert.Equal((5_400m, 6_000m), (bill.Total, bill.ListTotal));
    }

    [Fact]
    public void The_unoptimised_month_runs_text_on_the_baseline_and_leaves_services_as_they_are()
    {
        var estate = EstateOf(Cached(0.6m, NovaMicro) with { BatchShare = 0.5m }) with { KnowledgeBases = [new() { Name = "docs" }] };
        var modelled = ModelledEstate.Of(estate, GuidePrices);
        Assert.Equal((4_000m * 3m) + (200m * 15m) + 345.60m, modelled.Unoptimised.Total);
        Assert.Equal((modelled.Unoptimised.Total - modelled.Bill.Total) * 12m, modelled.AnnualSaving);
    }

    [Fact]
    public void What_has_no_price_is_named_and_never_zero()
    {
        var bill = BillOf(EstateOf(Chat("acme.model")));
        Assert.Equal(0m, bill.Total);
        Assert.Equal([Meter.Input, Meter.Output], bill.Unpriced.Select(u => u.Meter!.Value));
        Assert.All(bill.Unpriced, u => Assert.Contains("acme.model", u.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Twice_the_traffic_is_twice_the_variable_cost() => Gen.Select(Gen.Int[1, 1_000], Gen.Int[0, 20], Gen.Int[0, 10])
        .Sample((thousands, batch, hits) =>
        {
            decimal Variable(int times) => BillOf(EstateOf(Cached(hits / 10m) with
            {
                RequestsPerMonth = thousands * 1_000m * times, BatchShare = batch / 20m,
            }), AwsPrices).Total;
            return Variable(2) == 2m * Variable(1);
        }, iter: 100);

    [Fact]
    public void Lines_add_up_exactly_and_a_total_alone_is_the_bills() => Gen.Select(Gen.Int[1, 5_000_000], Gen.Int[0, 97], Gen.Int[1, 9_000])
        .Sample((requests, batch, tokens) =>
        {
            var estate = EstateOf(Cached(null) with { RequestsPerMonth = requests, BatchShare = batch / 97m, OutputTokens = new(tokens) },
                Chat(Haiku)) with { KnowledgeBases = [new() { Name = "docs" }] };
            var model = new EstateModel(estate, AwsPrices);
            var bill = model.Bill();
            return bill.Lines.Sum(l => l.Cost) == bill.Total && bill.Inference + bill.Ancillary == bill.Total
                && Math.Abs(model.Total(model.Likely) - bill.Total) < 1e-15m;
        }, iter: 100);

    static PriceBook TestBook(params (string Meter, string Context, decimal Rate)[] rates) => new("test",
    [
        new("test", new(2026, 1, 1), FillsGaps: false,
        [
            .. rates.Select(r => new Rate($"{r.Meter}:{r.Context}", new(Sonnet, Named<Meter>(r.Meter), Mode.OnDemand, Tier.Standard,
                Scope.InRegion, r.Context == "long" ? ContextBand.Long : ContextBand.Standard, "*", Term.None),
                "1M tokens", r.Rate, null, null, "test")),
        ]),
    ]);

    static T Named<T>(string name) where T : struct, Enum => Enum.Parse<T>(name, ignoreCase: true);
}
