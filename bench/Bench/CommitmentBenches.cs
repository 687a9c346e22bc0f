using System.Globalization;
using System.IO.Compression;
using Assay.Planning;

namespace Assay.Bench;

/// <summary>Commitments bought month by month, knowing the past only, beside the exact optimum in hindsight, on recorded demand.</summary>
static class CommitmentBenches
{
    const int HoursPerMonth = 730, MonthsMin = 12;
    const double MeanMin = 3, Quantile = 0.999;
    const string File = "demand_shavedice.csv.gz";

    sealed record Market(string Name, double Units, int Decimals, decimal OneMonth, decimal SixMonths);

    static readonly Market Whole = new("1,000 units", 1000, 0, 0.7m, 0.5m);
    static readonly Market Eight = new("8 units", 8, 2, 0.9m, 0.5m), Three = new("3 units", 3, 2, 0.9m, 0.5m);
    static readonly Dictionary<(string, string), double[]> Known = [];

    public static readonly IReadOnlyList<BenchItem> All =
    [
        new("commitments-rolling-mean", "<=3", "% above the optimum in hindsight, 1,000 units, mean of the series",
            p => Mean("commitments-rolling-mean", "6.7", "<=3", Excess(p, Whole))),
        new("commitments-rolling-worst", "<=12", "the same, the worst series",
            p => Worst("commitments-rolling-worst", "19", "<=12", Excess(p, Whole))),
        new("commitments-rolling-few-mean", "<=2.5", "% above the optimum in hindsight, 8 and 3 units, mean of the series",
            p => Mean("commitments-rolling-few-mean", "4.5", "<=2.5", [.. Excess(p, Eight), .. Excess(p, Three)])),
        new("commitments-rolling-few-worst", "<=12", "the same, the worst series",
            p => Worst("commitments-rolling-few-worst", "22–30", "<=12", [.. Excess(p, Eight), .. Excess(p, Three)])),
    ];

    static BenchResult Mean(string id, string baseline, string goal, double[] all)
    {
        // The mean of the series drawn again with replacement: half of 95 % on either side.
        Random random = new(1);
        var means = Enumerable.Range(0, 2000).Select(_ => all.Average(_ => all[random.Next(all.Length)])).Order().ToArray();
        return new(id, all.Average(), means[50], means[1949], baseline, goal, Detail(all));
    }

    static BenchResult Worst(string id, string baseline, string goal, double[] all) =>
        new(id, all.Max(), all.Min(), all.Max(), baseline, goal, Detail(all));

    static string Detail(double[] all) =>
        "excess of each series, %: " + string.Join(' ', all.Select(e => e.ToString("0.0", CultureInfo.InvariantCulture)));

    static double[] Excess(BenchPlace place, Market market)
    {
        var path = Path.Combine(place.Data, File);
        // A folder that was named and lacks the file is an error: other demand must not pass for it.
        if (place.Data == Path.Combine(place.Root, "artifacts", "bench")) path = Path.Combine(place.Root, "..", "shared", "data", "planning", File);
        if (!System.IO.File.Exists(path))
            throw new FileNotFoundException($"'{path}' does not exist; --data names the folder that holds {File}.", path);
        if (Known.TryGetValue((path, market.Name), out var known)) return known;
        var series = Read(path);
        if (series.Count == 0)
            throw new InvalidDataException($"'{path}' holds no series of {MonthsMin} months with a mean above {MeanMin}.");
        var all = series.Select(s => Excess(Scaled(s.Hours, market), market)).ToArray();
        for (var i = 0; i < all.Length; i++)
            Console.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{market.Name,-12} {series[i].Name,-12} {all[i],6:0.00} %"));
        return Known[(path, market.Name)] = all;
    }

    // The first month is bought by nobody: nothing is known before it, and it is in neither cost.
    static double Excess(double[] demand, Market market)
    {
        var months = demand.Length / HoursPerMonth;
        CapacityTerm[] terms = [new("1_month", 1, market.OneMonth * HoursPerMonth), new("6_month", 6, market.SixMonths * HoursPerMonth)];
        var unitsMax = (int)Math.Ceiling(demand.Max());
        List<decimal[]> rows = [];
        for (var m = 1; m < months; m++) rows.Add(UnitHours.Over(demand.AsSpan(m * HoursPerMonth, HoursPerMonth), 1, unitsMax));
        LadderProblem problem = new(rows, terms);
        var optimum = LadderOptimum.Of(problem);
        if (LadderCertificate.Bound(problem, optimum.UnitMonthPrices) != optimum.Cost)
            throw new InvalidOperationException("the optimum in hindsight is not proven");
        var covered = new int[months + 6];
        List<BoughtTerm> bought = [];
        for (var m = 1; m < months; m++)
        {
            // Whoever buys has seen this series up to now, and no demand above the most of it.
            var past = demand.AsSpan(0, m * HoursPerMonth);
            var seenMax = 0.0;
            foreach (var each in past) seenMax = Math.Max(seenMax, each);
            foreach (var each in RollingCommitments.Usual.Buy(
                past, HoursPerMonth, covered[m..], terms, 1m, (int)Math.Ceiling(seenMax * 1.25)))
            {
                bought.Add(each with { Month = m - 1 });
                for (var k = 0; k < each.Term.Months; k++) covered[m + k] += each.Units;
            }
        }
        return (double)((problem.Cost(bought) / optimum.Cost) - 1m) * 100;
    }

    static double[] Scaled(double[] hours, Market market)
    {
        var ordered = hours.Order().ToArray();
        var at = Quantile * (ordered.Length - 1);
        var (low, part) = ((int)at, at - (int)at);
        var top = ordered[low] + (part * (ordered[Math.Min(low + 1, ordered.Length - 1)] - ordered[low]));
        return [.. hours.Select(h => Math.Round(h / top * market.Units, market.Decimals, MidpointRounding.ToEven))];
    }

    // Hour, region, type, units. A series is a region's type, or all of its types together.
    static List<(string Name, double[] Hours)> Read(string path)
    {
        Dictionary<string, SortedDictionary<long, double>> series = [];
        using StreamReader reader = new(new GZipStream(System.IO.File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(',');
            var hour = DateTime.Parse(fields[0], CultureInfo.InvariantCulture).Ticks / TimeSpan.TicksPerHour;
            foreach (var name in (string[])[$"{fields[1]} {fields[2]}", $"{fields[1]} all"])
            {
                if (!series.TryGetValue(name, out var hours)) series[name] = hours = [];
                hours[hour] = hours.GetValueOrDefault(hour) + double.Parse(fields[3], CultureInfo.InvariantCulture);
            }
        }
        List<(string, double[])> all = [];
        foreach (var (name, hours) in series.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            if (hours.Count < MonthsMin * HoursPerMonth || hours.Values.Average() <= MeanMin) continue;
            var first = hours.Keys.First();
            var demand = new double[hours.Keys.Last() - first + 1];
            foreach (var (hour, units) in hours) demand[hour - first] = units;
            all.Add((name, demand));
        }
        return all;
    }
}
