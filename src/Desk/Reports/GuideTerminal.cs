using Assay.Planning;
using Assay.Pricing;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>The checked guide as a person reads it in a terminal.</summary>
static class GuideTerminal
{
    // A long SKU gives up its indent before it gives up its line.
    const int Width = 100;

    public static void Claims(IAnsiConsole console, IReadOnlyList<CheckedClaim> claims, GuideSources sources)
    {
        console.MarkupLine($"[bold]The guide, checked[/]  [grey]{claims.Count} claims · derived: {Markup.Escape(sources.Guide.Id)}"
            + $" · today: {Markup.Escape(sources.Today.Id)}[/]\n");
        var grid = Grid(Left(2), Left(2), Right(2), Right(2), Right(2), Left(0));
        grid.AddRow(Grey("id"), Grey("of what"), Grey("claimed"), Grey("derived"), Grey("today"), Grey("verdict"));
        foreach (var topic in claims.GroupBy(c => c.Claim.Topic))
        {
            grid.AddRow("", $"[bold]{Markup.Escape(topic.Key)}[/]", "", "", "", "");
            foreach (var check in topic)
            {
                var today = FigureText.Derived(check.Claim, check.Today);
                // The eye looks for what has changed.
                if (check.Today.Result == check.Derived.Result || check.Today.Result is null) today = Grey(today);
                grid.AddRow(check.Claim.Id, Markup.Escape(check.Claim.Statement), FigureText.Claimed(check.Claim),
                    FigureText.Derived(check.Claim, check.Derived), today, Marked(check.Judgement.Verdict));
            }
        }
        console.Write(grid);
        console.WriteLine();
        var counts = claims.GroupBy(c => c.Judgement.Verdict).OrderBy(g => g.Key)
            .Select(g => $"{Colour(g.Key)}{g.Count()} {(g.Key == ClaimVerdict.Holds ? "hold" : Verb(g.Key))}[/]");
        console.MarkupLine($"  {string.Join(" · ", counts)}");
        console.MarkupLine("  [grey]'assay guide C01' derives one step by step; 'assay guide scenario' is its enterprise.[/]");
    }

    public static void Claim(IAnsiConsole console, CheckedClaim check)
    {
        var claim = check.Claim;
        console.MarkupLine($"[bold]{claim.Id}  {Markup.Escape(claim.Statement)}[/]  [grey]{Markup.Escape(claim.Topic)}[/]\n");
        var grid = Grid(Left(2), Left(2), Left(0));
        grid.AddRow(Grey("  claimed"), FigureText.Claimed(claim), Grey(Markup.Escape(claim.Unit)));
        grid.AddRow(Grey("  derived"), $"[bold]{FigureText.Derived(claim, check.Derived)}[/]", Marked(check.Judgement.Verdict));
        grid.AddRow(Grey("  today"), FigureText.Derived(claim, check.Today),
            check.TodayJudgement is { } today ? Marked(today.Verdict) : "");
        console.Write(grid);
        if (check.Today.Missing is { } missing) console.Say(2, $"[grey]no today: {Markup.Escape(missing)}[/]");
        console.Say(2, $"[grey]rule[/]     {Markup.Escape(check.Judgement.Because)}");
        console.WriteLine();
        Derivation(console, "From the guide's own prices", check.Derived);
        if (check.Today.Result is null) return;
        Derivation(console, "With today's prices", check.Today);
    }

    public static void Scenario(IAnsiConsole console, IReadOnlyList<ScenarioLine> lines, GuideSources sources)
    {
        console.MarkupLine("[bold]The guide's enterprise[/]  [grey]USD a month · derived: "
            + $"{Markup.Escape(sources.Guide.Id)} · today: {Markup.Escape(sources.Today.Id)}[/]\n");
        var assumed = Grid(Left(1), Left(0));
        var entered = lines.SelectMany(l => l.Derived.Inputs).Distinct()
            .Where(i => !i.Key.StartsWith("printed_", StringComparison.Ordinal));
        foreach (var input in entered)
            assumed.AddRow($"  {Markup.Escape(Stated(input))}", Grey(Markup.Escape(input.What)));
        console.Write(assumed);
        console.WriteLine();
        var grid = Grid(Left(2), Right(2), Right(2), Right(2), Right(0));
        grid.AddRow(Grey("  line"), Grey("printed"), Grey("derived"), Grey("difference"), Grey("today"));
        foreach (var line in lines)
        {
            var parted = line.Derived.Result is { } derived && line.Printed != derived.Low ? Show(line.Printed - derived.Low, line) : "–";
            grid.AddRow($"  {(line.Category == "total" ? $"[bold]{line.Name}[/]" : line.Name)}", Show(line.Printed, line),
                line.Derived.Result is { } own ? Show(own.Low, line) : "–", $"[yellow]{parted}[/]",
                line.Today.Result is { } today ? Grey(Show(today.Low, line)) : Grey("–"));
        }
        console.Write(grid);
        console.MarkupLine("\n[bold]Why they part[/]");
        foreach (var line in lines)
        {
            console.MarkupLine($"  {line.Name}");
            console.Say(4, $"[grey]{Markup.Escape(line.Why)}[/]");
            if (line is { Derived.Result: not null, Today.Missing: { } missing })
                console.Say(4, $"[yellow]no today: {Markup.Escape(missing)}[/]");
        }
    }

    static void Derivation(IAnsiConsole console, string title, Derivation derivation)
    {
        console.MarkupLine($"[bold]{title}[/]  [grey]{Markup.Escape(derivation.Book)}[/]");
        var (number, cited) = (0, new HashSet<string>(StringComparer.Ordinal));
        foreach (var step in derivation.Steps)
        {
            console.Say(2, $"[grey]{++number,2}[/]  {Markup.Escape(step.Text)}");
            if (step.Formula.Length > 0) console.Say(6, $"[bold]{Markup.Escape(step.Formula)}[/]");
            foreach (var rate in step.Rates.Where(r => cited.Add(r.Sku)))
            {
                var price = $"{Usd.Plain(rate.SourceRate)} USD per {rate.SourceUnit}, {rate.Source}, {rate.File}";
                var indent = new string(' ', Math.Clamp(Math.Min(Width, console.Profile.Width) - rate.Sku.Length, 0, 8));
                console.Say(6, $"[grey]{Markup.Escape(price)}[/]");
                console.MarkupLine($"{indent}[grey]{Markup.Escape(rate.Sku)}[/]");
            }
        }
        if (derivation.Missing is { } missing) console.MarkupLine($"      [yellow]{Markup.Escape(missing)}[/]");
        if (derivation.Inputs.Count > 0)
        {
            console.MarkupLine("  [grey]stated, not derived:[/]");
            foreach (var input in derivation.Inputs)
                console.MarkupLine($"      {Markup.Escape(Stated(input))}  [grey]{Markup.Escape(input.What)}[/]");
        }
        console.WriteLine();
    }

    static string Stated(StatedInput input)
    {
        var figure = FigureText.Show(input.Value, input.Unit);
        var hasSign = input.Unit is "x" or "fraction" || input.Unit.StartsWith("usd", StringComparison.Ordinal);
        return hasSign ? figure : $"{figure} {input.Unit}";
    }

    static string Show(decimal figure, ScenarioLine line) => FigureText.Show(Extent.Of(figure), line.Unit);

    static string Verb(ClaimVerdict verdict) => verdict switch
    {
        ClaimVerdict.HoldsPartly => "hold partly",
        ClaimVerdict.Refuted => "refuted",
        _ => "without a source",
    };

    static string Marked(ClaimVerdict verdict)
    {
        var mark = verdict switch { ClaimVerdict.Holds => "✓", ClaimVerdict.HoldsPartly => "◐", ClaimVerdict.Refuted => "✗", _ => "?" };
        return $"{Colour(verdict)}{mark} {verdict.Name()}[/]";
    }

    static string Colour(ClaimVerdict verdict) => verdict switch
    {
        ClaimVerdict.Holds => "[green]",
        ClaimVerdict.HoldsPartly => "[yellow]",
        ClaimVerdict.Refuted => "[red]",
        _ => "[grey]",
    };

    static string Grey(string text) => $"[grey]{text}[/]";

    static SteadyGrid Grid(params GridColumn[] columns) => new(columns);

    static GridColumn Left(int gap) => new GridColumn().NoWrap().PadLeft(0).PadRight(gap);
    static GridColumn Right(int gap) => Left(gap).RightAligned();
}
