using Assay.Desk.Reports;
using Spectre.Console;

namespace Assay.Desk.Tests.Reports;

/// <summary>Tables on terminals of every width.</summary>
public sealed class FittedTableTests
{
    static string[] Written(int width, Action<IAnsiConsole> write)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        write(console);
        return [.. text.ToString().Split('\n').Select(line => line.TrimEnd())];
    }

    [Theory, InlineData(60), InlineData(80), InlineData(100), InlineData(110), InlineData(160)]
    public void Amounts_stood_a_digit_a_line_on_a_terminal_of_eighty_columns(int width)
    {
        var report = SampleReports.Month();
        var lines = Written(width, console => ReportTerminal.Write(report, console));
        var money = Money.For(report.Total);
        foreach (var request in report.Top.Take(5))
            Assert.Contains(lines, line => line.Contains(request.Id.ToString(), StringComparison.Ordinal)
                && line.EndsWith(money.Show(request.Cost), StringComparison.Ordinal));
        foreach (var meter in report.Meters)
            Assert.Contains(lines, line => line.Contains($" {Assay.Desk.Reports.Text.Number(meter.Quantity)} ", StringComparison.Ordinal)
                && line.Contains($" {money.Show(meter.Cost)}", StringComparison.Ordinal));
        if (width >= 80) Assert.All(lines, line => Assert.True(line.Length <= width, line));
    }

    [Fact]
    public void Texts_are_cut_before_columns_are_left_out_and_figures_are_never_cut()
    {
        var table = new FittedTable([new("name", Least: 5), new("note", Least: 4, Spare: 2), new("share", Right: true, Spare: 1), new("cost", Right: true)]);
        table.AddRow("a long name", "[red]日本語の説明[/]", "12.5%", "$1,234.00");
        Assert.Equal(["  name         note          share       cost", "  a long name  日本語の説明  12.5%  $1,234.00", ""], Written(80, c => c.Write(table)));
        Assert.Equal(["  name     note     share       cost", "  a long…  日本語…  12.5%  $1,234.00"], Written(36, c => c.Write(table))[..2]);
        Assert.Equal(["  name      share       cost", "  a long …  12.5%  $1,234.00"], Written(28, c => c.Write(table))[..2]);
        Assert.Equal(["  name        cost", "  a lo…  $1,234.00"], Written(10, c => c.Write(table))[..2]);
    }

    [Fact]
    public void A_column_without_an_entry_is_left_out()
    {
        var table = new FittedTable([new("a"), new("dates"), new("b")], indent: 0);
        table.AddRow("1", "", "2");
        Assert.Equal(["a  b", "1  2", ""], Written(80, c => c.Write(table)));
    }
}
