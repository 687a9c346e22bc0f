using System.Globalization;
using Assay.Ledger.Store;
using Assay.Pricing;
using Assay.Rating;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>What a query of a ledger found.</summary>
sealed record LedgerSums(string Ledger, string Book, LedgerRating? Rating, SpendCube Cube, LedgerCells Cells, Grouping Groups);

/// <summary>Sums of a ledger as a table for people, and as CSV.</summary>
static class LedgerTables
{
    public static void Write(LedgerSums sums, IAnsiConsole console)
    {
        var cube = sums.Cube;
        var money = Money.For(cube.Total);
        var days = cube is { First: { } first, Last: { } last }
            ? $"{Dimensions.Day(DateOnly.FromDateTime(first))} to {Dimensions.Day(DateOnly.FromDateTime(last))}" : "nothing in this range";
        var rated = sums.Rating is { } rating ? $" · rating {rating.Id}" : "";
        console.MarkupLine($"[bold]{Markup.Escape(sums.Ledger)}[/]  {days} · prices {Markup.Escape(sums.Book)}{rated}\n");
        var upTo = cube.TotalMax > cube.Total ? $" up to {money.Show(cube.TotalMax)}" : "";
        console.MarkupLine($"  [bold]{money.Show(cube.Total)}[/]{upTo}   {Text.Number(cube.Requests)} requests · "
            + $"{Text.Number(cube.Failed)} failed\n");
        var table = new FittedTable([.. sums.Groups.Dimensions.Select(d => new TableColumn(d, Least: 10)), new("cost", Right: true),
            new("requests", Right: true, Spare: 1)]);
        foreach (var line in sums.Groups.Lines)
            table.AddRow([.. line.Values.Select(v => Markup.Escape(Text.Key(v))), money.Show(line.Cost, line.Unpriced),
                Text.Number(line.Requests)]);
        console.Write(table);
    }

    public static void WriteCsv(LedgerSums sums, TextWriter text) => WriteCsv(
        [.. sums.Groups.Dimensions, "cost", "cost_max", "requests"],
        sums.Groups.Lines.Select(l => (IReadOnlyList<string?>)
            [.. l.Values, Usd.Plain(l.Cost), Usd.Plain(l.CostMax), l.Requests.ToString(CultureInfo.InvariantCulture)]), text);

    public static void Write(IReadOnlyList<string> names, List<IReadOnlyList<string?>> rows, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var name in names) table.AddColumn(Markup.Escape(name));
        foreach (var row in rows) table.AddRow([.. row.Select(v => Markup.Escape(v ?? ""))]);
        console.Write(table);
    }

    public static void WriteCsv(IReadOnlyList<string> names, IEnumerable<IReadOnlyList<string?>> rows, TextWriter text)
    {
        text.Write(string.Join(',', names.Select(Field)) + "\n");
        foreach (var row in rows) text.Write(string.Join(',', row.Select(Field)) + "\n");
    }

    static string Field(string? value) => value is null ? ""
        : value.AsSpan().IndexOfAny(",\"\n\r") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
