using System.Text.Json.Nodes;
using Assay.Testing;
using Assay.Usage;

namespace Assay.Pricing.Tests.Importers;

/// <summary>Hand-written rows in the shapes AWS and the price maps use.</summary>
static class Fixtures
{
    public static readonly ModelCatalog Catalog = Read("models.csv", ModelCatalogFile.Read);

    public static readonly IReadOnlyDictionary<string,
        IReadOnlyList<string>> Availability = Read("regions.csv", Pricing.Importers.RegionAvailability.Read);

    /// <summary>A record of the Query API.</summary>
    public static JsonObject Record(string sku, string usageType, string unit, string usd, string description = "",
        string? region = "us-east-1", string? model = null, string? service = null) => new()
        {
            ["product"] = Product(sku, usageType, region, model, service),
            ["serviceCode"] = "AmazonBedrock",
            ["terms"] = new JsonObject { ["OnDemand"] = Terms(sku, unit, usd, description) },
            ["publicationDate"] = "2026-01-14T00:12:25Z",
        };

    public static JsonObject Product(string sku, string usageType, string? region, string? model, string? service)
    {
        var attributes = new JsonObject { ["usagetype"] = usageType, ["servicename"] = service ?? "Amazon Bedrock" };
        if (region is not null) attributes["regionCode"] = region;
        if (model is not null) attributes["model"] = model;
        return new() { ["sku"] = sku, ["attributes"] = attributes };
    }

    public static JsonObject Terms(string sku, string unit, string usd, string description) => new()
    {
        [$"{sku}.T"] = new JsonObject
        {
            ["priceDimensions"] = new JsonObject
            {
                [$"{sku}.T.D"] = new JsonObject
                {
                    ["unit"] = unit, ["description"] = description, ["beginRange"] = "0", ["endRange"] = "Inf",
                    ["pricePerUnit"] = new JsonObject { ["USD"] = usd },
                },
            },
        },
    };

    static T Read<T>(string file, Func<TextReader, string, T> read)
    {
        using var text = new StreamReader(Path.Combine(Repository.Root, "prices", file));
        return read(text, file);
    }
}
