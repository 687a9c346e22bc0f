using Assay.Planning.Tests.Plans;
using Assay.Usage;
using static Assay.Planning.Tests.Plans.SomeCalls;

namespace Assay.Planning.Tests.Proving;

/// <summary>A plan held against the calls after it: the same calls as planned save what was promised, the same calls unchanged save nothing.</summary>
public class ProverTests
{
    // Three days, a call of each kind every twenty minutes: batches of a day leave none over.
    const int Calls = 216;
    static readonly TimeSpan Later = TimeSpan.FromDays(30);
    static readonly PlanConstraints Free = new()
    {
        Residency = Estate.Residency.Anywhere, QualityFloor = .9m, BatchMinimum = 50,
        Workloads = [new() { App = "job", MaxWait = TimeSpan.FromHours(48) }, new() { App = "slow", MaxWait = TimeSpan.FromHours(1) }],
        Trials = [new(new() { App = "simple" }, Haiku, 1m, .95m, "a trial")],
    };

    // Each workload has one fault, and a scope that may be wider.
    static IEnumerable<UsageRecord> Before(int copies = 1) => Enumerable.Range(0, copies).SelectMany(copy => Enumerable.Range(0, Calls).SelectMany(i =>
    {
        var (time, id) = (Start.AddMinutes(i * 20), (copy * 100_000) + i);
        return new[]
        {
            Call(id + 10_000, Kind(app: "job", principal: "Job"), time, Tokens(9_000, 300)),
            Call(id + 20_000, Kind(app: "writer", principal: "Writer", scope: Scope.Global), time, new() { CacheWrite5m = 6_000, Input = 100, Output = 200 }),
            Call(id + 30_000, Kind(app: "simple", principal: "Simple", scope: Scope.Global), time, Tokens(4_000, 20)),
            Call(id + 40_000, Kind(app: "wide", principal: "Wide"), time, Tokens(5_000, 400)),
        };
    }));

    // As the plan asks: in batch, nothing written, the small model, the global profile.
    static UsageRecord Changed(UsageRecord call) => call.Caller.App switch
    {
        "job" => call with { Caller = call.Caller, Model = Model(Sonnet, Scope.Global) } is var wide ? OfMode(wide, Mode.Batch) : call,
        "writer" => call with { Tokens = CallPlan.Plain(call.Tokens) },
        "simple" => call with { Model = Model(Haiku, Scope.Global) },
        _ => call with { Model = Model(Sonnet, Scope.Global) },
    };

    static UsageRecord OfMode(UsageRecord call, Mode mode) => new(call.Kind with { Mode = mode }) { RequestId = call.RequestId, Time = call.Time, Tokens = call.Tokens };

    // A reader makes one object of each kind; so does this.
    static UsageRecord[] Shared(IEnumerable<UsageRecord> calls)
    {
        var kinds = new Dictionary<CallKind, CallKind>();
        return [.. calls.Select(c =>
        {
            if (!kinds.TryGetValue(c.Kind, out var kind)) kinds[c.Kind] = kind = c.Kind;
            return new UsageRecord(kind) { RequestId = c.RequestId, Time = c.Time + Later, Tokens = c.Tokens };
        })];
    }

    static Promise Promised => Promise.Of(SampledTraffic.Planned(Shared(Before()).Select(c => c with { Time = c.Time - Later }), Free));

    static Proof Proven(IEnumerable<UsageRecord> after, Promise? promise = null)
    {
        var traffic = new Traffic();
        traffic.Add(Shared(after));
        return Prover.Of(traffic, SampledTraffic.Sources, promise ?? Promised, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_plan_promises_something_of_each_kind() =>
        Assert.Equal([Lever.Routing, Lever.Batch, Lever.Caching, Lever.Scope],
            Promised.Actions.Select(a => a.Lever).Distinct().Order());

    [Fact]
    public void The_same_calls_as_planned_save_to_the_last_decimal_what_was_promised()
    {
        var proof = Proven(Before().Select(Changed));
        Assert.All(proof.Actions, a => Assert.Equal(ProofState.Made, a.State));
        Assert.All(proof.Actions, a => Assert.Equal(a.Promised, a.Realised!.Value, 9));
        Assert.Equal(0m, proof.GrowthMonthly, 8);
        Assert.Equal(proof.Promise.SavingMonthly, proof.RealisedMonthly, 8);
    }

    [Fact]
    public void Twice_the_calls_save_twice_and_growth_is_no_saving()
    {
        var proof = Proven(Before(2).Select(Changed));
        Assert.Equal(2 * proof.Promise.SavingMonthly, proof.RealisedMonthly, 8);
        Assert.Equal(proof.Promise.CurrentMonthly, proof.GrowthMonthly, 8);
        Assert.Equal(proof.RealisedMonthly, proof.ForThisTraffic, 8);
    }

    [Fact]
    public void Nothing_changed_is_nothing_saved()
    {
        var proof = Proven(Before());
        Assert.Equal(0m, proof.RealisedMonthly, 8);
        Assert.All(proof.Actions, a => Assert.Equal(ProofState.NotMade, a.State));
        Assert.Equal(proof.Promise.SavingMonthly, proof.ForThisTraffic, 8);
    }

    [Fact]
    public void Half_of_the_calls_changed_is_partly_made()
    {
        var proof = Proven(Before().Select((c, i) => c.Caller.App == "wide" && i / 4 % 2 == 0 ? c : Changed(c)));
        var wide = Assert.Single(proof.Actions, a => a.Action.Workload.App == "wide");
        Assert.Equal((ProofState.Partly, wide.Promised / 2), (wide.State, decimal.Round(wide.Realised!.Value, 10)));
        Assert.All(proof.Actions.Where(a => a != wide), a => Assert.Equal(ProofState.Made, a.State));
    }

    [Fact]
    public void What_is_not_among_the_calls_is_not_seen_and_in_no_sum()
    {
        var proof = Proven(Before().Where(c => c.Caller.App == "wide").Select(Changed));
        Assert.All(proof.Actions.Where(a => a.Action.Workload.App != "wide"), a => Assert.Equal((ProofState.NotVisible, null), (a.State, a.Realised)));
        Assert.Contains(proof.Notes, n => n.Contains("cannot be seen", StringComparison.Ordinal));
    }

    [Fact]
    public void What_has_no_price_undone_is_not_seen_and_never_a_saving_below_zero()
    {
        // A model no book knows: what the calls would have cost on it cannot be told.
        var promise = Promised with
        {
            Actions = [.. Promised.Actions.Where(a => a.Lever == Lever.Routing).Select(a => a with { Workload = a.Workload with { Model = "maker.unknown-v1:0" } })],
            Workloads = [.. Promised.Workloads.Select(w => w with { Key = w.Key with { Model = "maker.unknown-v1:0" } })],
        };
        var routing = Assert.Single(Proven(Before().Select(Changed), promise).Actions);
        Assert.Equal((ProofState.NotVisible, null), (routing.State, routing.Realised));
        Assert.Contains("has no price for these calls as they were", routing.How, StringComparison.Ordinal);
    }

    [Fact]
    public void Workloads_of_one_key_are_told_apart_by_their_names()
    {
        var promise = Promised with { Workloads = [.. Promised.Workloads.Select(w => w with { Name = w.Name + ", batch", Cost = 1_000m }), .. Promised.Workloads] };
        var proof = Proven(Before().Select(Changed), promise);
        Assert.All(proof.Actions, a => Assert.Equal(a.Promised, a.ForThisTraffic!.Value, 9));
    }

    [Fact]
    public void Calls_the_smaller_model_had_before_are_no_move()
    {
        var before = Before().Append(Call(1, Kind(Haiku, Scope.Global, "Simple", "simple"), Start, Tokens(1, 1)))
            .Concat(Enumerable.Range(0, Calls).Select(i => Call(60_000 + i, Kind(Haiku, Scope.Global, "Simple", "simple"), Start.AddMinutes(i * 20), Tokens(4_000, 20)))).ToList();
        var promise = Promise.Of(SampledTraffic.Planned(Shared(before).Select(c => c with { Time = c.Time - Later }), Free));
        var routing = Assert.Single(Proven(before, promise).Actions, a => a.Action.Lever == Lever.Routing);
        Assert.Equal((ProofState.NotMade, 0m), (routing.State, routing.Realised));
    }
}
