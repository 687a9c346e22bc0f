namespace Assay.Planning;

/// <summary>
/// A bound on the cost of every lawful arrangement of a horizon, worked out from the horizon and prices alone; shares no code with the
/// planner. With a price on each unit-month no term is worth more than it costs; with a weight on each year its commitment costs at least
/// the weighted spend and the rest of the promise; with a price on an hour's tokens units save at most that price on what they carry.
/// </summary>
public static class HorizonCertificate
{
    /// <summary>USD that no arrangement undercuts; null when the prices prove nothing.</summary>
    public static decimal? Bound(Horizon horizon, HorizonProof proof)
    {
        ArgumentNullException.ThrowIfNull(horizon);
        ArgumentNullException.ThrowIfNull(proof);
        var years = (horizon.Months + 11) / 12;
        if (proof.YearWeights.Count != years || proof.YearWeights.Any(w => w < 0m || w > 1m)) return null;
        if (horizon.Commitments.Count == 0 && proof.YearWeights.Any(w => w != 1m)) return null;
        if (proof.UnitMonthPrices.Count != horizon.Models.Count) return null;
        var bound = 0m;
        for (var year = 0; year < horizon.Commitments.Count; year++)
        {
            var weight = proof.YearWeights[year];
            bound += (weight * horizon.Commitments[year].OrganicUsd) + ((1m - weight) * horizon.Commitments[year].AnnualUsd);
        }
        for (var model = 0; model < horizon.Models.Count; model++)
        {
            if (!AreLawful(horizon, model, proof)) return null;
            for (var month = 0; month < horizon.Months; month++)
                bound += Month(horizon, model, month, proof.UnitMonthPrices[model][month], proof.YearWeights[month / 12]);
        }
        return bound;
    }

    static bool AreLawful(Horizon horizon, int model, HorizonProof proof)
    {
        var prices = proof.UnitMonthPrices[model];
        if (prices.Count != horizon.Months || prices.Any(p => p < 0m)) return false;
        foreach (var term in horizon.Models[model].Terms)
        {
            for (var start = 0; start < horizon.Months; start++)
            {
                var (worth, costs) = (0m, 0m);
                for (var month = start; month < Math.Min(horizon.Months, start + term.Months); month++)
                    (worth, costs) = (worth + prices[month], costs + (proof.YearWeights[month / 12] * term.UsdPerUnitMonth));
                if (worth > costs) return false;
            }
        }
        return true;
    }

    // The least, over the units bought for a month, of what they are worth, what is switched on by the hour and what is paid by the token.
    static decimal Month(Horizon horizon, int model, int month, decimal price, decimal weight)
    {
        var sold = horizon.Models[model];
        var (there, paid) = (0, 0m);
        foreach (var existing in sold.Existing)
            if (month < existing.Months) (there, paid) = (there + existing.Units, paid + (existing.Units * existing.UsdPerUnitMonth));
        var hours = Enumerable.Range(0, 24).Select(hour => Tokens(horizon, model, month, hour)).ToArray();
        // Beyond what carries every token a further unit saves nothing.
        var most = (int)hours.Max(h => Math.Ceiling(h.Sum(t => t.MayRide ? t.PerMinute : 0m) / sold.UnitTokensPerMinute));
        var usd = new decimal[most + 1];
        foreach (var tokens in hours)
        {
            // From the most units down: a unit more by the hour, or paying for what the units there leave.
            var least = decimal.MaxValue;
            for (var units = most; units >= 0; units--)
            {
                var left = Left(tokens, units * sold.UnitTokensPerMinute);
                least = sold.UsdPerUnitHour is { } hourly && units < most ? Math.Min(left, least + (hourly * 30m)) : left;
                usd[units] += least;
            }
        }
        var bound = decimal.MaxValue;
        for (var bought = 0; bought <= most; bought++)
            bound = Math.Min(bound, (price * bought) + (weight * (paid + usd[Math.Min(most, there + bought)])));
        return bound;
    }

    // Any price on a token carried gives a lower bound of what is left to pay; the best of them is one of the tokens' own prices, or none.
    static decimal Left((decimal PerMinute, decimal Usd, bool MayRide)[] tokens, decimal capacity)
    {
        var best = 0m;
        foreach (var price in tokens.Select(t => t.Usd).Append(0m))
        {
            var bound = -price * capacity;
            foreach (var (perMinute, usd, mayRide) in tokens) bound += perMinute * (mayRide ? Math.Min(usd, price) : usd);
            best = Math.Max(best, bound);
        }
        return best;
    }

    static (decimal PerMinute, decimal Usd, bool MayRide)[] Tokens(Horizon horizon, int model, int month, int hour) =>
    [
        .. horizon.Workloads.Where(w => w.Model == model).Select(w => (w.TokensPerMinute[month][hour],
            w.Modes.Where(m => (w.MayWait || !m.HasToWait) && (int)m.Reach >= (int)w.Residency).Min(m => m.UsdPerMillion) * 0.0018m,
            w.MayShareUnits)),
    ];
}
