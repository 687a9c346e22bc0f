namespace Assay.Control.Policies;

/// <summary>Patterns in which <c>*</c> stands for any text and <c>?</c> for one character, as in IAM policies.</summary>
public static class Glob
{
    /// <summary>Whether a text is one of those a pattern stands for.</summary>
    public static bool Matches(string pattern, string text, bool ignoreCase = false)
    {
        // Greedy with one step back: linear for the patterns people write, and never worse than the product of the lengths.
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, mark) = (p++, t);
            else if (p < pattern.Length && (pattern[p] == '?' || Same(pattern[p], text[t], ignoreCase))) (p, t) = (p + 1, t + 1);
            else if (star >= 0) (p, t) = (star + 1, ++mark);
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    public static bool MatchesAny(IEnumerable<string> patterns, string text) => patterns.Any(p => Matches(p, text));

    /// <summary>True when whatever <paramref name="inner"/> stands for, <paramref name="outer"/> stands for too.</summary>
    /// <remarks>Never true by mistake; it may miss that several stars together cover another pattern.</remarks>
    public static bool Covers(string outer, string inner) => Covers(outer, 0, inner, 0);

    static bool Covers(string outer, int o, string inner, int i)
    {
        if (o == outer.Length) return i == inner.Length;
        if (outer[o] == '*') return Covers(outer, o + 1, inner, i) || (i < inner.Length && Covers(outer, o, inner, i + 1));
        if (i == inner.Length || inner[i] == '*') return false;
        return (outer[o] == '?' || outer[o] == inner[i]) && Covers(outer, o + 1, inner, i + 1);
    }

    /// <summary>True when some text is meant by both patterns.</summary>
    public static bool Overlap(string a, string b)
    {
        // What is left of both patterns decides, so each pair of places is looked at once.
        var known = new bool?[a.Length + 1, b.Length + 1];
        return At(0, 0);

        bool At(int i, int j) => known[i, j] ??= Meet(i, j);

        bool Meet(int i, int j)
        {
            if (i == a.Length && j == b.Length) return true;
            if (i < a.Length && a[i] == '*') return At(i + 1, j) || (j < b.Length && At(i, j + 1));
            if (j < b.Length && b[j] == '*') return At(i, j + 1) || (i < a.Length && At(i + 1, j));
            return i < a.Length && j < b.Length && (a[i] == '?' || b[j] == '?' || a[i] == b[j]) && At(i + 1, j + 1);
        }
    }

    static bool Same(char a, char b, bool ignoreCase) =>
        a == b || (ignoreCase && char.ToLowerInvariant(a) == char.ToLowerInvariant(b));
}
