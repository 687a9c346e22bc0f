namespace Assay.Desk.Reports.Html;

/// <summary>
/// A document as one page. It loads nothing and runs nothing: style and drawings are inside, and its content security policy allows just
/// that style. The same document gives the same bytes.
/// </summary>
static class DocumentHtml
{
    public static void Write(Document document, TextWriter html)
    {
        var page = new Markup(html);
        HtmlHead.Write(page, $"{document.Title}, {document.Period}", HtmlHead.Asset("report.css") + HtmlHead.Asset("document.css"), null);
        page.Line($"""
            <body class="document">
            <a class="skip" href="#main">To the figures</a>
            <header>
            <p class="brand"><b>Assay</b> <span>{document.Kind}</span></p>
            <h1>{document.Title} <span>{document.Period}</span></h1>
            <p class="source">{document.Source}</p>
            <nav aria-label="Contents">
            """);
        foreach (var section in document.Sections) page.Line($"""<a href="#{section.Id}">{section.Title}</a>""");
        page.Line($"</nav>\n</header>\n<main id=\"main\">");
        page.Line($"""<div class="figures">""");
        foreach (var figure in document.Figures)
        {
            var kind = figure.IsBad ? "figure bad" : "figure";
            page.Line($"""<div class="{kind}"><p>{figure.Label}</p><strong>{figure.Value}</strong><small>{figure.Note}</small></div>""");
        }
        page.Line($"</div>");
        foreach (var warning in document.Warnings) page.Line($"""<p class="notice warn">{warning}</p>""");
        page.Line($"""<ul class="summary">""");
        foreach (var sentence in document.Summary) page.Line($"<li>{sentence}</li>");
        page.Line($"</ul>");
        foreach (var section in document.Sections) WriteSection(page, section);
        page.Line($"""
            </main>
            <footer><p>{document.Footer} This page is complete in itself and loads nothing.</p></footer>
            </body>
            </html>
            """);
    }

    static void WriteSection(Markup page, DocumentSection section)
    {
        page.Line($"""
            <section id="{section.Id}" aria-labelledby="{section.Id}-title">
            <h2 id="{section.Id}-title">{section.Title}</h2>
            """);
        if (section.Lead.Length > 0) page.Line($"""<p class="lead">{section.Lead}</p>""");
        foreach (var block in section.Blocks)
            switch (block)
            {
                case Block.Table { Rows.Count: > 0 } table:
                    WriteTable(page, table);
                    break;
                case Block.Lines { Texts.Count: > 0 } lines:
                    page.Line(lines.IsNumbered ? (MarkupHandler)$"""<ol class="lines">""" : $"""<ul class="lines">""");
                    foreach (var text in lines.Texts) page.Line($"<li>{text}</li>");
                    page.Line(lines.IsNumbered ? (MarkupHandler)$"</ol>" : $"</ul>");
                    break;
                case Block.Drawing drawing:
                    Charts.Write(page, drawing.Chart);
                    break;
            }
        page.Line($"</section>");
    }

    static void WriteTable(Markup page, Block.Table table)
    {
        if (table.Name.Length > 0) page.Line($"<h3>{table.Name}</h3>");
        page.Line($"""<div class="scroll"><table class="{(table.Columns.Count == 2 ? "plain narrow" : "plain")}"><thead><tr>""");
        foreach (var column in table.Columns)
            page.Line($"""<th scope="col" class="{(column.IsFigure ? "n" : "t")}">{column.Name}</th>""");
        page.Line($"</tr></thead>\n<tbody>");
        for (var i = 0; i < table.Rows.Count; i++)
        {
            page.Line($"""<tr class="{(table.HasTotal && i == table.Rows.Count - 1 ? "total-row" : "row")}">""");
            for (var c = 0; c < table.Columns.Count; c++)
            {
                var cell = table.Rows[i][c];
                if (c == 0) page.Line($"""<th scope="row">{SpendTables.Breaking(cell.Text)}</th>""");
                else if (table.Columns[c].IsFigure) page.Line($"""<td class="n">{Exact(cell)}</td>""");
                else page.Line($"<td>{cell.Text}</td>");
            }
            page.Line($"</tr>");
        }
        page.Line($"</tbody></table></div>");
        if (table.Rest.Length > 0) page.Line($"""<p class="note">{table.Rest}</p>""");
    }

    // Behind each amount stands the exact one.
    static Fragment Exact(DocumentCell cell) => cell is { Value: { } value, Kind: CellKind.Usd }
        ? Fragment.Of($"""<data value="{Pricing.Usd.Plain(value)}" title="exactly {Pricing.Usd.Plain(value)} USD">{cell.Text}</data>""")
        : Fragment.Of($"{cell.Text}");
}
