using Assay.Gateway.Upstreams;
using Assay.Usage;

namespace Assay.Gateway.Calls;

/// <summary>
/// A model as it can be sent: what its server calls it, where it is, and what a book and a report will call it. One object for all
/// calls of a kind, so that what is worked out for it is found again by its address.
/// </summary>
/// <param name="Id">As its server is asked for it: model id, profile id or ARN on Bedrock.</param>
/// <param name="Model">As it is priced: what the log reader makes of <paramref name="LoggedId"/>.</param>
/// <param name="LoggedId">As the journal names it.</param>
/// <param name="Region">The region the call is made from; outside Bedrock the gateway's own.</param>
/// <param name="IsKnown">Whether the book has prices of it anywhere; what has none is not worth remembering.</param>
sealed record ModelTarget(string Id, string LoggedId, ModelRef Model, string Region, Upstream Upstream, bool IsKnown)
{
    /// <summary>Counts of this server include cached tokens in the input, whatever the model's habit on Bedrock.</summary>
    public bool IsGross => Upstream.Kind == UpstreamKind.OpenAi || Model.Facts is { GrossInput: true };

    /// <summary>How metrics name it. Not every name that a client makes up is one of theirs: each would be a series of its own.</summary>
    public string Label { get; init; } = "unknown";

    /// <summary>How the journal names a guardrail where AWS's logs name a model.</summary>
    public const string GuardrailPrefix = "guardrail/";

    /// <summary>Makes vectors or ranks: it reads and writes nothing.</summary>
    public bool AnswersWithoutTokens { get; } =
        Model.Id.Contains("embed", StringComparison.Ordinal) || Model.Id.Contains("rerank", StringComparison.Ordinal);

    public bool Equals(ModelTarget? other) => ReferenceEquals(this, other);
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    public override string ToString() => Id;
}
