namespace Assay.Estate;

/// <summary>
/// A spread in numbers: all sizes alike, or log-normal, fixed by its mean and 95th percentile. A log-normal's 95th percentile is at
/// most 3.87 times its mean; a stated one beyond that gives the widest there is. Where every size has a part in common (the prefix of a
/// prompt), what is beyond it is log-normal.
/// </summary>
public readonly record struct SpreadShape
{
    // The standard normal deviate below which 95 % lie.
    const double P95Deviate = 1.6448536269514722;

    readonly decimal least;
    readonly double location, width;

    SpreadShape(decimal mean, decimal least, double location, double width) =>
        (Mean, this.least, this.location, this.width) = (mean, least, location, width);

    public decimal Mean { get; }

    /// <param name="least">What every size has in common: none is smaller.</param>
    public static SpreadShape Of(in Spread spread, Draw draw, decimal least = 0m)
    {
        var mean = spread.Mean.In(draw);
        if (spread.P95 is not { } stated || mean <= least) return new(mean, mean, 0d, 0d);
        var (beyond, above) = ((double)(mean - least), (double)(stated.In(draw) - least) / (double)(mean - least));
        if (above <= 1d) return new(mean, mean, 0d, 0d);
        // ln p95 = m + 1.645 s and ln mean = m + s²/2, solved for the narrower of the two solutions.
        var root = (P95Deviate * P95Deviate) - (2d * Math.Log(above));
        var width = P95Deviate - Math.Sqrt(Math.Max(0d, root));
        return new(mean, least, Math.Log(beyond) - (width * width / 2d), width);
    }

    bool IsPoint => width == 0d;

    public decimal P95 => IsPoint ? Mean : least + (decimal)Math.Exp(location + (P95Deviate * width));

    public decimal StandardDeviation => IsPoint ? 0m : (Mean - least) * (decimal)Math.Sqrt(Math.Exp(width * width) - 1d);

    /// <summary>A size by chance: a whole number, the mean of many of which approaches <see cref="Mean"/>.</summary>
    /// <remarks>The width is rounded, for logarithms differ in their last digit from machine to machine, and sizes must not.</remarks>
    public int Sample(SeededRandom random) => random.Whole(
        (double)least + ((double)(Mean - least) * (IsPoint ? 1d : random.LogNormal(Math.Round(width, 9)))));

    /// <summary>Share of the calls larger than a size: 0 to 1.</summary>
    public decimal ShareAbove(decimal size) =>
        IsPoint ? (Mean > size ? 1m : 0m) : size <= least ? 1m : (decimal)Below((location - Math.Log((double)(size - least))) / width);

    /// <summary>Share of the whole amount that lies in calls larger than a size: 0 to 1.</summary>
    public decimal AmountShareAbove(decimal size) =>
        IsPoint ? ShareAbove(size) : size <= least ? 1m
            : ((least * ShareAbove(size))
                + ((Mean - least) * (decimal)Below((location + (width * width) - Math.Log((double)(size - least))) / width))) / Mean;

    /// <summary>How many pieces of a size it takes on average, each begun one counted whole.</summary>
    public decimal MeanPieces(decimal size)
    {
        if (Mean <= 0m) return 0m;
        if (IsPoint) return decimal.Ceiling(Mean / size);
        // The mean of a rounded-up number is the sum of the chances to exceed 0, 1, 2, …; far out, half a piece more than the amount.
        const int counted = 40;
        var pieces = 0m;
        for (var i = 0; i < counted; i++) pieces += ShareAbove(size * i);
        var rest = size * counted;
        var beyond = ShareAbove(rest);
        return pieces + (((AmountShareAbove(rest) * Mean) - (beyond * rest)) / size) + (beyond / 2m);
    }

    // The normal distribution, to 1e-7 (Abramowitz and Stegun 26.2.17): far closer than a spread is known.
    static double Below(double deviate)
    {
        var x = Math.Abs(deviate);
        var t = 1d / (1d + (0.2316419 * x));
        var tail = Math.Exp(-x * x / 2d) * 0.3989422804014327 * t
            * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return deviate > 0d ? 1d - tail : tail;
    }
}
