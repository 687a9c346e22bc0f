using Assay.Usage;

namespace Assay.Estate;

/// <summary>
/// How often a shared prefix is found cached. Calls come at random (Poisson), every hit renews the entry's life, so a call hits when
/// the one before came less than a lifetime ago: 1 − exp(−calls expected in that time), over the hours of the day.
/// </summary>
public static class CacheHits
{
    const decimal DaysPerMonth = 30m, MinutesPerDay = 1_440m;

    /// <summary>Why a model cannot cache a prefix of this length for this long; null when it can.</summary>
    public static string? Obstacle(ModelRef model, decimal prefixTokens, TimeSpan lifetime)
    {
        if (prefixTokens <= 0m) return "its prompts have no prefix in common";
        if (model.Facts is not { } facts) return null;
        var name = NameOf(lifetime);
        return !facts.CacheTtls.Contains(name) ? facts.CacheTtls.Count == 0
                ? $"{model.Id} does not cache"
                : $"{model.Id} caches for {string.Join(" or ", facts.CacheTtls)}, not for {name}"
            : prefixTokens < facts.CacheMinimum
                ? $"a prefix of {prefixTokens:0} tokens is below the {facts.CacheMinimum} that {model.Id} caches at least"
            : null;
    }

    /// <summary>A lifetime as books and models write it: 5m, 30m, 1h.</summary>
    public static string NameOf(TimeSpan lifetime) =>
        lifetime.TotalHours >= 1d ? $"{lifetime.TotalHours:0}h" : $"{lifetime.TotalMinutes:0}m";

    /// <summary>Share of a workload's calls that find the prefix cached: 0 to 1.</summary>
    /// <param name="share">Share of the calls that go to one model on these terms: each model has a cache of its own.</param>
    public static decimal Share(DescribedWorkload workload, decimal share, TimeSpan lifetime, Draw draw)
    {
        if (workload.Prefix is not { } prefix || share <= 0m) return 0m;
        if (prefix.HitRate is { } given) return Math.Clamp(given.In(draw), 0m, 1m);
        var requests = workload.RequestsPerMonth.In(draw) * share;
        if (requests <= 0m) return 0m;
        var first = OfArrivals(workload.Arrivals, requests / Math.Max(1m, prefix.Variants.In(draw)), lifetime);
        // An agent's later calls come within seconds of its first, which has read or written the prefix.
        var calls = Math.Max(1m, workload.CallsPerRequest.Mean.In(draw));
        return (first + calls - 1m) / calls;
    }

    /// <summary>Share of the calls that find their prefix cached where they come evenly at random, so many a minute.</summary>
    public static decimal AtRate(decimal callsPerMinute, TimeSpan lifetime) =>
        OfArrivals(ArrivalCurve.Flat, callsPerMinute * MinutesPerDay * DaysPerMonth, lifetime);

    /// <summary>
    /// Arrivals a minute and prefix from which caching costs less than not caching; 0 when it always does, null when it never does.
    /// </summary>
    /// <param name="read">Price of a cached token over that of a plain one.</param>
    /// <param name="write">Price of writing a token over that of a plain one.</param>
    /// <param name="calls">Model calls a request, the later of which hit.</param>
    public static decimal? BreakEvenPerMinute(decimal read, decimal write, decimal calls, TimeSpan lifetime)
    {
        if (write <= 1m) return 0m;
        if (read >= 1m) return null;
        // Even where hits × read + misses × write = 1; then solved for the first call's chance, and that for the rate.
        var hits = (write - 1m) / (write - read);
        var first = (Math.Max(1m, calls) * (hits - 1m)) + 1m;
        return first <= 0m ? 0m : (decimal)(-Math.Log(1d - (double)first) / lifetime.TotalMinutes);
    }

    static decimal OfArrivals(ArrivalCurve curve, decimal requestsPerMonth, TimeSpan lifetime)
    {
        var hours = curve.HourWeights.Count;
        // Every hour like the others: the sum below comes to this, and most workloads are so.
        if (IsFlat(curve.HourWeights))
            return (decimal)(1d - Math.Exp(-(double)(requestsPerMonth / DaysPerMonth) * lifetime.TotalHours / hours));
        Span<double> rate = stackalloc double[hours], before = stackalloc double[hours + 1];
        var weights = 0d;
        for (var hour = 0; hour < hours; hour++) weights += rate[hour] = (double)curve.HourWeights[hour];
        if (weights <= 0d) return 0m;
        var daily = (double)(requestsPerMonth / DaysPerMonth);
        if (daily <= 0d) return 0m;
        for (var hour = 0; hour < hours; hour++)
        {
            rate[hour] *= daily / weights;
            before[hour + 1] = before[hour] + rate[hour];
        }
        // A call misses when none came in the lifetime before it. How many are expected there changes evenly up to the moment when the
        // lifetime begins with an hour of its own, and evenly after it.
        var life = lifetime.TotalHours;
        var part = life - Math.Floor(life);
        var missed = 0d;
        var (start, fadedStart) = Lately(before, rate, 0d, life);
        for (var hour = 0; hour < hours; hour++)
        {
            var (middle, fadedMiddle) = part == 0d ? (start, fadedStart) : Lately(before, rate, hour + part, life);
            var (end, fadedEnd) = Lately(before, rate, hour + 1d, life);
            missed += rate[hour] * ((part * Mean(start, fadedStart, middle, fadedMiddle))
                + ((1d - part) * Mean(middle, fadedMiddle, end, fadedEnd)));
            (start, fadedStart) = (end, fadedEnd);
        }
        return Math.Clamp((decimal)(1d - (missed / daily)), 0m, 1m);
    }

    static bool IsFlat(IReadOnlyList<decimal> weights)
    {
        for (var hour = 1; hour < weights.Count; hour++)
            if (weights[hour] != weights[0]) return false;
        return weights.Count > 0 && weights[0] > 0m;
    }

    // Calls expected in the lifetime before an hour of the day, and the chance that none of them came.
    static (double Calls, double None) Lately(ReadOnlySpan<double> before, ReadOnlySpan<double> rate, double hour, double life)
    {
        var calls = Until(before, rate, hour) - Until(before, rate, hour - life);
        return (calls, Math.Exp(-calls));
    }

    // Calls expected from midnight until an hour; the days before and after are alike.
    static double Until(ReadOnlySpan<double> before, ReadOnlySpan<double> rate, double hour)
    {
        var days = Math.Floor(hour / rate.Length);
        var rest = hour - (days * rate.Length);
        var whole = Math.Min((int)rest, rate.Length - 1);
        return (days * before[^1]) + before[whole] + ((rest - whole) * rate[whole]);
    }

    // The mean of exp(−x) over an even change of x. Where it hardly changes the quotient would lose its digits.
    static double Mean(double from, double fadedFrom, double to, double fadedTo) => Math.Abs(to - from) < 1e-6
        ? (fadedFrom + fadedTo) / 2d
        : (fadedFrom - fadedTo) / (to - from);
}
