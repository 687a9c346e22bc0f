using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Json;

namespace Assay.Gateway.Dialects.OpenAi;

/// <summary>Embeddings asked for in OpenAI's form: the InvokeModel calls that make them, and how their answers are put together.</summary>
/// <param name="Model">The model as the client asked for it.</param>
/// <param name="Bodies">A body for each InvokeModel call, in the order of the inputs: one text each for Titan, up to 96 for Cohere.</param>
/// <param name="IsBase64">True where the client wants base64 of little-endian floats: the SDKs' silent default.</param>
sealed record OpenAiEmbeddings(string Model, IReadOnlyList<ReadOnlyMemory<byte>> Bodies, bool IsBase64)
{
    const string NoChoice = "is not a choice of this model";
    const int TextsMax = 2048, CohereTextsMax = 96;

    public required IReadOnlyDictionary<string, string> Tags { get; init; }
    public required IReadOnlyList<string> Ignored { get; init; }

    /// <summary>The calls, or an error and null.</summary>
    /// <param name="modelId">The Bedrock model that answers; null where it is the one that the body names.</param>
    public static OpenAiEmbeddings? Translate(ReadOnlyMemory<byte> json, string? modelId, out DialectError? error)
    {
        try
        {
            error = null;
            using RequestBody request = new(json);
            return Translate(request, modelId);
        }
        catch (DialectException fault)
        {
            error = fault.Error;
            return null;
        }
    }

    static OpenAiEmbeddings Translate(RequestBody request, string? modelId)
    {
        var root = request.Root;
        var asked = root["model"].Word();
        var model = modelId ?? asked;
        var texts = Texts(root["input"]);
        Dictionary<string, string> tags = new(StringComparer.Ordinal);
        long? dimensions = root.Find("dimensions", out var wanted) ? wanted.Whole(1) : null;
        var inputType = root.Find("input_type", out var purpose) ? purpose.Word() : "search_document";
        var isBase64 = root.Find("encoding_format", out var encoding)
            && (encoding.Text() is "float" or "base64" ? encoding.Text() == "base64" : throw encoding.NoSuch("float, base64"));
        foreach (var (name, value) in root.Members())
            if (name == "user") tags[name] = value.Text();
            else if (name is not ("model" or "input" or "dimensions" or "encoding_format" or "input_type") && !value.IsNothing)
                request.Ignore(value);

        List<ReadOnlyMemory<byte>> bodies;
        if (model.Contains("cohere.embed", StringComparison.Ordinal))
        {
            // Only the fourth generation has a choice of lengths.
            if (dimensions is not null && !model.Contains("embed-v4", StringComparison.Ordinal)) throw wanted.Fail(NoChoice);
            bodies = [.. texts.Chunk(CohereTextsMax).Select(t => Cohere(t, inputType, dimensions))];
        }
        else if (model.Contains("amazon.titan-embed-", StringComparison.Ordinal))
        {
            if (root.Find("input_type", out var ignored)) request.Ignore(ignored);
            var isSecond = model.Contains("titan-embed-text-v2", StringComparison.Ordinal);
            if (dimensions is not null && !isSecond) throw wanted.Fail(NoChoice);
            bodies = [.. texts.Select(t => Titan(t, dimensions))];
        }
        else
        {
            throw root["model"].Fail("names no model whose embeddings are translated; these are: amazon.titan-embed-…, cohere.embed-…");
        }
        return new(asked, bodies, isBase64) { Tags = tags, Ignored = request.Ignored };
    }

    static List<Node> Texts(Node input)
    {
        List<Node> texts = input.IsText ? [input] : [.. input.Items()];
        if (texts.Count is 0 or > TextsMax) throw input.Fail($"holds {texts.Count} texts; 1 to {TextsMax} are taken");
        foreach (var text in texts)
            if (!text.IsText) throw text.Fail("must be a text; tokens of OpenAI's mean nothing to this model");
            else if (text.IsEmptyText) throw text.Fail("is empty");
        return texts;
    }

    static ReadOnlyMemory<byte> Titan(Node text, long? dimensions) => Body(json =>
    {
        json.WritePropertyName("inputText");
        json.WriteRawValue(text.Raw, skipInputValidation: true);
        if (dimensions is { } length) json.WriteNumber("dimensions", length);
    });

    static ReadOnlyMemory<byte> Cohere(Node[] texts, string inputType, long? dimensions) => Body(json =>
    {
        json.WriteStartArray("texts");
        foreach (var text in texts) json.WriteRawValue(text.Raw, skipInputValidation: true);
        json.WriteEndArray();
        json.WriteString("input_type", inputType);
        if (dimensions is { } length) json.WriteNumber("output_dimension", length);
    });

    static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer, ConverseAnswer.Writing);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>The calls' answers → OpenAI's list of embeddings.</summary>
    /// <param name="answers">Each call's body, in the order of <see cref="Bodies"/>.</param>
    /// <param name="inputTokens">The tokens of all calls, from Bedrock's headers; Cohere's bodies do not tell them.</param>
    /// <returns>Null when it is written; an error, and nothing written, where an answer cannot be read.</returns>
    public DialectError? Write(IReadOnlyList<ReadOnlyMemory<byte>> answers, long inputTokens, IBufferWriter<byte> into)
    {
        ArrayBufferWriter<byte> written = new();
        using (Utf8JsonWriter json = new(written, ConverseAnswer.Writing))
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            var index = 0;
            foreach (var body in answers)
            {
                using var answer = ConverseAnswer.Read(body, out var error);
                if (answer is null) return error;
                var vectors = Vectors(answer.Root).ToList();
                if (vectors.Count == 0) return new(DialectFault.ModelFailed, "Bedrock's answer holds no embedding.");
                foreach (var vector in vectors) WriteVector(json, vector, index++);
            }
            json.WriteEndArray();
            json.WriteString("model", Model);
            json.WriteStartObject("usage");
            json.WriteNumber("prompt_tokens", inputTokens);
            json.WriteNumber("total_tokens", inputTokens);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        into.Write(written.WrittenSpan);
        return null;
    }

    static IEnumerable<JsonElement> Vectors(JsonElement answer)
    {
        if (ConverseAnswer.Member(answer, "embedding") is { ValueKind: JsonValueKind.Array } one) return [one];
        var many = ConverseAnswer.Member(answer, "embeddings");
        if (many is { ValueKind: JsonValueKind.Object } byType) many = ConverseAnswer.Member(byType, "float");
        return many is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.Array)
            : [];
    }

    void WriteVector(Utf8JsonWriter json, JsonElement vector, int index)
    {
        json.WriteStartObject();
        json.WriteString("object", "embedding");
        json.WriteNumber("index", index);
        json.WritePropertyName("embedding");
        if (IsBase64) json.WriteStringValue(Packed(vector));
        else json.WriteRawValue(ConverseAnswer.Raw(vector), skipInputValidation: true);
        json.WriteEndObject();
    }

    static byte[] Packed(JsonElement vector)
    {
        var floats = new byte[vector.GetArrayLength() * sizeof(float)];
        var at = 0;
        foreach (var number in vector.EnumerateArray())
        {
            var value = number.ValueKind == JsonValueKind.Number && number.TryGetSingle(out var parsed) ? parsed : 0;
            BinaryPrimitives.WriteSingleLittleEndian(floats.AsSpan(at), value);
            at += sizeof(float);
        }
        var base64 = new byte[Base64.GetMaxEncodedToUtf8Length(floats.Length)];
        Base64.EncodeToUtf8(floats, base64, out _, out var written);
        return base64[..written];
    }
}
