using System.Text.Json;

namespace Assay.Usage.Logs;

/// <summary>Requests and answers of Claude's own interface, and the chunks of its streams, as a log holds them.</summary>
static class ClaudeBodies
{
    public static void WriteRequest(Utf8JsonWriter json, LogContent content)
    {
        json.WriteStartObject();
        json.WriteString("anthropic_version"u8, "bedrock-2023-05-31"u8);
        json.WriteNumber("max_tokens"u8, content.MaxTokens);
        if (content.System.Count > 0)
        {
            json.WritePropertyName("system"u8);
            Parts(json, content.System);
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
            Parts(json, message.Parts);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Parts(Utf8JsonWriter json, IReadOnlyList<LogPart> parts)
    {
        json.WriteStartArray();
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is LogPart.CachePoint) continue;
            json.WriteStartObject();
            Part(json, parts[i]);
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

    static void Part(Utf8JsonWriter json, LogPart part)
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

    public static void WriteAnswer(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        ref readonly var record = ref entry.RecordReference;
        json.WriteStartObject();
        // What a guardrail says in place of the model has no id, no model, no stop reason and no usage.
        if (!record.Tokens.IsNone) Name(json, record);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (entry.OutputBody == LogBody.Included)
        {
            json.WritePropertyName("content"u8);
            Parts(json, entry.Content.Answer);
        }
        if (!record.Tokens.IsNone)
        {
            json.WriteString("stop_reason"u8, record.StopReason);
            json.WriteNull("stop_sequence"u8);
            Usage(json, record, record.Tokens.Output);
        }
        Guardrail(json, entry.Guardrails);
        json.WriteEndObject();
    }

    static void Name(Utf8JsonWriter json, in UsageRecord record)
    {
        json.WriteString("id"u8, $"msg_bdrk_{record.RequestId.Key >> 32:x24}");
        json.WriteString("model"u8, Model(record.Model.Id));
    }

    // anthropic.claude-sonnet-4-20250514-v1:0 calls itself claude-sonnet-4-20250514.
    static ReadOnlySpan<char> Model(string id)
    {
        var name = id.AsSpan(id.StartsWith("anthropic.", StringComparison.Ordinal) ? "anthropic.".Length : 0);
        var version = name.LastIndexOf("-v", StringComparison.Ordinal);
        return version > 0 ? name[..version] : name;
    }

    static void Usage(Utf8JsonWriter json, in UsageRecord record, long output)
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

    static void Guardrail(Utf8JsonWriter json, IReadOnlyList<GuardrailAssessment> guardrails)
    {
        if (guardrails.Count == 0) return;
        json.WriteStartObject("amazon-bedrock-trace"u8);
        json.WriteStartObject("guardrail"u8);
        GuardrailTrace.WriteInvoke(json, guardrails);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("amazon-bedrock-guardrailAction"u8, guardrails.Any(g => g.Blocked) ? "INTERVENED"u8 : "NONE"u8);
    }

    public static void WriteChunks(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        ref readonly var record = ref entry.RecordReference;
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("type"u8, "message_start"u8);
        json.WriteStartObject("message"u8);
        Name(json, record);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        json.WriteEndArray();
        json.WriteNull("stop_reason"u8);
        json.WriteNull("stop_sequence"u8);
        // The first chunk counts the input and guesses at the output; the last one has the output that is charged.
        Usage(json, record, Math.Min(1, record.Tokens.Output));
        json.WriteEndObject();
        json.WriteEndObject();
        var index = 0;
        foreach (var part in InvocationLogBodies.AnswerParts(entry)) BlockChunks(json, part, index++);
        LastChunks(json, entry);
        json.WriteEndArray();
    }

    static void BlockChunks(Utf8JsonWriter json, LogPart part, int index)
    {
        var use = part as LogPart.ToolUse;
        json.WriteStartObject();
        json.WriteString("type"u8, "content_block_start"u8);
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("content_block"u8);
        Part(json, use is null ? new LogPart.Words("") : use with { InputJson = "{}" });
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

    static void LastChunks(Utf8JsonWriter json, InvocationLogEntry entry)
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
        Guardrail(json, entry.Guardrails);
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
