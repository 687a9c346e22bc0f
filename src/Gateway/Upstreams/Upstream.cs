namespace Assay.Gateway.Upstreams;

/// <summary>What a server speaks.</summary>
enum UpstreamKind : byte { Bedrock, Anthropic, OpenAi }

/// <summary>A server that answers calls.</summary>
/// <param name="Name">As the configuration calls it.</param>
/// <param name="Address">Scheme, host and port, without a slash at the end; a path before the native one may follow.</param>
/// <param name="Region">Bedrock's region; <c>-</c> elsewhere.</param>
/// <param name="Sign">Puts what the server asks of its callers on a request.</param>
sealed record Upstream(
    string Name, UpstreamKind Kind, string Address, string Region,
    Func<HttpRequestMessage, ReadOnlyMemory<byte>, CancellationToken, ValueTask> Sign)
{
    /// <summary>Until the first byte of an answer.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between two parts of a stream.</summary>
    public TimeSpan SilentAtMost { get; init; } = TimeSpan.FromMinutes(2);

    public int Retries { get; init; } = 2;
}
