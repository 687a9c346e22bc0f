using System.Text;
using System.Text.Json;
using Assay.Usage;

namespace Assay.Gateway.Dialects;

/// <summary>
/// Listens to an answer that passes unchanged, from an upstream that speaks the client's own dialect: what it cost, how it ended, and
/// where its last event begins. It allocates nothing for a chunk and holds nothing back.
/// </summary>
sealed class AnswerTap
{
    // Text stands at most six deep; what is deeper is skipped.
    const int DepthMax = 10;

    readonly SseEvents events;
    readonly bool isInputGross;
    long input = -1, output = -1, cacheRead, cacheWrite, write5m, write1h;

    AnswerTap(byte[] terminal, bool isInputGross)
    {
        events = new(Hear, terminal);
        this.isInputGross = isInputGross;
    }

    /// <summary>For OpenAI's chat completions, their streams, and embeddings.</summary>
    public static AnswerTap OfOpenAi() => new("data: [DONE]"u8.ToArray(), isInputGross: true);

    /// <summary>For Anthropic's messages and their streams.</summary>
    public static AnswerTap OfAnthropic() => new("event: message_stop"u8.ToArray(), isInputGross: false);

    /// <summary>The served model, as the answer names it.</summary>
    public string? Model { get; private set; }

    /// <summary><c>finish_reason</c> or <c>stop_reason</c>.</summary>
    public string? FinishReason { get; private set; }

    public string? ServiceTier { get; private set; }

    /// <summary>An error, in mid-stream or as the whole answer; its type, such as <c>overloaded_error</c>, and what it says.</summary>
    public (string Type, string Message)? Error { get; private set; }

    /// <summary>
    /// Characters that the model has said so far, in text, thought and calls of tools: the least that an answer without usage costs. Of
    /// what could not be read, its bytes.
    /// </summary>
    public long OutputCharacters { get; private set; }

    /// <summary>What the answer says it used, with the input beside the cache; null as long as it has said nothing.</summary>
    public TokenCounts? Tokens
    {
        get
        {
            if (input < 0 && output < 0) return null;
            var isSplit = write5m + write1h == cacheWrite;
            return new()
            {
                Input = Math.Max(0, isInputGross ? input - cacheRead - cacheWrite : input),
                Output = Math.Max(0, output),
                CacheRead = cacheRead,
                CacheWrite5m = isSplit ? write5m : 0,
                CacheWrite1h = isSplit ? write1h : 0,
                CacheWriteUnknown = isSplit ? 0 : cacheWrite,
            };
        }
    }

    /// <inheritdoc cref="SseEvents.Position"/>
    public long Position => events.Position;

    /// <inheritdoc cref="SseEvents.TerminalAt"/>
    public long? TerminalAt => events.TerminalAt;

    /// <summary>The next bytes of a stream.</summary>
    public void Feed(ReadOnlySpan<byte> chunk) => events.Feed(chunk);

    /// <summary>The stream is over.</summary>
    public void Complete() => events.Complete();

    /// <summary>A whole answer that was no stream.</summary>
    public void Whole(ReadOnlySpan<byte> body) => Hear(body, 0);

    void Hear(ReadOnlySpan<byte> data, long bytesLost)
    {
        if (bytesLost > 0)
        {
            OutputCharacters += data.Length + bytesLost;
            return;
        }
        if (data.IsEmpty || data[0] != (byte)'{') return;
        try
        {
            Utf8JsonReader json = new(data, new() { MaxDepth = 128 });
            if (json.Read()) Walk(ref json, "answer"u8, 0);
        }
        catch (JsonException)
        {
            // An answer that no one can read is passed on as it is; what it may have cost is bounded by its length.
            OutputCharacters += data.Length;
        }
    }

    // No dialect gives one name two meanings, so a member is known by its name and the name of what holds it.
    void Walk(ref Utf8JsonReader json, ReadOnlySpan<byte> within, int depth)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.ValueSpan;
            json.Read();
            switch (json.TokenType)
            {
                case JsonTokenType.String:
                    Take(ref json, within, name);
                    break;
                case JsonTokenType.Number when IsUsage(within) && json.TryGetInt64(out var count) && count is >= 0 and < 1_000_000_000_000:
                    Count(name, count);
                    break;
                case JsonTokenType.StartObject when name.SequenceEqual("input"u8):
                    var start = json.BytesConsumed;
                    json.Skip();
                    // A stream starts a call with no input; only what is in the braces was said.
                    OutputCharacters += Math.Max(0, json.BytesConsumed - start - 1);
                    break;
                case JsonTokenType.StartObject when depth < DepthMax && IsEntered(name):
                    Walk(ref json, name, depth + 1);
                    break;
                case JsonTokenType.StartArray when depth < DepthMax && IsEntered(name):
                    while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                        if (json.TokenType == JsonTokenType.StartObject) Walk(ref json, name, depth + 1);
                        else json.Skip();
                    break;
                default:
                    json.Skip();
                    break;
            }
        }
    }

    static bool IsEntered(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("choices"u8) || name.SequenceEqual("delta"u8) || name.SequenceEqual("message"u8)
        || name.SequenceEqual("content"u8)
        || name.SequenceEqual("tool_calls"u8) || name.SequenceEqual("function"u8) || name.SequenceEqual("content_block"u8)
        || name.SequenceEqual("error"u8) || IsUsage(name);

    static bool IsUsage(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("usage"u8) || name.SequenceEqual("prompt_tokens_details"u8) || name.SequenceEqual("cache_creation"u8);

    void Count(ReadOnlySpan<byte> name, long count)
    {
        if (name.SequenceEqual("prompt_tokens"u8) || name.SequenceEqual("input_tokens"u8)) input = count;
        else if (name.SequenceEqual("completion_tokens"u8) || name.SequenceEqual("output_tokens"u8)) output = count;
        else if (name.SequenceEqual("cached_tokens"u8) || name.SequenceEqual("cache_read_input_tokens"u8)) cacheRead = count;
        else if (name.SequenceEqual("cache_write_tokens"u8) || name.SequenceEqual("cache_creation_input_tokens"u8)) cacheWrite = count;
        else if (name.SequenceEqual("ephemeral_5m_input_tokens"u8)) write5m = count;
        else if (name.SequenceEqual("ephemeral_1h_input_tokens"u8)) write1h = count;
    }

    void Take(ref Utf8JsonReader json, ReadOnlySpan<byte> within, ReadOnlySpan<byte> name)
    {
        if (within.SequenceEqual("error"u8))
        {
            if (name.SequenceEqual("message"u8)) Error = (Error?.Type ?? "", Text(ref json));
            else if (name.SequenceEqual("type"u8)) Error = (Text(ref json), Error?.Message ?? "");
        }
        else if (name.SequenceEqual("model"u8)) Model ??= Text(ref json);
        else if (name.SequenceEqual("service_tier"u8)) ServiceTier ??= Text(ref json);
        else if (name.SequenceEqual("finish_reason"u8) || name.SequenceEqual("stop_reason"u8)) FinishReason = Text(ref json);
        else if (IsSaid(name)) OutputCharacters += Characters(json.ValueSpan);
    }

    static bool IsSaid(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("content"u8) || name.SequenceEqual("text"u8) || name.SequenceEqual("arguments"u8)
        || name.SequenceEqual("name"u8) || name.SequenceEqual("partial_json"u8) || name.SequenceEqual("thinking"u8)
        || name.SequenceEqual("reasoning_content"u8)
        || name.SequenceEqual("reasoning"u8) || name.SequenceEqual("refusal"u8);

    static string Text(ref Utf8JsonReader json) => Encoding.UTF8.GetString(json.ValueSpan[..Math.Min(json.ValueSpan.Length, 1000)]);

    /// <summary>Characters of a JSON text as it stands: an escape is one, and so is a sequence of UTF-8.</summary>
    static long Characters(ReadOnlySpan<byte> text)
    {
        long characters = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if ((text[i] & 0xC0) == 0x80) continue;
            characters++;
            if (text[i] == (byte)'\\') i += i + 1 < text.Length && text[i + 1] == (byte)'u' ? 5 : 1;
        }
        return characters;
    }
}
