using System.Text.Json;
using Assay.Testing;

namespace Assay.Desk.Tests.Commands;

public sealed class GuideTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_claim_with_its_verdict() => Golden.Matches(folder.Run("guide").MustSucceed().Output);

    [Fact]
    public void How_a_claim_was_derived() => Golden.Matches(folder.Run("guide", "c01").MustSucceed().Output);

    [Fact]
    public void How_the_guides_enterprise_comes_out() => Golden.Matches(folder.Run("guide", "scenario").MustSucceed().Output);

    [Fact]
    public void The_same_as_json_has_numbers_ranges_and_verdicts()
    {
        var claims = folder.Run("guide", "--json").MustSucceed().Json.EnumerateArray().ToDictionary(c => c.GetProperty("id").GetString()!);
        Assert.Equal(53, claims.Count);
        var c01 = claims["C01"];
        Assert.Equal((0.27m, 10.8m, 10.8m, "usd/1000 requests", "refuted"), (c01.GetProperty("claimed").GetDecimal(), c01.GetProperty("derived").GetDecimal(),
            c01.GetProperty("today").GetDecimal(), c01.GetProperty("unit").GetString()!, c01.GetProperty("verdict").GetString()!));
        Assert.Equal([0.44m, 0.54m], claims["C05"].GetProperty("derived").EnumerateArray().Select(n => n.GetDecimal()));
        Assert.Equal("holds partly", claims["P04"].GetProperty("verdict").GetString());
        Assert.False(claims["M01"].TryGetProperty("today", out _));
        Assert.All(claims.Values, c => Assert.Contains(c.GetProperty("derived").ValueKind, (JsonValueKind[])[JsonValueKind.Number, JsonValueKind.Array]));
    }

    [Fact]
    public void One_claim_as_json_carries_its_steps_and_sources()
    {
        var claim = Assert.Single(folder.Run("guide", "A01", "--json").MustSucceed().Json.EnumerateArray());
        var steps = claim.GetProperty("derivation").GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal("1,440 × 0.24 USD per OCU-hour = 345.6", steps[1].GetProperty("formula").GetString());
        Assert.Equal("the guide", steps[1].GetProperty("rates")[0].GetProperty("source").GetString());
        Assert.StartsWith("aws@", claim.GetProperty("today_derivation").GetProperty("book").GetString());
    }

    [Fact]
    public void The_enterprise_as_json_has_dollars_as_text()
    {
        var json = folder.Run("guide", "scenario", "--json").MustSucceed().Json;
        Assert.Equal(("4200", "1625"), (json.GetProperty("lines")[0].GetProperty("printed").GetString(), json.GetProperty("lines")[0].GetProperty("derived").GetString()));
        Assert.Equal(9, json.GetProperty("lines").GetArrayLength());
        Assert.Equal(0.222115m, decimal.Round(json.GetProperty("saving").GetProperty("derived").GetDecimal(), 6));
    }

    [Fact]
    public void Today_can_be_another_day() =>
        Assert.Contains("aws@2026-06-30", folder.Run("guide", "P01", "--book", "aws@2026-06-30").MustSucceed().Output);

    [Theory]
    [InlineData("C99", "'C01'")]
    [InlineData("scenarios", "'scenario'")]
    public void A_claim_that_is_not_there_is_one_line(string wanted, string near)
    {
        var line = folder.Run("guide", wanted).MustRefuse();
        Assert.Contains($"'{wanted}'", line);
        Assert.Contains($"did you mean {near}?", line);
    }
}
