using Assay.Pricing;
using Assay.Rating;

namespace Assay.Desk.Reports;

/// <summary>The report as Markdown, to paste where people talk, and as CSV, to compute with.</summary>
public static class ReportText
{
    public static void WriteMarkdown(Report report, TextWriter text)
    {
        var money = Money.For(report.Total);
        text.Write($"# Bedrock spend: {money.Show(report.Total, report.RequestsUnpriced)}\n\n");
        if (report is { From: { } from, To: { } to })
            text.Write($"{Dimensions.Day(from)} to {Dimensions.Day(to)} ({Counted(report.Days, "day")}), "
                + $"{Counted(report.Requests, "request")}, prices `{report.Book}`. "
                + $"At this pace {money.Show(report.Monthly, report.RequestsUnpriced)} a month."
                + (report.TotalMax > report.Total ? $" Up to {money.Show(report.TotalMax)} where cache lifetimes are unknown." : "")
                + (report.Refused.Count > 0 ? $" {Counted(report.Failed, "call")} failed{Text.OfThemRefused(report)}." : "")
                + "\n\n");
        if (report.Highlights.Count > 0)
        {
            text.Write("## What stands out\n\n");
            foreach (var highlight in report.Highlights)
                text.Write($"- {(highlight.Cost > 0m ? $"**{money.Show(highlight.Cost)}** " : "")}{Cell(highlight.Text)}\n");
            text.Write('\n');
        }
        if (report.Groups is { } grouping)
        {
            text.Write($"## By {string.Join(", ", grouping.Dimensions)}\n\n"
                + $"|{string.Concat(grouping.Dimensions.Select(d => $" {d} |"))} cost | requests |\n"
                + $"|{string.Concat(grouping.Dimensions.Select(_ => "---|"))}---:|---:|\n");
            foreach (var line in grouping.Lines)
                text.Write($"|{string.Concat(line.Values.Select(v => $" {Cell(Text.Key(v))} |"))} "
                    + $"{money.Show(line.Cost, line.Unpriced)} | {Text.Number(line.Requests)} |\n");
            text.Write('\n');
        }
        else
        {
            Table(text, report, "By model", report.ByModel);
            Table(text, report, "By application", report.ByApp);
            Table(text, report, "By team", report.ByTeam);
            Table(text, report, "By principal", report.ByPrincipal);
            Table(text, report, "By meter", report.ByMeter);
        }
        if (report.Unpriced.Count > 0)
        {
            text.Write("## Without a price (not in the total)\n\n");
            foreach (var (reason, count) in report.Unpriced) text.Write($"- {Text.Number(count)} × {Cell(reason)}\n");
            text.Write('\n');
        }
        text.Write($"Not visible in these files: {string.Join(", ", report.NotVisible)}.\n");
    }

    /// <summary>
    /// One line a group: of the grouping asked for, else of every standard one with its name in the first column. Money is exact;
    /// the last column counts the requests whose cost is not whole because something in them has no price.
    /// </summary>
    public static void WriteCsv(Report report, TextWriter text)
    {
        if (report.Groups is { } grouping)
        {
            text.Write(string.Join(',', grouping.Dimensions) + ",cost,cost_max,requests,unpriced\n");
            foreach (var line in grouping.Lines)
                text.Write($"{string.Join(',', line.Values.Select(Field))},"
                    + $"{Usd.Plain(line.Cost)},{Usd.Plain(line.CostMax)},{line.Requests},{line.Unpriced}\n");
            return;
        }
        text.Write("grouping,key,cost,cost_max,requests,unpriced\n");
        foreach (var (name, groups) in new (string, IReadOnlyList<Group>)[]
        {
            ("model", report.ByModel), ("app", report.ByApp), ("team", report.ByTeam), ("env", report.ByEnv),
            ("principal", report.ByPrincipal),
            ("account", report.ByAccount), ("meter", report.ByMeter), ("mode", report.ByMode), ("day", report.ByDay),
        })
            foreach (var group in groups)
                text.Write($"{name},{Field(group.Key)},{Usd.Plain(group.Cost)},{Usd.Plain(group.CostMax)},"
                    + $"{group.Requests},{group.Unpriced}\n");
    }

    static void Table(TextWriter text, Report report, string title, IReadOnlyList<Group> groups)
    {
        var money = Money.For(report.Total);
        text.Write($"## {title}\n\n| | cost | share | requests |\n|---|---:|---:|---:|\n");
        foreach (var group in groups)
            text.Write($"| {Cell(Text.Key(group.Key))} | {money.Show(group.Cost, group.Unpriced)} "
                + $"| {Text.Percent(group.Cost, report.Total)} | {Text.Number(group.Requests)} |\n");
        text.Write('\n');
    }

    static string Counted(long count, string noun) => $"{Text.Number(count)} {noun}{(count == 1 ? "" : "s")}";

    internal static string Cell(string value) => value.Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("\n", " ", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    /// <summary>A CSV field; text that a spreadsheet would run as a formula is disarmed.</summary>
    static string Field(string value)
    {
        if (value.Length > 0 && value[0] is '=' or '+' or '-' or '@') value = "'" + value;
        return value.AsSpan().IndexOfAny(",\"\n\r") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
