namespace Assay.Planning;

/// <summary>One minute of a model's traffic.</summary>
/// <param name="Tokens">Input and output together.</param>
/// <param name="OnDemandUsd">What they cost one by one.</param>
public readonly record struct MinuteLoad(decimal Tokens, decimal OnDemandUsd);

/// <summary>How busy a unit must be to cost no more than its tokens do one by one.</summary>
/// <param name="TokensPerMinute">Mean tokens a minute that one unit must carry.</param>
/// <param name="Utilisation">The same as a share of what a unit carries, above 1 where it never pays; null where that is not known.</param>
public sealed record CapacityBreakEven(CapacityTerm Term, decimal TokensPerMinute, decimal? Utilisation)
{
    /// <summary>The guide's rule of thumb, to stand beside the true figure.</summary>
    public const decimal GuideUtilisation = 0.70m;
}

/// <summary>
/// The cheapest ladder of terms for one model's observed minutes. Minutes are known here, so nothing is taken from peak factors as
/// <see cref="CapacityFit"/> must for described estates. All money is a month of 30 days.
/// </summary>
public sealed record CapacityPlan
{
    const decimal MinutesPerMonth = 30m * 24m * 60m;
    const int MinutesPerDay = 24 * 60;

    // Nobody buys more of one model; a unit stated far too small ends here.
    const int UnitsMax = 10_000;

    // 95 of 100 means lie within so many standard errors.
    const decimal Errors = 1.96m;

    // Rounding each unit's saving alike, and never above the one before it, keeps rows convex; far below a cent.
    const int Decimals = 9;

    // The chance a month that the demand goes away: the same that recorded demand taught the rolling purchases.
    static readonly decimal Stays = 1m - (decimal)RollingCommitments.Usual.Hazard;

    /// <summary>What to buy now; empty where nothing pays, or where nobody said what a unit carries.</summary>
    public required IReadOnlyList<BoughtTerm> Bought { get; init; }

    public required decimal OnDemand { get; init; }

    /// <summary>What a month on demand would cost more without the units that are paid for already.</summary>
    public decimal Freed { get; init; }

    /// <summary>The units bought, and what spills over to on demand.</summary>
    public required decimal Planned { get; init; }

    public decimal Saving => OnDemand - Planned;

    /// <summary>The mean of such days lies between 95 times of 100; the extremes of the days where there are fewer than seven.</summary>
    public required (decimal Low, decimal High) SavingInterval { get; init; }

    /// <summary>Share of the units' capacity that is used, existing ones included; 0 without units.</summary>
    public required decimal Utilisation { get; init; }

    /// <summary>What is paid on demand because units are full.</summary>
    public required decimal Spill { get; init; }

    /// <summary>By term. Without tokens per unit they are all that is known, and no reason to act.</summary>
    public required IReadOnlyList<CapacityBreakEven> BreakEvens { get; init; }

    /// <param name="minutes">Every minute observed, idle ones too.</param>
    /// <param name="terms">The terms that are sold and lawful here, by the unit and month.</param>
    /// <param name="unitTokensPerMinute">What a unit carries, from the user; null when nobody says.</param>
    /// <param name="existingUnits">Units already paid for: they carry first, and are in no figure of cost.</param>
    /// <exception cref="ArgumentException">A unit carries nothing, or there are no minutes.</exception>
    public static CapacityPlan Of(IReadOnlyList<MinuteLoad> minutes, IReadOnlyList<CapacityTerm> terms, decimal? unitTokensPerMinute,
        int existingUnits = 0)
    {
        ArgumentNullException.ThrowIfNull(minutes);
        ArgumentNullException.ThrowIfNull(terms);
        if (minutes.Count == 0) throw new ArgumentException("there are no minutes to plan for", nameof(minutes));
        if (unitTokensPerMinute <= 0m)
        {
            throw new ArgumentException(
                $"a unit carries '{unitTokensPerMinute}' tokens a minute; it must be above 0", nameof(unitTokensPerMinute));
        }
        var (tokens, usd) = (minutes.Sum(m => m.Tokens), minutes.Sum(m => m.OnDemandUsd));
        var breakEvens = BreakEven(terms, tokens, usd, unitTokensPerMinute);
        var toMonth = MinutesPerMonth / minutes.Count;
        var start = unitTokensPerMinute is { } carries ? Left(minutes, existingUnits * carries) : usd;
        CapacityPlan nothing = new()
        {
            Bought = [], OnDemand = start * toMonth, Planned = start * toMonth, SavingInterval = (0m, 0m), Spill = start * toMonth,
            Utilisation = Used(minutes, existingUnits, unitTokensPerMinute), BreakEvens = breakEvens, Freed = (usd - start) * toMonth,
        };
        if (unitTokensPerMinute is not { } unit || terms.Count == 0) return nothing;
        var row = Remaining(minutes, unit, existingUnits, start, terms.Min(t => t.UsdPerUnitMonth), toMonth);
        var bought = Ladder(row, terms);
        var units = bought.Sum(b => b.Units);
        if (units == 0) return nothing;
        var cost = bought.Sum(b => b.Units * b.Term.UsdPerUnitMonth);
        var capacity = (existingUnits + units) * unit;
        var spill = Left(minutes, capacity) * toMonth;
        return nothing with
        {
            Bought = bought, Planned = cost + spill, Spill = spill, Utilisation = Used(minutes, existingUnits + units, unit),
            SavingInterval = Interval(minutes, existingUnits * unit, capacity, cost),
        };
    }

    static IReadOnlyList<CapacityBreakEven> BreakEven(IReadOnlyList<CapacityTerm> terms, decimal tokens, decimal usd, decimal? unit)
    {
        if (tokens <= 0m || usd <= 0m) return [];
        return [.. terms.Select(t => t.UsdPerUnitMonth / MinutesPerMonth * tokens / usd is var perMinute && unit is { } carries
            ? new CapacityBreakEven(t, perMinute, perMinute / carries)
            : new CapacityBreakEven(t, perMinute, null))];
    }

    // By further units, up to the first that no term could pay for.
    static decimal[] Remaining(
        IReadOnlyList<MinuteLoad> minutes, decimal unit, int existing, decimal start, decimal cheapest, decimal toMonth)
    {
        List<decimal> row = [decimal.Round(start * toMonth, Decimals, MidpointRounding.ToEven)];
        var (left, before) = (start, decimal.MaxValue);
        // The busiest minutes first, with what is paid in them and what a token costs there, summed: each unit looks at those it crosses.
        MinuteLoad[] busiest = [.. minutes.Where(m => m.Tokens > existing * unit).OrderByDescending(m => m.Tokens)];
        var (over, usd, perToken) = (busiest.Length, busiest.Sum(m => m.OnDemandUsd), busiest.Sum(m => m.OnDemandUsd / m.Tokens));
        while (row.Count <= UnitsMax)
        {
            var capacity = (existing + row.Count) * unit;
            for (; over > 0 && busiest[over - 1] is var minute && minute.Tokens <= capacity; over--)
                (usd, perToken) = (usd - minute.OnDemandUsd, perToken - (minute.OnDemandUsd / minute.Tokens));
            var next = over == 0 ? 0m : usd - (perToken * capacity);
            var saves = Math.Min(before, decimal.Round((left - next) * toMonth, Decimals, MidpointRounding.ToEven));
            if (saves <= cheapest) break;
            row.Add(row[^1] - saves);
            (left, before) = (next, saves);
        }
        return [.. row];
    }

    static IReadOnlyList<BoughtTerm> Ladder(decimal[] row, IReadOnlyList<CapacityTerm> terms)
    {
        var (rows, stays) = (new List<decimal[]>(), 1m);
        for (var month = 0; month < terms.Max(t => t.Months); month++)
        {
            stays *= Stays;
            var share = decimal.Round(stays, 4, MidpointRounding.ToEven);
            rows.Add([.. row.Select(usd => usd * share)]);
        }
        return [.. LadderOptimum.Of(new(rows, terms)).Bought.Where(b => b.Month == 0)];
    }

    // What is paid one by one beyond a capacity of tokens a minute.
    static decimal Left(IReadOnlyList<MinuteLoad> minutes, decimal capacity)
    {
        var usd = 0m;
        foreach (var minute in minutes)
            if (minute.Tokens > capacity) usd += minute.OnDemandUsd * (minute.Tokens - capacity) / minute.Tokens;
        return usd;
    }

    static decimal Used(IReadOnlyList<MinuteLoad> minutes, int units, decimal? unit) =>
        units == 0 || unit is not { } carries
            ? 0m
            : minutes.Sum(m => Math.Min(m.Tokens, units * carries)) / (units * carries * minutes.Count);

    static (decimal Low, decimal High) Interval(
        IReadOnlyList<MinuteLoad> minutes, decimal existing, decimal capacity, decimal cost)
    {
        List<decimal> days = [];
        for (var from = 0; from < minutes.Count; from += MinutesPerDay)
        {
            MinuteLoad[] day = [.. minutes.Skip(from).Take(MinutesPerDay)];
            days.Add(((Left(day, existing) - Left(day, capacity)) * MinutesPerMonth / day.Length) - cost);
        }
        if (days.Count < 7) return (days.Min(), days.Max());
        var mean = days.Average();
        var variance = days.Sum(d => (d - mean) * (d - mean)) / (days.Count - 1);
        var error = Errors * (decimal)Math.Sqrt((double)(variance / days.Count));
        return (mean - error, mean + error);
    }
}
