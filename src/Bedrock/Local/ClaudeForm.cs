using System.Buffers;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>Claude's own answers through InvokeModel, and its stream of events.</summary>
sealed class ClaudeForm : AnswerForm
{
    public override void Body(Utf8JsonWriter json, LocalAnswer answer)
    {
        Message(json, answer, whole: true);
        LocalGuardrail.WriteInvoke(json, answer);
    }

    public override void Open(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer)
    {
        var seed = answer.Call.Fingerprint;
        var json = bench.Begin();
        json.WriteString("type"u8, "message_start"u8);
        json.WriteStartObject("message"u8);
        Message(json, answer, whole: false);
        json.WriteEndObject();
        bench.EndChunk(output, seed);
        json = bench.Begin();
        json.WriteString("type"u8, "content_block_start"u8);
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("content_block"u8);
        if (answer.ToolName is { } tool)
        {
            json.WriteString("type"u8, "tool_use"u8);
            json.WriteString("id"u8, answer.ToolId);
            json.WriteString("name"u8, tool);
            json.WriteStartObject("input"u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, ""u8);
        }
        json.WriteEndObject();
        bench.EndChunk(output, unchecked(seed + 1));
    }

    public override void Delta(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, ReadOnlySpan<byte> text, int index)
    {
        var json = bench.Begin();
        json.WriteString("type"u8, "content_block_delta"u8);
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("delta"u8);
        json.WriteString("type"u8, answer.ToolName is null ? "text_delta"u8 : "input_json_delta"u8);
        json.WriteString(answer.ToolName is null ? "text"u8 : "partial_json"u8, text);
        json.WriteEndObject();
        bench.EndChunk(output, unchecked(answer.Call.Fingerprint + 2 + (ulong)index));
    }

    public override void Close(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, int deltas)
    {
        var seed = unchecked(answer.Call.Fingerprint + 2 + (ulong)deltas);
        var json = bench.Begin();
        json.WriteString("type"u8, "content_block_stop"u8);
        json.WriteNumber("index"u8, 0);
        bench.EndChunk(output, seed);
        json = bench.Begin();
        json.WriteString("type"u8, "message_delta"u8);
        json.WriteStartObject("delta"u8);
        json.WriteString("stop_reason"u8, answer.StopReason);
        json.WriteNull("stop_sequence"u8);
        json.WriteEndObject();
        if (answer.SaysUsage)
        {
            json.WriteStartObject("usage"u8);
            json.WriteNumber("output_tokens"u8, answer.Usage.Output);
            json.WriteEndObject();
        }
        bench.EndChunk(output, unchecked(seed + 1));
        json = bench.Begin();
        json.WriteString("type"u8, "message_stop"u8);
        InvocationMetrics(json, answer);
        bench.EndChunk(output, unchecked(seed + 2));
    }

    static void Message(Utf8JsonWriter json, LocalAnswer answer, bool whole)
    {
        json.WriteString("model"u8, answer.Call.BareModel.AsSpan(answer.Call.BareModel.IndexOf('.', StringComparison.Ordinal) + 1));
        json.WriteString("id"u8, $"msg_bdrk_{answer.Call.Fingerprint:x16}");
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        if (whole) Content(json, answer);
        json.WriteEndArray();
        if (whole) json.WriteString("stop_reason"u8, answer.StopReason);
        else json.WriteNull("stop_reason"u8);
        json.WriteNull("stop_sequence"u8);
        if (!answer.SaysUsage) return;
        var usage = answer.Usage;
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, answer.ReportedInput);
        json.WriteNumber("cache_creation_input_tokens"u8, usage.CacheWrite);
        json.WriteNumber("cache_read_input_tokens"u8, usage.CacheRead);
        json.WriteStartObject("cache_creation"u8);
        json.WriteNumber("ephemeral_5m_input_tokens"u8, usage.CacheWrite5m);
        json.WriteNumber("ephemeral_1h_input_tokens"u8, usage.CacheWrite1h);
        json.WriteEndObject();
        // A stream's first event counts the first token; the rest comes with message_delta.
        json.WriteNumber("output_tokens"u8, whole ? usage.Output : Math.Min(1, usage.Output));
        json.WriteEndObject();
    }

    static void Content(Utf8JsonWriter json, LocalAnswer answer)
    {
        json.WriteStartObject();
        if (answer.ToolName is { } tool)
        {
            json.WriteString("type"u8, "tool_use"u8);
            json.WriteString("id"u8, answer.ToolId);
            json.WriteString("name"u8, tool);
            ToolInput(json, "input"u8, answer);
        }
        else
        {
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, answer.Text.Span);
        }
        json.WriteEndObject();
    }
}
