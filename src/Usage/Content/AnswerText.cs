using System.Text.Json;
using Assay.Usage.Logs;

namespace Assay.Usage;

/// <summary>What an answer's text looks like. Texts come as they stand in the log, with their escapes.</summary>
static class AnswerText
{
    const int LabelBytesMax = 40, LabelWordsMax = 4;

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

    /// <summary>Fingerprint of a short text with a mark in place of each score; 0 where it is long or empty.</summary>
    public static ulong WithoutScores(ReadOnlySpan<byte> text)
    {
        const int longest = 160, digitsMax = 3;
        if (text.IsEmpty || text.Length > longest) return 0;
        Span<byte> kept = stackalloc byte[longest];
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
