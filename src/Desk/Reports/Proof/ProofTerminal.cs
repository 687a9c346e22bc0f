using Assay.Planning;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>What came of a plan, as a person reads it: from the bill then to the bill now, and each change beside its promise.</summary>
static class ProofTerminal
{
    public static void Write(IAnsiConsole console, Proof proof)
    {
        var money = Reports.Money.For(Math.Max(proof.Promise.CurrentMonthly, proof.NowMonthly));
        console.MarkupLine($"[bold]What came of the plan[/]  [grey]{Dimensions.Day(proof.From)} to {Dimensions.Day(proof.To)}, "
            + $"{PlanWords.Counted(proof.Days, "day")} · prices {Markup.Escape(proof.Book)}[/]\n");
        // What is printed adds up as printed.
        decimal Shown(decimal usd) => decimal.Round(usd, money.IsFine ? 6 : 2, MidpointRounding.ToEven);
        var (then, now, saved) = (Shown(proof.Promise.CurrentMonthly), Shown(proof.NowMonthly), Shown(proof.RealisedMonthly));
        var without = now + saved;
        var share = Text.Percent(proof.RealisedMonthly, proof.ForThisTraffic);
        console.Say(2, $"[bold green]{Show(money, saved)}[/] [grey]a month saved, of[/] "
            + $"[bold]{Show(money, proof.ForThisTraffic)}[/] [grey]that the plan promises for this traffic[/]"
            + (proof.ForThisTraffic > 0m ? $"  {share}" : ""));
        console.WriteLine();
        var steps = new FittedTable([new("From then to now", Least: 24), new("a month", Right: true), new("", Spare: 1)]);
        steps.AddRow($"the plan's period", Show(money, then),
            $"[grey]{Dimensions.Day(proof.Promise.From)} to {Dimensions.Day(proof.Promise.To)}[/]");
        steps.AddRow("  volume, mix, new work", Signed(money, without - then), "[grey]no one's saving and no one's fault[/]");
        steps.AddRow("without the changes", Show(money, without), "[grey]today's calls with each change undone[/]");
        steps.AddRow("  saved", $"[green]{Signed(money, -saved)}[/]", "");
        steps.AddRow("[bold]now[/]", $"[bold]{Show(money, now)}[/]",
            $"[grey]{PlanWords.Counted(proof.Requests, "request")}[/]");
        console.Write(steps);
        console.WriteLine();
        var table = new FittedTable([new("Change", Least: 22), new("promised", Right: true, Spare: 1), new("for this traffic", Right: true),
            new("saved", Right: true), new("", Least: 9), new("how that is known", Least: 20, Spare: 2)]);
        foreach (var proven in proof.Actions)
            table.AddRow(
                $"{PlanWords.Lever(proven.Action.Lever)}: {Markup.Escape(PlanWords.OneLine(proven.Action.Name))}",
                $"[grey]{Show(money, proven.Promised)}[/]", proven.ForThisTraffic is { } expected ? Show(money, expected) : "–",
                proven.Realised is { } kept ? Show(money, kept) : "–", State(proven.State),
                $"[grey]{Markup.Escape(PlanWords.OneLine(proven.How))}[/]");
        console.Write(table);
        console.WriteLine();
        if (proof.Notes.Count == 0) return;
        console.MarkupLine("[bold]To read this with[/]");
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(0))
            .AddColumn(new GridColumn().PadLeft(1).PadRight(0));
        foreach (var note in proof.Notes) grid.AddRow("–", Markup.Escape(PlanWords.OneLine(note)));
        console.Write(grid);
        console.WriteLine();
    }

    static string State(ProofState state) => state switch
    {
        ProofState.Made => "[green]made[/]",
        ProofState.Partly => "[yellow]partly[/]",
        ProofState.NotMade => "[red]not made[/]",
        _ => "[grey]not seen[/]",
    };

    static string Show(Money money, decimal usd) => usd < 0m ? "−" + money.Show(-usd) : money.Show(usd);

    static string Signed(Money money, decimal usd) => usd < 0m ? "−" + money.Show(-usd) : "+" + money.Show(usd);
}
