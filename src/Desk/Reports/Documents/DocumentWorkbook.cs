using MiniExcelLibs;
using MiniExcelLibs.Attributes;
using MiniExcelLibs.OpenXml;

namespace Assay.Desk.Reports;

/// <summary>
/// A document as a workbook: a first sheet with the figures and sentences, then a sheet a table and chart. Amounts are numbers with all the
/// digits a spreadsheet holds; texts stay texts.
/// </summary>
static class DocumentWorkbook
{
    // The format's own limits: of a sheet's name, and of a cell.
    const int NameMax = 31, TextMax = 32_767;

    public static void Write(Document document, string path)
    {
        Dictionary<string, object> sheets = new() { ["Summary"] = Summary(document) };
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase) { "Summary" };
        List<DynamicExcelColumn> columns = [];
        foreach (var section in document.Sections)
            foreach (var block in section.Blocks)
                switch (block)
                {
                    case Block.Table { Rows.Count: > 0 } table:
                        sheets[Named(table.Name.Length > 0 ? table.Name : section.Title, names)] = Rows(table);
                        break;
                    case Block.Drawing { Chart: Chart.Columns chart }:
                        sheets[Named(section.Title + " by day", names)] = chart.Bars.Select(b => (IDictionary<string, object?>)
                            new Dictionary<string, object?> { ["day"] = b.Name, ["USD"] = Number(b.Usd) }).ToList();
                        break;
                    case Block.Drawing { Chart: Chart.Layers stack }:
                        sheets[Named(section.Title + " over time", names)] = stack.Labels.Select((label, i) =>
                        {
                            Dictionary<string, object?> row = new() { ["from"] = label };
                            foreach (var (name, usd) in stack.Series) row[name] = Number(usd[i]);
                            return (IDictionary<string, object?>)row;
                        }).ToList();
                        break;
                }
        using var file = File.Create(path);
        file.SaveAs(sheets, configuration: new OpenXmlConfiguration { EnableAutoWidth = true, FastMode = true });
    }

    static List<IDictionary<string, object?>> Summary(Document document)
    {
        List<IDictionary<string, object?>> rows = [];
        void Add(string what, string value, string note) =>
            rows.Add(new Dictionary<string, object?> { [document.Title] = what, [document.Period] = value, [" "] = note });
        foreach (var figure in document.Figures) Add(figure.Label, figure.Value, figure.Note);
        foreach (var warning in document.Warnings) Add("Beware", warning, "");
        foreach (var sentence in document.Summary) Add("", sentence, "");
        foreach (var section in document.Sections)
            foreach (var lines in section.Blocks.OfType<Block.Lines>())
                for (var i = 0; i < lines.Texts.Count; i++) Add(i == 0 ? section.Title : "", lines.Texts[i], "");
        Add("", document.Source, "");
        return rows;
    }

    static List<IDictionary<string, object?>> Rows(Block.Table table) =>
        [.. table.Rows.Select(row =>
        {
            Dictionary<string, object?> cells = [];
            for (var i = 0; i < table.Columns.Count; i++)
            {
                var name = table.Columns[i].Name.Length > 0 ? table.Columns[i].Name : " ";
                while (cells.ContainsKey(name)) name += " ";
                cells[name] = row[i] is { Value: { } value } ? Number(value)
                    : row[i].Text.Length > TextMax ? row[i].Text[..(TextMax - 1)] + "…" : row[i].Text;
            }
            return (IDictionary<string, object?>)cells;
        })];

    static decimal Number(decimal value) => Pricing.Usd.Shortest(value);

    // Names are unlike each other, and lack what the format reserves.
    static string Named(string title, HashSet<string> names)
    {
        var clean = new string([.. title.Select(c => c is ':' or '\\' or '/' or '?' or '*' or '[' or ']' ? ' ' : c)]);
        var name = clean.Length > NameMax ? clean[..NameMax] : clean;
        for (var n = 2; !names.Add(name); n++) name = $"{(clean.Length > NameMax - 3 ? clean[..(NameMax - 3)] : clean)} {n}";
        return name;
    }
}
