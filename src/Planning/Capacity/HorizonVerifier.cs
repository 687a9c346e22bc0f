namespace Assay.Planning;

/// <summary>
/// Checks an arrangement against its horizon from the definitions alone; shares nothing with what made it. Whether it is the cheapest is
/// the bound's business.
/// </summary>
public static class HorizonVerifier
{
    /// <summary>What is wrong, one sentence each; empty when every rule is kept and the cost is right to the last decimal.</summary>
    public static IReadOnlyList<string> Violations(Horizon horizon, HorizonPlan plan)
    {
        ArgumentNullException.ThrowIfNull(horizon);
        ArgumentNullException.ThrowIfNull(plan);
        List<string> wrong = [];
        var spend = new decimal[horizon.Months];
        var capacity = new decimal[horizon.Models.Count, horizon.Months, 24];
        if (plan.Bought.Count != horizon.Models.Count) return ["the purchases are not by model"];
        for (var model = 0; model < horizon.Models.Count; model++)
        {
            var sold = horizon.Models[model];
            foreach (var existing in sold.Existing)
                for (var month = 0; month < Math.Min(existing.Months, horizon.Months); month++)
                    Pay(model, month, existing.Units, existing.UsdPerUnitMonth);
            foreach (var purchase in plan.Bought[model])
            {
                if (!sold.Terms.Contains(purchase.Term)) wrong.Add($"{sold.Name} is not sold for '{purchase.Term.Name}'");
                if (purchase.Units < 0) wrong.Add($"{sold.Name} is bought {purchase.Units} times");
                if (purchase.Month < 0 || purchase.Month >= horizon.Months)
                {
                    wrong.Add($"{sold.Name} is bought in month {purchase.Month}");
                    continue;
                }
                for (var month = purchase.Month; month < purchase.Month + purchase.Term.Months && month < horizon.Months; month++)
                    Pay(model, month, purchase.Units, purchase.Term.UsdPerUnitMonth);
            }
        }
        foreach (var hourly in plan.Hourly)
        {
            var sold = horizon.Models[hourly.Model];
            if (sold.UsdPerUnitHour is null) wrong.Add($"{sold.Name} is not sold by the hour");
            if (hourly.Units < 0) wrong.Add($"{sold.Name} is switched on {hourly.Units} times");
            spend[hourly.Month] += hourly.Units * 30 * (sold.UsdPerUnitHour ?? 0m);
            capacity[hourly.Model, hourly.Month, hourly.Hour] += hourly.Units * sold.UnitTokensPerMinute;
        }
        CheckServed(horizon, plan, spend, capacity, wrong);
        CheckCost(horizon, plan, spend, wrong);
        return wrong;

        void Pay(int model, int month, int units, decimal usd)
        {
            spend[month] += units * usd;
            for (var hour = 0; hour < 24; hour++) capacity[model, month, hour] += units * horizon.Models[model].UnitTokensPerMinute;
        }
    }

    static void CheckServed(Horizon horizon, HorizonPlan plan, decimal[] spend, decimal[,,] capacity, List<string> wrong)
    {
        HashSet<(int, int, int)> seen = [];
        foreach (var hour in plan.Served)
        {
            var workload = horizon.Workloads[hour.Workload];
            var where = $"{workload.Name} in month {hour.Month}, hour {hour.Hour}";
            if (!seen.Add((hour.Workload, hour.Month, hour.Hour))) wrong.Add($"{where} is served twice");
            if (hour.ByUnits < 0m || hour.ByMode < 0m) wrong.Add($"{where} is served less than nothing");
            if (hour.ByUnits + hour.ByMode != workload.TokensPerMinute[hour.Month][hour.Hour])
                wrong.Add($"{where} is not served as needed");
            if (hour.ByUnits > 0m && !workload.MayShareUnits) wrong.Add($"{where} rides on units it may not use");
            capacity[workload.Model, hour.Month, hour.Hour] -= hour.ByUnits;
            if (hour.ByMode <= 0m) continue;
            if (hour.Mode < 0 || hour.Mode >= workload.Modes.Count)
            {
                wrong.Add($"{where} is served by no mode");
                continue;
            }
            var mode = workload.Modes[hour.Mode];
            if (mode.HasToWait && !workload.MayWait) wrong.Add($"{where} has to wait in mode '{mode.Name}'");
            if ((int)mode.Reach < (int)workload.Residency) wrong.Add($"{where} leaves its residency in mode '{mode.Name}'");
            spend[hour.Month] += hour.ByMode * 1800m * mode.UsdPerMillion / 1_000_000m;
        }
        if (seen.Count != horizon.Workloads.Count * horizon.Months * 24) wrong.Add("some hours are not served");
        for (var model = 0; model < horizon.Models.Count; model++)
            for (var month = 0; month < horizon.Months; month++)
                for (var hour = 0; hour < 24; hour++)
                    if (capacity[model, month, hour] < 0m)
                        wrong.Add($"{horizon.Models[model].Name} carries more than its units in month {month}, hour {hour}");
    }

    static void CheckCost(Horizon horizon, HorizonPlan plan, decimal[] spend, List<string> wrong)
    {
        var cost = horizon.Commitments.Count == 0 ? spend.Sum() : 0m;
        for (var year = 0; year < horizon.Commitments.Count; year++)
        {
            var all = horizon.Commitments[year].OrganicUsd;
            for (var month = year * 12; month < Math.Min(horizon.Months, (year * 12) + 12); month++) all += spend[month];
            cost += all < horizon.Commitments[year].AnnualUsd ? horizon.Commitments[year].AnnualUsd : all;
        }
        for (var year = 0; year * 12 < horizon.Months; year++)
        {
            var sum = 0m;
            for (var month = year * 12; month < Math.Min(horizon.Months, (year * 12) + 12); month++) sum += spend[month];
            if (year >= plan.YearSpend.Count || plan.YearSpend[year] != sum) wrong.Add($"year {year + 1} spends {sum}, not what is stated");
        }
        if (cost != plan.Cost) wrong.Add($"the cost is {cost}, not {plan.Cost}");
        if (plan.Bound > cost) wrong.Add($"the bound {plan.Bound} lies above the cost {cost}");
    }
}
