using System.Text.Json;
using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>
/// Reads the Bedrock entries of LiteLLM's price map, which quotes one token in floating-point notation; the text is read as a decimal,
/// never as a double. https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json
/// </summary>
public static class LiteLlmMap
{
    static readonly Dictionary<string, Meter> TokenFields = new(StringComparer.Ordinal)
    {
        ["input_cost_per_token"] = Meter.Input,
        ["output_cost_per_token"] = Meter.Output,
        ["cache_read_input_token_cost"] = Meter.CacheRead,
        ["cache_creation_input_token_cost"] = Meter.CacheWrite5m,
        ["cache_creation_input_token_cost_above_1hr"] = Meter.CacheWrite1h,
    };

    static readonly Dictionary<string, (Meter Meter, string Unit)> UnitFields = new(StringComparer.Ordinal)
    {
        ["input_cost_per_query"] = (Meter.Rerank, "query"),
        ["output_cost_per_image"] = (Meter.Image, "image"),
        ["input_cost_per_image"] = (Meter.Image, "image"),
        ["input_cost_per_video_per_second"] = (Meter.VideoSecond, "second"),
        ["input_cost_per_audio_per_second"] = (Meter.AudioSecond, "second"),
    };

    // Endings may follow each other: …_above_1hr_above_200k_tokens_batches.
    const string LongContext = "_above_200k_tokens";

    /// <param name="map">The root of the map: entry → fields.</param>
    /// <param name="availability">Regions by the id called, see <see cref="RegionAvailability"/>.</param>
    /// <param name="date">The day of the map, which does not date itself; null when unknown.</param>
    public static ImportResult Read(
        JsonElement map, ModelCatalog catalog, IReadOnlyDictionary<string, IReadOnlyList<string>> availability, DateOnly? date)
    {
        var source = date is { } day ? $"litellm {day:yyyy-MM-dd}" : "litellm";
        List<Claim> claims = [];
        List<Unclassified> unclassified = [];
        var foreign = 0;
        foreach (var entry in map.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Object
                || !Text(entry.Value, "litellm_provider").StartsWith("bedrock", StringComparison.Ordinal))
                foreign++;
            else ReadEntry(entry, map, catalog, availability, source, claims, unclassified);
        }
        if (foreign > 0) unclassified.Add(new("", "", $"{foreign} entries of other providers"));
        return OneKeyOnePrice.Settle(claims, unclassified);
    }

    static void ReadEntry(JsonProperty entry, JsonElement map, ModelCatalog catalog,
        IReadOnlyDictionary<string, IReadOnlyList<string>> availability, string source, List<Claim> claims, List<Unclassified> unclassified)
    {
        void Refuse(string reason) => unclassified.Add(new($"litellm:{entry.Name}", entry.Name, reason));

        if (entry.Name.Contains(',', StringComparison.Ordinal))
        {
            Refuse("an entry with a comma in its name");
            return;
        }
        var place = Place(entry.Name, catalog, availability);
        if (place.Reason.Length > 0) Refuse(place.Reason);
        else if (IsGlobalPriceAtBareId(place, map))
            Refuse($"the bare id has the price of 'global.{place.Model!.Id}', and 'us.{place.Model.Id}' costs 1.1 times it: "
                + "AWS bills in-region calls like 'us.'");
        else
        {
            var fields = entry.Value.EnumerateObject().Where(IsPrice).ToArray();
            if (fields.Length == 0) Refuse("no price");
            foreach (var field in fields)
                if (ReadField(field, place, fields) is { } reason)
                    unclassified.Add(new($"litellm:{entry.Name}:{field.Name}", entry.Name, $"{field.Name}: {reason}"));
        }

        string? ReadField(JsonProperty field, Placed placed, JsonProperty[] fields)
        {
            if (field.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                return "several prices by a condition the key does not have";
            if (PriceNumber.Read(field.Value.ToString(), out var price) is { } unread) return unread;
            if (placed.Term != Term.None && field.Name == "output_cost_per_second" && OutputSecondAgrees(fields))
                return "the same second of a model unit as 'input_cost_per_second'";
            // The map writes 0.0 both for what is free and for what is not sold; a missing price is never zero.
            if (price == 0) return "a zero says neither free nor unknown";
            if (Meaning(field.Name, placed, fields) is not { } meaning) return "no meter of a price's key";
            if (field.Name == "output_cost_per_image" && IsPricedBySize(placed.Model!.Id, map))
                return "one image price of a model that the map also prices by resolution and steps";
            if (KnownFault(placed.Model!.Id, field.Name) is { } fault) return fault;
            var (meter, mode, tier, context, unit) = meaning;
            if (unit == "second-of-unit")
            {
                // Sources quote an hour in cents; a figure that is none after the division was rounded on the way here.
                price *= 3_600m;
                if (decimal.Round(price, 2) != price)
                    return $"{Usd.Plain(price)} an hour is not a whole number of cents: the figure per second was rounded";
                unit = "hour";
            }
            foreach (var region in placed.Regions)
                claims.Add(new(new($"litellm:{entry.Name}:{field.Name}",
                    new(placed.Model.Id, meter, mode, tier, placed.Scope, context, region, placed.Term), unit, price, null, null, source),
                    entry.Name, placed.Strength));
            return null;
        }
    }

    // An entry with a region of its own speaks for it (2), a bare entry for the rest (1), a mantle entry where the runtime is silent (0).
    sealed record Placed(ModelFacts? Model, Scope Scope, IReadOnlyList<string> Regions, Term Term, int Strength, string Reason);

    static Placed Place(string name, ModelCatalog catalog, IReadOnlyDictionary<string, IReadOnlyList<string>> availability)
    {
        static Placed No(string reason) => new(null, Scope.InRegion, [], Term.None, 0, reason);

        var parts = name.Split('/');
        if (parts.Length > 1 && (parts[0].Contains("-x-", StringComparison.Ordinal)
            || parts.Any(p => p.EndsWith("-steps", StringComparison.Ordinal))))
            return No("an image price by resolution and steps, which a price's key does not have");
        var id = parts[^1];
        string? region = null;
        var term = Term.None;
        foreach (var part in parts[..^1])
            switch (part)
            {
                case "bedrock" or "bedrock_mantle" or "bedrock_converse" or "converse" or "invoke": break;
                case "1-month-commitment": term = Term.OneMonth; break;
                case "6-month-commitment": term = Term.SixMonth; break;
                case "*": region = RateKey.EveryRegion; break;
                case var text when BillingRegions.LooksLikeRegion(text): region = text; break;
                default: return No($"'{part}' is neither a region nor a way to call a model");
            }
        var (scope, bare) = ModelIdentity.SplitScope(id);
        if (catalog.Find(bare) is not { } model) return No($"'{bare}' is not a model of prices/models.csv");
        if (region is not null) return new(model, scope, [region], term, 2, "");
        var (_, regions, reason) = MapIds.Place(id, bare, availability);
        return new(model, scope, regions, term, parts[0] == "bedrock_mantle" ? 0 : 1, reason);
    }

    // Maps carried the global price at the bare id of Claude 4.5 and later, and in-region calls came out nine percent too cheap:
    // https://github.com/BerriAI/litellm/issues/42679
    static bool IsGlobalPriceAtBareId(Placed place, JsonElement map) =>
        place is { Scope: Scope.InRegion, Strength: 1, Model: { } model }
        && Price(map, model.Id) is { } bare && Price(map, $"global.{model.Id}") == bare && Price(map, $"us.{model.Id}") == bare * 1.1m;

    // A flat price beside prices by size is one of them, chosen by the map: which image it fits, a log does not say.
    static bool IsPricedBySize(string model, JsonElement map) => map.EnumerateObject().Any(entry =>
        entry.Name.Contains("-steps/", StringComparison.Ordinal) && entry.Name.EndsWith("/" + model, StringComparison.Ordinal));

    static decimal? Price(JsonElement map, string entry) =>
        map.TryGetProperty(entry, out var fields) && fields.ValueKind == JsonValueKind.Object
            && fields.TryGetProperty("input_cost_per_token", out var field)
        && PriceNumber.Read(field.ToString(), out var price) is null ? price : null;

    static (Meter, Mode, Tier, ContextBand, string Unit)? Meaning(string field, Placed place, JsonProperty[] fields)
    {
        if (place.Term != Term.None)
            // Input and output seconds of a commitment are one and the same second of the model unit.
            return field is "input_cost_per_second" && OutputSecondAgrees(fields)
                ? (Meter.ModelUnitHour, Mode.Provisioned, Tier.Standard, ContextBand.Standard, "second-of-unit") : null;
        if (UnitFields.TryGetValue(field, out var counted))
            return (counted.Meter, Mode.OnDemand, Tier.Standard, ContextBand.Standard, counted.Unit);

        var (mode, tier, context) = (Mode.OnDemand, Tier.Standard, ContextBand.Standard);
        if (Cut(ref field, "_batches")) mode = Mode.Batch;
        else if (Cut(ref field, "_flex")) tier = Tier.Flex;
        else if (Cut(ref field, "_priority")) tier = Tier.Priority;
        if (Cut(ref field, LongContext)) context = ContextBand.Long;
        if (!TokenFields.TryGetValue(field, out var meter)) return null;
        if (meter == Meter.CacheWrite5m && place.Model is { CacheTtls: ["30m"] }) meter = Meter.CacheWrite30m;
        return (meter, mode, tier, context, "token");

        static bool Cut(ref string text, string ending)
        {
            if (!text.EndsWith(ending, StringComparison.Ordinal)) return false;
            text = text[..^ending.Length];
            return true;
        }
    }

    static bool OutputSecondAgrees(JsonProperty[] fields) =>
        fields.FirstOrDefault(f => f.Name == "output_cost_per_second").Value is not { ValueKind: JsonValueKind.Number } output
        || fields.First(f => f.Name == "input_cost_per_second").Value.GetRawText() == output.GetRawText();

    // Faults of the map that no arithmetic shows. Each names what AWS does instead.
    static string? KnownFault(string model, string field) =>
        model.StartsWith("twelvelabs.marengo", StringComparison.Ordinal) && field == "input_cost_per_token"
            ? "AWS sells Marengo's text by the request; the map has that price as a token's" : null;

    static bool IsPrice(JsonProperty field) =>
        (field.Name.Contains("cost", StringComparison.Ordinal) || field.Name.Contains("price", StringComparison.Ordinal))
            && field.Value.ValueKind != JsonValueKind.Null;

    static string Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
