using Assay.Desk.Reports.Html;
using Assay.Pricing;

namespace Assay.Desk.Reports;

/// <summary>
/// The report as one page for people without a terminal. It loads nothing: style, script and drawings are inside, and its content
/// security policy allows just those two texts. It can be mailed, printed and archived, and the same report gives the same bytes.
/// </summary>
public static class ReportHtml
{
    /// <summary>Writes the page. It is well-formed XML too, so that other tools can read it.</summary>
    /// <param name="note">A line under the title for what the reader must know first, such as that the usage is a made-up sample.</param>
    public static void Write(Report report, TextWriter html, string? note = null)
    {
        var page = new Markup(html);
        var (css, js) = (HtmlHead.Asset("report.css"), HtmlHead.Asset("report.js"));
        var period = Figures.Period(report.From, report.To);
        HtmlHead.Write(page, $"Amazon Bedrock, {period}: {(report.HasNoPrice ? Money.NoPrice : Figures.Dollars(report.Total))}", css, js);
        page.Line($"""
            <body>
            <a class="skip" href="#main">To the figures</a>
            """);
        WriteHeader(page, report, period, note);
        page.Line($"""<main id="main">""");
        WriteHeadline(page, report);
        DayChart.Write(page, report);
        Standing.WriteHighlights(page, report);
        if (report.HasUsage) SpendTables.WriteGroups(page, report);
        SpendTables.WriteMeters(page, report);
        SpendTables.WriteTop(page, report);
        if (report.HasUsage) Standing.WriteNorms(page, report);
        if (report.HasUsage) Standing.WriteTags(page, report);
        Assurance.Write(page, report);
        Assurance.WriteMethod(page, report);
        page.Line($"""
            </main>
            <footer><p>Made by Assay from {Source(report)}. This page is complete in itself and loads nothing.</p></footer>
            <script>{Fragment.OfAsset(js)}</script>
            </body>
            </html>
            """);
    }

    static void WriteHeader(Markup page, Report report, string period, string? note)
    {
        var days = report.From is null ? "" : $"{Figures.Plural(report.Days, "day", "days")}, UTC. ";
        page.Line($"""
            <header>
            <p class="brand"><b>Assay</b> <span>Statement of usage</span></p>
            <h1>Amazon Bedrock <span>{period}</span></h1>
            <p class="source">{days}Priced with book {report.Book}. From {Source(report)}.</p>
            """);
        if (note is not null) page.Line($"""<p class="notice">{note}</p>""");
        page.Line($"</header>");
        if (!report.HasUsage) return;
        page.Line($"""<nav aria-label="Contents">""");
        page.Line($"""<a href="#days">Over time</a>""");
        if (report.Highlights.Count > 0) page.Line($"""<a href="#stands-out">What stands out</a>""");
        page.Line($"""<a href="#where">Where it goes</a>""");
        if (report.Meters.Count > 0) page.Line($"""<a href="#meters">Meters</a>""");
        if (report.Top.Count > 0) page.Line($"""<a href="#top">Requests</a>""");
        if (report.Norms.Count > 0) page.Line($"""<a href="#norms">Beside the guide</a>""");
        if (report.Tags.Count > 0) page.Line($"""<a href="#tags">Tags</a>""");
        page.Line($"""
            <a href="#assurance">Not in the total</a>
            <a href="#method">Method</a>
            </nav>
            """);
    }

    static void WriteHeadline(Markup page, Report report)
    {
        page.Line($"""
            <section id="total" class="headline" aria-labelledby="total-title">
            <div>
            <h2 id="total-title">Total</h2>
            <p class="total">{Figures.Money(report.Total, report.Total, report.RequestsUnpriced)}</p>
            """);
        // The cost of what has no price is not zero but unknown.
        if (!report.HasNoPrice) page.Line($"""<p class="exact">exactly {SpendTables.Breaking(Usd.Plain(report.Total))} USD</p>""");
        if (!report.HasUsage)
            page.Line($"""
                <p class="notice">No request was found in what was read, so there is nothing to rate. See below what was passed over,
                and why.</p>
                """);
        if (report.RequestsUnpriced > 0)
        {
            var requests = Figures.Plural(report.RequestsUnpriced, "request", "requests");
            page.Line($"""
                <p class="notice">Not the whole cost: <a href="#unpriced">{requests}</a> used something that has no price.</p>
                """);
        }
        page.Line($"""
            </div>
            <table class="facts"><tbody>
            """);
        if (report.TotalMax > report.Total) Fact(page, "Upper bound, cache lifetimes unknown", Figures.Money(report.TotalMax));
        if (report.HasUsage && !report.HasNoPrice)
            Fact(page, "A month of 30 days at this pace", Figures.Money(decimal.Round(report.Monthly, 6, MidpointRounding.ToEven)));
        if (report.Reading.Bill is { } bill)
        {
            Fact(page, "As billed, credits and taxes included", Figures.Money(bill.BilledUsd));
            Fact(page, "Lines of the bill about Bedrock", Figures.Count(bill.Lines));
        }
        // A bill by itself counts no requests, which is not to say that there were none.
        if (report.Requests > 0 || report.Reading.Bill is null) WriteRequests(page, report);
        page.Line($"</tbody></table>\n</section>");
    }

    static void WriteRequests(Markup page, Report report)
    {
        Fact(page, "Requests", Figures.Count(report.Requests));
        if (report.Requests > 0 && !report.HasNoPrice)
        {
            var mean = decimal.Round(report.Total / report.Requests * 1000m, 6, MidpointRounding.ToEven);
            Fact(page, "Mean cost of 1,000 requests", Figures.Money(mean));
        }
        Fact(page, "Failed, not charged", report.Failed == 0 ? Figures.Count(0m)
            : Fragment.Of($"{Figures.Count(report.Failed)} <small class=\"unit\">{Figures.Share(report.Failed, report.Requests)}</small>"));
        Fact(page, "Duplicates, not charged again", Figures.Count(report.Reading.Duplicates));
        Fact(page, "Requests with something unpriced", Figures.Count(report.RequestsUnpriced));
    }

    static void Fact(Markup page, string name, Fragment value) =>
        page.Line($"""<tr><th scope="row">{name}</th><td class="n">{value}</td></tr>""");

    static string Source(Report report) =>
        report is { Requests: 0, Reading.Bill: { } bill }
            ? $"{Figures.Plural(bill.Lines, "line", "lines")} of a bill in {Figures.Plural(report.Reading.Files, "file", "files")}"
            : $"{Figures.Plural(report.Requests, "request", "requests")} in {Figures.Plural(report.Reading.Files, "file", "files")}";
}
