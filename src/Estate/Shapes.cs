namespace Assay.Estate;

/// <summary>A distribution as a table of quantiles, straight lines between them: simple arithmetic, equal on every machine.</summary>
public sealed class Quantiles
{
    readonly (double Share, double Value)[] points;

    /// <param name="points">Rising shares from 0 to 1, each with its value.</param>
    public Quantiles(params (double Share, double Value)[] points)
    {
        if (points.Length < 2 || points[0].Share != 0 || points[^1].Share != 1)
            throw new ArgumentException("A table of quantiles starts at share 0 and ends at share 1.", nameof(points));
        this.points = points;
    }

    public static Quantiles Between(double least, double most) => new((0, least), (1, most));
    public static Quantiles Always(double value) => Between(value, value);
    public Quantiles Times(double factor) => new(Array.ConvertAll(points, p => (p.Share, p.Value * factor)));

    public long Sample(SeededRandom random)
    {
        var share = random.NextShare();
        var i = 1;
        while (points[i].Share < share) i++;
        var (left, right) = (points[i - 1], points[i]);
        return (long)(left.Value + (right.Value - left.Value) * ((share - left.Share) / (right.Share - left.Share)) + 0.5);
    }

    /// <summary>The mean of the table, which the mean of many samples approaches.</summary>
    public double Mean
    {
        get
        {
            var mean = 0.0;
            for (var i = 1; i < points.Length; i++)
                mean += (points[i].Share - points[i - 1].Share) * (points[i].Value + points[i - 1].Value) / 2;
            return mean;
        }
    }
}

/// <summary>When calls come: relative weight of each hour of the day (UTC) and factor of each day of the week, Sunday first.</summary>
public sealed record ArrivalShape(string Name, IReadOnlyList<double> Hours, IReadOnlyList<double> Weekdays)
{
    /// <summary>A moment of the day: an hour by its weight, then any second of it.</summary>
    public int SecondOfDay(SeededRandom random)
    {
        var left = random.NextShare() * Hours.Sum();
        var hour = 0;
        while (hour < 23 && left >= Hours[hour]) left -= Hours[hour++];
        return hour * 3600 + random.Below(3600);
    }
}

/// <summary>Figures taken from public traces, and a few of our own where no trace tells.</summary>
public static class TraceFigures
{
    static readonly double[] EveryDay = [1, 1, 1, 1, 1, 1, 1];

    /// <summary>Hourly load of consumer clients: alibaba/ServeGen (Apache-2.0), 14 days of the small model's clients.</summary>
    public static readonly ArrivalShape Consumers = new("consumers",
        [.83, .71, .72, .68, .74, .69, .71, .88, 1.04, 1.06, 1.12, 1.08, 1.04, 1.06, 1.06, 1.05, 1.1, 1.07, .98, 1.23, 1.47, 1.4, 1.25,
         1.05],
        [.92, 1.02, 1.04, 1.03, 1.04, 1.01, .94]);

    /// <summary>Hourly load of machine clients: alibaba/ServeGen (Apache-2.0), all clients together; flat as programs are.</summary>
    public static readonly ArrivalShape Machines = new("machines",
        [.96, .91, .93, .92, .87, .87, .91, 1.01, 1.03, 1.02, 1.1, 1.06, 1.0, 1.12, 1.06, .93, .93, .97, .92, 1.02, 1.18, 1.12, 1.08, 1.08],
        EveryDay);

    /// <summary>An office day in Eastern time, seen in UTC. Ours: no public trace shows one team's working hours.</summary>
    public static readonly ArrivalShape Office = new("office",
        [.15, .08, .05, .03, .02, .02, .03, .04, .06, .1, .3, .8, 1.6, 2.3, 2.5, 2.3, 1.9, 2.2, 2.4, 2.3, 2.0, 1.4, .7, .3],
        [.08, 1.06, 1.12, 1.12, 1.1, .96, .1]);

    /// <summary>A job at two in the morning, every night.</summary>
    public static readonly ArrivalShape Nightly = new("nightly",
        [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], EveryDay);

    /// <summary>Prompt tokens of conversations: Azure/AzurePublicDataset (CC BY 4.0), LLM inference trace of 2023, conversations.</summary>
    public static readonly Quantiles ChatPrompt = new(
        (0, 60), (.05, 181), (.25, 396), (.5, 1020), (.75, 1189), (.9, 2735), (.95, 4083), (1, 4200));

    /// <summary>Answer tokens of conversations: the same trace.</summary>
    public static readonly Quantiles ChatAnswer = new(
        (0, 8), (.05, 41), (.25, 85), (.5, 129), (.75, 395), (.9, 424), (.95, 451), (.99, 601), (1, 900));

    // Coding agents: callanjfox/kv-cache-tester (Apache-2.0), 425 sessions. Sessions there run to hundreds of calls; ours are an eighth.
    public static readonly Quantiles CodingCalls = new((0, 2), (.25, 3), (.5, 6), (.75, 11), (.9, 19), (.95, 28), (1, 40));
    public static readonly Quantiles CodingAnswer = new(
        (0, 30), (.05, 86), (.25, 137), (.5, 216), (.75, 423), (.9, 877), (.95, 1535), (.99, 3844), (1, 6000));
    public static readonly Quantiles CodingGrowth = new(
        (0, 40), (.05, 147), (.25, 320), (.5, 648), (.75, 1585), (.9, 3701), (.95, 6594), (1, 16389));
    public static readonly Quantiles CodingGapSeconds = new((0, 3), (.05, 7), (.25, 11), (.5, 17), (.75, 38), (.9, 129), (.95, 270),
        (1, 1810));
    public static readonly Quantiles CodingOpening = new((0, 9_000), (.05, 12_968), (.25, 18_530), (.5, 23_836), (.75, 60_000),
        (1, 110_000));
}
