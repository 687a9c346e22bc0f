using System.Globalization;
using Assay.Desk.Reports.Html;
using Assay.Ledger.Changes;

namespace Assay.Desk.Reports;

/// <summary>The sentences of a weekly report.</summary>
static class WeeklyWords
{
    public static readonly ChangeFactor[] Factors = Enum.GetValues<ChangeFactor>();

    public static string Name(ChangeFactor factor) => factor switch
    {
        ChangeFactor.Volume => "Volume",
        ChangeFactor.ModelMix => "Model mix",
        ChangeFactor.Mode => "Mode",
        ChangeFactor.TokensPerRequest => "Tokens per request",
        ChangeFactor.CacheRate => "Cache rate",
        _ => "Price",
    };

    public static string Code(ChangeFactor factor) => factor switch
    {
        ChangeFactor.Volume => "volume",
        ChangeFactor.ModelMix => "model_mix",
        ChangeFactor.Mode => "mode",
        ChangeFactor.TokensPerRequest => "tokens_per_request",
        ChangeFactor.CacheRate => "cache_rate",
        _ => "price",
    };

    public static string About(ChangeFactor factor) => factor switch
    {
        ChangeFactor.Volume => "more or fewer calls; workloads that came or went",
        ChangeFactor.ModelMix => "calls that went to other models",
        ChangeFactor.Mode => "batch, tier, profile scope, region",
        ChangeFactor.TokensPerRequest => "longer or shorter prompts and answers",
        ChangeFactor.CacheRate => "more or less of the prompts read from the cache",
        _ => "rates that changed",
    };

    public const string UnlikeName = "Priced in one week only";

    public static string Day(DateOnly day) => day.ToString("ddd d MMM", CultureInfo.InvariantCulture);

    public static string Percent(decimal change, decimal before) =>
        before == 0m ? "" : $"{(change > 0m ? "+" : change < 0m ? "−" : "")}{Figures.Percent(Math.Abs(change / before))}";

    /// <summary>The largest parts of a change, in words: <c>volume +$12.00, price −$3.00</c>.</summary>
    public static string Why(ChangeGroup group, int count = 2)
    {
        if (group.IsNew) return "new";
        if (group.IsGone) return "no longer seen";
        return Largest(group.Parts, Math.Abs(group.Change), count);
    }

    /// <summary>The same in few words: one part, unless it alone would mislead.</summary>
    public static string WhyShort(ChangeGroup group)
    {
        var largest = Factors.Select(f => group.Parts[f]).Append(group.Parts.Unlike).MaxBy(Math.Abs);
        return Why(group, Math.Abs(largest - group.Change) <= Math.Abs(group.Change) / 2m ? 1 : 2);
    }

    /// <summary>The parts of a change, each also as it is shown: these add up to the difference of the amounts as they are shown.</summary>
    public static IReadOnlyList<(string Name, string About, decimal Usd, decimal Shown)> Parts(SpendChange change)
    {
        var unit = UnitOf(change.Before, change.After);
        List<(string Name, string About, decimal Usd)> parts = [.. Factors.Select(f => (Name(f), About(f), change.Parts[f]))];
        if (change.Parts.Unlike != 0m) parts.Add((UnlikeName, "meters without a price in the other week", change.Parts.Unlike));
        var shown = Rounded([.. parts.Select(p => p.Usd)], Difference(change.Before, change.After), unit);
        return [.. parts.Select((p, i) => (p.Name, p.About, p.Usd, shown[i]))];
    }

    static string Largest(ChangeParts parts, decimal change, int count) =>
        Largest(Factors.Select(f => (Name(f), parts[f])).Append((UnlikeName, parts.Unlike)), change, count);

    static string Largest(IEnumerable<(string Name, decimal Usd)> parts, decimal change, int count)
    {
        // What is a twentieth of the change explains nothing of it.
        var named = parts.Select(p => (Name: p.Name.ToLowerInvariant(), p.Usd))
            .Where(p => Math.Abs(p.Usd) >= Math.Max(0.005m, change / 20m)).OrderByDescending(p => Math.Abs(p.Usd)).Take(count)
            .Select(p => $"{p.Name} {DocumentCell.SignedText(p.Usd)}").ToList();
        return named.Count == 0 ? "–" : string.Join(", ", named);
    }

    public static string Headline(WeeklyReport report)
    {
        var change = report.Change;
        if (report.DaysBefore < change.BeforeDays.Days)
            return $"{Figures.Dollars(change.After)} spent; the week before was not read whole, so nothing is compared";
        if (change.Change == 0m) return $"{Figures.Dollars(change.After)} spent, as in the week before";
        var direction = change.Change > 0m ? "more" : "less";
        var difference = Figures.Dollars(Math.Abs(Difference(change.Before, change.After)));
        return $"{Figures.Dollars(change.After)} spent, {difference} {direction} than the week before"
            + (change.Before == 0m ? "" : $" ({Percent(change.Change, change.Before)})")
            + $": {Largest(Parts(change).Select(p => (p.Name, p.Shown)), Math.Abs(change.Change), 2)}";
    }

    public static string Month(MonthEnd month) => month.First.ToString("MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>What the month will have cost, or why that cannot be said.</summary>
    public static string Forecast(WeeklyReport report)
    {
        var month = report.Month;
        var unseen = month.DaysUnseen == 0 ? "" : $" Its first {Plural(month.DaysUnseen, "day")} were not read and are in no figure.";
        if (month.DaysLeft == 0) return $"{Month(month)} is over: {Figures.Dollars(month.Spent)} spent on the days read.{unseen}";
        if (month.Total is not { } total)
            return $"{Figures.Dollars(month.Spent)} spent so far in {Month(month)}; no forecast: {month.Caveat}{unseen}";
        var between = month.HasInterval
            ? $", between {Figures.Dollars(Cents(total.Low))} and {Figures.Dollars(Cents(total.High))} eight times in ten"
            : $". {month.Caveat}";
        return $"{Figures.Dollars(month.Spent)} spent so far in {Month(month)}; about {Figures.Dollars(Cents(total.Usd))} by its end"
            + $"{between}{(month.HasInterval ? "." : "")}{unseen}";
    }

    /// <summary>How the month stands against the budget; null without one.</summary>
    public static string? Budget(WeeklyReport report)
    {
        if (report.Budget is not { } budget) return null;
        var amount = Figures.Dollars(budget);
        return report.Standing switch
        {
            null => $"Whether the budget of {amount} holds cannot be said: {(report.Month.DaysUnseen > 0
                ? "the month was not read from its first day" : "there is no forecast")}.",
            BudgetStanding.Over => $"The budget of {amount} is spent already.",
            BudgetStanding.WillBeOver => $"The budget of {amount} will not hold: even the low end of the forecast is above it.",
            BudgetStanding.LikelyOver => $"The budget of {amount} will likely be exceeded, by about "
                + $"{Figures.Dollars(Cents(report.Month.Total!.Usd - budget))}.",
            BudgetStanding.MayBeOver => $"The budget of {amount} is expected to hold; the high end of the forecast is above it.",
            _ => $"The budget of {amount} holds, at the high end of the forecast too.",
        };
    }

    /// <summary>The difference of two amounts as they are shown, so that what stands in a row adds up as it stands.</summary>
    public static decimal Difference(decimal before, decimal after)
    {
        var unit = UnitOf(before, after);
        return Shown(after, unit) - Shown(before, unit);
    }

    /// <summary>What two amounts are shown in: cents, or millionths where one is less than a cent.</summary>
    public static decimal UnitOf(decimal before, decimal after) =>
        Math.Abs(before) is > 0m and < 0.01m || Math.Abs(after) is > 0m and < 0.01m ? 0.000001m : 0.01m;

    public static decimal Shown(decimal usd, decimal unit) => decimal.Round(usd / unit, MidpointRounding.ToEven) * unit;

    public static decimal Cents(decimal usd) => decimal.Round(usd, 2, MidpointRounding.ToEven);

    public static string Plural(decimal count, string one) => Figures.Plural(count, one, one + "s");

    /// <summary>
    /// Parts in cents that add up to a difference in cents: each is rounded down, and the cents that then lack go to those that lost most.
    /// </summary>
    public static IReadOnlyList<decimal> Rounded(IReadOnlyList<decimal> exact, decimal target, decimal unit)
    {
        List<decimal> parts = [.. exact.Select(e => Math.Floor(e / unit) * unit)];
        int[] order = [.. Enumerable.Range(0, parts.Count).OrderByDescending(i => exact[i] - parts[i]).ThenBy(i => i)];
        var lacks = (int)decimal.Round((target - parts.Sum()) / unit);
        for (var i = 0; i < lacks; i++) parts[order[i % order.Length]] += unit;
        for (var i = 0; i < -lacks; i++) parts[order[order.Length - 1 - (i % order.Length)]] -= unit;
        return parts;
    }
}
