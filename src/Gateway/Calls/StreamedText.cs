using System.Text.Json;

namespace Assay.Gateway.Calls;

/// <summary>How much text an event of a stream brings, whatever the vendor: what a call cost at least, should no count ever come.</summary>
static class StreamedText
{
    static readonly JsonReaderOptions Lenient = new() { MaxDepth = 64 };

    /// <summary>The same of a whole answer; all of it where it is no JSON, since nobody knows what is text in it.</summary>
    public static int LengthOfBody(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            return reader.TrySkip() ? Length(json) : json.Length;
        }
        catch (JsonException)
        {
            return json.Length;
        }
    }

    /// <summary>Bytes of the words, of a tool's arguments, of reasoning; names, ids and padding do not count.</summary>
    public static int Length(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Lenient);
        var (length, counts) = (0, false);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName) counts = IsText(reader.ValueSpan);
                else if (counts && reader.TokenType == JsonTokenType.String) length += reader.ValueSpan.Length;
            }
        }
        catch (JsonException)
        {
            // What is no JSON brings no text.
        }
        return length;
    }

    static bool IsText(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => name.SequenceEqual("text"u8),
        5 => name.SequenceEqual("input"u8),
        7 => name.SequenceEqual("content"u8) || name.SequenceEqual("refusal"u8),
        8 => name.SequenceEqual("thinking"u8),
        9 => name.SequenceEqual("arguments"u8) || name.SequenceEqual("reasoning"u8),
        10 => name.SequenceEqual("generation"u8) || name.SequenceEqual("outputText"u8),
        12 => name.SequenceEqual("partial_json"u8),
        15 => name.SequenceEqual("redactedContent"u8),
        17 => name.SequenceEqual("reasoning_content"u8),
        _ => false,
    };
}
