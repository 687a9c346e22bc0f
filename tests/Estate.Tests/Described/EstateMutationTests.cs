namespace Assay.Estate.Tests.Described;

/// <summary>Whatever a file says, it is read or refused; it never brings the reader down.</summary>
public class EstateMutationTests
{
    static readonly string[] Samples = [.. new[] { "startup-chat.yaml", "enterprise.yaml", "bank.yaml", "bank-terms.yaml" }
        .Select(n => File.ReadAllText(Estates.SamplePath(n)))];

    static readonly string[] Pieces =
    [
        ":", "- ", "{", "}", "[", "]", ",", "\"", "'", "&a ", "*a", "!x ", "!!int ", "|", ">", "%", "@", "`", "#", "? ",
        "---\n", "...\n", "\t", "\n", "  ",
        "<<: ", "..", "1,200", "99999999999999999999", "0.0000000000000000001", "€", "\u0000", "\uD800", "𝔊", "²", "٣",
        "%TAG ! x\n", "\\", "\u2028",
        "include: x.yaml\n", "~", "null", "a day", " %", "$", "low: ", "mean: ",
    ];

    static readonly Gen<(int At, int Length, int Piece)> Change = Gen.Select(Gen.Int[0, 20_000], Gen.Int[0, 12], Gen.Int[0, Pieces.Length]);

    [Fact]
    public void A_sample_with_random_changes_is_read_or_refused() =>
        Gen.Select(Gen.Int[0, Samples.Length - 1], Change.Array[1, 6]).Sample((sample, changes) =>
        {
            var text = Samples[sample];
            foreach (var (at, length, piece) in changes)
            {
                var start = at % (text.Length + 1);
                var kept = Math.Min(length, text.Length - start);
                text = string.Concat(text.AsSpan(0, start), piece < Pieces.Length ? Pieces[piece] : "", text.AsSpan(start + kept));
            }
            IsReadOrRefused(text);
        }, iter: 1_500);

    [Fact]
    public void A_line_moved_elsewhere_is_read_or_refused() =>
        Gen.Select(Gen.Int[0, Samples.Length - 1], Gen.Int[0, 300], Gen.Int[0, 300]).Sample((sample, from, to) =>
        {
            var lines = Samples[sample].Split('\n').ToList();
            var line = lines[from % lines.Count];
            lines.RemoveAt(from % lines.Count);
            lines.Insert(to % (lines.Count + 1), line);
            IsReadOrRefused(string.Join('\n', lines));
        }, iter: 500);

    static void IsReadOrRefused(string text)
    {
        switch (EstateReader.Read("sample.yaml", text, path => path == "bank-terms.yaml" ? Samples[3] : null, Estates.Catalog))
        {
            case EstateReading.Described described:
                Assert.All(described.Estate.Ranges, r => Assert.True(r.Low <= r.Likely && r.Likely <= r.High && r.Low < r.High));
                break;
            case EstateReading.Mistaken mistaken:
                Assert.NotEmpty(mistaken.Errors);
                Assert.All(mistaken.Errors, e =>
                    Assert.True(e.Line >= 1 && !e.Message.Contains('\n') && e.Message.Length is > 10 and < 1_000, e.ToString()));
                break;
        }
    }
}
