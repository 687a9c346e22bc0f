using System.Collections.Frozen;

namespace Assay.Usage;

/// <summary>The reviewed table in which model ids, page names and offer names meet. Data: <c>prices/models.csv</c>.</summary>
public sealed class ModelCatalog
{
    readonly FrozenDictionary<string, ModelFacts> byId;
    readonly FrozenDictionary<string, ModelFacts> byName;
    readonly FrozenSet<string> providers;

    public ModelCatalog(IEnumerable<ModelFacts> models)
    {
        Models = [.. models];
        byId = Models.ToFrozenDictionary(m => m.Id, StringComparer.Ordinal);
        byName = Models.SelectMany(m => m.Names.Select(n => (Name: NameKey(n), Model: m))).DistinctBy(p => p.Name)
            .ToFrozenDictionary(p => p.Name, p => p.Model, StringComparer.Ordinal);
        providers = Models.Select(m => m.Id[..m.Id.IndexOf('.', StringComparison.Ordinal)]).ToFrozenSet(StringComparer.Ordinal);
    }

    public static readonly ModelCatalog Empty = new([]);
    public IReadOnlyList<ModelFacts> Models { get; }

    /// <summary>The facts of a bare foundation-model id, or null.</summary>
    public ModelFacts? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>The model a page or an offer calls <paramref name="name"/>, ignoring case, spaces, dots, dashes and underscores.</summary>
    public ModelFacts? FindByName(string name) => byName.GetValueOrDefault(NameKey(name));

    public bool IsProvider(string label) => providers.Contains(label);

    static string NameKey(string name)
    {
        Span<char> key = stackalloc char[name.Length];
        var length = 0;
        foreach (var c in name)
            if (char.IsLetterOrDigit(c) || c == '+') key[length++] = char.ToLowerInvariant(c);
        return new string(key[..length]);
    }
}
