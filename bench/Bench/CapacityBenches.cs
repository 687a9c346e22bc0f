using System.Diagnostics;
using System.Globalization;
using Assay.Estate;
using Assay.Planning;

namespace Assay.Bench;

/// <summary>A horizon of 36 months and 20 workloads planned exactly; the proof and the check of it stand beside it.</summary>
static class CapacityBenches
{
    const int Instances = 16, Months = 36, Workloads = 20, Models = 6;

    static (double[] Gaps, double[] Seconds, double[] Violations)? found;

    public static readonly IReadOnlyList<BenchItem> All =
    [
        new("plan-certificate-gap", "<=1e-6", "proven gap of plans of 36 months × 20 workloads × all modes, the worst instance",
            p => Result("plan-certificate-gap", "<=1e-6", Find().Gaps)),
        new("plan-certificate-seconds", "<=5", "seconds to plan and prove one of them, the slowest",
            p => Result("plan-certificate-seconds", "<=5", Find().Seconds)),
        new("plan-certificate-violations", "0", "rules that they break, by a verifier that shares no code with the planner",
            p => Result("plan-certificate-violations", "0", Find().Violations)),
        .. CommitmentBenches.All,
    ];

    static BenchResult Result(string id, string goal, double[] values) => new(id, values.Max(), values.Min(), values.Max(), "nothing", goal,
        $"{Instances} seeded instances: {string.Join(", ", values.Select(v => v.ToString("g3", CultureInfo.InvariantCulture)))}");

    static (double[] Gaps, double[] Seconds, double[] Violations) Find()
    {
        if (found is { } known) return known;
        var (gaps, seconds, violations) = (new double[Instances], new double[Instances], new double[Instances]);
        for (var i = 0; i < Instances; i++)
        {
            var horizon = Instance(i + 1);
            var start = Stopwatch.GetTimestamp();
            var plan = HorizonPlanner.Plan(horizon);
            var bound = HorizonCertificate.Bound(horizon, plan.Proof) ?? 0m;
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            gaps[i] = bound > 0m ? (double)((plan.Cost - bound) / bound) : double.MaxValue;
            var wrong = HorizonVerifier.Violations(horizon, plan);
            violations[i] = wrong.Count;
            foreach (var sentence in wrong.Take(3)) Console.Error.WriteLine(sentence);
            Console.Error.WriteLine($"instance {i + 1}: cost {plan.Cost:0.00}, bound {bound:0.00}, gap {gaps[i]:g3}, "
                + $"{plan.Bought.Sum(b => b.Count)} purchases, {plan.Hourly.Count} hours of uncommitted units, "
                + $"{horizon.Commitments.Count} committed years, {seconds[i]:0.00} s");
        }
        return (found = (gaps, seconds, violations)).Value;
    }

    // Even seeds are without committed spend; odd ones have it.
    static Horizon Instance(int seed)
    {
        Random random = new(seed);
        List<HorizonModel> models = [];
        for (var m = 0; m < Models; m++)
        {
            // Model units are sold for open models, reserved tokens for others.
            var isReserved = m % 3 == 2;
            var perMillion = 1m + random.Next(1, 40) / 10m;
            var unit = isReserved ? 20_000m : 60_000m + (10_000m * random.Next(0, 10));
            // At full use a unit of six months costs about half of its tokens on demand; three reserved months 10 % less.
            var month = unit * 43_200m * perMillion / 1_000_000m;
            IReadOnlyList<CapacityTerm> terms = isReserved
                ? [new("1_month", 1, decimal.Round(month, 2)), new("3_month", 3, decimal.Round(month * 0.9m * 0.8m, 2))]
                : [new("1_month", 1, decimal.Round(month * 0.75m, 2)), new("6_month", 6, decimal.Round(month * 0.47m, 2))];
            models.Add(new($"model {m + 1}", unit, isReserved ? null : decimal.Round(month * 0.85m / 720m, 4), terms,
                m % 2 == 0 ? [new(random.Next(1, 4), random.Next(2, 6), terms[1].UsdPerUnitMonth)] : []));
        }
        List<HorizonWorkload> workloads = [];
        for (var w = 0; w < Workloads; w++) workloads.Add(Workload(random, w, models));
        Horizon horizon = new(Months, models, workloads, []);
        if (seed % 2 == 0) return horizon;
        // The hard case: the first and third year promise a little more than would be spent, the second does not bind.
        var spend = HorizonPlanner.Plan(horizon).YearSpend;
        return horizon with
        {
            Commitments = [.. spend.Select((usd, y) => new HorizonCommitment(
                decimal.Round(usd * (y == 1 ? 0.5m : 1m + ((seed % 8) * 0.002m)) + 1_000_000m, 0), 1_000_000m))],
        };
    }

    static HorizonWorkload Workload(Random random, int place, List<HorizonModel> models)
    {
        var model = place % Models;
        var sixMonths = models[model].Terms[^1].UsdPerUnitMonth;
        // On demand a little below and above what makes its units worth while.
        var full = sixMonths / models[model].UnitTokensPerMinute / 43_200m * 1_000_000m;
        var price = decimal.Round(full * (1.4m + (random.Next(0, 120) / 100m)), 2);
        var residency = (Residency)random.Next(0, 3);
        var (level, growth, peak) = (20_000 + random.Next(0, 300_000), 0.98 + (random.NextDouble() * 0.07), random.Next(0, 24));
        var swing = random.NextDouble() * 0.8;
        List<decimal[]> tokens = [];
        for (var m = 0; m < Months; m++)
        {
            var month = level * Math.Pow(growth, m) * (1 + (0.2 * Math.Sin(m * Math.PI / 6))) * (0.9 + (random.NextDouble() * 0.2));
            tokens.Add([.. Enumerable.Range(0, 24).Select(h =>
                (decimal)Math.Round(month * (1 + (swing * Math.Cos((h - peak) * Math.PI / 12)))))]);
        }
        var (waits, shares) = (random.Next(0, 4) == 0, random.Next(0, 6) != 0);
        return new($"workload {place + 1}", model, tokens, residency, waits, shares,
        [
            new("on demand, in region", price, Residency.Region, false),
            new("on demand, global", decimal.Round(price / 1.1m, 4), Residency.Anywhere, false),
            new("cached, in region", decimal.Round(price * (0.6m + (random.Next(0, 60) / 100m)), 4), Residency.Region, false),
            new("flex", decimal.Round(price * 0.5m, 4), Residency.Geography, true),
            new("batch", decimal.Round(price * 0.5m, 4), Residency.Region, true),
        ]);
    }
}
