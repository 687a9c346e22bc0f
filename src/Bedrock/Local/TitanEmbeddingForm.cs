using System.Buffers;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>A text's vector, of unit length and without meaning: equal texts have equal vectors.</summary>
sealed class TitanEmbeddingForm : AnswerForm
{
    public override void Body(Utf8JsonWriter json, LocalAnswer answer)
    {
        Vector(json, "embedding"u8, answer);
        json.WriteStartObject("embeddingsByType"u8);
        Vector(json, "float"u8, answer);
        json.WriteEndObject();
        if (answer.SaysUsage) json.WriteNumber("inputTextTokenCount"u8, answer.Usage.Input);
    }

    public override void Open(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer) => throw NoStream();

    public override void Delta(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, ReadOnlySpan<byte> text, int index) =>
        throw NoStream();

    public override void Close(AnswerBench bench, IBufferWriter<byte> output, LocalAnswer answer, int deltas) => throw NoStream();

    public static LocalRefusalException NoStream() => LocalRefusalException.Invalid("The model is unsupported for streaming.");

    static void Vector(Utf8JsonWriter json, ReadOnlySpan<byte> name, LocalAnswer answer)
    {
        var size = 1 / Math.Sqrt(answer.Call.Dimensions);
        json.WriteStartArray(name);
        for (var i = 0; i < answer.Call.Dimensions; i++)
        {
            // The sign carries all there is, so the length is one whatever the dimensions.
            var sign = Prose.Mix(unchecked(answer.Call.Fingerprint + (ulong)i)) >> 63;
            json.WriteNumberValue((float)(sign == 0 ? size : -size));
        }
        json.WriteEndArray();
    }
}
