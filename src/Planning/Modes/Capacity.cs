using Assay.Estate;

namespace Assay.Planning;

/// <summary>What a workload needs in each hour of the day: tokens a minute, the mean of the hour.</summary>
/// <param name="Peak">Its busiest minute over that mean: capacity must be so much larger to carry an hour whole.</param>
readonly record struct HourlyDemand(decimal[] Input, decimal[] Output, decimal Peak)
{
    const decimal MinutesPerMonthOfOneHour = 30m * 60m;

    public static HourlyDemand Of(DescribedWorkload workload, decimal share, Draw draw)
    {
        var calls = ExpectedUsage.Calls(workload, draw) * share;
        var (input, output) = (calls * workload.InputTokens.Mean.In(draw), calls * workload.OutputTokens.Mean.In(draw));
        var weights = workload.Arrivals.HourWeights;
        var sum = weights.Sum();
        return new(Spread(input), Spread(output), Math.Max(1m, workload.Arrivals.PeakFactor.In(draw)));

        decimal[] Spread(decimal month) =>
            [.. weights.Select(w => sum <= 0m ? 0m : month * w / sum / MinutesPerMonthOfOneHour)];
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
            carried += Math.Min(demand.At(hour), capacity / demand.Peak);
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
            var (ofInput, ofOutput) = (Over(input / demand.Peak, demand.Input[hour]), Over(output / demand.Peak, demand.Output[hour]));
            var fits = Math.Min(1m, Math.Min(ofInput, ofOutput));
            carried += demand.At(hour) * fits;
            asked += demand.At(hour);
        }
        var bought = (input + output) * demand.Input.Length;
        return new(asked <= 0m ? 1m : carried / asked, bought <= 0m ? 0m : carried / bought);
    }

    static decimal Over(decimal capacity, decimal need) => need <= 0m ? 1m : capacity / need;
}
