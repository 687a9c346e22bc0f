using System.Buffers;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>How an answer looks: as one body, or as the beginning, the deltas and the end of a stream.</summary>
abstract class AnswerForm
{
    static readonly ConverseForm Converse = new();
    static readonly ClaudeForm Claude = new();
    static readonly NovaForm Nova = new();
    static readonly LlamaForm Llama = new();
    static readonly ChatForm Chat = new();
    static readonly TitanEmbeddingForm TitanEmbedding = new();

    public static AnswerForm Of(LocalCall call) => !call.IsInvoke ? Converse : call.Family switch
    {
        ModelFamily.Claude => Claude,
        ModelFamily.Nova => Nova,
        ModelFamily.Llama => Llama,
        ModelFamily.TitanEmbedding => TitanEmbedding,
        _ => Chat,
    };

    /// <summary>Writes the members of the whole answer.</summary>
    public abstract void Body(Utf8JsonWriter json, LocalAnswer answer);

    public abstract void Open(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer);
    public abstract void Delta(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, ReadOnlySpan<byte> text, int index);
    public abstract void Close(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, int deltas);

    /// <summary>What Bedrock itself adds to a model's last chunk.</summary>
    protected static void InvocationMetrics(Utf8JsonWriter json, LocalAnswer answer)
    {
        LocalGuardrail.WriteInvoke(json, answer);
        if (!answer.SaysUsage) return;
        json.WriteStartObject("amazon-bedrock-invocationMetrics"u8);
        json.WriteNumber("inputTokenCount"u8, answer.ReportedInput);
        json.WriteNumber("outputTokenCount"u8, answer.Usage.Output);
        json.WriteNumber("invocationLatency"u8, answer.LatencyMs);
        json.WriteNumber("firstByteLatency"u8, answer.FirstByteMs);
        json.WriteNumber("cacheReadInputTokenCount"u8, answer.Usage.CacheRead);
        json.WriteNumber("cacheWriteInputTokenCount"u8, answer.Usage.CacheWrite);
        json.WriteEndObject();
    }

    /// <summary>A tool's input stands in an answer as JSON; a directive may hold anything, so what is no JSON becomes a string.</summary>
    protected static void ToolInput(Utf8JsonWriter json, ReadOnlySpan<byte> name, LocalAnswer answer)
    {
        json.WritePropertyName(name);
        try
        {
            json.WriteRawValue(answer.Text.Span);
        }
        catch (JsonException)
        {
            json.WriteStringValue(answer.Text.Span);
        }
    }
}
