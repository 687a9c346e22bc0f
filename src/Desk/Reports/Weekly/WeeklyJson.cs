using System.Text.Json;
using Assay.Ledger.Changes;
using Assay.Planning;
using Assay.Pricing;

namespace Assay.Desk.Reports;

/// <summary>The weekly report as JSON. Its fields are a contract: add freely, change nothing. Money is decimal text in USD.</summary>
static class WeeklyJson
{
    public static void Write(Utf8JsonWriter json, WeeklyReport report)
    {
        json.WriteStartObject();
        json.WriteString("book", report.Book);
        Days(json, "week", report.Week);
        Days(json, "before", report.Change.BeforeDays);
        Days(json, "read", report.Seen);
        json.WriteNumber("days_before_read", report.DaysBefore);
        Money(json, "total", report.Change.After);
        if (report.Now.CostMax > report.Now.Cost) Money(json, "total_max", report.Now.CostMax);
        Money(json, "total_before", report.Change.Before);
        Money(json, "change", report.Change.Change);
        Parts(json, report.Change.Parts);
        json.WriteStartArray("lines");
        foreach (var line in report.Change.Lines)
        {
            json.WriteStartObject();
            json.WriteString("account", line.Workload.Account);
            json.WriteString("principal", line.Workload.Principal);
            json.WriteString("app", line.Workload.App);
            json.WriteString("team", line.Workload.Team);
            json.WriteString("env", line.Workload.Env);
            json.WriteString("model", line.Model);
            json.WriteString("unit", line.Workload.Unit);
            json.WriteString("units_before", Usd.Plain(line.UnitsBefore));
            json.WriteString("units", Usd.Plain(line.UnitsAfter));
            json.WriteNumber("requests_unpriced_before", line.UnpricedBefore);
            json.WriteNumber("requests_unpriced", line.UnpricedAfter);
            Amounts(json, line.Before, line.After, line.Parts);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Groups(json, "by_workload", WeeklyDocument.ByWorkload(report));
        Groups(json, "by_model", report.Change.By(l => l.Model));
        Groups(json, "by_team", report.Change.By(l => l.Workload.Team));
        Groups(json, "by_account", report.Change.By(l => l.Workload.Account));
        json.WriteStartArray("by_day");
        for (var i = 0; i < report.Days.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("day", Dimensions.Day(report.Change.BeforeDays.From.AddDays(i)));
            Money(json, "cost", report.Days[i]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Month(json, report);
        Counts(json, "counts", report.Now);
        Counts(json, "counts_before", report.Before);
        json.WriteNumber("days_of_history", report.DaysOfHistory);
        First(json, "new_principals", report.NewPrincipals);
        First(json, "new_models", report.NewModels);
        json.WriteStartArray("errors");
        foreach (var (code, before, now) in report.Errors)
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            json.WriteNumber("before", before);
            json.WriteNumber("now", now);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("unpriced");
        foreach (var unpriced in report.Change.Unpriced)
        {
            json.WriteStartObject();
            json.WriteString("reason", unpriced.Reason);
            json.WriteNumber("before", unpriced.RequestsBefore);
            json.WriteNumber("now", unpriced.RequestsAfter);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Findings(json, report);
        json.WriteEndObject();
    }

    static void Month(Utf8JsonWriter json, WeeklyReport report)
    {
        var month = report.Month;
        json.WriteStartObject("month");
        json.WriteString("month", month.First.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture));
        Money(json, "spent", month.Spent);
        json.WriteNumber("days_left", month.DaysLeft);
        json.WriteNumber("days_unseen", month.DaysUnseen);
        json.WriteNumber("days_learned", month.DaysLearned);
        if (month.Total is { } total)
        {
            Money(json, "expected", total.Usd);
            if (month.HasInterval)
            {
                Money(json, "low", total.Low);
                Money(json, "high", total.High);
            }
        }
        if (month.Caveat.Length > 0) json.WriteString("caveat", month.Caveat);
        if (report.Budget is { } budget)
        {
            Money(json, "budget", budget);
            if (report.Standing is { } standing) json.WriteString("standing", PlanWords.Name(standing));
            else json.WriteNull("standing");
        }
        json.WriteEndObject();
    }

    static void Counts(Utf8JsonWriter json, string name, UsageCounts counts)
    {
        json.WriteStartObject(name);
        json.WriteNumber("requests", counts.Requests);
        json.WriteNumber("failed", counts.Failed);
        json.WriteNumber("throttled", counts.Throttled);
        json.WriteNumber("requests_unpriced", counts.Unpriced);
        if (counts.Prompt > 0m) json.WriteNumber("cache_rate", decimal.Round(counts.CacheRead / counts.Prompt, 6));
        else json.WriteNull("cache_rate");
        Money(json, "untagged", counts.Untagged);
        json.WriteEndObject();
    }

    static void First(Utf8JsonWriter json, string name, IReadOnlyList<FirstSeen> seen)
    {
        json.WriteStartArray(name);
        foreach (var first in seen)
        {
            json.WriteStartObject();
            json.WriteString("name", first.Name);
            json.WriteString("where", first.Where);
            json.WriteString("since", Dimensions.Day(first.Day));
            Money(json, "cost", first.Cost);
            json.WriteNumber("requests", first.Requests);
            json.WriteNumber("requests_unpriced", first.Unpriced);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Findings(Utf8JsonWriter json, WeeklyReport report)
    {
        if (report.Plan is not { } plan)
        {
            json.WriteNull("plan");
            json.WriteString("why_no_plan", report.WhyNoPlan);
            return;
        }
        PlanFigures figures = new(plan);
        json.WriteStartObject("plan");
        Money(json, "current_monthly", figures.CurrentMonthly);
        Money(json, "planned_monthly", figures.PlannedMonthly);
        Money(json, "saving_monthly", figures.SavingMonthly);
        json.WriteStartArray("actions");
        for (var i = 0; i < plan.Actions.Count; i++)
        {
            var action = plan.Actions[i];
            if (action.Kind == ActionKind.Candidate) continue;
            json.WriteStartObject();
            json.WriteString("lever", PlanWords.Name(action.Lever));
            json.WriteString("kind", PlanWords.Name(action.Kind));
            json.WriteString("name", action.Name);
            json.WriteString("evidence", action.Evidence.Text);
            Money(json, "joint_saving", figures.Joint[i]);
            if (action.Evidence.AtStake is { } stake) Money(json, "at_stake", stake);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Groups(Utf8JsonWriter json, string name, IReadOnlyList<ChangeGroup> groups)
    {
        json.WriteStartArray(name);
        foreach (var group in groups)
        {
            json.WriteStartObject();
            json.WriteString("key", group.Key);
            Amounts(json, group.Before, group.After, group.Parts);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Amounts(Utf8JsonWriter json, decimal before, decimal after, in ChangeParts parts)
    {
        Money(json, "before", before);
        Money(json, "cost", after);
        Money(json, "change", after - before);
        Parts(json, parts);
    }

    static void Parts(Utf8JsonWriter json, in ChangeParts parts)
    {
        json.WriteStartObject("parts");
        foreach (var factor in WeeklyWords.Factors) Money(json, WeeklyWords.Code(factor), parts[factor]);
        Money(json, "priced_in_one_week_only", parts.Unlike);
        json.WriteEndObject();
    }

    static void Days(Utf8JsonWriter json, string name, DaySpan span)
    {
        json.WriteStartObject(name);
        json.WriteString("from", Dimensions.Day(span.From));
        json.WriteString("to", Dimensions.Day(span.To));
        json.WriteEndObject();
    }

    static void Money(Utf8JsonWriter json, string name, decimal usd) => json.WriteString(name, Usd.Plain(usd));
}
