using System.Globalization;
using Assay.Patterns.Caching;

namespace Assay.Bench;

/// <summary>The second halves of recorded agent sessions: what a cache would read of them, and what choosing its lifetime costs.</summary>
static class CacheForecastBenches
{
    const int CallsMin = 30;

    static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5), Hour = TimeSpan.FromHours(1);

    public static readonly IReadOnlyList<BenchItem> All =
    [
        new("cache-predict-5m", "<=.030",
            "mean error of the second half's token-hit rate, five minutes, from the first half's times and counts",
            p => Predict(p, "cache-predict-5m", FiveMinutes, ".044", "<=.030", true)),
        new("cache-predict-1h", "<=.013", "the same for an hour", p => Predict(p, "cache-predict-1h", Hour, ".019", "<=.013", true)),
        new("cache-estimate-5m", "-", "mean error of the second half's token-hit rate, five minutes, from its own times and counts",
            p => Predict(p, "cache-estimate-5m", FiveMinutes, ".044", "-", false)),
        new("cache-estimate-1h", "-", "the same for an hour", p => Predict(p, "cache-estimate-1h", Hour, ".019", "-", false)),
        new("cache-choice", "<=.1485", "input cost of second halves under a lifetime chosen call by call, beside no cache", Choice),
    ];

    static BenchResult Predict(BenchPlace place, string id, TimeSpan lifetime, string baseline, string goal, bool isForecast)
    {
        var (errors, rates) = (new List<double>(), new List<double>());
        var within = 0;
        foreach (var trace in CacheTraces.Sessions(place).Where(t => t.Calls.Length >= CallsMin))
        {
            var half = trace.Calls.Length / 2;
            var counted = trace.Calls.Select(c => new CountedCall(c.Time, c.Model, c.Input)).ToArray();
            var rate = isForecast ? CacheCounts.Forecast(counted.AsSpan(0, half), lifetime) : CacheCounts.Estimate(counted, lifetime, half);
            var hits = CacheBenches.Hits(trace, lifetime);
            var truth = (double)hits.Skip(half).Sum() / trace.Calls.Skip(half).Sum(c => c.Input);
            errors.Add(Math.Abs(rate.Value - truth));
            rates.Add(truth);
            if (truth >= rate.Low && truth <= rate.High) within++;
        }
        if (errors.Count == 0) throw new InvalidDataException($"No session of the folder has {CallsMin} calls.");
        var (low, high) = Bootstrap(errors.Count, draw => draw.Average(i => errors[i]));
        var middle = rates.Order().ElementAt(rates.Count / 2);
        return new(id, errors.Average(), low, high, baseline, goal, string.Create(CultureInfo.InvariantCulture,
            $"mean error {errors.Average():0.0000} ({low:0.0000}–{high:0.0000}), {errors.Count} sessions; the best constant, chosen "
            + $"afterwards, {rates.Average(r => Math.Abs(r - middle)):0.0000}; {100.0 * within / errors.Count:0} % lie "
            + $"within their 90 % intervals"));
    }

    static BenchResult Choice(BenchPlace place)
    {
        var sessions = CacheTraces.Sessions(place).Select(Halves).ToList();
        double Ratio(IReadOnlyList<int> draw, Func<SecondHalf, decimal> cost) =>
            (double)(draw.Sum(i => cost(sessions[i])) / draw.Sum(i => sessions[i].None));
        int[] all = [.. Enumerable.Range(0, sessions.Count)];
        var (low, high) = Bootstrap(sessions.Count, draw => Ratio(draw, s => s.Chosen));
        var value = Ratio(all, s => s.Chosen);
        var (five, hour) = (Ratio(all, s => s.Five), Ratio(all, s => s.Hour));
        var oracle = Ratio(all, s => Math.Min(s.None, Math.Min(s.Five, s.Hour)));
        // Kinds of traffic: quarters of the sessions by their number of calls.
        var worst = all.OrderBy(i => sessions[i].Calls).Chunk((sessions.Count + 3) / 4)
            .Max(q => Ratio(q, s => s.Chosen) / Math.Min(1, Math.Min(Ratio(q, s => s.Five), Ratio(q, s => s.Hour))) - 1);
        return new("cache-choice", value, low, high, "an hour always, .1522", "<=.1485", string.Create(CultureInfo.InvariantCulture,
            $"{value:0.0000} ({low:0.0000}–{high:0.0000}); always five minutes {five:0.0000}, an hour {hour:0.0000}, the best of each "
            + $"session afterwards {oracle:0.0000}; {100 * (value / Math.Min(1, Math.Min(five, hour)) - 1):+0.0;-0.0} % over the best "
            + $"fixed choice, {100 * worst:+0.0;-0.0} % in the worst quarter of sessions by length"));
    }

    sealed record SecondHalf(int Calls, decimal None, decimal Five, decimal Hour, decimal Chosen);

    // The choice is made from the first call on; only second halves are counted, with whatever the first left in the cache.
    static SecondHalf Halves(Trace trace)
    {
        var costs = CacheCosts.Shares;
        var chooser = new CacheChooser(costs);
        var caches = new Dictionary<string, (BlockCache Five, BlockCache Hour, BlockCache Chosen)>(StringComparer.Ordinal);
        var chain = new ulong[trace.Calls.Max(c => c.Blocks.Length)];
        decimal none = 0, fives = 0, hours = 0, chosen = 0;
        for (var i = 0; i < trace.Calls.Length; i++)
        {
            var call = trace.Calls[i];
            if (!caches.TryGetValue(call.Model, out var cache)) caches[call.Model] = cache = (new(), new(), new());
            BlockCache.Chain(call.Blocks, chain);
            CacheUse Use(BlockCache blocks, TimeSpan lifetime)
            {
                var count = blocks.Use(call.Time, chain.AsSpan(0, call.Blocks.Length), lifetime);
                var read = Math.Min(call.Input, (long)count * trace.BlockSize);
                return new(read, Math.Min(call.Input, (long)call.Blocks.Length * trace.BlockSize) - read);
            }

            var (five, hour) = (Use(cache.Five, FiveMinutes), Use(cache.Hour, Hour));
            var choice = chooser.Choose(call.Input, five, hour);
            var use = choice == CacheChoice.None ? default : Use(cache.Chosen, choice == CacheChoice.Hour ? Hour : FiveMinutes);
            if (i < trace.Calls.Length / 2) continue;
            none += costs.Of(CacheChoice.None, call.Input, default);
            fives += costs.Of(CacheChoice.FiveMinutes, call.Input, five);
            hours += costs.Of(CacheChoice.Hour, call.Input, hour);
            chosen += costs.Of(choice, call.Input, use);
        }
        return new(trace.Calls.Length, none, fives, hours, chosen);
    }

    // Sessions drawn again with replacement: half of 95 % on either side.
    static (double Low, double High) Bootstrap(int count, Func<int[], double> figure)
    {
        var random = new Random(1);
        var figures = Enumerable.Range(0, 1000)
            .Select(_ => figure([.. Enumerable.Range(0, count).Select(_ => random.Next(count))])).Order().ToArray();
        return (figures[25], figures[974]);
    }
}
