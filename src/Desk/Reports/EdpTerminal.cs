using Assay.Planning;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>A commitment's position as a person reads it in a terminal.</summary>
static class EdpTerminal
{
    public const int Width = 100;
    const int BarWidth = 60;

    public static void Write(IAnsiConsole console, EdpQuestion question)
    {
        var position = question.Position;
        var years = position.Years.Count == 1 ? "one year" : $"{position.Years.Count} years";
        console.MarkupLine($"[bold]Committed spend[/]  [grey]{years} · programme discount {Rate(question.Terms.Discount)} · "
            + "USD[/]\n");
        Bars(console, position);
        SideBySide(console, position);
        if (position.Years.Count > 1) Ramp(console, position);
        List(console, "Why they differ", [Why(position, question.Terms.Discount)], "");
        AgainstDirect(console, question, position);
        List(console, "Beware", question.Warnings, "[yellow]![/]");
        List(console, "To ask the account team", CommitmentAdvice.Questions, "[grey]?[/]");
    }

    static void Bars(IAnsiConsole console, CommitmentPosition position)
    {
        var label = position.Years.Count == 1 ? 0 : "year 1  ".Length;
        var amount = position.Years.Max(y => Text.Dollars(y.Commitment).Length);
        var width = Math.Clamp(console.Profile.Width - label - amount - 4, 10, BarWidth);
        var whole = position.Years.Max(y => Math.Max(y.Commitment, y.Organic + y.AiCounted));
        foreach (var year in position.Years)
        {
            var above = Math.Max(0m, year.AiCounted - year.Absorbed);
            (decimal Usd, char Cell, string Colour)[] parts =
            [
                (year.Organic, '█', "blue"), (year.Absorbed, '▓', "green"), (year.Shortfall, '░', "red"), (above, '▒', "yellow"),
            ];
            var (cells, sum) = (0, 0m);
            var bar = "";
            foreach (var (usd, cell, colour) in parts)
            {
                sum += usd;
                var until = whole == 0m ? 0 : (int)decimal.Round(sum / whole * width, MidpointRounding.AwayFromZero);
                // What is there is seen, however small.
                if (usd > 0m && until == cells) until++;
                if (until <= cells) continue;
                bar += $"[{colour}]{new string(cell, until - cells)}[/]";
                cells = until;
            }
            var named = label == 0 ? "" : $"year {year.Year}  ";
            console.MarkupLine($"  {named}{bar}{new string(' ', Math.Max(0, width - cells))}  {Text.Dollars(year.Commitment)}");
        }
        console.Say(2, "[blue]█[/] without AI  [green]▓[/] AI that fills the gap  [red]░[/] unfilled, paid for nothing  "
            + "[yellow]▒[/] AI above the commitment");
        console.WriteLine();
    }

    static void SideBySide(IAnsiConsole console, CommitmentPosition position)
    {
        var (simple, years) = (position.Simple, position.Years);
        var grid = Grid(Left(4), Right(4), Right(0));
        grid.AddRow("", Grey("simple formula"), Grey("exact draw-down"));
        Row("gap without AI", simple.Gap, years.Sum(y => y.Gap));
        Row("AI at list price", position.Ai, position.Ai);
        Row("AI as invoiced", null, years.Sum(y => y.AiInvoiced));
        if (years.Sum(y => y.NotCounted) is > 0m and var barred) Row("of it draws nothing down", null, barred);
        if (years.Sum(y => y.CreditsUsed) is > 0m and var credited) Row("paid with credits", null, credited);
        Row("absorbed by the gap", simple.Absorbed, years.Sum(y => y.Absorbed));
        if (years.All(y => y.ListUsageThatFillsGap is not null))
            Row("AI at list price that fills the gap", simple.Gap, years.Sum(y => y.ListUsageThatFillsGap!.Value));
        Row("shortfall paid at the end", null, years.Sum(y => y.Shortfall));
        Row("out of pocket without AI", null, years.Sum(y => y.OutOfPocketWithoutAi));
        Row("out of pocket with AI on AWS", null, years.Sum(y => y.OutOfPocketWithAi));
        Row("AI adds", simple.IncrementalCost, position.IncrementalCost, isBold: true);
        Row("saved against direct at list price", simple.SavingVersusDirect, position.SavingVersusDirect, isBold: true);
        if (position.EffectivePrice is { Average: { } average, Marginal: { } marginal })
        {
            Price("a list dollar of AI, on average", simple.IncrementalCost / position.Ai, average);
            Price("the next list dollar of AI", null, marginal);
        }
        console.Write(grid);

        void Row(string what, decimal? one, decimal other, bool isBold = false) => grid.AddRow($"  {what}",
            one is { } known ? Show(known, isBold) : Grey("–"), Show(other, isBold));
        void Price(string what, decimal? one, decimal other) => grid.AddRow($"  {what}",
            one is { } known ? Cents(known) : Grey("–"), Cents(other));
    }

    static void Ramp(IAnsiConsole console, CommitmentPosition position)
    {
        console.MarkupLine("\n[bold]Year by year[/]  [grey]exact draw-down[/]");
        var grid = Grid(Left(2), Right(2), Right(2), Right(2), Right(2), Right(2), Right(0));
        string[] titles = ["  year", "commitment", "without AI", "AI counted", "shortfall", "AI adds", "next $"];
        grid.AddRow([.. titles.Select(Grey)]);
        foreach (var year in position.Years)
        {
            grid.AddRow($"  {year.Year}", Text.Dollars(year.Commitment), Text.Dollars(year.Organic), Text.Dollars(year.AiCounted),
                Text.Dollars(year.Shortfall), Text.Dollars(year.IncrementalCost), year.MarginalPrice is { } next ? Cents(next) : "–");
        }
        console.Write(grid);
    }

    static string Why(CommitmentPosition position, decimal discount)
    {
        var difference = position.Simple.IncrementalCost - position.IncrementalCost;
        var invoiced = position.Years.Sum(y => y.AiInvoiced);
        if (invoiced == position.Ai && difference == 0m) return "They do not: nothing comes off the AI's list price, and all of it counts.";
        var rule = "Only what is invoiced and eligible draws a commitment down; the formula lets list dollars do it.";
        if (difference == 0m) return $"{rule} Here AI adds the same either way.";
        var apart = $"{Text.Dollars(Math.Abs(difference))} {(difference > 0m ? "less" : "more")}";
        var isDiscountAlone = invoiced == position.Ai * (1m - discount)
            && position.Years.All(y => y.NotCounted == 0m && y.CreditsUsed == 0m);
        return isDiscountAlone
            ? $"{rule} So more AI fits into the gap: {apart}."
            : $"{rule} It knows no private rates, credits or eligibility either. With all of them AI adds {apart}.";
    }

    static void AgainstDirect(IAnsiConsole console, EdpQuestion question, CommitmentPosition position)
    {
        if (position.Ai == 0m) return;
        var direct = question.Direct;
        console.WriteLine();
        console.Say(0, "[bold]Against the model's own vendor[/]  [grey]at the same list price, the commitment owed all the same[/]");
        var grid = Grid(Left(4), Right(0));
        grid.AddRow("  all AI on AWS adds", Text.Dollars(direct.AwsCost));
        grid.AddRow($"  all AI direct{(question.DirectDiscount is { } off ? $", {Rate(off)} off" : ", at list price")}",
            Text.Dollars(direct.DirectCost));
        if (direct.BestOnAws > 0m && direct.BestOnAws < direct.Ai)
        {
            grid.AddRow($"  best: {Text.Dollars(direct.BestOnAws)} at list price on AWS, the rest direct",
                $"[green]{Text.Dollars(direct.BestCost)}[/]");
        }
        if (direct.LostByIgnoring > 0m) grid.AddRow("  lost by comparing prices alone", $"[red]{Text.Dollars(direct.LostByIgnoring)}[/]");
        console.Write(grid);
        console.MarkupLine("  " + direct.BreakEvenDiscount switch
        {
            null => "",
            >= 1m => "Buying direct never wins over all of it on AWS: not even given away.",
            <= 0m => "Buying direct wins at list price already: AWS is no cheaper once everything counts.",
            { } even => $"Buying all of it direct wins from a discount of [bold]{Rate(even)}[/] on.",
        });
    }

    public static void List(IAnsiConsole console, string title, IReadOnlyList<string> lines, string mark)
    {
        console.MarkupLine($"\n[bold]{title}[/]");
        var grid = new Grid { Width = Width };
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(1));
        grid.AddColumn(new GridColumn().PadLeft(0).PadRight(0));
        foreach (var line in lines) grid.AddRow(mark, Markup.Escape(line));
        console.Write(grid);
    }

    static string Show(decimal usd, bool isBold) => isBold ? $"[bold]{Text.Dollars(usd)}[/]" : Text.Dollars(usd);
    static string Cents(decimal price) => $"${price:0.0000}";
    static string Rate(decimal rate) => $"{decimal.Round(rate * 100m, 4, MidpointRounding.ToEven):0.####} %";
    static string Grey(string text) => $"[grey]{text}[/]";

    static SteadyGrid Grid(params GridColumn[] columns) => new(columns);

    static GridColumn Left(int gap) => new GridColumn().NoWrap().PadLeft(0).PadRight(gap);
    static GridColumn Right(int gap) => Left(gap).RightAligned();
}
