using System.Collections.Frozen;

namespace Assay.Usage;

/// <summary>The reviewed table in which model ids, page names and offer names meet. Data: <c>prices/models.csv</c>.</summary>
public sealed class ModelCatalog
{
    readonly FrozenDictionary<string, ModelFacts> byId;
    readonly FrozenDictionary<string, ModelFacts[]> byName;
    readonly FrozenSet<string> providers;

    public ModelCatalog(IEnumerable<ModelFacts> models)
    {
        Models = [.. models];
        byId = Models.ToFrozenDictionary(m => m.Id, StringComparer.Ordinal);
        byName = Models.SelectMany(m => m.Names.Select(NameKey).Distinct().Select(n => (Name: n, Model: m))).GroupBy(p => p.Name)
            .ToFrozenDictionary(g => g.Key, g => g.Select(p => p.Model).ToArray(), StringComparer.Ordinal);
        providers = Models.Select(m => m.Id[..m.Id.IndexOf('.', StringComparison.Ordinal)]).ToFrozenSet(StringComparer.Ordinal);
    }

    public static readonly ModelCatalog Empty = new([]);
    public IReadOnlyList<ModelFacts> Models { get; }

    /// <summary>The facts of a bare foundation-model id, or null.</summary>
    public ModelFacts? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>The model a page or an offer calls <paramref name="name"/>, ignoring case, spaces, dots, dashes and underscores.</summary>
    /// <remarks>When several ids share the name, the first of the table.</remarks>
    public ModelFacts? FindByName(string name) => FindAllByName(name) is [var first, ..] ? first : null;

    /// <summary>
    /// Every id sold under a name: <c>qwen.qwen3-32b</c> and <c>qwen.qwen3-32b-v1:0</c> are one product behind two doors, and a price of
    /// the name is the price of both.
    /// </summary>
    public IReadOnlyList<ModelFacts> FindAllByName(string name)
    {
        // Marketplace offers add the edition to the name of the model.
        var edition = name.IndexOf("(Amazon Bedrock Edition)", StringComparison.OrdinalIgnoreCase);
        return byName.GetValueOrDefault(NameKey(edition < 0 ? name : name[..edition])) ?? [];
    }

    public bool IsProvider(string label) => providers.Contains(label);

    static string NameKey(string name)
    {
        var key = new char[name.Length];
        var length = 0;
        foreach (var c in name)
            if (char.IsLetterOrDigit(c) || c == '+') key[length++] = char.ToLowerInvariant(c);
        return new string(key[..length]);
    }
}
