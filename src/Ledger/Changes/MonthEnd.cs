namespace Assay.Ledger.Changes;

/// <summary>An estimate in USD and the interval that holds the truth eight times in ten.</summary>
public sealed record Expected(decimal Usd, decimal Low, decimal High);

/// <summary>What a month will have cost at its end, foretold from the days before.</summary>
/// <param name="First">The month's first day.</param>
/// <param name="Through">The last day seen.</param>
/// <param name="Spent">USD of the month's days seen, exact.</param>
/// <param name="DaysUnseen">Days of the month before the first day seen: their spend is in no figure here.</param>
/// <param name="DaysLeft">Days after <paramref name="Through"/>.</param>
/// <param name="DaysLearned">Days the estimate rests on.</param>
/// <param name="Total">Spent and still to come; null when nothing can be said.</param>
/// <param name="HasInterval">False when the days are too few to tell how far days differ: the interval is the estimate alone.</param>
/// <param name="Caveat">What the reader must know of it; empty when nothing.</param>
public sealed record MonthEnd(
    DateOnly First, DateOnly Through, decimal Spent, int DaysUnseen, int DaysLeft, int DaysLearned, Expected? Total, bool HasInterval,
    string Caveat)
{
    /// <summary>Weeks the estimate looks back, each counting half of the one after it.</summary>
    const int WeeksMax = 4;

    public DateOnly Last => First.AddMonths(1).AddDays(-1);

    /// <param name="days">USD of consecutive days, the last of them <paramref name="through"/>; days without usage are zero.</param>
    /// <remarks>
    /// A coming day is expected to take its weekday's share of a week; a week costs the mean of the last four, each counting half of the
    /// one after it; growth is not carried on. The interval is of Student's t on how far the days lay from that, widened where days
    /// resemble the day before.
    /// </remarks>
    public static MonthEnd Of(IReadOnlyList<decimal> days, DateOnly through)
    {
        DateOnly first = new(through.Year, through.Month, 1);
        var left = first.AddMonths(1).DayNumber - through.DayNumber - 1;
        var seen = Math.Min(days.Count, through.Day);
        var spent = days.Skip(days.Count - seen).Sum();
        MonthEnd month = new(first, through, spent, through.Day - seen, left, 0, new(spent, spent, spent), true, "");
        if (left == 0) return month;
        var weeks = Math.Min(WeeksMax, days.Count / 7);
        if (weeks == 0)
        {
            return month with { Total = null, HasInterval = false,
                Caveat = $"{days.Count} of the 7 days it takes to know a week were seen." };
        }
        var learned = days.Skip(days.Count - (weeks * 7)).Select(d => (double)d).ToArray();
        var (level, weight) = (0d, 0d);
        for (var week = 0; week < weeks; week++)
        {
            var counts = Math.Pow(0.5, weeks - 1 - week);
            level += counts * learned.Skip(week * 7).Take(7).Sum();
            weight += counts;
        }
        level /= weight;
        var total = learned.Sum();
        var shares = Enumerable.Range(0, 7).Select(d => total == 0d ? 0d : Enumerable.Range(0, weeks)
            .Sum(w => learned[(w * 7) + d]) / total);
        double[] likeDays = [.. shares.Select(s => s * level)];
        // The day after the last one is of the weekday that the learned days begin with.
        var coming = Enumerable.Range(0, left).Sum(d => likeDays[d % 7]);
        var expected = spent + Cents(coming);
        month = month with { DaysLearned = weeks * 7, Total = new(expected, expected, expected) };
        if (weeks == 1)
            return month with { HasInterval = false, Caveat = "One week shows no difference between weeks: there is no interval." };
        double[] off = [.. learned.Select((d, i) => d - likeDays[i % 7])];
        var variance = off.Sum(o => o * o) / (off.Length - 7);
        var halves = Enumerable.Range(0, weeks).Select(w => Math.Pow(0.5, w)).ToList();
        var daysCounted = 7 * halves.Sum() * halves.Sum() / halves.Sum(h => h * h);
        var spread = Math.Sqrt(variance * left * (1 + (left / daysCounted)) * Trend.Inflation(off)) * Trend.Student(off.Length - 7);
        return month with { Total = new(expected, Math.Max(spent, expected - Cents(spread)), expected + Cents(spread)) };
    }

    // An estimate has no more digits than that.
    static decimal Cents(double usd) => decimal.Round((decimal)usd, 6, MidpointRounding.ToEven);
}
