using Assay.Gateway.Calls;
using Assay.Gateway.Upstreams;

namespace Assay.Gateway.Exchanges;

/// <summary>Which languages can be put to which servers.</summary>
static class Exchanges
{
    static readonly BedrockExchange Bedrock = new();

    /// <summary>The exchange for a call; null where there is none.</summary>
    public static Exchange? For(Dialect dialect, UpstreamKind server, Purpose purpose) => (dialect, server) switch
    {
        (Dialect.Bedrock, UpstreamKind.Bedrock) => Bedrock,
        _ => null,
    };
}
