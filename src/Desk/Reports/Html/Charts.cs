namespace Assay.Desk.Reports.Html;

/// <summary>Drawings of a document. Each has a view box of its own, so that it scales on screens and on paper alike.</summary>
static class Charts
{
    const double Width = 960, Left = 84, Right = 12;

    public static void Write(Markup page, Chart chart)
    {
        page.Line($"""<figure class="chart">""");
        var caption = "";
        switch (chart)
        {
            case Chart.Waterfall waterfall: Waterfall(page, waterfall); break;
            case Chart.Columns columns: Columns(page, columns); caption = columns.Caption; break;
            case Chart.Layers stack: Stack(page, stack); caption = stack.Caption; break;
            case Chart.Outlook outlook: Outlook(page, outlook); caption = outlook.Caption; break;
            case Chart.Month month: Month(page, month); caption = month.Caption; break;
        }
        if (caption.Length > 0) page.Line($"<figcaption>{caption}</figcaption>");
        page.Line($"</figure>");
    }

    // An axis from a round figure to a round figure.
    readonly record struct Axis(decimal From, decimal To, decimal Step, double Top, double Bottom)
    {
        public static Axis Of(decimal low, decimal high, double top, double bottom)
        {
            if (high <= low) high = low + 1m;
            var step = DayChart.Step(high - low);
            return new(Math.Floor(low / step) * step, Math.Ceiling(high / step) * step, step, top, bottom);
        }

        public double Y(decimal usd) => Bottom - ((Bottom - Top) * (double)((usd - From) / (To - From)));

        public void Draw(Markup page)
        {
            for (var tick = From; tick <= To; tick += Step)
                page.Line($"""
                    <line class="grid" x1="{Left}" x2="{Width - Right}" y1="{Y(tick)}" y2="{Y(tick)}"/>
                    <text x="{Left - 10}" y="{Y(tick) + 4}" text-anchor="end">{Figures.AxisDollars(tick, Step)}</text>
                    """);
        }
    }

    static void Open(Markup page, double height, string spoken) =>
        page.Line($"""<svg class="drawing" viewBox="0 0 {Width} {height}" role="img" aria-label="{spoken}">""");

    static void Bar(Markup page, string kind, double x, double y, double width, double height, string said) => page.Line($"""
        <rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"><title>{said}</title></rect>
        """);

    static void Name(Markup page, double x, double y, string name) =>
        page.Line($"""<text class="name" x="{x}" y="{y}" text-anchor="middle">{name}</text>""");

    static void Waterfall(Markup page, Chart.Waterfall chart)
    {
        const double height = 330, top = 34, bottom = 274;
        List<(string Label, decimal From, decimal To, string Kind, string Amount)> bars =
            [(chart.FromLabel, 0m, chart.From, "sum", Figures.Dollars(chart.From))];
        var at = chart.From;
        foreach (var (label, usd) in chart.Steps)
        {
            bars.Add((label, at, at + usd, usd > 0m ? "up" : usd < 0m ? "down" : "none", DocumentCell.SignedText(usd)));
            at += usd;
        }
        bars.Add((chart.ToLabel, 0m, chart.To, "sum", Figures.Dollars(chart.To)));
        var (low, high) = (bars.Min(b => b.Kind == "sum" ? b.To : Math.Min(b.From, b.To)), bars.Max(b => Math.Max(b.From, b.To)));
        // Where the steps are small beside the sums, the sums are cut below: their feet are torn, so that nobody reads them as whole.
        var isCut = low > high * 0.4m;
        var axis = Axis.Of(isCut ? low - ((high - low) * 0.35m) : Math.Min(0m, low), high, top, bottom);
        Open(page, height, chart.Spoken);
        axis.Draw(page);
        var slot = (Width - Left - Right) / bars.Count;
        var width = Math.Min(78, slot * 0.68);
        for (var i = 0; i < bars.Count; i++)
        {
            var (label, from, to, kind, amount) = bars[i];
            var x = Left + (slot * i) + ((slot - width) / 2);
            var (y, foot) = kind == "sum" ? (axis.Y(to), bottom) : (axis.Y(Math.Max(from, to)), axis.Y(Math.Min(from, to)));
            Bar(page, $"fall {kind}", x, y, width, Math.Max(1.5, foot - y), $"{label}: {amount}");
            if (kind == "sum" && isCut)
            {
                var tooth = (width + 8) / 4;
                page.Line($"""<path class="torn" d="M{x - 4} {bottom - 14}l{tooth} -6l{tooth} 6l{tooth} -6l{tooth} 6"/>""");
            }
            if (i < bars.Count - 1)
                page.Line($"""<line class="link" x1="{x + width}" x2="{x + slot}" y1="{axis.Y(to)}" y2="{axis.Y(to)}"/>""");
            page.Line($"""<text class="label" x="{x + (width / 2)}" y="{y - 8}" text-anchor="middle">{amount}</text>""");
            var words = label.Split(' ');
            var (first, second) = label.Length <= 11 || words.Length == 1 ? (label, "")
                : (string.Join(' ', words[..((words.Length + 1) / 2)]), string.Join(' ', words[((words.Length + 1) / 2)..]));
            page.Line($"""
                <text class="name" x="{x + (width / 2)}" y="{bottom + 22}" text-anchor="middle">{first}</text>
                <text class="name" x="{x + (width / 2)}" y="{bottom + 38}" text-anchor="middle">{second}</text>
                """);
        }
        page.Line($"</svg>");
    }

    static void Columns(Markup page, Chart.Columns chart)
    {
        const double height = 230, top = 26, bottom = 194;
        var axis = Axis.Of(0m, chart.Bars.Max(b => b.Usd), top, bottom);
        Open(page, height, chart.Spoken);
        axis.Draw(page);
        var slot = (Width - Left - Right) / chart.Bars.Count;
        var width = Math.Min(44, slot * 0.72);
        var every = Math.Max(1, (int)Math.Ceiling(chart.Bars.Count / 16d));
        var peak = chart.Bars.Max(b => b.Usd);
        var isLabelled = false;
        for (var i = 0; i < chart.Bars.Count; i++)
        {
            var bar = chart.Bars[i];
            var (x, y) = (Left + (slot * i) + ((slot - width) / 2), axis.Y(bar.Usd));
            Bar(page, bar.IsMarked ? "bar peak" : "bar", x, y, width, bottom - y, $"{bar.Name}: {Figures.Dollars(bar.Usd)}");
            if (i % every == 0) Name(page, x + (width / 2), bottom + 22, bar.Label);
            if (bar.Usd != peak || isLabelled) continue;
            isLabelled = true;
            page.Line($"""<text class="label" x="{x + (width / 2)}" y="{y - 8}" text-anchor="middle">{Figures.Dollars(bar.Usd)}</text>""");
        }
        page.Line($"</svg>");
    }

    static void Stack(Markup page, Chart.Layers chart)
    {
        const double height = 290, top = 20, bottom = 232;
        var axis = Axis.Of(0m, Enumerable.Range(0, chart.Labels.Count).Max(i => chart.Series.Sum(s => s.Usd[i])), top, bottom);
        Open(page, height, chart.Spoken);
        axis.Draw(page);
        var slot = (Width - Left - Right) / chart.Labels.Count;
        var width = Math.Min(56, slot * 0.74);
        var every = Math.Max(1, (int)Math.Ceiling(chart.Labels.Count / 14d));
        for (var i = 0; i < chart.Labels.Count; i++)
        {
            var (x, foot) = (Left + (slot * i) + ((slot - width) / 2), 0m);
            for (var s = 0; s < chart.Series.Count; s++)
            {
                var usd = chart.Series[s].Usd[i];
                var (y, to) = (axis.Y(foot + usd), axis.Y(foot));
                foot += usd;
                if (usd <= 0m) continue;
                Bar(page, $"series s{s}", x, y, width, to - y, $"{chart.Labels[i]}, {chart.Series[s].Name}: {Figures.Dollars(usd)}");
            }
            if (i % every == 0) Name(page, x + (width / 2), bottom + 22, chart.Labels[i]);
        }
        var left = Left;
        for (var s = 0; s < chart.Series.Count; s++)
        {
            page.Line($"""
                <rect class="series s{s}" x="{left}" y="{height - 20}" width="12" height="12"/>
                <text class="name" x="{left + 18}" y="{height - 9}">{chart.Series[s].Name}</text>
                """);
            left += 40 + (7 * chart.Series[s].Name.Length);
        }
        page.Line($"</svg>");
    }

    static void Month(Markup page, Chart.Month chart)
    {
        const double height = 280, top = 24, bottom = 236;
        if (chart.Cumulated.Count == 0) return;
        decimal?[] all = [chart.Expected, chart.High, chart.Budget, chart.Cumulated[^1].Usd];
        var axis = Axis.Of(0m, all.Max() ?? 1m, top, bottom);
        double X(double day) => Left + ((Width - Left - Right - 92) * day / chart.Days);
        Open(page, height, chart.Spoken);
        axis.Draw(page);
        for (var day = 1; day <= chart.Days; day += 5)
            page.Line($"""<text class="name" x="{X(day)}" y="{bottom + 22}" text-anchor="middle">{(long)day}</text>""");
        var (lastDay, spent) = chart.Cumulated[^1];
        if (chart is { Expected: { } expected } && lastDay < chart.Days)
        {
            if (chart is { Low: { } low, High: { } high })
            {
                page.Line($"""
                    <path class="fan" d="M{X(lastDay)} {axis.Y(spent)}L{X(chart.Days)} {axis.Y(high)}L{X(chart.Days)} {axis.Y(low)}Z"/>
                    """);
                Label(high);
                Label(low);
            }
            page.Line($"""<line class="expected" x1="{X(lastDay)}" y1="{axis.Y(spent)}" x2="{X(chart.Days)}" y2="{axis.Y(expected)}"/>""");
            var ends = Figures.AxisDollars(decimal.Round(expected), 1m);
            page.Line($"""<text class="label" x="{X(chart.Days) + 8}" y="{axis.Y(expected) + 4}">{ends}</text>""");
        }
        var path = Fragment.Of($"M{X(chart.Cumulated[0].Day - 1)} {bottom}");
        foreach (var (day, usd) in chart.Cumulated) path = Fragment.Of($"{path}L{X(day)} {axis.Y(usd)}");
        page.Line($"""
            <path class="spent" d="{path}"/>
            <circle class="now" cx="{X(lastDay)}" cy="{axis.Y(spent)}" r="4.5"/>
            <text class="label" x="{X(lastDay) - 8}" y="{axis.Y(spent) - 10}" text-anchor="end">{Figures.Dollars(spent)}</text>
            """);
        if (chart.Budget is { } budget)
        {
            page.Line($"""
                <line class="budget" x1="{Left}" x2="{X(chart.Days)}" y1="{axis.Y(budget)}" y2="{axis.Y(budget)}"/>
                <text class="label" x="{Left + 6}" y="{axis.Y(budget) - 7}">Budget {Figures.Dollars(budget)}</text>
                """);
        }
        page.Line($"</svg>");

        // An end of the interval, unless the expected sum's own label stands there.
        void Label(decimal usd)
        {
            if (Math.Abs(axis.Y(usd) - axis.Y(chart.Expected!.Value)) < 16) return;
            page.Line($"""<text x="{X(chart.Days) + 8}" y="{axis.Y(usd) + 4}">{Figures.AxisDollars(decimal.Round(usd), 1m)}</text>""");
        }
    }

    static void Outlook(Markup page, Chart.Outlook chart)
    {
        const double height = 260, top = 24, bottom = 214;
        var (count, past) = (chart.Weeks.Count + chart.Coming.Count, chart.Weeks.Count);
        var axis = Axis.Of(0m, Math.Max(chart.Weeks.Max(w => w.Usd), chart.Coming.Max() * chart.Ratios.High), top, bottom);
        Open(page, height, chart.Spoken);
        axis.Draw(page);
        var slot = (Width - Left - Right) / count;
        var width = Math.Min(44, slot * 0.72);
        double Middle(int week) => Left + (slot * week) + (slot / 2);
        var every = Math.Max(1, (int)Math.Ceiling(past / 7d));
        for (var i = 0; i < past; i++)
        {
            var (label, usd) = chart.Weeks[i];
            Bar(page, "bar", Middle(i) - (width / 2), axis.Y(usd), width, bottom - axis.Y(usd), $"{label}: {Figures.Dollars(usd)}");
            if (i % every == 0) Name(page, Middle(i), bottom + 22, label);
        }
        var (upper, lower, line) = (Fragment.None, Fragment.None, Fragment.None);
        for (var i = 0; i < chart.Coming.Count; i++)
        {
            var (x, step) = (Middle(past + i), i == 0 ? "M" : "L");
            upper = Fragment.Of($"{upper}{step}{x} {axis.Y(chart.Coming[i] * chart.Ratios.High)}");
            lower = Fragment.Of($"L{x} {axis.Y(chart.Coming[i] * chart.Ratios.Low)}{lower}");
            line = Fragment.Of($"{line}{step}{x} {axis.Y(chart.Coming[i])}");
        }
        var (end, above) = (decimal.Round(chart.Coming[^1], 2), axis.Y(chart.Coming[^1] * chart.Ratios.High) - 8);
        page.Line($"""
            <path class="fan" d="{upper}{lower}Z"/>
            <path class="expected" fill="none" d="{line}"/>
            <text class="name" x="{Middle(past)}" y="{bottom + 22}">the weeks to come</text>
            <text class="label" x="{Middle(count - 1)}" y="{above}" text-anchor="end">{Figures.Dollars(end)} a week</text>
            </svg>
            """);
    }
}
