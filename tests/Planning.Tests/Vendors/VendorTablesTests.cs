using System.Text.Json;
using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Testing;
using Assay.Usage;
using static Assay.Planning.Tests.Vendors.SomeVendors;

namespace Assay.Planning.Tests.Vendors;

public sealed class VendorTablesTests
{
    [Fact]
    public void Every_pair_joins_a_known_model_to_a_priced_one() => Assert.All(Equivalents, pair =>
    {
        Assert.NotNull(Catalog.Find(pair.Model));
        if (pair.Vendor != Equivalent.SelfHosted) Assert.True(VendorBook.Knows(pair.PricedAs), pair.PricedAs);
        Assert.Contains(pair.Vendor, RealPlatforms.Select(p => p.Vendor).Append(Equivalent.SelfHosted));
        Assert.NotEmpty(pair.Note);
        Assert.NotEmpty(pair.Source);
        if (pair.Kind == EquivalenceKind.SameWeights) Assert.Equal(1m, pair.Tokenizer);
        else Assert.Null(pair.Tokenizer);
    });

    [Fact]
    public void A_vendor_sells_the_same_weights_of_a_model_once() => Assert.Empty(
        Equivalents.Where(e => e.IsAtFaceValue).GroupBy(e => (e.Model, e.Vendor)).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void Every_priced_vendor_is_a_platform() => Assert.Empty(
        VendorBook.Rates.Select(r => r.Key.Model.Split(':')[0]).Distinct().Except(RealPlatforms.Select(p => p.Vendor)));

    [Fact]
    public void Vendors_prices_do_not_stand_among_AWSs() => Assert.DoesNotContain(AwsBook.Rates, r =>
        RealPlatforms.Any(p => p.Vendor != Platform.Bedrock && r.Key.Model.StartsWith(p.Vendor + ":", StringComparison.Ordinal)));

    [Fact]
    public void No_vendors_rate_is_out_of_line_with_its_siblings() => Assert.Empty(PriceCheck.Run(VendorBook));

    [Fact]
    public void The_same_weights_cost_within_ten_times_of_Bedrock()
    {
        var day = new DateOnly(2026, 8, 15);
        foreach (var pair in Equivalents.Where(e => e is { Kind: EquivalenceKind.SameWeights } && e.Vendor != Equivalent.SelfHosted))
            foreach (var meter in (Meter[])[Meter.Input, Meter.Output])
            {
                var (here, there) = (Rate(AwsBook, pair.Model, meter), Rate(VendorBook, pair.PricedAs, meter));
                if (here is null || there is null) continue;
                Assert.True(there / here is > 0.1m and < 10m, $"{pair.PricedAs} {meter}: {there} there, {here} on Bedrock");
            }

        decimal? Rate(PriceBook book, string model, Meter meter) => book.Find(
            new(model, meter, Mode.OnDemand, Tier.Standard, Scope.Geo, ContextBand.Standard, "us-east-1", Term.None), day)?.UsdPerUnit;
    }

    // Our table is tabulated from these maps: every rate must stand in at least one of them.
    [Fact]
    public void Every_rate_stands_in_one_of_the_maps_it_names()
    {
        var maps = new PriceMaps(Path.Combine(Repository.NeedsShared(), "data", "price-maps"));
        var strange = VendorBook.Rates.Where(r => !maps.Hold(r)).Select(r => $"{r.Sku} {Usd.Plain(r.SourceRate)} ({r.Source})").ToList();
        Assert.True(strange.Count == 0, string.Join('\n', strange));
    }

    [Theory]
    [InlineData("a,b,c,like,1,n,2026-08-01,s", "'like' is not a kind")]
    [InlineData("a,b,c,nearest,many,n,2026-08-01,s", "'many' is not a factor")]
    [InlineData("a,b,c,nearest,,n,August,s", "'August' is not a date")]
    [InlineData("a,b,c,nearest", "4 fields where 8 are expected")]
    public void A_broken_line_is_named(string line, string what)
    {
        var text = new StringReader($"# a note\n{VendorTables.EquivalentsHeader}\n{line}\n");
        var wrong = Assert.Throws<FormatException>(() => VendorTables.ReadEquivalents(text, "e.csv"));
        Assert.StartsWith("e.csv:3: ", wrong.Message);
        Assert.Contains(what, wrong.Message);
    }

    /// <summary>The public price maps, as far as they speak of our vendors; USD per million tokens.</summary>
    sealed class PriceMaps(string folder)
    {
        readonly JsonElement lite = Read(folder, "litellm-2026-08.json");
        readonly JsonElement genai = Read(folder, "genai-prices.json");
        readonly Dictionary<string, JsonElement> portkey = new[] { "anthropic", "together-ai", "azure-openai", "vertex-ai" }
            .ToDictionary(n => n, n => Read(folder, $"portkey-{n}.json"));

        static JsonElement Read(string folder, string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, file))).RootElement;

        public bool Hold(Rate rate)
        {
            var colon = rate.Key.Model.IndexOf(':', StringComparison.Ordinal);
            var (vendor, model) = (rate.Key.Model[..colon], rate.Key.Model[(colon + 1)..]);
            return Stated(vendor, model, rate.Key).Any(usd => Math.Abs(usd - rate.SourceRate) < 0.0000001m);
        }

        IEnumerable<decimal> Stated(string vendor, string model, RateKey key)
        {
            foreach (var id in LiteIds(vendor, model))
                if (lite.TryGetProperty(id, out var entry) && entry.TryGetProperty(LiteField(key), out var cost))
                    yield return cost.GetDecimal() * 1_000_000m;
            var (file, name) = vendor switch
            {
                "anthropic" => ("anthropic", model), "together" => ("together-ai", model), "azure" => ("azure-openai", model),
                "vertex" => ("vertex-ai", model), _ => ("", ""),
            };
            if (file.Length > 0 && PortkeyEntry(portkey[file], name) is { } config
                && config.TryGetProperty(key.Mode == Mode.Batch ? "batch_config" : "pay_as_you_go", out var terms)
                && terms.TryGetProperty(PortkeyField(key), out var price) && price.TryGetProperty("price", out var cents))
                yield return cents.GetDecimal() * 10_000m;
            foreach (var usd in Genai(vendor == "vertex" ? "google" : vendor, model, key)) yield return usd;
        }

        static IEnumerable<string> LiteIds(string vendor, string model) => vendor switch
        {
            "together" => ["together_ai/" + model],
            "groq" => ["groq/" + model],
            "azure" => ["azure/" + model, "azure_ai/" + model],
            "vertex" when model == "mistral-large-2407" => ["vertex_ai/mistral-large@2407"],
            "vertex" =>
                [model, "vertex_ai/" + model, "vertex_ai/meta/" + model, "vertex_ai/deepseek-ai/" + model, "vertex_ai/qwen/" + model],
            "anthropic" => [model, model == "claude-sonnet-4" ? "claude-sonnet-4-20250514" : model],
            _ => [model],
        };

        static string LiteField(RateKey key)
        {
            var field = key.Meter switch
            {
                Meter.Input => "input_cost_per_token", Meter.Output => "output_cost_per_token",
                Meter.CacheRead => "cache_read_input_token_cost", Meter.CacheWrite1h => "cache_creation_input_token_cost_above_1hr",
                _ => "cache_creation_input_token_cost",
            };
            return field + (key.Context == ContextBand.Long ? "_above_200k_tokens" : "") + (key.Mode == Mode.Batch ? "_batches" : "");
        }

        static string PortkeyField(RateKey key) => key.Meter switch
        {
            Meter.Input => "request_token", Meter.Output => "response_token", Meter.CacheRead => "cache_read_input_token",
            Meter.CacheWrite5m => "cache_write_input_token", _ => "none",
        };

        static JsonElement? PortkeyEntry(JsonElement map, string model) =>
            (map.TryGetProperty(model, out var entry) || map.TryGetProperty(model + "-20250514", out entry))
            && entry.TryGetProperty("pricing_config", out var config) ? config : null;

        IEnumerable<decimal> Genai(string vendor, string model, RateKey key)
        {
            var field = key.Meter switch
            {
                Meter.Input => "input_mtok", Meter.Output => "output_mtok", Meter.CacheRead => "cache_read_mtok",
                Meter.CacheWrite5m => "cache_write_mtok", _ => "none",
            };
            if (key.Mode == Mode.Batch) yield break;
            foreach (var provider in genai.EnumerateArray().Where(p => p.GetProperty("id").GetString() == vendor))
                foreach (var entry in provider.GetProperty("models").EnumerateArray().Where(m => m.GetProperty("id").GetString() == model))
                {
                    var prices = entry.GetProperty("prices");
                    var all = prices.ValueKind == JsonValueKind.Array
                        ? prices.EnumerateArray().Select(p => p.GetProperty("prices"))
                        : [prices];
                    foreach (var one in all)
                        if (one.TryGetProperty(field, out var price))
                        {
                            if (price.ValueKind == JsonValueKind.Number) yield return price.GetDecimal();
                            else yield return key.Context == ContextBand.Long
                                ? price.GetProperty("tiers")[0].GetProperty("price").GetDecimal()
                                : price.GetProperty("base").GetDecimal();
                        }
                }
        }
    }
}
