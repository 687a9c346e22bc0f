using System.Text;

namespace Assay.Bedrock;

/// <summary>The words Bedrock Local answers with: one long text, made once, of which every answer is a piece.</summary>
/// <remarks>Plain ASCII, for which JSON needs no escapes.</remarks>
static class Prose
{
    const int Length = 64 * 1024;

    static readonly string[] Vocabulary =
    [
        "the", "a", "cost", "of", "each", "model", "token", "in", "is", "and", "to", "counted", "before", "answer", "request", "cache",
        "team", "budget", "week", "this", "smaller", "reads", "from", "where", "prompt", "long", "short", "when", "it", "grows", "steady",
        "because", "again", "then", "plain", "exact", "month", "report", "shows", "more", "than", "one", "price", "for", "every", "call",
    ];

    // Twice the same text, so that a piece may start anywhere.
    static readonly byte[] Text = Make();
    static readonly int[] Starts = [.. Enumerable.Range(1, Length - 1).Where(i => Text[i - 1] == ' ')];

    /// <summary>A piece that starts with a word: the same seed, the same piece.</summary>
    public static ReadOnlyMemory<byte> Piece(ulong seed, int length)
    {
        var start = Starts[(int)(seed % (ulong)Starts.Length)];
        if (length <= Length) return Text.AsMemory(start, length);
        var piece = new byte[length];
        for (var at = 0; at < length; at += Length) Text.AsSpan(start, Math.Min(Length, length - at)).CopyTo(piece.AsSpan(at));
        return piece;
    }

    static byte[] Make()
    {
        var words = new StringBuilder();
        var (state, inSentence) = (0x9E3779B97F4A7C15UL, 0);
        while (words.Length < Length)
        {
            state = Mix(state);
            var word = Vocabulary[state % (ulong)Vocabulary.Length];
            words.Append(inSentence == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word);
            if (++inSentence < 6 + (int)(state >> 60)) words.Append(' ');
            else (inSentence, _) = (0, words.Append(". "));
        }
        var once = Encoding.ASCII.GetBytes(words.ToString()).AsSpan(0, Length).ToArray();
        once[^1] = (byte)' ';
        return [.. once, .. once];
    }

    /// <summary>Scatters the bits of a number: neighbours become strangers.</summary>
    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15UL;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }
}
