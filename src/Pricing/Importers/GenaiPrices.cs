using System.Text.Json;
using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>
/// Reads the provider <c>aws</c> of pydantic's genai-prices, which quotes a million tokens. https://github.com/pydantic/genai-prices
/// </summary>
public static class GenaiPrices
{
    const string Regional = "regional.";

    static readonly Dictionary<string, Meter> Fields = new(StringComparer.Ordinal)
    {
        ["input_mtok"] = Meter.Input, ["output_mtok"] = Meter.Output,
        ["cache_read_mtok"] = Meter.CacheRead, ["cache_write_mtok"] = Meter.CacheWrite5m,
    };

    /// <param name="providers">The root: a list of providers with their models.</param>
    /// <param name="date">The day of the list, which does not date itself; null when unknown.</param>
    public static ImportResult Read(
        JsonElement providers, ModelCatalog catalog, IReadOnlyDictionary<string, IReadOnlyList<string>> availability, DateOnly? date)
    {
        var source = date is { } day ? $"genai-prices {day:yyyy-MM-dd}" : "genai-prices";
        List<Claim> claims = [];
        List<Unclassified> unclassified = [];
        var foreign = 0;
        foreach (var provider in providers.EnumerateArray())
        {
            if (Text(provider, "id") != "aws") foreign++;
            else if (provider.TryGetProperty("models", out var models) && models.ValueKind == JsonValueKind.Array)
                foreach (var model in models.EnumerateArray()) ReadModel(model, catalog, availability, source, claims, unclassified);
        }
        if (foreign > 0) unclassified.Add(new("", "", $"{foreign} other providers"));
        return OneKeyOnePrice.Settle(claims, unclassified);
    }

    static void ReadModel(JsonElement model, ModelCatalog catalog, IReadOnlyDictionary<string, IReadOnlyList<string>> availability,
        string source, List<Claim> claims, List<Unclassified> unclassified)
    {
        var id = Text(model, "id");
        void Refuse(string reason) => unclassified.Add(new($"genai:{id}", id, reason));

        if (id.Length == 0 || id.Contains(',', StringComparison.Ordinal))
        {
            Refuse("a model without a plain id");
            return;
        }
        // 'regional.' is this list's own word for every id that is not global; it has one price for them all.
        var called = id.StartsWith(Regional, StringComparison.Ordinal) ? id[Regional.Length..] : id;
        var (scope, bare) = ModelIdentity.SplitScope(called);
        if (FindModel(catalog, bare) is not { } facts)
        {
            Refuse($"'{bare}' is not a model of prices/models.csv");
            return;
        }
        var (_, regions, reason) = MapIds.Place(called, facts.Id, availability);
        if (reason.Length > 0)
        {
            Refuse(reason);
            return;
        }
        if (!model.TryGetProperty("prices", out var prices)) Refuse("no price");
        else if (prices.ValueKind == JsonValueKind.Object) ReadPrices(prices, null);
        else if (prices.ValueKind == JsonValueKind.Array)
            foreach (var dated in prices.EnumerateArray()) ReadDated(dated);
        else Refuse("no price");

        void ReadDated(JsonElement dated)
        {
            DateOnly? from = null;
            if (dated.TryGetProperty("constraint", out var constraint))
            {
                if (constraint.EnumerateObject().Any(c => c.Name is not ("start_date" or "type"))
                    || !DateOnly.TryParseExact(Text(constraint, "start_date"), "yyyy-MM-dd", out var start))
                {
                    Refuse($"prices under the condition {constraint.GetRawText()}");
                    return;
                }
                from = start;
            }
            if (dated.TryGetProperty("prices", out var inner) && inner.ValueKind == JsonValueKind.Object) ReadPrices(inner, from);
            else Refuse("no price");
        }

        void ReadPrices(JsonElement fields, DateOnly? from)
        {
            foreach (var field in fields.EnumerateObject())
                if (ReadField(field, from) is { } wrong) unclassified.Add(new($"genai:{id}:{field.Name}", id, $"{field.Name}: {wrong}"));
        }

        string? ReadField(JsonProperty field, DateOnly? from)
        {
            if (!Fields.TryGetValue(field.Name, out var meter)) return "no meter of a price's key";
            if (meter == Meter.CacheWrite5m && facts.CacheTtls is ["30m"]) meter = Meter.CacheWrite30m;
            if (field.Value.ValueKind != JsonValueKind.Object) return Claim(field.Value, field.Name, meter, ContextBand.Standard, from);
            if (!field.Value.TryGetProperty("base", out var low) || !field.Value.TryGetProperty("tiers", out var tiers)
                || tiers.ValueKind != JsonValueKind.Array || tiers.GetArrayLength() != 1
                || !tiers[0].TryGetProperty("start", out var start) || start.GetRawText() != "200000"
                    || !tiers[0].TryGetProperty("price", out var high))
                return "tiers that are not the one band above 200000 tokens";
            return Claim(low, field.Name, meter, ContextBand.Standard, from)
                ?? Claim(high, $"{field.Name}:long", meter, ContextBand.Long, from);
        }

        string? Claim(JsonElement value, string name, Meter meter, ContextBand context, DateOnly? from)
        {
            if (PriceNumber.Read(value.ToString(), out var price) is { } unread) return unread;
            if (price == 0) return "a zero says neither free nor unknown";
            foreach (var region in regions)
                claims.Add(new(new($"genai:{id}:{name}",
                    new(facts.Id, meter, Mode.OnDemand, Tier.Standard, scope, context, region, Term.None),
                    "1M tokens", price, from, null, source), id, 0));
            return null;
        }
    }

    // Some ids carry a version the API does not have ("anthropic.claude-opus-4-5-v1:0"): the stem then must fit one model alone.
    static ModelFacts? FindModel(ModelCatalog catalog, string id)
    {
        if (catalog.Find(id) is { } exact) return exact;
        var stem = id.Split(':')[0];
        if (catalog.Find(stem) is { } unversioned) return unversioned;
        if (stem.EndsWith("-v1", StringComparison.Ordinal)) stem = stem[..^"-v1".Length];
        if (catalog.Find(stem) is { } family) return family;
        return catalog.Models.Where(m => m.Id.StartsWith(stem + "-", StringComparison.Ordinal)).Take(2).ToArray() is [var only]
            ? only : null;
    }

    static string Text(JsonElement entry, string name) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";
}
