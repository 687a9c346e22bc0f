using System.Globalization;
using Assay.Rating;

namespace Assay.Desk.Reports.Html;

/// <summary>Where the money goes: the groupings of the spend as tables with bars, and the meters and requests behind them.</summary>
static class SpendTables
{
    const int RowsShown = 12;

    // A page is for reading: beyond this many rows the sum of the rest is shown, and the JSON of the report has them all.
    const int RowsMax = 400;

    public static void WriteGroups(Markup page, Report report)
    {
        page.Line($"""
            <section id="where" aria-labelledby="where-title">
            <h2 id="where-title">Where the money goes</h2>
            <p class="lead">Each table is the whole spend, divided another way. Bars are shares of the total.</p>
            <div class="pair">
            """);
        // Side by side stand what tends to have as many lines.
        Table(page, report, "Model", report.ByModel, "(none)");
        Table(page, report, "Team", report.ByTeam, "untagged");
        Table(page, report, "Application", report.ByApp, "untagged");
        Table(page, report, "Principal", report.ByPrincipal, "(none)");
        Table(page, report, "Environment", report.ByEnv, "untagged");
        Table(page, report, "Account", report.ByAccount, "(none)");
        Table(page, report, "Mode", report.ByMode, "(none)", named: true);
        page.Line($"</div>");
        if (report.Groups is { } groups) WriteGrouping(page, report, groups);
        page.Line($"</section>");
    }

    /// <summary>What was used, what it cost, and what a unit came to: the report's grouping by meter, with quantities.</summary>
    public static void WriteMeters(Markup page, Report report)
    {
        if (report.Meters.Count == 0) return;
        var unpriced = report.Meters.Any(m => m.UnpricedQuantity > 0m);
        page.Line($"""
            <section id="meters" aria-labelledby="meters-title">
            <h2 id="meters-title">What was metered</h2>
            <p class="lead">A token stands on one meter only, a request on each that it used. The rate is the cost of a unit that has
            a price.</p>
            <table class="sortable cards"><thead><tr><th scope="col">Meter</th><th scope="col" class="n">Quantity</th>
            <th scope="col" class="n">Rate</th><th scope="col" class="n">Cost</th><th scope="col" class="n">Share</th>
            <th scope="col" class="n">Requests</th></tr></thead>
            <tbody>
            """);
        foreach (var meter in report.Meters.OrderByDescending(m => m.Cost).ThenBy(m => m.Meter)) WriteMeter(page, report, meter);
        page.Line($"</tbody>\n{Foot(3, report)}\n</table>");
        if (unpriced) page.Line($"""<p class="note">Quantities without a price are counted here and are no part of any cost.</p>""");
        page.Line($"</section>");
    }

    static void WriteMeter(Markup page, Report report, MeterSum meter)
    {
        var name = Assay.Usage.DimensionNames.Name(meter.Meter);
        page.Write($"""<tr><th scope="row" title="{name}">{Figures.Spoken(name)}{Bar(meter.Cost, report.Total)}</th>""");
        var units = Fragment.Of($"""<small class="unit">{Figures.Units(meter.Meter)}</small>""");
        page.Write($"""<td class="n" data-label="Quantity"><span>{Figures.Count(meter.Quantity)} {units}""");
        if (meter.UnpricedQuantity > 0m)
            page.Write($"""<small>of them {Figures.Number(meter.UnpricedQuantity)} without a price</small>""");
        page.Write($"""</span></td><td class="n" data-label="Rate">{Figures.EffectiveRate(meter)}</td>""");
        var cost = Figures.Money(meter.Cost, meter.CostMax, meter.HasNoPrice ? meter.Unpriced : 0);
        page.Write($"""<td class="n" data-label="Cost"><span>{cost}</span></td>""");
        page.Write($"""<td class="n" data-label="Share">{Figures.Share(meter.Cost, report.Total)}</td>""");
        page.Line($"""<td class="n" data-label="Requests">{Figures.Count(meter.Requests)}</td></tr>""");
    }

    public static void WriteTop(Markup page, Report report)
    {
        if (report.Top.Count == 0) return;
        page.Line($"""
            <section id="top" aria-labelledby="top-title">
            <h2 id="top-title">The dearest requests</h2>
            <table class="sortable cards"><thead><tr><th scope="col">Request</th><th scope="col">Time, UTC</th>
            <th scope="col">Caller</th><th scope="col" class="n">Tokens</th><th scope="col" class="n">Cost</th></tr></thead>
            <tbody>
            """);
        foreach (var request in report.Top)
        {
            var time = request.Time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            page.Line($"""
                <tr><th scope="row"><code>{Breaking(request.Id.ToString())}</code><small>{Breaking(request.Model)}</small></th>
                <td data-label="Time, UTC">{time}</td>
                <td data-label="Caller"><span>{Name(request.App, "untagged")}<small>{Breaking(request.Principal)}</small></span></td>
                <td class="n" data-label="Tokens"><span>{Tokens(request.Tokens)}</span></td>
                <td class="n" data-label="Cost">{Figures.Money(request.Cost)}</td></tr>
                """);
        }
        page.Line($"""
            </tbody></table>
            <p class="note"><code>assay explain REQUEST PATH</code> shows how any one of them came to its cost, down to the SKU.</p>
            </section>
            """);
    }

    static Fragment Tokens(Usage.TokenCounts tokens)
    {
        var written = tokens.CacheWrite5m + tokens.CacheWrite30m + tokens.CacheWrite1h + tokens.CacheWriteUnknown;
        var cache = tokens.CacheRead + written == 0 ? Fragment.None
            : Fragment.Of($"<small>cache: {Figures.Number(tokens.CacheRead)} read, {Figures.Number(written)} written</small>");
        var plain = $"{Figures.Number(tokens.Input)} in, {Figures.Number(tokens.Output)} out";
        return Fragment.Of($"""<data value="{tokens.Prompt + tokens.Output}">{plain}</data>{cache}""");
    }

    static void Table(Markup page, Report report, string title, IReadOnlyList<Group> groups, string empty, bool named = false)
    {
        if (groups.Count == 0) return;
        // One row behind a 'more' would cost the reader a click to save no space.
        var shown = groups.Count <= RowsShown + 1 ? groups.Count : RowsShown;
        page.Line($"""
            <div class="by">
            <h3>By {title.ToLowerInvariant()}</h3>
            <table class="sortable spend"><thead><tr><th scope="col">{title}</th><th scope="col" class="n">Cost</th>
            <th scope="col" class="n">Share</th><th scope="col" class="n">Requests</th></tr></thead>
            <tbody>
            """);
        foreach (var group in groups.Take(shown)) Row(page, report, Name(named ? Figures.Spoken(group.Key) : group.Key, empty), group);
        if (groups.Count > shown)
        {
            var rest = Sum(groups.Skip(shown));
            Row(page, report, Fragment.Of($"{Figures.Number(groups.Count - shown)} more"), rest, "rest");
        }
        page.Line($"</tbody>\n{Foot(1, report)}\n</table>");
        if (groups.Count > shown) More(page, report, [.. groups.Skip(shown)], title, empty);
        page.Line($"</div>");
    }

    static void More(Markup page, Report report, List<Group> groups, string title, string empty)
    {
        page.Line($"""
            <details><summary>Show the {Figures.Number(groups.Count)} more</summary>
            <table class="sortable spend"><thead><tr><th scope="col">{title}</th><th scope="col" class="n">Cost</th>
            <th scope="col" class="n">Share</th><th scope="col" class="n">Requests</th></tr></thead>
            <tbody>
            """);
        foreach (var group in groups.Take(RowsMax)) Row(page, report, Name(group.Key, empty), group);
        if (groups.Count > RowsMax)
        {
            var further = Fragment.Of($"{Figures.Number(groups.Count - RowsMax)} further, all in the report's JSON");
            Row(page, report, further, Sum(groups.Skip(RowsMax)), "rest");
        }
        page.Line($"</tbody></table></details>");
    }

    static Group Sum(IEnumerable<Group> groups) => groups.Aggregate(new Group("", 0m, 0m, 0),
        (sum, g) => sum with
        {
            Cost = sum.Cost + g.Cost, CostMax = sum.CostMax + g.CostMax, Requests = sum.Requests + g.Requests,
            Unpriced = sum.Unpriced + g.Unpriced,
        });

    static void Row(Markup page, Report report, Fragment name, Group group, string kind = "")
    {
        page.Line($"""
            <tr class="{kind}"><th scope="row">{name}{Bar(group.Cost, report.Total)}</th>
            <td class="n">{Figures.Money(group.Cost, group.CostMax, group.Unpriced)}</td>
            <td class="n">{Figures.Share(group.Cost, report.Total)}</td>
            <td class="n">{Figures.Count(group.Requests)}</td></tr>
            """);
    }

    static void WriteGrouping(Markup page, Report report, Grouping groups)
    {
        page.Line($"""
            <div class="by" id="groups">
            <h3>By {string.Join(", ", groups.Dimensions)}</h3>
            <table class="sortable cards"><thead><tr>
            """);
        foreach (var dimension in groups.Dimensions) page.Write($"""<th scope="col">{Figures.Capitalised(dimension)}</th>""");
        page.Line($"""
            <th scope="col" class="n">Cost</th><th scope="col" class="n">Share</th><th scope="col" class="n">Requests</th></tr></thead>
            <tbody>
            """);
        foreach (var line in groups.Lines.Take(RowsMax))
        {
            page.Write($"""<tr><th scope="row">{Name(line.Values[0], "(none)")}{Bar(line.Cost, report.Total)}</th>""");
            foreach (var (dimension, value) in groups.Dimensions.Zip(line.Values).Skip(1))
                page.Write($"""<td data-label="{Figures.Capitalised(dimension)}"><span>{Name(value, "(none)")}</span></td>""");
            page.Write($"""<td class="n" data-label="Cost"><span>{Figures.Money(line.Cost, line.CostMax, line.Unpriced)}</span></td>""");
            page.Write($"""<td class="n" data-label="Share">{Figures.Share(line.Cost, report.Total)}</td>""");
            page.Line($"""<td class="n" data-label="Requests">{Figures.Count(line.Requests)}</td></tr>""");
        }
        page.Line($"</tbody>\n{Foot(groups.Dimensions.Count, report)}\n</table>");
        if (groups.Lines.Count > RowsMax)
        {
            var rest = groups.Lines.Skip(RowsMax).Sum(l => l.Cost);
            var further = Figures.Number(groups.Lines.Count - RowsMax);
            page.Line($"""<p class="note">{further} further lines of {Figures.Money(rest)} in all are in the report's JSON.</p>""");
        }
        page.Line($"</div>");
    }

    /// <summary>The last line of every table that divides the spend: the same exact total.</summary>
    public static Fragment Foot(int columnsBeforeCost, Report report) => Fragment.Of($"""
        <tfoot><tr><th scope="row" colspan="{columnsBeforeCost}">Total</th>
        <td class="n" data-label="Cost"><span>{Figures.Money(report.Total, report.TotalMax, report.RequestsUnpriced)}</span></td>
        <td class="n" data-label="Share">{Figures.Share(report.Total, report.Total)}</td>
        <td class="n" data-label="Requests">{Figures.Count(report.Requests)}</td></tr></tfoot>
        """);

    public static Fragment Bar(decimal part, decimal whole) => Bar(Figures.Percentage(part, whole));

    public static Fragment Bar(double percentage) => Fragment.Of($"""
        <svg class="share" width="100%" height="5" aria-hidden="true"><rect class="rail" width="100%" height="5"/>
        <rect width="{percentage}%" height="5"/></svg>
        """);

    public static Fragment Name(string key, string empty) =>
        key.Length == 0 ? Fragment.Of($"<em>{empty}</em>") : Fragment.Of($"""<span class="key">{Breaking(key)}</span>""");

    /// <summary>Text that may break after the marks within a long id, so that ARNs fit narrow screens.</summary>
    public static Fragment Breaking(string text)
    {
        var broken = Fragment.None;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('.' or '-' or ':' or '/' or '_')) continue;
            broken = Fragment.Of($"{broken}{text[start..(i + 1)]}<wbr/>");
            start = i + 1;
        }
        return Fragment.Of($"{broken}{text[start..]}");
    }
}
