using Assay.Desk.Reports;
using Spectre.Console;

namespace Assay.Desk.Tests.Reports;

public sealed class SteadyGridTests
{
    static string[] Lines(int width, IEnumerable<string[]> rows, params GridColumn[] columns)
    {
        using StringWriter text = new();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        SteadyGrid grid = new(columns);
        foreach (var row in rows) grid.AddRow(row);
        console.Write(grid);
        return [.. text.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(l => l.TrimEnd())];
    }

    static GridColumn Text => new GridColumn().NoWrap().PadLeft(0).PadRight(2);
    static GridColumn Figure => Text.RightAligned();

    static readonly string[][] Bill =
    [
        ["  [bold]Knowledge bases[/]", "$123,456,789.01", "$1,481,481,468.12", "████████████"],
        ["    [grey]policies: documents in the archive[/]", "$7.35", "$88.20", "as stated a GB-month, by the user"],
    ];

    [Fact]
    public void A_narrow_terminal_broke_amounts_in_two()
    {
        for (var width = 70; width <= 160; width++)
        {
            var lines = Lines(width, Bill, Text, Figure, Figure, Text);
            Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
            foreach (var amount in (string[])["$123,456,789.01", "$1,481,481,468.12", "$7.35", "$88.20"])
                Assert.Contains(lines, line => line.Contains(amount, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_text_that_folds_stays_below_its_beginning() =>
        Assert.Contains("    documents in the", Lines(80, Bill, Text, Figure, Figure, Text).Select(l => l.Length > 26 ? l[..26].TrimEnd() : l));

    [Fact]
    public void Bars_shrink_in_proportion() => Assert.Equal([$"a {new string('█', 20)}", $"b {new string('█', 10)}"],
        Lines(22, [["a", new string('█', 40)], ["b", new string('█', 20)]], Text, Text));

    [Fact]
    public void What_has_no_room_at_all_is_left_out_from_the_end() =>
        Assert.Equal(["$1,000,000.00"], Lines(20, [["$1,000,000.00", "$12,000,000.00"]], Figure, Figure));
}
