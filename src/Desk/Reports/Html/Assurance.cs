using Assay.Desk.Input;
using Assay.Usage.Logs;

namespace Assay.Desk.Reports.Html;

/// <summary>
/// How far the figures can be relied on: what has no price, what failed, what the files cannot show, what was passed over, and how
/// it is counted.
/// </summary>
static class Assurance
{
    const int RowsMax = 100;

    public static void Write(Markup page, Report report)
    {
        page.Line($"""
            <section id="assurance" aria-labelledby="assurance-title">
            <h2 id="assurance-title">What is not in the total</h2>
            <div class="pair">
            """);
        WriteUnpriced(page, report);
        WriteErrors(page, report);
        WriteNotVisible(page, report);
        WriteReading(page, report.Reading);
        page.Line($"</div>\n</section>");
    }

    static void WriteUnpriced(Markup page, Report report)
    {
        if (report.Requests == 0) return;
        page.Line($"""<div class="by" id="unpriced"><h3>Without a price</h3>""");
        if (report.Unpriced.Count == 0) page.Line($"<p>Nothing: every metered quantity found a price in book {report.Book}.</p>");
        else
        {
            page.Line($"""
                <p>{Figures.Plural(report.RequestsUnpriced, "request has", "requests have")} at least one meter without a price.
                What they cost is not zero: it is unknown, and missing from the total.</p>
                """);
            Counted(page, "Reason", "Times", report.Unpriced);
        }
        page.Line($"</div>");
    }

    static void WriteErrors(Markup page, Report report)
    {
        if (report.Failed == 0) return;
        page.Line($"""
            <div class="by" id="failed"><h3>Failed calls</h3>
            <p>{Figures.Plural(report.Failed, "call", "calls")} failed and cost nothing.</p>
            """);
        if (report.Errors.Count > 0) Counted(page, "Error", "Calls", report.Errors);
        if (report.Refused.Count > 0)
        {
            page.Line($"""
                <p>{Figures.Plural(report.Refused.Sum(r => r.Count), "of them was", "of them were")} not let in by the gateway;
                no server saw them.</p>
                """);
            Counted(page, "Refused for", "Calls", report.Refused);
        }
        page.Line($"</div>");
    }

    static void WriteNotVisible(Markup page, Report report)
    {
        if (report.NotVisible.Count == 0) return;
        page.Line($"""
            <div class="by" id="not-visible"><h3>Not visible in these files</h3>
            <p>These may have cost money; the files read cannot show it.</p>
            <ul>
            """);
        foreach (var unseen in report.NotVisible) page.Line($"<li>{Figures.Capitalised(unseen)}</li>");
        page.Line($"</ul></div>");
    }

    static void WriteReading(Markup page, ReadingSummary reading)
    {
        page.Line($"""
            <div class="by" id="reading"><h3>What was read</h3>
            <table class="facts"><tbody>
            <tr><th scope="row">Files</th><td class="n">{Figures.Number(reading.Files)}</td></tr>
            <tr><th scope="row">Records</th><td class="n">{Figures.Number(reading.Records)}</td></tr>
            <tr><th scope="row">Read again, not charged again</th><td class="n">{Figures.Number(reading.Duplicates)}</td></tr>
            <tr><th scope="row">Lines skipped</th><td class="n">{Figures.Number(reading.SkippedLines)}</td></tr>
            <tr><th scope="row">Files skipped</th><td class="n">{Figures.Number(reading.SkippedFiles.Count)}</td></tr>
            <tr><th scope="row">Records whose counts and body differ</th><td class="n">{Figures.Number(reading.Differences)}</td></tr>
            </tbody></table>
            """);
        if (reading.SkippedFiles.Count > 0)
        {
            page.Line($"<details><summary>Files skipped</summary><ul>");
            foreach (var file in reading.SkippedFiles.Take(RowsMax))
                page.Line($"<li><code>{SpendTables.Breaking(file.Path)}</code>: {file.Reason}</li>");
            if (reading.SkippedFiles.Count > RowsMax) page.Line($"<li>{Figures.Number(reading.SkippedFiles.Count - RowsMax)} more</li>");
            page.Line($"</ul></details>");
        }
        Notes(page, "Lines skipped", reading.FirstSkippedLines, reading.SkippedLines);
        Notes(page, "Counts and body differ", reading.FirstDifferences, reading.Differences);
        page.Line($"</div>");
    }

    static void Notes(Markup page, string title, List<LineNote> notes, long count)
    {
        if (notes.Count == 0) return;
        page.Line($"<details><summary>{title}</summary><ul>");
        foreach (var note in notes)
            page.Line($"<li><code>{SpendTables.Breaking(note.Path)}:{note.Line}</code>: {note.Reason}</li>");
        if (count > notes.Count) page.Line($"<li>{Figures.Number(count - notes.Count)} more</li>");
        page.Line($"</ul></details>");
    }

    static void Counted(Markup page, string what, string times, IReadOnlyList<(string Name, long Count)> lines)
    {
        page.Line($"""
            <table class="sortable counted"><thead><tr><th scope="col">{what}</th><th scope="col" class="n">{times}</th></tr></thead>
            <tbody>
            """);
        foreach (var (name, count) in lines.Take(RowsMax))
            page.Line($"""<tr><td>{SpendTables.Breaking(name)}</td><td class="n">{Figures.Count(count)}</td></tr>""");
        if (lines.Count > RowsMax)
        {
            var rest = lines.Skip(RowsMax).Sum(l => l.Count);
            var more = Figures.Number(lines.Count - RowsMax);
            page.Line($"""<tr class="rest"><td>{more} more</td><td class="n">{Figures.Count(rest)}</td></tr>""");
        }
        page.Line($"</tbody></table>");
    }

    public static void WriteMethod(Markup page, Report report)
    {
        page.Line($"""
            <section id="method" aria-labelledby="method-title">
            <h2 id="method-title">How the figures are made</h2>
            <ul class="method">
            <li>Every request is priced meter by meter with the price book {report.Book}, at the rates in force on its day.
            A request that was read twice is charged once.</li>
            <li>Amounts are exact decimals in US dollars. They are rounded only where they are shown, to the cent, halves to the even
            cent; below a cent six decimals are kept. Rounded lines may differ from a rounded sum by a cent; the exact ones never do.
            Point at an amount to see it exactly.</li>
            <li>Days are UTC. The period counts whole days from the first record to the last; a month is 30 of them.</li>
            <li>Where a record does not say how long a cache entry lives, the five-minute rate is charged and the one-hour rate gives
            the upper bound.</li>
            <li>A missing price is never taken as zero. What these files cannot show is named, not estimated.</li>
            <li>List prices: no private discount, credit or tax is applied.</li>
            </ul>
            </section>
            """);
    }
}
