using System.Buffers;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>Nova's own answers through InvokeModel: like Converse, one chunk for each event.</summary>
sealed class NovaForm : AnswerForm
{
    public override void Body(Utf8JsonWriter json, LocalAnswer answer)
    {
        json.WriteStartObject("output"u8);
        json.WriteStartObject("message"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        if (answer.ToolName is null) json.WriteString("text"u8, answer.Text.Span);
        else ToolUse(json, answer, withInput: true);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("role"u8, "assistant"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("stopReason"u8, answer.StopReason);
        Usage(json, answer);
        LocalGuardrail.WriteInvoke(json, answer);
    }

    public override void Open(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer)
    {
        var json = bench.Begin();
        json.WriteStartObject("messageStart"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteEndObject();
        bench.EndChunk(output, answer.Call.Fingerprint);
        if (answer.ToolName is null) return;
        json = bench.Begin();
        json.WriteStartObject("contentBlockStart"u8);
        json.WriteStartObject("start"u8);
        ToolUse(json, answer, withInput: false);
        json.WriteEndObject();
        json.WriteNumber("contentBlockIndex"u8, 0);
        json.WriteEndObject();
        bench.EndChunk(output, unchecked(answer.Call.Fingerprint + 1));
    }

    public override void Delta(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, ReadOnlySpan<byte> text, int index)
    {
        var json = bench.Begin();
        json.WriteStartObject("contentBlockDelta"u8);
        json.WriteStartObject("delta"u8);
        if (answer.ToolName is null)
        {
            json.WriteString("text"u8, text);
        }
        else
        {
            json.WriteStartObject("toolUse"u8);
            json.WriteString("input"u8, text);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteNumber("contentBlockIndex"u8, 0);
        json.WriteEndObject();
        bench.EndChunk(output, unchecked(answer.Call.Fingerprint + 2 + (ulong)index));
    }

    public override void Close(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, int deltas)
    {
        var seed = unchecked(answer.Call.Fingerprint + 2 + (ulong)deltas);
        var json = bench.Begin();
        json.WriteStartObject("contentBlockStop"u8);
        json.WriteNumber("contentBlockIndex"u8, 0);
        json.WriteEndObject();
        bench.EndChunk(output, seed);
        json = bench.Begin();
        json.WriteStartObject("messageStop"u8);
        json.WriteString("stopReason"u8, answer.StopReason);
        json.WriteEndObject();
        bench.EndChunk(output, unchecked(seed + 1));
        json = bench.Begin();
        json.WriteStartObject("metadata"u8);
        Usage(json, answer);
        json.WriteStartObject("metrics"u8);
        json.WriteEndObject();
        json.WriteStartObject("trace"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        InvocationMetrics(json, answer);
        bench.EndChunk(output, unchecked(seed + 2));
    }

    static void ToolUse(Utf8JsonWriter json, LocalAnswer answer, bool withInput)
    {
        json.WriteStartObject("toolUse"u8);
        json.WriteString("name"u8, answer.ToolName);
        json.WriteString("toolUseId"u8, answer.ToolId);
        if (withInput) ToolInput(json, "input"u8, answer);
        json.WriteEndObject();
    }

    static void Usage(Utf8JsonWriter json, LocalAnswer answer)
    {
        if (!answer.SaysUsage) return;
        json.WriteStartObject("usage"u8);
        json.WriteNumber("inputTokens"u8, answer.ReportedInput);
        json.WriteNumber("outputTokens"u8, answer.Usage.Output);
        json.WriteNumber("totalTokens"u8, answer.Usage.AllInput + answer.Usage.Output);
        json.WriteNumber("cacheReadInputTokenCount"u8, answer.Usage.CacheRead);
        json.WriteNumber("cacheWriteInputTokenCount"u8, answer.Usage.CacheWrite);
        json.WriteEndObject();
    }
}
