using Spectre.Console;
using Spectre.Console.Rendering;

namespace Assay.Desk.Reports;

/// <summary>A column of a <see cref="FittedTable"/>.</summary>
/// <param name="Least">Fewest characters its cells may be cut to; 0 for figures, which are never cut.</param>
/// <param name="Spare">Where room is short, the columns with the highest number are left out first; 0 always stays.</param>
sealed record TableColumn(string Name, bool Right = false, int Least = 0, int Spare = 0);

/// <summary>
/// A table without lines that never folds a figure. Where the terminal is too narrow, texts are cut first, then the columns that can be
/// spared are left out: half of an amount is worse than none. A column without a single entry is left out as well.
/// </summary>
sealed class FittedTable(IReadOnlyList<TableColumn> columns, int indent = 2) : Renderable
{
    const int Gap = 2;

    readonly List<string[]> rows = [];

    /// <param name="cells">Markup, one for each column.</param>
    public void AddRow(params string[] cells) => rows.Add(cells.Length == columns.Count
        ? cells
        : throw new ArgumentException($"{cells.Length} cells for {columns.Count} columns", nameof(cells)));

    protected override Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        // The first column's name is the title; the others are quiet.
        string[] head = [.. columns.Select((c, i) => $"[{(i == 0 ? "bold" : "grey")}]{Markup.Escape(c.Name)}[/]")];
        Segment[][][] lines = [.. rows.Prepend(head).Select(row => row.Select(cell => Segments(cell, options)).ToArray())];
        var widths = Fit([.. columns.Select((_, i) => lines.Max(line => Width(line[i])))], maxWidth);
        var last = Array.FindLastIndex(widths, w => w > 0);
        foreach (var line in lines)
        {
            var isFirst = true;
            for (var i = 0; i <= last; i++)
            {
                if (widths[i] == 0) continue;
                yield return new(new string(' ', isFirst ? indent : Gap));
                isFirst = false;
                var cell = Cut(line[i], widths[i]);
                var blank = new Segment(new string(' ', widths[i] - Width(cell)));
                if (columns[i].Right) yield return blank;
                foreach (var segment in cell) yield return segment;
                if (!columns[i].Right && i < last) yield return blank;
            }
            yield return Segment.LineBreak;
        }
    }

    // A width for each column; 0 leaves it out.
    int[] Fit(int[] natural, int room)
    {
        for (var i = 0; i < columns.Count; i++)
            if (rows.All(row => row[i].Length == 0)) natural[i] = 0;
        int[] spares = [int.MaxValue, .. columns.Select(c => c.Spare).Where(s => s > 0).Distinct().OrderDescending()];
        var widths = natural;
        foreach (var spare in spares)
        {
            widths = [.. natural.Select((width, i) => columns[i].Spare >= spare ? 0 : width)];
            for (var excess = Taken(widths) - room; excess > 0; excess--)
            {
                var widest = -1;
                for (var i = 0; i < widths.Length; i++)
                    if (columns[i].Least > 0 && widths[i] > columns[i].Least && (widest < 0 || widths[i] > widths[widest])) widest = i;
                if (widest < 0) break;
                widths[widest]--;
            }
            if (Taken(widths) <= room) break;
        }
        return widths;
    }

    int Taken(int[] widths) => widths.Where(w => w > 0).Sum(w => w + Gap) - Gap + indent;

    static Segment[] Segments(string markup, RenderOptions options) => markup.Length == 0
        ? []
        : [.. ((IRenderable)new Markup(markup)).Render(options, Terminal.Unfolded).Where(s => !s.IsLineBreak)];

    static int Width(IEnumerable<Segment> segments) => segments.Sum(s => s.CellCount());

    static List<Segment> Cut(Segment[] cell, int width)
    {
        if (Width(cell) <= width) return [.. cell];
        List<Segment> cut = [];
        var room = width - 1;
        foreach (var segment in cell)
        {
            var text = segment.Text;
            while (new Segment(text).CellCount() > room) text = text[..^1];
            room -= new Segment(text).CellCount();
            cut.Add(new(text, segment.Style));
            if (text.Length < segment.Text.Length) break;
        }
        cut.Add(new("…", cut[^1].Style));
        return cut;
    }
}
