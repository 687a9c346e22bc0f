using System.Globalization;
using Assay.Rating;

namespace Assay.Desk.Reports.Html;

/// <summary>A column of the spend chart: a day, or a longer stretch where there are many days.</summary>
sealed record Column(DateOnly Start, string Label, string Name, decimal Cost, long Requests);

/// <summary>
/// Spend over time as columns. Lengths along the width are percentages, so the drawing fits any screen without shrinking its words.
/// </summary>
static class DayChart
{
    const int ColumnsMax = 190;
    const double WidthMax = 8;
    const double Top = 30;
    const double Bottom = 212;
    const double Height = 240;

    static readonly (string Noun, Func<DateOnly, DateOnly> StartOf, Func<DateOnly, DateOnly> Next)[] Stretches =
    [
        ("day", d => d, d => d.AddDays(1)),
        ("week", d => d.AddDays(-Math.Min(d.DayNumber, ((int)d.DayOfWeek + 6) % 7)), d => d.AddDays(7)),
        ("month", d => new(d.Year, d.Month, 1), d => d.AddMonths(1)),
        ("year", d => new(d.Year, 1, 1), d => d.AddYears(1)),
    ];

    public static void Write(Markup page, Report report)
    {
        var days = report.ByDay
            .Select(g => (Day: DateOnly.ParseExact(g.Key, "yyyy-MM-dd", CultureInfo.InvariantCulture), Group: g)).ToList();
        if (days.Count == 0) return;
        var (noun, columns) = Columns(days);
        var peak = columns.MaxBy(c => c.Cost)!;
        var mean = noun == "day" && columns.Count > 1 ? report.Total / report.Days : 0m;
        page.Line($"""
            <section id="days" aria-labelledby="days-title">
            <h2 id="days-title">Spend by {noun}</h2>
            """);
        if (peak.Cost <= 0m) page.Line($"<p>Nothing was charged on the days observed.</p>");
        else Draw(page, columns, peak, mean, noun);
        Table(page, report);
        page.Line($"</section>");
    }

    /// <summary>The shortest stretches that give a readable number of columns; stretches without requests stand as gaps.</summary>
    internal static (string Noun, List<Column> Columns) Columns(IReadOnlyList<(DateOnly Day, Group Group)> days)
    {
        foreach (var (noun, startOf, next) in Stretches)
        {
            var sums = days.GroupBy(d => startOf(d.Day)).ToDictionary(
                g => g.Key, g => (Cost: g.Sum(d => d.Group.Cost), Requests: g.Sum(d => d.Group.Requests)));
            var (first, last) = (sums.Keys.Min(), sums.Keys.Max());
            List<DateOnly> starts = [first];
            while (starts[^1] < last && starts.Count <= ColumnsMax) starts.Add(next(starts[^1]));
            if (starts.Count > ColumnsMax)
            {
                if (noun != "year") continue;
                // A few stray dates centuries apart: only the years that were seen, side by side.
                starts = [.. sums.Keys.Order().TakeLast(ColumnsMax)];
            }
            return (noun, [.. starts.Select(s => (Start: s, Sum: sums.GetValueOrDefault(s)))
                .Select(s => Of(noun, s.Start, s.Sum.Cost, s.Sum.Requests))]);
        }
        throw new InvalidOperationException("Years always fit.");
    }

    static Column Of(string noun, DateOnly start, decimal cost, long requests)
    {
        string Format(string format) => start.ToString(format, CultureInfo.InvariantCulture);
        return noun switch
        {
            "day" => new(start, Format("d MMM"), Format("ddd d MMM yyyy"), cost, requests),
            "week" => new(start, Format("d MMM"), $"Week from {Format("d MMM yyyy")}", cost, requests),
            "month" => new(start, Format("MMM yyyy"), Format("MMMM yyyy"), cost, requests),
            _ => new(start, Format("yyyy"), Format("yyyy"), cost, requests),
        };
    }

    static void Draw(Markup page, List<Column> columns, Column peak, decimal mean, string noun)
    {
        var step = Step(peak.Cost);
        var ceiling = Math.Ceiling(peak.Cost / step) * step;
        double Y(decimal cost) => Bottom - ((Bottom - Top) * (double)(cost / ceiling));
        // Room for the longest label, at seven pixels a character.
        var axis = 16 + (7 * Figures.AxisDollars(ceiling, step).Length);
        var times = mean > 0m ? $", {Figures.Number(decimal.Round(peak.Cost / mean, 1))} times the mean day" : "";
        page.Line($"""
            <figure class="chart">
            <p class="readout" data-readout="">Peak: {peak.Name}, {Figures.Money(peak.Cost)}{times}</p>
            <div class="plot">
            <svg class="axis" width="{axis}" height="{Height}" aria-hidden="true">
            """);
        for (var tick = 0m; tick <= ceiling; tick += step)
            page.Line($"""<text x="{axis - 8}" y="{Y(tick) + 4}" text-anchor="end">{Figures.AxisDollars(tick, step)}</text>""");
        var spoken = $"Spend by {noun}, {columns[0].Name} to {columns[^1].Name}. Peak {peak.Name}: {Figures.Dollars(peak.Cost)}.";
        page.Line($"""
            </svg>
            <svg class="columns" width="100%" height="{Height}" role="img" aria-label="{spoken}">
            """);
        for (var tick = 0m; tick <= ceiling; tick += step)
            page.Line($"""<line class="grid" x1="0" x2="100%" y1="{Y(tick)}" y2="{Y(tick)}"/>""");
        DrawColumns(page, columns, peak, noun, Y);
        if (mean > 0m) page.Line($"""<line class="mean" x1="0" x2="100%" y1="{Y(mean)}" y2="{Y(mean)}"/>""");
        var slot = 100.0 / columns.Count;
        var at = (columns.IndexOf(peak) + 0.5) * slot;
        var (anchor, x) = slot > WidthMax * 2 ? ("middle", at)
            : at < 15 ? ("start", at - (slot / 2))
            : at > 85 ? ("end", at + (slot / 2))
            : ("middle", at);
        page.Line($"""
            <text class="label" x="{x}%" y="{Y(peak.Cost) - 8}" text-anchor="{anchor}">{Figures.Dollars(peak.Cost)}</text>
            </svg>
            </div>
            """);
        if (mean > 0m)
        {
            var shown = decimal.Round(mean, 6, MidpointRounding.ToEven);
            page.Line($"<figcaption>The dashed line is the mean day, {Figures.Dollars(shown)}. Days are UTC.</figcaption>");
        }
        page.Line($"</figure>");
    }

    static void DrawColumns(Markup page, List<Column> columns, Column peak, string noun, Func<decimal, double> y)
    {
        var slot = 100.0 / columns.Count;
        var width = Math.Min(Math.Max(slot * 0.76, slot - 2), WidthMax);
        var every = LabelEvery(columns.Count, noun);
        for (var i = 0; i < columns.Count; i++)
        {
            var column = columns[i];
            var (left, top) = (i * slot, y(column.Cost));
            var shape = column == peak ? "bar peak" : "bar";
            var text = $"{column.Name}: {Figures.Dollars(column.Cost)}, {Figures.Plural(column.Requests, "request", "requests")}";
            page.Line($"""
                <g class="column" data-text="{text}"><title>{text}</title>
                <rect class="hit" x="{left}%" width="{slot}%" y="0" height="{Bottom}"/>
                <rect class="{shape}" x="{left + ((slot - width) / 2)}%" width="{width}%" y="{top}" height="{Bottom - top}"/></g>
                """);
            if (i % every != 0) continue;
            var kind = i / every % 2 == 0 ? "tick" : "tick minor";
            page.Line($"""<text class="{kind}" x="{left + (slot / 2)}%" y="{Height - 10}" text-anchor="middle">{column.Label}</text>""");
        }
    }

    static void Table(Markup page, Report report)
    {
        page.Line($"""
            <details><summary>The figures, day by day</summary>
            <table class="sortable spend"><thead><tr><th scope="col">Day</th><th scope="col" class="n">Cost</th>
            <th scope="col" class="n">Share</th><th scope="col" class="n">Requests</th></tr></thead>
            <tbody>
            """);
        foreach (var day in report.ByDay)
        {
            page.Line($"""
                <tr><th scope="row">{day.Key}</th><td class="n">{Figures.Money(day.Cost, day.CostMax)}</td>
                <td class="n">{Figures.Share(day.Cost, report.Total)}</td><td class="n">{Figures.Count(day.Requests)}</td></tr>
                """);
        }
        page.Line($"""
            </tbody>
            {SpendTables.Foot(1, report)}
            </table></details>
            """);
    }

    // Weekly labels suit a month or two of days; otherwise about eight labels fit.
    static int LabelEvery(int columns, string noun) =>
        noun == "day" && columns is > 16 and <= 60 ? 7 : Math.Max(1, (columns + 7) / 8);

    /// <summary>A round step (1, 2, 2.5 or 5 times a power of ten) that divides the height into three to five.</summary>
    internal static decimal Step(decimal peak)
    {
        var power = 1m;
        while (power * 10m <= peak) power *= 10m;
        while (power > peak) power /= 10m;
        foreach (var factor in (decimal[])[0.2m, 0.25m, 0.5m, 1m, 2m, 2.5m])
            if (peak / (power * factor) <= 5m) return power * factor;
        return power * 2.5m;
    }
}
