using System.Text.Json;
using Assay.Testing;

namespace Assay.Desk.Tests.Commands;

public sealed class PricesTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_model_is_shown_with_unit_start_and_source() =>
        Golden.Matches(folder.Run("prices", "show", LogText.Llama, "--region", "us-east-1").MustSucceed().Output);

    [Fact]
    public void The_table_of_a_model_with_many_terms_had_no_column_of_prices()
    {
        var shown = folder.Run("prices", "show", LogText.Sonnet).MustSucceed().Output;
        Assert.Matches(@"(?m)^input +on_demand global +3 +1M tokens", shown);
        Assert.Matches(@"(?m)^amazon\.nova-2-lite-v1:0 +✓ +5m ", folder.Run("prices", "modes").MustSucceed().Output);
        Assert.Matches(@"(?m)^amazon\.nova-2-pro-preview-20251202-v1:0 +input +on_demand in_region +us-east-1 \+3 +2\.1875 +1\.375 +1M tokens +0\.629$",
            folder.Run("prices", "diff", "aws@2026-05-25", "aws").MustSucceed().Output);
    }

    [Fact]
    public void Shown_rates_carry_every_dimension_as_json()
    {
        var rates = folder.Run("prices", "show", LogText.Sonnet, "--region", "us-east-1", "--json").MustSucceed().Json.EnumerateArray().ToList();
        Assert.All(rates, rate => Assert.All(
            ["sku", "model", "meter", "mode", "tier", "scope", "context", "region", "term", "unit", "rate"],
            name => Assert.Equal(JsonValueKind.String, rate.GetProperty(name).ValueKind)));
        Assert.Contains(rates, r => r.GetProperty("meter").GetString() == "input" && r.GetProperty("scope").GetString() == "in_region"
            && r.GetProperty("mode").GetString() == "on_demand" && r.GetProperty("rate").GetString() == "0.0000033");
    }

    [Fact]
    public void Books_are_listed_with_their_sources()
    {
        var books = folder.Run("prices", "list", "--json").MustSucceed().Json.EnumerateArray().Select(b => b.GetProperty("book").GetString()!).ToList();
        Assert.Contains(books, b => b.StartsWith("aws@", StringComparison.Ordinal));
        Assert.Contains(books, b => b.StartsWith("guide@", StringComparison.Ordinal));
        Assert.Contains("aws", folder.Run("prices", "list").MustSucceed().Output);
    }

    [Fact]
    public void Modes_are_a_dated_matrix()
    {
        var matrix = folder.Run("prices", "modes", "--json").MustSucceed().Json;
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", matrix.GetProperty("date").GetString());
        var sonnet = matrix.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("model").GetString() == LogText.Sonnet);
        Assert.True(sonnet.GetProperty("batch").GetBoolean());
    }

    [Fact]
    public void A_book_does_not_differ_from_itself()
    {
        var diff = folder.Run("prices", "diff", "aws", "aws", "--json").MustSucceed().Json;
        Assert.All(["added", "removed", "changed"], name => Assert.Equal(0, diff.GetProperty(name).GetArrayLength()));
    }

    [Fact]
    public void A_rate_ten_times_its_siblings_is_named()
    {
        folder.Write("mine.csv", """
            sku,model,meter,mode,tier,scope,context,regions,term,unit,rate,from,until,source
            ok-1,acme.a,input,on_demand,standard,in_region,standard,us-east-1 us-east-2 us-west-2 eu-west-1,none,1M tokens,3.00,,,list
            ok-2,acme.a,cache_read,on_demand,standard,in_region,standard,us-east-1 us-east-2 us-west-2,none,1M tokens,0.30,,,list
            bad-3,acme.a,cache_read,on_demand,standard,in_region,standard,eu-west-1,none,1M tokens,3.00,,,list
            """);
        var findings = folder.Run("prices", "check", "--book", "mine.csv", "--json").MustSucceed().Json.GetProperty("findings");
        Assert.Contains(findings.EnumerateArray(), f => f.GetProperty("sku").GetString() == "bad-3");
    }

    [Fact]
    public void An_offer_is_imported_and_what_is_not_understood_is_listed()
    {
        var offer = Path.Combine(Repository.NeedsShared(), "data", "aws-price-list");
        var file = Directory.EnumerateFiles(offer, "*.json*").Order(StringComparer.Ordinal).First();
        var import = folder.Run("prices", "import", file, "--date", "2026-07-01", "--json", "--out", "imported.csv").MustSucceed();
        var imported = import.Json.GetProperty("imported").EnumerateArray().ToList();
        Assert.NotEmpty(imported);
        Assert.All(imported, rate => Assert.All(
            ["sku", "model", "meter", "mode", "tier", "scope", "context", "region", "term", "unit", "rate"],
            name => Assert.Equal(JsonValueKind.String, rate.GetProperty(name).ValueKind)));
        Assert.All(import.Json.GetProperty("unclassified").EnumerateArray(), row => Assert.All(
            ["sku", "usagetype", "reason"], name => Assert.Equal(JsonValueKind.String, row.GetProperty(name).ValueKind)));
        folder.Run("prices", "check", "--book", "imported.csv").MustSucceed();
    }

    [Theory]
    [InlineData("show", "claud-sonet-9")]
    [InlineData("import", "missing.json")]
    [InlineData("diff", "aws", "nope")]
    [InlineData("diff", "aws@2026-13-01", "aws")]
    [InlineData("shwo")]
    public void Wrong_input_is_one_clear_line(params string[] arguments) => folder.Run(["prices", .. arguments]).MustRefuse();
}
