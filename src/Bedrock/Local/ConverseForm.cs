using System.Buffers;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>Answers of Converse and the events of ConverseStream; its usage comes last.</summary>
sealed class ConverseForm : AnswerForm
{
    public override void Body(Utf8JsonWriter json, LocalAnswer answer)
    {
        json.WriteStartObject("output"u8);
        json.WriteStartObject("message"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        if (answer.ToolName is { } tool)
        {
            json.WriteStartObject("toolUse"u8);
            ToolInput(json, "input"u8, answer);
            json.WriteString("name"u8, tool);
            json.WriteString("toolUseId"u8, answer.ToolId);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("text"u8, answer.Text.Span);
        }
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("role"u8, "assistant"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("stopReason"u8, answer.StopReason);
        Metadata(json, answer);
    }

    public override void Open(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer)
    {
        var seed = answer.Call.Fingerprint;
        bench.Begin().WriteString("role"u8, "assistant"u8);
        bench.EndEvent(output, "messageStart"u8, seed);
        if (answer.ToolName is not { } tool) return;
        var json = bench.Begin();
        json.WriteNumber("contentBlockIndex"u8, 0);
        json.WriteStartObject("start"u8);
        json.WriteStartObject("toolUse"u8);
        json.WriteString("name"u8, tool);
        json.WriteString("toolUseId"u8, answer.ToolId);
        json.WriteEndObject();
        json.WriteEndObject();
        bench.EndEvent(output, "contentBlockStart"u8, unchecked(seed + 1));
    }

    public override void Delta(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, ReadOnlySpan<byte> text, int index)
    {
        var json = bench.Begin();
        json.WriteNumber("contentBlockIndex"u8, 0);
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
        bench.EndEvent(output, "contentBlockDelta"u8, unchecked(answer.Call.Fingerprint + 2 + (ulong)index));
    }

    public override void Close(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, int deltas)
    {
        var seed = unchecked(answer.Call.Fingerprint + 2 + (ulong)deltas);
        bench.Begin().WriteNumber("contentBlockIndex"u8, 0);
        bench.EndEvent(output, "contentBlockStop"u8, seed);
        bench.Begin().WriteString("stopReason"u8, answer.StopReason);
        bench.EndEvent(output, "messageStop"u8, unchecked(seed + 1));
        if (!answer.SaysUsage) return;
        Metadata(bench.Begin(), answer);
        bench.EndEvent(output, "metadata"u8, unchecked(seed + 2));
    }

    static void Metadata(Utf8JsonWriter json, LocalAnswer answer)
    {
        json.WriteStartObject("metrics"u8);
        json.WriteNumber("latencyMs"u8, answer.LatencyMs);
        json.WriteEndObject();
        if (answer.Call.Optimized)
        {
            json.WriteStartObject("performanceConfig"u8);
            json.WriteString("latency"u8, "optimized"u8);
            json.WriteEndObject();
        }
        json.WriteStartObject("serviceTier"u8);
        json.WriteString("type"u8, answer.ServedTier);
        json.WriteEndObject();
        LocalGuardrail.WriteConverse(json, answer);
        if (answer.SaysUsage) Usage(json, answer);
    }

    static void Usage(Utf8JsonWriter json, LocalAnswer answer)
    {
        var usage = answer.Usage;
        json.WriteStartObject("usage"u8);
        json.WriteNumber("inputTokens"u8, answer.ReportedInput);
        json.WriteNumber("outputTokens"u8, usage.Output);
        json.WriteNumber("totalTokens"u8, usage.AllInput + usage.Output);
        json.WriteNumber("cacheReadInputTokens"u8, usage.CacheRead);
        json.WriteNumber("cacheWriteInputTokens"u8, usage.CacheWrite);
        if (usage.CacheWrite > 0)
        {
            json.WriteStartArray("cacheDetails"u8);
            CacheDetail(json, "1h"u8, usage.CacheWrite1h);
            CacheDetail(json, "5m"u8, usage.CacheWrite5m);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    static void CacheDetail(Utf8JsonWriter json, ReadOnlySpan<byte> ttl, long tokens)
    {
        if (tokens == 0) return;
        json.WriteStartObject();
        json.WriteString("ttl"u8, ttl);
        json.WriteNumber("inputTokens"u8, tokens);
        json.WriteEndObject();
    }
}
