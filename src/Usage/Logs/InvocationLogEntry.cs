using System.Text.Json;

namespace Assay.Usage.Logs;

/// <summary>How a call's bodies are laid out in its log record.</summary>
public enum LogShape : byte
{
    /// <summary>Converse and ConverseStream as AWS usually writes both: one answer object.</summary>
    Converse,

    /// <summary>ConverseStream as the array of its events.</summary>
    ConverseEvents,

    /// <summary>InvokeModel of a Claude model: the model's own request and answer.</summary>
    InvokeClaude,

    /// <summary>InvokeModelWithResponseStream of a Claude model: the array of its chunks.</summary>
    InvokeClaudeChunks,

    /// <summary>InvokeModel of a Titan embedding model: a text in, no output tokens.</summary>
    Embedding,
}

/// <summary>How much of a body a record holds.</summary>
public enum LogBody : byte
{
    /// <summary>All of it, as AWS writes it when text delivery is on.</summary>
    Included,

    /// <summary>The body stands with usage, served tier, stop reason and guardrail units, but without a word of prompt or answer.</summary>
    WithoutText,

    /// <summary>A path in <see cref="InvocationLogEntry.BodyFolder"/>: what AWS does with bodies above 100 KB.</summary>
    OnS3,

    /// <summary>Nothing but the counts, as AWS writes it when text delivery is off.</summary>
    LeftOut,
}

/// <summary>
/// One record of an invocation log to be written: the usage, and what a log tells beside it. The record is what a reader of the
/// line gets back, so it must not claim what the chosen bodies cannot show.
/// </summary>
public sealed record InvocationLogEntry
{
    readonly UsageRecord record;

    public required UsageRecord Record { get => record; init => record = value; }

    // The record is some 300 bytes; the writer looks at it a dozen times a line.
    internal ref readonly UsageRecord RecordReference => ref record;

    /// <summary>Who called, as an ARN: <c>arn:aws:sts::111122223333:assumed-role/Role/session</c> or an IAM user.</summary>
    public required string IdentityArn { get; init; }

    /// <summary>The model as the caller named it: id, profile id or ARN.</summary>
    public required string ModelId { get; init; }

    /// <summary>Where a cross-region profile computed the call; null leaves it out.</summary>
    public string? InferenceRegion { get; init; }

    /// <summary>The caller's request metadata, tags and session included, in the order written.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    public LogShape Shape { get; init; }
    public LogBody InputBody { get; init; } = LogBody.LeftOut;
    public LogBody OutputBody { get; init; } = LogBody.LeftOut;

    /// <summary>
    /// A body word for word, in place of one made from <see cref="Content"/>: JSON without line breaks. Empty for none.
    /// </summary>
    public ReadOnlyMemory<byte> InputJson { get; init; }

    /// <inheritdoc cref="InputJson"/>
    public ReadOnlyMemory<byte> OutputJson { get; init; }

    /// <summary>The folder of bodies on S3, without a trailing slash; needed for <see cref="LogBody.OnS3"/> only.</summary>
    public string BodyFolder { get; init; } = "";

    public int LatencyMs { get; init; }
    public IReadOnlyList<GuardrailAssessment> Guardrails { get; init; } = [];
    public LogContent Content { get; init; } = LogContent.None;

    /// <summary>Writes members of a writer's own into the record, which readers of AWS's logs pass over; null for none.</summary>
    public Action<Utf8JsonWriter>? OwnMembers { get; init; }
}

/// <summary>The words of a call. Used only where a body is included.</summary>
public sealed record LogContent
{
    public static readonly LogContent None = new();
    public IReadOnlyList<LogPart> System { get; init; } = [];
    public IReadOnlyList<LogTool> Tools { get; init; } = [];
    public IReadOnlyList<LogMessage> Messages { get; init; } = [];
    public IReadOnlyList<LogPart> Answer { get; init; } = [];
    public int MaxTokens { get; init; } = 1024;
}

public sealed record LogMessage(string Role, IReadOnlyList<LogPart> Parts);

/// <summary>A tool offered to the model. <see cref="SchemaJson"/> is a JSON object.</summary>
public sealed record LogTool(string Name, string Description, string SchemaJson);

/// <summary>A piece of a system prompt, message or answer.</summary>
public abstract record LogPart
{
    LogPart() { }

    public sealed record Words(string Text) : LogPart;

    /// <summary>The model calls a tool. <see cref="InputJson"/> is a JSON object.</summary>
    public sealed record ToolUse(string Id, string Name, string InputJson) : LogPart;

    public sealed record ToolResult(string Id, string Text) : LogPart;

    /// <summary>Everything up to here may be cached, for <c>5m</c> or <c>1h</c>.</summary>
    public sealed record CachePoint(string Ttl) : LogPart;
}

/// <summary>What one guardrail found in one direction, and the text units it counted.</summary>
public sealed record GuardrailAssessment
{
    public required string Guardrail { get; init; }
    public bool OnOutput { get; init; }
    public bool Blocked { get; init; }
    public int ContentUnits { get; init; }
    public int TopicUnits { get; init; }
    public int WordUnits { get; init; }
    public int SensitiveUnits { get; init; }
    public int SensitiveFreeUnits { get; init; }
    public int GroundingUnits { get; init; }
    public int ReasoningUnits { get; init; }
    public int Characters { get; init; }
    public int LatencyMs { get; init; }

    /// <summary>
    /// The amounts a record carries for these assessments: units summed over guardrails and directions, free units left out;
    /// null when nothing paid was counted.
    /// </summary>
    public static MeteredAmount[]? Amounts(IReadOnlyList<GuardrailAssessment> assessments)
    {
        MeteredAmount[] sums =
        [
            new(Meter.GuardrailContent, assessments.Sum(a => a.ContentUnits)),
            new(Meter.GuardrailTopic, assessments.Sum(a => a.TopicUnits)),
            new(Meter.GuardrailSensitive, assessments.Sum(a => a.SensitiveUnits)),
            new(Meter.GuardrailGrounding, assessments.Sum(a => a.GroundingUnits)),
            new(Meter.GuardrailReasoning, assessments.Sum(a => a.ReasoningUnits)),
        ];
        var paid = Array.FindAll(sums, s => s.Amount != 0);
        return paid.Length == 0 ? null : paid;
    }
}
