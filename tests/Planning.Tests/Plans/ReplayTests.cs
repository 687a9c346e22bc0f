using System.Collections;
using Assay.Patterns.Caching;
using Assay.Planning.Tests.Guide;
using Assay.Rating;
using Assay.Usage;
using static Assay.Planning.Tests.Plans.SomeCalls;

namespace Assay.Planning.Tests.Plans;

/// <summary>A replay sums before it prices; rating each call by itself must give the same, to the last digit.</summary>
public class ReplayTests
{
    static readonly CallKind[] Kinds =
    [
        Kind(), Kind(scope: Scope.Global), Kind(region: "us-west-2"), Kind(tier: Tier.Priority, scope: Scope.InRegion, operation: "ConverseStream"),
    ];

    static readonly Gen<TokenCounts> Counts = Gen.Select(Gen.Long[0, 260_000], Gen.Long[1, 4_000], Gen.Long[0, 50_000], Gen.Long[0, 9_000], Gen.Long[0, 9_000])
        .Select((input, output, read, write, open) => new TokenCounts
        {
            Input = input, Output = output, CacheRead = read, CacheWrite1h = write, CacheWriteUnknown = open,
        });

    static readonly Gen<UsageRecord[]> Traffic = Gen.Select(Counts, Gen.Int[0, Kinds.Length - 1], Gen.Int[0, 500]).Array[1, 40]
        .Select(calls => calls.Select((c, i) => Call(i, Kinds[c.Item2], Start.AddHours(c.Item3), c.Item1)).ToArray());

    [Fact]
    public void As_recorded_it_costs_what_its_calls_cost() =>
        Traffic.Sample(calls => new Replay(Workload(calls), TheGuide.Aws).Recorded.Cost == calls.Sum(c => CostOf(c)));

    [Fact]
    public void Under_other_terms_it_costs_what_its_calls_cost_under_them() =>
        Gen.Select(Traffic, Gen.Int[0, 2], Gen.Bool, Gen.Bool, Gen.Int).Sample((calls, scope, batch, plain, seed) =>
        {
            var workload = Workload(calls);
            var random = new Random(seed);
            var inBatch = new BitArray([.. calls.Select(_ => random.Next(2) == 0)]);
            var dropped = new BitArray([.. calls.Select(_ => random.Next(5) == 0)]);
            var plan = new CallPlan { InBatch = inBatch, Dropped = dropped, CacheOff = plain };
            var terms = new CallTerms { Scope = (Scope)scope, Batch = batch };
            var expected = 0m;
            for (var i = 0; i < workload.Calls.Count; i++)
            {
                if (dropped[i]) continue;
                var call = workload.Calls[i];
                var isBatch = batch && inBatch[i];
                var tokens = plain || isBatch ? CallPlan.Plain(call.Tokens) : call.Tokens;
                expected += CostOf(call with
                {
                    Model = call.Model with { Scope = (Scope)scope }, Mode = isBatch ? Mode.Batch : Mode.OnDemand, Tier = isBatch ? Tier.Standard : call.Tier, Tokens = tokens,
                });
            }
            return new Replay(workload, TheGuide.Aws).Cost(plan, terms).Cost == expected;
        });

    [Fact]
    public void Planned_caching_takes_the_place_of_what_was_recorded()
    {
        var calls = Hourly(3, Kind(), new() { Input = 10_000, Output = 100 }).ToArray();
        var uses = new CacheUse?[] { new(0, 8_000), new(8_000, 0), new(8_000, 0) };
        var expected = calls.Select((c, i) => CostOf(c with
        {
            Tokens = new() { Input = 2_000, Output = 100, CacheRead = uses[i]!.Value.Read, CacheWrite5m = uses[i]!.Value.Written },
        })).Sum();
        var replay = new Replay(Workload(calls), TheGuide.Aws);
        Assert.Equal(expected, replay.Cost(new() { Caching = new(uses, TimeSpan.FromMinutes(5)) }, CallTerms.AsRecorded).Cost);
        Assert.True(replay.Cost(new() { Caching = new(uses, TimeSpan.FromHours(1)) }, CallTerms.AsRecorded).Cost > expected);
    }

    [Fact]
    public void What_has_no_price_on_other_terms_is_said_and_not_free()
    {
        var replay = new Replay(Workload(Hourly(3, Kind("anthropic.claude-opus-4-1-20250805-v1:0"), Tokens(1_000, 10))), TheGuide.Aws);
        var batch = replay.Cost(new() { InBatch = new BitArray(3, true) }, new() { Batch = true });
        Assert.True(batch.Unpriced > 0);
        Assert.Contains("batch input rate", batch.Reason);
    }

    [Fact]
    public void The_order_in_which_records_are_read_changes_nothing() =>
        Gen.Select(Traffic, Gen.Int).Sample((calls, seed) =>
        {
            var shuffled = calls.OrderBy(c => HashCode.Combine(seed, c.RequestId)).ToArray();
            return Workload(calls).Calls.Select(c => c.RequestId).SequenceEqual(Workload(shuffled).Calls.Select(c => c.RequestId));
        });

    static decimal CostOf(in UsageRecord call) =>
        Rater.Rate(call, TheGuide.Aws).OfType<Outcome.Rated>().Sum(o => o.Cost.Amount);
}
