namespace Assay.Estate;

/// <summary>What a misspelt word was probably meant to be.</summary>
static class Nearest
{
    const int LengthMax = 60;

    /// <summary>The candidate with the fewest letters to change, or null when none is close.</summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > LengthMax) return null;
        var (best, fewest) = ((string?)null, Math.Max(word.Length < 4 ? 1 : 2, word.Length / 3) + 1);
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - word.Length) >= fewest) continue;
            var distance = Distance(word, candidate);
            if (distance < fewest) (best, fewest) = (candidate, distance);
        }
        return best;
    }

    // Letters added, dropped or changed, and neighbours swapped; letters of either case are alike, and so are spaces, dots and dashes.
    static int Distance(string a, string b)
    {
        var rows = new int[3][];
        for (var r = 0; r < 3; r++) rows[r] = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) rows[0][j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var (now, before, earlier) = (rows[i % 3], rows[(i + 2) % 3], rows[(i + 1) % 3]);
            now[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                now[j] = Math.Min(Math.Min(now[j - 1], before[j]) + 1, before[j - 1] + change);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1])) now[j] = Math.Min(now[j], earlier[j - 2] + 1);
            }
        }
        return rows[a.Length % 3][b.Length];
    }

    static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b) || IsGap(a) && IsGap(b);
    static bool IsGap(char c) => c is ' ' or '-' or '_' or '.';
}
