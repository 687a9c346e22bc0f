using System.Text.Json;

namespace Assay.Gateway.Dialects;

/// <summary>What the gateway has to know of a request to decide who answers it: read in one pass, whatever the dialect.</summary>
/// <param name="MaxTokens">The limit of the answer, by any of its names; null where none is set.</param>
/// <param name="IncludesUsage">True where an OpenAI client wants the usage as the last chunk of a stream.</param>
sealed record RequestHead(string Model, bool IsStream, long? MaxTokens, bool IncludesUsage)
{
    /// <summary>The head, or an error and null. The rest of the body is only skipped: whoever translates it reads it.</summary>
    public static RequestHead? Read(ReadOnlySpan<byte> body, out DialectError? error)
    {
        error = null;
        string? model = null;
        var (isStream, includesUsage) = (false, false);
        long? maxTokens = null, maxCompletion = null;
        try
        {
            Utf8JsonReader json = new(body, new() { MaxDepth = 256 });
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return Wrong("The body must be a JSON object.", null, out error);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = json.ValueSpan;
                json.Read();
                if (json.TokenType == JsonTokenType.String && name.SequenceEqual("model"u8))
                    model = ConverseEvent.Unquoted(Quoted(body, json));
                else if (name.SequenceEqual("stream"u8)) isStream = json.TokenType == JsonTokenType.True;
                else if (name.SequenceEqual("max_tokens"u8)) maxTokens = Whole(json);
                else if (name.SequenceEqual("max_completion_tokens"u8)) maxCompletion = Whole(json);
                else if (name.SequenceEqual("stream_options"u8)) includesUsage = WantsUsage(ref json);
                json.Skip();
            }
        }
        catch (JsonException fault)
        {
            return Wrong($"The body is not JSON that can be read: {fault.Message}", null, out error);
        }
        return string.IsNullOrEmpty(model)
            ? Wrong("'model' is missing.", "model", out error)
            : new(model, isStream, maxCompletion ?? maxTokens, includesUsage);
    }

    static bool WantsUsage(ref Utf8JsonReader json)
    {
        var wants = false;
        if (json.TokenType != JsonTokenType.StartObject) return wants;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = json.ValueTextEquals("include_usage"u8);
            json.Read();
            if (isUsage) wants = json.TokenType == JsonTokenType.True;
            json.Skip();
        }
        return wants;
    }

    static ReadOnlySpan<byte> Quoted(ReadOnlySpan<byte> body, in Utf8JsonReader json) =>
        body.Slice((int)json.TokenStartIndex, json.ValueSpan.Length + 2);

    static long? Whole(in Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number) && number > 0 ? number : null;

    static RequestHead? Wrong(string message, string? param, out DialectError? error)
    {
        error = DialectError.WrongRequest(message, param);
        return null;
    }
}
