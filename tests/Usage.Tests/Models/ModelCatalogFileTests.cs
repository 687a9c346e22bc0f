using Assay.Testing;

namespace Assay.Usage.Tests;

public sealed class ModelCatalogFileTests
{
    static ModelCatalog Read(params string[] lines) => ModelCatalogFile.Read(new StringReader(string.Join('\n', lines)), "models.csv");

    [Fact]
    public void The_models_table_of_the_repository_can_be_read()
    {
        using var text = File.OpenText(Path.Combine(Repository.Root, "prices", "models.csv"));
        var catalog = ModelCatalogFile.Read(text, "prices/models.csv");
        Assert.Equal("anthropic.claude-haiku-4-5-20251001-v1:0", catalog.FindByName("Claude Haiku 4.5 (Amazon Bedrock Edition)")?.Id);
        Assert.Equal("anthropic.claude-sonnet-5", catalog.FindByName("Claude Sonnet 5*")?.Id);
        Assert.Equal(["qwen.qwen3-32b-v1:0", "qwen.qwen3-32b"], catalog.FindAllByName("Qwen3-32B").Select(m => m.Id));
        Assert.True(catalog.Find("openai.gpt-5.6-luna") is { GrossInput: true, CacheTtls: ["30m"], Batch: false });
        Assert.True(catalog.Find("anthropic.claude-sonnet-4-5-20250929-v1:0") is
            { GrossInput: false, HasLongBand: true, CacheTtls: ["5m", "1h"] });
    }

    [Theory]
    [InlineData("acme.m,Acme,M,maybe,0,,0,no,no", "models.csv:2: 'maybe' is neither yes nor no")]
    [InlineData("acme.m,Acme,M,no,-1,,0,no,no", "models.csv:2: '-1' is not a number of tokens")]
    [InlineData("acme.m,Acme,M,no,0,7m,0,no,no", "models.csv:2: '7m' is not a cache lifetime")]
    [InlineData("acme,Acme,M,no,0,,0,no,no", "models.csv:2: 'acme' is not a model id")]
    [InlineData("acme.m,Acme", "models.csv:2: 2 fields where 9 are expected")]
    public void A_wrong_line_is_named_with_what_is_accepted(string line, string message)
    {
        var wrong = Assert.Throws<FormatException>(() => Read(ModelCatalogFile.Header, line));
        Assert.StartsWith(message, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_stands_twice_is_an_error() =>
        Assert.Contains("'acme.m' stands on line 2 already", Assert.Throws<FormatException>(() =>
            Read(ModelCatalogFile.Header, "acme.m,Acme,M,no,0,,0,no,no", "acme.m,Acme,N,no,0,,0,no,no")).Message, StringComparison.Ordinal);
}
