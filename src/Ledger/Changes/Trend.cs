namespace Assay.Ledger.Changes;

/// <summary>Growth of weekly spend, and what the weeks to come would cost if it went on. Intervals hold eight times in ten.</summary>
/// <param name="Weeks">Whole weeks seen.</param>
/// <param name="Monthly">Growth in 30 days, as a fraction: 0.05 is 5 %.</param>
/// <param name="Coming">USD of as many weeks as <paramref name="WeeksAhead"/>; null where the interval is too wide to stand behind.</param>
public sealed record Trend(int Weeks, double Monthly, double MonthlyLow, double MonthlyHigh, int WeeksAhead, Expected? Coming)
{
    /// <summary>Fewer weeks than these show no trend.</summary>
    public const int WeeksMin = 6;

    /// <summary>No forecast looks further ahead than this, nor than the weeks seen.</summary>
    public const int WeeksAheadMax = 13;

    /// <summary>An interval whose ends lie further apart than this, as a ratio, says nothing.</summary>
    public const double RatioMax = 3;

    // The upper tenth of the normal distribution: an interval between it and its mirror holds eight in ten.
    const double UpperTenth = 1.2815515655446004;

    // Weeks that resemble each other more than this are treated as resembling this much.
    const double ResemblanceMax = 0.8;

    /// <summary>USD of each of the coming weeks; they add up to <see cref="Coming"/> but for its rounding.</summary>
    public required IReadOnlyList<decimal> ComingWeeks { get; init; }

    /// <summary>Whether the interval of growth leaves its sign open.</summary>
    public bool IsFlat => MonthlyLow <= 0 && MonthlyHigh >= 0;

    /// <param name="weeks">USD of consecutive whole weeks, the latest last.</param>
    /// <returns>Null when there are fewer than <see cref="WeeksMin"/>, or a week cost nothing.</returns>
    /// <remarks>
    /// A straight line through the logarithms of the weeks, by least squares; intervals by Student's t, widened where weeks resemble the
    /// week before.
    /// </remarks>
    public static Trend? Of(IReadOnlyList<decimal> weeks)
    {
        if (weeks.Count < WeeksMin || weeks.Any(w => w <= 0m)) return null;
        double[] logs = [.. weeks.Select(w => Math.Log((double)w))];
        var (n, middle, mean) = (logs.Length, (logs.Length - 1) / 2d, logs.Average());
        var squares = Enumerable.Range(0, n).Sum(t => (t - middle) * (t - middle));
        var slope = Enumerable.Range(0, n).Sum(t => (t - middle) * (logs[t] - mean)) / squares;
        double[] off = [.. logs.Select((l, t) => l - mean - (slope * (t - middle)))];
        var variance = off.Sum(o => o * o) / (n - 2) * Inflation(off);
        var (student, ahead) = (Student(n - 2), Math.Min(n, WeeksAheadMax));
        double Growth(double perWeek) => Math.Exp(perWeek * 30 / 7) - 1;
        var error = student * Math.Sqrt(variance / squares);
        // Sums of weeks are means, and the mean of a skewed quantity lies above the exponential of its logarithm's mean.
        var smear = off.Average(Math.Exp);
        double[] weekly = [.. Enumerable.Range(n, ahead).Select(t => Math.Exp(mean + (slope * (t - middle))) * smear)];
        var coming = weekly.Sum();
        var distance = n + ((ahead - 1) / 2d) - middle;
        var spread = student * Math.Sqrt(variance * ((1d / n) + (distance * distance / squares) + (1d / ahead)));
        return new(n, Growth(slope), Growth(slope - error), Growth(slope + error), ahead,
            Math.Exp(2 * spread) > RatioMax ? null : new(Usd(coming), Usd(coming * Math.Exp(-spread)), Usd(coming * Math.Exp(spread))))
        {
            ComingWeeks = [.. weekly.Select(Usd)],
        };
    }

    static decimal Usd(double usd) => decimal.Round((decimal)usd, 6, MidpointRounding.ToEven);

    /// <summary>How much more a sum varies than it would if its parts did not resemble the part before; at least 1.</summary>
    internal static double Inflation(double[] off)
    {
        var squares = off.Sum(o => o * o);
        if (squares <= 0) return 1;
        var alike = Math.Clamp(off.Skip(1).Zip(off, (now, before) => now * before).Sum() / squares, 0, ResemblanceMax);
        return (1 + alike) / (1 - alike);
    }

    /// <summary>The upper tenth of Student's t, by its expansion (Abramowitz and Stegun 26.7.5); good to 0.01 from 4 degrees on.</summary>
    internal static double Student(int degrees)
    {
        const double z = UpperTenth;
        double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z, v = degrees;
        return z + ((z3 + z) / (4 * v)) + (((5 * z5) + (16 * z3) + (3 * z)) / (96 * v * v))
            + (((3 * z7) + (19 * z5) + (17 * z3) - (15 * z)) / (384 * v * v * v));
    }
}
