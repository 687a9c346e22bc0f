using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Estate;

/// <summary>An account and region with its invocation-logging switch: whether prompts and answers are delivered with the records.</summary>
public sealed record Place(string Name, string Account, string Region, bool TextDelivered);

/// <summary>What a workload marks for the cache.</summary>
public enum CacheUse : byte
{
    None,

    /// <summary>The static prefix, shared by all its calls.</summary>
    Prefix,

    /// <summary>Everything a session has said so far.</summary>
    Conversation,

    /// <summary>Each call's own prompt, which no other call has: written, never read.</summary>
    EachPrompt,
}

/// <summary>How a prompt is laid out.</summary>
public enum PromptLayout : byte
{
    /// <summary>The static block first, then what differs.</summary>
    StaticFirst,

    /// <summary>A line with date and name before the static block, so that no two prompts share a beginning.</summary>
    VariableLineFirst,

    /// <summary>Tools are offered; messages are tool calls and their results.</summary>
    Tools,
}

/// <summary>Calls that belong together, each carrying what was said before.</summary>
/// <param name="Growth">Tokens that come back between two calls: tool results, the user's next words.</param>
/// <param name="RunawayEveryDays">Every so many days one session runs away; 0 for never.</param>
public sealed record SessionShape(Quantiles Calls, Quantiles GapSeconds, Quantiles Growth, int RunawayEveryDays = 0)
{
    public Quantiles RunawayCalls { get; init; } = Quantiles.Between(30, 46);
}

public sealed record GuardrailUse(string Id, double BlockedShare);

/// <summary>Failed attempts, as a share of the calls that succeed.</summary>
public sealed record FailureRate(double Share, string ErrorCode);

/// <summary>One day on which every prompt is so many times its size.</summary>
public sealed record Spike(int Day, int Factor);

/// <summary>One kind of traffic, described as data: who calls which model, how often, when, how much, and how well it behaves.</summary>
public sealed record Workload
{
    public required string Name { get; init; }
    public required Place Place { get; init; }

    /// <summary>The role its calls assume, or <c>user/NAME</c> entries of IAM users among whom calls are spread.</summary>
    public required IReadOnlyList<string> Principals { get; init; }

    public required string ModelId { get; init; }
    public string App { get; init; } = "";
    public string Team { get; init; } = "";
    public string Env { get; init; } = "";
    public string Operation { get; init; } = "Converse";
    public LogShape Shape { get; init; } = LogShape.Converse;

    /// <summary>Calls begun in a day of average load, or sessions where <see cref="Session"/> says what they are.</summary>
    public required double StartsADay { get; init; }

    public ArrivalShape Arrivals { get; init; } = TraceFigures.Consumers;

    /// <summary>Tokens of a prompt that differ from call to call; of a session, those of its first call.</summary>
    public required Quantiles Input { get; init; }

    public required Quantiles Output { get; init; }

    /// <summary>Tokens every prompt shares.</summary>
    public int PrefixTokens { get; init; }

    public PromptLayout Layout { get; init; }
    public CacheUse Cache { get; init; }
    public string CacheTtl { get; init; } = "5m";
    public SessionShape? Session { get; init; }
    public Tier Tier { get; init; }
    public GuardrailUse? Guardrail { get; init; }
    public FailureRate? Failures { get; init; }
    public Spike? Spike { get; init; }

    /// <summary>What an opaque application inference profile really is; null for a model named openly.</summary>
    public MappedProfile? Behind { get; init; }
}
