using System.Diagnostics;
using Assay.Bedrock;
using Assay.Control.Budgets;
using Assay.Gateway.Admission;
using Assay.Gateway.Identity;
using Assay.Gateway.Routing;

namespace Assay.Gateway.Calls;

/// <summary>The language a client speaks.</summary>
enum Dialect : byte { Bedrock, OpenAi, Anthropic }

/// <summary>What a call asks for, in whichever language.</summary>
enum Purpose : byte { Answer, Embedding, CountTokens, Guardrail }

/// <summary>One call on its way through: what is known of it, and what was decided.</summary>
sealed class Passage : IDisposable
{
    public required Guid Id { get; init; }

    /// <summary>The call of the client's that this is one of several for; null for a call of its own.</summary>
    public Guid? PartOf { get; init; }

    /// <summary>When it was admitted, in whole seconds, UTC: the time of its journal line, and so the window of every budget.</summary>
    public required DateTime Time { get; set; }

    /// <summary>When it came and when the first words of a stream did, by the clock that measures.</summary>
    public long Started { get; init; }
    public long? FirstWords { get; set; }
    public int LatencyMs { get; set; }
    public required Dialect Dialect { get; init; }
    public required Purpose Purpose { get; init; }

    /// <summary>The operation as the journal names it.</summary>
    public required BedrockOperation Operation { get; set; }

    /// <summary>The path without its query.</summary>
    public required string Path { get; init; }

    /// <summary>The model as the client named it.</summary>
    public string Asked { get; set; } = "";
    public string GuardrailVersion { get; init; } = "";
    public CallBody Body { get; } = new();

    /// <summary>Bytes of the body that were words: known after the body itself is gone.</summary>
    public long WordBytes { get; set; }

    /// <summary>The memory that is counted for its body.</summary>
    public long BytesHeld { get; set; }
    public CallFacts Facts { get; } = new();
    public KeyHolder? Holder { get; set; }

    /// <summary>Tags of the client's own, those that are the gateway's to set left out.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ClientTags { get; set; } = [];
    public string Session { get; set; } = "";

    /// <summary>Which of a session's agents calls; empty where nobody says.</summary>
    public string Agent { get; set; } = "";
    public string Guardrail { get; set; } = "";

    public ModelTarget? Target { get; set; }

    /// <summary>The most tokens of the answer that were allowed; null where the client's own number stands.</summary>
    public long? ClampedTo { get; set; }

    /// <summary>What clamped it, in words; empty where the limit is the client's own, or one it did not say.</summary>
    public string ClampedBy { get; set; } = "";

    /// <summary>No other model was left: what a ceiling does after that is done now.</summary>
    public bool IsLastResort { get; set; }

    /// <summary>What it may cost at most, and is likely to; null where it has no price.</summary>
    public decimal? Worst { get; set; }
    public decimal? Likely { get; set; }
    public CallSize Size { get; set; }
    public Lease Lease { get; set; }
    public int LeaseSlot { get; set; } = -1;

    /// <summary>What it took of the rates a minute; null before it did.</summary>
    public RateTake? Taken { get; set; }

    /// <summary>How it came to its model and limit, for the header and the journal.</summary>
    public string Decision { get; set; } = "as asked";
    public ShadowChoice? Shadow { get; set; }

    /// <summary>What looks like a runaway in it.</summary>
    public IReadOnlyList<string> Warnings { get; set; } = [];

    /// <summary>Its span; null where nobody collects traces.</summary>
    public Activity? Span { get; set; }

    /// <summary>What was sent and what was answered, where the journal is to have them.</summary>
    public KeptBodies? Kept { get; set; }

    /// <summary>The rules on regions and scopes it keeps to.</summary>
    public IReadOnlyList<string> Residency { get; set; } = [];
    public int Attempts { get; set; }

    /// <summary>A server took the request and never answered: it may bill it all the same.</summary>
    public bool MayBeBilled { get; set; }

    /// <summary>It is written down, or was handed over to be: it is not written a second time.</summary>
    public bool IsClosed { get; set; }
    public string ClientRequestId { get; set; } = "";
    public string UpstreamRequestId { get; set; } = "";

    /// <summary>Members of the request that its server cannot be told of.</summary>
    public IReadOnlyList<string> Ignored { get; set; } = [];

    /// <summary>An OpenAI client asked for the counts at the end of its stream.</summary>
    public bool WantsUsage { get; set; }

    /// <summary>A body in the model's own words, its settings in headers; otherwise all is in the body.</summary>
    public bool IsInvoke => Dialect == Dialect.Bedrock
        && Operation is BedrockOperation.InvokeModel or BedrockOperation.InvokeModelWithResponseStream;

    public bool Streams => Operation is BedrockOperation.ConverseStream or BedrockOperation.InvokeModelWithResponseStream;

    public void Dispose()
    {
        Body.Dispose();
        Kept?.Dispose();
        Span?.Dispose();
    }
}
