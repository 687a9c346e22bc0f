namespace Assay.Control.Files;

/// <summary>Values as messages quote them: short, on one line.</summary>
public static class Quoted
{
    const int LengthMax = 60;

    public static string Of(string text) => $"'{Cut(text)}'";
    public static string Of(Node node) => node switch { TextNode text => Of(text.Text), ListNode => "a list", _ => "a map" };

    static string Cut(string text)
    {
        var shown = text.Length <= LengthMax ? text : text[..(LengthMax - 1)] + "…";
        return string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c));
    }

    /// <summary>", did you mean 'x'?" or nothing.</summary>
    public static string Near(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > LengthMax) return "";
        var best = candidates.Select(c => (Text: c, Distance: Distance(word, c, Math.Max(2, word.Length / 3))))
            .DefaultIfEmpty(("", int.MaxValue))
            .MinBy(c => c.Item2);
        return best.Item2 <= Math.Max(word.Length < 4 ? 1 : 2, word.Length / 3) ? $"; did you mean '{best.Item1}'?" : "";
    }

    static int Distance(string a, string b, int most)
    {
        if (Math.Abs(a.Length - b.Length) > most) return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = corner + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                corner = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
