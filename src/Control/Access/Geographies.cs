using Assay.Control.Policies;

namespace Assay.Control.Access;

/// <summary>
/// Geographies of cross-region inference: from where a profile's prefix can be called, and where calls may then be computed. A profile of
/// one model may reach fewer regions; permissions are asked for each region it does reach.
/// <see href="https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html"/>
/// </summary>
static class Geographies
{
    static readonly (string Prefix, string[] Sources, string[] Destinations)[] All =
    [
        ("us-gov", ["us-gov-*"], ["us-gov-east-1", "us-gov-west-1"]),
        ("us", ["us-east-*", "us-west-*", "ca-*"], ["us-east-1", "us-east-2", "us-west-2"]),
        ("eu", ["eu-*", "il-*"], ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"]),
        ("jp", ["ap-northeast-1", "ap-northeast-3"], ["ap-northeast-1", "ap-northeast-3"]),
        ("au", ["ap-southeast-2", "ap-southeast-4", "ap-southeast-6"], ["ap-southeast-2", "ap-southeast-4"]),
        ("ca", ["ca-*"], ["ca-central-1", "ca-west-1"]),
        ("apac", ["ap-*"], ["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2", "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-4"]),
    ];

    /// <summary>The prefix a geography's profiles have when they are called from a region; empty where there is none.</summary>
    public static string PrefixOf(string region) => All.FirstOrDefault(g => Glob.MatchesAny(g.Sources, region)).Prefix ?? "";

    /// <summary>Every prefix whose profiles can be called from a region.</summary>
    public static IReadOnlyList<string> PrefixesOf(string region) =>
        [.. All.Where(g => Glob.MatchesAny(g.Sources, region)).Select(g => g.Prefix)];

    /// <summary>Whether profiles with this prefix can be called from a region.</summary>
    public static bool Serves(string prefix, string region) =>
        prefix == "global" || All.Any(g => g.Prefix == prefix && Glob.MatchesAny(g.Sources, region));

    /// <summary>Regions in which a call to a profile may be computed, the source region among them where it is one.</summary>
    public static IReadOnlyList<string> DestinationsOf(string prefix, string source) =>
        All.FirstOrDefault(g => g.Prefix == prefix).Destinations is { } regions ? regions : [source];
}
