using System.Globalization;
using System.IO.Compression;
using Assay.Testing;

namespace Assay.Planning.Tests.BoughtCapacity;

public sealed class RollingCommitmentsTests
{
    const int Month = 730;

    static readonly CapacityTerm[] Terms = [new("1_month", 1, 0.9m * Month), new("6_month", 6, 0.5m * Month)];

    [Fact]
    public void Steady_demand_is_bought_for_the_long_term()
    {
        var bought = RollingCommitments.Usual.Buy(Enumerable.Repeat(5.0, 4 * Month).ToArray(), Month, [2], Terms, 1m, 10);
        Assert.All(bought, b => Assert.Equal(("6_month", 0), (b.Term.Name, b.Month)));
        Assert.Contains(bought.Sum(b => b.Units), Enumerable.Range(2, 3));
    }

    [Fact]
    public void Demand_that_is_gone_is_not_bought_for() =>
        Assert.Empty(RollingCommitments.Usual.Buy(new double[3 * Month], Month, [], Terms, 1m, 10));

    [Fact]
    public void Unit_hours_beyond_what_is_there_are_those_of_the_definition() =>
        Gen.Int[0, 900].Select(n => n / 100.0).Array[1, 30].Sample(demand =>
    {
        var over = UnitHours.Over(demand, 1, 9);
        return Enumerable.Range(0, 10).All(c => Math.Abs((double)over[c] - demand.Sum(d => Math.Max(0, d - c))) < 1e-4);
    });

    [Fact]
    public void On_recorded_demand_it_stays_near_the_optimum_in_hindsight()
    {
        var path = Path.Combine(Repository.NeedsShared(), "data", "planning", "demand_shavedice.csv.gz");
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        SortedDictionary<string, double> hours = new(StringComparer.Ordinal);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(',');
            if (fields[1] != "2") continue;
            hours[fields[0]] = hours.GetValueOrDefault(fields[0]) + double.Parse(fields[3], CultureInfo.InvariantCulture);
        }
        var top = hours.Values.Max() / 8;
        double[] demand = [.. hours.Values.Select(u => u / top)];
        var months = demand.Length / Month;
        LadderProblem problem = new(
            [.. Enumerable.Range(1, months - 1).Select(m => UnitHours.Over(demand.AsSpan(m * Month, Month), 1, 8))], Terms);
        var covered = new int[months + 6];
        List<BoughtTerm> bought = [];
        for (var m = 1; m < months; m++)
        {
            foreach (var each in RollingCommitments.Usual.Buy(demand.AsSpan(0, m * Month), Month, covered[m..], Terms, 1m, 10))
            {
                bought.Add(each with { Month = m - 1 });
                for (var k = 0; k < each.Term.Months; k++) covered[m + k] += each.Units;
            }
        }
        Assert.InRange(problem.Cost(bought) / LadderOptimum.Of(problem).Cost, 1m, 1.03m);
    }
}
