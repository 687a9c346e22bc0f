using Assay.Pricing.Importers;
using Assay.Testing;
using Assay.Usage;
using static Assay.Pricing.Tests.Importers.Fixtures;

namespace Assay.Pricing.Tests.Importers;

public class PriceMapTests
{
    static readonly DateOnly Day = new(2026, 8, 1);

    static ImportResult LiteLlm(string entries) => PriceImport.Read("{" + entries + "}", "map.json", Catalog, Availability, Day);

    static string Entry(string name, string fields) => $$"""
        "{{name}}": {"litellm_provider": "bedrock_converse", {{fields}}}
        """;

    [Fact]
    public void A_price_in_floating_notation_is_exact()
    {
        var rate = LiteLlm(Entry("bedrock/us-east-1/amazon.nova-micro-v1:0", "\"input_cost_per_token\": 3.5e-08")).Imported.Single();
        Assert.Equal(("token", "0.000000035"), (rate.SourceUnit, Usd.Plain(rate.UsdPerUnit)));
        Assert.Equal("litellm 2026-08-01", rate.Source);
        Assert.Equal("litellm:bedrock/us-east-1/amazon.nova-micro-v1:0:input_cost_per_token", rate.Sku);
    }

    [Theory]
    [InlineData("input_cost_per_token", "input on_demand standard standard")]
    [InlineData("output_cost_per_token_above_200k_tokens", "output on_demand standard long")]
    [InlineData("cache_creation_input_token_cost", "cache_write_5m on_demand standard standard")]
    [InlineData("cache_creation_input_token_cost_above_1hr", "cache_write_1h on_demand standard standard")]
    [InlineData("cache_creation_input_token_cost_above_1hr_above_200k_tokens", "cache_write_1h on_demand standard long")]
    [InlineData("input_cost_per_token_batches", "input batch standard standard")]
    [InlineData("output_cost_per_token_flex", "output on_demand flex standard")]
    [InlineData("input_cost_per_token_priority", "input on_demand priority standard")]
    public void A_field_is_a_meter_with_its_band_mode_and_tier(string field, string key)
    {
        var rate = LiteLlm(Entry("bedrock/us-east-1/anthropic.claude-sonnet-4-5-20250929-v1:0", $"\"{field}\": 3e-06")).Imported.Single();
        Assert.Equal(key, $"{rate.Key.Meter.Name()} {rate.Key.Mode.Name()} {rate.Key.Tier.Name()} {rate.Key.Context.Name()}");
    }

    [Fact]
    public void A_cache_write_of_a_model_that_caches_half_an_hour_is_that_meter() =>
        Assert.All(LiteLlm(Entry("bedrock_mantle/openai.gpt-5.6-luna", "\"cache_creation_input_token_cost\": 2.75e-07")).Imported,
            r => Assert.Equal(Meter.CacheWrite30m, r.Key.Meter));

    [Theory]
    [InlineData("meta.llama3-3-70b-instruct-v1:0", "in_region", "us-east-1 us-east-2 us-west-1 us-west-2")]
    [InlineData("bedrock/ap-south-1/meta.llama3-8b-instruct-v1:0", "in_region", "ap-south-1")]
    [InlineData("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "geo", "us-gov-east-1 us-gov-west-1")]
    [InlineData("jp.anthropic.claude-sonnet-4-5-20250929-v1:0", "geo", "ap-northeast-1 ap-northeast-3")]
    [InlineData("eu.amazon.nova-2-lite-v1:0", "geo", "eu-central-1 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-3")]
    public void An_id_says_its_scope_and_its_regions(string id, string scope, string regions)
    {
        var rates = LiteLlm(Entry(id, "\"input_cost_per_token\": 1e-06")).Imported;
        Assert.All(rates, r => Assert.Equal(scope, r.Key.Scope.Name()));
        Assert.Equal(regions, string.Join(' ', rates.Select(r => r.Key.Region).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void A_global_price_holds_where_the_model_is_called_globally_and_nowhere_by_guess()
    {
        var listed = LiteLlm(Entry("global.anthropic.claude-sonnet-5", "\"input_cost_per_token\": 1e-06")).Imported;
        Assert.Contains("eu-west-1", listed.Select(r => r.Key.Region));
        Assert.All(listed, r => Assert.Equal(Scope.Global, r.Key.Scope));
        Assert.Contains("prices/regions.csv does not say",
            Assert.Single(LiteLlm(Entry("global.amazon.nova-pro-v1:0", "\"input_cost_per_token\": 1e-06")).Unclassified).Reason,
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_id_with_the_global_price_is_not_believed()
    {
        const string id = "anthropic.claude-sonnet-4-5-20250929-v1:0";
        var result = LiteLlm(string.Join(',', Entry(id, "\"input_cost_per_token\": 3e-06"),
            Entry($"global.{id}", "\"input_cost_per_token\": 3e-06"),
            Entry($"us.{id}", "\"input_cost_per_token\": 3.3e-06")));
        Assert.DoesNotContain(result.Imported, r => r.Key.Scope == Scope.InRegion);
        Assert.Contains("AWS bills in-region calls like 'us.'", Assert.Single(result.Unclassified).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_commitment_is_hourly_when_its_second_is_exact_and_named_when_it_was_rounded()
    {
        var exact = LiteLlm(Entry("bedrock/*/1-month-commitment/cohere.command-text-v14",
            "\"input_cost_per_second\": 0.011, \"output_cost_per_second\": 0.011"));
        var rate = Assert.Single(exact.Imported);
        Assert.Equal((Meter.ModelUnitHour, Mode.Provisioned, Term.OneMonth, "*", "hour", 39.6m),
            (rate.Key.Meter, rate.Key.Mode, rate.Key.Term, rate.Key.Region, rate.SourceUnit, rate.SourceRate));
        var rounded = LiteLlm(Entry("bedrock/*/6-month-commitment/cohere.command-text-v14", "\"input_cost_per_second\": 0.0066027"));
        Assert.Empty(rounded.Imported);
        Assert.Contains("23.76972 an hour is not a whole number of cents", Assert.Single(rounded.Unclassified).Reason,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1024-x-1024/50-steps/stability.stable-diffusion-xl-v1", "\"output_cost_per_image\": 0.04", "by resolution")]
    [InlineData("amazon.rerank-v1:0", "\"input_cost_per_token\": 0.0", "a zero says neither free nor unknown")]
    [InlineData("acme.wonder-v1:0", "\"input_cost_per_token\": 1e-06", "'acme.wonder-v1:0' is not a model")]
    [InlineData("amazon.nova-pro-v1:0", "\"input_cost_per_audio_token\": 1e-06", "no meter")]
    [InlineData("amazon.nova-pro-v1:0", "\"search_context_cost_per_query\": {\"search_context_size_low\": 0.01}", "several prices")]
    [InlineData("amazon.nova-pro-v1:0", "\"mode\": \"chat\"", "no price")]
    [InlineData("amazon.nova-pro-v1:0", "\"input_cost_per_token\": -1e-06", "below zero")]
    public void What_the_map_cannot_say_is_named(string id, string fields, string reason) =>
        Assert.Contains(reason, Assert.Single(LiteLlm(Entry(id, fields)).Unclassified).Reason, StringComparison.Ordinal);

    [Fact]
    public void Entries_of_other_providers_are_counted_once()
    {
        var result = LiteLlm(Entry("amazon.nova-pro-v1:0", "\"input_cost_per_token\": 8e-07")
            + ", \"gpt-9\": {\"litellm_provider\": \"openai\", \"input_cost_per_token\": 1e-06}, \"sample_spec\": {}");
        Assert.Equal("2 entries of other providers", Assert.Single(result.Unclassified).Reason);
    }

    [Fact]
    public void Genai_prices_bring_bands_and_dates()
    {
        var list = """
            [{"id":"openai","models":[]},
             {"id":"aws","models":[
              {"id":"global.anthropic.claude-sonnet-5-v1:0","prices":[
                {"prices":{"input_mtok":2}},
                {"constraint":{"start_date":"2026-09-01"},"prices":{"input_mtok":3}}]},
              {"id":"regional.anthropic.claude-sonnet-4-5-20250929-v1:0","prices":{
                "output_mtok":{"base":16.5,"tiers":[{"start":200000,"price":24.75}]},"input_audio_mtok":1}}]}]
            """;
        var result = PriceImport.Read(list, "data.json", Catalog, Availability, Day);
        var dublin = result.Imported.Where(r => r.Key.Region == "eu-west-1").ToArray();
        Assert.Equal([(2m, (DateOnly?)null), (3m, new DateOnly(2026, 9, 1))], dublin.Select(r => (r.SourceRate, r.From)));
        Assert.All(dublin, r =>
            Assert.Equal(("anthropic.claude-sonnet-5", Scope.Global, "1M tokens"), (r.Key.Model, r.Key.Scope, r.SourceUnit)));
        var virginia = result.Imported.Where(r => r.Key is { Region: "us-east-1", Scope: Scope.InRegion }).ToArray();
        Assert.Equal([(16.5m, ContextBand.Standard), (24.75m, ContextBand.Long)], virginia.Select(r => (r.SourceRate, r.Key.Context)));
        Assert.Equal(["input_audio_mtok: no meter of a price's key", "1 other providers"], result.Unclassified.Select(u => u.Reason));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[1,2]")]
    [InlineData("{\"products\":3}")]
    [InlineData("\"text\"")]
    public void Anything_else_is_one_clear_error(string text)
    {
        var error = Assert.Throws<PriceBookException>(() => PriceImport.Read(text, "holiday.jpg", Catalog, Availability));
        Assert.StartsWith("holiday.jpg is not a price list Assay knows. Accepted: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("litellm-2026-08.json")]
    [InlineData("genai-prices.json")]
    public void The_whole_maps_of_August_2026_are_read(string map)
    {
        var file = Path.Combine(Repository.NeedsShared(), "data", "price-maps", map);
        using var stream = File.OpenRead(file);
        var result = PriceImport.Read(stream, file, Catalog, Availability, Day);
        Assert.True(result.Imported.Count > 1_000, $"{result.Imported.Count} rates of {map}");
        Assert.All(result.Imported, r => Assert.True(r.UsdPerUnit > 0));
    }

    [Fact]
    public void A_book_written_from_an_import_reads_back_the_same()
    {
        var rates = LiteLlm(Entry("eu.amazon.nova-2-lite-v1:0",
            "\"input_cost_per_token\": 3.3e-07, \"output_cost_per_token\": 2.75e-06")).Imported;
        using var written = new StringWriter();
        PriceBookFile.Write(written, rates, ["source: litellm"]);
        using var text = new StringReader(written.ToString());
        Assert.Equal(rates.ToHashSet(), PriceBookFile.Read(text, "book.csv").Select(r => r with { File = "" }).ToHashSet());
    }

    [Fact]
    public void Unclassified_rows_are_written_as_data_whatever_they_hold()
    {
        using var written = new StringWriter();
        UnclassifiedFile.Write(written, [new("A", "USE1-x", "says \"one, two\""), new("", "", "plain")]);
        Assert.Equal("sku,usagetype,reason\nA,USE1-x,\"says \"\"one, two\"\"\"\n,,plain\n", written.ToString());
    }
}
