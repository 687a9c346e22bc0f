using Assay.Usage;
using static Assay.Planning.Tests.Plans.SomeCalls;

namespace Assay.Planning.Tests.Plans;

/// <summary>Caching where the logs hold no prompts: times, lengths and sessions give a candidate with its bounds, never a saving.</summary>
public class CountedCachingTests
{
    const decimal Input = 3.30e-6m, Read = .33e-6m, Write = 4.125e-6m;

    // Ten sessions a day of six calls a minute apart, each prompt a thousand tokens longer.
    static IEnumerable<UsageRecord> Sessions(Func<int, int, long> prompt, ulong named = 1) => Enumerable.Range(0, 60).SelectMany(s =>
        Enumerable.Range(0, 6).Select(c => Call((s * 6) + c, Kind(), Start.AddHours(s * 2).AddMinutes(c), Tokens(prompt(s, c), 100),
            new() { Session = named * (ulong)(s + 1) })));

    [Fact]
    public void Sessions_that_grow_are_a_candidate_between_what_they_share_and_nothing()
    {
        var plan = SampledTraffic.Planned(Sessions((_, c) => 4_000 + (1_000 * c)));
        var action = Assert.Single(plan.Actions, a => a.Lever == Lever.Caching);
        Assert.Equal((ActionKind.Candidate, Confidence.Low, 0m), (action.Kind, action.Confidence, action.JointSaving));
        // Calls two to six read what the one before held: 4, 5, 6, 7, 8 thousand; the rest of 39,000 is written.
        var truth = 60 * ((30_000 * (Input - Read)) - (9_000 * (Write - Input)));
        Assert.Equal(truth, action.PeriodSaving);
        Assert.Equal((-60 * 39_000 * (Write - Input), truth), action.Evidence.Interval);
    }

    [Fact]
    public void Prompts_below_the_least_that_is_cached_are_left_alone() =>
        Assert.DoesNotContain(SampledTraffic.Planned(Sessions((_, c) => 400 + (100 * c))).Actions, a => a.Lever == Lever.Caching);

    [Fact]
    public void Calls_without_a_session_show_nothing() =>
        Assert.DoesNotContain(SampledTraffic.Planned(Sessions((_, c) => 4_000 + (1_000 * c), named: 0)).Actions, a => a.Lever == Lever.Caching);
}
