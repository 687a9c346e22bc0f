using Assay.Usage;

namespace Assay.Bedrock;

/// <summary>How Bedrock Local behaves. The same options and the same calls in the same order give the same bytes.</summary>
public sealed record BedrockLocalOptions
{
    /// <summary>The port on the loopback address; 0 picks one.</summary>
    public int Port { get; init; }

    /// <summary>Changes what is answered and which calls the shares of <see cref="Faults"/> hit.</summary>
    public long Seed { get; init; }

    /// <summary>The region of a caller whose signature names none.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The account of a caller that is not in <see cref="Accounts"/>.</summary>
    public string Account { get; init; } = "111122223333";

    /// <summary>Access key id or API key → account. Prompt caches and quotas are per account and region.</summary>
    public IReadOnlyDictionary<string, string> Accounts { get; init; } = new Dictionary<string, string>();

    /// <summary>The models there are, and their cache minimums. An empty catalogue accepts every id.</summary>
    public ModelCatalog Catalog { get; init; } = ModelCatalog.Empty;

    /// <summary>The application inference profiles there are. Others are not found, unless the catalogue is empty.</summary>
    public IReadOnlyDictionary<string, MappedProfile> Profiles { get; init; } = new Dictionary<string, MappedProfile>();

    /// <summary>Refuse calls without an API key or a signature. The signature is looked for, not computed.</summary>
    public bool RequireIdentity { get; init; }

    /// <summary>The API keys that are valid; none means all.</summary>
    public IReadOnlySet<string> BearerKeys { get; init; } = new HashSet<string>();

    /// <summary>Tokens a minute of each model, by bare id; <see cref="TokensPerMinute"/> for the others.</summary>
    public IReadOnlyDictionary<string, long> TokensPerMinuteOf { get; init; } = new Dictionary<string, long>();

    /// <summary>Tokens a minute a model has, per account and region; 0 is no limit.</summary>
    public long TokensPerMinute { get; init; }

    /// <summary>How many tokens of quota a token of output burns, by bare id; 1 for the others. Newer Claude models burn 5.</summary>
    public IReadOnlyDictionary<string, int> OutputBurnOf { get; init; } = new Dictionary<string, int>();

    /// <summary>What a model may answer when the call does not say; also what is reserved for it then.</summary>
    public int MaxTokensUnset { get; init; } = 4_096;

    /// <summary>How long a model (by bare id) takes; null is no time at all.</summary>
    public Func<string, LocalLatency>? Latency { get; init; }

    /// <summary>The tier calls are served at, whatever they ask for: <c>default</c>, <c>flex</c>, <c>priority</c>.</summary>
    public string? ServedTier { get; init; }

    /// <summary>A guardrail blocks a prompt that holds this word.</summary>
    public string GuardrailTrigger { get; init; } = "forbidden-word";

    /// <summary>What goes wrong without a prompt asking for it.</summary>
    public IReadOnlyList<LocalFault> Faults { get; init; } = [];

    /// <summary>Tokens in one delta of a stream.</summary>
    public int DeltaTokens { get; init; } = 8;

    /// <summary>Called once for each call, when its answer has ended. From many threads.</summary>
    public Action<Served>? OnServed { get; init; }

    /// <summary>How many of the latest calls <see cref="BedrockLocal.Recent"/> keeps.</summary>
    public int RecentMax { get; init; } = 1_000;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>How long a model takes to its first byte and then for each token.</summary>
public readonly record struct LocalLatency(TimeSpan FirstByte, TimeSpan PerToken)
{
    /// <summary>The whole time of an answer, in milliseconds.</summary>
    public long Milliseconds(long tokens) => (long)(FirstByte + PerToken * tokens).TotalMilliseconds;
}

/// <summary>A fault by script.</summary>
/// <param name="Directive">What happens, as a prompt would ask for it: <c>error=ThrottlingException</c>, <c>reset</c>.</param>
/// <param name="OnCall">The number of the call it happens to, from 1; null for a share of all.</param>
/// <param name="PerMille">How many of a thousand calls it happens to, drawn by the seed and the call's number.</param>
public sealed record LocalFault(string Directive, long? OnCall = null, int PerMille = 0);

/// <summary>The tokens of a call, as disjoint counts, and the guardrail's text units.</summary>
public readonly record struct LocalUsage(
    long Input, long Output, long CacheRead, long CacheWrite5m, long CacheWrite1h, int GuardrailUnits = 0)
{
    public long CacheWrite => CacheWrite5m + CacheWrite1h;
    public long AllInput => Input + CacheRead + CacheWrite;

    public static LocalUsage operator +(LocalUsage a, LocalUsage b) => new(
        a.Input + b.Input, a.Output + b.Output, a.CacheRead + b.CacheRead, a.CacheWrite5m + b.CacheWrite5m, a.CacheWrite1h + b.CacheWrite1h,
        a.GuardrailUnits + b.GuardrailUnits);
}

/// <summary>A call that was answered: what AWS would bill, to compare a gateway's journal with.</summary>
/// <param name="ModelId">As the call named it.</param>
/// <param name="BareModel">The foundation model behind it, without prefix.</param>
/// <param name="Status">The answer's HTTP status; 0 when none was sent.</param>
/// <param name="Error">The error it ended with, in the answer or in the stream; null when there was none.</param>
/// <param name="Usage">What is billed, also when the client left before the end.</param>
/// <param name="Completed">The last byte was written.</param>
public sealed record Served(
    string RequestId, string Account, string Region, BedrockOperation Operation, string ModelId, string BareModel, int Status,
    BedrockError? Error, LocalUsage Usage, string Tier, bool Completed, IReadOnlyDictionary<string, string> Metadata);
