using Assay.Gateway.Settings;
using Assay.Pricing;
using Assay.Testing;

namespace Assay.Gateway.Tests.Settings;

/// <summary>An editor, a reader of the documentation and the reader of files know the same keys.</summary>
public class GatewayKeysTests
{
    static readonly KeyPages Pages = new("Assay gateway", "The configuration of 'assay gateway'. Every key, unit and default: docs/gateway.md",
        GatewayKeys.Tables, ["Gateway", "Upstream", "Model", "Ceiling", "Budget", "Rate", "Route", "Runaways", "Journal"]);

    [Fact]
    public void The_schema_says_what_the_reader_accepts() => Pages.SchemaMatches("samples/gateway.schema.json");

    [Fact]
    public void The_documentation_lists_every_key() => Pages.PageMatches("docs/gateway.md");

    [Fact]
    public void The_sample_can_be_used_as_it_stands()
    {
        var prices = new PriceFolder(Path.Combine(Repository.Root, "prices"));
        var reading = SettingsReader.Read(Path.Combine(Repository.Root, "samples", "gateway.yaml"), prices);
        Assert.Empty(reading.Errors);
        Assert.NotNull(reading.Settings!.Policy);
    }
}
