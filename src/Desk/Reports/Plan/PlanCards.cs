using Assay.Planning;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>The actions of a plan, each a card: what and how much on its first line, then change, place, reason and price of it.</summary>
static class PlanCards
{
    const int CardsMax = 15;
    const int Gap = 2;
    const int PlacesMax = 8;
    const int SetupsMax = 3;

    /// <summary>A card's first line.</summary>
    sealed record Headline(string Number, string Title, string[] Amounts);

    public static void Write(IAnsiConsole console, Plan plan, PlanFigures figures)
    {
        var days = PlanWords.Counted(plan.Days, "day");
        List<List<int>> savings = [.. Of(plan, ActionKind.Saving).Select(i => new List<int> { i })];
        Section(console, plan, figures, new("", "[bold]What to do[/]", ["[grey]a month[/]", "[grey]alone[/]"]), savings,
            g => [$"[green]{figures.Show(figures.ShownJoint[g[0]])}[/]", $"[grey]{figures.Show(plan.Actions[g[0]].MonthlySaving)}[/]"], 1);
        var candidates = Alike(plan, ActionKind.Candidate, a => a.MonthlySaving);
        Section(console, plan, figures, new("", "[bold]Not counted: needs a trial, or somebody's consent[/]", ["[grey]a month[/]"]),
            candidates, g => [Would(figures, g.Sum(i => figures.Shown(plan.Actions[i].MonthlySaving)))], savings.Count + 1);
        Section(console, plan, figures, new("", "[bold]What is wrong[/]", [$"[grey]at stake, {days}[/]"]),
            Alike(plan, ActionKind.Warning, a => a.Evidence.AtStake ?? 0m),
            g => [g.Any(i => plan.Actions[i].Evidence.AtStake is not null)
                ? $"[yellow]{figures.Show(g.Sum(i => figures.Shown(plan.Actions[i].Evidence.AtStake ?? 0m)))}[/]" : "[grey]–[/]"],
            savings.Count + candidates.Count + 1);
    }

    // What does not pay as things are is no saving below zero: its card says what it would take.
    static string Would(PlanFigures figures, decimal saving) =>
        saving > 0m ? $"[yellow]{figures.Show(saving)}[/]" : saving < 0m ? "[grey]does not pay now[/]" : "[grey]–[/]";

    static IEnumerable<int> Of(Plan plan, ActionKind kind) =>
        Enumerable.Range(0, plan.Actions.Count).Where(i => plan.Actions[i].Kind == kind);

    // The same change for many workloads is one card.
    static List<List<int>> Alike(Plan plan, ActionKind kind, Func<PlanAction, decimal> amount) =>
        [.. Of(plan, kind).GroupBy(i => (plan.Actions[i].Lever, plan.Actions[i].Warning, plan.Actions[i].From, plan.Actions[i].To))
            .Select(g => g.ToList()).OrderByDescending(g => g.Sum(i => amount(plan.Actions[i])))];

    static void Section(
        IAnsiConsole console, Plan plan, PlanFigures figures, Headline head, List<List<int>> cards, Func<List<int>, string[]> amounts,
        int number)
    {
        if (cards.Count == 0) return;
        List<Headline> lines = [head];
        foreach (var card in cards.Take(CardsMax))
            lines.Add(new($"{number++}", $"[bold]{Markup.Escape(Title(plan, card))}[/]", amounts(card)));
        var widths = Enumerable.Range(0, head.Amounts.Length).Select(a => lines.Max(l => Markup.Remove(l.Amounts[a]).Length)).ToArray();
        Line(console, lines[0], widths);
        for (var i = 1; i < lines.Count; i++)
        {
            Line(console, lines[i], widths);
            Body(console, [.. cards[i - 1].Select(a => plan.Actions[a])], figures);
            console.WriteLine();
        }
        if (cards.Count > CardsMax)
            console.MarkupLine($"  [grey]and {cards.Count - CardsMax} more; --json and --markdown have them all[/]\n");
    }

    static string Title(Plan plan, List<int> card)
    {
        var action = plan.Actions[card[0]];
        var what = action is { Kind: ActionKind.Warning, Lever: not Lever.Commitment } ? PlanWords.Cause(action.Warning)
            : PlanWords.Lever(action.Lever);
        return $"{PlanWords.Capital(what)}: {(card.Count == 1 ? PlanWords.OneLine(action.Name) : $"{card.Count} workloads")}";
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

    static void Body(IAnsiConsole console, IReadOnlyList<PlanAction> alike, PlanFigures figures)
    {
        var action = alike[0];
        var grid = new Grid { Width = Math.Min(console.Profile.Width, Widest) };
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(5).PadRight(0).Width(7)).AddColumn(new GridColumn().PadLeft(2).PadRight(0));
        var evidence = action.Evidence;
        Row("change", Markup.Escape(PlanWords.Change(action)));
        if (alike.Count == 1) Row("where", $"[grey]{Markup.Escape(PlanWords.Where(action.Workload))}[/]");
        else Row("where", Markup.Escape(Places(alike, figures)));
        var isOneReason = alike.Count == 1 || alike.All(a => a.Evidence.Text == evidence.Text);
        Row("why", Markup.Escape(alike.Count == 1 ? PlanWords.Because(evidence) : isOneReason ? PlanWords.OneLine(evidence.Text)
            : $"{PlanWords.OneLine(action.Name)}: {PlanWords.OneLine(evidence.Text)} --json and --markdown tell it of each."));
        if (alike.Count == 1) Row("", $"[grey]{Markup.Escape(PlanWords.Figures(evidence))}[/]");
        if (alike.Count == 1 && evidence.Interval is var (low, high))
            Row("", $"[grey]between {figures.Show(figures.Scaled(low))} and {figures.Show(figures.Scaled(high))} a month[/]");
        if (alike.Any(a => a.AfterPlan is { } after && figures.Shown(after) != figures.Shown(a.MonthlySaving)))
            Row("", $"[grey]{figures.Show(alike.Sum(a => figures.Shown(a.AfterPlan ?? a.MonthlySaving)))} a month once what is counted is "
                + "done[/]");
        Row("quality", Markup.Escape(PlanWords.OneLine(action.Quality)));
        if (action.Kind != ActionKind.Warning)
            Row("effort", $"{PlanWords.Name(action.Effort)} · confidence {Coloured(action.Confidence)}");
        Row("breaks", Markup.Escape(PlanWords.OneLine(action.Breaks)));
        Row("set up", $"[blue]{Markup.Escape(Lines(string.Join('\n', alike.Select(a => a.Setup).Distinct().Take(SetupsMax))))}[/]");
        if (action.Kind == ActionKind.Warning && evidence.Examples is [var first, ..])
            Row("look at", $"[grey]assay explain {Markup.Escape(first.ToString())} PATH[/]");
        console.Write(grid);

        void Row(string label, string text)
        {
            if (Markup.Remove(text).Trim().Length > 0) grid.AddRow($"[grey]{label}[/]", text);
        }
    }

    // One line a workload, the dearest first.
    static string Places(IReadOnlyList<PlanAction> alike, PlanFigures figures)
    {
        List<(string Name, string Amount)> places = [.. alike.Take(PlacesMax).Select(a => (PlanWords.OneLine(a.Name),
            a.Kind == ActionKind.Warning ? a.Evidence.AtStake is { } stake ? figures.Show(stake) : "–" : figures.Show(a.MonthlySaving)))];
        var (names, amounts) = (places.Max(p => p.Name.Length), places.Max(p => p.Amount.Length));
        var lines = places.Select(p => $"{p.Name.PadRight(names)}  {p.Amount.PadLeft(amounts)}");
        return string.Join('\n', alike.Count > PlacesMax ? lines.Append($"and {alike.Count - PlacesMax} more with --json") : lines);
    }

    static string Coloured(Confidence confidence) => confidence switch
    {
        Confidence.High => "[green]high[/]",
        Confidence.Medium => "medium",
        _ => "[yellow]low[/]",
    };

    static string Lines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(PlanWords.OneLine));
}
