using System.Buffers;
using System.Text.Json;

namespace Assay.Gateway.Dialects.Anthropic;

/// <summary>An error in Anthropic's form.</summary>
static class AnthropicError
{
    public static int Status(DialectError error) => error.Fault switch
    {
        DialectFault.WrongRequest => 400,
        DialectFault.Unauthenticated => 401,
        DialectFault.Refused => 403,
        DialectFault.NotFound => 404,
        DialectFault.TimedOut => 408,
        DialectFault.TooLarge => 413,
        DialectFault.RateLimited => 429,
        DialectFault.Overloaded => 529,
        _ => 500,
    };

    /// <param name="requestId">The gateway's id of the request; null inside a stream, whose head has told it.</param>
    public static void Write(DialectError error, string? requestId, IBufferWriter<byte> into)
    {
        using Utf8JsonWriter json = new(into, ConverseAnswer.Writing);
        json.WriteStartObject();
        json.WriteString("type", "error");
        json.WriteStartObject("error");
        json.WriteString("type", error.Fault switch
        {
            DialectFault.WrongRequest => "invalid_request_error",
            DialectFault.Unauthenticated => "authentication_error",
            DialectFault.Refused => "permission_error",
            DialectFault.NotFound => "not_found_error",
            DialectFault.TimedOut => "timeout_error",
            DialectFault.TooLarge => "request_too_large",
            DialectFault.RateLimited => "rate_limit_error",
            DialectFault.Overloaded => "overloaded_error",
            _ => "api_error",
        });
        json.WriteString("message", error.Message);
        json.WriteEndObject();
        if (requestId is not null) json.WriteString("request_id", requestId);
        json.WriteEndObject();
    }
}
