using System.Text.Json;
using Assay.Testing;

namespace Assay.Planning.Tests.Guide;

public sealed class ClaimsTableTests
{
    [Fact]
    public void The_table_has_the_ids_figures_units_and_kinds_of_the_reference()
    {
        using var reference = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.NeedsShared(), "guide", "claims.json")));
        var expected = reference.RootElement.GetProperty("claims").EnumerateArray().Select(c => string.Join(' ',
            Text(c, "id"), Text(c, "topic"), Numbers(c.GetProperty("claimed")), Text(c, "unit"), Text(c, "kind") ?? "figure",
            c.TryGetProperty("precision", out var precision) ? precision.GetDecimal() : "–"));
        Assert.Equal(expected, TheGuide.Claims.Select(c => string.Join(' ', c.Id, c.Topic,
            c.Claimed.IsRange ? $"{c.Claimed.Low:0.####} to {c.Claimed.High:0.####}" : $"{c.Claimed.Low:0.####}", c.Unit,
            c.Kind.ToString().ToLowerInvariant(), c.Precision?.ToString() ?? "–")));

        static string? Text(JsonElement claim, string name) => claim.TryGetProperty(name, out var value) ? value.GetString() : null;
        static string Numbers(JsonElement claimed) => claimed.ValueKind == JsonValueKind.Array
            ? string.Join(" to ", claimed.EnumerateArray().Select(n => $"{n.GetDecimal():0.####}"))
            : $"{claimed.GetDecimal():0.####}";
    }

    [Fact]
    public void The_statements_are_our_own()
    {
        var words = File.ReadAllText(Path.Combine(Repository.NeedsShared(), "guide", "claims.json"))
            + string.Concat(Directory.GetFiles(Path.Combine(Repository.Shared!, "guide"), "*.txt").Select(File.ReadAllText));
        Assert.Empty(TheGuide.Claims.Where(c => words.Contains(c.Statement, StringComparison.OrdinalIgnoreCase)).Select(c => c.Statement));
    }

    [Fact]
    public void A_statement_fits_its_column() => Assert.Empty(TheGuide.Claims.Where(c => c.Statement.Length > 36).Select(c => c.Id));

    [Theory]
    [InlineData("X1,t,s,abc,,x,figure,", "'abc' is not a number")]
    [InlineData("X1,t,s,5,2,x,figure,", "the range from '5' to '2' runs backwards")]
    [InlineData("X1,t,s,5,,x,guess,", "'guess' is not a kind of claim")]
    [InlineData("X1,t,s", "3 fields where 8 are expected")]
    [InlineData("X1,t,s,5,,x,floor,\nX1,t,s,5,,x,floor,", "'X1' stands on line 2 already")]
    public void A_broken_line_is_named(string line, string message)
    {
        using var text = new StringReader("id,topic,statement,claimed,to,unit,kind,precision\n" + line);
        var wrong = Assert.Throws<FormatException>(() => GuideFiles.Claims(text, "claims.csv"));
        Assert.StartsWith("claims.csv:", wrong.Message);
        Assert.Contains(message, wrong.Message);
    }

    [Fact]
    public void An_input_nobody_stated_is_named()
    {
        using var text = new StringReader("key,value,to,unit,what\na,1,,x,b");
        Assert.Contains("'c'", Assert.Throws<FormatException>(() => GuideFiles.Inputs(text, "i.csv")["c"]).Message);
    }
}
