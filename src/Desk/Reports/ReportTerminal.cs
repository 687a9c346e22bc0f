using Assay.Desk.Input;
using Assay.Rating;
using Assay.Usage;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>The report as a person reads it in a terminal: the sum first, then what stands out, then where it went.</summary>
public static class ReportTerminal
{
    const int RowsMax = 8;
    const int HighlightsMax = 12;
    const int BarWidth = 16;

    public static void Write(Report report, IAnsiConsole console)
    {
        Head(report, console);
        StandsOut(report, console);
        if (report.Groups is { } grouping) Grouped(console, report, grouping);
        else
        {
            Table(console, report, "By model", report.ByModel, Text.ShortModel);
            Table(console, report, "By application", report.ByApp, Text.Key);
            if (Worthwhile(report.ByTeam)) Table(console, report, "By team", report.ByTeam, Text.Key);
            if (Worthwhile(report.ByEnv)) Table(console, report, "By environment", report.ByEnv, Text.Key);
            Table(console, report, "By principal", report.ByPrincipal, Text.Key);
            if (Worthwhile(report.ByAccount)) Table(console, report, "By account", report.ByAccount, Text.Key);
            Meters(console, report);
            if (Worthwhile(report.ByMode)) Table(console, report, "By mode", report.ByMode, Text.Key);
            Top(console, report);
            Norms(console, report);
        }
        Unpriced(console, report);
        Bill(console, report);
        Skipped(console, report.Reading);
        console.MarkupLine($"[grey]Not visible in these files: {Markup.Escape(string.Join(", ", report.NotVisible))}.[/]");
    }

    static bool Worthwhile(IReadOnlyList<Group> groups) => groups.Count > 1 || (groups.Count == 1 && groups[0].Key.Length > 0);

    static void Head(Report report, IAnsiConsole console)
    {
        var money = Money.For(report.Total);
        var period = report is { From: { } from, To: { } to }
            ? $"{Dimensions.Day(from)} to {Dimensions.Day(to)}, {Counted(report.Days, "day")}"
            : "no requests";
        console.MarkupLine($"[bold]Bedrock spend[/]  [grey]{period} · prices {Markup.Escape(report.Book)}[/]");
        console.WriteLine();
        var upTo = report.TotalMax > report.Total ? $" [grey]up to[/] {money.Show(report.TotalMax)}" : "";
        if (report.HasNoPrice) console.MarkupLine($"  [bold]{Money.NoPrice}[/] [grey]for any of it[/]");
        else
            console.MarkupLine($"  [bold]{money.Show(report.Total)}[/]{upTo}   {money.Show(report.Monthly)} [grey]a month at this pace[/]");
        List<string> counts = report is { Requests: 0, Reading.Bill: { } lines } ? [$"{Counted(lines.Lines, "line")} of a bill"]
            : [Counted(report.Requests, "request")];
        if (report.Failed > 0) counts.Add($"{Text.Number(report.Failed)} failed{Markup.Escape(Text.OfThemRefused(report))}");
        if (report.Uncounted > 0) counts.Add($"{Text.Number(report.Uncounted)} without any count");
        if (report.Reading.Duplicates > 0) counts.Add($"{Counted(report.Reading.Duplicates, "duplicate")} not counted");
        if (report.RequestsUnpriced > 0) counts.Add($"[yellow]{Text.Number(report.RequestsUnpriced)} without a full price[/]");
        console.MarkupLine($"  {string.Join(" · ", counts)}");
        if (report.ByDay.Count > 1 && !report.HasNoPrice)
        {
            var peak = report.ByDay.MaxBy(d => d.Cost)!;
            console.MarkupLine($"  {Text.Sparkline([.. report.ByDay.TakeLast(62).Select(d => d.Cost)])} "
                + $"[grey]by day, peak {money.Show(peak.Cost)} on {peak.Key}[/]");
        }
        console.WriteLine();
    }

    static void StandsOut(Report report, IAnsiConsole console)
    {
        var money = Money.For(report.Total);
        if (report.Highlights.Count == 0) return;
        console.MarkupLine("[bold]What stands out[/]");
        // The text may take several lines; the amounts stay a column of their own.
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(0).RightAligned())
            .AddColumn(new GridColumn().PadLeft(2).PadRight(0));
        foreach (var highlight in report.Highlights.Take(HighlightsMax))
            grid.AddRow($"[yellow]{(highlight.Cost > 0m ? money.Show(highlight.Cost) : "–")}[/]", Markup.Escape(highlight.Text));
        if (report.Highlights.Count > HighlightsMax)
            grid.AddRow("", $"[grey]and {report.Highlights.Count - HighlightsMax} more with --json[/]");
        console.Write(grid);
        console.WriteLine();
    }

    static void Table(IAnsiConsole console, Report report, string title, IReadOnlyList<Group> groups, Func<string, string> shown)
    {
        var money = Money.For(report.Total);
        var table = new FittedTable([new(title, Least: 20), new("cost", Right: true), new("share", Right: true, Spare: 1),
            new("", Spare: 2), new("requests", Right: true)]);
        foreach (var group in groups.Take(RowsMax))
            table.AddRow(Markup.Escape(Shortened(Text.Key(shown(group.Key)))), money.Show(group.Cost, group.Unpriced),
                Share(group.Cost, group.Unpriced, report), $"[blue]{Text.Bar(group.Cost, report.Total, BarWidth),-BarWidth}[/]",
                Requests(group.Requests, report));
        if (groups.Count > RowsMax)
        {
            var rest = groups.Skip(RowsMax).ToList();
            table.AddRow($"[grey]{rest.Count} more[/]", money.Show(rest.Sum(g => g.Cost), rest.Sum(g => g.Unpriced)),
                Text.Percent(rest.Sum(g => g.Cost), report.Total), "", Requests(rest.Sum(g => g.Requests), report));
        }
        console.Write(table);
        console.WriteLine();
    }

    static string Share(decimal cost, long unpriced, Report report) =>
        cost == 0m && unpriced > 0 ? "–" : Text.Percent(cost, report.Total);

    static void Grouped(IAnsiConsole console, Report report, Grouping grouping)
    {
        var money = Money.For(report.Total);
        const int rowsMax = 40;
        var table = new FittedTable([.. grouping.Dimensions.Select(d => new TableColumn(d, Least: 10)), new("cost", Right: true),
            new("share", Right: true, Spare: 2), new("requests", Right: true, Spare: 1)]);
        foreach (var line in grouping.Lines.Take(rowsMax))
            table.AddRow([.. line.Values.Select((v, i) =>
                    Markup.Escape(Shortened(Text.Key(grouping.Dimensions[i] == "model" ? Text.ShortModel(v) : v)))),
                money.Show(line.Cost, line.Unpriced), Share(line.Cost, line.Unpriced, report), Requests(line.Requests, report)]);
        console.Write(table);
        if (grouping.Lines.Count > rowsMax)
            console.MarkupLine($"  [grey]{grouping.Lines.Count - rowsMax} more lines with --csv or --json[/]");
        console.WriteLine();
    }

    static void Meters(IAnsiConsole console, Report report)
    {
        var money = Money.For(report.Total);
        var table = new FittedTable([new("By meter"), new("quantity", Right: true), new("cost", Right: true),
            new("share", Right: true, Spare: 1), new("", Spare: 2), new("without a price", Right: true)]);
        foreach (var sum in report.Meters.OrderByDescending(m => m.Cost).ThenBy(m => m.Meter))
            table.AddRow(sum.Meter.Name(), Text.Number(sum.Quantity), sum.HasNoPrice ? Money.NoPrice : money.Show(sum.Cost),
                sum.HasNoPrice ? "–" : Text.Percent(sum.Cost, report.Total),
                $"[blue]{Text.Bar(sum.Cost, report.Total, BarWidth),-BarWidth}[/]",
                sum.UnpricedQuantity > 0m ? $"[yellow]{Text.Number(sum.UnpricedQuantity)}[/]" : "");
        console.Write(table);
        console.WriteLine();
    }

    static void Top(IAnsiConsole console, Report report)
    {
        var money = Money.For(report.Total);
        if (report.Top.Count == 0) return;
        var table = new FittedTable([new("Dearest requests"), new("time (UTC)", Spare: 3), new("model", Least: 12),
            new("app", Least: 8, Spare: 1), new("in", Right: true, Spare: 2), new("out", Right: true, Spare: 2), new("cost", Right: true)]);
        foreach (var request in report.Top.Take(5))
            table.AddRow(Markup.Escape(Shortened(request.Id.ToString(), 36)), request.Time.ToString("MM-dd HH:mm"),
                Markup.Escape(Shortened(Text.ShortModel(request.Model), 18)), Markup.Escape(Shortened(Text.Key(request.App), 14)),
                Text.Number(request.Tokens.Prompt), Text.Number(request.Tokens.Output), money.Show(request.Cost));
        console.Write(table);
        console.WriteLine();
    }

    static void Norms(IAnsiConsole console, Report report)
    {
        var money = Money.For(report.Total);
        var table = new FittedTable([new("Beside the guide", Least: 24), new("yours", Right: true), new("guide", Right: true), new(""),
            new("at stake", Right: true, Spare: 1)]);
        foreach (var norm in report.Norms)
        {
            var (yours, mark) = norm.Within switch
            {
                null => ("[grey]not visible[/]", ""),
                true => (Figure(norm, norm.Yours!.Value), "[green]✓[/]"),
                false => (Figure(norm, norm.Yours!.Value), norm.Yours > norm.GuideHigh ? "[yellow]↑[/]" : "[yellow]↓[/]"),
            };
            var stake = norm.AtStake is { } atStake && !report.HasNoPrice ? money.Show(atStake) : "";
            table.AddRow(Markup.Escape(norm.Title), yours, GuideFigure(norm), mark, stake);
        }
        console.Write(table);
        console.WriteLine();
    }

    static string Figure(Norm norm, double value) => norm.Unit == "share" ? Text.Percent(value) : Text.Number((decimal)value);

    static string GuideFigure(Norm norm)
    {
        string Short(double v) => norm.Unit == "share"
            ? (v * 100).ToString("0", System.Globalization.CultureInfo.InvariantCulture)
            : Text.Number((decimal)v);
        var percent = norm.Unit == "share" ? " %" : "";
        if (norm.GuideLow == norm.GuideHigh) return Short(norm.GuideLow) + percent;
        if (norm.GuideLow == 0) return "< " + Short(norm.GuideHigh) + percent;
        return norm is { Unit: "share", GuideHigh: 1 } or { Unit: "modes" }
            ? "≥ " + Short(norm.GuideLow) + percent
            : $"{Short(norm.GuideLow)}–{Short(norm.GuideHigh)}{percent}";
    }

    static void Unpriced(IAnsiConsole console, Report report)
    {
        if (report.Unpriced.Count == 0) return;
        console.MarkupLine($"[bold yellow]Without a price[/] [grey](not in the total)[/]");
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(0).RightAligned())
            .AddColumn(new GridColumn().PadLeft(2).PadRight(0));
        foreach (var (reason, count) in report.Unpriced.Take(RowsMax))
            grid.AddRow(Text.Number(count), Markup.Escape(Text.ShortArns(reason)));
        console.Write(grid);
        if (report.Unpriced.Count > RowsMax) console.MarkupLine($"  [grey]{report.Unpriced.Count - RowsMax} more reasons with --json[/]");
        console.WriteLine();
    }

    // A bill's rows are no requests; a column of noughts would say that there were none.
    static string Requests(long requests, Report report) => report.Requests == 0 ? "" : Text.Number(requests);

    static string Signed(decimal usd) => usd < 0m ? $"-{Text.Dollars(-usd)}" : Text.Dollars(usd);

    // What the bill itself says, beside what its usage is rated at above.
    static void Bill(IAnsiConsole console, Report report)
    {
        if (report.Reading.Bill is not { } bill) return;
        console.MarkupLine($"[bold]The bill[/]  [grey]{Counted(bill.Lines, "line")} about Bedrock, "
            + $"{Text.Number(bill.OtherServices)} of other services[/]");
        var table = new FittedTable([new("as billed", Least: 24), new("USD", Right: true), new("", Least: 24)]);
        var other = bill.Charges.Sum(c => c.Usd);
        table.AddRow("usage", Signed(bill.BilledUsd - other), bill.LeftOut == 0 ? "" :
            $"[grey]{Text.Dollars(bill.LeftOutUsd)} of it in the logs too, counted once[/]");
        foreach (var (charge, usd) in bill.Charges) table.AddRow(Markup.Escape(charge), Signed(usd), "");
        table.AddRow("[bold]billed[/]", $"[bold]{Signed(bill.BilledUsd)}[/]", "");
        foreach (var (type, reason, lines, usd) in bill.Unclassified.Take(RowsMax))
            table.AddRow($"[yellow]{Markup.Escape(type.Length == 0 ? "no usage type" : type)}[/]", Signed(usd),
                $"[grey]{Counted(lines, "line")} not read: {Markup.Escape(reason)}[/]");
        console.Write(table);
        console.WriteLine();
    }

    static void Skipped(IAnsiConsole console, ReadingSummary reading)
    {
        const int shown = 5;
        if (reading.SkippedFiles.Count == 0 && reading.SkippedLines == 0 && reading.Differences == 0) return;
        console.MarkupLine("[bold]Read with reservations[/]");
        foreach (var file in reading.SkippedFiles.Take(shown))
            console.MarkupLine($"  {Markup.Escape(Place(file.Path))}: {Markup.Escape(file.Reason)}");
        if (reading.SkippedFiles.Count > shown)
            console.MarkupLine($"  [grey]{reading.SkippedFiles.Count - shown} more files with --json[/]");
        if (reading.SkippedLines > 0) console.MarkupLine($"  {Counted(reading.SkippedLines, "line")} gave no record:");
        foreach (var note in reading.FirstSkippedLines.Take(shown))
            console.MarkupLine($"    {Markup.Escape(Place(note.Path))}:{note.Line}: {Markup.Escape(note.Reason)}");
        if (reading.SkippedLines > shown)
            console.MarkupLine($"    [grey]the first {reading.FirstSkippedLines.Count} are named with --json[/]");
        if (reading.Differences > 0)
        {
            var first = reading.FirstDifferences[0];
            console.MarkupLine($"  {Counted(reading.Differences, "record")} contradict themselves; "
                + $"first {Markup.Escape(Place(first.Path))}:{first.Line}: {Markup.Escape(first.Reason)}");
        }
        console.WriteLine();
    }

    // S3 keys are long and end in what tells them apart; the whole path is in --json.
    static string Place(string path)
    {
        const int width = 60;
        return path.Length <= width ? path : "…" + path[^(width - 1)..];
    }

    static string Counted(long count, string noun) => $"{Text.Number(count)} {noun}{(count == 1 ? "" : "s")}";

    static string Shortened(string text, int width = 44) => text.Length <= width ? text : text[..(width - 1)] + "…";
}
