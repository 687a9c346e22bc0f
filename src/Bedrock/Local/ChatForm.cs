using System.Buffers;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>Chat completions, the form of the models that have no other.</summary>
sealed class ChatForm : AnswerForm
{
    public override void Body(Utf8JsonWriter json, LocalAnswer answer)
    {
        Head(json, answer, "chat.completion"u8);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (answer.ToolName is null) json.WriteString("content"u8, answer.Text.Span);
        else ToolCall(json, answer, answer.Text.Span);
        json.WriteEndObject();
        json.WriteString("finish_reason"u8, Stop(answer));
        json.WriteEndObject();
        json.WriteEndArray();
        Usage(json, answer);
        LocalGuardrail.WriteInvoke(json, answer);
    }

    public override void Open(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer)
    {
    }

    public override void Delta(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, ReadOnlySpan<byte> text, int index)
    {
        var json = bench.Begin();
        Head(json, answer, "chat.completion.chunk"u8);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("delta"u8);
        if (index == 0) json.WriteString("role"u8, "assistant"u8);
        if (answer.ToolName is null) json.WriteString("content"u8, text);
        else ToolCall(json, answer, text);
        json.WriteEndObject();
        json.WriteNull("finish_reason"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        bench.EndChunk(output, unchecked(answer.Call.Fingerprint + (ulong)index));
    }

    public override void Close(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, int deltas)
    {
        var json = bench.Begin();
        Head(json, answer, "chat.completion.chunk"u8);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("delta"u8);
        json.WriteEndObject();
        json.WriteString("finish_reason"u8, Stop(answer));
        json.WriteEndObject();
        json.WriteEndArray();
        Usage(json, answer);
        InvocationMetrics(json, answer);
        bench.EndChunk(output, unchecked(answer.Call.Fingerprint + (ulong)deltas));
    }

    static void Head(Utf8JsonWriter json, LocalAnswer answer, ReadOnlySpan<byte> kind)
    {
        json.WriteString("id"u8, $"chatcmpl-{answer.Call.Fingerprint:x16}");
        json.WriteString("object"u8, kind);
        json.WriteString("model"u8, answer.Call.BareModel);
    }

    static void ToolCall(Utf8JsonWriter json, LocalAnswer answer, ReadOnlySpan<byte> arguments)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteString("id"u8, answer.ToolId);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, answer.ToolName);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static string Stop(LocalAnswer answer) => answer.StopReason switch
    {
        "end_turn" => "stop",
        "max_tokens" => "length",
        "tool_use" => "tool_calls",
        var other => other,
    };

    static void Usage(Utf8JsonWriter json, LocalAnswer answer)
    {
        if (!answer.SaysUsage) return;
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, answer.ReportedInput);
        json.WriteNumber("completion_tokens"u8, answer.Usage.Output);
        json.WriteNumber("total_tokens"u8, answer.Usage.AllInput + answer.Usage.Output);
        json.WriteEndObject();
    }
}
