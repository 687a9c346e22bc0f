namespace Assay.Planning;

/// <summary>
/// The cheapest arrangement of a horizon. Workloads meet only in the units of their model, models only in committed spend: each model is a
/// ladder solved exactly, and committed spend is a price on each year's dollars (a dollar that a commitment pays anyway is worth less).
/// The bound is the sum of the models' certificates at the best of those prices; without committed spend it meets the cost.
/// </summary>
public sealed class HorizonPlanner
{
    const int MonthsPerYear = 12;
    const int Rounds = 4, Halvings = 12;

    // Not zero: of arrangements that cost a year nothing more, the cheaper one is wanted still.
    const decimal WeightMin = 0.0002m;

    // Few digits keep the weighted sums exact.
    const int WeightDecimals = 4;

    const decimal Shrink = 0.999_999_999_999m;

    readonly Horizon horizon;
    readonly int years;
    readonly List<(LadderProblem Problem, HorizonPricing Pricing)> ladders = [];
    IReadOnlyList<BoughtTerm>[]? best;
    decimal[] bestSpend = [];
    HorizonProof proof = new([], []);
    decimal bestCost = decimal.MaxValue, bound = decimal.MinValue;

    HorizonPlanner(Horizon horizon)
    {
        this.horizon = horizon;
        years = (horizon.Months + MonthsPerYear - 1) / MonthsPerYear;
        for (var model = 0; model < horizon.Models.Count; model++)
        {
            HorizonPricing pricing = new(horizon, model);
            ladders.Add((new([.. Enumerable.Range(0, horizon.Months).Select(pricing.Remaining)], horizon.Models[model].Terms), pricing));
        }
    }

    /// <exception cref="ArgumentException">A workload has no lawful mode, or commitments are stated for some years only.</exception>
    public static HorizonPlan Plan(Horizon horizon)
    {
        ArgumentNullException.ThrowIfNull(horizon);
        HorizonPlanner planner = new(horizon);
        if (horizon.Commitments.Count != 0 && horizon.Commitments.Count != planner.years)
            throw new ArgumentException($"{planner.years} years have {horizon.Commitments.Count} commitments; state none, or one a year");
        planner.Search();
        return planner.Finish();
    }

    // A weight a year from 0 to 1; the bound is concave in them. Each year's is halved towards where its spend meets the commitment.
    void Search()
    {
        var weights = new decimal[years];
        Array.Fill(weights, 1m);
        var spend = Try(weights);
        if (horizon.Commitments.Count == 0) return;
        for (var round = 0; round < Rounds && bestCost > bound; round++)
        {
            for (var year = 0; year < years && bestCost > bound; year++)
            {
                var commitment = horizon.Commitments[year];
                var (low, high) = (0m, 1m);
                weights[year] = 1m;
                spend = Try(weights);
                if (spend[year] + commitment.OrganicUsd >= commitment.AnnualUsd) continue;
                for (var half = 0; half < Halvings && bestCost > bound; half++)
                {
                    weights[year] = half == 0 ? WeightMin : decimal.Round((low + high) / 2m, WeightDecimals, MidpointRounding.ToEven);
                    spend = Try(weights);
                    var isShort = spend[year] + commitment.OrganicUsd < commitment.AnnualUsd;
                    if (half == 0 && isShort)
                    {
                        // Short at any weight: its dollars are paid for anyway.
                        weights[year] = 0m;
                        Try(weights);
                        break;
                    }
                    if (isShort) high = weights[year];
                    else low = weights[year];
                }
            }
        }
    }

    decimal[] Try(decimal[] weights)
    {
        var months = Enumerable.Range(0, horizon.Months).Select(m => weights[m / MonthsPerYear]).ToArray();
        var bought = new IReadOnlyList<BoughtTerm>[ladders.Count];
        var spend = new decimal[years];
        var proven = 0m;
        var prices = new IReadOnlyList<decimal>[ladders.Count];
        for (var model = 0; model < ladders.Count; model++)
        {
            var problem = ladders[model].Problem;
            LadderProblem weighted = new([.. problem.Remaining.Select((row, m) => row.Select(usd => usd * months[m]).ToArray())],
                problem.Terms, months);
            var optimum = LadderOptimum.Of(weighted);
            (var least, prices[model]) = Proven(weighted, optimum.UnitMonthPrices);
            proven += least;
            bought[model] = optimum.Bought;
            AddSpend(model, optimum.Bought, spend);
        }
        for (var m = 0; m < horizon.Months; m++) proven += months[m] * Existing(m);
        for (var year = 0; year < horizon.Commitments.Count; year++)
        {
            var (annual, organic) = horizon.Commitments[year];
            proven += (weights[year] * organic) + ((1m - weights[year]) * annual);
        }
        for (var m = 0; m < horizon.Months; m++) spend[m / MonthsPerYear] += Existing(m);
        if (proven > bound) (bound, proof) = (proven, new(prices, [.. weights]));
        if (Paid(spend) is var cost && cost < bestCost) (bestCost, bestSpend, best) = (cost, spend, bought);
        return spend;
    }

    // Amounts of very many digits are rounded when they are added: prices a little lower still prove nearly as much.
    static (decimal Bound, IReadOnlyList<decimal> Prices) Proven(LadderProblem problem, IReadOnlyList<decimal> prices)
    {
        if (LadderCertificate.Bound(problem, prices) is { } bound) return (bound, prices);
        decimal[] lower = [.. prices.Select(p => Math.Max(0m, p * Shrink))];
        return LadderCertificate.Bound(problem, lower) is { } less
            ? (less, lower)
            : throw new InvalidOperationException("the prices of an optimum prove nothing");
    }

    void AddSpend(int model, IReadOnlyList<BoughtTerm> bought, decimal[] spend)
    {
        var problem = ladders[model].Problem;
        var units = Units(bought);
        for (var m = 0; m < horizon.Months; m++) spend[m / MonthsPerYear] += problem.RemainingAt(m, units[m]);
        foreach (var each in bought)
            for (var m = each.Month; m < problem.End(each.Month, each.Term); m++)
                spend[m / MonthsPerYear] += each.Units * each.Term.UsdPerUnitMonth;
    }

    int[] Units(IReadOnlyList<BoughtTerm> bought)
    {
        var units = new int[horizon.Months];
        foreach (var each in bought)
            for (var m = each.Month; m < Math.Min(horizon.Months, each.Month + each.Term.Months); m++) units[m] += each.Units;
        return units;
    }

    decimal Existing(int month) =>
        horizon.Models.Sum(model => model.Existing.Where(e => month < e.Months).Sum(e => e.Units * e.UsdPerUnitMonth));

    // A year pays what is spent, and what is promised at least.
    decimal Paid(decimal[] spend) => horizon.Commitments.Count == 0
        ? spend.Sum()
        : spend.Select((usd, year) => Math.Max(horizon.Commitments[year].AnnualUsd, horizon.Commitments[year].OrganicUsd + usd)).Sum();

    HorizonPlan Finish()
    {
        List<HourlyUnits> hourly = [];
        List<ServedHour> served = [];
        for (var model = 0; model < ladders.Count; model++)
        {
            var units = Units(best![model]);
            for (var m = 0; m < horizon.Months; m++) ladders[model].Pricing.Serve(m, units[m], hourly, served);
        }
        return new(best!, hourly, served, bestSpend, bestCost, bound, proof);
    }
}
