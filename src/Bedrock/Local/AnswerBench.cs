using System.Buffers;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>Where an answer's JSON is put together: one a call, used again by later calls.</summary>
sealed class AnswerBench
{
    readonly ArrayBufferWriter<byte> bytes = new(4_096);

    public AnswerBench() => Json = new(bytes, new JsonWriterOptions { SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    /// <summary>What was written since <see cref="Begin"/>.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            Json.Flush();
            return bytes.WrittenMemory;
        }
    }

    /// <summary>Starts an object on an empty bench.</summary>
    public Utf8JsonWriter Begin()
    {
        bytes.ResetWrittenCount();
        Json.Reset();
        Json.WriteStartObject();
        return Json;
    }

    /// <summary>Ends the object and writes it as an event of a Converse stream, with padding.</summary>
    public void EndEvent(IBufferWriter<byte> output, ReadOnlySpan<byte> type, ulong seed)
    {
        Json.WriteString("p"u8, Padding(seed));
        Json.WriteEndObject();
        EventStreamWriter.WriteEvent(output, type, Written.Span);
    }

    /// <summary>Ends the object and writes it as a part of an InvokeModel stream, with padding.</summary>
    public void EndChunk(IBufferWriter<byte> output, ulong seed)
    {
        Json.WriteEndObject();
        EventStreamWriter.WriteChunk(output, Written.Span, Padding(seed));
    }

    // AWS pads with the beginning of the alphabet, of any length, so that the size of a frame does not tell the size of its text.
    static ReadOnlySpan<byte> Padding(ulong seed) =>
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8[..(int)(1 + Prose.Mix(seed) % 62)];
}
