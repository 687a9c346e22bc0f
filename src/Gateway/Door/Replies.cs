using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Bedrock;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Door;

/// <summary>Refusals in the words of each language. None of them but a rate limit looks like something to try again.</summary>
static class Replies
{
    public const string RequestIdHeader = "x-assay-request-id", ModelHeader = "x-assay-model", DecisionHeader = "x-assay-decision",
        CostHeader = "x-assay-cost-usd", EstimateHeader = "x-assay-estimate-usd", ReasonHeader = "x-assay-refused";

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task Refuse(HttpContext http, Dialect dialect, Refusal refusal, string requestId)
    {
        if (http.Response.HasStarted) return;
        var error = ErrorOf(refusal.Kind);
        var response = http.Response;
        response.StatusCode = StatusOf(dialect, refusal.Kind, error);
        response.ContentType = "application/json";
        response.Headers[RequestIdHeader] = requestId;
        response.Headers[ReasonHeader] = refusal.Reason;
        if (refusal.Kind == RefusalKind.TooOften)
            response.Headers.RetryAfter = Math.Max(1, refusal.RetryAfter).ToString(CultureInfo.InvariantCulture);
        else if (refusal.Kind is not (RefusalKind.Unavailable or RefusalKind.UpstreamFailed)) response.Headers["x-should-retry"] = "false";
        var body = new ArrayBufferWriter<byte>(512);
        Write(body, dialect, refusal, error, requestId);
        if (dialect == Dialect.Bedrock)
        {
            response.Headers[BedrockError.TypeHeader] = error.Name;
            response.Headers["x-amzn-RequestId"] = requestId;
        }
        response.ContentLength = body.WrittenCount;
        await response.Body.WriteAsync(body.WrittenMemory).ConfigureAwait(false);
    }

    public static BedrockError ErrorOf(RefusalKind kind) => kind switch
    {
        RefusalKind.NoKey => BedrockError.UnrecognizedClient,
        RefusalKind.Wrong => BedrockError.Validation,
        RefusalKind.TooLarge => BedrockError.RequestTooLarge,
        RefusalKind.NotFound => BedrockError.ResourceNotFound,
        RefusalKind.Forbidden => BedrockError.AccessDenied,
        RefusalKind.TooOften => BedrockError.Throttling,
        _ => BedrockError.ServiceUnavailable,
    };

    // Clients of OpenAI and Anthropic know a missing key by 401.
    static int StatusOf(Dialect dialect, RefusalKind kind, BedrockError error) =>
        dialect != Dialect.Bedrock && kind == RefusalKind.NoKey ? 401 : error.Status;

    static void Write(IBufferWriter<byte> into, Dialect dialect, Refusal refusal, BedrockError error, string requestId)
    {
        if (dialect == Dialect.Bedrock)
        {
            BedrockError.WriteBody(into, refusal.Message);
            return;
        }
        using var json = new Utf8JsonWriter(into, Plain);
        json.WriteStartObject();
        if (dialect == Dialect.Anthropic) json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, dialect == Dialect.Anthropic ? AnthropicType(refusal.Kind) : OpenAiType(refusal.Kind));
        json.WriteString("message"u8, refusal.Message);
        if (dialect == Dialect.OpenAi)
        {
            json.WriteNull("param"u8);
            json.WriteString("code"u8, refusal.Kind == RefusalKind.NoKey ? "invalid_api_key" : $"assay_{refusal.Reason}");
        }
        json.WriteEndObject();
        if (dialect == Dialect.Anthropic) json.WriteString("request_id"u8, requestId);
        json.WriteEndObject();
    }

    static string AnthropicType(RefusalKind kind) => kind switch
    {
        RefusalKind.NoKey => "authentication_error",
        RefusalKind.Wrong => "invalid_request_error",
        RefusalKind.TooLarge => "request_too_large",
        RefusalKind.NotFound => "not_found_error",
        RefusalKind.Forbidden => "permission_error",
        RefusalKind.TooOften => "rate_limit_error",
        _ => "overloaded_error",
    };

    static string OpenAiType(RefusalKind kind) => kind switch
    {
        RefusalKind.NoKey => "authentication_error",
        RefusalKind.Forbidden => "permission_error",
        RefusalKind.TooOften => "rate_limit_exceeded",
        RefusalKind.Unavailable or RefusalKind.UpstreamFailed => "server_error",
        _ => "invalid_request_error",
    };
}
