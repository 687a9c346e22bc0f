using Assay.Control.Budgets;
using Assay.Control.Policies;
using Assay.Gateway.Upstreams;
using Assay.Usage;

namespace Assay.Gateway.Settings;

/// <summary>What a gateway is told: its configuration file, read. Every key: <c>docs/gateway.md</c>.</summary>
sealed record GatewaySettings
{
    /// <summary>The account its calls are charged to: 12 digits.</summary>
    public string Account { get; init; } = "000000000000";

    /// <summary>The region of calls that choose none.</summary>
    public string Region { get; init; } = "us-east-1";
    public string Book { get; init; } = "aws";

    /// <summary>Application-inference-profile ARN → what it stands for.</summary>
    public IReadOnlyDictionary<string, MappedProfile> Profiles { get; init; } = new Dictionary<string, MappedProfile>();
    public PolicyFile? Policy { get; init; }
    public IReadOnlyList<UpstreamSettings> Upstreams { get; init; } = [];
    public IReadOnlyList<ModelSettings> Models { get; init; } = [];
    public IReadOnlyList<CeilingRule> Ceilings { get; init; } = [];
    public IReadOnlyList<BudgetRule> Budgets { get; init; } = [];
    public IReadOnlyList<RateRule> Rates { get; init; } = [];
    public IReadOnlyList<RouteRule> Routes { get; init; } = [];
    public RunawayRule Runaways { get; init; } = new();
    public bool KeepsPrompts { get; init; }
    public bool Sync { get; init; }
    public long JournalFileBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>The most tokens of a call that does not say, where a ceiling or budget needs to know.</summary>
    public int MaxTokensUnsaid { get; init; } = 4_096;

    /// <summary>A clamped answer is at least this long; a call that has room for less is refused.</summary>
    public int TokensMin { get; init; } = 64;

    /// <summary>Whether a call that a hard budget has no room for is given fewer tokens instead.</summary>
    public bool ClampsToBudgets { get; init; } = true;

    /// <summary>Bodies held in memory at once; further calls wait.</summary>
    public long BodyBytesMax { get; init; } = 512L * 1024 * 1024;

    /// <summary>Read on after a client hung up for so long at most, to learn what the call cost.</summary>
    public TimeSpan DrainAtMost { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How much of everything there is, in words; what there is none of is left out.</summary>
    public string Summary() => string.Join(", ", new[]
    {
        (Upstreams.Count, "upstream"), (Models.Count, "name"), (Ceilings.Count, "ceiling"),
        (Budgets.Count + (Policy?.Budgets.Count ?? 0), "budget"), (Rates.Count, "rate"), (Routes.Count, "route"),
    }.Where(c => c.Item1 > 0).Select(c => Counted(c.Item1, c.Item2)));

    public static string Counted(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}

/// <param name="Url">Empty for AWS's own endpoint of the region.</param>
/// <param name="KeyVariable">The environment variable that holds its key; empty for AWS's credentials chain.</param>
/// <param name="Role">The role to assume; empty for none.</param>
sealed record UpstreamSettings(string Name, UpstreamKind Kind, string Url, string Region, string KeyVariable, string Role)
{
    /// <summary>It asks nothing of its callers: Bedrock Local.</summary>
    public bool IsLocal { get; init; }
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromMinutes(5);
    public TimeSpan SilentAtMost { get; init; } = TimeSpan.FromMinutes(2);
    public int Retries { get; init; } = 2;
}

/// <summary>A name that clients may ask for, and what stands behind it.</summary>
/// <param name="Targets">The first is asked; the others are its fallbacks, in their order.</param>
/// <param name="Upstream">Empty for the first one.</param>
/// <param name="PricedAs">As the book and the journal name it; empty for the model itself.</param>
sealed record ModelSettings(string Name, IReadOnlyList<string> Targets, string Upstream, string PricedAs);

/// <summary>What is done with a call that may cost more than a ceiling.</summary>
enum OverCeiling : byte { Downgrade, Clamp, Refuse }

/// <param name="Over">Tried in this order.</param>
/// <param name="To">Models for <see cref="OverCeiling.Downgrade"/>, the best first.</param>
sealed record CeilingRule(
    string Name, Who Who, IReadOnlyList<string> Apps, decimal Usd, IReadOnlyList<OverCeiling> Over, IReadOnlyList<string> To);

/// <summary>Which model calls of a kind go to.</summary>
/// <param name="Asked">Patterns of the model asked for; empty for any.</param>
/// <param name="Path">Patterns of the request's path; empty for any.</param>
/// <param name="Tags">Tags of the call and its owner, by pattern.</param>
/// <param name="To">A model, an alias, or <c>by_difficulty</c>.</param>
/// <param name="IsShadow">Only recorded: what would have been chosen, and saved.</param>
sealed record RouteRule(
    string Name, Who Who, IReadOnlyList<string> Asked, IReadOnlyList<string> Path,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Tags, bool? Tools, long BytesMin, long BytesMax, string To, bool IsShadow)
{
    public const string ByDifficulty = "by_difficulty";

    /// <summary>The models of the three tiers, the cheapest first; for <see cref="ByDifficulty"/>.</summary>
    public IReadOnlyList<string> Tiers { get; init; } = [];

    /// <summary>The applications it is about; empty for any.</summary>
    public IReadOnlyList<string> Apps { get; init; } = [];

    /// <summary>Whether calls of a session stay with the model of its first one.</summary>
    public bool IsSticky { get; init; } = true;
}

/// <summary>When a session, or an agent within it, runs away. Zero switches a limit off.</summary>
sealed record RunawayRule
{
    public bool Stops { get; init; }

    /// <summary>The same tool with the same arguments so often.</summary>
    public int SameToolUse { get; init; } = 8;
    public int CallsMax { get; init; }
    public long TokensMax { get; init; }
    public decimal UsdMax { get; init; }

    /// <summary>Tokens of a request beside the ordinary one of its key and model.</summary>
    public decimal TokensFactor { get; init; } = 10m;
}
