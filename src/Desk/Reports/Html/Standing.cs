namespace Assay.Desk.Reports.Html;

/// <summary>What a reader should look at: what stands out, how the usage stands beside the guide, how much of it has an owner.</summary>
static class Standing
{
    public static void WriteHighlights(Markup page, Report report)
    {
        if (report.Highlights.Count == 0) return;
        page.Line($"""
            <section id="stands-out" aria-labelledby="stands-out-title">
            <h2 id="stands-out-title">What stands out</h2>
            <p class="lead">The money each of these is about: what a change would touch, not what it would save.</p>
            <ol class="highlights">
            """);
        foreach (var highlight in report.Highlights)
        {
            var share = highlight.Cost > 0m
                ? Fragment.Of($"<small>{Figures.Share(highlight.Cost, report.Total)} of the total</small>")
                : Fragment.None;
            var cost = highlight.Cost > 0m ? Figures.Money(highlight.Cost) : Fragment.Of($"–");
            page.Line($"""<li><span class="stake">{cost}{share}</span><span>{highlight.Text}</span></li>""");
        }
        page.Line($"</ol>\n</section>");
    }

    public static void WriteNorms(Markup page, Report report)
    {
        if (report.Norms.Count == 0) return;
        page.Line($"""
            <section id="norms" aria-labelledby="norms-title">
            <h2 id="norms-title">Beside the guide</h2>
            <p class="lead">The band is where the guide puts the figure; the dot is this usage. Outside the band is a question, not a
            fault.</p>
            <table class="cards norms"><thead><tr><th scope="col">Figure</th><th scope="col">Guide and yours</th>
            <th scope="col" class="n">Yours</th><th scope="col" class="n">Guide</th><th scope="col" class="n">At stake</th></tr></thead>
            <tbody>
            """);
        foreach (var norm in report.Norms)
        {
            var stake = norm.AtStake is { } atStake ? Figures.Money(atStake) : Fragment.Of($"–");
            page.Line($"""
                <tr><th scope="row">{norm.Title}<small>{norm.About}</small></th><td class="strip">{Strip(norm)}</td>
                <td class="n" data-label="Yours"><span>{Yours(norm)}</span></td><td class="n" data-label="Guide">{Figures.Guide(norm)}</td>
                <td class="n" data-label="At stake">{stake}</td></tr>
                """);
        }
        page.Line($"</tbody></table>\n</section>");
    }

    static Fragment Yours(Norm norm) => norm.Yours is { } yours
        ? Fragment.Of($"<strong>{Figures.Norm(yours, norm.Unit)}</strong><small>{Place(norm, yours)}</small>")
        : Fragment.Of($"""<span class="unseen">{Figures.Norm(null, norm.Unit)}</span>""");

    static string Place(Norm norm, double yours) => norm.Within == true ? "within" : yours < norm.GuideLow ? "below" : "above";

    // The guide's band and the usage's dot on one scale. The words beside it say the same, so the drawing is not read aloud.
    static Fragment Strip(Norm norm)
    {
        var high = double.IsFinite(norm.GuideHigh) ? norm.GuideHigh : norm.GuideLow * 1.6;
        var most = Math.Max(high, norm.Yours is { } y && double.IsFinite(y) ? y : 0);
        var end = norm.Unit == "share" ? Math.Max(1, most) : Math.Max(1, Math.Ceiling(most * 1.2));
        double X(double value) => Math.Clamp(value / end * 100, 0, 100);
        var (left, right) = (X(norm.GuideLow), double.IsFinite(norm.GuideHigh) ? X(norm.GuideHigh) : 100);
        var band = right - left < 1.5
            ? Fragment.Of($"""<line class="band-point" x1="{left}%" x2="{left}%" y1="4" y2="20"/>""")
            : Fragment.Of($"""<rect class="band" x="{left}%" width="{right - left}%" y="4" height="16"/>""");
        var dot = norm.Yours is { } yours ? Fragment.Of($"""<circle cx="{X(yours)}%" cy="12" r="5.5"/>""") : Fragment.None;
        var scaleEnd = norm.Unit == "share" ? Figures.Norm(end, "share") : Figures.Number((decimal)Math.Min(end, 1e15));
        return Fragment.Of($"""
            <svg width="100%" height="36" aria-hidden="true"><line class="rail" x1="0" x2="100%" y1="12" y2="12"/>{band}{dot}
            <text x="0" y="34">0</text><text x="100%" y="34" text-anchor="end">{scaleEnd}</text></svg>
            """);
    }

    public static void WriteTags(Markup page, Report report)
    {
        if (report.Tags.Count == 0) return;
        page.Line($"""
            <section id="tags" aria-labelledby="tags-title">
            <h2 id="tags-title">Tag coverage</h2>
            <p class="lead">The share of the spend that carries a tag. Untagged money belongs to nobody until somebody looks.</p>
            <table class="tagged"><thead><tr><th scope="col">Tag</th><th scope="col" class="n">Tagged</th>
            <th scope="col" class="n">Untagged spend</th></tr></thead>
            <tbody>
            """);
        foreach (var tag in report.Tags)
        {
            var share = double.IsFinite(tag.Share) ? Math.Clamp(tag.Share, 0, 1) : 0;
            var tagged = report.Total == 0m ? "–" : Figures.Percent((decimal)share);
            page.Line($"""
                <tr><th scope="row">{SpendTables.Name(tag.Key, "(none)")}{SpendTables.Bar(share * 100)}</th>
                <td class="n">{tagged}</td><td class="n">{Figures.Money(tag.Untagged)}</td></tr>
                """);
        }
        page.Line($"</tbody></table>\n</section>");
    }
}
