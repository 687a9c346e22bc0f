using System.Globalization;
using Assay.Desk.Reports.Html;
using Assay.Planning;

namespace Assay.Desk.Reports;

/// <summary>The negotiation pack as a document that procurement can send on.</summary>
static partial class PackDocument
{
    // Figures of the guide: where leverage begins, whom a programme is for, what it takes off, when bought capacity pays.
    const decimal LeverageMonthly = 50_000m, ProgrammeAnnual = 5_000_000m, DiscountLow = 0.05m, DiscountHigh = 0.15m;
    const decimal UtilisationPays = CapacityBreakEven.GuideUtilisation;

    // Our own words for how far weeks lie apart, and said as such.
    const decimal SteadyBelow = 0.10m, UnsteadyAbove = 0.25m;

    const int Rows = 10;

    public static Document Of(PackReport report)
    {
        var period = Figures.Period(report.Span.From, report.Span.Last);
        return new("Negotiation pack", "Amazon Bedrock usage", period,
            $"{WeeklyWords.Plural(report.Span.Days, "day")}, UTC; list prices {report.Book}; months of 30 days.",
            KeyFigures(report), Summary(report),
            [Conclusions(report), Thresholds(report), Stability(report), Mix(report), Utilisation(report), Growth(report),
                Commitment(report), Elsewhere(report), WhatIf(report), Questions(report)],
            "Made by Assay from usage records and dated list prices. How every figure is made: docs/pack.md.")
        {
            Warnings = Warnings(report),
        };
    }

    static decimal Cents(decimal usd) => WeeklyWords.Cents(usd);

    static string Usd(decimal usd) => Figures.Dollars(Cents(usd));

    static string Short(decimal usd) => usd >= 1_000m ? "$" + decimal.Round(usd).ToString("#,##0", CultureInfo.InvariantCulture) : Usd(usd);

    static List<string> Warnings(PackReport report)
    {
        List<string> warnings = [];
        if (report.Span.Days < PackReport.DaysAsked)
        {
            warnings.Add($"{WeeklyWords.Plural(report.Span.Days, "day")} of usage, where sellers ask for {PackReport.DaysAsked}: what "
                + $"that can "
                + "and cannot support stands first.");
        }
        if (report.Counts.Unpriced > 0)
        {
            warnings.Add($"{WeeklyWords.Plural(report.Counts.Unpriced, "request")} used something without a price: not in any amount here, "
                + "and not zero.");
        }
        return warnings;
    }

    static List<KeyFigure> KeyFigures(PackReport report) =>
    [
        new("A month at this pace", Short(report.Monthly),
            $"{Figures.Dollars(report.Counts.Cost)} in {WeeklyWords.Plural(report.Span.Days, "day")}"),
        report.Steadiness.WeeksVary is { } weeks
            ? new("Weeks vary by", Figures.Percent(weeks), $"{Stable(weeks)}; days by {Figures.Percent(report.Steadiness.DaysVary ?? 0m)}")
            : new("Weeks vary by", "–", $"{WeeklyWords.Plural(report.Weeks, "whole week")}; it takes {Steadiness.WeeksMin} to tell"),
        report.Trend is { } trend
            ? new("Growth a month", Signed(trend.Monthly), $"{Signed(trend.MonthlyLow)} to {Signed(trend.MonthlyHigh)}, eight times in ten")
            : new("Growth a month", "–", $"not told below {Ledger.Changes.Trend.WeeksMin} whole weeks"),
        new("Had elsewhere too", Figures.Percent((decimal)report.LockIn.Portable), "of the spend: the same weights at another seller"),
        new("A discount of 10%", Short(report.Monthly * 0.10m), $"a month, {Short(report.Annual * 0.10m)} a year, on all of it"),
    ];

    static string Stable(decimal vary) => vary < SteadyBelow ? "steady" : vary > UnsteadyAbove ? "unsteady" : "fairly steady";

    static string Signed(double share) => (share > 0 ? "+" : share < 0 ? "−" : "") + Math.Abs(share)
        .ToString("0.0%", CultureInfo.InvariantCulture);

    static List<string> Summary(PackReport report)
    {
        List<string> summary =
        [
            $"{Usd(report.Monthly)} a month at this pace, {Usd(report.Annual)} a year: "
                + (report.Monthly >= LeverageMonthly ? $"above the {Figures.AxisDollars(LeverageMonthly, 1m)} a month from which the "
                    + $"guide sees leverage."
                    : $"below the {Figures.AxisDollars(LeverageMonthly, 1m)} a month from which the guide sees leverage; argue from "
                        + $"growth, commitment or alternatives."),
        ];
        if (report.LeastMonth is { } least)
            summary.Add($"No thirty days cost less than {Usd(least)}: what a commitment could rest on, before anything is saved.");
        summary.Add(GrowthWords(report));
        if (report.ByModel.FirstOrDefault(m => m.Cost > 0m) is { } first)
        {
            summary.Add($"{Text.ShortModel(first.Key)} is {Figures.Share(first.Cost, report.Counts.Cost)} of the spend; "
                + $"{Figures.Percent((decimal)report.LockIn.Portable)} of it could be bought with the same weights elsewhere.");
        }
        if (report.Position is { } position)
        {
            var years = position.Stay.Years;
            summary.Add($"Of the commitment {Usd(years.Sum(y => y.Gap))} are unspent without AI; this usage fills "
                + $"{Usd(years.Sum(y => y.Absorbed))} of it.");
        }
        return summary;
    }

    static string GrowthWords(PackReport report) => report.Trend switch
    {
        null => $"Growth cannot be told from {WeeklyWords.Plural(report.Weeks, "whole week")}: it takes {Ledger.Changes.Trend.WeeksMin}, "
            + $"each with spend.",
        { IsFlat: true } t => $"No growth is shown: {Signed(t.MonthlyLow)} to {Signed(t.MonthlyHigh)} a month holds eight times in ten.",
        { } t => $"{(t.Monthly > 0 ? "Growth" : "Decline")} of {Signed(t.Monthly)} a month, between {Signed(t.MonthlyLow)} and "
            + $"{Signed(t.MonthlyHigh)} eight times in ten.",
    };

    static DocumentSection Conclusions(PackReport report)
    {
        var (days, weeks) = (report.Span.Days, report.Weeks);
        DocumentCell[] Row(string what, string takes, bool holds, string so) => [what, takes, holds ? "yes" : "no", so];
        return new("evidence", "What these days can support",
            $"{WeeklyWords.Plural(days, "day")} were read, {WeeklyWords.Plural(weeks, "whole week")}.",
        [
            new Block.Table("", [new("statement"), new("takes"), new("holds"), new("so") { Spare = 1 }],
            [
                Row("What was spent, on what, by whom", "any day", true, "exact, request by request"),
                Row("How far days vary", $"{Steadiness.DaysMin} days", days >= Steadiness.DaysMin, days >= Steadiness.DaysMin ? "below"
                    : "percentiles are those of few days"),
                Row("How far weeks vary", $"{Steadiness.WeeksMin} weeks", weeks >= Steadiness.WeeksMin, weeks >= Steadiness.WeeksMin
                    ? "below" : "do not claim stable consumption yet"),
                Row("The least month", "60 days", report.LeastMonth is not null, report.LeastMonth is null ? "no floor for a commitment"
                    : "below"),
                Row("Growth", $"{Ledger.Changes.Trend.WeeksMin} weeks with spend", report.Trend is not null,
                    report.Trend is null ? "no growth is claimed" : report.Trend.IsFlat ? "none is shown" : "with its interval, below"),
                Row("A forecast", $"the same, and ends less than {Figures.Number((decimal)Ledger.Changes.Trend.RatioMax)} times apart",
                    report.Trend?.Coming is not null,
                    report.Trend?.Coming is null ? "none is printed"
                        : $"{WeeklyWords.Plural(report.Trend.WeeksAhead, "week")} ahead, no further"),
                Row("Seasons of the year", "two years", false, "ask the business: launches, year-end, holidays"),
            ]),
        ]);
    }

    static DocumentSection Thresholds(PackReport report)
    {
        var busiest = report.Hours.Where(h => h.Utilisation is not null).MaxBy(h => h.Utilisation);
        var terms = report.Position?.Committed.Terms;
        return new("thresholds", "Beside the guide's thresholds", "Figures that one published guide names; none of them is AWS's.",
        [
            new Block.Table("", [new("threshold"), new("guide", true), new("yours", true), new("so") { Spare = 1 }],
            [
                ["Spend a month with the strongest leverage", "$50,000", new(Short(report.Monthly), report.Monthly, CellKind.Usd),
                    report.Monthly >= LeverageMonthly ? "reached" : $"{Figures.Percent(report.Monthly / LeverageMonthly)} of it"],
                ["Days of usage to bring", $"{PackReport.DaysAsked}", DocumentCell.Count(report.Span.Days),
                    report.Span.Days >= PackReport.DaysAsked ? "reached" : "too few yet"],
                ["AWS spend a year of those with a discount programme", Figures.AxisDollars(ProgrammeAnnual, 1m),
                    terms is null ? "not stated" : new DocumentCell(Short(terms.AnnualUsd[0]), terms.AnnualUsd[0], CellKind.Usd),
                        terms is null ? "state --commit and --organic" : "as committed"],
                ["Programme discounts", "5–15%", terms is null ? "not stated" : Figures.Percent(terms.Discount), terms is null
                    ? "state --discount"
                    : terms.Discount < DiscountLow ? "below the range: ask" : terms.Discount > DiscountHigh ? "above the range"
                        : "within the range"],
                ["Use of a unit from which bought capacity pays", Figures.Percent(UtilisationPays),
                    busiest?.Utilisation is { } used ? new DocumentCell(Figures.Percent(used), used, CellKind.Share) : "not visible",
                    busiest is null ? "hours are not in these files" : $"{Text.ShortModel(busiest.Model)}, the evenest of the models"],
            ]),
        ]);
    }

    static DocumentSection Stability(PackReport report)
    {
        var steady = report.Steadiness;
        List<Block> blocks = [];
        if (report.Weeks >= 2)
        {
            var from = report.Span.To.AddDays(-report.Weeks * 7);
            blocks.Add(new Block.Drawing(new Chart.Layers(
                [.. Enumerable.Range(0, report.Weeks).Select(w => from.AddDays(w * 7).ToString("d MMM", CultureInfo.InvariantCulture))],
                [.. report.WeeksByModel.Select(m => (Text.ShortModel(m.Model), m.Weeks))], "Whole weeks, by the day they begin.",
                $"Spend by week from {Figures.Period(from, report.Span.Last)}: "
                    + string.Join(", ", Enumerable.Range(0, report.Weeks).Select(w => Usd(report.WeeksByModel.Sum(m => m.Weeks[w]))))
                        + ".")));
        }
        blocks.Add(new Block.Table("Days", [new("figure"), new("USD a day", true), new("what it is") { Spare = 1 }],
        [
            ["Mean", DocumentCell.Usd(Cents(steady.Mean)), ""],
            ["10th percentile", DocumentCell.Usd(steady.Low), "nine days of ten cost at least this"],
            ["Median", DocumentCell.Usd(steady.Median), ""],
            ["90th percentile", DocumentCell.Usd(steady.High), "nine days of ten cost at most this"],
            ["Peak", DocumentCell.Usd(steady.Peak), $"{WeeklyWords.Day(steady.PeakDay)}, "
                + $"{decimal.Round(steady.Mean == 0m ? 0m : steady.Peak / steady.Mean, 1).ToString("0.0", CultureInfo.InvariantCulture)} "
                + $"times the mean"],
        ]));
        blocks.Add(new Block.Table("Variation", [new("of"), new("days", true), new("weeks", true), new("10th "
            + "percentile", true) { Spare = 1 }, new("spend", true)],
        [
            ["All", Varies(steady.DaysVary), Varies(steady.WeeksVary), DocumentCell.Usd(steady.Low), DocumentCell.Usd(report.Counts.Cost)],
            .. report.ModelSteadiness.Select(m => (DocumentCell[])[Text.ShortModel(m.Model),
                Varies(m.Steadiness.DaysVary), Varies(m.Steadiness.WeeksVary),
                DocumentCell.Usd(m.Steadiness.Low), DocumentCell.Usd(m.Cost)]),
        ]));
        return new("stability", "Stability", "Variation is the standard deviation over the mean. Weeks below 10% are called steady here, "
            + "above 25% unsteady; "
            + "days vary more where weekends are quiet, which a seller does not mind.", blocks);

        static DocumentCell Varies(decimal? vary) => vary is { } known ? new DocumentCell(Figures.Percent(known), known, CellKind.Share)
            : "too few";
    }

    static DocumentSection Mix(PackReport report) =>
        new("mix", "Mix", "Shares of the spend, and of the earlier and later half of the days: what moves will move a quote.",
    [
        Table("Model", report.ByModel, Text.ShortModel),
        Table("Mode and tier", report.ByMode, k => k.Replace('_', ' ')),
        Table("Scope", report.ByScope, k => k.Replace('_', ' ')),
        new Block.Lines([$"{Figures.Share(report.Counts.CacheRead, report.Counts.Prompt)} of the prompts' tokens were read from the cache. "
            + "Make what can be saved certain before committing: a commitment to spend that a plan removes is paid for nothing ('assay "
                + "plan')."]),
    ]);

    static Block.Table Table(string name, IReadOnlyList<MixPart> parts, Func<string, string> shown)
    {
        var (earlier, later, all) = (parts.Sum(p => p.Earlier), parts.Sum(p => p.Later), parts.Sum(p => p.Cost));
        List<DocumentCell[]> rows = [.. parts.Take(Rows).Select(p => p is { Cost: 0m, Unpriced: > 0 }
            ? (DocumentCell[])[shown(p.Key), Money.NoPrice, "–", "–", "–"]
            : [shown(p.Key), DocumentCell.Usd(p.Cost), DocumentCell.Share(p.Cost, all), DocumentCell.Share(p.Earlier, earlier),
                DocumentCell.Share(p.Later, later)])];
        if (parts.Count > Rows)
        {
            var rest = parts.Skip(Rows).ToList();
            rows.Add([WeeklyWords.Plural(rest.Count, "other"), DocumentCell.Usd(rest.Sum(p => p.Cost)),
                DocumentCell.Share(rest.Sum(p => p.Cost), all),
                DocumentCell.Share(rest.Sum(p => p.Earlier), earlier), DocumentCell.Share(rest.Sum(p => p.Later), later)]);
        }
        rows.Add(["Total", DocumentCell.Usd(all), DocumentCell.Share(all, all), DocumentCell.Share(earlier, earlier),
            DocumentCell.Share(later, later)]);
        return new(name, [new(name.ToLowerInvariant()), new("cost", true), new("share", true), new("earlier half", true),
            new("later half", true)], rows) { HasTotal = true };
    }

    static DocumentSection Utilisation(PackReport report) => report.Hours.Count == 0
        ? new("utilisation", "Utilisation", "Not visible in these files: rows of a bill do not tell when their calls came.", [])
        : new("utilisation", "Utilisation", "How evenly models were busy. Capacity bought for the hour that 19 of 20 stay below would be "
            + "used by the share shown; "
            + $"the guide's rule is that it pays from {Figures.Percent(UtilisationPays)} on, 'assay plan' has the exact break-even.",
        [
            new Block.Table("", [new("model"), new("mean hour, tokens", true), new("busy hour, tokens", true),
                new("peak hour", true) { Spare = 1 }, new("hours in use", true) { Spare = 2 },
                new("utilisation", true)],
                [.. report.Hours.Take(Rows).Select(h => (DocumentCell[])[Text.ShortModel(h.Model),
                    DocumentCell.Count(decimal.Round(h.MeanTokens)), DocumentCell.Count(h.BusyTokens),
                    DocumentCell.Count(h.PeakTokens), new(Figures.Percent(h.BusyHours), h.BusyHours, CellKind.Share),
                    h.Utilisation is { } used ? new DocumentCell(Figures.Percent(used), used, CellKind.Share) : "rare"])]),
        ]);

    static DocumentSection Growth(PackReport report)
    {
        List<string> lines = [GrowthWords(report)];
        if (report.Trend is { } trend)
        {
            lines.Add(trend.Coming is { } coming
                ? $"If the weeks go on as they went, the next {WeeklyWords.Plural(trend.WeeksAhead, "week")} cost about "
                    + $"{Usd(coming.Usd)}, between {Usd(coming.Low)} and {Usd(coming.High)} eight times in ten."
                : "No forecast is printed: its interval would be too wide to stand behind.");
        }
        else lines.Add("No forecast is printed: these days cannot stand behind one.");
        lines.Add("Launches and retirements that are planned are not in it: say them in the room, with their own figures.");
        List<Block> blocks = [];
        if (report.Trend is { Coming: { Usd: > 0m } sum } drawn)
        {
            var weeks = Steadiness.WholeWeeks(report.Days);
            var from = report.Span.To.AddDays(-weeks.Count * 7);
            blocks.Add(new Block.Drawing(new Chart.Outlook(
                [.. weeks.Select((usd, w) => (from.AddDays(w * 7).ToString("d MMM", CultureInfo.InvariantCulture), usd))],
                    drawn.ComingWeeks,
                (sum.Low / sum.Usd, sum.High / sum.Usd), "Columns: weeks as they were. Line and band: as they come if nothing changes, "
                    + "for their sum.",
                $"Weeks from {Usd(weeks[0])} to {Usd(weeks[^1])}, and {Usd(drawn.ComingWeeks[^1])} after as many more.")));
        }
        blocks.Add(new Block.Lines(lines));
        return new("growth", "Growth", "", blocks);
    }
}
