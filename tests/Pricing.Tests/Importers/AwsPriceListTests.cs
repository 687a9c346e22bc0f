using System.Text.Json.Nodes;
using Assay.Pricing.Importers;
using Assay.Testing;
using Assay.Usage;
using static Assay.Pricing.Tests.Importers.Fixtures;

namespace Assay.Pricing.Tests.Importers;

public class AwsPriceListTests
{
    const string Sonnet45 = "Claude Sonnet 4.5 (Amazon Bedrock Edition)";

    static ImportResult Read(params JsonObject[] records) =>
        PriceImport.Read(new JsonObject { ["products"] = new JsonArray([.. records]) }.ToJsonString(), "offer.json", Catalog, Availability);

    static Rate Imported(JsonObject record)
    {
        var result = Read(record);
        Assert.Empty(result.Unclassified);
        return result.Imported[0];
    }

    static string Refused(JsonObject record)
    {
        var result = Read(record);
        Assert.Empty(result.Imported);
        return Assert.Single(result.Unclassified).Reason;
    }

    [Fact]
    public void A_row_becomes_a_rate_with_its_sku_its_key_and_its_source()
    {
        var rate = Imported(Record("SKU1", "USE1-Claude4Sonnet-cache-read-input-token-count-long-context-cross-region-global",
            "1K tokens", "0.0006000000", model: "Claude Sonnet 4"));
        Assert.Equal(new RateKey("anthropic.claude-sonnet-4-20250514-v1:0", Meter.CacheRead, Mode.OnDemand, Tier.Standard, Scope.Global,
            ContextBand.Long, "us-east-1", Term.None), rate.Key);
        Assert.Equal(("SKU1", "1K tokens", 0.0006m, 0.0000006m), (rate.Sku, rate.SourceUnit, rate.SourceRate, rate.UsdPerUnit));
        Assert.Equal("aws-price-list AmazonBedrock 2026-01-14", rate.Source);
        Assert.Null(rate.From);
    }

    [Theory]
    [InlineData("USE1-NovaPro-input-tokens", "Nova Pro", "1K tokens", "0.0008", "", "1K tokens", "0.0000008")]
    [InlineData("USE1-NovaPro-input-tokens", "Nova Pro", "1k tokens", "0.0008", "", "1K tokens", "0.0000008")]
    [InlineData("USE1-NovaPro-input-tokens", "Nova Pro", "1M tokens", "0.8", "", "1M tokens", "0.0000008")]
    [InlineData("USE1-DeepSeek-V3.1-output-tokens", "DeepSeek V3.1", "1K tokens", "0.0020324110", "", "1K tokens", "0.000002032411")]
    [InlineData("USE1-Guardrail-ContentPolicyUnitsConsumed", null, "TextUnit", "0.0001500000", "$0.15 per 1K text units for it in Spain",
        "text unit", "0.00015")]
    [InlineData("USE1-Guardrail-ContentPolicyUnitsConsumed", null, "1K TextUnits", "0.15", "", "1K text units", "0.00015")]
    [InlineData("USE1-Claude4.5Sonnet-reserved-3-month-input-tokens-per-minute-cross-region-geo", "Claude Sonnet 4.5", "1K TPM Hour",
        "0.1782", "", "1K TPM hour", "0.0001782")]
    [InlineData("USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits", "Nova 2.0 Lite", "hour", "60.50", "", "hour", "60.5")]
    [InlineData("USE1-Nova2.0Lite-Customization-Storage", "Nova 2.0 Lite", "Model-month", "1.95", "", "month", "1.95")]
    [InlineData("USE1-Llama-CustomModelImport-Inference-v1:0", null, "minute", "0.05718", "", "minute", "0.05718")]
    [InlineData("USE1-NovaMultiModalEmbeddings-input-audio-second", "Nova Multimodal Embeddings", "1K seconds", "0.14", "", "1K seconds",
        "0.00014")]
    [InlineData("USE1-AmazonRerank-v1-searchunits", "Amazon Rerank 1.0", "Search Units", "0.001", "", "query", "0.001")]
    public void A_unit_is_read_at_its_scale_and_every_digit_is_kept(
        string usageType, string? model, string unit, string usd, string description, string sourceUnit, string perUnit)
    {
        var rate = Imported(Record("SKU1", usageType, unit, usd, description, model: model));
        Assert.Equal((sourceUnit, perUnit), (rate.SourceUnit, Usd.Plain(rate.UsdPerUnit)));
    }

    [Theory]
    [InlineData("InputTokenCount", "Million Input Tokens", "1M tokens")]
    [InlineData("InputTokenCount_Global", "Million Input Tokens Global", "1M tokens")]
    [InlineData("OutputTokenCount_Batch", "Million Batch Response Tokens", "1M tokens")]
    [InlineData("InputTokenCount", "Price per 1 million input tokens", "1M tokens")]
    [InlineData("OutputTokenCount_Batch", "Million Batch Response", "1M tokens")]
    [InlineData("cache_writes_tokens_5m_standard", "Million", "1M tokens")]
    [InlineData("InputTokenCount", "Thousand Input", "1K tokens")]
    [InlineData("CacheWrite1hInputTokenCount_LCtx_Global", "Million 1 Hour Cache Write Input Tokens Long Context Global", "1M tokens")]
    [InlineData("Reserved_1Month_OutputTPM_Geo", "Per Hour per 1K Output TPM Reserved 1 Month Regional", "1K TPM hour")]
    [InlineData("ProvisionedThroughput_NoCommit_ModelUnits_Usage", "Provisioned Throughput Hourly Price (No Commit)", "hour")]
    [InlineData("Customization_Storage", "Custom model storage per month", "month")]
    [InlineData("CustomizationTokenCount", "Million Training Tokens", "1M tokens")]
    [InlineData("search_units", "Search Units", "query")]
    [InlineData("search_units", "Thousand search units", "1K queries")]
    [InlineData("Created_image", "Output image, large", "image")]
    public void Units_have_the_scale_of_the_third_field_of_their_description(string meter, string field, string sourceUnit) =>
        Assert.Equal(sourceUnit, Imported(Record("SKU1", $"USE1-MP:USE1_{meter}-Units", "Units", "3.0000000000",
            $"AWS Marketplace software usage|us-east-1|{field}", service: Sonnet45)).SourceUnit);

    [Theory]
    [InlineData("Units", "AWS Marketplace software usage|us-east-1|Input Tokens - Standard, Global",
        "the scale of unit 'Units' cannot be read")]
    [InlineData("Units", "AWS Marketplace software usage|us-east-1|Million Input Characters", "the scale of unit 'Units' cannot be read")]
    [InlineData("Units", "AWS Marketplace software usage|us-east-1|Million, not Thousand", "the scale of unit 'Units' cannot be read")]
    [InlineData("Units", "", "the scale of unit 'Units' cannot be read")]
    [InlineData("Bundles", "", "the scale of unit 'Bundles' cannot be read")]
    [InlineData("hour", "", "does not measure 'input'")]
    [InlineData("1M tokens", "AWS Marketplace software usage|us-east-1|Thousand Input Tokens", "the description says '1K tokens'")]
    [InlineData("1M tokens", "$3 per 1K tokens for it", "and the description says")]
    public void A_scale_that_is_not_stated_or_not_agreed_is_never_guessed(string unit, string description, string reason) =>
        Assert.Contains(reason,
            Refused(Record("SKU1", "USE1-MP:USE1_InputTokenCount-Units", unit, "3.0", description, service: Sonnet45)),
                StringComparison.Ordinal);

    [Fact]
    public void A_row_under_the_wrong_region_is_named_instead_of_misplaced() =>
        Assert.Equal("prefix says eu-west-1, regionCode says eu-central-1",
            Refused(Record("SKU1", "EU-NovaPro-input-tokens", "1K tokens", "0.0008", region: "eu-central-1", model: "Nova Pro")));

    [Fact]
    public void A_region_newer_than_the_table_is_taken_from_its_region_code() =>
        Assert.Equal("xx-newland-1",
            Imported(Record("SKU1", "XXN1-NovaPro-input-tokens", "1K tokens", "0.0008", region: "xx-newland-1",
                model: "Nova Pro")).Key.Region);

    [Theory]
    [InlineData("USE1-NovaPro-input-tokens", "Nova Grande", "'Nova Grande' is not a model of prices/models.csv")]
    [InlineData("USE1-NovaPro-input-tokens", "Nova Lite", "the usage type says 'NovaPro' and the model is 'amazon.nova-lite-v1:0'")]
    [InlineData("USE1-NovaPro-turbo-input-tokens", "Nova Pro", "'turbo' of 'NovaPro-turbo'")]
    public void A_row_that_is_not_sure_of_its_model_is_named(string usageType, string model, string reason)
    {
        var said = Refused(Record("SKU1", usageType, "1K tokens", "0.0008", model: model));
        Assert.StartsWith(reason, said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_found_by_attribute_by_edition_or_by_the_usage_type()
    {
        Assert.Equal("amazon.nova-pro-v1:0",
            Imported(Record("S", "USE1-NovaPro-input-tokens", "1K tokens", "0.0008", model: "Nova Pro")).Key.Model);
        Assert.Equal("amazon.nova-pro-v1:0", Imported(Record("S", "USE1-NovaPro-input-tokens", "1K tokens", "0.0008")).Key.Model);
        Assert.Equal("anthropic.claude-sonnet-4-5-20250929-v1:0",
            Imported(Record("S", "USE1-MP:USE1_InputTokenCount-Units", "1M tokens", "3.3", service: Sonnet45)).Key.Model);
        Assert.Equal("meta.llama3-3-70b-instruct-v1:0",
            Imported(Record("S", "USE1-Llama3-3-70B-input-tokens", "1K tokens", "0.00072", model: "Llama 3.3 70B Instruct")).Key.Model);
        Assert.Equal("stability.stable-image-core-v1:1",
            Imported(Record("S", "USW2-MP:USW2_created_image_stable_image_core-Units", "image", "0.04",
            region: "us-west-2", service: "Stable Image Core v1.1 (Amazon Bedrock Edition)")).Key.Model);
    }

    [Fact]
    public void An_unknown_usage_type_is_named_with_its_sku_and_never_dropped()
    {
        var result = Read(Record("SKU9", "USE1-NovaPro-quantum-entanglements", "1K tokens", "1", model: "Nova Pro"));
        Assert.Equal(new("SKU9", "USE1-NovaPro-quantum-entanglements", "'entanglements' is not a word of a known usage type"),
            Assert.Single(result.Unclassified));
    }

    [Theory]
    [InlineData("-1", "'-1' is below zero")]
    [InlineData("1e30", "'1e30' is not a price")]
    [InlineData("2000000", "'2000000' is above 1000000")]
    [InlineData("1e-40", "'1e-40' is too small to be exact")]
    [InlineData("free", "'free' is not a price")]
    public void A_price_no_book_may_hold_is_named(string usd, string reason) =>
        Assert.StartsWith(reason, Refused(Record("SKU1", "USE1-NovaPro-input-tokens", "1K tokens", usd, model: "Nova Pro")),
            StringComparison.Ordinal);

    [Fact]
    public void A_stated_zero_is_a_price() =>
        Assert.Equal(0m, Imported(Record("SKU1", "USE1-NovaPro-cache-write-input-token-count", "1K tokens", "0.0000000000",
            model: "Nova Pro")).UsdPerUnit);

    [Fact]
    public void Volume_tiers_other_currencies_and_missing_terms_are_named()
    {
        static JsonObject Row() => Record("SKU1", "USE1-NovaPro-input-tokens", "1K tokens", "0.0008", model: "Nova Pro");

        var tier = Row();
        tier["terms"]!["OnDemand"]!["SKU1.T"]!["priceDimensions"]!["SKU1.T.D"]!["beginRange"] = "1000";
        Assert.Equal("a volume tier that begins at 1000", Refused(tier));
        var yuan = Row();
        yuan["terms"]!["OnDemand"]!["SKU1.T"]!["priceDimensions"]!["SKU1.T.D"]!["pricePerUnit"] = new JsonObject { ["CNY"] = "1" };
        Assert.Equal("no price in USD", Refused(yuan));
        var reserved = Row();
        reserved["terms"] = new JsonObject { ["Reserved"] = new JsonObject() };
        Assert.Equal("no on-demand term", Refused(reserved));
        var two = Row();
        var dimensions = two["terms"]!["OnDemand"]!["SKU1.T"]!["priceDimensions"]!.AsObject();
        dimensions["second"] = dimensions["SKU1.T.D"]!.DeepClone();
        Assert.StartsWith("2 price dimensions", Refused(two), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_rows_that_disagree_about_one_key_are_both_named()
    {
        var result = Read(
            Record("A", "USE1-NovaPro-input-tokens", "1K tokens", "0.0008", model: "Nova Pro"),
            Record("B", "USE1-NovaPro-text-input-tokens", "1K tokens", "0.0009", model: "Nova Pro"));
        Assert.Empty(result.Imported);
        Assert.Equal(["A", "B"], result.Unclassified.Select(u => u.Sku));
        Assert.Equal("'B' has another price for the same key: 0.0009 per 1K tokens against 0.0008 per 1K tokens (in us-east-1)",
            result.Unclassified[0].Reason);
    }

    [Fact]
    public void The_runtime_and_the_mantle_endpoint_have_an_id_and_a_price_each()
    {
        var result = Read(
            Record("RUNTIME", "USE1-gpt-oss-20b-input-tokens", "1K tokens", "0.00007", model: "gpt-oss-20b"),
            Record("MANTLE", "USE1-openai.gpt-oss-20b-mantle-input-tokens-standard", "1K tokens", "0.00008", model: "gpt-oss-20b"));
        Assert.Empty(result.Unclassified);
        Assert.Equal([("RUNTIME", "openai.gpt-oss-20b-1:0"), ("MANTLE", "openai.gpt-oss-20b")],
            result.Imported.Select(r => (r.Sku, r.Key.Model)));
    }

    [Fact]
    public void Every_shape_of_the_price_list_gives_the_same_rates()
    {
        JsonObject[] records =
        [
            Record("A", "USE1-NovaPro-input-tokens", "1K tokens", "0.0008", model: "Nova Pro"),
            Record("B", "USE1-MP:USE1_InputTokenCount_Global-Units", "Units", "3.0",
                "AWS Marketplace software usage|us-east-1|Million Input Tokens Global", service: Sonnet45),
            Record("C", "USE1-NovaPro-quantum", "1K tokens", "1", model: "Nova Pro"),
        ];
        var text = records.Select(r => r.ToJsonString()).ToArray();
        var products = new JsonObject();
        var terms = new JsonObject();
        foreach (var record in records)
        {
            var sku = (string)record["product"]!["sku"]!;
            products[sku] = record["product"]!.DeepClone();
            terms[sku] = record["terms"]!["OnDemand"]!.DeepClone();
        }
        var bulk = new JsonObject
        {
            ["formatVersion"] = "v1.0", ["offerCode"] = "AmazonBedrock", ["publicationDate"] = "2026-01-14T00:12:25Z",
            ["products"] = products, ["terms"] = new JsonObject { ["OnDemand"] = terms },
        };
        string[] shapes =
        [
            new JsonObject { ["FormatVersion"] = "aws_v1",
                ["PriceList"] = new JsonArray([.. text.Select(t => (JsonNode)t)]) }.ToJsonString(),
            new JsonArray([.. text.Select(t => (JsonNode)t)]).ToJsonString(),
            new JsonArray([.. records.Select(r => r.DeepClone())]).ToJsonString(),
            string.Join('\n', text),
            string.Join("\r\n", text.Select(t => JsonValue.Create(t)!.ToJsonString())) + "\r\n",
            bulk.ToJsonString(),
        ];
        var expected = Read(records);
        Assert.Equal(2, expected.Imported.Count);
        foreach (var shape in shapes)
        {
            var result = PriceImport.Read(shape, "prices.json", Catalog, Availability);
            Assert.Equal(expected.Imported, result.Imported);
            Assert.Equal(expected.Unclassified, result.Unclassified);
        }
    }

    [Fact]
    public void A_broken_line_is_named_and_the_rest_is_read()
    {
        var good = Record("A", "USE1-NovaPro-input-tokens", "1K tokens", "0.0008", model: "Nova Pro").ToJsonString();
        var result = PriceImport.Read($"{good}\n{{\"product\":\n{{}}\n", "lines.jsonl", Catalog, Availability);
        Assert.Single(result.Imported);
        Assert.Equal(["line 2: not JSON", "line 3: not a record of the price list: it has no 'product'"],
            result.Unclassified.Select(u => u.Reason));
    }

    [Fact]
    public void Every_row_is_imported_or_named_exactly_once()
    {
        var row = Gen.Select(
            Gen.OneOf(Gen.Const("USE1-NovaPro-input-tokens"), Gen.Const("EU-NovaPro-output-tokens"),
                Gen.Const("USE1-Guardrail-TopicPolicyUnitsConsumed"),
                Gen.Const("USE1-NovaPro-image-tokens"), Gen.Const("USE1-MP:USE1_InputTokenCount-Units"), Gen.String[0, 12]),
            Gen.OneOf(Gen.Const("1K tokens"), Gen.Const("TextUnit"), Gen.Const("Units"), Gen.Const("hour")),
            Gen.OneOf(Gen.Const("0.0008"), Gen.Const("0"), Gen.Const("-3"), Gen.Const("x")),
            Gen.OneOf(Gen.Const("Nova Pro"), Gen.Const("Nobody"), Gen.Const("")));
        row.Array[0, 20].Sample(rows =>
        {
            var records = rows.Select((r, i) => Record($"SKU{i}", r.Item1, r.Item2, r.Item3, model: r.Item4)).ToArray();
            var result = Read(records);
            var named = result.Imported.Select(r => r.Sku).Concat(result.Unclassified.Select(u => u.Sku)).Order(StringComparer.Ordinal);
            return named.SequenceEqual(records.Select((_, i) => $"SKU{i}").Order(StringComparer.Ordinal));
        });
    }

    [Theory]
    [InlineData("AmazonBedrock", 28, 3)]
    [InlineData("AmazonBedrockFoundationModels", 8, 0)]
    [InlineData("AmazonBedrockService", 6, 1)]
    public void The_offers_of_January_2026_are_read_to_the_last_row(string offer, int rows, int unclassified)
    {
        var file = Path.Combine(Repository.NeedsShared(), "data", "aws-price-list", $"{offer}.excerpt.json");
        using var stream = File.OpenRead(file);
        var result = PriceImport.Read(stream, file, Catalog, Availability);
        Assert.Equal(unclassified, result.Unclassified.Count);
        Assert.Equal(rows, result.Imported.Select(r => r.Sku).Concat(result.Unclassified.Select(u => u.Sku)).Distinct().Count());
    }
}
