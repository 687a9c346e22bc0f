using System.Text.Json;

namespace Assay.Usage.Logs;

/// <summary>Requests and answers of Converse, and the events of its streams, as a log holds them.</summary>
static class ConverseBodies
{
    public static void WriteRequest(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        var content = entry.Content;
        json.WriteStartObject();
        json.WriteStartArray("messages"u8);
        foreach (var message in content.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, message.Role);
            json.WriteStartArray("content"u8);
            foreach (var part in message.Parts) Part(json, part);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (content.System.Count > 0)
        {
            json.WriteStartArray("system"u8);
            foreach (var part in content.System) Part(json, part);
            json.WriteEndArray();
        }
        json.WriteStartObject("inferenceConfig"u8);
        json.WriteNumber("maxTokens"u8, content.MaxTokens);
        json.WriteEndObject();
        if (content.Tools.Count > 0) Tools(json, content.Tools);
        if (entry.RecordReference.Tier is Tier.Flex or Tier.Priority) ServiceTier(json, entry.RecordReference.Tier);
        if (entry.RecordReference.Tier == Tier.LatencyOptimized) PerformanceConfig(json);
        json.WriteEndObject();
    }

    static void Tools(Utf8JsonWriter json, IReadOnlyList<LogTool> tools)
    {
        json.WriteStartObject("toolConfig"u8);
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteStartObject("toolSpec"u8);
            json.WriteString("name"u8, tool.Name);
            json.WriteString("description"u8, tool.Description);
            json.WriteStartObject("inputSchema"u8);
            json.WritePropertyName("json"u8);
            json.WriteRawValue(tool.SchemaJson, skipInputValidation: true);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Part(Utf8JsonWriter json, LogPart part)
    {
        json.WriteStartObject();
        switch (part)
        {
            case LogPart.Words words:
                json.WriteString("text"u8, words.Text);
                break;
            case LogPart.ToolUse use:
                json.WriteStartObject("toolUse"u8);
                json.WriteString("toolUseId"u8, use.Id);
                json.WriteString("name"u8, use.Name);
                json.WritePropertyName("input"u8);
                json.WriteRawValue(use.InputJson, skipInputValidation: true);
                json.WriteEndObject();
                break;
            case LogPart.ToolResult result:
                json.WriteStartObject("toolResult"u8);
                json.WriteString("toolUseId"u8, result.Id);
                json.WriteStartArray("content"u8);
                json.WriteStartObject();
                json.WriteString("text"u8, result.Text);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case LogPart.CachePoint point:
                json.WriteStartObject("cachePoint"u8);
                json.WriteString("type"u8, "default"u8);
                // Five minutes is what a cache point means when it says nothing.
                if (point.Ttl != "5m") json.WriteString("ttl"u8, point.Ttl);
                json.WriteEndObject();
                break;
        }
        json.WriteEndObject();
    }

    public static void WriteAnswer(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        json.WriteStartObject();
        if (entry.OutputBody == LogBody.Included)
        {
            json.WriteStartObject("output"u8);
            json.WriteStartObject("message"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteStartArray("content"u8);
            foreach (var part in entry.Content.Answer) Part(json, part);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        if (entry.RecordReference.StopReason is { } reason) json.WriteString("stopReason"u8, reason);
        Metadata(json, entry);
        json.WriteEndObject();
    }

    public static void WriteEvents(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteStartObject("messageStart"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        var index = 0;
        foreach (var part in InvocationLogBodies.AnswerParts(entry)) BlockEvents(json, part, index++);
        json.WriteStartObject();
        json.WriteStartObject("messageStop"u8);
        if (entry.RecordReference.StopReason is { } reason) json.WriteString("stopReason"u8, reason);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteStartObject("metadata"u8);
        Metadata(json, entry);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void BlockEvents(Utf8JsonWriter json, LogPart part, int index)
    {
        if (part is LogPart.ToolUse use)
        {
            json.WriteStartObject();
            json.WriteStartObject("contentBlockStart"u8);
            json.WriteStartObject("start"u8);
            json.WriteStartObject("toolUse"u8);
            json.WriteString("toolUseId"u8, use.Id);
            json.WriteString("name"u8, use.Name);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteNumber("contentBlockIndex"u8, index);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteStartObject();
        json.WriteStartObject("contentBlockDelta"u8);
        json.WriteStartObject("delta"u8);
        if (part is LogPart.ToolUse { InputJson: var input })
        {
            json.WriteStartObject("toolUse"u8);
            json.WriteString("input"u8, input);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("text"u8, (part as LogPart.Words)?.Text ?? "");
        }
        json.WriteEndObject();
        json.WriteNumber("contentBlockIndex"u8, index);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteStartObject("contentBlockStop"u8);
        json.WriteNumber("contentBlockIndex"u8, index);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Metadata(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        ref readonly var record = ref entry.RecordReference;
        json.WriteStartObject("metrics"u8);
        json.WriteNumber("latencyMs"u8, entry.LatencyMs);
        json.WriteEndObject();
        Usage(json, record);
        ServiceTier(json, record.Tier, record.Mode == Mode.Reserved);
        if (record.Tier == Tier.LatencyOptimized) PerformanceConfig(json);
        Images(json, record);
        if (entry.Guardrails.Count == 0) return;
        json.WriteStartObject("trace"u8);
        json.WriteStartObject("guardrail"u8);
        GuardrailTrace.WriteConverse(json, entry.Guardrails);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Usage(Utf8JsonWriter json, in UsageRecord record)
    {
        var tokens = record.Tokens;
        var input = InvocationLogWriter.InputAsLogged(record);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("inputTokens"u8, input);
        json.WriteNumber("outputTokens"u8, tokens.Output);
        json.WriteNumber("totalTokens"u8, input + tokens.Output);
        json.WriteNumber("cacheReadInputTokens"u8, tokens.CacheRead);
        json.WriteNumber("cacheWriteInputTokens"u8, InvocationLogWriter.CacheWritten(tokens));
        if (tokens.CacheWrite5m + tokens.CacheWrite30m + tokens.CacheWrite1h > 0)
        {
            json.WriteStartArray("cacheDetails"u8);
            CacheDetail(json, "5m"u8, tokens.CacheWrite5m);
            CacheDetail(json, "30m"u8, tokens.CacheWrite30m);
            CacheDetail(json, "1h"u8, tokens.CacheWrite1h);
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

    // Pictures are counted by the list they came in.
    static void Images(Utf8JsonWriter json, in UsageRecord record)
    {
        if (record.Amounts is not { } amounts) return;
        foreach (var amount in amounts)
        {
            if (amount.Meter != Meter.Image) continue;
            json.WriteStartArray("images"u8);
            for (var i = 0; i < amount.Amount; i++) json.WriteStringValue(""u8);
            json.WriteEndArray();
        }
    }

    static void ServiceTier(Utf8JsonWriter json, Tier tier, bool isReserved = false)
    {
        json.WriteStartObject("serviceTier"u8);
        json.WriteString("type"u8, isReserved ? "reserved"u8
            : tier switch { Tier.Flex => "flex"u8, Tier.Priority => "priority"u8, _ => "default"u8 });
        json.WriteEndObject();
    }

    static void PerformanceConfig(Utf8JsonWriter json)
    {
        json.WriteStartObject("performanceConfig"u8);
        json.WriteString("latency"u8, "optimized"u8);
        json.WriteEndObject();
    }
}
