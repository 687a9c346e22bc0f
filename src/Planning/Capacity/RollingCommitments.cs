namespace Assay.Planning;

/// <summary>
/// What to buy at the start of a month when the months to come are not known: a forecast that admits its errors, and the cheapest ladder
/// over what it expects. It sees past demand only.
/// </summary>
/// <param name="RecentWeight">How much of the level comes from the last two weeks rather than the last month.</param>
/// <param name="Drift">Share of the mean monthly growth of the last half year that is believed to go on.</param>
/// <param name="Damping">What remains of that growth each month further on.</param>
/// <param name="Spread">Standard deviation of a month's change of level, in logarithms; it grows with the root of the months.</param>
/// <param name="Hazard">
/// Chance a month that the demand goes away altogether: a model is replaced, a workload moves. It keeps long terms few where the
/// saving is thin.
/// </param>
/// <param name="Ahead">Months looked ahead.</param>
/// <param name="Shapes">Past months whose shape the months to come are given.</param>
public sealed record RollingCommitments(
    double RecentWeight, double Drift, double Damping, double Spread, double Hazard, int Ahead, int Shapes)
{
    /// <summary>One set for every series and price: the middle of a plateau of good ones, fixed once.</summary>
    public static readonly RollingCommitments Usual = new(0.8, 0.3, 0.85, 0.15, 0.06, 7, 2);

    const int SamplesPerMonth = 100;
    const int RecentHours = 336;
    const double ChangeMax = 0.2;
    const double LevelMin = 1e-6;

    // Mid-points of eight equal parts of the normal distribution.
    static readonly double[] Normal = [-1.534, -0.887, -0.489, -0.157, 0.157, 0.489, 0.887, 1.534];

    /// <summary>Purchases for the month that begins now.</summary>
    /// <param name="past">Units needed, hour by hour, up to now: at least one month.</param>
    /// <param name="existing">Units already paid for in the months to come, from this one on; months beyond its end have none.</param>
    /// <param name="unitsMax">No more units than this are considered.</param>
    /// <returns>Purchases of month 0, which is now.</returns>
    public IReadOnlyList<BoughtTerm> Buy(ReadOnlySpan<double> past, int hoursPerMonth, IReadOnlyList<int> existing,
        IReadOnlyList<CapacityTerm> terms, decimal onDemandUsdPerUnitHour, int unitsMax)
    {
        ArgumentNullException.ThrowIfNull(existing);
        var expected = Expected(past, hoursPerMonth);
        List<decimal[]> remaining = [];
        for (var k = 0; k < Ahead; k++)
        {
            var whole = UnitHours.Over(expected[k].Units, expected[k].Hours, unitsMax);
            var there = k < existing.Count ? existing[k] : 0;
            remaining.Add([.. Enumerable.Range(0, unitsMax + 1)
                .Select(c => whole[Math.Min(unitsMax, c + there)] * onDemandUsdPerUnitHour)]);
        }
        return [.. LadderOptimum.Of(new(remaining, terms)).Bought.Where(b => b.Month == 0)];
    }

    // For each month ahead: levels of demand, and the hours each is expected for.
    (double[] Units, double Hours)[] Expected(ReadOnlySpan<double> past, int hoursPerMonth)
    {
        var months = past.Length / hoursPerMonth;
        var means = new double[months];
        for (var m = 0; m < months; m++) means[m] = Mean(past.Slice(m * hoursPerMonth, hoursPerMonth));
        var level = (Math.Log(means[^1]) * (1 - RecentWeight))
            + (Math.Log(Mean(past[Math.Max(0, past.Length - RecentHours)..])) * RecentWeight);
        var (growth, changes) = (0.0, 0);
        for (var m = Math.Max(1, months - 6); m < months; m++, changes++)
            growth += Math.Clamp(Math.Log(means[m] / means[m - 1]), -ChangeMax, ChangeMax);
        // Two further months without growth stand for what is usual before anything is seen.
        growth = growth / (changes + 2) * Drift;
        var shape = Shape(past, hoursPerMonth, means);
        var result = new (double[], double)[Ahead];
        for (var k = 0; k < Ahead; k++)
        {
            level += growth;
            growth *= Damping;
            var units = new double[shape.Count * Normal.Length];
            for (int i = 0, z = 0; z < Normal.Length; z++)
            {
                var scale = Math.Exp(level + (Spread * Math.Sqrt(k + 0.5) * Normal[z]));
                foreach (var each in shape) units[i++] = each * scale;
            }
            result[k] = (units, hoursPerMonth * Math.Pow(1 - Hazard, k + 1) / units.Length);
        }
        return result;
    }

    List<double> Shape(ReadOnlySpan<double> past, int hoursPerMonth, double[] means)
    {
        List<double> shape = [];
        for (var m = Math.Max(0, means.Length - Shapes); m < means.Length; m++)
        {
            var hours = past.Slice(m * hoursPerMonth, hoursPerMonth).ToArray();
            Array.Sort(hours);
            for (var q = 0; q < SamplesPerMonth; q++) shape.Add(hours[(int)((q + 0.5) / SamplesPerMonth * hoursPerMonth)] / means[m]);
        }
        return shape;
    }

    static double Mean(ReadOnlySpan<double> units)
    {
        var sum = 0.0;
        foreach (var each in units) sum += each;
        return Math.Max(LevelMin, sum / units.Length);
    }
}

/// <summary>Unit-hours that are needed beyond what is there.</summary>
public static class UnitHours
{
    // Far below what an hour costs; rounding each unit's hours alike keeps the row convex.
    const int Decimals = 6;

    /// <summary>By units from 0 to the most: the unit-hours beyond them. Demand above the most counts as the most.</summary>
    /// <param name="demand">Units needed, each for so many hours.</param>
    public static decimal[] Over(ReadOnlySpan<double> demand, double hours, int unitsMax)
    {
        var (whole, part) = (new double[unitsMax + 1], new double[unitsMax + 1]);
        foreach (var each in demand)
        {
            var units = Math.Min(each, unitsMax);
            var floor = (int)units;
            whole[floor] += hours;
            part[floor] += hours * (units - floor);
        }
        var over = new decimal[unitsMax + 1];
        var above = 0.0;
        for (var c = unitsMax - 1; c >= 0; c--)
        {
            above += whole[c + 1];
            over[c] = over[c + 1] + decimal.Round((decimal)(above + part[c]), Decimals, MidpointRounding.ToEven);
        }
        return over;
    }
}
