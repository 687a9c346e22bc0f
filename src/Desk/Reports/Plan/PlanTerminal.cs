using Assay.Planning;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>
/// A plan as a person reads it in a terminal: what would be saved, how the bill gets there, what to do, what needs a trial, what is
/// wrong, and what could not be seen.
/// </summary>
static class PlanTerminal
{
    // Beside the bars of the waterfall stand a name and two amounts.
    const int BesideBars = 52, BarsLeast = 10, BarsMost = 48;

    public static void Write(IAnsiConsole console, Plan plan)
    {
        var figures = new PlanFigures(plan);
        Head(console, plan, figures);
        if (figures.Joint.Any(j => j != 0m)) Waterfall(console, plan, figures);
        else Nothing(console, plan);
        PlanCards.Write(console, plan, figures);
        PlanWorkloads.Write(console, plan, figures);
        Unpriced(console, plan);
        Notes(console, plan);
    }

    static void Head(IAnsiConsole console, Plan plan, PlanFigures figures)
    {
        console.MarkupLine($"[bold]Plan for Bedrock[/]  [grey]{PlanWords.Period(plan)} · prices {Markup.Escape(plan.Book)}[/]\n");
        var today = $"[bold]{PlanWords.Today(plan, figures)}[/] [grey]today[/]";
        if (figures.ShownSaving != 0m)
            today += $"  →  [bold green]{figures.Show(figures.ShownPlanned)}[/] [grey]planned[/]   "
                + $"[green]{figures.Show(figures.ShownSaving)}[/] [grey]saved,[/] {figures.ShareSaved}";
        console.Say(2, today);
        List<string> counts = [PlanWords.Requests(plan)];
        Count(ActionKind.Saving, "change", "changes");
        Count(ActionKind.Candidate, "not counted", "not counted");
        Count(ActionKind.Warning, "warning", "warnings");
        if (plan.Unpriced.Count > 0) counts.Add($"[yellow]{Text.Number(plan.Unpriced.Sum(u => u.Count))} without a price[/]");
        console.Say(2, string.Join(" · ", counts));
        console.WriteLine();

        void Count(ActionKind kind, string one, string many)
        {
            var count = plan.Actions.Count(a => a.Kind == kind);
            if (count > 0) counts.Add($"{count} {(count == 1 ? one : many)}");
        }
    }

    static void Nothing(IAnsiConsole console, Plan plan)
    {
        console.MarkupLine($"  [bold]{PlanWords.Nothing(plan)}[/]");
        console.Say(2, PlanWords.NothingMeans);
        console.WriteLine();
    }

    static void Waterfall(IAnsiConsole console, Plan plan, PlanFigures figures)
    {
        var bars = Math.Clamp(console.Profile.Width - BesideBars, BarsLeast, BarsMost);
        var table = new FittedTable([new("From today to the plan", Least: 20), new("a month", Right: true),
            new("each alone", Right: true, Spare: 1), new("", Spare: 2)]);
        var top = Math.Max(figures.ShownCurrent, figures.ShownPlanned);
        table.AddRow("today", figures.Show(figures.ShownCurrent), "", $"[blue]{Span(0m, figures.ShownCurrent, top, bars, '█')}[/]");
        var level = figures.ShownCurrent;
        for (var i = 0; i < plan.Waterfall.Count; i++)
        {
            var (step, taken) = (plan.Waterfall[i], figures.ShownWaterfall[i]);
            var (low, high) = (Math.Min(level, level - taken), Math.Max(level, level - taken));
            level -= taken;
            table.AddRow($"  {PlanWords.Lever(step.Lever)}{(step.Actions == 1 ? "" : $" [grey]× {step.Actions}[/]")}",
                $"[green]{figures.Taken(taken)}[/]", $"[grey]{figures.Taken(figures.Scaled(step.Alone))}[/]",
                $"[green]{Span(low, high, top, bars, '▒')}[/]");
        }
        table.AddRow("[bold]planned[/]", $"[bold]{figures.Show(figures.ShownPlanned)}[/]", "",
            $"[blue]{Span(0m, figures.ShownPlanned, top, bars, '█')}[/]");
        console.Write(table);
        var apart = figures.SumOfAlone - figures.SavingMonthly;
        if (Math.Abs(apart) >= 0.005m)
            console.Say(2, $"[grey]Each alone, the changes would save {figures.Show(figures.SumOfAlone)}, "
                + $"{figures.Show(Math.Abs(apart))} {(apart > 0m ? "more" : "less")} than together."
                + $"{(plan.WhyTheyDiffer.Length > 0 ? " " + Markup.Escape(PlanWords.OneLine(plan.WhyTheyDiffer)) : "")}[/]");
        console.Say(2, $"[grey]{PlanWords.Proof(plan)}[/]");
        console.WriteLine();
    }

    // A bar from one level to another; what is too small for a cell is still seen.
    static string Span(decimal low, decimal high, decimal top, int width, char fill)
    {
        if (top <= 0m) return "";
        var from = (int)decimal.Round(low / top * width);
        var to = (int)decimal.Round(high / top * width);
        if (to > from) return new string(' ', from) + new string(fill, to - from);
        return high > low ? new string(' ', Math.Min(from, width - 1)) + '▏' : "";
    }

    static void Unpriced(IAnsiConsole console, Plan plan)
    {
        if (plan.Unpriced.Count == 0) return;
        console.MarkupLine("[bold yellow]Without a price[/] [grey](in no figure)[/]");
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(0).RightAligned())
            .AddColumn(new GridColumn().PadLeft(2).PadRight(0));
        foreach (var (reason, count) in plan.Unpriced)
            grid.AddRow(Text.Number(count), Markup.Escape(Text.ShortArns(PlanWords.OneLine(reason))));
        console.Write(grid);
        console.WriteLine();
    }

    static void Notes(IAnsiConsole console, Plan plan)
    {
        if (plan.Notes.Count == 0) return;
        console.MarkupLine("[bold]What this plan could not see or do[/]");
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(0))
            .AddColumn(new GridColumn().PadLeft(1).PadRight(0));
        foreach (var note in plan.Notes) grid.AddRow("–", Markup.Escape(PlanWords.OneLine(note)));
        console.Write(grid);
        console.WriteLine();
    }
}
