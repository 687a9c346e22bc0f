using System.Buffers;
using System.Text.Json;

namespace Assay.Gateway.Dialects.OpenAi;

/// <summary>An error in OpenAI's form.</summary>
static class OpenAiError
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
        DialectFault.Overloaded => 503,
        _ => 500,
    };

    public static void Write(DialectError error, IBufferWriter<byte> into)
    {
        using Utf8JsonWriter json = new(into, ConverseAnswer.Writing);
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Fault switch
        {
            DialectFault.WrongRequest or DialectFault.TooLarge or DialectFault.NotFound => "invalid_request_error",
            DialectFault.Unauthenticated => "authentication_error",
            DialectFault.Refused => "permission_error",
            DialectFault.RateLimited => "rate_limit_error",
            _ => "server_error",
        });
        json.WriteString("param", error.Param);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
