using Assay.Usage;

namespace Assay.Planning;

/// <summary>From where a model can be called, by the id it is called with.</summary>
static class CallableFrom
{
    static readonly string[] Geographies = ["us", "eu", "apac", "jp", "au", "ca", "us-gov"];

    /// <summary>Why a model cannot be called so from a region; null when it can, or when the table does not know the model.</summary>
    public static string? Obstacle(string model, Scope scope, string region, IReadOnlyDictionary<string, IReadOnlyList<string>> regions)
    {
        // The table is silent about GovCloud; its silence there says nothing.
        if (region.StartsWith("us-gov-", StringComparison.Ordinal) || !IsListed(model, regions)) return null;
        var can = scope switch
        {
            Scope.Global => Lists($"global.{model}"),
            Scope.Geo => Geographies.Any(g => Lists($"{g}.{model}")),
            _ => Lists(model),
        };
        return can ? null : scope switch
        {
            Scope.Global => $"no global profile of {model} in {region}",
            Scope.Geo => $"no geographic profile of {model} in {region}",
            _ => $"{model} cannot be called by its bare id in {region}",
        };

        bool Lists(string id) => regions.TryGetValue(id, out var listed) && listed.Contains(region);
    }

    /// <summary>The id to call a model by from a region: with the prefix of the profile that the region's calls go through.</summary>
    public static string IdOf(ModelRef model, string region, IReadOnlyDictionary<string, IReadOnlyList<string>> regions) =>
        model.Scope switch
    {
        Scope.Global => $"global.{model.Id}",
        Scope.Geo => (Geographies.FirstOrDefault(g => regions.TryGetValue($"{g}.{model.Id}", out var listed) && listed.Contains(region))
            ?? Geographies.FirstOrDefault(g => region.StartsWith(g, StringComparison.Ordinal)) ?? "us") + $".{model.Id}",
        _ => model.Id,
    };

    /// <summary>True where the table names a model at all.</summary>
    public static bool IsListed(string model, IReadOnlyDictionary<string, IReadOnlyList<string>> regions) =>
        regions.ContainsKey(model) || regions.ContainsKey($"global.{model}") || Geographies.Any(g => regions.ContainsKey($"{g}.{model}"));
}
