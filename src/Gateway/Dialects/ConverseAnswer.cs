using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Gateway.Dialects;

/// <summary>An answer of Converse, held while it is put into another dialect.</summary>
sealed class ConverseAnswer : IDisposable
{
    static readonly DialectError Unreadable = new(DialectFault.ModelFailed, "Bedrock's answer cannot be read.");

    /// <summary>How every dialect is written: as short as JSON allows, characters as themselves.</summary>
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly JsonDocument document;

    ConverseAnswer(JsonDocument document) => this.document = document;

    public JsonElement Root => document.RootElement;
    public string? StopReason => Text(Root, "stopReason");
    public ConverseUsage Usage => ConverseUsage.Of(Root);
    public string? ServiceTier => Member(Root, "serviceTier") is { } tier ? Text(tier, "type") : null;

    public IEnumerable<JsonElement> Blocks() =>
        Member(Root, "output") is { } output && Member(output, "message") is { } message
            && Member(message, "content") is { ValueKind: JsonValueKind.Array } content
            ? content.EnumerateArray().Where(b => b.ValueKind == JsonValueKind.Object)
            : [];

    /// <summary>Null and an error where the answer is not JSON, which no client can be told otherwise.</summary>
    public static ConverseAnswer? Read(ReadOnlyMemory<byte> json, out DialectError? error)
    {
        error = Unreadable;
        if (!Utf8.IsValid(json.Span)) return null;
        try
        {
            var document = JsonDocument.Parse(json, new() { MaxDepth = 256 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                error = null;
                return new(document);
            }
            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Dispose() => document.Dispose();

    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    /// <summary>A word of Bedrock's own, such as a stop reason; never a text of the model's.</summary>
    public static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text && !Raw(text).Contains((byte)'\\') ? text.GetString() : null;

    public static ReadOnlySpan<byte> Raw(JsonElement element) => JsonMarshal.GetRawUtf8Value(element);

    /// <summary>The text of a block of text or of cited text; null where it is another block.</summary>
    public static IEnumerable<JsonElement> TextsOf(JsonElement block) =>
        Member(block, "text") is { ValueKind: JsonValueKind.String } text ? [text]
        : Member(block, "citationsContent") is { } cited && Member(cited, "content") is { ValueKind: JsonValueKind.Array } parts
            ? parts.EnumerateArray().Select(p => Member(p, "text")).OfType<JsonElement>().Where(t => t.ValueKind == JsonValueKind.String)
            : [];
}

/// <summary>What Converse counted. Input is beside the cache unless the model reports it gross.</summary>
readonly record struct ConverseUsage(long Input, long Output, long CacheRead, long CacheWrite, long CacheWrite5m, long CacheWrite1h)
{
    public long Gross(bool inputIsGross) => inputIsGross ? Input : Input + CacheRead + CacheWrite;
    public long Net(bool inputIsGross) => inputIsGross ? Math.Max(0, Input - CacheRead - CacheWrite) : Input;

    /// <param name="holder">The answer, or the event <c>metadata</c>: what has the member <c>usage</c>.</param>
    public static ConverseUsage Of(JsonElement holder)
    {
        if (ConverseAnswer.Member(holder, "usage") is not { ValueKind: JsonValueKind.Object } usage) return default;
        long write5m = 0, write1h = 0;
        if (ConverseAnswer.Member(usage, "cacheDetails") is { ValueKind: JsonValueKind.Array } details)
            foreach (var detail in details.EnumerateArray())
                if (ConverseAnswer.Text(detail, "ttl") == "1h") write1h += Count(detail, "inputTokens");
                else write5m += Count(detail, "inputTokens");
        var write = Count(usage, "cacheWriteInputTokens");
        // A split that does not add up says nothing; what is of unknown life counts as the usual five minutes.
        if (write5m + write1h != write) (write5m, write1h) = (write, 0);
        var read = Count(usage, "cacheReadInputTokens");
        return new(Count(usage, "inputTokens"), Count(usage, "outputTokens"), read, write, write5m, write1h);
    }

    // A count beyond a trillion is no count, and sums of them stay far from overflow.
    static long Count(JsonElement element, string name) =>
        ConverseAnswer.Member(element, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var count)
            ? Math.Clamp(count, 0, 1_000_000_000_000)
            : 0;
}

/// <summary>JSON texts put together as they stand, escapes and all.</summary>
sealed class JoinedText
{
    readonly ArrayBufferWriter<byte> joined = new();

    public bool IsEmpty => joined.WrittenCount == 0;

    public void Add(JsonElement text)
    {
        if (joined.WrittenCount == 0) joined.Write("\""u8);
        joined.Write(ConverseAnswer.Raw(text)[1..^1]);
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        joined.Write("\""u8);
        json.WriteRawValue(joined.WrittenSpan, skipInputValidation: true);
    }
}
