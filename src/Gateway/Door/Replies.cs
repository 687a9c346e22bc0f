using System.Buffers;
using System.Globalization;
using Assay.Bedrock;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Dialects;
using Assay.Gateway.Dialects.Anthropic;
using Assay.Gateway.Dialects.OpenAi;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Door;

/// <summary>Refusals in the words of each language. None of them but a rate limit looks like something to try again.</summary>
static class Replies
{
    public const string RequestIdHeader = "x-assay-request-id", ModelHeader = "x-assay-model", DecisionHeader = "x-assay-decision",
        CostHeader = "x-assay-cost-usd", EstimateHeader = "x-assay-estimate-usd", ReasonHeader = "x-assay-refused",
        IgnoredHeader = "x-assay-ignored", WarningHeader = "x-assay-warning";

    public static async Task Refuse(HttpContext http, Dialect dialect, Refusal refusal, string requestId)
    {
        if (http.Response.HasStarted) return;
        var response = http.Response;
        var body = new ArrayBufferWriter<byte>(512);
        response.StatusCode = Write(body, dialect, refusal, requestId, response.Headers);
        response.ContentType = "application/json";
        response.Headers[RequestIdHeader] = requestId;
        NameRequest(response.Headers, dialect, requestId);
        response.Headers[ReasonHeader] = refusal.Reason;
        if (refusal.Kind == RefusalKind.TooOften)
            response.Headers.RetryAfter = Math.Max(1, refusal.RetryAfter).ToString(CultureInfo.InvariantCulture);
        else if (refusal.Kind is not (RefusalKind.Unavailable or RefusalKind.UpstreamFailed))
            response.Headers[DialectError.RetryHeader] = "false";
        response.ContentLength = body.WrittenCount;
        await response.Body.WriteAsync(body.WrittenMemory).ConfigureAwait(false);
    }

    /// <summary>A text as a header can carry it: names of the configuration, and of a client's tools, may have any letters.</summary>
    public static string Printable(string text) => text.All(IsPrintable) ? text : string.Concat(text.Select(c => IsPrintable(c) ? c : '?'));

    static bool IsPrintable(char c) => c is >= ' ' and <= '~';

    /// <summary>
    /// Names a request in the header that the SDKs of its language read: what their users quote when they ask. A server of their own
    /// kind has named it already, and the journal has that name too.
    /// </summary>
    public static void NameRequest(IHeaderDictionary headers, Dialect dialect, string requestId)
    {
        if (dialect == Dialect.OpenAi) headers.TryAdd("x-request-id", requestId);
        else if (dialect == Dialect.Anthropic) headers.TryAdd("request-id", requestId);
    }

    static int Write(IBufferWriter<byte> into, Dialect dialect, Refusal refusal, string requestId, IHeaderDictionary headers)
    {
        if (dialect == Dialect.Bedrock)
        {
            var native = ErrorOf(refusal.Kind);
            headers[BedrockError.TypeHeader] = native.Name;
            headers["x-amzn-RequestId"] = requestId;
            BedrockError.WriteBody(into, refusal.Message);
            return native.Status;
        }
        var error = new DialectError(FaultOf(refusal.Kind), refusal.Message, refusal.Param, CodeOf(refusal));
        if (dialect == Dialect.OpenAi)
        {
            OpenAiError.Write(error, into);
            return OpenAiError.Status(error);
        }
        AnthropicError.Write(error, requestId, into);
        return AnthropicError.Status(error);
    }

    static string CodeOf(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.NoKey => "invalid_api_key",
        RefusalKind.NotFound => "model_not_found",
        _ => refusal.Reason switch { "budget" => "budget_exceeded", "ceiling" => "ceiling_exceeded", var reason => reason },
    };

    static DialectFault FaultOf(RefusalKind kind) => kind switch
    {
        RefusalKind.NoKey => DialectFault.Unauthenticated,
        RefusalKind.Wrong => DialectFault.WrongRequest,
        RefusalKind.TooLarge => DialectFault.TooLarge,
        RefusalKind.NotFound => DialectFault.NotFound,
        RefusalKind.Forbidden => DialectFault.Refused,
        RefusalKind.TooOften => DialectFault.RateLimited,
        RefusalKind.Failed => DialectFault.Internal,
        _ => DialectFault.Overloaded,
    };

    /// <summary>The error by which Bedrock's clients and the journal know a refusal.</summary>
    public static BedrockError ErrorOf(RefusalKind kind) => kind switch
    {
        RefusalKind.NoKey => BedrockError.UnrecognizedClient,
        RefusalKind.Wrong => BedrockError.Validation,
        RefusalKind.TooLarge => BedrockError.RequestTooLarge,
        RefusalKind.NotFound => BedrockError.ResourceNotFound,
        RefusalKind.Forbidden => BedrockError.AccessDenied,
        RefusalKind.TooOften => BedrockError.Throttling,
        RefusalKind.Failed => BedrockError.InternalServer,
        _ => BedrockError.ServiceUnavailable,
    };
}
