using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Usage.Logs;

/// <summary>
/// Writes records in the very JSON that Bedrock's model-invocation logging writes, one a line, so that whatever reads AWS's logs
/// reads ours. Not safe for several threads; the stream stays open and belongs to the caller.
/// </summary>
public sealed class InvocationLogWriter : IDisposable
{
    const int BytesKept = 64 * 1024;

    // AWS writes text as it is; the default encoder would turn every quote and umlaut into six characters.
    /// <summary>How a <see cref="Utf8JsonWriter"/> has to be set up to write records.</summary>
    public static JsonWriterOptions JsonOptions => Options;

    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    readonly Stream stream;
    readonly ArrayBufferWriter<byte> buffer = new(16 * 1024);
    readonly Utf8JsonWriter json;

    public InvocationLogWriter(Stream stream)
    {
        this.stream = stream;
        json = new Utf8JsonWriter(buffer, Options);
    }

    /// <summary>Writes one record and its line end. It is in the stream for certain only after <see cref="Flush"/>.</summary>
    public void Write(InvocationLogEntry entry)
    {
        json.Reset();
        WriteEntry(json, entry);
        json.Flush();
        buffer.Write("\n"u8);
        if (buffer.WrittenCount >= BytesKept) Drain();
    }

    /// <summary>Hands everything written to the stream and flushes it.</summary>
    public void Flush()
    {
        Drain();
        stream.Flush();
    }

    public void Dispose()
    {
        Drain();
        json.Dispose();
    }

    void Drain()
    {
        stream.Write(buffer.WrittenSpan);
        buffer.ResetWrittenCount();
    }

    /// <summary>Writes one record as a JSON object, without a line end, for whoever keeps buffers of his own.</summary>
    public static void WriteEntry(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        ref readonly var record = ref entry.RecordReference;
        json.WriteStartObject();
        WriteTime(json, record.Time);
        json.WriteString("accountId"u8, record.Caller.Account);
        json.WriteStartObject("identity"u8);
        json.WriteString("arn"u8, entry.IdentityArn);
        json.WriteEndObject();
        json.WriteString("region"u8, record.Region);
        json.WriteString("requestId"u8, record.RequestId.ToString());
        json.WriteString("operation"u8, record.Operation);
        json.WriteString("modelId"u8, entry.ModelId);
        if (record.ErrorCode is { } error) json.WriteString("errorCode"u8, error);
        WriteInput(json, entry);
        // A call that failed at once has no answer, and AWS writes no output for it; one that broke off later has tokens.
        if (record.ErrorCode is null || !record.Tokens.IsNone) WriteOutput(json, entry);
        if (entry.InferenceRegion is { } served) json.WriteString("inferenceRegion"u8, served);
        if (entry.Metadata.Count > 0)
        {
            json.WriteStartObject("requestMetadata"u8);
            foreach (var (key, value) in entry.Metadata) json.WriteString(key, value);
            json.WriteEndObject();
        }
        entry.OwnMembers?.Invoke(json);
        json.WriteString("schemaType"u8, "ModelInvocationLog"u8);
        json.WriteString("schemaVersion"u8, "1.0"u8);
        json.WriteEndObject();
    }

    static void WriteTime(Utf8JsonWriter json, DateTime time)
    {
        Span<byte> text = stackalloc byte[20];
        time.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss'Z'");
        json.WriteString("timestamp"u8, text[..length]);
    }

    static void WriteInput(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        json.WriteStartObject("input"u8);
        json.WriteString("inputContentType"u8, "application/json"u8);
        if (entry.InputBody == LogBody.OnS3) WritePath(json, "inputBodyS3Path"u8, entry, "_input.json.gz");
        if (!entry.InputJson.IsEmpty) WriteRaw(json, "inputBodyJson"u8, entry.InputJson);
        else if (entry.InputBody == LogBody.Included)
        {
            json.WritePropertyName("inputBodyJson"u8);
            InvocationLogBodies.WriteRequest(json, entry);
        }
        ref readonly var tokens = ref entry.RecordReference;
        if (!HasNoCounts(tokens))
        {
            json.WriteNumber("inputTokenCount"u8, InputAsLogged(tokens));
            if (tokens.Tokens.CacheRead > 0) json.WriteNumber("cacheReadInputTokenCount"u8, tokens.Tokens.CacheRead);
            if (CacheWritten(tokens.Tokens) > 0) json.WriteNumber("cacheWriteInputTokenCount"u8, CacheWritten(tokens.Tokens));
        }
        json.WriteEndObject();
    }

    static void WriteOutput(Utf8JsonWriter json, InvocationLogEntry entry)
    {
        json.WriteStartObject("output"u8);
        json.WriteString("outputContentType"u8, "application/json"u8);
        if (entry.OutputBody == LogBody.OnS3) WritePath(json, "outputBodyS3Path"u8, entry, "_output.json.gz");
        if (!entry.OutputJson.IsEmpty) WriteRaw(json, "outputBodyJson"u8, entry.OutputJson);
        else if (entry.OutputBody is LogBody.Included or LogBody.WithoutText)
        {
            json.WritePropertyName("outputBodyJson"u8);
            InvocationLogBodies.WriteAnswer(json, entry);
        }
        if (!HasNoCounts(entry.RecordReference) && entry.Shape != LogShape.Embedding)
            json.WriteNumber("outputTokenCount"u8, entry.RecordReference.Tokens.Output);
        json.WriteEndObject();
    }

    static void WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlyMemory<byte> body)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(body.Span, skipInputValidation: true);
    }

    static void WritePath(Utf8JsonWriter json, ReadOnlySpan<byte> name, InvocationLogEntry entry, string suffix) =>
        json.WriteString(name, $"{entry.BodyFolder}/{entry.RecordReference.RequestId}{suffix}");

    // Failed and blocked calls have no counts at all; a zero would read as a call that was counted.
    static bool HasNoCounts(in UsageRecord record) => record.Tokens.IsNone;

    /// <summary>The input count in the meaning the model's logs give it: with cached tokens (gross) or without.</summary>
    internal static long InputAsLogged(in UsageRecord record) =>
        record.Model.Facts is { GrossInput: true } ? record.Tokens.Prompt : record.Tokens.Input;

    internal static long CacheWritten(in TokenCounts tokens) =>
        tokens.CacheWrite5m + tokens.CacheWrite30m + tokens.CacheWrite1h + tokens.CacheWriteUnknown;
}
