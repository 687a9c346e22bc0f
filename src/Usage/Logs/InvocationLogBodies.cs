using System.Text.Json;

namespace Assay.Usage.Logs;

/// <summary>The bodies inside an invocation log: requests and answers of Converse, of Claude's own interface and of embeddings.</summary>
static class InvocationLogBodies
{
    public static void WriteRequest(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        switch (entry.Shape)
        {
            case LogShape.Converse or LogShape.ConverseEvents:
                ConverseRequest(json, entry);
                break;
            case LogShape.InvokeClaude or LogShape.InvokeClaudeChunks:
                ClaudeRequest(json, entry.Content);
                break;
            default:
                json.WriteStartObject();
                json.WriteString("inputText"u8, entry.Content.Messages is [{ Parts: [LogPart.Words words, ..] }, ..] ? words.Text : "");
                json.WriteBoolean("normalize"u8, true);
                json.WriteEndObject();
                break;
        }
    }

    public static void WriteAnswer(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        switch (entry.Shape)
        {
            case LogShape.Converse:
                ConverseAnswer(json, entry);
                break;
            case LogShape.ConverseEvents:
                ConverseEvents(json, entry);
                break;
            case LogShape.InvokeClaude:
                ClaudeAnswer(json, entry);
                break;
            case LogShape.InvokeClaudeChunks:
                ClaudeChunks(json, entry);
                break;
            default:
                json.WriteStartObject();
                json.WriteNumber("inputTextTokenCount"u8, entry.RecordReference.Tokens.Input);
                json.WriteEndObject();
                break;
        }
    }

    static IReadOnlyList<LogPart> AnswerParts(InvocationLogEntry entry) =>
        entry.OutputBody == LogBody.Included ? entry.Content.Answer : [];

    // ---- Converse ----

    static void ConverseRequest(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        var content = entry.Content;
        json.WriteStartObject();
        json.WriteStartArray("messages"u8);
        foreach (var message in content.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, message.Role);
            json.WriteStartArray("content"u8);
            foreach (var part in message.Parts) ConversePart(json, part);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (content.System.Count > 0)
        {
            json.WriteStartArray("system"u8);
            foreach (var part in content.System) ConversePart(json, part);
            json.WriteEndArray();
        }
        json.WriteStartObject("inferenceConfig"u8);
        json.WriteNumber("maxTokens"u8, content.MaxTokens);
        json.WriteEndObject();
        if (content.Tools.Count > 0) ConverseTools(json, content.Tools);
        if (entry.RecordReference.Tier is Tier.Flex or Tier.Priority) ServiceTier(json, entry.RecordReference.Tier);
        if (entry.RecordReference.Tier == Tier.LatencyOptimized) PerformanceConfig(json);
        json.WriteEndObject();
    }

    static void ConverseTools(Utf8JsonWriter json, IReadOnlyList<LogTool> tools)
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

    static void ConversePart(Utf8JsonWriter json, LogPart part)
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

    static void ConverseAnswer(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        json.WriteStartObject();
        if (entry.OutputBody == LogBody.Included)
        {
            json.WriteStartObject("output"u8);
            json.WriteStartObject("message"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteStartArray("content"u8);
            foreach (var part in entry.Content.Answer) ConversePart(json, part);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        if (entry.RecordReference.StopReason is { } reason) json.WriteString("stopReason"u8, reason);
        ConverseMetadata(json, entry);
        json.WriteEndObject();
    }

    static void ConverseEvents(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteStartObject("messageStart"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        var index = 0;
        foreach (var part in AnswerParts(entry)) ConverseBlockEvents(json, part, index++);
        json.WriteStartObject();
        json.WriteStartObject("messageStop"u8);
        if (entry.RecordReference.StopReason is { } reason) json.WriteString("stopReason"u8, reason);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteStartObject("metadata"u8);
        ConverseMetadata(json, entry);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void ConverseBlockEvents(Utf8JsonWriter json, LogPart part, int index)
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

    static void ConverseMetadata(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        ref readonly var record = ref entry.RecordReference;
        json.WriteStartObject("metrics"u8);
        json.WriteNumber("latencyMs"u8, entry.LatencyMs);
        json.WriteEndObject();
        ConverseUsage(json, record);
        ServiceTier(json, record.Tier);
        if (record.Tier == Tier.LatencyOptimized) PerformanceConfig(json);
        if (entry.Guardrails.Count == 0) return;
        json.WriteStartObject("trace"u8);
        json.WriteStartObject("guardrail"u8);
        GuardrailTrace.WriteConverse(json, entry.Guardrails);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void ConverseUsage(Utf8JsonWriter json, in UsageRecord record)
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

    static void ServiceTier(Utf8JsonWriter json, Tier tier)
    {
        json.WriteStartObject("serviceTier"u8);
        json.WriteString("type"u8, tier switch { Tier.Flex => "flex"u8, Tier.Priority => "priority"u8, _ => "default"u8 });
        json.WriteEndObject();
    }

    static void PerformanceConfig(Utf8JsonWriter json)
    {
        json.WriteStartObject("performanceConfig"u8);
        json.WriteString("latency"u8, "optimized"u8);
        json.WriteEndObject();
    }

    // ---- Claude's own interface ----

    static void ClaudeRequest(Utf8JsonWriter json, LogContent content)
    {
        json.WriteStartObject();
        json.WriteString("anthropic_version"u8, "bedrock-2023-05-31"u8);
        json.WriteNumber("max_tokens"u8, content.MaxTokens);
        if (content.System.Count > 0)
        {
            json.WritePropertyName("system"u8);
            ClaudeParts(json, content.System);
        }
        if (content.Tools.Count > 0)
        {
            json.WriteStartArray("tools"u8);
            foreach (var tool in content.Tools)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, tool.Name);
                json.WriteString("description"u8, tool.Description);
                json.WritePropertyName("input_schema"u8);
                json.WriteRawValue(tool.SchemaJson, skipInputValidation: true);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteStartArray("messages"u8);
        foreach (var message in content.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, message.Role);
            json.WritePropertyName("content"u8);
            ClaudeParts(json, message.Parts);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void ClaudeParts(Utf8JsonWriter json, IReadOnlyList<LogPart> parts)
    {
        json.WriteStartArray();
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is LogPart.CachePoint) continue;
            json.WriteStartObject();
            ClaudePart(json, parts[i]);
            // Here a cache point is a mark on the block it follows, not a block of its own.
            if (i + 1 < parts.Count && parts[i + 1] is LogPart.CachePoint point)
            {
                json.WriteStartObject("cache_control"u8);
                json.WriteString("type"u8, "ephemeral"u8);
                if (point.Ttl != "5m") json.WriteString("ttl"u8, point.Ttl);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void ClaudePart(Utf8JsonWriter json, LogPart part)
    {
        switch (part)
        {
            case LogPart.Words words:
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, words.Text);
                break;
            case LogPart.ToolUse use:
                json.WriteString("type"u8, "tool_use"u8);
                json.WriteString("id"u8, use.Id);
                json.WriteString("name"u8, use.Name);
                json.WritePropertyName("input"u8);
                json.WriteRawValue(use.InputJson, skipInputValidation: true);
                break;
            case LogPart.ToolResult result:
                json.WriteString("type"u8, "tool_result"u8);
                json.WriteString("tool_use_id"u8, result.Id);
                json.WriteString("content"u8, result.Text);
                break;
        }
    }

    static void ClaudeAnswer(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        ref readonly var record = ref entry.RecordReference;
        json.WriteStartObject();
        // What a guardrail says in place of the model has no id, no model, no stop reason and no usage.
        if (!record.Tokens.IsNone) ClaudeName(json, record);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (entry.OutputBody == LogBody.Included)
        {
            json.WritePropertyName("content"u8);
            ClaudeParts(json, entry.Content.Answer);
        }
        if (!record.Tokens.IsNone)
        {
            json.WriteString("stop_reason"u8, record.StopReason);
            json.WriteNull("stop_sequence"u8);
            ClaudeUsage(json, record, record.Tokens.Output);
        }
        ClaudeGuardrail(json, entry.Guardrails);
        json.WriteEndObject();
    }

    static void ClaudeName(Utf8JsonWriter json, in UsageRecord record)
    {
        json.WriteString("id"u8, $"msg_bdrk_{record.RequestId.Key >> 32:x24}");
        json.WriteString("model"u8, ClaudeModel(record.Model.Id));
    }

    // anthropic.claude-sonnet-4-20250514-v1:0 calls itself claude-sonnet-4-20250514.
    static ReadOnlySpan<char> ClaudeModel(string id)
    {
        var name = id.AsSpan(id.StartsWith("anthropic.", StringComparison.Ordinal) ? "anthropic.".Length : 0);
        var version = name.LastIndexOf("-v", StringComparison.Ordinal);
        return version > 0 ? name[..version] : name;
    }

    static void ClaudeUsage(Utf8JsonWriter json, in UsageRecord record, long output)
    {
        var tokens = record.Tokens;
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, InvocationLogWriter.InputAsLogged(record));
        json.WriteNumber("cache_creation_input_tokens"u8, InvocationLogWriter.CacheWritten(tokens));
        json.WriteNumber("cache_read_input_tokens"u8, tokens.CacheRead);
        if (tokens.CacheWrite5m + tokens.CacheWrite1h > 0)
        {
            json.WriteStartObject("cache_creation"u8);
            json.WriteNumber("ephemeral_5m_input_tokens"u8, tokens.CacheWrite5m);
            json.WriteNumber("ephemeral_1h_input_tokens"u8, tokens.CacheWrite1h);
            json.WriteEndObject();
        }
        json.WriteNumber("output_tokens"u8, output);
        json.WriteEndObject();
    }

    static void ClaudeGuardrail(Utf8JsonWriter json, IReadOnlyList<GuardrailAssessment> guardrails)
    {
        if (guardrails.Count == 0) return;
        json.WriteStartObject("amazon-bedrock-trace"u8);
        json.WriteStartObject("guardrail"u8);
        GuardrailTrace.WriteInvoke(json, guardrails);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("amazon-bedrock-guardrailAction"u8, guardrails.Any(g => g.Blocked) ? "INTERVENED"u8 : "NONE"u8);
    }

    static void ClaudeChunks(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        ref readonly var record = ref entry.RecordReference;
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("type"u8, "message_start"u8);
        json.WriteStartObject("message"u8);
        ClaudeName(json, record);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        json.WriteEndArray();
        json.WriteNull("stop_reason"u8);
        json.WriteNull("stop_sequence"u8);
        // The first chunk counts the input and guesses at the output; the last one has the output that is charged.
        ClaudeUsage(json, record, Math.Min(1, record.Tokens.Output));
        json.WriteEndObject();
        json.WriteEndObject();
        var index = 0;
        foreach (var part in AnswerParts(entry)) ClaudeBlockChunks(json, part, index++);
        ClaudeLastChunks(json, entry);
        json.WriteEndArray();
    }

    static void ClaudeBlockChunks(Utf8JsonWriter json, LogPart part, int index)
    {
        var use = part as LogPart.ToolUse;
        json.WriteStartObject();
        json.WriteString("type"u8, "content_block_start"u8);
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("content_block"u8);
        ClaudePart(json, use is null ? new LogPart.Words("") : use with { InputJson = "{}" });
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type"u8, "content_block_delta"u8);
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("delta"u8);
        json.WriteString("type"u8, use is null ? "text_delta"u8 : "input_json_delta"u8);
        if (use is null) json.WriteString("text"u8, (part as LogPart.Words)?.Text ?? "");
        else json.WriteString("partial_json"u8, use.InputJson);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type"u8, "content_block_stop"u8);
        json.WriteNumber("index"u8, index);
        json.WriteEndObject();
    }

    static void ClaudeLastChunks(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        ref readonly var record = ref entry.RecordReference;
        json.WriteStartObject();
        json.WriteString("type"u8, "message_delta"u8);
        json.WriteStartObject("delta"u8);
        json.WriteString("stop_reason"u8, record.StopReason);
        json.WriteNull("stop_sequence"u8);
        json.WriteEndObject();
        json.WriteStartObject("usage"u8);
        json.WriteNumber("output_tokens"u8, record.Tokens.Output);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type"u8, "message_stop"u8);
        ClaudeGuardrail(json, entry.Guardrails);
        json.WriteStartObject("amazon-bedrock-invocationMetrics"u8);
        json.WriteNumber("inputTokenCount"u8, InvocationLogWriter.InputAsLogged(record));
        json.WriteNumber("outputTokenCount"u8, record.Tokens.Output);
        json.WriteNumber("invocationLatency"u8, entry.LatencyMs);
        json.WriteNumber("cacheReadInputTokenCount"u8, record.Tokens.CacheRead);
        json.WriteNumber("cacheWriteInputTokenCount"u8, InvocationLogWriter.CacheWritten(record.Tokens));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
