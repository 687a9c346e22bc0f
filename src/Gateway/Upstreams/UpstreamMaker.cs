using Assay.Bedrock;
using Assay.Gateway.Settings;

namespace Assay.Gateway.Upstreams;

/// <summary>Makes servers of what a configuration says of them.</summary>
static class UpstreamMaker
{
    /// <exception cref="GatewayException">The variable that should hold the key is not set.</exception>
    public static Upstream Make(UpstreamSettings settings, TimeProvider time)
    {
        var key = settings.KeyVariable.Length == 0 ? null : Environment.GetEnvironmentVariable(settings.KeyVariable)
            ?? throw new GatewayException(
                $"upstream '{settings.Name}' takes its key from the environment variable '{settings.KeyVariable}', "
                + "which is not set. Set it, or name another with 'key_from'.");
        return new(settings.Name, settings.Kind, AddressOf(settings), settings.Region, Signer(settings, key, time))
        {
            AnswerWithin = settings.AnswerWithin, SilentAtMost = settings.SilentAtMost, Retries = settings.Retries,
        };
    }

    static string AddressOf(UpstreamSettings settings) => (settings.Url, settings.Kind) switch
    {
        ({ Length: > 0 } url, _) => url.TrimEnd('/'),
        (_, UpstreamKind.Bedrock) => $"https://bedrock-runtime.{settings.Region}.amazonaws.com",
        (_, UpstreamKind.Anthropic) => "https://api.anthropic.com",
        _ => "https://api.openai.com",
    };

    static Func<HttpRequestMessage, ReadOnlyMemory<byte>, CancellationToken, ValueTask> Signer(
        UpstreamSettings settings, string? key, TimeProvider time)
    {
        if (settings.IsLocal) return (_, _, _) => ValueTask.CompletedTask;
        switch (settings.Kind)
        {
            case UpstreamKind.Anthropic:
                return (request, _, _) =>
                {
                    if (key is not null) request.Headers.TryAddWithoutValidation("x-api-key", key);
                    return ValueTask.CompletedTask;
                };
            case UpstreamKind.OpenAi:
                return (request, _, _) =>
                {
                    if (key is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
                    return ValueTask.CompletedTask;
                };
            default:
                var credentials = key is not null ? AwsCredentials.FromBearer(key) : AwsCredentials.Default();
                if (settings.Role.Length > 0) credentials = AwsCredentials.DefaultKeys().AssumeRole(settings.Role, "assay-gateway");
                var signer = new AwsSigner(settings.Region, time);
                return async (request, body, cancel) =>
                    signer.Sign(request, await credentials.Get(cancel).ConfigureAwait(false), body.Span);
        }
    }
}
