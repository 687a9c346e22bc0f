using Assay.Usage;

namespace Assay.Estate.Tests.Described;

/// <summary>What the keys of an estate file mean.</summary>
public class EstateReadingTests
{
    [Theory]
    [InlineData("40,000 a day", 1_200_000)]
    [InlineData("40,000 requests per day", 1_200_000)]
    [InlineData("40k/day", 1_200_000)]
    [InlineData("1.2 M a month", 1_200_000)]
    [InlineData("100 an hour", 72_000)]
    [InlineData("10 a minute", 432_000)]
    [InlineData("1 a second", 2_592_000)]
    [InlineData("7 a week", 30)]
    [InlineData("1.2 million requests a year", 100_000)]
    [InlineData("0", 0)]
    public void Requests_are_counted_by_the_month_of_thirty_days(string text, int expected) =>
        Assert.Equal(expected, decimal.Round(Estates.Workload($"requests: {text}").RequestsPerMonth.Likely, 9));

    [Theory]
    [InlineData("800", 800)]
    [InlineData("1,500 tokens", 1500)]
    [InlineData("1_500", 1500)]
    [InlineData("1.5 k tokens", 1500)]
    [InlineData("2 MTok", 2_000_000)]
    public void Tokens_may_leave_their_unit_out(string text, int expected) =>
        Assert.Equal(expected, Estates.Workload($"output_tokens: {text}").OutputTokens.Mean.Likely);

    [Theory]
    [InlineData("6 h", 6)]
    [InlineData("90 min", 1.5)]
    [InlineData("2 days", 48)]
    [InlineData("30m", 0.5)]
    public void A_deadline_is_a_time(string text, double hours) =>
        Assert.Equal(hours, Estates.Workload($"deadline: {text}").Deadline!.Value.TotalHours);

    [Theory]
    [InlineData("800..1,500 a day", 24_000, 34_500, 45_000)]
    [InlineData("800..1,000..1,500 a day", 24_000, 30_000, 45_000)]
    [InlineData("0.8..1.2 M a month", 800_000, 1_000_000, 1_200_000)]
    [InlineData("800 k..1.2 M a month", 800_000, 1_000_000, 1_200_000)]
    [InlineData("{low: 10 a day, likely: 20 a day, high: 60 a day}", 300, 600, 1800)]
    public void A_range_has_a_low_a_likely_and_a_high_end(string text, int low, int likely, int high)
    {
        var estate = Estates.Described(Estates.Head + Estates.With($"requests: {text}"));
        var range = Assert.Single(estate.Ranges);
        Assert.Equal((low, likely, high), (range.Low, range.Likely, range.High));
        Assert.Equal(("workloads.chat.requests", 10), (range.Name, range.Line));
        Assert.Equal(new Figure(likely, 0), estate.Workloads[0].RequestsPerMonth);
    }

    [Fact]
    public void Ranges_are_listed_in_the_order_of_the_file()
    {
        var estate = Estates.Described(Estates.Head + Estates.With("output_tokens: {mean: 100..200, p95: 400..600}\nbatch: 20..30 %\n"
            + "deadline: 2 days\nrequests: 1..2 a day") + "service_level: $1..$2 an hour\n");
        Assert.Equal(["workloads.chat.output_tokens.mean", "workloads.chat.output_tokens.p95", "workloads.chat.batch",
            "workloads.chat.requests", "service_level"], estate.Ranges.Select(r => r.Name));
        Assert.Equal(3, estate.Workloads[0].RequestsPerMonth.Range);
        Assert.Equal(45m, estate.Workloads[0].RequestsPerMonth.In(Draw.Likely(estate.Ranges)));
        Assert.Equal(0.2m, estate.Ranges[2].Low);
    }

    [Theory]
    [InlineData("amazon.nova-micro-v1:0", "amazon.nova-micro-v1:0", Scope.Geo)]
    [InlineData("nova-micro", "amazon.nova-micro-v1:0", Scope.Geo)]
    [InlineData("claude-sonnet-4.5", "anthropic.claude-sonnet-4-5-20250929-v1:0", Scope.Geo)]
    [InlineData("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-sonnet-4-5-20250929-v1:0", Scope.Geo)]
    [InlineData("global.claude-sonnet-4.5", "anthropic.claude-sonnet-4-5-20250929-v1:0", Scope.Global)]
    [InlineData("{model: Nova Micro, scope: in_region}", "amazon.nova-micro-v1:0", Scope.InRegion)]
    public void A_model_is_an_id_a_profile_or_a_name(string text, string id, Scope scope)
    {
        var share = Assert.Single(Estates.Workload($"model: {text}").Models);
        Assert.Equal((id, scope, 1m), (share.Model.Id, share.Model.Scope, share.Share.Likely));
        Assert.NotNull(share.Model.Facts);
    }

    [Theory]
    [InlineData("{nova-micro: 55 %, nova-lite: 45 %}")]
    [InlineData("{nova-micro: {share: 55 %}, nova-lite: {share: 45 %, scope: geo}}")]
    [InlineData("[{model: nova-micro, share: 55 %}, {model: nova-lite, share: 45 %}]")]
    public void A_mix_names_models_with_their_shares(string text)
    {
        var models = Estates.Workload($"models: {text}").Models;
        Assert.Equal(["amazon.nova-micro-v1:0", "amazon.nova-lite-v1:0"], models.Select(m => m.Model.Id));
        Assert.Equal([.55m, .45m], models.Select(m => m.Share.Likely));
    }

    [Fact]
    public void A_workload_without_further_keys_has_the_documented_defaults()
    {
        var w = Estates.Workload("env: prod");
        Assert.Equal((Tier.Standard, false, 1m, 0m), (w.Tier, w.IsAgent, w.CallsPerRequest.Mean.Likely, w.BatchShare.Likely));
        Assert.Equal((null, null, null), (w.Deadline, w.Prefix, w.MaxTokens));
        Assert.Equal(ArrivalCurve.Flat.HourWeights, w.Arrivals.HourWeights);
        Assert.Equal(1m, w.Arrivals.PeakFactor.Likely);
    }

    [Fact]
    public void A_prefix_is_cached_for_five_minutes_unless_it_says_otherwise()
    {
        Assert.Equal(new SharedPrefix(800m, true, TimeSpan.FromMinutes(5), null, 1m), Estates.Workload("prefix: {tokens: 800}").Prefix);
        Assert.Equal(new SharedPrefix(800m, false, TimeSpan.FromHours(1), 0.6m, 3m),
            Estates.Workload("prefix: {tokens: 800, cached: no, ttl: 1h, hit_rate: 60 %, variants: 3}").Prefix);
    }

    [Fact]
    public void Capacity_is_bought_by_units_or_by_tokens_a_minute()
    {
        var w = Estates.Workload("provisioned: {units: 2, term: 6 months, spill_over: no}\nreserved: {input_tokens_per_minute: 200 k, "
            + "output_tokens_per_minute: 20 k tokens a minute, term: 3_month}");
        Assert.Equal(new ProvisionedUse(2m, Term.SixMonth, null, false), w.Provisioned);
        Assert.Equal(new ReservedUse(200_000m, 20_000m, Term.ThreeMonth), w.Reserved);
    }

    [Theory]
    [InlineData("office"), InlineData("consumers"), InlineData("machines"), InlineData("nightly"), InlineData("flat")]
    [InlineData("[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]")]
    public void Arrivals_are_a_known_curve_or_24_weights(string text) =>
        Assert.Equal(24, Estates.Workload($"arrivals: {text}\npeak: 3 x").Arrivals.HourWeights.Count);

    [Fact]
    public void The_services_around_the_calls_are_read()
    {
        var estate = Estates.Described(Estates.Head + Estates.With("guardrail: strict\nknowledge_base: hand") + """
            knowledge_bases:
              hand: {store: s3_vectors, store_cost: $40 a month, documents: "10,000", embedding_model: titan text embeddings v2,
                refresh: 10 % a month, source_size: 2 TB, source_cost: $0.023 per GB-month, queries: 100 a day}
              asked: {store: managed_index, index_size: 20 GB}
            guardrails:
              strict: {policies: [content, reasoning], applies_to: input}
            custom_models:
              tuned: {base: nova-lite, training_tokens: 10 M, epochs: 3, trainings: 4 a year, unit_cost: $24 an hour, calls: 5 k a day,
                knowledge_base: hand}
            monitoring: {logs: 1 GB a day, retention: 90 days, metrics: 10, metric_cost: $0.30 a month}
            commitment: {annual: [$1 M a year, $2 M a year], organic: $100 k a month, discount: 9 %}
            private_rates: {nova-pro: 4 %, everything: 1 %}
            quotas: {eu.amazon.nova-pro-v1:0: {tokens_per_minute: 2 M, output_burndown: 5 x}}
            service_level: $2,000 an hour
            stated_costs: {people: {category: agents, cost: "$12,000 a year"}}
            """);
        var (hand, asked) = (estate.KnowledgeBases[0], estate.KnowledgeBases[1]);
        Assert.Equal((VectorStore.S3Vectors, 40m, 2_000m, 0.023m), (hand.Store, hand.StoreUsdPerMonth!.Value.Likely, hand.SourceGb.Likely,
            hand.SourceUsdPerGbMonth!.Value.Likely));
        Assert.Equal((10_000m, 0.1m, 3_000m), (hand.Documents.Likely, hand.RefreshPerMonth.Likely, hand.QueriesPerMonth.Likely));
        Assert.Equal((true, false), (asked.RetrievalCharged, hand.RetrievalCharged));
        Assert.Equal([Meter.GuardrailContent, Meter.GuardrailReasoning], estate.Guardrails[0].Policies);
        Assert.Equal((true, false), (estate.Guardrails[0].OnInput, estate.Guardrails[0].OnOutput));
        Assert.Equal((10_000_000m, 4m, 150_000m), (estate.CustomModels[0].TrainingTokens.Likely, 
            estate.CustomModels[0].TrainingsPerYear.Likely, estate.CustomModels[0].CallsPerMonth.Likely));
        var retention = decimal.Round(estate.Monitoring!.RetentionMonths.Likely, 9);
        Assert.Equal(new Monitoring(30m, 3m, 10m, 0.3m, 0m, 0m), estate.Monitoring with { RetentionMonths = retention });
        Assert.Equal([1_200_000m, 1_200_000m], estate.Commitment!.OrganicUsd.Select(f => f.Likely));
        Assert.Equal([new("amazon.nova-pro-v1:0", 0.04m), new("*", 0.01m)], estate.PrivateRates);
        Assert.Equal(new Quota("amazon.nova-pro-v1:0", Scope.Geo, 2_000_000m, null, 5m), estate.Quotas[0]);
        Assert.Equal(2_000m, estate.ServiceLevelUsdPerHour!.Value.Likely);
        Assert.Equal(("people", "agents", 1_000m), (estate.StatedCosts[0].Name, estate.StatedCosts[0].Category,
            decimal.Round(estate.StatedCosts[0].UsdPerMonth.Likely, 9)));
    }

    [Fact]
    public void What_a_file_says_itself_counts_before_what_it_includes()
    {
        var text = "include: [more.yaml, terms.yaml]\n" + Estates.Head + Estates.Chat + "service_level: $1 an hour\n";
        var reading = EstateReader.Read("test.yaml", text, path => path == "more.yaml"
            ? "workloads:\n  more: {model: nova-pro, requests: 1 a day, input_tokens: 1, output_tokens: 1}\n"
            : "service_level: $2 an hour\nbook: guide\n", Estates.Catalog);
        var estate = Assert.IsType<EstateReading.Described>(reading).Estate;
        Assert.Equal((1m, "guide"), (estate.ServiceLevelUsdPerHour!.Value.Likely, estate.Book));
        Assert.Equal(["chat", "more"], estate.Workloads.Select(w => w.Name));
    }

    [Fact]
    public void Unit_words_are_worth_what_they_say()
    {
        var estate = Estates.Described(Estates.Head + Estates.Chat
            + "monitoring: {logs: 20 GB a month, retention: 7 years, alarms: 1_000}\n"
            + "on: 2026-07-01\nbook: aws\n");
        var monitoring = estate.Monitoring!;
        Assert.Equal((20m, 84m, 1000m), (monitoring.LogGbPerMonth.Likely, monitoring.RetentionMonths.Likely, monitoring.Alarms.Likely));
        Assert.Equal((new DateOnly(2026, 7, 1), "aws"), (estate.On, estate.Book));
    }
}
