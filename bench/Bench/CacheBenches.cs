using System.Globalization;
using Assay.Patterns.Caching;

namespace Assay.Bench;

/// <summary>The prompt cache on recorded traffic: replayed, foretold, chosen, and when it pays.</summary>
static class CacheBenches
{
    static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5), Hour = TimeSpan.FromHours(1);

    public static readonly IReadOnlyList<BenchItem> All =
    [
        new("cache-replay", "<=1e-9", "largest difference of a trace's token-hit rate between two replays written apart", Replay),
        new("cache-breakeven", "<=0", "times a simulation of random prices and traffic broke even elsewhere than the formula", BreakEven),
    ];

    static BenchResult Replay(BenchPlace place)
    {
        var (largest, calls) = (0.0, 0L);
        var said = new List<string>();
        var traces = CacheTraces.All(place);
        foreach (var lifetime in new[] { FiveMinutes, Hour })
        {
            double hit = 0, input = 0;
            foreach (var trace in traces)
            {
                var (ours, naive) = (Hits(trace, lifetime), NaiveHits(trace, lifetime));
                var all = Math.Max(1, trace.Calls.Sum(c => c.Input));
                largest = Math.Max(largest, Math.Abs((double)ours.Sum() / all - (double)naive.Sum() / all));
                for (var i = 0; i < ours.Length; i++)
                    largest = Math.Max(largest, Math.Abs(ours[i] - naive[i]) / (double)Math.Max(1, trace.Calls[i].Input));
                calls += ours.Length;
                if (!trace.IsSession) continue;
                hit += ours.Sum();
                input += all;
            }
            said.Add(string.Create(CultureInfo.InvariantCulture, $"{lifetime.TotalMinutes:0} min {hit / Math.Max(1, input):0.0000}"));
        }
        return new("cache-replay", largest, largest, largest, "a search through all calls before", "<=1e-9",
            string.Create(CultureInfo.InvariantCulture, $"{calls:#,##0} calls of {traces.Count} traces replayed, ")
            + $"token-hit rate of all sessions: {string.Join(", ", said)}");
    }

    /// <summary>Tokens each call reads, by the product's cache.</summary>
    public static long[] Hits(Trace trace, TimeSpan lifetime)
    {
        var caches = new Dictionary<string, BlockCache>(StringComparer.Ordinal);
        var chain = new ulong[trace.Calls.Max(c => c.Blocks.Length)];
        return [.. trace.Calls.Select(call =>
        {
            if (!caches.TryGetValue(call.Model, out var cache)) caches[call.Model] = cache = new();
            BlockCache.Chain(call.Blocks, chain);
            return Math.Min(call.Input, (long)cache.Use(call.Time, chain.AsSpan(0, call.Blocks.Length), lifetime) * trace.BlockSize);
        })];
    }

    // By the definition alone: no state, no fingerprints of beginnings; the longest common beginning with any call young enough.
    static long[] NaiveHits(Trace trace, TimeSpan lifetime)
    {
        var hits = new long[trace.Calls.Length];
        for (var i = 0; i < hits.Length; i++)
        {
            var (call, longest) = (trace.Calls[i], 0);
            for (var j = i - 1; j >= 0 && call.Time - trace.Calls[j].Time <= lifetime && longest < call.Blocks.Length; j--)
                if (trace.Calls[j].Model == call.Model)
                    longest = Math.Max(longest, call.Blocks.AsSpan().CommonPrefixLength(trace.Calls[j].Blocks));
            hits[i] = Math.Min(call.Input, (long)longest * trace.BlockSize);
        }
        return hits;
    }

    // Traffic of one block a call: the share of calls that come again is the hit rate, in steps of one over the calls.
    static BenchResult BreakEven(BenchPlace place)
    {
        const int calls = 2_003, rounds = 200;
        var random = new Random(1);
        var wrong = 0;
        for (var round = 0; round < rounds; round++)
        {
            var (input, write, read) = round switch
            {
                0 => (1m, 1.25m, 0.1m),
                1 => (1m, 2m, 0.1m),
                _ => (random.Next(200, 1000) / 100m, random.Next(1000, 2000) / 100m, random.Next(0, 200) / 100m),
            };
            var formula = CacheBreakEven.HitRate(input, write, read);
            // The least number of reads that pays, by simulation; the least above the formula's share, by arithmetic.
            var (low, high) = (-1, calls);
            while (high - low > 1)
            {
                var reads = (low + high) / 2;
                if (Simulated(calls, reads, input, write, read) < calls * input) high = reads;
                else low = reads;
            }
            // A rate that divides evenly breaks even at that number of reads, and pays from the next.
            if (high != Math.Min(calls, (int)decimal.Floor(formula * calls) + 1)) wrong++;
        }
        return new("cache-breakeven", wrong, wrong, wrong, "a simulation call by call", "<=0", string.Create(CultureInfo.InvariantCulture,
            $"of {rounds} sets of prices; five minutes {CacheBreakEven.HitRate(1m, 1.25m, 0.1m):0.0000} (> 0.217), "
            + $"an hour {CacheBreakEven.HitRate(1m, 2m, 0.1m):0.0000} (> 0.526)"));
    }

    static decimal Simulated(int calls, int reads, decimal input, decimal write, decimal read)
    {
        var cache = new BlockCache();
        var (time, cost) = (new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), 0m);
        for (var i = 0; i < calls; i++)
        {
            ulong[] block = [(ulong)Math.Min(i, calls - reads - 1)];
            cost += cache.Use(time.AddSeconds(i), block, FiveMinutes) > 0 ? read : write;
        }
        return cost;
    }
}
