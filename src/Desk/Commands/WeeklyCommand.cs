using System.CommandLine;
using System.Globalization;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Ledger.Changes;
using Assay.Planning;

namespace Assay.Desk.Commands;

/// <summary><c>assay weekly</c>: what changed against the week before, and why.</summary>
static class WeeklyCommand
{
    public const string About = "The weekly report: what changed and why, the month's forecast, what to change.";

    /// <summary>What a report was asked for.</summary>
    public sealed record Request(string[] Paths)
    {
        public string Book { get; init; } = BookShelf.Default;
        public string? Profiles { get; init; }
        public string? Batch { get; init; }
        public string? Week { get; init; }
        public DateOnly? To { get; init; }
        public string? Budget { get; init; }
        public string? Constraints { get; init; }
        public bool WithoutPlan { get; init; }
        public bool Json { get; init; }
        public required ReportFiles.Request Files { get; init; }
        public SendOptions.Request Send { get; init; } = new();
        public string[] FailOn { get; init; } = [];
        public int Workers { get; init; } = 1;
        public TimeProvider Clock { get; init; } = TimeProvider.System;
    }

    public static Command Make()
    {
        var (paths, book, profiles, batch, json, failOn, workers) = (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Batch(),
            Shared.Json(), Shared.FailOn(), Shared.Workers());
        var week = new Option<string?>("--week")
        {
            Description = "The week: 2026-W28, or any day of it; weeks run from Monday to Sunday.", HelpName = "WEEK",
        };
        var to = Shared.Day("--to", "Instead: the seven days before this UTC day. Without either: the last seven whole days read.");
        var budget = new Option<string?>("--budget") { Description = "USD a calendar month to hold the forecast against.", HelpName = "N" };
        var constraints = new Option<string?>("--constraints")
        {
            Description = "What savings must keep to, as for 'assay plan': docs/plan.md.", HelpName = "FILE",
        };
        var withoutPlan = new Option<bool>("--no-plan") { Description = "Leave out what to change; the usage is then read once." };
        ReportFiles files = new();
        SendOptions send = new();
        var command = new ExampledCommand("weekly", About, "assay weekly ./logs --budget 20000 --out ./reports")
        {
            paths, week, to, budget, constraints, withoutPlan, book, profiles, batch, json, failOn, workers,
        };
        foreach (var option in files.All) command.Options.Add(option);
        foreach (var option in send.All) command.Options.Add(option);
        command.SetAction((parsed, cancel) => Run(new(parsed.GetValue(paths)!)
        {
            Book = parsed.GetValue(book)!, Profiles = parsed.GetValue(profiles), Batch = parsed.GetValue(batch),
            Week = parsed.GetValue(week), To = Shared.ParseDay(parsed.GetValue(to), "--to"), Budget = parsed.GetValue(budget),
            Constraints = parsed.GetValue(constraints), WithoutPlan = parsed.GetValue(withoutPlan), Json = parsed.GetValue(json),
            Files = files.Read(parsed), Send = send.Read(parsed), FailOn = parsed.GetValue(failOn) ?? [],
                Workers = parsed.GetValue(workers),
        }, cancel));
        return command;
    }

    public static async Task<int> Run(Request request, CancellationToken cancel)
    {
        Shared.CheckConditions(request.FailOn);
        SendOptions.Check(request.Send);
        if (request is { Week: not null, To: not null }) throw new InputException("--week and --to both name the week; give one of them.");
        var asked = request.Week is { } text ? ParseWeek(text) : request.To is { } to ? new DaySpan(to.AddDays(-7), to) : (DaySpan?)null;
        var budget = request.Budget is { } amount ? Amounts.Usd(amount, "--budget") : (decimal?)null;
        BookShelf shelf = new();
        var constraints = request.Constraints is { } file ? PlanCommand.Constraints(file, shelf.Catalog) : PlanConstraints.None;
        UsageDays source = new(request.Paths, shelf, request.Book)
        {
            Profiles = request.Profiles, Batch = request.Batch, Workers = request.Workers,
        };
        var (usage, reading) = source.Read(null, cancel);
        var report = Of(usage, asked, budget, reading.Records, DateOnly.FromDateTime(request.Clock.GetUtcNow().UtcDateTime));
        if (request.WithoutPlan) report = report with { WhyNoPlan = "Not planned, as asked: --no-plan." };
        else
        {
            var (plan, why) = source.PlanOf(report.Week, constraints, cancel);
            report = report with { Plan = plan, WhyNoPlan = why };
        }
        var document = WeeklyDocument.Of(report);
        ReportFiles.Write(request.Files, document, w => WeeklyJson.Write(w, report), "weekly", Dimensions.Day(report.Week.From), cancel);
        if (request.Json) PriceJson.Write(w => WeeklyJson.Write(w, report));
        else DocumentTerminal.Write(document, Terminal.Console());
        Console.Out.Flush();
        Shared.Account(reading);
        var sending = await SendOptions.Send(request.Send, document, w => WeeklyJson.Write(w, report),
            $"weekly-{Dimensions.Day(report.Week.From)}", usage.Fingerprint(report.Week), request.Clock, cancel).ConfigureAwait(false);
        if (sending != ExitCode.Fine) return sending;
        return Shared.Verdict(request.FailOn, report.Now.Unpriced > 0, reading, report.Now.Cost);
    }

    static WeeklyReport Of(DailyUsage usage, DaySpan? asked, decimal? budget, long records, DateOnly today)
    {
        if (usage.WholeDays(today) is not { } seen)
        {
            throw new InputException($"none of the {Shared.Count(records, "record")} lies on a day that is over; a week is made of whole "
                + "days. 'assay report' shows what there is.");
        }
        if (asked is { } week)
        {
            // A week that was not read whole would be compared with one that was.
            if (week.From < seen.From || week.To > seen.To)
            {
                throw new InputException($"the week from {Dimensions.Day(week.From)} to {Dimensions.Day(week.Last)} was not read whole: "
                    + $"the whole days read run from {Dimensions.Day(seen.From)} to {Dimensions.Day(seen.Last)}. Name a week within.");
            }
            return WeeklyReport.Of(usage, seen, week, budget);
        }
        if (seen.Days < 7)
        {
            throw new InputException($"{Shared.Count(seen.Days, "whole day")} read, from {Dimensions.Day(seen.From)} to "
                + $"{Dimensions.Day(seen.Last)}; a week takes seven, and the seven before them to compare with. "
                + "'assay report' shows what there is.");
        }
        return WeeklyReport.Of(usage, seen, new(seen.To.AddDays(-7), seen.To), budget);
    }

    static DaySpan ParseWeek(string text)
    {
        if (text.Length is 7 or 8 && text[4..6] is "-W"
            && int.TryParse(text[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            && int.TryParse(text[6..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && year is > 0 and < 9999 && number >= 1 && number <= ISOWeek.GetWeeksInYear(year))
        {
            var monday = DateOnly.FromDateTime(ISOWeek.ToDateTime(year, number, DayOfWeek.Monday));
            return new(monday, monday.AddDays(7));
        }
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            || day.Year is < 2 or > 9998)
            throw new InputException($"--week '{text}' is no week; write it as 2026-W28, or as a day of it: 2026-07-08.");
        var first = day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
        return new(first, first.AddDays(7));
    }
}
