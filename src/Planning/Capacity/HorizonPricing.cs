namespace Assay.Planning;

/// <summary>What a model's hours cost when so many units are there: the dearest tokens ride first, the rest is paid one by one.</summary>
sealed class HorizonPricing
{
    public const decimal DaysPerMonth = 30m;
    public const int HoursPerDay = 24;
    const decimal MinutesPerMonth = 60m * DaysPerMonth;
    const decimal Million = 1_000_000m;

    readonly Horizon horizon;
    readonly int model;
    readonly int[] workloads, modes;

    public HorizonPricing(Horizon horizon, int model)
    {
        (this.horizon, this.model) = (horizon, model);
        modes = [.. horizon.Workloads.Select(CheapestMode)];
        workloads = [.. Enumerable.Range(0, horizon.Workloads.Count).Where(w => horizon.Workloads[w].Model == model)
            .OrderByDescending(w => horizon.Workloads[w].Modes[modes[w]].UsdPerMillion)];
        UnitsMax = Enumerable.Range(0, horizon.Months).Max(m => Enumerable.Range(0, HoursPerDay).Max(h => UnitsOf(m, h)));
    }

    public int UnitsMax { get; }

    /// <summary>USD that remain in a month, by units bought for it besides the existing ones, from 0 to the most that are of use.</summary>
    public decimal[] Remaining(int month)
    {
        var existing = horizon.Models[model].Existing.Where(e => month < e.Months).Sum(e => e.Units);
        var row = new decimal[UnitsMax + 1];
        for (var hour = 0; hour < HoursPerDay; hour++)
        {
            var spill = Spill(month, hour);
            var switched = Switched(spill);
            for (var c = 0; c <= UnitsMax; c++)
            {
                var units = Math.Min(UnitsMax, c + existing);
                var more = Math.Max(0, switched - units);
                row[c] += spill[units + more] + (more * HourUsd);
            }
        }
        return row;
    }

    /// <summary>Who serves a month when so many units are bought for it, with the units switched on by the hour.</summary>
    public void Serve(int month, int bought, List<HourlyUnits> hourly, List<ServedHour> served)
    {
        var existing = horizon.Models[model].Existing.Where(e => month < e.Months).Sum(e => e.Units);
        for (var hour = 0; hour < HoursPerDay; hour++)
        {
            var units = bought + existing;
            var more = Math.Max(0, Switched(Spill(month, hour)) - units);
            if (more > 0) hourly.Add(new(model, month, hour, more));
            var room = (units + more) * horizon.Models[model].UnitTokensPerMinute;
            foreach (var w in workloads)
            {
                var need = horizon.Workloads[w].TokensPerMinute[month][hour];
                var rides = horizon.Workloads[w].MayShareUnits ? Math.Min(need, room) : 0m;
                room -= rides;
                served.Add(new(w, month, hour, rides, modes[w], need - rides));
            }
        }
    }

    // Of a unit in one hour of every day of the month.
    decimal HourUsd => (horizon.Models[model].UsdPerUnitHour ?? 0m) * DaysPerMonth;

    int UnitsOf(int month, int hour) => (int)Math.Ceiling(workloads.Where(w => horizon.Workloads[w].MayShareUnits)
        .Sum(w => horizon.Workloads[w].TokensPerMinute[month][hour]) / horizon.Models[model].UnitTokensPerMinute);

    // A further unit saves ever less, so units are switched on up to the first that does not pay.
    int Switched(decimal[] spill)
    {
        if (horizon.Models[model].UsdPerUnitHour is null) return 0;
        var units = 0;
        while (units < UnitsMax && spill[units] - spill[units + 1] > HourUsd) units++;
        return units;
    }

    decimal[] Spill(int month, int hour)
    {
        var row = new decimal[UnitsMax + 1];
        for (var units = 0; units <= UnitsMax; units++)
        {
            var room = units * horizon.Models[model].UnitTokensPerMinute;
            foreach (var w in workloads)
            {
                var workload = horizon.Workloads[w];
                var need = workload.TokensPerMinute[month][hour];
                var rides = workload.MayShareUnits ? Math.Min(need, room) : 0m;
                room -= rides;
                row[units] += (need - rides) * MinutesPerMonth * workload.Modes[modes[w]].UsdPerMillion / Million;
            }
        }
        return row;
    }

    static int CheapestMode(HorizonWorkload workload)
    {
        var best = -1;
        for (var i = 0; i < workload.Modes.Count; i++)
        {
            var mode = workload.Modes[i];
            // Residency runs from the widest to the narrowest.
            if ((mode.HasToWait && !workload.MayWait) || mode.Reach < workload.Residency) continue;
            if (best < 0 || mode.UsdPerMillion < workload.Modes[best].UsdPerMillion) best = i;
        }
        return best >= 0 ? best : throw new ArgumentException($"no mode is lawful for workload '{workload.Name}'");
    }
}
