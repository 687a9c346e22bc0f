using Assay.Planning;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>The actions of a plan, each a card: what and how much on its first line, then change, place, reason and price of it.</summary>
static class PlanCards
{
    const int CardsMax = 15;
    const int Gap = 2;

    /// <summary>A card's first line.</summary>
    sealed record Headline(string Number, string Title, string[] Amounts);

    public static void Write(IAnsiConsole console, Plan plan, PlanFigures figures)
    {
        var days = PlanWords.Counted(plan.Days, "day");
        var savings = Of(plan, ActionKind.Saving);
        Section(console, plan, figures, new("", "[bold]What to do[/]", ["[grey]a month[/]", "[grey]alone[/]"]), savings,
            i => [$"[green]{figures.Show(figures.ShownJoint[i])}[/]", $"[grey]{figures.Show(plan.Actions[i].MonthlySaving)}[/]"], 1);
        var candidates = Of(plan, ActionKind.Candidate);
        Section(console, plan, figures, new("", "[bold]Not counted: needs a trial, or somebody's consent[/]", ["[grey]a month[/]"]),
            candidates, i => [$"[yellow]{figures.Show(plan.Actions[i].MonthlySaving)}[/]"], savings.Count + 1);
        Section(console, plan, figures, new("", "[bold]What is wrong[/]", [$"[grey]at stake, {days}[/]"]), Of(plan, ActionKind.Warning),
            i => [plan.Actions[i].Evidence.AtStake is { } stake ? $"[yellow]{figures.Show(stake)}[/]" : "[grey]–[/]"],
            savings.Count + candidates.Count + 1);
    }

    static List<int> Of(Plan plan, ActionKind kind) =>
        [.. Enumerable.Range(0, plan.Actions.Count).Where(i => plan.Actions[i].Kind == kind)];

    static void Section(
        IAnsiConsole console, Plan plan, PlanFigures figures, Headline head, List<int> actions, Func<int, string[]> amounts, int number)
    {
        if (actions.Count == 0) return;
        List<Headline> lines = [head];
        foreach (var i in actions.Take(CardsMax))
            lines.Add(new($"{number++}", $"[bold]{Markup.Escape(Title(plan.Actions[i]))}[/]", amounts(i)));
        var widths = Enumerable.Range(0, head.Amounts.Length).Select(a => lines.Max(l => Markup.Remove(l.Amounts[a]).Length)).ToArray();
        Line(console, lines[0], widths);
        for (var i = 1; i < lines.Count; i++)
        {
            Line(console, lines[i], widths);
            Body(console, plan.Actions[actions[i - 1]], figures);
            console.WriteLine();
        }
        if (actions.Count > CardsMax)
            console.MarkupLine($"  [grey]and {actions.Count - CardsMax} more; --json and --markdown have them all[/]\n");
    }

    static string Title(PlanAction action)
    {
        var what = action.Kind == ActionKind.Warning ? PlanWords.Cause(action.Warning) : PlanWords.Lever(action.Lever);
        return $"{PlanWords.Capital(what)}: {PlanWords.OneLine(action.Name)}";
    }

    // Amounts stand at the right edge, each in a column of its own; the title gives way.
    static void Line(IAnsiConsole console, Headline line, int[] widths)
    {
        var isCard = line.Number.Length > 0;
        var room = Math.Min(console.Profile.Width, Widest) - widths.Sum(w => w + Gap) - (isCard ? 5 : 2);
        var title = Fitted(line.Title, room);
        var text = (isCard ? $"{line.Number,3}  " : "  ") + title + new string(' ', Math.Max(0, room - Cells(title)));
        for (var i = 0; i < widths.Length; i++)
            text += new string(' ', Gap + widths[i] - Markup.Remove(line.Amounts[i]).Length) + line.Amounts[i];
        console.MarkupLine(text);
    }

    // Further apart, the eye loses the line.
    public const int Widest = 120;

    static string Fitted(string markup, int room)
    {
        if (Cells(markup) <= room) return markup;
        var text = Markup.Remove(markup);
        while (text.Length > 1 && Cells(Markup.Escape(text)) > room - 1) text = text[..^1];
        return $"[bold]{Markup.Escape(text)}…[/]";
    }

    static int Cells(string markup) => new Spectre.Console.Rendering.Segment(Markup.Remove(markup)).CellCount();

    static void Body(IAnsiConsole console, PlanAction action, PlanFigures figures)
    {
        var grid = new Grid { Width = Math.Min(console.Profile.Width, Widest) };
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(5).PadRight(0).Width(7)).AddColumn(new GridColumn().PadLeft(2).PadRight(0));
        var evidence = action.Evidence;
        Row("change", Markup.Escape(PlanWords.Change(action)));
        Row("where", $"[grey]{Markup.Escape(PlanWords.Where(action.Workload))}[/]");
        Row("why", Markup.Escape(PlanWords.Because(evidence)));
        Row("", $"[grey]{Markup.Escape(PlanWords.Figures(evidence))}[/]");
        if (evidence.Interval is var (low, high))
            Row("", $"[grey]between {figures.Show(figures.Scaled(low))} and {figures.Show(figures.Scaled(high))} a month[/]");
        Row("quality", Markup.Escape(PlanWords.OneLine(action.Quality)));
        if (action.Kind != ActionKind.Warning)
            Row("effort", $"{PlanWords.Name(action.Effort)} · confidence {Coloured(action.Confidence)}");
        Row("breaks", Markup.Escape(PlanWords.OneLine(action.Breaks)));
        Row("set up", $"[blue]{Markup.Escape(Lines(action.Setup))}[/]");
        if (action.Kind == ActionKind.Warning && evidence.Examples is [var first, ..])
            Row("look at", $"[grey]assay explain {Markup.Escape(first.ToString())} PATH[/]");
        console.Write(grid);

        void Row(string label, string text)
        {
            if (Markup.Remove(text).Trim().Length > 0) grid.AddRow($"[grey]{label}[/]", text);
        }
    }

    static string Coloured(Confidence confidence) => confidence switch
    {
        Confidence.High => "[green]high[/]",
        Confidence.Medium => "medium",
        _ => "[yellow]low[/]",
    };

    static string Lines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(PlanWords.OneLine));
}
