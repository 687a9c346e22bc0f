using System.Buffers;
using System.Text.Json;
using static Assay.Gateway.Dialects.ConverseAnswer;

namespace Assay.Gateway.Dialects.Anthropic;

/// <summary>Converse's answer → a message of Anthropic's.</summary>
static class AnthropicAnswer
{
    /// <returns>Null when it is written; an error, and nothing written, where the answer cannot be read.</returns>
    public static DialectError? Write(ReadOnlyMemory<byte> converse, AnswerStamp stamp, IBufferWriter<byte> into)
    {
        using var answer = Read(converse, out var error);
        if (answer is null) return error;
        using Utf8JsonWriter json = new(into, Writing);
        json.WriteStartObject();
        json.WriteString("id", IdOf(stamp));
        json.WriteString("type", "message");
        json.WriteString("role", "assistant");
        json.WriteString("model", stamp.Model);
        json.WriteStartArray("content");
        foreach (var block in answer.Blocks()) WriteBlock(json, block);
        json.WriteEndArray();
        WriteStop(json, answer.StopReason, Member(answer.Root, "additionalModelResponseFields"));
        WriteUsage(json, answer.Usage, answer.ServiceTier, stamp);
        json.WriteEndObject();
        return null;
    }

    /// <summary>CountTokens' answer → that of <c>count_tokens</c>.</summary>
    public static DialectError? WriteCount(ReadOnlyMemory<byte> counted, IBufferWriter<byte> into)
    {
        using var answer = Read(counted, out var error);
        if (answer is null) return error;
        if (Member(answer.Root, "inputTokens") is not { ValueKind: JsonValueKind.Number } tokens)
            return new(DialectFault.ModelFailed, "Bedrock's answer holds no 'inputTokens'.");
        using Utf8JsonWriter json = new(into, Writing);
        json.WriteStartObject();
        json.WritePropertyName("input_tokens");
        json.WriteRawValue(Raw(tokens));
        json.WriteEndObject();
        return null;
    }

    public static string IdOf(AnswerStamp stamp) => "msg_" + stamp.Id;

    public static string StopReason(string? stopReason) => stopReason switch
    {
        "tool_use" or "max_tokens" or "stop_sequence" or "model_context_window_exceeded" => stopReason,
        "guardrail_intervened" or "content_filtered" => "refusal",
        _ => "end_turn",
    };

    /// <param name="modelFields"><c>additionalModelResponseFields</c>, where Claude names the sequence that stopped it.</param>
    public static void WriteStop(Utf8JsonWriter json, string? stopReason, JsonElement? modelFields)
    {
        json.WriteString("stop_reason", StopReason(stopReason));
        json.WritePropertyName("stop_sequence");
        if (modelFields is { } fields && Member(fields, "stop_sequence") is { ValueKind: JsonValueKind.String } sequence)
            json.WriteRawValue(Raw(sequence), skipInputValidation: true);
        else json.WriteNullValue();
    }

    public static void WriteUsage(Utf8JsonWriter json, in ConverseUsage usage, string? serviceTier, AnswerStamp stamp)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.Net(stamp.InputIsGross));
        json.WriteNumber("cache_creation_input_tokens", usage.CacheWrite);
        json.WriteNumber("cache_read_input_tokens", usage.CacheRead);
        json.WriteStartObject("cache_creation");
        json.WriteNumber("ephemeral_5m_input_tokens", usage.CacheWrite5m);
        json.WriteNumber("ephemeral_1h_input_tokens", usage.CacheWrite1h);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", usage.Output);
        if (serviceTier is not null) json.WriteString("service_tier", serviceTier == "default" ? "standard" : serviceTier);
        json.WriteEndObject();
    }

    static void WriteBlock(Utf8JsonWriter json, JsonElement block)
    {
        JoinedText text = new();
        foreach (var part in TextsOf(block)) text.Add(part);
        if (!text.IsEmpty)
        {
            json.WriteStartObject();
            json.WriteString("type", "text");
            json.WritePropertyName("text");
            text.WriteTo(json);
            json.WriteEndObject();
        }
        else if (Member(block, "toolUse") is { ValueKind: JsonValueKind.Object } call)
        {
            json.WriteStartObject();
            json.WriteString("type", "tool_use");
            json.WriteString("id", Text(call, "toolUseId") ?? "");
            json.WriteString("name", Text(call, "name") ?? "");
            json.WritePropertyName("input");
            WriteOr(json, Member(call, "input") is { ValueKind: JsonValueKind.Object } input ? input : null, "{}"u8);
            json.WriteEndObject();
        }
        else if (Member(block, "reasoningContent") is { } thought)
        {
            WriteThought(json, thought);
        }
    }

    static void WriteThought(Utf8JsonWriter json, JsonElement thought)
    {
        if (Member(thought, "redactedContent") is { ValueKind: JsonValueKind.String } redacted)
        {
            json.WriteStartObject();
            json.WriteString("type", "redacted_thinking");
            json.WritePropertyName("data");
            json.WriteRawValue(Raw(redacted), skipInputValidation: true);
            json.WriteEndObject();
        }
        else if (Member(thought, "reasoningText") is { } said && Member(said, "text") is { ValueKind: JsonValueKind.String } text)
        {
            json.WriteStartObject();
            json.WriteString("type", "thinking");
            json.WritePropertyName("thinking");
            json.WriteRawValue(Raw(text), skipInputValidation: true);
            json.WritePropertyName("signature");
            WriteOr(json, Member(said, "signature") is { ValueKind: JsonValueKind.String } signature ? signature : null, "\"\""u8);
            json.WriteEndObject();
        }
    }

    static void WriteOr(Utf8JsonWriter json, JsonElement? value, ReadOnlySpan<byte> otherwise) =>
        json.WriteRawValue(value is { } said ? Raw(said) : otherwise, skipInputValidation: true);
}
