using Assay.Gateway.Calls;
using Assay.Gateway.Upstreams;

namespace Assay.Gateway.Exchanges;

/// <summary>Which languages can be put to which servers.</summary>
static class Exchanges
{
    static readonly BedrockExchange Bedrock = new();
    static readonly OpenAiOverBedrock OpenAiOverBedrock = new();
    static readonly AnthropicOverBedrock AnthropicOverBedrock = new();
    static readonly SameLanguageExchange OpenAi = new(UpstreamKind.OpenAi);
    static readonly SameLanguageExchange Anthropic = new(UpstreamKind.Anthropic);

    /// <summary>The exchange for a call; null where there is none.</summary>
    public static Exchange? For(Dialect dialect, UpstreamKind server, Purpose purpose) => (dialect, server) switch
    {
        (Dialect.Bedrock, UpstreamKind.Bedrock) => Bedrock,
        (Dialect.OpenAi, UpstreamKind.OpenAi) => OpenAi,
        (Dialect.Anthropic, UpstreamKind.Anthropic) => Anthropic,
        (Dialect.OpenAi, UpstreamKind.Bedrock) when purpose == Purpose.Answer => OpenAiOverBedrock,
        // The parts of an embeddings run are in Bedrock's words already.
        (Dialect.OpenAi, UpstreamKind.Bedrock) when purpose == Purpose.Embedding => Bedrock,
        (Dialect.Anthropic, UpstreamKind.Bedrock) when purpose is Purpose.Answer or Purpose.CountTokens => AnthropicOverBedrock,
        _ => null,
    };
}
