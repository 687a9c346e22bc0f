namespace Assay.Pricing;

/// <summary>The names AWS prints for its regions, and the ids logs and bills have.</summary>
public static class AwsRegions
{
    /// <summary>What a page row without a region column stands for.</summary>
    public static readonly IReadOnlyList<string> UnitedStates = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];

    public static readonly IReadOnlyList<string> GovCloud = ["us-gov-east-1", "us-gov-west-1"];

    static readonly Dictionary<string, string> Ids = new(StringComparer.OrdinalIgnoreCase)
    {
        ["US East (N. Virginia)"] = "us-east-1", ["US East (Ohio)"] = "us-east-2",
        ["US West (N. California)"] = "us-west-1", ["US West (Oregon)"] = "us-west-2",
        ["AWS GovCloud (US-East)"] = "us-gov-east-1", ["AWS GovCloud (US-West)"] = "us-gov-west-1",
        ["Africa (Cape Town)"] = "af-south-1",
        ["Asia Pacific (Hong Kong)"] = "ap-east-1", ["Asia Pacific (Taipei)"] = "ap-east-2",
        ["Asia Pacific (Tokyo)"] = "ap-northeast-1", ["Asia Pacific (Seoul)"] = "ap-northeast-2",
        ["Asia Pacific (Osaka)"] = "ap-northeast-3", ["Asia Pacific (Mumbai)"] = "ap-south-1",
        ["Asia Pacific (Hyderabad)"] = "ap-south-2", ["Asia Pacific (Singapore)"] = "ap-southeast-1",
        ["Asia Pacific (Sydney)"] = "ap-southeast-2", ["Asia Pacific (Jakarta)"] = "ap-southeast-3",
        ["Asia Pacific (Melbourne)"] = "ap-southeast-4", ["Asia Pacific (Malaysia)"] = "ap-southeast-5",
        ["Asia Pacific (New Zealand)"] = "ap-southeast-6", ["Asia Pacific (Thailand)"] = "ap-southeast-7",
        ["Canada (Central)"] = "ca-central-1", ["Canada West (Calgary)"] = "ca-west-1",
        ["Europe (Frankfurt)"] = "eu-central-1", ["Europe (Zurich)"] = "eu-central-2",
        ["Europe (Stockholm)"] = "eu-north-1", ["Europe (Milan)"] = "eu-south-1", ["Europe (Spain)"] = "eu-south-2",
        ["Europe (Ireland)"] = "eu-west-1", ["Europe (London)"] = "eu-west-2", ["Europe (Paris)"] = "eu-west-3",
        ["Israel (Tel Aviv)"] = "il-central-1", ["Mexico (Central)"] = "mx-central-1",
        ["Middle East (Bahrain)"] = "me-south-1", ["Middle East (UAE)"] = "me-central-1",
        ["South America (Sao Paulo)"] = "sa-east-1",
    };

    /// <summary>The ids of all regions known here.</summary>
    public static IReadOnlyCollection<string> All => Ids.Values;

    /// <summary>The id of a region by its printed name, or null.</summary>
    public static string? IdOf(string name) => Ids.GetValueOrDefault(name.Trim());

    static readonly Dictionary<string, string> Names = Ids.ToDictionary(i => i.Value, i => i.Key, StringComparer.Ordinal);

    /// <summary>The printed name of a region by its id, or null.</summary>
    public static string? NameOf(string id) => Names.GetValueOrDefault(id);
}
