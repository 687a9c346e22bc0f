using System.Text;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Pricing.Tests.Importers;

public sealed class PricingPageTests
{
    static ImportResult Import(params string[] rows) =>
        PricingPage.Import(new MemoryStream(Encoding.UTF8.GetBytes($"[{string.Join(',', rows)}]")), new(2026, 7, 24), BuiltInBooks.Catalog);

    static string A_row(string model, string input, string output, string category = "Meta", string path = "Meta") =>
        $$"""
        {"Some models":"{{model}}","Hierarchy_Path":"{{path}}","Price per 1M input tokens":"{{input}}",
        "Price per 1M output tokens":"{{output}}","Pricing_Category":"{{category}}","Provider":"X"}
        """;

    [Fact]
    public void A_row_without_regions_stands_for_the_United_States()
    {
        var result = Import(A_row("Llama 3.3 Instruct (70B)", "$0.72", "$ 0.72"));
        Assert.Equal(["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
            result.Imported.Where(r => r.Key.Meter == Meter.Input).Select(r => r.Key.Region));
        Assert.Equal("page:2026-07-24:meta.llama3-3-70b-instruct-v1:0:input:on_demand:standard:in_region", result.Imported[0].Sku);
    }

    [Fact]
    public void Rows_that_cannot_be_told_apart_are_unclassified_with_all_competing_prices()
    {
        var result = Import(A_row("Gemma 3 27B", "$ 0.23", "$ 0.38"), A_row("Gemma 3 27B", "$ 0.27", "$ 0.45"),
            A_row("Gemma 3 27B", "$ 0.36", "$ 0.59"));
        Assert.Empty(result.Imported);
        Assert.Equal(3, result.Unclassified.Count);
        Assert.All(result.Unclassified, u => Assert.EndsWith("0.23/0.38; 0.27/0.45; 0.36/0.59", u.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_lone_row_of_a_model_sold_by_scope_is_not_taken_for_any_scope() =>
        Assert.Empty(Import(A_row("Amazon Nova 2 Lite", "$0.30", "$2.50")).Imported);

    [Fact]
    public void A_model_nobody_knows_is_unclassified()
    {
        var unclassified = Assert.Single(Import(A_row("Acme 9", "$1", "$2")).Unclassified);
        Assert.Contains("prices/models.csv", unclassified.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Worked_examples_are_not_prices()
    {
        var result = Import(A_row("Claude 2.1", "$0.008", "$0.024", "Model evaluation example 1:"));
        Assert.Empty(result.Imported);
        Assert.Empty(result.Unclassified);
    }

    [Fact]
    public void A_heading_per_thousand_over_a_price_per_million_is_put_right()
    {
        var result = Import(A_row("Claude 3.5 Haiku", "$0.80", "$4.00", "Geo and In-region Cross-region Inference"),
            """
            {"Column_0":"Claude 3.5 Haiku","Hierarchy_Path":"Anthropic","Price per 1,000 input tokens":"$1.00",
            "Price per 1,000 output tokens":"$5.00","Pricing_Category":"Latency Optimized Inference"}
            """);
        Assert.Equal(0.000001m, result.Imported.First(r => r.Key is { Tier: Tier.LatencyOptimized, Meter: Meter.Input }).UsdPerUnit);
    }

    [Fact]
    public void The_header_with_the_missing_letter_is_read_too()
    {
        var row = A_row("Llama 3.3 Instruct (70B)", "$0.72", "$0.72")
            .Replace("Price per 1M input", "Prce per 1M\u00a0input", StringComparison.Ordinal);
        Assert.Contains(Import(row).Imported, r => r.Key.Meter == Meter.Input);
    }

    [Fact]
    public void The_day_of_a_scrape_is_in_its_file_name()
    {
        Assert.Equal(new DateOnly(2026, 5, 25), PricingPage.DateOf("history/bedrock_n_level_pricing-2026-05-25.json"));
        Assert.Null(PricingPage.DateOf("bedrock_n_level_pricing.json"));
    }

    [Theory, InlineData("{}"), InlineData("[1]"), InlineData("not json"), InlineData("")]
    public void Something_else_is_refused_in_one_clear_line(string text)
    {
        var wrong = Assert.Throws<PriceBookException>(() =>
            PricingPage.Import(new MemoryStream(Encoding.UTF8.GetBytes(text)), new(2026, 7, 24), BuiltInBooks.Catalog));
        Assert.StartsWith("This is not a scrape of the pricing page", wrong.Message, StringComparison.Ordinal);
    }
}
