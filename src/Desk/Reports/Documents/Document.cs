namespace Assay.Desk.Reports;

/// <summary>
/// A report as what it says, whatever it is written as: terminal, Markdown, page, workbook. Texts are plain; nobody's markup is in them.
/// </summary>
/// <param name="Kind">What sort of document it is, in two or three words.</param>
/// <param name="Source">Period, book and what was read, in one line.</param>
/// <param name="Summary">The whole in a few sentences: what a message carries.</param>
public sealed record Document(
    string Kind, string Title, string Period, string Source, IReadOnlyList<KeyFigure> Figures, IReadOnlyList<string> Summary,
    IReadOnlyList<DocumentSection> Sections, string Footer)
{
    /// <summary>Sentences that a reader must not miss, above everything: data that are too few, budgets that will not hold.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A figure among the first things seen.</summary>
public sealed record KeyFigure(string Label, string Value, string Note)
{
    public bool IsBad { get; init; }
}

/// <param name="Id">Names the section in links and the sheet in workbooks: lower-case words with hyphens.</param>
/// <param name="Lead">One or two sentences under the title; empty for none.</param>
public sealed record DocumentSection(string Id, string Title, string Lead, IReadOnlyList<Block> Blocks);

/// <summary>A part of a section.</summary>
public abstract record Block
{
    Block() { }

    /// <param name="Rows">As many cells as columns.</param>
    /// <param name="Name">A heading of its own; empty for none.</param>
    public sealed record Table(string Name, IReadOnlyList<DocumentColumn> Columns, IReadOnlyList<IReadOnlyList<DocumentCell>> Rows) : Block
    {
        /// <summary>True where the last row is the sum of those above it.</summary>
        public bool HasTotal { get; init; }

        /// <summary>Rows after so many are left to the workbook and to JSON; the sum of them stands in the last.</summary>
        public string Rest { get; init; } = "";
    }

    public sealed record Lines(IReadOnlyList<string> Texts, bool IsNumbered = false) : Block;

    public sealed record Drawing(Chart Chart) : Block;
}

/// <param name="IsFigure">True for columns aligned right.</param>
public readonly record struct DocumentColumn(string Name, bool IsFigure = false)
{
    /// <summary>Columns that a narrow terminal leaves out first have the highest; 0 always stays.</summary>
    public int Spare { get; init; }
}

public enum CellKind : byte { Text, Usd, Number, Share }

/// <param name="Text">As people read it.</param>
/// <param name="Value">The exact figure, for workbooks; null for texts and for what is not known.</param>
public readonly record struct DocumentCell(string Text, decimal? Value = null, CellKind Kind = CellKind.Text)
{
    /// <summary>What a terminal shows instead, where there is less room; null for the same.</summary>
    public string? Short { get; init; }

    public static implicit operator DocumentCell(string text) => new(text);

    public static DocumentCell Usd(decimal usd) => new(Reports.Html.Figures.Dollars(usd), usd, CellKind.Usd);

    /// <summary>A difference, its sign always shown.</summary>
    public static DocumentCell Signed(decimal usd, string? shown = null) => new(shown ?? SignedText(usd), usd, CellKind.Usd);

    public static DocumentCell Count(decimal count) => new(Reports.Html.Figures.Number(count), count, CellKind.Number);

    public static DocumentCell Share(decimal part, decimal whole) => whole == 0m
        ? "–"
        : new DocumentCell(Reports.Html.Figures.Percent(part / whole), decimal.Round(part / whole, 6), CellKind.Share);

    public static string SignedText(decimal usd) => (usd > 0m ? "+" : "") + Reports.Html.Figures.Dollars(usd);
}

/// <summary>A picture of figures. Its words say what it shows to those who cannot see it.</summary>
/// <param name="Spoken">The picture in a sentence.</param>
public abstract record Chart(string Spoken)
{
    /// <summary>From one sum to another by steps that add up to the difference.</summary>
    public sealed record Waterfall(
        string FromLabel, decimal From, IReadOnlyList<(string Label, decimal Usd)> Steps, string ToLabel, decimal To, string Spoken)
        : Chart(Spoken);

    /// <summary>Columns side by side, the later ones marked.</summary>
    public sealed record Columns(IReadOnlyList<(string Label, string Name, decimal Usd, bool IsMarked)> Bars, string Caption, string Spoken)
        : Chart(Spoken);

    /// <summary>Columns stacked of several series, in the order of the series from the bottom.</summary>
    public sealed record Layers(
        IReadOnlyList<string> Labels, IReadOnlyList<(string Name, IReadOnlyList<decimal> Usd)> Series, string Caption, string Spoken)
        : Chart(Spoken);

    /// <summary>Spend added up over a month: as it was, as it is expected, and between what it may lie.</summary>
    /// <param name="Cumulated">USD to the end of each day seen, by day of the month.</param>
    public sealed record Month(
        IReadOnlyList<(int Day, decimal Usd)> Cumulated, int Days, decimal? Expected, decimal? Low, decimal? High, decimal? Budget,
        string Caption, string Spoken) : Chart(Spoken);

    /// <summary>Weeks as they were, and as they may come.</summary>
    /// <param name="Ratios">What the low and the high end of the coming weeks are, over the expected.</param>
    public sealed record Outlook(
        IReadOnlyList<(string Label, decimal Usd)> Weeks, IReadOnlyList<decimal> Coming, (decimal Low, decimal High) Ratios, string Caption,
        string Spoken) : Chart(Spoken);
}
