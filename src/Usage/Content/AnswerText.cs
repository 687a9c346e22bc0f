using System.Text.Json;
using Assay.Usage.Logs;

namespace Assay.Usage;

/// <summary>What an answer's text looks like. Texts come as they stand in the log, with their escapes.</summary>
static class AnswerText
{
    const int LabelBytesMax = 40, LabelWordsMax = 4, ShortMax = 160;

    /// <summary>Without white space at the ends, escaped or not.</summary>
    public static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            if (text is [(byte)' ', ..]) text = text[1..];
            else if (text is [(byte)'\\', (byte)'n' or (byte)'r' or (byte)'t', ..]) text = text[2..];
            else break;
        }
        while (true)
        {
            if (text is [.., (byte)' ']) text = text[..^1];
            else if (text is [.., (byte)'\\', (byte)'n' or (byte)'r' or (byte)'t'] && IsEscape(text[..^1])) text = text[..^2];
            else return text;
        }
    }

    // The last backslash escapes what follows unless it is itself escaped.
    static bool IsEscape(ReadOnlySpan<byte> text) => (text.Length - 1 - text.LastIndexOfAnyExcept((byte)'\\')) % 2 == 1;

    /// <summary>True for a JSON object or array, fenced or not. The fingerprints of an object's member names are put into a list.</summary>
    public static bool IsJson(ReadOnlySpan<byte> text, List<ulong> keys)
    {
        keys.Clear();
        text = Unfenced(text);
        if (text is not ([(byte)'{', .., (byte)'}'] or [(byte)'[', .., (byte)']'])) return false;
        var reader = new Utf8JsonReader(text.Contains((byte)'\\') ? JsonScanner.Unescape(text) : text);
        try
        {
            while (reader.Read())
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1) keys.Add(Fingerprint.Of(reader.ValueSpan));
        }
        catch (JsonException)
        {
            keys.Clear();
            return false;
        }
        // Members of objects in an array are nobody's keys; CurrentDepth tells them apart.
        if (text[0] == (byte)'[') keys.Clear();
        return true;
    }

    // ```json\n{…}\n``` as it stands in the log.
    static ReadOnlySpan<byte> Unfenced(ReadOnlySpan<byte> text)
    {
        var fence = "```"u8;
        if (!text.StartsWith(fence) || !text.EndsWith(fence) || text.Length < 2 * fence.Length) return text;
        var inner = text[fence.Length..^fence.Length];
        var start = inner.IndexOfAny((byte)'{', (byte)'[');
        return start is >= 0 and < 16 ? Trimmed(inner[start..]) : text;
    }

    /// <summary>Of the names of an object's members in whatever order; 0 when there are none.</summary>
    public static ulong KeysOf(List<ulong> keys)
    {
        keys.Sort();
        var hash = 0UL;
        foreach (var key in keys) hash = Fingerprint.Mix(hash, key);
        return hash;
    }

    /// <summary>
    /// Fingerprint of a short text with a mark in place of each score, and of an object without its id; 0 where it is long or empty.
    /// </summary>
    public static ulong WithoutScores(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Length > ShortMax) return 0;
        Span<byte> rest = stackalloc byte[ShortMax];
        return ScoresMarked(WithoutId(text, rest) is > 0 and var length ? rest[..length] : text);
    }

    /// <summary>
    /// Puts an object's members but for its ids into a span. Nothing, and 0, where it has no id, or where no word is left without it:
    /// then the id is what was asked for.
    /// </summary>
    static int WithoutId(ReadOnlySpan<byte> text, Span<byte> rest)
    {
        var json = Unfenced(text);
        if (json is not [(byte)'{', .., (byte)'}'] || json.IndexOf("id"u8) < 0 && json.IndexOf("Id"u8) < 0) return 0;
        if (json.Contains((byte)'\\')) json = JsonScanner.Unescape(json);
        var reader = new Utf8JsonReader(json);
        var (length, hasId, hasWord) = (0, false, false);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (start, isId) = ((int)reader.TokenStartIndex, IsIdName(reader.ValueSpan));
                reader.Read();
                isId &= reader.TokenType == JsonTokenType.Number || (reader.TokenType == JsonTokenType.String && IsId(reader.ValueSpan));
                hasWord |= !isId && reader.TokenType is JsonTokenType.String or JsonTokenType.True or JsonTokenType.False;
                reader.Skip();
                hasId |= isId;
                if (isId) continue;
                var member = json[start..(int)reader.BytesConsumed];
                member.CopyTo(rest[length..]);
                length += member.Length;
            }
        }
        catch (JsonException)
        {
            return 0;
        }
        return hasId && hasWord ? length : 0;
    }

    // id, ticket_id, messageId, uuid: the last word of the name says so.
    static bool IsIdName(ReadOnlySpan<byte> name) => name.SequenceEqual("id"u8) || name.SequenceEqual("uuid"u8)
        || name.SequenceEqual("guid"u8) || name.EndsWith("_id"u8) || name.EndsWith("-id"u8) || name.EndsWith("Id"u8);

    static bool IsId(ReadOnlySpan<byte> value) => !value.Contains((byte)' ') && value.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0;

    static ulong ScoresMarked(ReadOnlySpan<byte> text)
    {
        const int digitsMax = 3;
        Span<byte> kept = stackalloc byte[ShortMax];
        var (length, at) = (0, 0);
        while (at < text.Length)
        {
            if (!char.IsAsciiDigit((char)text[at]))
            {
                kept[length++] = text[at++];
                continue;
            }
            var end = at;
            while (end < text.Length && char.IsAsciiDigit((char)text[end])) end++;
            var whole = end - at;
            var isFraction = end + 1 < text.Length && text[end] is (byte)'.' or (byte)',' && char.IsAsciiDigit((char)text[end + 1]);
            if (isFraction)
                for (end++; end < text.Length && char.IsAsciiDigit((char)text[end]);) end++;
            var isOfName = (at > 0 && IsOfName(text[at - 1])) || (end < text.Length && IsOfName(text[end]));
            if (whole <= digitsMax && !isOfName) kept[length++] = (byte)'#';
            else
                for (var i = at; i < end; i++) kept[length++] = text[i];
            at = end;
        }
        return Fingerprint.Of(kept[..length]);

        static bool IsOfName(byte c) => char.IsAsciiLetterOrDigit((char)c) || c is (byte)'-' or (byte)'_' or (byte)'/' or >= 128;
    }

    /// <summary>True for a word or a few that make no sentence.</summary>
    public static bool IsLabel(ReadOnlySpan<byte> text) => text.Length <= LabelBytesMax && text.Count((byte)' ') < LabelWordsMax
        && !text.Contains((byte)'\\') && text[^1] is not ((byte)'.' or (byte)'!' or (byte)'?') && text.IndexOf(". "u8) < 0;
}
