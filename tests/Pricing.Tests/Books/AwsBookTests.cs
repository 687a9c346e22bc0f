using Assay.Pricing.Importers;
using Assay.Testing;
using Assay.Usage;
using static Assay.Pricing.Tests.BuiltInBooks;

namespace Assay.Pricing.Tests;

public sealed class AwsBookTests
{
    const string Sonnet45 = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    const string Opus48 = "anthropic.claude-opus-4-8";

    [Theory]
    [InlineData("meta.llama3-3-70b-instruct-v1:0", Meter.Input, 0.72)]
    [InlineData("meta.llama3-3-70b-instruct-v1:0", Meter.Output, 0.72)]
    [InlineData("us.meta.llama3-3-70b-instruct-v1:0", Meter.Output, 0.72)]
    [InlineData("amazon.titan-embed-text-v2:0", Meter.Input, 0.02)]
    [InlineData(Sonnet45, Meter.Input, 3.30)]
    [InlineData(Sonnet45, Meter.Output, 16.50)]
    [InlineData("us." + Sonnet45, Meter.Input, 3.30)]
    [InlineData("global." + Sonnet45, Meter.Input, 3.00)]
    [InlineData("global." + Sonnet45, Meter.Output, 15.00)]
    [InlineData("global." + Sonnet45, Meter.CacheWrite1h, 6.00)]
    [InlineData(Sonnet45, Meter.CacheRead, 0.33)]
    [InlineData(Sonnet45, Meter.CacheWrite5m, 4.125)]
    [InlineData("global." + Opus48, Meter.CacheWrite1h, 10.00)]
    [InlineData("us." + Opus48, Meter.CacheWrite1h, 11.00)]
    [InlineData("anthropic.claude-sonnet-4-20250514-v1:0", Meter.Input, 3.00)]
    [InlineData("amazon.nova-micro-v1:0", Meter.CacheWrite5m, 0.00)]
    [InlineData("global.amazon.nova-2-lite-v1:0", Meter.Input, 0.30)]
    [InlineData("amazon.nova-2-lite-v1:0", Meter.Input, 0.33)]
    [InlineData("openai.gpt-5.6-luna", Meter.CacheWrite30m, 1.38)]
    public void A_call_in_Virginia_costs_what_the_page_says(string model, Meter meter, decimal usd) =>
        Assert.Equal(usd, PerMillion(Aws, model, meter));

    [Fact]
    public void An_embedding_has_a_price_on_input_only() =>
        Assert.Null(PerMillion(Aws, "amazon.titan-embed-text-v2:0", Meter.Output));

    [Theory]
    [InlineData(Mode.OnDemand, Tier.Flex, 0.40)]
    [InlineData(Mode.OnDemand, Tier.Priority, 1.40)]
    [InlineData(Mode.OnDemand, Tier.LatencyOptimized, 1.00)]
    [InlineData(Mode.Batch, Tier.Standard, 0.40)]
    public void Nova_Pro_has_a_price_for_every_tier_and_for_batch(Mode mode, Tier tier, decimal usd) =>
        Assert.Equal(usd, PerMillion(Aws, "amazon.nova-pro-v1:0", Meter.Input, mode: mode, tier: tier));

    [Theory]
    [InlineData("openai.gpt-oss-20b-1:0", Tier.Flex, 0.035)]
    [InlineData("qwen.qwen3-32b-v1:0", Tier.Priority, 0.2625)]
    [InlineData("deepseek.v3-v1:0", Tier.Standard, 0.58)]
    public void The_base_row_is_the_one_whose_tiers_stand_at_exact_ratios(string model, Tier tier, decimal usd) =>
        Assert.Equal(usd, PerMillion(Aws, model, Meter.Input, tier: tier));

    [Fact]
    public void A_region_without_a_row_has_no_price() =>
        Assert.Null(PerMillion(Aws, "meta.llama3-3-70b-instruct-v1:0", Meter.Input, "af-south-1"));

    [Fact]
    public void GovCloud_pays_a_fifth_more_for_Opus_4_8()
    {
        Assert.Equal(6.00m, PerMillion(Aws, Opus48, Meter.Input, "us-gov-west-1"));
        Assert.Equal(5.50m, PerMillion(Aws, Opus48, Meter.Input));
    }

    [Theory]
    [InlineData("us-east-1", "2025-11-30", 3.00)]
    [InlineData("us-east-1", "2025-12-01", 6.00)]
    [InlineData("eu-west-3", "2026-07-24", 6.00)]
    [InlineData("us-west-1", "2026-07-24", 3.00)]
    public void Extended_access_doubles_Sonnet_3_5_from_December_in_the_regions_it_names(string region, string day, decimal usd) =>
        Assert.Equal(usd, PerMillion(Aws, "anthropic.claude-3-5-sonnet-20240620-v1:0", Meter.Input, region, day));

    [Theory]
    [InlineData(Meter.GuardrailContent, 0.00015)]
    [InlineData(Meter.GuardrailTopic, 0.00015)]
    [InlineData(Meter.GuardrailSensitive, 0.0001)]
    [InlineData(Meter.GuardrailReasoning, 0.00017)]
    public void Guardrails_have_a_price_in_every_region(Meter meter, decimal usd)
    {
        var model = new ModelRef(Sonnet45, Scope.InRegion, ModelKind.Foundation, null);
        var card = Aws.CardFor(new(Caller.Nobody, "sa-east-1", model), ContextBand.Standard, new(2026, 7, 24));
        Assert.Equal(usd, card[meter]?.UsdPerUnit);
    }

    [Theory] // Golden number G16: one model unit for 730 hours.
    [InlineData(Term.None, 17520.00)]
    [InlineData(Term.OneMonth, 15461.40)]
    [InlineData(Term.SixMonth, 9548.40)]
    public void A_model_unit_of_Llama_3_1_70B_costs_the_golden_number(Term term, decimal usd) =>
        Assert.Equal(usd, 730m * Aws.Find(new("meta.llama3-1-70b-instruct-v1:0", Meter.ModelUnitHour, Mode.Provisioned, Tier.Standard,
            Scope.InRegion, ContextBand.Standard, "us-east-1", term), new(2026, 7, 24))!.UsdPerUnit);

    [Theory] // Golden number G17: a thousand tokens per minute are 60,000 tokens an hour.
    [InlineData(Term.OneMonth, 3.30)]
    [InlineData(Term.ThreeMonth, 2.97)]
    public void Reserved_Sonnet_4_6_at_full_use_costs_the_golden_number(Term term, decimal usdPerMillion)
    {
        var key = new RateKey("anthropic.claude-sonnet-4-6", Meter.InputTpmHour, Mode.Reserved, Tier.Standard,
            Scope.Geo, ContextBand.Standard, "us-east-1", term);
        Assert.Equal(usdPerMillion, 1_000_000m * Aws.Find(key, new(2026, 7, 24))!.UsdPerUnit / 60m);
    }

    [Fact]
    public void The_book_prints_the_date_of_its_newest_page() => Assert.Equal("aws@2026-07-24", Aws.Id);

    [Fact]
    public void An_earlier_book_does_not_know_what_was_published_later()
    {
        var may = Read("aws", new(2026, 5, 25));
        Assert.Equal("aws@2026-05-25", may.Id);
        Assert.Null(may.Rates.FirstOrDefault(r => r.Source.StartsWith("aws-pricing-page 2026-06-30", StringComparison.Ordinal)));
        Assert.Null(may.Rates.FirstOrDefault(r => r.Source.StartsWith("aws-pricing-page 2026-07-24", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_id_a_charge_prints_brings_back_the_same_book() =>
        Assert.True(PriceDiff.Between(Aws, Read("aws", Aws.Date)).IsEmpty);

    [Theory, InlineData("aws"), InlineData("guide")]
    public void No_file_contradicts_itself_and_every_SKU_is_one_key(string book)
    {
        var read = Read(book);
        Assert.Empty(read.Conflicts);
        Assert.All(read.Sources, s => Assert.Distinct(s.Rates.Select(r => (r.Sku, r.Key.Region, r.From))));
    }

    [Fact]
    public void Every_model_of_the_pages_stands_in_the_models_table() =>
        Assert.DoesNotContain(Aws.Rates.Where(r => r.Sku.StartsWith("page:", StringComparison.Ordinal)),
            r => r.Key.Model.Length > 0 && Catalog.Find(r.Key.Model) is null);

    [Theory]
    [InlineData("2026-05-25", "history/bedrock_n_level_pricing-2026-05-25.json")]
    [InlineData("2026-06-30", "history/bedrock_n_level_pricing-2026-06-30.json")]
    [InlineData("2026-07-24", "bedrock_n_level_pricing.json")]
    public void The_book_holds_every_price_of_the_page_it_was_read_from(string date, string page)
    {
        var path = Path.Combine(Repository.NeedsShared(), "data", "aws-pricing-page", page);
        using var stream = File.OpenRead(path);
        var day = DateOnly.Parse(date);
        var book = Read("aws", day);
        var imported = PricingPage.Import(stream, day, Catalog).Imported;
        Assert.NotEmpty(imported);
        // The book's own file of the day holds what is new on it, and nothing the page does not say.
        var onPage = imported.Select(r => (r.Sku, r.Key, r.UsdPerUnit, r.From)).ToHashSet();
        Assert.All(book.Sources.Single(s => s.Name == "aws-pricing-page" && s.Date == day).Rates,
            r => Assert.Contains((r.Sku, r.Key, r.UsdPerUnit, r.From), onPage));
        foreach (var rate in imported)
        {
            // Sonnet 3.5's plain row tells of the days before its extended access.
            var when = rate.From ?? (rate.Key.Model.Contains("3-5-sonnet", StringComparison.Ordinal) ? new(2025, 11, 30) : day);
            Assert.True(book.Find(rate.Key, when)?.UsdPerUnit == rate.UsdPerUnit, rate.Sku);
        }
    }
}
