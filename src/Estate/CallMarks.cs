using Assay.Usage;

namespace Assay.Estate;

/// <summary>What every call of a workload says of itself in a log: who calls, which model, under which tags, served where.</summary>
sealed class CallMarks
{
    readonly Workload workload;
    readonly KeyValuePair<string, string>[] tags;
    readonly string[] serving;

    public CallMarks(Workload workload, SampleOptions options)
    {
        this.workload = workload;
        Model = ModelIdentity.Resolve(workload.ModelId, options.Catalog, options.Profiles);
        tags = [.. Tags(workload)];
        var mapped = options.Profiles.GetValueOrDefault(workload.ModelId);
        Callers = [.. workload.Principals.Select(p => CallerOf(p, mapped))];
        Arns = [.. workload.Principals.Select(ArnOf)];
        serving = ServingRegions(workload);
    }

    public ModelRef Model { get; }
    public IReadOnlyList<Caller> Callers { get; }
    public IReadOnlyList<string> Arns { get; }

    /// <summary>Tags, and the session where there is one.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata(string session) =>
        session.Length == 0 ? tags : [.. tags, new("session", session)];

    /// <summary>Where a profile computed a call; null for a model called in its region.</summary>
    public string? ServedIn(SeededRandom random) => serving.Length == 0 ? null : random.Pick(serving);

    Caller CallerOf(string principal, MappedProfile? mapped)
    {
        return new(workload.Place.Account,
            principal.StartsWith("user/", StringComparison.Ordinal) ? principal["user/".Length..] : principal,
            Or(workload.App, mapped?.App), Or(workload.Team, mapped?.Team), Or(workload.Env, mapped?.Env), TagValues.None);

        static string Or(string tag, string? fallback) => tag.Length > 0 ? tag : fallback ?? "";
    }

    string ArnOf(string principal) => principal.StartsWith("user/", StringComparison.Ordinal)
        ? $"arn:aws:iam::{workload.Place.Account}:{principal}"
        : $"arn:aws:sts::{workload.Place.Account}:assumed-role/{principal}/{workload.Name}";

    static IEnumerable<KeyValuePair<string, string>> Tags(Workload workload)
    {
        if (workload.App.Length > 0) yield return new("app", workload.App);
        if (workload.Team.Length > 0) yield return new("team", workload.Team);
        if (workload.Env.Length > 0) yield return new("env", workload.Env);
    }

    static string[] ServingRegions(Workload workload)
    {
        var id = workload.ModelId[(workload.ModelId.LastIndexOf('/') + 1)..];
        return ModelIdentity.SplitScope(id).Scope switch
        {
            Scope.Geo => Geographies.ServedBy(workload.Place.Region),
            Scope.Global => ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1"],
            _ => [],
        };
    }
}

/// <summary>Which geographic profile a region's calls go through, and some of the regions behind it.</summary>
static class Geographies
{
    static readonly (string Start, string Profile, string[] Regions)[] All =
    [
        ("us-gov-", "us-gov.", ["us-gov-west-1", "us-gov-east-1"]),
        ("us-", "us.", ["us-east-1", "us-east-2", "us-west-2"]),
        ("ca-", "ca.", ["ca-central-1", "ca-west-1"]),
        ("eu-", "eu.", ["eu-central-1", "eu-west-1", "eu-west-3"]),
        ("ap-", "apac.", ["ap-northeast-1", "ap-southeast-1", "ap-southeast-2"]),
    ];

    public static string ProfileOf(string region) => Of(region).Profile;
    public static string[] ServedBy(string region) => Of(region).Regions;

    // Of the other continents' profiles no list says which serves them; their own price decides, whatever the prefix.
    static (string Start, string Profile, string[] Regions) Of(string region) =>
        Array.Find(All, g => region.StartsWith(g.Start, StringComparison.Ordinal)) is { Profile: not null } found ? found : All[1];
}
