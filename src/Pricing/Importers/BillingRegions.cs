using System.Collections.Frozen;

namespace Assay.Pricing.Importers;

/// <summary>
/// The short region codes that open a usage type. They do not follow from the region's name: <c>EU</c> is Ireland alone,
/// <c>APS3</c> is Mumbai, and the GovCloud codes name the coast the other way round than one reads them.
/// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions-billing-codes.html
/// </summary>
public static class BillingRegions
{
    static readonly FrozenDictionary<string, string> Regions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["USE1"] = "us-east-1", ["USE2"] = "us-east-2", ["USW1"] = "us-west-1", ["USW2"] = "us-west-2",
        ["UGE1"] = "us-gov-east-1", ["UGW1"] = "us-gov-west-1",
        ["CAN1"] = "ca-central-1", ["CAN2"] = "ca-west-1", ["MXC1"] = "mx-central-1", ["SAE1"] = "sa-east-1",
        ["EU"] = "eu-west-1", ["EUW1"] = "eu-west-1", ["EUW2"] = "eu-west-2", ["EUW3"] = "eu-west-3",
        ["EUC1"] = "eu-central-1", ["EUC2"] = "eu-central-2", ["EUN1"] = "eu-north-1", ["EUS1"] = "eu-south-1", ["EUS2"] = "eu-south-2",
        ["APN1"] = "ap-northeast-1", ["APN2"] = "ap-northeast-2", ["APN3"] = "ap-northeast-3",
        ["APS1"] = "ap-southeast-1", ["APS2"] = "ap-southeast-2", ["APS3"] = "ap-south-1", ["APS4"] = "ap-southeast-3",
        ["APS5"] = "ap-south-2", ["APS6"] = "ap-southeast-4", ["APS7"] = "ap-southeast-5", ["APS8"] = "ap-southeast-6",
        ["APS9"] = "ap-southeast-7", ["APE1"] = "ap-east-1", ["APE2"] = "ap-east-2",
        ["MEC1"] = "me-central-1", ["MES1"] = "me-south-1", ["ILC1"] = "il-central-1", ["AFS1"] = "af-south-1",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Ireland has an old code and a new one; its usage types open with the old.
    static readonly FrozenDictionary<string, string> Codes = Regions.GroupBy(r => r.Value, StringComparer.Ordinal)
        .ToFrozenDictionary(g => g.Key, g => g.Select(r => r.Key).MinBy(c => c.Length)!, StringComparer.Ordinal);

    static readonly FrozenSet<string> Names = Regions.Values.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The region a billing code stands for, or null.</summary>
    public static string? Find(string code) => Regions.GetValueOrDefault(code);

    /// <summary>The billing code usage types of a region open with, or null: the first of the table where there are two.</summary>
    public static string? CodeOf(string region) => Codes.GetValueOrDefault(region);

    /// <summary>True for the name of a region that has a billing code here.</summary>
    public static bool IsRegion(string name) => Names.Contains(name);

    /// <summary>True for text that has the shape of a region's name, known here or newer than this table.</summary>
    public static bool LooksLikeRegion(string text)
    {
        var parts = text.Split('-');
        return parts.Length is 3 or 4 && parts[^1].Length is 1 or 2 && parts[^1].All(char.IsAsciiDigit)
            && parts[..^1].All(p => p.Length >= 2 && p.All(char.IsAsciiLetterLower));
    }

    /// <summary>True for text that has the shape of a billing code: two to four capitals, then perhaps a digit.</summary>
    internal static bool LooksLikeCode(string text) =>
        text.Length is >= 2 and <= 5 && text.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9').All(char.IsAsciiLetterUpper)
        && (char.IsAsciiDigit(text[^1]) || text.Length == 2);
}
