using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>Finds the model a row of an offer or of a bill is about, and refuses rows whose own words disagree about it.</summary>
public static class OfferModels
{
    const string Edition = "(Amazon Bedrock Edition)";

    // Words that stand in usage types and say nothing about which model it is.
    static readonly string[] Fillers =
        ["amazon", "instruct", "chat", "bf", "fp", "it", "pt", "text", "preview", "nvidia", "embedding", "embeddings"];

    /// <summary>
    /// The model, or the reason there is none. Where several ids are sold under the row's name, the one that stands for it: a SKU is one
    /// key.
    /// </summary>
    /// <param name="abbreviation">The model as the usage type has it; may be empty.</param>
    /// <param name="isMantle">True where the usage type names the id itself.</param>
    /// <param name="model">The row's model attribute; may be empty.</param>
    /// <param name="serviceName">The service or product, such as <c>Claude Haiku 4.5 (Amazon Bedrock Edition)</c>; may be empty.</param>
    public static (ModelFacts? Model, string Reason) Find(
        ModelCatalog catalog, string abbreviation, bool isMantle, string model, string serviceName)
    {
        // "Amazon Bedrock" is the service, "Claude Haiku 4.5 (Amazon Bedrock Edition)" a model.
        var edition = serviceName.Contains(Edition, StringComparison.Ordinal) ? serviceName : "";
        // Mantle rows name the id itself, and a model may have one id there and another at the runtime.
        string[] names = isMantle ? [abbreviation, model, edition] : [model, edition, abbreviation];
        ModelFacts? found = null;
        foreach (var name in names) found ??= Named(catalog, name) is [var first, ..] ? first : null;
        if (found is null)
        {
            var asked = names.FirstOrDefault(n => n.Length > 0);
            return (null, asked is null ? "names no model" : $"'{asked}' is not a model of prices/models.csv");
        }
        // A stated name nobody knows is a new model, unless it only spells the one the usage type abbreviates at more length.
        if (model.Length > 0 && Named(catalog, model).Count == 0 && !Spells(model, found))
            return (null, $"'{model}' is not a model of prices/models.csv");
        if (abbreviation.Length == 0) return (found, "");
        if (Named(catalog, abbreviation) is [_, ..] abbreviated && !abbreviated.Any(a => Family(a.Id) == Family(found.Id)))
            return (null, $"the usage type says '{abbreviation}' and the model is '{found.Id}'");
        return Stranger(abbreviation, found) is { } word
            ? (null, $"'{word}' of '{abbreviation}' is not part of any name of '{found.Id}'")
            : (found, "");
    }

    static IReadOnlyList<ModelFacts> Named(ModelCatalog catalog, string name)
    {
        if (name.Length is 0 or > 200) return [];
        if (catalog.Find(name) is { } exact) return [exact];
        var edition = name.IndexOf(Edition, StringComparison.Ordinal);
        var plain = (edition < 0 ? name : name[..edition]).Trim();
        if (catalog.FindAllByName(plain) is [_, ..] found) return found;
        if (catalog.FindAllByName($"Amazon {plain}") is [_, ..] ours) return ours;
        // "Stable Image Core v1.1": the edition's version, which has the price of the name.
        var space = plain.LastIndexOf(' ');
        if (space > 0 && plain[(space + 1)..] is ['v', _, '.', _] && catalog.FindAllByName(plain[..space]) is [_, ..] versioned)
            return versioned;
        // "zai.glm5" for zai.glm-5.
        return plain.Contains('.', StringComparison.Ordinal)
            && catalog.Models.FirstOrDefault(m => Squeezed(m.Id) == Squeezed(plain)) is { } spelt ? [spelt] : [];
    }

    static string Squeezed(string text) => string.Concat(text.Where(char.IsLetterOrDigit));

    // anthropic.claude-x-v1:0 and openai.gpt-oss-120b-1:0 without their versions.
    static string Family(string id)
    {
        var name = id.Split(':')[0];
        foreach (var ending in (string[])["-v1", "-v2", "-1", "-instruct"])
            if (name.EndsWith(ending, StringComparison.Ordinal)) name = name[..^ending.Length];
        return name;
    }

    static bool Spells(string name, ModelFacts model)
    {
        var known = KnownText(model);
        return name.ToLowerInvariant().Split(' ', '-', '.', '(', ')')
            .All(w => known.Contains(w, StringComparison.Ordinal) || Fillers.Contains(w));
    }

    static string KnownText(ModelFacts model) =>
        string.Concat(((string[])[model.Id, model.Provider, .. model.Names]).Select(Squeezed)).ToLowerInvariant();

    // The first word of the abbreviation that no name of the model has: a token class or a variant this table does not know.
    static string? Stranger(string abbreviation, ModelFacts model)
    {
        var known = KnownText(model);
        foreach (var part in UsageWords.Split(abbreviation.Replace('.', '-'), isCamelCase: true))
            foreach (var word in part.Split('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'))
                if (word.Length > 1 && !known.Contains(word, StringComparison.Ordinal) && !Fillers.Contains(word)) return word;
        return null;
    }
}

/// <summary>A rate on its way into a book.</summary>
/// <param name="UsageType">The usage type or entry it was read from.</param>
/// <param name="Strength">Where two rates claim one key, the weaker yields.</param>
readonly record struct Claim(Rate Rate, string UsageType, int Strength);

/// <summary>One key has one price in one source. Rows that disagree are named, not picked from.</summary>
static class OneKeyOnePrice
{
    public static ImportResult Settle(IReadOnlyList<Claim> claims, List<Unclassified> unclassified)
    {
        var winners = claims.GroupBy(c => (c.Rate.Key, c.Rate.From)).ToDictionary(g => g.Key, g =>
        {
            var strongest = g.Max(c => c.Strength);
            return g.Where(c => c.Strength == strongest).DistinctBy(c => c.Rate.UsdPerUnit).ToArray();
        });
        List<Rate> imported = [];
        List<(Claim Loser, Rate Holder)> losers = [];
        foreach (var claim in claims)
        {
            var holders = winners[(claim.Rate.Key, claim.Rate.From)];
            if (holders.Length == 1 && holders[0].Rate.UsdPerUnit == claim.Rate.UsdPerUnit) imported.Add(claim.Rate);
            else losers.Add((claim, holders.First(h => h.Rate.UsdPerUnit != claim.Rate.UsdPerUnit).Rate));
        }
        // A row that lost in several regions is told about once.
        foreach (var row in losers.GroupBy(l => (l.Loser.Rate.Sku, l.Loser.UsageType)))
        {
            var (loser, holder) = row.First();
            var regions = string.Join(' ', row.Select(l => l.Loser.Rate.Key.Region).Distinct());
            unclassified.Add(new(row.Key.Sku, row.Key.UsageType,
                $"'{holder.Sku}' has another price for the same key: {Usd.Plain(holder.SourceRate)} per "
                + $"{holder.SourceUnit} against {Usd.Plain(loser.Rate.SourceRate)} per {loser.Rate.SourceUnit} (in {regions})"));
        }
        return new(imported, unclassified);
    }
}
