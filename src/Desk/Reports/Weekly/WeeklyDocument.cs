using System.Globalization;
using Assay.Desk.Reports.Html;
using Assay.Ledger.Changes;
using Assay.Planning;

namespace Assay.Desk.Reports;

/// <summary>The weekly report as a document for the lead of engineering and for FinOps.</summary>
static class WeeklyDocument
{
    const int Movers = 8, FindingsMax = 5, WarningsMax = 3, FirstMax = 8;

    public static Document Of(WeeklyReport report)
    {
        var period = Figures.Period(report.Week.From, report.Week.Last);
        List<DocumentSection> sections = [Why(report), Movement(report), Forecast(report), Findings(report), Health(report)];
        return new("Weekly report", "Amazon Bedrock, the week", period,
            $"Against {Figures.Period(report.Change.BeforeDays.From, report.Change.BeforeDays.Last)}. Days are UTC; prices {report.Book}; "
                + $"read: {Figures.Period(report.Seen.From, report.Seen.Last)}.",
            KeyFigures(report), Summary(report), sections,
            $"Made by Assay. The parts of a change add up to it exactly; how they are taken apart: docs/weekly.md.")
        {
            Warnings = Warnings(report),
        };
    }

    static List<string> Warnings(WeeklyReport report)
    {
        List<string> warnings = [];
        if (report.DaysBefore < report.Change.BeforeDays.Days)
        {
            warnings.Add($"{report.DaysBefore} of the {report.Change.BeforeDays.Days} days before the week were read: the change below "
                + "is against those alone.");
        }
        if (report.Standing is BudgetStanding.Over or BudgetStanding.WillBeOver or BudgetStanding.LikelyOver)
            warnings.Add(WeeklyWords.Budget(report)!);
        // A last day that ends at noon makes a week look cheap.
        if (!report.Now.IsOfBill && DateOnly.FromDateTime(report.LastRecord) == report.Week.Last && report.LastRecord.Hour < 18)
        {
            warnings.Add($"The data end at {report.LastRecord.ToString("HH:mm", CultureInfo.InvariantCulture)} UTC on the week's last day: "
                + "it may not be whole.");
        }
        if (report.Now.Unpriced > 0)
        {
            warnings.Add($"{WeeklyWords.Plural(report.Now.Unpriced, "request")} of the week used something without a price: not in any "
                + "amount here, and not zero.");
        }
        return warnings;
    }

    static List<KeyFigure> KeyFigures(WeeklyReport report)
    {
        var (now, before, change) = (report.Now, report.Before, report.Change);
        List<KeyFigure> figures =
        [
            new("Spend", now is { Cost: 0m, Unpriced: > 0 } ? Money.NoPrice : Figures.Dollars(now.Cost),
                now.CostMax > now.Cost ? $"at most {Figures.Dollars(now.CostMax)}: cache lifetimes are not in the records"
                    : "exact to the last decimal in JSON"),
            new("Change", DocumentCell.SignedText(WeeklyWords.Difference(change.Before, change.After)),
                change.Before == 0m ? "no spend the week before"
                    : $"{WeeklyWords.Percent(change.Change, change.Before)} on {Figures.Dollars(change.Before)}")
            {
                IsBad = change.Before > 0m && change.Change > change.Before / 4m,
            },
        ];
        if (report.Month.Total is { } total)
        {
            figures.Add(new($"{WeeklyWords.Month(report.Month)}", Figures.Dollars(WeeklyWords.Cents(total.Usd)),
                report.Month.DaysLeft == 0 ? "the month is over"
                : report.Month.HasInterval
                    ? $"at its end; {Figures.Dollars(WeeklyWords.Cents(total.Low))} to {Figures.Dollars(WeeklyWords.Cents(total.High))}"
                    : "at its end, at this pace")
            {
                IsBad = report.Standing >= BudgetStanding.LikelyOver,
            });
        }
        if (report.Plan is { } plan)
        {
            figures.Add(new("To save", Figures.Dollars(new PlanFigures(plan).ShownSaving),
                $"a month, replayed over {PlanWords.Requests(plan)} of the week"));
        }
        if (now.Requests > 0)
        {
            figures.Add(new("Requests", Figures.Number(now.Requests), $"{Figures.Share(now.Failed, now.Requests)} failed"
                + (before.Requests > 0 ? $"; {WeeklyWords.Percent(now.Requests - before.Requests, before.Requests)} on the week "
                    + $"before" : "")));
        }
        return figures;
    }

    static List<string> Summary(WeeklyReport report)
    {
        List<string> summary = [WeeklyWords.Headline(report) + "."];
        foreach (var mover in ByWorkload(report).Where(g => g.Change != 0m).Take(2))
            summary.Add($"{mover.Key}: {DocumentCell.SignedText(WeeklyWords.Difference(mover.Before, mover.After))} "
                + $"({WeeklyWords.Why(mover)}).");
        summary.Add(WeeklyWords.Forecast(report));
        if (WeeklyWords.Budget(report) is { } budget) summary.Add(budget);
        if (report.Plan?.Actions.FirstOrDefault(a => a.Kind == ActionKind.Saving) is { } first)
        {
            summary.Add($"Largest saving found: {PlanWords.Lever(first.Lever)} for {first.Name}, "
                + $"{Figures.Dollars(WeeklyWords.Cents(first.JointSaving))} a month.");
        }
        return summary;
    }

    static DocumentSection Why(WeeklyReport report)
    {
        var change = report.Change;
        var unit = WeeklyWords.UnitOf(change.Before, change.After);
        decimal Shown(decimal usd) => WeeklyWords.Shown(usd, unit);
        var parts = WeeklyWords.Parts(change);
        Chart.Waterfall chart = new("Week before", Shown(change.Before), [.. parts.Select(p => (p.Name, p.Shown))], "This week",
            Shown(change.After), $"From {Figures.Dollars(change.Before)} to {Figures.Dollars(change.After)}: "
                + string.Join(", ", parts.Select(p => $"{p.Name.ToLowerInvariant()} {DocumentCell.SignedText(p.Shown)}")) + ".");
        return new("why", "What changed, and why", "The parts add up to the change. Each is what its factor alone did, averaged over every "
            + "order in which the factors can be changed.",
        [
            new Block.Drawing(chart),
            new Block.Table("", [new("part"), new("change", true), new("what it is") { Spare = 1 }],
            [
                .. parts.Select(p => (DocumentCell[])[p.Name, DocumentCell.Signed(p.Usd, DocumentCell.SignedText(p.Shown)), p.About]),
                ["Change", DocumentCell.Signed(change.Change, DocumentCell.SignedText(Shown(change.After) - Shown(change.Before))), ""],
            ])
            { HasTotal = true },
        ]);
    }

    public static IReadOnlyList<ChangeGroup> ByWorkload(WeeklyReport report) => report.Change.By(l =>
        $"{(l.Workload.App.Length > 0 ? l.Workload.App : "(untagged)")} · {Text.Key(l.Workload.Principal)}");

    static DocumentSection Movement(WeeklyReport report)
    {
        List<Block> blocks = [DayColumns(report), Table("Workload", ByWorkload(report)),
            Table("Model", report.Change.By(l => Text.ShortModel(l.Model)))];
        if (report.Change.Lines.Any(l => l.Workload.Team.Length > 0)) blocks.Add(Table("Team",
            report.Change.By(l => Text.Key(l.Workload.Team))));
        if (report.Change.Lines.Select(l => l.Workload.Account).Distinct().Count() > 1)
            blocks.Add(Table("Account", report.Change.By(l => l.Workload.Account)));
        return new("movers", "Who and what moved", "Largest changes first, with the parts that explain most of each.", blocks);

        Block.Table Table(string name, IReadOnlyList<ChangeGroup> groups)
        {
            List<DocumentCell[]> rows = [.. groups.Take(Movers).Select(g => Priced(g, Row(g.Key, g.Before, g.After,
                new(WeeklyWords.Why(g)) { Short = WeeklyWords.WhyShort(g) })))];
            if (groups.Count > Movers)
            {
                var rest = groups.Skip(Movers).ToList();
                rows.Add(Row(WeeklyWords.Plural(rest.Count, "other"), rest.Sum(g => g.Before), rest.Sum(g => g.After), ""));
            }
            rows.Add(Row("Total", report.Change.Before, report.Change.After, ""));
            return new(name, [new(name.ToLowerInvariant()), new("before", true) { Spare = 1 }, new("this week", true), new("change", true),
                new("mostly") { Spare = 2 }], rows)
            { HasTotal = true };
        }

        // What has no price did not cost nothing.
        static DocumentCell[] Priced(ChangeGroup group, DocumentCell[] row)
        {
            if (group.Before == 0m && group.Lines.Any(l => l.UnpricedBefore > 0)) row[1] = Money.NoPrice;
            if (group.After == 0m && group.Lines.Any(l => l.UnpricedAfter > 0)) row[2] = Money.NoPrice;
            if (row[1].Value is null || row[2].Value is null) row[3] = "–";
            return row;
        }

        static DocumentCell[] Row(string name, decimal before, decimal after, DocumentCell why) =>
            [name, DocumentCell.Usd(before), DocumentCell.Usd(after),
                DocumentCell.Signed(after - before, DocumentCell.SignedText(WeeklyWords.Difference(before, after))), why];
    }

    static Block.Drawing DayColumns(WeeklyReport report)
    {
        var first = report.Change.BeforeDays.From;
        List<(string, string, decimal, bool)> bars = [.. report.Days.Select((usd, i) => (
            first.AddDays(i).ToString("ddd", CultureInfo.InvariantCulture), WeeklyWords.Day(first.AddDays(i)), usd,
                i >= report.Change.BeforeDays.Days))];
        var peak = bars.Where(b => b.Item4).MaxBy(b => b.Item3);
        return new(new Chart.Columns(bars, "The week before in the lighter colour.",
            $"by day, the week's peak {Figures.Dollars(peak.Item3)} on {peak.Item2}"));
    }

    static DocumentSection Forecast(WeeklyReport report)
    {
        var month = report.Month;
        var cumulated = 0m;
        var firstDay = month.Through.Day - report.MonthDays.Count + 1;
        var budget = WeeklyWords.Budget(report);
        List<string> lines = [WeeklyWords.Forecast(report)];
        if (budget is not null) lines.Add(budget);
        else lines.Add("No budget was given: --budget N holds the month against one.");
        if (month.DaysLearned > 0)
        {
            lines.Add($"Learned from {WeeklyWords.Plural(month.DaysLearned, "day")}: each coming day costs its weekday's share of a week; "
                + "recent weeks count most; growth is not carried on.");
        }
        return new("forecast", $"To the end of {WeeklyWords.Month(month)}", "",
        [
            new Block.Drawing(new Chart.Month([.. report.MonthDays.Select((usd, i) => (firstDay + i, cumulated += usd))],
                month.Last.Day, month.Total?.Usd, month.HasInterval ? month.Total?.Low : null, month.HasInterval ? month.Total?.High : null,
                report.Budget, "Spend added up: the line as it was, the dashed line as expected, the band eight times in ten.",
                lines[0])),
            new Block.Lines(month.DaysLeft == 0 || lines.Count < 2 ? lines : lines[1..]),
        ]);
    }

    static DocumentSection Findings(WeeklyReport report)
    {
        if (report.Plan is not { } plan)
            return new("findings", "Findings", report.WhyNoPlan, []);
        var figures = new PlanFigures(plan);
        var savings = plan.Actions.Zip(figures.ShownJoint).Where(a => a.First.Kind == ActionKind.Saving).ToList();
        List<Block> blocks = [];
        if (savings.Count > 0)
        {
            List<DocumentCell[]> rows = [.. savings.Take(FindingsMax).Select(a => (DocumentCell[])
                [PlanWords.Capital(PlanWords.Lever(a.First.Lever)), a.First.Name, a.First.Evidence.Text,
                    new(figures.Show(a.Second), a.First.JointSaving, CellKind.Usd)])];
            if (savings.Count > FindingsMax)
            {
                rows.Add([WeeklyWords.Plural(savings.Count - FindingsMax, "other"), "", "",
                    new(figures.Show(savings.Skip(FindingsMax).Sum(a => a.Second)), savings.Skip(FindingsMax).Sum(a => a.First.JointSaving),
                        CellKind.Usd)]);
            }
            blocks.Add(new Block.Table("Savings", [new("lever"), new("where"), new("evidence") { Spare = 1 }, new("a month", true)], rows));
        }
        else blocks.Add(new Block.Lines(["Nothing to change was found that saves money by replay."]));
        var warnings = plan.Actions.Where(a => a.Kind == ActionKind.Warning).Take(WarningsMax).ToList();
        if (warnings.Count > 0)
        {
            blocks.Add(new Block.Table("Watch", [new("what"), new("where"), new("evidence") { Spare = 1 }, new("this week", true)],
                [.. warnings.Select(a => (DocumentCell[])[PlanWords.Capital(PlanWords.Cause(a.Warning)), a.Name, a.Evidence.Text,
                    a.Evidence.AtStake is { } stake ? DocumentCell.Usd(stake) : "–"])]));
        }
        return new("findings", "What to change", $"The week's own calls replayed under other terms: "
            + $"{Figures.Dollars(figures.ShownSaving)} of {Figures.Dollars(figures.ShownCurrent)} a "
                + $"month. "
            + "'assay plan' has all of it.", blocks);
    }

    static DocumentSection Health(WeeklyReport report)
    {
        var (now, before) = (report.Now, report.Before);
        List<DocumentCell[]> rows = [];
        if (now.Requests + before.Requests > 0)
        {
            rows.Add(["Requests", DocumentCell.Count(before.Requests), DocumentCell.Count(now.Requests)]);
            rows.Add(["Failed", Share(before.Failed, before.Requests), Share(now.Failed, now.Requests)]);
            rows.Add(["Throttled", Share(before.Throttled, before.Requests), Share(now.Throttled, now.Requests)]);
        }
        rows.Add(["Prompt tokens read from the cache", DocumentCell.Share(before.CacheRead, before.Prompt),
            DocumentCell.Share(now.CacheRead, now.Prompt)]);
        rows.Add(["Spend without an application tag", DocumentCell.Share(before.Untagged, before.Cost),
            DocumentCell.Share(now.Untagged, now.Cost)]);
        List<Block> blocks = [new Block.Table("", [new("figure"), new("before", true), new("this week", true)], rows)];
        if (report.Errors.Count > 0)
        {
            blocks.Add(new Block.Table("Failed calls", [new("error"), new("before", true), new("this week", true)],
                [.. report.Errors.Select(e => (DocumentCell[])[e.Code, DocumentCell.Count(e.Before), DocumentCell.Count(e.Now)])]));
        }
        if (report.Untagged.Count > 0)
        {
            blocks.Add(new Block.Table("Untagged spend", [new("principal"), new("this week", true), new("requests", true)],
                [.. report.Untagged.Take(FirstMax).Select(g => (DocumentCell[])
                    [g.Key, g is { Cost: 0m, Unpriced: > 0 } ? Money.NoPrice : DocumentCell.Usd(g.Cost),
                        Requests(g.Requests)])]));
        }
        if (report.DaysOfHistory == 0) blocks.Add(new Block.Lines(["No day before the week was read: what is new cannot be said."]));
        First("New principals", report.NewPrincipals, "account", f => f.Name);
        First("New models", report.NewModels, "most by", f => Text.ShortModel(f.Name));
        if (report.Change.Unpriced.Count > 0)
        {
            blocks.Add(new Block.Table("Without a price", [new("reason"), new("before", true), new("this week", true)],
                [.. report.Change.Unpriced.Select(u => (DocumentCell[])
                    [Text.ShortArns(u.Reason), DocumentCell.Count(u.RequestsBefore), DocumentCell.Count(u.RequestsAfter)])]));
        }
        return new("health", "New, untagged, failing", report.DaysOfHistory == 0 ? ""
            : $"New is what the {WeeklyWords.Plural(report.DaysOfHistory, "day")} read before the week do not know.", blocks);

        void First(string title, IReadOnlyList<FirstSeen> seen, string where, Func<FirstSeen, string> name)
        {
            if (seen.Count == 0) return;
            blocks.Add(new Block.Table(title, [new("name"), new(where) { Spare = 1 }, new("since"), new("this week", true),
                new("requests", true)],
                [.. seen.Take(FirstMax).Select(f => (DocumentCell[])[name(f), f.Where, WeeklyWords.Day(f.Day),
                    f is { Cost: 0m, Unpriced: > 0 } ? Money.NoPrice : DocumentCell.Usd(f.Cost), Requests(f.Requests)])])
            {
                Rest = seen.Count > FirstMax ? $"and {seen.Count - FirstMax} more, in --json" : "",
            });
        }

        // The rows of a bill tell no calls.
        static DocumentCell Requests(long requests) => requests == 0 ? "–" : DocumentCell.Count(requests);

        static DocumentCell Share(long part, long whole) => whole == 0 ? "–"
            : new DocumentCell($"{Figures.Number(part)} ({Figures.Share(part, whole)})", part, CellKind.Number);
    }
}
