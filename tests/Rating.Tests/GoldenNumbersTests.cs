using Assay.Testing;
using Assay.Usage;
using Assay.Usage.Logs;
using static Assay.Rating.Tests.Books;

namespace Assay.Rating.Tests;

/// <summary>Worked examples of others, to the last digit, with the built-in book.</summary>
public sealed class GoldenNumbersTests
{
    const string Sonnet45 = "anthropic.claude-sonnet-4-5-20250929-v1:0", Opus48 = "anthropic.claude-opus-4-8";

    [Fact]
    public void G1b_the_real_log_of_seventeen_guarded_calls()
    {
        using var log = File.OpenRead(Path.Combine(Repository.NeedsShared(), "data", "invocation-logs", "real-17.jsonl"));
        var cube = new SpendCube();
        var charges = new Charge[Rater.ChargesMax];
        new InvocationLogReader(LogReaderOptions.For(Catalog)).Read(log, "real-17.jsonl", records =>
        {
            foreach (var record in records) cube.Add(record, charges.AsSpan(0, Rater.Rate(record, Aws, charges)), Aws);
        }, TestContext.Current.CancellationToken);
        Assert.Equal(0.046850m, cube.Total);
        Assert.Equal(0.046850m, cube.TotalMax);
        Assert.Empty(cube.Unpriced);
        Assert.Equal(["input 3285 0.009855", "output 1613 0.024195", "guardrail_content 32 0.0048", "guardrail_topic 32 0.0048", "guardrail_sensitive 32 0.0032"],
            cube.Meters().Select(m => $"{m.Meter.Name()} {m.Quantity} {Pricing.Usd.Plain(m.Cost)}"));
    }

    [Fact]
    public void G2_tokens_written_for_an_hour_on_Opus_4_8_global() =>
        Assert.Equal(0.0888200m, Cost(A_call_of("global." + Opus48, new() { CacheWrite1h = 8882 }), Aws));

    [Fact]
    public void G4_an_hour_s_write_is_not_charged_at_the_five_minute_rate()
    {
        Assert.Equal(0.0963400m, Cost(A_call_of("global." + Opus48, new() { CacheWrite1h = 9634 }), Aws));
        Assert.Equal(0.0602125m, Cost(A_call_of("global." + Opus48, new() { CacheWrite5m = 9634 }), Aws));
    }

    [Fact]
    public void G4_an_unknown_lifetime_gives_both_ends_of_the_interval()
    {
        var rated = Assert.IsType<Outcome.Rated>(Assert.Single(Rater.Rate(A_call_of("global." + Opus48, new() { CacheWriteUnknown = 9634 }), Aws)));
        Assert.Equal((0.0602125m, 0.0963400m), (rated.Cost.Amount, rated.Max?.Amount));
    }

    [Theory, InlineData(Sonnet45), InlineData("us." + Sonnet45)]
    public void G6_a_regional_call_that_reads_and_writes_the_cache(string modelId) => Assert.Equal(0.02676927m,
        Cost(A_call_of(modelId, new() { Input = 1, CacheWrite5m = 1190, CacheRead = 32634, Output = 672 }), Aws));

    [Fact]
    public void G9_gross_input_is_charged_for_two_uncached_tokens()
    {
        const string line = """
            {"timestamp":"2026-08-01T00:00:00Z","accountId":"1","region":"us-east-1","requestId":"r","modelId":"openai.gpt-5.6-luna","input":{"inputTokenCount":12401,"cacheReadInputTokenCount":8367,"cacheWriteInputTokenCount":4032},"output":{"outputTokenCount":0}}
            """;
        UsageRecord? read = null;
        new InvocationLogReader(LogReaderOptions.For(Catalog)).Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(line)), "a", r => read = r[0], TestContext.Current.CancellationToken);
        Assert.Equal(new TokenCounts { Input = 2, CacheRead = 8367, CacheWrite30m = 4032 }, read!.Value.Tokens);
        var outcomes = Rater.Rate(read.Value, Aws);
        Assert.Equal(2m, outcomes.Rated(Meter.Input).Quantity);
        Assert.Equal(4032m, outcomes.Rated(Meter.CacheWrite30m).Quantity);
    }

    [Fact]
    public void G11_fifty_gigabytes_of_index_and_a_hundred_thousand_retrievals() => Assert.Equal(350.00m,
        Cost(A_call(default, new("", Scope.InRegion, ModelKind.Foundation, null), "us-east-1", new(Meter.IndexGbMonth, 50m), new(Meter.Retrieval, 100_000m)), Aws));

    [Theory, InlineData(Term.None, "17520.00"), InlineData(Term.OneMonth, "15461.40"), InlineData(Term.SixMonth, "9548.40")]
    public void G16_a_model_unit_of_Llama_3_1_70B_for_730_hours(Term term, string usd) => Assert.Equal(decimal.Parse(usd),
        Cost(A_call_of("meta.llama3-1-70b-instruct-v1:0", default) with { Mode = Mode.Provisioned, Term = term, Amounts = [new(Meter.ModelUnitHour, 730m)] }, Aws));

    [Theory, InlineData(Term.OneMonth, "0.198", "3.30"), InlineData(Term.ThreeMonth, "0.1782", "2.97")]
    public void G17_reserved_tokens_a_minute_of_Sonnet_4_6_at_full_use(Term term, string hour, string perMillion)
    {
        var cost = Cost(A_call_of("us.anthropic.claude-sonnet-4-6", default) with { Mode = Mode.Reserved, Term = term, Amounts = [new(Meter.InputTpmHour, 1000m)] }, Aws);
        Assert.Equal(decimal.Parse(hour), cost);
        Assert.Equal(decimal.Parse(perMillion), cost * 1_000_000m / 60_000m);
    }

    [Theory]
    [InlineData("meta.llama3-3-70b-instruct-v1:0", "0.72", "0.72")]
    [InlineData(Sonnet45, "3.30", "16.50")]
    [InlineData("global." + Sonnet45, "3.00", "15.00")]
    public void A_million_tokens_cost_the_listed_rate(string modelId, string input, string output)
    {
        Assert.Equal(decimal.Parse(input), Cost(A_call_of(modelId, new() { Input = 100_000 }), Aws) * 10m);
        Assert.Equal(decimal.Parse(output), Cost(A_call_of(modelId, new() { Output = 1_000_000 }), Aws));
    }

    [Fact]
    public void An_embedding_is_charged_on_input_alone()
    {
        Assert.Equal(0.02m, Cost(A_call_of("amazon.titan-embed-text-v2:0", new() { Input = 1_000_000 }), Aws));
        Rater.Rate(A_call_of("amazon.titan-embed-text-v2:0", new() { Output = 1 }), Aws).Unpriced(Meter.Output);
    }

    [Theory, InlineData("2025-11-30", "3.00"), InlineData("2025-12-01", "6.00")]
    public void Claude_3_5_Sonnet_costs_double_from_the_first_of_December_UTC(string day, string usd) =>
        Assert.Equal(decimal.Parse(usd), Cost(A_call_of("anthropic.claude-3-5-sonnet-20240620-v1:0", new() { Input = 1_000_000 }, day), Aws));

    [Fact]
    public void A_cache_write_of_Nova_is_priced_and_costs_nothing()
    {
        var rated = Rater.Rate(A_call_of("amazon.nova-micro-v1:0", new() { CacheWrite5m = 5000 }), Aws).Rated(Meter.CacheWrite5m);
        Assert.Equal((0m, null, "0"), (rated.Cost.Amount, rated.Max, rated.Cost.ToString()));
    }

    [Theory, InlineData("us-east-1"), InlineData("sa-east-1"), InlineData("me-central-1"), InlineData("nowhere-1")]
    public void Guardrails_are_charged_in_every_region_and_whatever_the_model(string region)
    {
        MeteredAmount[] units = [new(Meter.GuardrailContent, 1000m), new(Meter.GuardrailTopic, 1000m), new(Meter.GuardrailSensitive, 1000m)];
        Assert.Equal(0.40m, Cost(A_call(default, new("arn:opaque", Scope.InRegion, ModelKind.OpaqueProfile, null), region, units), Aws));
        Assert.Equal(0.40m, Cost(A_call(default, null, region, units) with { Mode = Mode.Batch, Tier = Tier.Flex }, Aws));
    }

    [Fact]
    public void A_region_without_a_row_is_unpriced_and_never_priced_as_Virginia()
    {
        var reason = Rater.Rate(A_call_of("meta.llama3-3-70b-instruct-v1:0", new() { Input = 1 }, region: "af-south-1"), Aws).Unpriced(Meter.Input).Reason;
        Assert.Equal("book 'aws@2026-07-24' has no input rate for 'meta.llama3-3-70b-instruct-v1:0' in 'af-south-1'", reason);
    }
}
