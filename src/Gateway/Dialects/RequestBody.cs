using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Gateway.Dialects;

/// <summary>A client's request as a tree in which every node knows its place, so that an error can name the member at fault.</summary>
sealed class RequestBody : IDisposable
{
    /// <summary>Bedrock takes no longer body, and no dialect's form of a request is much shorter than Converse's.</summary>
    public const int BytesMax = 25_000_000;

    // JSON schemas nest two levels a property; Utf8JsonWriter could go to 1,000.
    const int DepthMax = 128;

    readonly JsonDocument document;
    readonly SortedSet<string> ignored = new(StringComparer.Ordinal);

    /// <exception cref="DialectException">The body is too long, not JSON, or not an object.</exception>
    public RequestBody(ReadOnlyMemory<byte> body)
    {
        if (body.Length > BytesMax)
            throw new DialectException(new(DialectFault.TooLarge, $"The body has {body.Length:N0} bytes; {BytesMax:N0} are taken."));
        if (!Utf8.IsValid(body.Span)) throw Wrong("The body is not UTF-8.");
        if (HasHalfACharacter(body.Span))
            throw Wrong("The body holds one half of a surrogate pair (such as \"\\ud83d\" alone): a text was cut inside a character.");
        try
        {
            // A name that stands twice means one thing to us and another to the next reader; there must be one meaning.
            document = JsonDocument.Parse(body, new() { MaxDepth = DepthMax, AllowDuplicateProperties = false });
        }
        catch (JsonException fault)
        {
            throw Wrong($"The body is not JSON that can be read: {fault.Message}");
        }
        Root = new(document.RootElement, null);
        if (document.RootElement.ValueKind == JsonValueKind.Object) return;
        document.Dispose();
        throw Wrong("The body must be a JSON object.");
    }

    public Node Root { get; }

    public IReadOnlyList<string> Ignored => [.. ignored];

    // The list becomes a header: 32 names of bounded length, whatever a client invents.
    public void Ignore(Node node)
    {
        if (ignored.Count < 32) ignored.Add(node.Trail?.Pattern() ?? "body");
    }

    public void Ignore(string name)
    {
        if (ignored.Count < 32) ignored.Add(Trail.Printable(name));
    }

    public void Dispose() => document.Dispose();

    static DialectException Wrong(string message) => new(DialectError.WrongRequest(message));

    // JavaScript writes half a character as an escape without complaint. The text could not be read later, and no model takes it.
    static bool HasHalfACharacter(ReadOnlySpan<byte> body)
    {
        var high = false;
        while (true)
        {
            var next = body.IndexOf((byte)'\\');
            if (next < 0 || next + 1 >= body.Length) return high;
            if (high && next > 0) return true;
            body = body[next..];
            if (body[1] != (byte)'u' || body.Length < 6)
            {
                if (high) return true;
                body = body[2..];
                continue;
            }
            var isSurrogate = (body[2] | 0x20) == 'd';
            var isLow = isSurrogate && (body[3] | 0x20) is >= 'c' and <= 'f';
            var isHigh = isSurrogate && ((body[3] | 0x20) is '8' or '9' or 'a' or 'b');
            if (high != isLow) return true;
            high = isHigh;
            body = body[6..];
        }
    }
}

/// <summary>The way from the root to a node, written out only when somebody has to be told.</summary>
sealed class Trail(Trail? parent, string? name, int index)
{
    const int NameMax = 64;

    /// <summary><c>messages[2].content</c></summary>
    public override string ToString() => Write(withIndexes: true);

    /// <summary><c>messages[].content</c>: the same for every message.</summary>
    public string Pattern() => Write(withIndexes: false);

    /// <summary>The name as a header can hold it.</summary>
    public static string Printable(string name) =>
        string.Concat(name.Take(NameMax).Select(c => char.IsAsciiLetterOrDigit(c) || "_-.[]:".Contains(c) ? c : '?'));

    string Write(bool withIndexes)
    {
        List<Trail> steps = [];
        for (var step = this; step is not null; step = step.Parent) steps.Add(step);
        steps.Reverse();
        StringBuilder text = new();
        foreach (var step in steps)
            if (step.Name is null) text.Append('[').Append(withIndexes ? step.Index.ToString() : "").Append(']');
            else text.Append(text.Length == 0 ? "" : ".").Append(Printable(step.Name));
        return text.ToString();
    }

    public string? Name { get; } = name;
    Trail? Parent { get; } = parent;
    int Index { get; } = index;
}

/// <summary>A value of a request and the way to it. A member that is null counts as absent: SDKs write both.</summary>
readonly struct Node(JsonElement value, Trail? trail)
{
    public Trail? Trail { get; } = trail;

    /// <summary>The name of the member that the node is.</summary>
    public string Name => Trail?.Name ?? "";

    public bool IsText => value.ValueKind == JsonValueKind.String;
    public bool IsList => value.ValueKind == JsonValueKind.Array;
    public bool IsObject => value.ValueKind == JsonValueKind.Object;
    public bool IsTrue => value.ValueKind == JsonValueKind.True;

    /// <summary>The JSON as it stands in the body.</summary>
    public ReadOnlySpan<byte> Raw => JsonMarshal.GetRawUtf8Value(value);

    public bool Find(string name, out Node member)
    {
        member = default;
        if (!IsObject) throw Fail($"must be an object; it is {Kind}");
        if (!value.TryGetProperty(name, out var found) || found.ValueKind == JsonValueKind.Null) return false;
        member = new(found, new(Trail, name, 0));
        return true;
    }

    /// <exception cref="DialectException">There is no such member.</exception>
    public Node this[string name] => Find(name, out var member) ? member : throw new Node(default, new(Trail, name, 0)).Fail("is missing");

    public IEnumerable<(string Name, Node Value)> Members()
    {
        if (!IsObject) throw Fail($"must be an object; it is {Kind}");
        foreach (var member in value.EnumerateObject())
            if (member.Value.ValueKind != JsonValueKind.Null) yield return (member.Name, new(member.Value, new(Trail, member.Name, 0)));
    }

    public IEnumerable<Node> Items()
    {
        if (!IsList) throw Fail($"must be a list; it is {Kind}");
        var index = 0;
        foreach (var item in value.EnumerateArray()) yield return new(item, new(Trail, null, index++));
    }

    public string Text() => IsText ? value.GetString()! : throw Fail($"must be a text; it is {Kind}");

    /// <summary>A text that is not empty.</summary>
    public string Word() => Text() is { Length: > 0 } text ? text : throw Fail("is empty");

    public bool IsEmptyText => IsText && Raw.Length == 2;

    /// <summary>The text's bytes, without its quotes and escapes; no copy where there is nothing to unescape.</summary>
    public ReadOnlySpan<byte> Utf8()
    {
        if (!IsText) throw Fail($"must be a text; it is {Kind}");
        var inside = Raw[1..^1];
        return inside.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(value.GetString()!) : inside;
    }

    public bool Truth() => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fail($"must be true or false; it is {Kind}"),
    };

    public long Whole(long min) => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min
        ? number
        : throw Fail($"must be a whole number, at least {min}; it is {Shown}");

    public decimal Number(decimal min, decimal max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number >= min && number <= max
            ? number
            : throw Fail($"must be a number from {min} to {max}; it is {Shown}");

    /// <summary>True where the member says what its absence would say: nothing, no, none.</summary>
    public bool IsNothing => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.String => IsEmptyText,
        JsonValueKind.Number => value.TryGetDecimal(out var number) && number == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    public DialectException Fail(string what) =>
        new(DialectError.WrongRequest($"'{Trail?.ToString() ?? "body"}' {what}.", Trail?.ToString()));

    public DialectException NoSuch(string accepted) => Fail($"is {Shown}, which is not supported; accepted: {accepted}");

    // A value is shown where it is short; a prompt does not belong into an error.
    string Shown => value.ValueKind is JsonValueKind.String or JsonValueKind.Number && Raw.Length <= 66
        ? Encoding.UTF8.GetString(Raw)
        : Kind;

    string Kind => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
