using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Assay.Desk.Reports;
using Assay.Testing;

namespace Assay.Desk.Tests.Weekly;

/// <summary>The pack says what its days can support, and no more.</summary>
public sealed class PackTests
{
    // Sonnet on working days, a model of Amazon's around the clock; growth of one call in twenty a week.
    static string Days(int count, double growth = 0.05)
    {
        var text = new StringBuilder();
        DateTime end = new(2026, 8, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var day = 0; day < count; day++)
        {
            var start = end.AddDays(day - count);
            var calls = (start.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 3 : 10) + ((day * 7) % 3);
            var more = Math.Pow(1 + growth, (count - 90 + day) / 7d);
            for (var i = 0; i < calls; i++)
                text.Append(LogText.Call($"s-{day}-{i}", LogText.Sonnet, (long)(20_000 * more), (long)(1_500 * more), (long)(6_000 * more), null,
                    start.AddHours(8 + (i % 9)).ToString("O", CultureInfo.InvariantCulture), tags: """{"app":"chat","team":"care"}"""));
            for (var hour = 0; hour < 24; hour += 2)
                text.Append(LogText.Call($"n-{day}-{hour}", "amazon.nova-pro-v1:0", 30_000, 800, time: start.AddHours(hour).ToString("O", CultureInfo.InvariantCulture),
                    tags: """{"app":"catalogue","team":"shop"}"""));
        }
        return text.Append(LogText.Call("last", LogText.Llama, 10, 10, time: end.AddHours(-1).ToString("O", CultureInfo.InvariantCulture))).ToString();
    }

    static Folder With(int days, double growth = 0.05)
    {
        Folder folder = new();
        folder.Write("logs.jsonl", Days(days, growth));
        return folder;
    }

    [Fact]
    public void Ninety_days_in_a_terminal()
    {
        using var folder = With(90);
        Golden.Matches(folder.Run("pack", "logs.jsonl", "--commit", "2M", "--organic", "1.9M", "--discount", "9%", "--marketplace-share", "80%").MustSucceed().Output);
    }

    [Fact]
    public void Twelve_days_say_what_they_cannot_support()
    {
        using var folder = With(12);
        var output = folder.Run("pack", "logs.jsonl").MustSucceed().Output;
        Golden.Matches(output);
        Assert.DoesNotContain("eight times in ten", output, StringComparison.Ordinal);
        var json = folder.Run("pack", "logs.jsonl", "--json").MustSucceed().Json;
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null, 12),
            (json.GetProperty("growth").ValueKind, json.GetProperty("stability").GetProperty("variation_of_weeks").ValueKind, json.GetProperty("days").GetInt32()));
        Assert.False(json.GetProperty("stability").TryGetProperty("least_30_days", out _));
    }

    [Fact]
    public void The_pack_as_markdown_and_json()
    {
        using var folder = With(60);
        var json = folder.Run("pack", "logs.jsonl", "--json", "--markdown", "pack.md", "--what-if", "7%,12%").MustSucceed().Output;
        Golden.Matches(File.ReadAllText(folder.PathOf("pack.md")), "The_pack_as_markdown");
        Golden.Matches(json, "The_pack_as_json");
    }

    [Fact]
    public void Its_total_is_that_of_the_report_on_the_same_days()
    {
        using var folder = With(100);
        var pack = folder.Run("pack", "logs.jsonl", "--json").MustSucceed().Json;
        var report = folder.Run("report", "logs.jsonl", "--json", "--from", pack.GetProperty("from").GetString()!, "--to", pack.GetProperty("to").GetString()!).MustSucceed().Json;
        Assert.Equal(90, pack.GetProperty("days").GetInt32());
        Assert.Equal(report.GetProperty("total").GetString(), pack.GetProperty("total").GetString());
        Assert.Equal(Money(pack, "total"), pack.GetProperty("by_day").EnumerateArray().Sum(d => Money(d, "cost")));
        foreach (var list in (string[])["by_model", "by_mode", "by_scope"])
            Assert.All([Money(pack, "total"), pack.GetProperty(list).EnumerateArray().Sum(m => Money(m, "earlier") + Money(m, "later"))],
                sum => Assert.Equal(pack.GetProperty(list).EnumerateArray().Sum(m => Money(m, "cost")), sum));
    }

    static decimal Money(JsonElement element, string name) => decimal.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    [Fact]
    public void The_commitment_is_that_of_edp_at_this_pace()
    {
        using var folder = With(90);
        string[] terms = ["--commit", "2M", "--organic", "1.9M", "--discount", "9%"];
        var pack = folder.Run(["pack", "logs.jsonl", "--json", .. terms]).MustSucceed().Json;
        var edp = folder.Run(["edp", .. terms, "--ai", decimal.Round(Money(pack, "annual"), 2).ToString(CultureInfo.InvariantCulture), "--json"]).MustSucceed().Json;
        Assert.Equal(Money(edp, "gap"), Money(pack.GetProperty("commitment"), "gap"));
        Assert.True(Money(pack.GetProperty("commitment"), "absorbed") > 0m);
    }

    [Fact]
    public void The_page_is_well_formed_and_holds_its_chart()
    {
        using var folder = With(90);
        folder.Run("pack", "logs.jsonl", "--html", "pack.html").MustSucceed();
        var page = File.ReadAllText(folder.PathOf("pack.html"));
        XDocument.Parse(page);
        Assert.Contains("series s1", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--days", "0")]
    [InlineData("--what-if", "150%")]
    [InlineData("--to", "2026-01-01")]
    [InlineData("--commit", "20M")]
    public void What_cannot_be_is_refused_in_one_line(string option, string value)
    {
        using var folder = With(7);
        Golden.Matches(folder.Run("pack", "logs.jsonl", option, value).MustRefuse(), $"Pack_refused_{option.Trim('-')}");
    }

    [Fact]
    public void Percentiles_are_days_that_there_were()
    {
        var steady = Steadiness.Of([.. Enumerable.Range(1, 20).Select(d => (decimal)d)], new(2026, 7, 1));
        Assert.Equal((2m, 10m, 18m, 20m, new DateOnly(2026, 7, 20), 10.5m), (steady.Low, steady.Median, steady.High, steady.Peak, steady.PeakDay, steady.Mean));
        Assert.Equal((0.563436m, (decimal?)null), (steady.DaysVary!.Value, steady.WeeksVary));
    }
}
