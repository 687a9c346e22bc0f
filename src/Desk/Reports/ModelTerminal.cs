using Assay.Planning;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>A modelled estate as a person reads it: the bill first, then how each workload might be bought, then what to look out
/// for.</summary>
static class ModelTerminal
{
    public const int Width = 100;

    /// <summary>Billing modes the guide expects an enterprise to use at least.</summary>
    public const int GuideModes = 3;

    const int BarWidth = 18;
    const int NameWidth = 30;
    const int LinesMax = 4;

    public static void Write(IAnsiConsole console, ModelledEstate modelled, Outlook? outlook)
    {
        Head(console, modelled, outlook);
        Bill(console, modelled.Bill);
        ModelModes.Write(console, modelled);
        ModelServices.Write(console, modelled);
        if (outlook is not null) Sureness(console, outlook);
        Unpriced(console, modelled.Bill);
        Warnings(console, modelled.Bill.Warnings);
    }

    static void Head(IAnsiConsole console, ModelledEstate modelled, Outlook? outlook)
    {
        var bill = modelled.Bill;
        console.MarkupLine($"[bold]{Markup.Escape(modelled.Model.Estate.Name)}[/]  [grey]modelled · prices "
            + $"{Markup.Escape(modelled.Model.Sources.Book.Id)} · a month of 720 hours[/]\n");
        var grid = NewGrid(Left(3), Right(3), Right(3), Left(0));
        grid.AddRow("", Grey("a month"), Grey("a year"), "");
        // Nothing that has a price at all: no total is not a total of zero.
        var isPriced = bill.Lines.Count > 0 || bill.Unpriced.Count == 0;
        grid.AddRow("[bold]As described[/]", isPriced ? $"[bold]{Dollars(bill.Total)}[/]" : "–",
            isPriced ? $"[bold]{Dollars(bill.Annual)}[/]" : "–",
            Text.Bar(bill.Total, Math.Max(bill.Total, modelled.Unoptimised.Total), BarWidth));
        grid.AddRow("Unoptimised", Dollars(modelled.Unoptimised.Total), Dollars(modelled.Unoptimised.Annual),
            $"[grey]{Text.Bar(modelled.Unoptimised.Total, Math.Max(bill.Total, modelled.Unoptimised.Total), BarWidth)}[/]");
        var saved = modelled.AnnualSaving >= 0m ? "Saved" : "Costs more";
        grid.AddRow(saved, Dollars(Math.Abs(modelled.AnnualSaving / ModelledBill.MonthsPerYear)),
            Dollars(Math.Abs(modelled.AnnualSaving)), Text.Percent((double)Math.Abs(modelled.SavingShare)));
        if (bill.ListTotal != bill.Total)
            grid.AddRow(Grey("At list prices"), Grey(Dollars(bill.ListTotal)),
                Grey(Dollars(bill.ListTotal * ModelledBill.MonthsPerYear)), Grey("before private rates"));
        console.Write(grid);
        console.Say(0, $"[grey]Unoptimised: all text on {Markup.Escape(Text.ShortModel(modelled.Model.Estate.Baseline.Id))}, on demand, "
            + "nothing cached; services unchanged.[/]");
        if (outlook is null && modelled.Model.Estate.Ranges.Count > 0)
            console.Say(0, $"[grey]Ranges are taken at their likely value ({modelled.Model.Estate.Ranges.Count} of them); "
                + "--draws 10000 shows how far it may go.[/]");
        if (bill.Unpriced.Count > 0) console.MarkupLine("[yellow]Something has no price and is in no total: see the end.[/]");
        console.WriteLine();
    }

    static void Bill(IAnsiConsole console, ModelledBill bill)
    {
        console.MarkupLine("[bold]The bill[/]");
        var grid = NewGrid(Left(2), Right(2), Right(2), Right(2), Left(0));
        grid.AddRow("", Grey("a month"), Grey("a year"), Grey("share"), "");
        var most = bill.Lines.GroupBy(l => l.Category).Select(g => Math.Abs(g.Sum(l => l.Cost))).DefaultIfEmpty(0m).Max();
        foreach (var part in (bool[])[true, false])
        {
            foreach (var category in BillCategories.All.Where(c => BillCategories.IsInference(c) == part))
            {
                var lines = bill.Lines.Where(l => l.Category == category).ToList();
                if (lines.Count == 0) continue;
                var sum = lines.Sum(l => l.Cost);
                grid.AddRow($"  [bold]{Spelled(category)}[/]", Dollars(sum), Dollars(sum * ModelledBill.MonthsPerYear),
                    Text.Percent(sum, bill.Total),
                    sum < 0m ? $"[green]{Text.Bar(-sum, most, BarWidth)}[/]" : Text.Bar(sum, most, BarWidth));
                foreach (var line in lines.OrderByDescending(l => Math.Abs(l.Cost)).Take(LinesMax)) grid.AddRow(Line(line));
                if (lines.Count > LinesMax)
                    grid.AddRow($"    [grey]and {lines.Count - LinesMax} more[/]",
                        Grey(Dollars(lines.OrderByDescending(l => Math.Abs(l.Cost)).Skip(LinesMax).Sum(l => l.Cost))), "", "", "");
            }
            var total = part ? bill.Inference : bill.Ancillary;
            grid.AddRow(part ? "Inference" : "Services around it", Dollars(total), Dollars(total * ModelledBill.MonthsPerYear),
                Text.Percent(total, bill.Total), part || bill.Inference <= 0m ? ""
                    : Grey($"{(double)(bill.Ancillary / bill.Inference):0 %} of it; guide 40–100 %"));
        }
        console.Write(grid);
        console.WriteLine();
    }

    static string[] Line(BillLine line)
    {
        var detail = Markup.Escape(line.Detail);
        return [$"    [grey]{Markup.Escape(Cut(line.Name, NameWidth - 4))}[/]", Grey(Dollars(line.Cost)), "", "",
            Grey(detail)];
    }

    static void Sureness(IAnsiConsole console, Outlook outlook)
    {
        console.MarkupLine($"[bold]How sure[/]  [grey]{Text.Number(outlook.Draws)} draws, seed {outlook.Seed}[/]");
        console.Say(2, $"nine months in ten: [bold]{Dollars(outlook.Percentile(0.05m))}[/] to "
            + $"[bold]{Dollars(outlook.Percentile(0.95m))}[/], median {Dollars(outlook.Percentile(0.5m))}, "
            + $"mean {Dollars(outlook.Mean)}");
        var most = outlook.Influences.Select(i => i.Swing).DefaultIfEmpty(0m).Max();
        var grid = NewGrid(Left(2), Right(2), Right(2), Left(0));
        if (outlook.Influences.Count > 0) grid.AddRow(Grey("  what moves the month"), Grey("at its low"), Grey("at its high"), "");
        foreach (var influence in outlook.Influences.Take(8))
            grid.AddRow($"  {Markup.Escape(Cut(influence.Range.Name, 46))}", Dollars(influence.AtLow), Dollars(influence.AtHigh),
                Text.Bar(influence.Swing, most, BarWidth));
        console.Write(grid);
        console.WriteLine();
    }

    static void Unpriced(IAnsiConsole console, ModelledBill bill)
    {
        if (bill.Unpriced.Count == 0) return;
        console.MarkupLine("[bold yellow]Without a price[/] [grey](in no total)[/]");
        // What the same lines lack stands under them together.
        foreach (var group in bill.Unpriced.GroupBy(u => u.Reason)
            .Select(g => (Lines: string.Join(", ", g.Select(u => u.Line).Distinct()), Reason: g.Key)).GroupBy(g => g.Lines))
        {
            console.Say(2, Markup.Escape(group.Key));
            foreach (var (_, reason) in group) console.Say(4, $"[grey]{Markup.Escape(Reason(reason))}[/]");
        }
        console.WriteLine();
    }

    // The book is named in the head, a model by what tells it from its siblings.
    static string Reason(string reason)
    {
        const string named = " for '";
        var at = reason.IndexOf("' has no ", StringComparison.Ordinal);
        if (reason.StartsWith("book '", StringComparison.Ordinal) && at >= 0) reason = "no " + reason[(at + "' has no ".Length)..];
        var start = reason.IndexOf(named, StringComparison.Ordinal);
        var end = start < 0 ? -1 : reason.IndexOf('\'', start + named.Length);
        return end < 0 ? reason : $"{reason[..start]} for {Text.ShortModel(reason[(start + named.Length)..end])}{reason[(end + 1)..]}";
    }

    // The same said of several workloads is said once.
    static void Warnings(IAnsiConsole console, IReadOnlyList<string> warnings)
    {
        foreach (var group in warnings.GroupBy(w => w[(w.IndexOf(": ", StringComparison.Ordinal) + 1)..]))
        {
            var names = string.Join(", ", group.Select(w => w[..(w.Length - group.Key.Length)].TrimEnd(':')));
            console.Say(0, $"[yellow]![/] {Markup.Escape(names.Length == 0 ? group.Key : $"{Cut(names, 60)}:{group.Key}")}");
        }
    }

    public static string Spelled(string category) => category switch
    {
        BillCategories.OnDemand => "On demand",
        BillCategories.Caching => "Caching (net)",
        BillCategories.KnowledgeBase => "Knowledge bases",
        BillCategories.Monitoring => "CloudWatch",
        _ => char.ToUpperInvariant(category[0]) + category[1..],
    };

    /// <summary>The mode without its being a line of a bill.</summary>
    public static string ModeName(string category) => category == BillCategories.Caching ? "Caching" : Spelled(category);

    public static string Dollars(decimal usd) => usd < 0m ? "−" + Text.Dollars(-usd) : Text.Dollars(usd);

    public static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";
    public static string Grey(string text) => $"[grey]{text}[/]";
    public static GridColumn Left(int gap) => new GridColumn().NoWrap().PadLeft(0).PadRight(gap);
    public static GridColumn Right(int gap) => Left(gap).RightAligned();

    public static SteadyGrid NewGrid(params GridColumn[] columns) => new(columns);
}
