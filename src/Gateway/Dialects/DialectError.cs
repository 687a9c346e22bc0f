namespace Assay.Gateway.Dialects;

/// <summary>What went wrong, in the few kinds that every dialect has a word and a status for.</summary>
enum DialectFault
{
    WrongRequest, TooLarge, Unauthenticated, Refused, NotFound, TimedOut, RateLimited, ModelFailed, Internal, Overloaded,
}

/// <summary>An error before it is put into a dialect's words.</summary>
/// <param name="Param">The member of the request that is at fault, such as <c>messages[2].content</c>; null where it is none.</param>
/// <param name="Code">A word for machines, such as <c>budget_exceeded</c>.</param>
sealed record DialectError(DialectFault Fault, string Message, string? Param = null, string? Code = null)
{
    /// <summary>The value of the header <c>x-should-retry</c> that says to the SDKs that another attempt is of no use.</summary>
    public const string RetryHeader = "x-should-retry";

    /// <summary>
    /// False where the same request would fail again. The SDKs of OpenAI and Anthropic retry 408, 409, 429 and 5xx by themselves unless
    /// the header <see cref="RetryHeader"/> says <c>false</c>, so a refusal that they retried would cost three refusals.
    /// </summary>
    public bool IsWorthRetrying => Fault is DialectFault.TimedOut or DialectFault.RateLimited or DialectFault.ModelFailed
        or DialectFault.Internal or DialectFault.Overloaded;

    /// <summary>A budget, a ceiling or a policy said no: 403 in every dialect, because SDKs retry 429 and 5xx.</summary>
    public static DialectError Refusal(string message, string code) => new(DialectFault.Refused, message, null, code);

    public static DialectError WrongRequest(string message, string? param = null) => new(DialectFault.WrongRequest, message, param);

    /// <summary>An error of Bedrock, of an answer or in mid-stream, whose body is <c>{"message":"…"}</c>.</summary>
    /// <param name="type"><c>ThrottlingException</c>, and what AWS puts around it; in streams <c>throttlingException</c>.</param>
    /// <param name="status">The HTTP status, which decides where the type is unknown; 0 in a stream.</param>
    public static DialectError FromBedrock(string? type, int status, string message)
    {
        var name = (type ?? "").Split(':')[0];
        name = name[(name.LastIndexOf('#') + 1)..];
        if (name.EndsWith("Exception", StringComparison.Ordinal)) name = name[..^"Exception".Length];
        var fault = name.ToUpperInvariant() switch
        {
            "VALIDATION" or "CONFLICT" => DialectFault.WrongRequest,
            "ACCESSDENIED" => DialectFault.Refused,
            "RESOURCENOTFOUND" => DialectFault.NotFound,
            "MODELTIMEOUT" => DialectFault.TimedOut,
            "THROTTLING" or "MODELNOTREADY" or "SERVICEQUOTAEXCEEDED" => DialectFault.RateLimited,
            "MODELERROR" or "MODELSTREAMERROR" => DialectFault.ModelFailed,
            "INTERNALSERVER" => DialectFault.Internal,
            "SERVICEUNAVAILABLE" => DialectFault.Overloaded,
            _ => OfStatus(status),
        };
        return new(fault, message, null, name.Length == 0 ? null : name);
    }

    static DialectFault OfStatus(int status) => status switch
    {
        401 => DialectFault.Unauthenticated,
        403 => DialectFault.Refused,
        404 => DialectFault.NotFound,
        408 => DialectFault.TimedOut,
        413 => DialectFault.TooLarge,
        424 => DialectFault.ModelFailed,
        429 => DialectFault.RateLimited,
        503 or 529 => DialectFault.Overloaded,
        >= 400 and < 500 => DialectFault.WrongRequest,
        _ => DialectFault.Internal,
    };
}

/// <summary>Carries a <see cref="DialectError"/> out of the depth of a body to the translator's door, and never further.</summary>
sealed class DialectException(DialectError error) : Exception(error.Message)
{
    public DialectError Error { get; } = error;
}

/// <summary>A request translated, or why it cannot be.</summary>
abstract record Translation
{
    Translation() { }
    public sealed record Ready(ConverseCall Call) : Translation;
    public sealed record Refused(DialectError Error) : Translation;

    public static Translation Of(Func<ConverseCall> translate)
    {
        try
        {
            return new Ready(translate());
        }
        catch (DialectException fault)
        {
            return new Refused(fault.Error);
        }
    }
}

/// <summary>A request in Bedrock's words.</summary>
/// <param name="Model">The model as the client asked for it.</param>
/// <param name="Body">What is sent to Converse, ConverseStream or CountTokens.</param>
sealed record ConverseCall(string Model, ReadOnlyMemory<byte> Body, bool IsStream)
{
    public long? MaxTokens { get; init; }

    /// <summary>True where an OpenAI client wants the usage as the last chunk of a stream.</summary>
    public bool IncludesUsage { get; init; }

    /// <summary>What the client says about itself (OpenAI's metadata and user, Anthropic's user_id); not part of the body.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Members that Converse cannot carry, such as <c>seed</c> or <c>messages[].name</c>: sorted, few, fit for a header.</summary>
    public required IReadOnlyList<string> Ignored { get; init; }
}

/// <summary>What an answer says about itself beyond Converse's answer.</summary>
/// <param name="Id">The gateway's id of the request.</param>
/// <param name="Model">The model as the client asked for it.</param>
sealed record AnswerStamp(string Id, string Model, DateTimeOffset Created)
{
    /// <summary>True where the model's <c>inputTokens</c> hold what came from the cache: a fact in prices/models.csv.</summary>
    public bool InputIsGross { get; init; }
}
