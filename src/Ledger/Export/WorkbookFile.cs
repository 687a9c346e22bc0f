using System.Data;
using Assay.Pricing;
using MiniExcelLibs;
using MiniExcelLibs.Attributes;
using MiniExcelLibs.OpenXml;

namespace Assay.Ledger.Export;

/// <summary>
/// Writes a table as an xlsx workbook. Amounts are numbers, written with all their digits; whatever looks like a number and is a name, such
/// as an account, is text. The second sheet says what the first adds up to, exactly, for a spreadsheet computes with fifteen digits.
/// </summary>
static class WorkbookFile
{
    /// <summary>Rows of a sheet, less its heading.</summary>
    public const int RowsMax = 1_048_575;

    // A cell holds no more; the file would not open.
    const int TextMax = 32_767;

    public static void Write(ExportTable table, IEnumerable<ExportRow> rows, ExportTerms terms, string path, CancellationToken cancel)
    {
        var (count, cost) = (0L, 0m);
        using var enumerator = rows.GetEnumerator();
        var isEmpty = !enumerator.MoveNext();
        // Rows that are none tell the library no columns; a table without rows does.
        Dictionary<string, object> sheets = new() { [table.Name] = isEmpty ? Headings(table) : Filled(), ["about"] = About() };
        using var file = File.Create(path);
        file.SaveAs(sheets, configuration: Looks(table));

        IEnumerable<IDictionary<string, object?>> Filled()
        {
            do
            {
                cancel.ThrowIfCancellationRequested();
                if (++count > RowsMax)
                {
                    throw new ExportException($"there are more rows than the {RowsMax:#,##0} a workbook's sheet holds. "
                        + "Export as csv or parquet, or fewer days with --from and --to.");
                }
                cost += enumerator.Current.Cost ?? 0m;
                yield return table.Columns.ToDictionary(c => c.Name, c => Cell(c.Of(enumerator.Current, terms)));
            }
            while (enumerator.MoveNext());
        }

        // Asked for after the rows have passed.
        IEnumerable<IDictionary<string, object?>> About()
        {
            yield return Line("rows", count.ToString());
            yield return Line("cost in USD, exact", Usd.Plain(cost));
            yield return Line("empty cost", "usage without a price; the column 'unpriced' says why");
        }
    }

    static Dictionary<string, object?> Line(string what, string value) => new() { ["what"] = what, ["value"] = value };

    static object? Cell(object? value) => value switch
    {
        decimal amount => Usd.Shortest(amount),
        string { Length: > TextMax } text => text[..(TextMax - 1)] + "…",
        _ => value,
    };

    static DataTable Headings(ExportTable table)
    {
        var headings = new DataTable();
        foreach (var column in table.Columns) headings.Columns.Add(column.Name);
        return headings;
    }

    static OpenXmlConfiguration Looks(ExportTable table) => new()
    {
        DynamicColumns = [.. table.Columns.Select((c, i) => new DynamicExcelColumn(c.Name)
        {
            Index = i,
            Width = c.Kind is ColumnKind.Text ? Math.Max(14, c.Name.Length + 4) : 18,
            Format = c.Kind switch
            {
                ColumnKind.Amount => "#,##0.00########",
                ColumnKind.Count => "#,##0",
                ColumnKind.Moment => "yyyy-mm-dd hh:mm",
                _ => null,
            },
        }), new DynamicExcelColumn("what") { Width = 24 }, new DynamicExcelColumn("value") { Width = 60 }],
    };
}
