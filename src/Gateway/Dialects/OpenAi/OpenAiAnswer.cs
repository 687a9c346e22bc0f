using System.Buffers;
using System.Text.Json;
using static Assay.Gateway.Dialects.ConverseAnswer;

namespace Assay.Gateway.Dialects.OpenAi;

/// <summary>Converse's answer → a chat completion.</summary>
static class OpenAiAnswer
{
    /// <returns>Null when it is written; an error, and nothing written, where the answer cannot be read.</returns>
    public static DialectError? Write(ReadOnlyMemory<byte> converse, AnswerStamp stamp, IBufferWriter<byte> into)
    {
        using var answer = Read(converse, out var error);
        if (answer is null) return error;
        using Utf8JsonWriter json = new(into, Writing);
        json.WriteStartObject();
        json.WriteString("id", IdOf(stamp));
        json.WriteString("object", "chat.completion");
        json.WriteNumber("created", stamp.Created.ToUnixTimeSeconds());
        json.WriteString("model", stamp.Model);
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        WriteMessage(json, answer);
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", FinishReason(answer.StopReason));
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, answer.Usage, stamp);
        if (answer.ServiceTier is { } tier) json.WriteString("service_tier", tier);
        json.WriteEndObject();
        return null;
    }

    public static string IdOf(AnswerStamp stamp) => "chatcmpl-" + stamp.Id;

    /// <summary>OpenAI has four reasons for Converse's nine; what it cannot say is an ordinary end.</summary>
    public static string FinishReason(string? stopReason) => stopReason switch
    {
        "tool_use" => "tool_calls",
        "max_tokens" or "model_context_window_exceeded" => "length",
        "guardrail_intervened" or "content_filtered" => "content_filter",
        _ => "stop",
    };

    /// <summary>OpenAI's prompt tokens are gross: what came from the cache is part of them and told beside.</summary>
    public static void WriteUsage(Utf8JsonWriter json, in ConverseUsage usage, AnswerStamp stamp)
    {
        var prompt = usage.Gross(stamp.InputIsGross);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", prompt);
        json.WriteNumber("completion_tokens", usage.Output);
        json.WriteNumber("total_tokens", prompt + usage.Output);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", usage.CacheRead);
        if (usage.CacheWrite > 0) json.WriteNumber("cache_write_tokens", usage.CacheWrite);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteMessage(Utf8JsonWriter json, ConverseAnswer answer)
    {
        JoinedText content = new(), reasoning = new();
        List<JsonElement> calls = [];
        foreach (var block in answer.Blocks())
        {
            foreach (var text in TextsOf(block)) content.Add(text);
            if (Member(block, "reasoningContent") is { } thought && Member(thought, "reasoningText") is { } said
                && Member(said, "text") is { ValueKind: JsonValueKind.String } words) reasoning.Add(words);
            if (Member(block, "toolUse") is { ValueKind: JsonValueKind.Object } call) calls.Add(call);
        }
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WritePropertyName("content");
        if (content.IsEmpty) json.WriteNullValue();
        else content.WriteTo(json);
        if (!reasoning.IsEmpty)
        {
            json.WritePropertyName("reasoning_content");
            reasoning.WriteTo(json);
        }
        json.WriteNull("refusal");
        if (calls.Count > 0) WriteCalls(json, calls);
        json.WriteEndObject();
    }

    static void WriteCalls(Utf8JsonWriter json, List<JsonElement> calls)
    {
        json.WriteStartArray("tool_calls");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id", Text(call, "toolUseId") ?? "");
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", Text(call, "name") ?? "");
            json.WriteString("arguments", Member(call, "input") is { } input ? Raw(input) : "{}"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
