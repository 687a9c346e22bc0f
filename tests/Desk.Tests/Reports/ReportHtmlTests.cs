using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Assay.Desk.Reports;
using Assay.Pricing;

namespace Assay.Desk.Tests.Reports;

/// <summary>The page for people without a terminal: it says the exact figures, loads nothing, and lets no log write into it.</summary>
public class ReportHtmlTests
{
    const string Attack = "</title></style></script><script>alert(1)</script><img src=x onerror=alert(1)>'\"&amp;]]>";

    static readonly Report Month = SampleReports.Month();

    [Fact]
    public void The_page_holds_the_exact_total()
    {
        var headline = Element(Page(Month), "total");
        Assert.Equal(Usd.Plain(Month.Total), headline.Descendants("data").First().Attribute("value")!.Value);
        Assert.Contains($"exactly {Usd.Plain(Month.Total)} USD", headline.Value, StringComparison.Ordinal);
        Assert.Contains(Usd.Plain(Month.TotalMax), headline.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_lines_of_every_table_of_the_spend_add_up_to_the_total_exactly()
    {
        var tables = Page(Month).Descendants("table").Where(t => t.Element("tfoot") is not null).ToList();
        Assert.Equal(9, tables.Count);
        foreach (var table in tables)
        {
            var cost = table.Element("thead")!.Descendants("th").TakeWhile(h => h.Value != "Cost").Count();
            Assert.Equal(Month.Total, table.Element("tbody")!.Elements("tr").Sum(row => Costs(row.Elements().ElementAt(cost))));
            Assert.Equal(Month.Total, Costs(table.Element("tfoot")!.Descendants("td").First()));
        }

        static decimal Costs(XElement cell) => decimal.Parse(cell.Descendants("data").First().Attribute("value")!.Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void What_stands_behind_more_adds_up_to_its_line()
    {
        var more = Page(Month).Descendants("tr").Where(r => r.Attribute("class")?.Value == "rest").ToList();
        Assert.NotEmpty(more);
        Assert.All(more, line =>
        {
            var hidden = line.Ancestors("div").First().Element("details")!.Descendants("tr").Where(r => r.Parent!.Name == "tbody");
            Assert.Equal(Amount(line), hidden.Sum(Amount));
        });

        static decimal Amount(XElement row) => decimal.Parse(row.Descendants("data").First().Attribute("value")!.Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Nothing_from_a_log_becomes_markup()
    {
        var text = Write(SampleReports.Hostile(Attack), Attack);
        var page = Parse(text);
        Assert.DoesNotContain("<script>alert", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", text, StringComparison.OrdinalIgnoreCase);
        Assert.Single(page.Descendants("script"));
        Assert.Single(page.Descendants("style"));
        Assert.Single(page.Descendants("title"), t => t.Parent!.Name == "head");
        Assert.All(page.Descendants().Attributes(), a => Assert.False(a.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase), a.ToString()));
        // The words are still there to be read, in every place that shows what a log says.
        Assert.True(Matches(page.Root!.Value, "alert(1)</script>") >= 25);
    }

    [Fact]
    public void Characters_that_cannot_be_shown_do_not_break_the_page()
    {
        var page = Parse(Write(SampleReports.Hostile("a\0b\u0007c\u202Egnp.exe\uFFFE \uD800 日本 \U0001F600")));
        Assert.Contains("a\uFFFDb\uFFFDc\uFFFDgnp.exe\uFFFD \uFFFD 日本 \U0001F600", page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_loads_nothing()
    {
        var text = Write(Month);
        Assert.DoesNotContain("http:", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https:", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", text, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", text, StringComparison.Ordinal);
        var page = Parse(text);
        Assert.Empty(page.Descendants().Attributes("src"));
        Assert.All(page.Descendants().Attributes("href"), link => Assert.True(link.Value == "data:," || link.Value.StartsWith('#'), link.Value));
    }

    [Fact]
    public void Its_policy_allows_its_own_style_and_script_and_nothing_else()
    {
        var page = Page(Month);
        var policy = page.Descendants("meta").Single(m => m.Attribute("http-equiv") is not null).Attribute("content")!.Value;
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src '{Hash("style")}'", policy, StringComparison.Ordinal);
        Assert.Contains($"script-src '{Hash("script")}'", policy, StringComparison.Ordinal);
        Assert.Empty(page.Descendants().Attributes("style"));

        string Hash(string element) => "sha256-" + Convert.ToBase64String(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(page.Descendants(element).Single().Value)));
    }

    [Fact]
    public void Every_link_and_label_within_the_page_leads_somewhere()
    {
        var page = Page(Month);
        var ids = page.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var targets = page.Descendants().Attributes("href").Where(a => a.Value.StartsWith('#')).Select(a => a.Value[1..])
            .Concat(page.Descendants().Attributes("aria-labelledby").Select(a => a.Value));
        Assert.Empty(targets.Except(ids));
    }

    [Fact]
    public void Every_table_says_what_its_columns_and_rows_are() => Assert.All(Page(Month).Descendants("table"), table =>
        Assert.All(table.Descendants("th"), head => Assert.NotNull(head.Attribute("scope"))));

    [Fact]
    public void A_period_without_requests_says_so_and_what_was_passed_over()
    {
        var page = Page(SampleReports.Empty());
        Assert.Contains("No request was found", page.Root!.Value, StringComparison.Ordinal);
        Assert.Contains("not an invocation log: it starts like a JPEG picture", page.Root.Value, StringComparison.Ordinal);
        Assert.Null(page.Descendants("nav").FirstOrDefault());
    }

    [Fact]
    public void What_has_no_price_is_news_beside_the_total()
    {
        Assert.Contains("342 requests used something that has no price", Element(Page(Month), "total").Value, StringComparison.Ordinal);
        Assert.Contains("deepseek.v3-v1:0", Element(Page(Month), "unpriced").Value, StringComparison.Ordinal);
        Assert.DoesNotContain("no price.", Element(Page(SampleReports.OfDays((new(2026, 5, 1), 1m))), "total").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_norm_the_files_cannot_show_is_not_a_zero()
    {
        var batch = Element(Page(Month), "norms").Descendants("tr").Single(r => r.Value.Contains("Tokens on batch", StringComparison.Ordinal));
        Assert.Contains("not visible in these files", batch.Value, StringComparison.Ordinal);
        Assert.Empty(batch.Descendants("circle"));
    }

    [Fact]
    public void A_thousand_principals_stay_a_page_and_still_add_up()
    {
        var many = Enumerable.Range(0, 5_000).Select(i => new Rating.Group($"role-{i:0000}", 0.001m, 0.001m, 1)).ToList();
        var text = Write(Month with { ByPrincipal = many });
        Assert.True(text.Length < 500_000, $"{text.Length} characters");
        Assert.Contains("4,588 further", text, StringComparison.Ordinal);
        Assert.Contains("4,988 more", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(190, "Spend by day", 190)]
    [InlineData(191, "Spend by week", 28)]
    [InlineData(2_000, "Spend by month", 66)]
    [InlineData(20_000, "Spend by year", 55)]
    public void A_long_period_is_drawn_in_longer_stretches(int days, string title, int columns)
    {
        var start = new DateOnly(2026, 1, 5);
        var page = Page(SampleReports.OfDays((start, 1m), (start.AddDays(days - 1), 2m)));
        Assert.Equal(title, Element(page, "days-title").Value);
        Assert.Equal(columns, page.Descendants("g").Count());
    }

    [Fact]
    public void A_stray_date_in_the_year_9999_does_not_stretch_the_chart()
    {
        var page = Page(SampleReports.OfDays((DateOnly.MinValue, 1m), (new(2026, 5, 1), 5m), (DateOnly.MaxValue, 1m)));
        Assert.Equal(3, page.Descendants("g").Count());
    }

    [Fact]
    public void A_fraction_of_a_cent_is_not_shown_as_nothing()
    {
        Assert.Contains("$0.000003", Element(Page(SampleReports.OfDays((new(2026, 5, 1), 0.0000033m))), "total").Value, StringComparison.Ordinal);
        Assert.Contains("<$0.000001", Element(Page(SampleReports.OfDays((new(2026, 5, 1), 0.00000004m))), "total").Value, StringComparison.Ordinal);
        Assert.Contains("$0.00", Element(Page(SampleReports.OfDays((new(2026, 5, 1), 0m))), "total").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_report_gives_the_same_bytes() => Assert.Equal(Write(Month), Write(SampleReports.Month()));

    [Fact]
    public void The_grouping_that_was_asked_for_is_on_the_page()
    {
        var groups = new Grouping(["team", "tag:cost-centre"], [new(["legal", "CC-7"], Month.Total, Month.TotalMax, 12), new(["", ""], 0m, 0m, 1)]);
        var asked = Element(Page(Month with { Groups = groups }), "groups");
        Assert.Contains("By team, tag:cost-centre", asked.Value, StringComparison.Ordinal);
        Assert.Contains("CC-7", asked.Value, StringComparison.Ordinal);
        Assert.Contains("(none)", asked.Value, StringComparison.Ordinal);
    }

    static XDocument Page(Report report) => Parse(Write(report));

    static string Write(Report report, string? note = null)
    {
        using var html = new StringWriter(CultureInfo.InvariantCulture);
        ReportHtml.Write(report, html, note);
        return html.ToString();
    }

    static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new() { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    static XElement Element(XDocument page, string id) => page.Descendants().Single(e => e.Attribute("id")?.Value == id);

    static int Matches(string text, string word) => Regex.Count(text, Regex.Escape(word));
}
