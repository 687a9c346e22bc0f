using Assay.Estate;

namespace Assay.Planning;

/// <summary>What a workload needs in each hour of the day: tokens a minute, the mean of the hour.</summary>
/// <param name="Peak">Its busiest minute over that mean: capacity must be so much larger to carry an hour whole.</param>
/// <param name="Request">
/// Tokens of one request, all its calls together: they come within one minute or about it. 0 where the hour is taken to be even.
/// </param>
readonly record struct HourlyDemand(decimal[] Input, decimal[] Output, decimal Peak, decimal Request)
{
    const decimal MinutesPerMonthOfOneHour = 30m * 60m;

    /// <param name="byChance">
    /// Requests come each for itself, as what is yet to be bought must reckon with; else evenly, as a bill of means does.
    /// </param>
    public static HourlyDemand Of(DescribedWorkload workload, decimal share, Draw draw, bool byChance = false)
    {
        var calls = ExpectedUsage.Calls(workload, draw) * share;
        var (eachIn, eachOut) = (workload.InputTokens.Mean.In(draw), workload.OutputTokens.Mean.In(draw));
        var weights = workload.Arrivals.HourWeights;
        var sum = weights.Sum();
        return new(Spread(calls * eachIn), Spread(calls * eachOut), Math.Max(1m, workload.Arrivals.PeakFactor.In(draw)),
            byChance ? (eachIn + eachOut) * Math.Max(1m, workload.CallsPerRequest.Mean.In(draw)) : 0m);

        decimal[] Spread(decimal month) =>
            [.. weights.Select(w => sum <= 0m ? 0m : month * w / sum / MinutesPerMonthOfOneHour)];
    }

    /// <summary>
    /// Share of an hour's tokens that capacity carries, minute by minute: requests come each for itself (Poisson), so of a few a minute
    /// many a minute has none and the next has two. Beyond thousands a minute chance levels out.
    /// </summary>
    /// <param name="capacity">Tokens a minute, input and output together.</param>
    public decimal CarriedOf(int hour, decimal capacity)
    {
        var asked = At(hour);
        if (asked <= 0m) return 1m;
        var even = Math.Min(1m, capacity / Peak / asked);
        return Request <= 0m ? even : Math.Min(even, (decimal)Poisson.ShareWithin((double)(asked / Request), (double)(capacity / Request)));
    }

    public decimal At(int hour) => Input[hour] + Output[hour];
}

/// <summary>How bought capacity meets an hourly demand.</summary>
/// <param name="Carried">Share of the tokens it carries; the rest spills over or is refused.</param>
/// <param name="Utilisation">Share of what was bought that is used.</param>
readonly record struct CapacityFit(decimal Carried, decimal Utilisation)
{
    /// <param name="capacity">Tokens a minute, input and output together.</param>
    public static CapacityFit Of(HourlyDemand demand, decimal capacity)
    {
        var (carried, asked) = (0m, 0m);
        for (var hour = 0; hour < demand.Input.Length; hour++)
        {
            carried += demand.At(hour) * demand.CarriedOf(hour, capacity);
            asked += demand.At(hour);
        }
        return new(asked <= 0m ? 1m : carried / asked, capacity <= 0m ? 0m : carried / (capacity * demand.Input.Length));
    }

    /// <summary>Input and output reserved apart: a call fits where both do.</summary>
    public static CapacityFit Of(HourlyDemand demand, decimal input, decimal output)
    {
        var (carried, asked) = (0m, 0m);
        for (var hour = 0; hour < demand.Input.Length; hour++)
        {
            // Bought in another proportion than is used, the scarcer kind is what counts.
            var fits = Math.Min(Scaled(input, demand.Input[hour]), Scaled(output, demand.Output[hour]));
            fits = fits == decimal.MaxValue ? 1m : demand.CarriedOf(hour, demand.At(hour) * fits);
            carried += demand.At(hour) * fits;
            asked += demand.At(hour);
        }
        var bought = (input + output) * demand.Input.Length;
        return new(asked <= 0m ? 1m : carried / asked, bought <= 0m ? 0m : carried / bought);
    }

    static decimal Scaled(decimal capacity, decimal need) => need <= 0m ? decimal.MaxValue : capacity / need;
}

/// <summary>Events that come each for itself, so many a minute on average.</summary>
static class Poisson
{
    // From here on the normal distribution is within a thousandth.
    const double ManyMin = 700;

    /// <summary>Share of the events that lie within a limit a minute: E[min(N, limit)] over E[N].</summary>
    /// <param name="limit">May fall between two numbers: part of an event is carried.</param>
    public static double ShareWithin(double mean, double limit)
    {
        if (mean <= 0) return 1;
        if (limit <= 0) return 0;
        if (mean >= ManyMin) return Math.Clamp(Many(mean, limit), 0, 1);
        var floor = Math.Floor(limit);
        var part = limit - floor;
        return Math.Clamp((((1 - part) * Within(mean, floor)) + (part > 0 ? part * Within(mean, floor + 1) : 0)) / mean, 0, 1);
    }

    // E[min(N, k)] = mean × P(N < k) + k × P(N > k).
    static double Within(double mean, double k)
    {
        var (chance, below) = (Math.Exp(-mean), 0d);
        for (var i = 0d; i < k; i++)
        {
            below += chance;
            chance *= mean / (i + 1);
            if (i > mean && chance < 1e-18) return mean;
        }
        return (mean * below) + (k * Math.Max(0, 1 - below - chance));
    }

    static double Many(double mean, double limit)
    {
        var deviation = Math.Sqrt(mean);
        var z = (limit - mean) / deviation;
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        return ((mean * Normal(z)) + (limit * (1 - Normal(z))) - (deviation * density)) / mean;
    }

    // Abramowitz and Stegun 26.2.17, within 7.5e-8.
    static double Normal(double z)
    {
        var t = 1 / (1 + (0.2316419 * Math.Abs(z)));
        var tail = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return z >= 0 ? 1 - tail : tail;
    }
}
