using System.Globalization;
using System.Text;
using Assay.Pricing;

namespace Assay.Ledger.Export;

/// <summary>
/// Writes a table as CSV (RFC 4180, UTF-8, one heading line): numbers as plain decimals, moments in UTC, nothing for null.
/// </summary>
static class CsvFile
{
    public static void Write(ExportTable table, IEnumerable<ExportRow> rows, ExportTerms terms, Stream into, CancellationToken cancel)
    {
        using var text = new StreamWriter(into, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 64 * 1024, leaveOpen: true);
        text.Write(string.Join(',', table.Columns.Select(c => Quoted(c.Name))));
        text.Write('\n');
        foreach (var row in rows)
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = 0; i < table.Columns.Count; i++)
            {
                if (i > 0) text.Write(',');
                text.Write(Text(table.Columns[i].Of(row, terms)));
            }
            text.Write('\n');
        }
    }

    public static string Moment(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static string Text(object? value) => value switch
    {
        null => "",
        string text => Quoted(text),
        decimal amount => Usd.Plain(amount),
        long count => count.ToString(CultureInfo.InvariantCulture),
        DateTime time => Moment(time),
        _ => throw new InvalidOperationException($"No column holds a {value.GetType().Name}."),
    };

    // Blanks at either end are quoted too: some readers trim what is not.
    static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") >= 0 || text.Length != text.AsSpan().Trim().Length || text.Length == 0
            ? "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\""
            : text;
}
