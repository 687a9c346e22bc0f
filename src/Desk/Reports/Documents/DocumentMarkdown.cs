using System.Text.RegularExpressions;

namespace Assay.Desk.Reports;

/// <summary>A document as Markdown, for a ticket, a wiki or a mail: no HTML. A chart is its sentence.</summary>
static partial class DocumentMarkdown
{
    public static void Write(Document document, TextWriter text)
    {
        text.Write($"# {Cell(document.Title)}\n\n{Cell(document.Period)}. {Cell(document.Source)}\n\n");
        foreach (var warning in document.Warnings) text.Write($"> **{Cell(warning)}**\n\n");
        Rows(text, ["", "", ""], [false, true, false],
            document.Figures.Select(f => (string[])[$"**{Cell(f.Label)}**", Cell(f.Value), Cell(f.Note)]));
        foreach (var sentence in document.Summary) text.Write($"- {Cell(sentence)}\n");
        text.Write('\n');
        foreach (var section in document.Sections)
        {
            text.Write($"## {Cell(section.Title)}\n\n");
            if (section.Lead.Length > 0) text.Write($"{Cell(section.Lead)}\n\n");
            foreach (var block in section.Blocks) WriteBlock(text, block);
        }
        text.Write($"{Cell(document.Footer)}\n");
    }

    static void WriteBlock(TextWriter text, Block block)
    {
        switch (block)
        {
            case Block.Table { Rows.Count: > 0 } table:
                if (table.Name.Length > 0) text.Write($"### {Cell(table.Name)}\n\n");
                Rows(text, [.. table.Columns.Select(c => Cell(c.Name))], [.. table.Columns.Select(c => c.IsFigure)],
                    table.Rows.Select((row, i) => row.Select(c => Bold(c.Text, table.HasTotal && i == table.Rows.Count - 1)).ToArray()));
                if (table.Rest.Length > 0) text.Write($"{Cell(table.Rest)}\n\n");
                break;
            case Block.Lines { Texts.Count: > 0 } lines:
                for (var i = 0; i < lines.Texts.Count; i++) text.Write($"{(lines.IsNumbered ? $"{i + 1}." : "-")} "
                    + $"{Cell(lines.Texts[i])}\n");
                text.Write('\n');
                break;
            case Block.Drawing drawing:
                text.Write($"{Cell(drawing.Chart.Spoken)}\n\n");
                break;
        }
    }

    static string Bold(string text, bool isBold) => isBold && text.Length > 0 ? $"**{Cell(text)}**" : Cell(text);

    static void Rows(TextWriter text, string[] titles, bool[] figures, IEnumerable<string[]> rows)
    {
        text.Write($"| {string.Join(" | ", titles)} |\n| {string.Join(" | ", figures.Select(f => f ? "---:" : "---"))} |\n");
        foreach (var row in rows) text.Write($"| {string.Join(" | ", row)} |\n");
        text.Write('\n');
    }

    // Names come from logs: nothing in them may become markup, or be obeyed by a terminal.
    static string Cell(string text) => Marks().Replace(PlanWords.OneLine(text), @"\$0");

    [GeneratedRegex(@"[\\`*_\[\]<>|#~]", RegexOptions.CultureInvariant)]
    private static partial Regex Marks();
}
