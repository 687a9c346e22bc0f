using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>A document in a terminal: the figures first, then each section.</summary>
static class DocumentTerminal
{
    const int BarWidth = 40;
    const int TextLeast = 22;

    public static void Write(Document document, IAnsiConsole console)
    {
        console.MarkupLine($"[bold]{Clean(document.Title)}[/]  [grey]{Clean(document.Period)}[/]");
        console.Say(0, $"[grey]{Clean(document.Source)}[/]");
        console.WriteLine();
        foreach (var warning in document.Warnings) console.Say(2, $"[yellow]![/] {Clean(warning)}");
        if (document.Warnings.Count > 0) console.WriteLine();
        var width = document.Figures.Max(f => f.Label.Length);
        var values = document.Figures.Max(f => f.Value.Length);
        foreach (var figure in document.Figures)
        {
            var value = $"[{(figure.IsBad ? "bold yellow" : "bold")}]{Markup.Escape(PlanWords.OneLine(figure.Value).PadLeft(values))}[/]";
            console.Say(2, $"{Clean(figure.Label, width)}  {value}  [grey]{Clean(figure.Note)}[/]");
        }
        console.WriteLine();
        foreach (var section in document.Sections) Section(section, console);
        console.Say(0, $"[grey]{Clean(document.Footer)}[/]");
    }

    static void Section(DocumentSection section, IAnsiConsole console)
    {
        console.MarkupLine($"[bold]{Clean(section.Title)}[/]");
        if (section.Lead.Length > 0) console.Say(2, $"[grey]{Clean(section.Lead)}[/]");
        foreach (var block in section.Blocks)
            switch (block)
            {
                case Block.Table { Rows.Count: > 0 } table:
                    Table(table, console);
                    break;
                case Block.Lines lines:
                    for (var i = 0; i < lines.Texts.Count; i++)
                        console.Say(2, $"[grey]{(lines.IsNumbered ? $"{i + 1}." : "·")}[/] {Clean(lines.Texts[i])}");
                    break;
                case Block.Drawing { Chart: Chart.Waterfall waterfall }:
                    Waterfall(waterfall, console);
                    break;
                case Block.Drawing { Chart: Chart.Columns columns }:
                    console.Say(2, $"{Text.Sparkline([.. columns.Bars.Select(b => b.Usd)])} [grey]{Clean(columns.Spoken)}[/]");
                    break;
                case Block.Drawing drawing:
                    console.Say(2, $"[grey]{Clean(drawing.Chart.Spoken)}[/]");
                    break;
            }
        console.WriteLine();
    }

    static void Table(Block.Table table, IAnsiConsole console)
    {
        var fitted = new FittedTable([.. table.Columns.Select((c, i) =>
            new TableColumn(PlanWords.OneLine(i == 0 && table.Name.Length > 0 ? table.Name : c.Name), c.IsFigure,
                c.IsFigure ? 0 : TextLeast, c.Spare))]);
        for (var i = 0; i < table.Rows.Count; i++)
        {
            var isTotal = table.HasTotal && i == table.Rows.Count - 1;
            fitted.AddRow([.. table.Rows[i].Select(c => c.Short ?? c.Text).Select(t => t.Length == 0 ? ""
                : isTotal ? $"[bold]{Clean(t)}[/]" : Clean(t))]);
        }
        console.Write(fitted);
        if (table.Rest.Length > 0) console.Say(2, $"[grey]{Clean(table.Rest)}[/]");
    }

    // Each step begins where the one before it ended.
    static void Waterfall(Chart.Waterfall chart, IAnsiConsole console)
    {
        var (low, high, at) = (Math.Min(chart.From, chart.To), Math.Max(chart.From, chart.To), chart.From);
        foreach (var (_, usd) in chart.Steps)
        {
            at += usd;
            (low, high) = (Math.Min(low, at), Math.Max(high, at));
        }
        // What all have in common is left out where it is most of it, and that is said by the broken bar.
        var start = low > high * 0.4m ? low - ((high - low) * 0.25m) : 0m;
        int Cells(decimal usd) => high <= start ? 0 : (int)decimal.Round((usd - start) / (high - start) * BarWidth);
        var names = chart.Steps.Select(s => s.Label).Append(chart.FromLabel).Append(chart.ToLabel).Max(l => l.Length);
        var amounts = chart.Steps.Select(s => DocumentCell.SignedText(s.Usd)).Append(Html.Figures.Dollars(chart.From))
            .Append(Html.Figures.Dollars(chart.To)).Max(t => t.Length);
        var broken = start > 0m ? "╱╱" : "";
        void Row(string label, string amount, string bar) =>
            console.MarkupLine($"  {Clean(label, names)}  {amount.PadLeft(amounts)}  {bar}");
        Row(chart.FromLabel, Html.Figures.Dollars(chart.From), $"[blue]{broken}{new string('█', Cells(chart.From))}[/]");
        at = chart.From;
        foreach (var (label, usd) in chart.Steps)
        {
            var (from, to) = (Cells(Math.Min(at, at + usd)), Cells(Math.Max(at, at + usd)));
            var bar = usd == 0m ? "" : new string(' ', from + broken.Length)
                + $"[{(usd > 0m ? "red" : "green")}]{new string(usd > 0m ? '▓' : '░', Math.Max(1, to - from))}[/]";
            Row(label, DocumentCell.SignedText(usd), bar);
            at += usd;
        }
        Row(chart.ToLabel, Html.Figures.Dollars(chart.To), $"[blue]{broken}{new string('█', Cells(chart.To))}[/]");
    }

    // Names come from logs: a terminal would obey control characters in them.
    static string Clean(string text, int width = 0) => Markup.Escape(PlanWords.OneLine(text).PadRight(width));
}
