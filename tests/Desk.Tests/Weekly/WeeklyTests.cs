using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Assay.Desk.Reports;
using Assay.Testing;

namespace Assay.Desk.Tests.Weekly;

/// <summary>The weekly report says what changed, adds up as it stands, and is refused where there is no week.</summary>
public sealed partial class WeeklyTests
{
    static Folder Weeks(int weeks = 2)
    {
        Folder folder = new();
        folder.Write("logs.jsonl", SomeWeeks.Logs(weeks));
        return folder;
    }

    [Fact]
    public void The_week_in_a_terminal()
    {
        using var folder = Weeks();
        Golden.Matches(folder.Run("weekly", "logs.jsonl", "--budget", "60").MustSucceed().Output);
    }

    [Fact]
    public void The_week_as_markdown()
    {
        using var folder = Weeks(4);
        folder.Run("weekly", "logs.jsonl", "--markdown", "week.md", "--no-plan").MustSucceed();
        Golden.Matches(File.ReadAllText(folder.PathOf("week.md")));
    }

    [Fact]
    public void The_week_as_json()
    {
        using var folder = Weeks();
        Golden.Matches(folder.Run("weekly", "logs.jsonl", "--json", "--budget", "60").MustSucceed().Output);
    }

    [Fact]
    public void The_week_as_a_page()
    {
        using var folder = Weeks();
        folder.Run("weekly", "logs.jsonl", "--html", "week.html", "--budget", "60").MustSucceed();
        var page = File.ReadAllText(folder.PathOf("week.html"));
        // Well-formed, loading nothing, running nothing.
        XDocument.Parse(page);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Replace("http://www.w3.org", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Golden.Matches(Policy().Replace(Style().Replace(page, "<style/>"), "<meta/>"));
    }

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex("<meta http-equiv=\"Content-Security-Policy\"[^>]*>")]
    private static partial Regex Policy();

    [Fact]
    public void The_parts_in_json_add_up_to_the_last_decimal_in_every_list()
    {
        using var folder = Weeks();
        var json = folder.Run("weekly", "logs.jsonl", "--json", "--no-plan").MustSucceed().Json;
        var change = Money(json, "change");
        Assert.Equal(Money(json, "total") - Money(json, "total_before"), change);
        Assert.Equal(change, Parts(json));
        foreach (var list in (string[])["lines", "by_workload", "by_model", "by_team", "by_account"])
        {
            var items = json.GetProperty(list).EnumerateArray().ToList();
            Assert.All(items, i => Assert.Equal(Money(i, "change"), Parts(i)));
            Assert.Equal(change, items.Sum(i => Money(i, "change")));
            Assert.Equal(Money(json, "total"), items.Sum(i => Money(i, "cost")));
        }
        var report = folder.Run("report", "logs.jsonl", "--json", "--from", "2026-07-20", "--to", "2026-07-27").MustSucceed().Json;
        Assert.Equal(Money(report, "total"), Money(json, "total"));
    }

    static decimal Money(JsonElement element, string name) => decimal.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    static decimal Parts(JsonElement element) =>
        element.GetProperty("parts").EnumerateObject().Sum(p => decimal.Parse(p.Value.GetString()!, CultureInfo.InvariantCulture));

    [Fact]
    public void Each_change_is_called_by_its_name()
    {
        using var folder = Weeks();
        var json = folder.Run("weekly", "logs.jsonl", "--json", "--no-plan").MustSucceed().Json;
        string Largest(string app) => json.GetProperty("by_workload").EnumerateArray().Single(w => w.GetProperty("key").GetString()!.StartsWith(app, StringComparison.Ordinal))
            .GetProperty("parts").EnumerateObject().MaxBy(p => Math.Abs(decimal.Parse(p.Value.GetString()!, CultureInfo.InvariantCulture))).Name;
        Assert.Equal(("volume", "model_mix", "cache_rate"), (Largest("chat"), Largest("triage"), Largest("review")));
        Assert.Equal("NotebookRole", json.GetProperty("new_principals")[0].GetProperty("name").GetString());
        Assert.Contains(json.GetProperty("new_models").EnumerateArray(), m => m.GetProperty("name").GetString() == SomeWeeks.Haiku);
        Assert.Equal(7, json.GetProperty("unpriced")[0].GetProperty("now").GetInt32());
    }

    [Theory]
    [InlineData("2026-07-15")]
    [InlineData("2026-W29")]
    public void A_week_is_named_by_a_day_of_it_or_its_number(string week)
    {
        using var folder = Weeks(3);
        var json = folder.Run("weekly", "logs.jsonl", "--json", "--no-plan", "--week", week).MustSucceed().Json;
        Assert.Equal("2026-07-13", json.GetProperty("week").GetProperty("from").GetString());
        var to = folder.Run("weekly", "logs.jsonl", "--json", "--no-plan", "--to", "2026-07-20").MustSucceed();
        Assert.Equal(json.GetRawText(), to.Json.GetRawText());
    }

    [Fact]
    public void A_ledger_tells_the_same_week_as_its_logs()
    {
        using var folder = Weeks();
        folder.Run("ledger", "import", "logs.jsonl", "--ledger", "l.assay").MustSucceed();
        Assert.Equal(folder.Run("weekly", "logs.jsonl", "--json", "--no-plan").MustSucceed().Output,
            folder.Run("weekly", "l.assay", "--json", "--no-plan").MustSucceed().Output);
    }

    [Fact]
    public void Standard_input_is_reported_and_not_planned()
    {
        using Folder folder = new();
        var ended = folder.RunWithInput(SomeWeeks.Logs(), "weekly", "-", "--json").MustSucceed();
        Assert.Equal(JsonValueKind.Null, ended.Json.GetProperty("plan").ValueKind);
        Assert.Contains("standard input", ended.Json.GetProperty("why_no_plan").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bill_is_compared_by_its_tokens()
    {
        using Folder folder = new();
        var rows = Enumerable.Range(0, 14).Select(d => $"i{d},2026-07-01T00:00:00Z,111122223333,AWS,111122223333,Usage,2026-07-{13 + d}T00:00:00Z,2026-07-{14 + d}T00:00:00Z,"
            + $"AmazonBedrock,USE1-Nova-Pro-output-tokens,{(d < 7 ? 1000 : 1500)},1K tokens,{(d < 7 ? "3.2" : "4.8")},\n");
        folder.Write("july.csv", "identity_line_item_id,bill_billing_period_start_date,bill_payer_account_id,bill_billing_entity,line_item_usage_account_id,line_item_line_item_type,"
            + "line_item_usage_start_date,line_item_usage_end_date,line_item_product_code,line_item_usage_type,line_item_usage_amount,pricing_unit,line_item_unblended_cost,product\n"
            + string.Concat(rows));
        var ended = folder.Run("weekly", "july.csv", "--no-plan", "--json").MustSucceed();
        Assert.Equal((11.2m, 11.2m), (Money(ended.Json, "change"), Money(ended.Json.GetProperty("parts"), "volume")));
        Assert.Equal("token", ended.Json.GetProperty("lines")[0].GetProperty("unit").GetString());
        Assert.DoesNotContain("may not be whole", folder.Run("weekly", "july.csv", "--no-plan").MustSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_week_without_one_before_it_says_so_first()
    {
        using var folder = Weeks(1);
        var output = folder.Run("weekly", "logs.jsonl", "--no-plan").MustSucceed().Output;
        Assert.Contains("0 of the 7 days before the week were read", output, StringComparison.Ordinal);
        Assert.Contains("what is new cannot be said", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--week", "2026-W60")]
    [InlineData("--week", "next")]
    [InlineData("--week", "2026-06-01")]
    [InlineData("--to", "2026-09-01")]
    [InlineData("--budget", "much")]
    [InlineData("--html", "no/such/folder/w.html")]
    public void What_cannot_be_is_refused_in_one_line(string option, string value)
    {
        using var folder = Weeks();
        Golden.Matches(folder.Run("weekly", "logs.jsonl", "--no-plan", option, value).MustRefuse(),
            $"Refused_{option.Trim('-')}_{value.Replace('/', '_')}");
    }

    [Fact]
    public void A_few_days_are_no_week()
    {
        using Folder folder = new();
        folder.Write("small.jsonl", LogText.Small);
        Assert.Contains("4 whole days read, from 2026-07-01 to 2026-07-04; a week takes seven", folder.Run("weekly", "small.jsonl").MustRefuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hostile_name_becomes_no_markup()
    {
        using Folder folder = new();
        folder.Write("logs.jsonl", SomeWeeks.Logs().Replace("\"app\":\"chat\"", "\"app\":\"<b>|*x*](http://evil)\"", StringComparison.Ordinal));
        folder.Run("weekly", "logs.jsonl", "--no-plan", "--html", "w.html", "--markdown", "w.md").MustSucceed();
        XDocument.Parse(File.ReadAllText(folder.PathOf("w.html")));
        Assert.DoesNotContain("<b>|", File.ReadAllText(folder.PathOf("w.html")), StringComparison.Ordinal);
        Assert.DoesNotContain("](http", File.ReadAllText(folder.PathOf("w.md")).Replace(@"\](http", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_holds_all_of_it_and_is_replaced_whole()
    {
        using var folder = Weeks();
        folder.Run("weekly", "logs.jsonl", "--no-plan", "--out", "reports").MustSucceed();
        var made = folder.PathOf(Path.Combine("reports", "weekly-2026-07-20"));
        string[] expected = ["weekly.html", "weekly.json", "weekly.md", "weekly.xlsx"];
        Assert.Equal(expected, Names().Where(n => n != "weekly.pdf"));
        File.WriteAllText(Path.Combine(made, "left.txt"), "of an earlier report");
        folder.Run("weekly", "logs.jsonl", "--no-plan", "--out", "reports").MustSucceed();
        Assert.Equal(expected, Names().Where(n => n != "weekly.pdf"));
        Assert.Equal([made], Directory.GetFileSystemEntries(folder.PathOf("reports")));

        IEnumerable<string> Names() => Directory.GetFiles(made).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void The_workbook_holds_amounts_as_numbers_with_all_their_digits()
    {
        using var folder = Weeks();
        folder.Run("weekly", "logs.jsonl", "--no-plan", "--xlsx", "w.xlsx").MustSucceed();
        using ZipArchive zip = new(File.OpenRead(folder.PathOf("w.xlsx")));
        var sheets = XDocument.Load(zip.GetEntry("xl/workbook.xml")!.Open()).Descendants().Where(e => e.Name.LocalName == "sheet").Select(e => e.Attribute("name")!.Value).ToList();
        Golden.Matches(string.Join('\n', sheets));
        var volume = XDocument.Load(zip.GetEntry("xl/worksheets/sheet2.xml")!.Open()).Descendants().Where(e => e.Name.LocalName == "row").ElementAt(1)
            .Elements().Select(c => (Type: c.Attribute("t")?.Value, c.Value)).ToList();
        var json = folder.Run("weekly", "logs.jsonl", "--no-plan", "--json").MustSucceed().Json;
        Assert.Equal(json.GetProperty("parts").GetProperty("volume").GetString(), volume[1].Value);
        Assert.Contains(volume[1].Type, (string?[])[null, "n"]);
    }

    [Fact]
    public void Without_chromium_a_pdf_is_refused_in_one_line()
    {
        using var folder = Weeks();
        var ended = Cli.Bash(folder.Root, "ASSAY_CHROMIUM=/nowhere $assay weekly logs.jsonl --no-plan --pdf w.pdf");
        Assert.Contains("--pdf needs Chromium", ended.MustRefuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rounded_parts_add_up_as_they_stand() => CsCheck.Check.Sample(
        CsCheck.Gen.Select(CsCheck.Gen.Decimal[-1000m, 1000m].Array[1, 8], CsCheck.Gen.Int[-1, 1]), (exact, off) =>
        {
            exact = [.. exact.Select(e => decimal.Round(e, 8))];
            var target = decimal.Round(exact.Sum(), 2) + (off * 0.01m);
            var rounded = WeeklyWords.Rounded(exact, target, 0.01m);
            Assert.Equal(target, rounded.Sum());
            Assert.All(rounded.Zip(exact), p => Assert.True(Math.Abs(p.First - p.Second) <= 0.02m));
        });
}
