using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>
/// Where a model can be called, by the id it is called with: <c>global.anthropic.claude-sonnet-5</c> → regions. Data:
/// <c>prices/regions.csv</c>. Price maps name ids, not regions; this table says which regions an id's price is for.
/// </summary>
public static class RegionAvailability
{
    public const string Header = "model,inference,regions";
    const string OnDemand = "on_demand";

    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> None =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <param name="file">The file's name, for messages.</param>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Read(TextReader text, string file)
    {
        Dictionary<string, IReadOnlyList<string>> regions = new(StringComparer.Ordinal);
        var sawHeader = false;
        for (var number = 1; text.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (!sawHeader)
            {
                if (line != Header) throw Wrong(file, number, $"the first line must be the header '{Header}'");
                sawHeader = true;
                continue;
            }
            var f = line.Split(',');
            if (f.Length != 3) throw Wrong(file, number, $"{f.Length} fields where 3 are expected ({Header})");
            var id = f[1] == OnDemand ? f[0] : $"{f[1]}.{f[0]}";
            var names = f[2].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (names.FirstOrDefault(n => !BillingRegions.LooksLikeRegion(n)) is { } odd)
                throw Wrong(file, number, $"'{odd}' is not a region");
            if (!regions.TryAdd(id, names)) throw Wrong(file, number, $"'{id}' is listed before");
        }
        return regions;
    }

    static PriceBookException Wrong(string file, int line, string what) =>
        new($"{file}:{line}: {what}. Write lines such as 'anthropic.claude-sonnet-5,global,us-east-1 eu-west-1'.");
}

/// <summary>Reads the ids price maps use: a model, a scope, and the regions the price is for.</summary>
static class MapIds
{
    static readonly string[] UnitedStates = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];

    static readonly Dictionary<string, string[]> Geographies = new(StringComparer.Ordinal)
    {
        ["us"] = UnitedStates,
        ["eu"] = ["eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"],
        ["apac"] =
        [
            "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
            "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
        ],
        ["jp"] = ["ap-northeast-1", "ap-northeast-3"],
        ["au"] = ["ap-southeast-2", "ap-southeast-4"],
        ["ca"] = ["ca-central-1", "ca-west-1"],
        ["us-gov"] = ["us-gov-east-1", "us-gov-west-1"],
    };

    /// <summary>The scope and regions of an id without a region of its own, or the reason there are none.</summary>
    /// <param name="model">The id without its prefix.</param>
    public static (Scope Scope, IReadOnlyList<string> Regions, string Reason) Place(
        string id, string model, IReadOnlyDictionary<string, IReadOnlyList<string>> availability)
    {
        var (scope, bare) = ModelIdentity.SplitScope(id);
        switch (scope)
        {
            case Scope.InRegion:
                return (scope, UnitedStates, "");
            case Scope.Global:
                return availability.TryGetValue($"global.{model}", out var everywhere)
                    ? (scope, everywhere, "")
                    : (scope, [], $"prices/regions.csv does not say from which regions 'global.{model}' is called");
            default:
                var prefix = id[..(id.Length - bare.Length - 1)];
                var regions = Geographies[prefix];
                // The table knows nothing of GovCloud, so its silence there says nothing.
                if (prefix != "us-gov" && availability.TryGetValue($"{prefix}.{model}", out var listed))
                    regions = [.. regions.Intersect(listed)];
                return regions.Length > 0 ? (scope, regions, "") : (scope, [], $"prices/regions.csv lists no region for '{id}'");
        }
    }
}
