using Spectre.Console;
using Spectre.Console.Rendering;

namespace Assay.Desk.Reports;

/// <summary>
/// A grid that never folds a figure, whatever the width of the terminal. Where room is short, texts (the columns aligned left) fold
/// within their column, bars shrink in proportion, and columns move closer together; what then still has no room is left out, the last
/// column first.
/// </summary>
sealed class SteadyGrid(params GridColumn[] columns) : Renderable
{
    // Characters a folded text is given before columns move together, and at the very least.
    const int TextWell = 24, TextLeast = 14;
    const string BarCells = "█▏▎▍▌▋▊▉▓▒░ ";

    readonly List<string[]> rows = [];

    /// <param name="cells">Markup, one for each column.</param>
    public void AddRow(params string[] cells) => rows.Add(cells);

    protected override Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        if (rows.Count == 0) yield break;
        var natural = columns.Select((_, i) => rows.Max(r => Length(r[i]))).ToArray();
        var (widths, gap) = Fit(natural, maxWidth);
        foreach (var row in rows)
        {
            var cells = widths.Select((width, i) => Lines(row[i], width, natural[i], options)).ToArray();
            for (var line = 0; line < cells.Max(c => c.Count); line++)
            {
                var before = columns[0].Padding?.Left ?? 0;
                for (var i = 0; i < widths.Length; i++)
                {
                    var cell = line < cells[i].Count ? cells[i][line] : [];
                    var blanks = new string(' ', Math.Max(0, widths[i] - cell.Sum(s => s.CellCount())));
                    yield return new(new string(' ', before));
                    if (IsFigures(i)) yield return new(blanks);
                    foreach (var segment in cell) yield return segment;
                    if (!IsFigures(i) && i < widths.Length - 1) yield return new(blanks);
                    before = i + 1 < widths.Length ? GapAfter(i, gap) : 0;
                }
                yield return Segment.LineBreak;
            }
        }
    }

    bool IsFigures(int column) => columns[column].Alignment == Justify.Right;

    // The width of each column that is shown, and the widest gap between two.
    (int[] Widths, int Gap) Fit(int[] natural, int room)
    {
        for (var count = natural.Length; ; count--)
        {
            foreach (var (gap, least) in ((int, int)[])[(int.MaxValue, TextWell), (1, TextWell), (1, TextLeast)])
            {
                var widths = natural[..count];
                for (var excess = Taken(widths, gap) - room; excess > 0; excess--)
                {
                    var widest = -1;
                    for (var i = 0; i < count; i++)
                        if (!IsFigures(i) && widths[i] > least && (widest < 0 || widths[i] > widths[widest])) widest = i;
                    if (widest < 0) break;
                    widths[widest]--;
                }
                if (Taken(widths, gap) <= room || (count == 1 && least == TextLeast)) return (widths, gap);
            }
        }
    }

    int Taken(int[] widths, int gap)
    {
        var taken = (columns[0].Padding?.Left ?? 0) + widths[0];
        for (var i = 1; i < widths.Length; i++)
            taken += GapAfter(i - 1, gap) + widths[i];
        return taken;
    }

    int GapAfter(int column, int most) =>
        Math.Min(most, (columns[column].Padding?.Right ?? 0) + (columns[column + 1].Padding?.Left ?? 0));

    static List<List<Segment>> Lines(string cell, int width, int natural, RenderOptions options)
    {
        if (cell.Length == 0) return [[]];
        var text = Markup.Remove(cell);
        if (text.Length == 0) return [[]];
        if (width < natural && text.All(BarCells.Contains)) cell = Shrunk(cell, text, width, natural);
        // What a folded text begins with, its further lines begin below.
        var indent = width < natural ? text.Length - text.TrimStart(' ').Length : 0;
        var at = indent > 0 ? cell.IndexOf(text[..indent], StringComparison.Ordinal) : 0;
        IRenderable unindented = new Markup(indent > 0 && at >= 0 ? cell.Remove(at, indent) : cell);
        var folded = unindented.Render(options, Math.Max(1, width - indent));
        var lines = Segment.SplitLines(folded).Select(l => l.ToList()).ToList();
        if (indent > 0) foreach (var line in lines) line.Insert(0, new(new string(' ', indent)));
        return lines;
    }

    static string Shrunk(string cell, string bar, int width, int natural)
    {
        var drawn = bar.TrimEnd();
        var cells = (int)Math.Ceiling(drawn.Length * (double)width / natural);
        return cell.Replace(bar, bar[..Math.Min(cells, bar.Length)], StringComparison.Ordinal);
    }

    static int Length(string markup) => Markup.Remove(markup).Length;
}

/// <summary>Sentences of a report.</summary>
static class Sentences
{
    /// <summary>Writes markup as a line; where it is longer than the terminal is wide, it folds and stays indented.</summary>
    public static void Say(this IAnsiConsole console, int indent, string markup)
    {
        if (indent + Markup.Remove(markup).Length <= console.Profile.Width)
            console.MarkupLine(new string(' ', indent) + markup);
        else
            console.Write(new Padder(new Markup(markup), new Padding(indent, 0, 0, 0)));
    }
}
