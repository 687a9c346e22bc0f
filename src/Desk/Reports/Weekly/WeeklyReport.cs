using Assay.Ledger.Changes;
using Assay.Planning;
using Assay.Rating;

namespace Assay.Desk.Reports;

/// <summary>Somebody or something seen for the first time in the week.</summary>
/// <param name="Where">The account of a principal; who calls a model most.</param>
public sealed record FirstSeen(string Name, string Where, DateOnly Day, decimal Cost, long Requests, long Unpriced);

/// <summary>What a weekly report says, before anyone decides how it looks. All money is exact USD.</summary>
public sealed record WeeklyReport
{
    public required string Book { get; init; }
    public required SpendChange Change { get; init; }

    /// <summary>The whole days that were read.</summary>
    public required DaySpan Seen { get; init; }

    /// <summary>Time of the last record, UTC.</summary>
    public required DateTime LastRecord { get; init; }

    public required UsageCounts Now { get; init; }
    public required UsageCounts Before { get; init; }

    /// <summary>USD of each day of the week before and of the week.</summary>
    public required IReadOnlyList<decimal> Days { get; init; }

    public required MonthEnd Month { get; init; }

    /// <summary>USD of each of the month's days seen up to the end of the week.</summary>
    public required IReadOnlyList<decimal> MonthDays { get; init; }

    /// <summary>USD a calendar month, as the user states it.</summary>
    public decimal? Budget { get; init; }

    public required IReadOnlyList<FirstSeen> NewPrincipals { get; init; }
    public required IReadOnlyList<FirstSeen> NewModels { get; init; }

    /// <summary>The week's spend without an application tag, by principal and account, largest first.</summary>
    public required IReadOnlyList<Group> Untagged { get; init; }

    /// <summary>Failed calls by error code, most first.</summary>
    public required IReadOnlyList<(string Code, long Before, long Now)> Errors { get; init; }

    /// <summary>What to change about the week's usage; null where it was not planned.</summary>
    public Plan? Plan { get; init; }

    /// <summary>Why there is no plan; empty where there is one.</summary>
    public string WhyNoPlan { get; init; } = "";

    public DaySpan Week => Change.AfterDays;

    /// <summary>Days of the week before that were read.</summary>
    public int DaysBefore => Math.Clamp(Math.Min(Seen.To.DayNumber, Change.BeforeDays.To.DayNumber)
        - Math.Max(Seen.From.DayNumber, Change.BeforeDays.From.DayNumber), 0, Change.BeforeDays.Days);

    /// <summary>Days before the week that were read: what 'new' is measured against.</summary>
    public int DaysOfHistory => Math.Max(0, Week.From.DayNumber - Seen.From.DayNumber);

    /// <summary>Spend at the end of the month against the budget; null without a budget, or when the month cannot be foretold
    /// whole.</summary>
    public BudgetStanding? Standing => Budget is not { } budget || Month.Total is not { } total || Month.DaysUnseen > 0 ? null
        : Month.Spent > budget ? BudgetStanding.Over
        : total.Low > budget ? BudgetStanding.WillBeOver
        : total.Usd > budget ? BudgetStanding.LikelyOver
        : total.High > budget ? BudgetStanding.MayBeOver
        : BudgetStanding.Within;

    /// <summary>Makes the report of a week.</summary>
    public static WeeklyReport Of(DailyUsage usage, DaySpan seen, DaySpan week, decimal? budget)
    {
        var cells = usage.Cube.Cells.ToList();
        var history = new DaySpan(seen.From, week.To);
        var monthStart = new DateOnly(week.Last.Year, week.Last.Month, 1);
        DaySpan month = new(monthStart > seen.From ? monthStart : seen.From, week.To);
        return new()
        {
            Book = usage.Book.Id, Change = Decomposition.Of(usage.Cube, week.Before, week, usage.Book), Seen = seen,
            LastRecord = usage.Cube.Last!.Value, Now = usage.Counts(week), Before = usage.Counts(week.Before),
            Days = usage.Days(new(week.Before.From, week.To)), Month = MonthEnd.Of(usage.Days(history), week.Last),
            MonthDays = usage.Days(month), Budget = budget,
            NewPrincipals = New(cells, seen, week, c => $"{c.Key.Caller.Principal}\n{c.Key.Caller.Account}", c => c.Key.Caller.Account),
            NewModels = New(cells, seen, week, c => c.Key.Model.Id, c => Text.Key(c.Key.Caller.App)),
            Untagged = [.. cells.Where(c => week.Contains(c.Key.Day) && c.Key.Caller.App.Length == 0)
                .GroupBy(c => $"{Text.Key(c.Key.Caller.Principal)} in {c.Key.Caller.Account}", StringComparer.Ordinal)
                .Select(g => new Group(g.Key, g.Sum(c => c.Cost), g.Sum(c => c.CostMax), g.Sum(c => c.Requests))
                    { Unpriced = g.Sum(c => c.WithUnpriced) })
                .OrderByDescending(g => g.Cost).ThenBy(g => g.Key, StringComparer.Ordinal)],
            Errors = [.. usage.Errors.GroupBy(e => e.Key.Code, StringComparer.Ordinal)
                .Select(g => (Code: g.Key, Before: g.Where(e => week.Before.Contains(e.Key.Day)).Sum(e => e.Value),
                    Now: g.Where(e => week.Contains(e.Key.Day)).Sum(e => e.Value)))
                .Where(e => e.Before + e.Now > 0).OrderByDescending(e => e.Now).ThenByDescending(e => e.Before)
                .ThenBy(e => e.Code, StringComparer.Ordinal)],
        };
    }

    // What the days read before the week do not know. Without such days nothing is new: it is unknown.
    static List<FirstSeen> New(List<Cell> cells, DaySpan seen, DaySpan week, Func<Cell, string> keyOf, Func<Cell, string> where)
    {
        if (seen.From >= week.From) return [];
        var known = cells.Where(c => c.Key.Day < week.From).Select(keyOf).ToHashSet(StringComparer.Ordinal);
        return [.. cells.Where(c => week.Contains(c.Key.Day) && !known.Contains(keyOf(c))).GroupBy(keyOf, StringComparer.Ordinal)
            .Select(g => new FirstSeen(g.Key.Split('\n')[0],
                g.GroupBy(where, StringComparer.Ordinal).OrderByDescending(w => w.Sum(c => c.Requests))
                    .ThenBy(w => w.Key, StringComparer.Ordinal).First().Key,
                g.Min(c => c.Key.Day), g.Sum(c => c.Cost), g.Sum(c => c.Requests), g.Sum(c => c.WithUnpriced)))
            .OrderByDescending(f => f.Cost).ThenBy(f => f.Name, StringComparer.Ordinal)];
    }
}

/// <summary>How a month stands against its budget.</summary>
public enum BudgetStanding : byte
{
    /// <summary>The whole interval lies within.</summary>
    Within,

    /// <summary>Expected within; the interval reaches above.</summary>
    MayBeOver,

    /// <summary>Expected above; the interval reaches below.</summary>
    LikelyOver,

    /// <summary>The whole interval lies above.</summary>
    WillBeOver,

    /// <summary>Spent already.</summary>
    Over,
}
