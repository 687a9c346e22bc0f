namespace Assay.Ledger.Export;

/// <summary>What a column holds.</summary>
enum ColumnKind : byte
{
    Text,

    /// <summary>An exact amount; never a binary fraction in any format.</summary>
    Amount,

    /// <summary>A whole number.</summary>
    Count,

    /// <summary>A moment, UTC.</summary>
    Moment,
}

/// <summary>A column of a table, and how a row fills it: string, decimal, long or DateTime, as the kind says, or null.</summary>
sealed record ExportColumn(string Name, ColumnKind Kind, Func<ExportRow, ExportTerms, object?> Of);

/// <summary>The columns of a format, whatever it is written as.</summary>
/// <param name="Name">What a workbook calls its sheet, and Parquet its table.</param>
/// <param name="HoldsUnpriced">False where a row without a price cannot be told from one that costs nothing, and is left out.</param>
sealed record ExportTable(string Name, bool HoldsUnpriced, IReadOnlyList<ExportColumn> Columns)
{
    /// <summary>The table of rows as they are: what <c>assay rate</c> calls them, summed.</summary>
    public static ExportTable Charges(ExportTerms terms) => new("charges", HoldsUnpriced: true, ChargeColumns.For(terms));

    /// <summary>FOCUS 1.2.</summary>
    public static ExportTable Focus { get; } = new("focus", HoldsUnpriced: false, FocusColumns.All);
}
