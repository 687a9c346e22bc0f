using System.Text;
using System.Text.Json;
using Assay.Usage.Logs;

namespace Assay.Usage.Tests.Logs;

/// <summary>The scanner against System.Text.Json: the same spans, the same members, the same values.</summary>
public sealed class JsonScannerTests
{
    // Strings are searched 32 bytes at a time, so lengths around the multiples of 32 are where it would go wrong.
    static readonly Gen<string> Run = Gen.OneOf(Gen.Int[0, 3], Gen.Int[29, 35], Gen.Int[61, 67]).Select(n => new string('a', n));

    static readonly string[] Pieces =
        ["\\\"", "\\\\", "\\/", "\\n", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "{", "}", "[", "]", ",", ":", " ", "é", "😀", "日本", "x", "\\\\\\\"", "{\\\"a\\\":["];

    static readonly Gen<string> Quoted = Gen.Select(Run, Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 6], Run,
        (before, pieces, after) => "\"" + before + string.Concat(pieces) + after + "\"");

    static readonly Gen<string> Space = Gen.Frequency((8, Gen.Const("")), (1, Gen.Const(" ")), (1, Gen.Const("\t \r\n")), (1, Gen.Const(new string(' ', 33))));

    static readonly Gen<string> Scalar = Gen.Int[0, 7].Select(i => new[] { "0", "-1.5e+300", "12345678901234567890", "true", "false", "null", "7", "1e3" }[i]);

    static Gen<string> Value(int depth) => depth == 0
        ? Gen.OneOf(Quoted, Scalar)
        : Gen.Frequency((2, Quoted), (1, Scalar),
            (3, Around(Value(depth - 1)).Array[0, 4].Select(elements => "[" + (elements.Length == 0 ? " " : string.Join(',', elements)) + "]")),
            (3, Gen.Select(Around(Quoted), Around(Value(depth - 1)), (name, value) => name + ":" + value).Array[0, 4]
                .Select(members => "{" + string.Join(',', members) + "}")));

    static Gen<string> Around(Gen<string> value) => Gen.Select(Space, value, Space, (before, inside, after) => before + inside + after);

    static readonly Gen<string> Document = Value(4);

    // What follows the text in the buffer belongs to another line and must not be looked at.
    static byte[] Padded(string text, string following = "\"}],{[:1\\\"") =>
        [.. Encoding.UTF8.GetBytes(text), .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(following, 10)))];

    [Fact]
    public void A_skipped_value_ends_where_System_Text_Json_says() => Gen.Select(Space, Document).Sample((space, text) =>
    {
        var bytes = Padded(space + text);
        var end = Encoding.UTF8.GetByteCount(space + text);
        var json = new JsonScanner(bytes, 0, end);
        return json.Skip() && json.Fault is null && json.Position == end && json.AtEnd;
    }, iter: 20_000);

    [Fact]
    public void A_value_in_the_middle_of_others_is_skipped_to_its_last_byte() => Document.Sample(text =>
    {
        var bytes = Padded($"[{text},{text}]");
        var length = Encoding.UTF8.GetByteCount(text);
        var json = new JsonScanner(bytes, 1, (2 * length) + 3);
        return json.Skip() && json.Position == 1 + length && bytes[json.Position] == ',';
    }, iter: 5_000);

    [Fact]
    public void Members_elements_and_texts_are_those_System_Text_Json_finds() => Document.Sample(text =>
    {
        using var document = JsonDocument.Parse(text);
        var expected = new StringBuilder();
        Write(document.RootElement, expected);
        var actual = new StringBuilder();
        var json = new JsonScanner(Padded(text), 0, Encoding.UTF8.GetByteCount(text));
        Walk(ref json, actual, alsoSkip: true);
        Assert.Null(json.Fault);
        Assert.True(json.AtEnd);
        Assert.Equal(expected.ToString(), actual.ToString());
    }, iter: 10_000);

    [Fact]
    public void A_text_cut_anywhere_is_a_fault() => Value(2).Where(t => t[0] is '{' or '[' or '"').Sample(text =>
    {
        var bytes = Padded(text);
        for (var end = 0; end < Encoding.UTF8.GetByteCount(text); end++)
        {
            var json = new JsonScanner(bytes, 0, end);
            if (json.Skip() || json.Fault is null) return false;
            var walked = new JsonScanner(bytes, 0, end);
            Walk(ref walked, new());
            if (walked.Fault is null) return false;
        }
        return true;
    }, iter: 500);

    [Fact]
    public void Whatever_the_bytes_the_scanner_ends_inside_them() => Gen.Select(Gen.Int[0, 11].Select(i => (byte)"{}[]\",:\\ a1\u0001"[i]), Gen.Byte, Gen.Int[0, 9],
        (likely, any, which) => which == 0 ? any : likely).Array[0, 150].Sample(bytes =>
    {
        byte[] buffer = [.. bytes, .. new byte[JsonScanner.Padding]];
        var json = new JsonScanner(buffer, 0, bytes.Length);
        Walk(ref json, new());
        var skipped = new JsonScanner(buffer, 0, bytes.Length);
        skipped.Skip();
        return json.Position <= bytes.Length + 1 && skipped.Position <= bytes.Length + 1;
    }, iter: 20_000);

    [Fact]
    public void The_buffer_must_reach_beyond_the_text() => Assert.Throws<ArgumentOutOfRangeException>(() =>
    {
        _ = new JsonScanner(new byte[10], 0, 10);
    });

    static void Walk(ref JsonScanner json, StringBuilder into, bool alsoSkip = false)
    {
        // Every value of a sound text is also skipped on a copy: both ways must end at the same byte.
        var skipped = json;
        skipped.Skip();
        var first = true;
        switch (json.Peek())
        {
            case (byte)'{':
                into.Append('{');
                json.EnterObject();
                while (json.NextMember(ref first, out var name))
                {
                    into.Append(Encoding.UTF8.GetString(name)).Append('=');
                    Walk(ref json, into, alsoSkip);
                }
                into.Append('}');
                break;
            case (byte)'[':
                into.Append('[');
                json.EnterArray();
                while (json.NextElement(ref first))
                {
                    Walk(ref json, into, alsoSkip);
                    if (json.Fault is not null) return;
                    into.Append(';');
                }
                into.Append(']');
                break;
            case (byte)'"':
                if (json.TakeText(out var text)) into.Append('\'').Append(Encoding.UTF8.GetString(text)).Append('\'');
                break;
            default:
                var start = json.Position;
                json.Skip();
                into.Append('#').Append(json.Position - start);
                break;
        }
        if (alsoSkip) Assert.Equal(skipped.Position, json.Position);
    }

    static void Write(JsonElement value, StringBuilder into)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                into.Append('{');
                foreach (var member in value.EnumerateObject())
                {
                    into.Append(member.Name).Append('=');
                    Write(member.Value, into);
                }
                into.Append('}');
                break;
            case JsonValueKind.Array:
                into.Append('[');
                foreach (var element in value.EnumerateArray())
                {
                    Write(element, into);
                    into.Append(';');
                }
                into.Append(']');
                break;
            case JsonValueKind.String:
                into.Append('\'').Append(value.GetString()).Append('\'');
                break;
            default:
                into.Append('#').Append(value.GetRawText().Length);
                break;
        }
    }
}
