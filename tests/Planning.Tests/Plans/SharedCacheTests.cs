using Assay.Usage;
using static Assay.Planning.Tests.Plans.SomeCalls;

namespace Assay.Planning.Tests.Plans;

/// <summary>What one workload writes to the cache another may read: who only writes is not always wrong.</summary>
public class SharedCacheTests
{
    const int Rounds = 60;

    [Theory]
    [InlineData("Warmer", "Reader", "app", "app")]
    [InlineData("Role", "Role", "ingest", "chat")]
    public void A_cache_that_another_workload_reads_is_not_written_in_vain(string writer, string reader, string from, string to)
    {
        var plan = SampledTraffic.Planned([.. Writes(Kind(principal: writer, app: from)), .. Reads(Kind(principal: reader, app: to))]);
        Assert.DoesNotContain(plan.Actions, a => a.Lever == Lever.Caching);
    }

    [Fact]
    public void Writing_in_vain_beside_one_who_reads_its_own_cache_is_found()
    {
        var plan = SampledTraffic.Planned([.. Writes(Kind(principal: "Vain")), .. Reads(Kind(principal: "Reader"), writesOwn: true)]);
        var found = Assert.Single(plan.Actions, a => a is { Lever: Lever.Caching, Workload.Principal: "Vain" });
        Assert.Equal((ActionKind.Saving, Rounds * 6_000 * .825e-6m), (found.Kind, found.PeriodSaving));
        Assert.Equal(3, found.Evidence.Examples.Count);
    }

    [Theory]
    [InlineData("us-west-2", Sonnet, "111122223333")]
    [InlineData("us-east-1", Haiku, "111122223333")]
    [InlineData("us-east-1", Sonnet, "444455556666")]
    public void Another_region_model_or_account_reads_another_cache(string region, string model, string account)
    {
        var plan = SampledTraffic.Planned([.. Writes(Kind(principal: "Vain", region: "us-east-1")),
            .. Reads(Kind(principal: "Reader", region: region, model: model, account: account))]);
        Assert.Contains(plan.Actions, a => a is { Lever: Lever.Caching, Workload.Principal: "Vain", Kind: ActionKind.Saving });
    }

    [Theory]
    [InlineData(1ul, false)]
    [InlineData(2ul, true)]
    public void Where_prompts_are_known_their_prefixes_tell_who_reads_what(ulong reads, bool isVain)
    {
        var plan = SampledTraffic.Planned([.. Writes(Kind(principal: "Writer"), prefix: 1), .. Reads(Kind(principal: "Reader"), prefix: reads)]);
        Assert.Equal(isVain, plan.Actions.Any(a => a is { Lever: Lever.Caching, Workload.Principal: "Writer", Kind: ActionKind.Saving }));
    }

    [Theory]
    [InlineData(3, ActionKind.Saving)]
    [InlineData(10, ActionKind.Candidate)]
    public void Where_others_read_little_of_it_stopping_is_worth_asking_about(int reads, ActionKind kind)
    {
        var plan = SampledTraffic.Planned([.. Writes(Kind(principal: "Writer")), .. Reads(Kind(principal: "Reader")).Take(reads)]);
        var found = Assert.Single(plan.Actions, a => a is { Lever: Lever.Caching, Workload.Principal: "Writer" });
        Assert.Equal((kind, Confidence.Low), (found.Kind, found.Confidence));
        Assert.Equal((found.PeriodSaving - (reads * 6_000 * 2.97e-6m), found.PeriodSaving), found.Evidence.Interval);
        Assert.Contains("may read what it writes", found.Breaks);
    }

    [Fact]
    public void Writes_of_unknown_lifetime_give_a_saving_between_two_rates()
    {
        var kind = Kind();
        var plan = SampledTraffic.Planned(Enumerable.Range(0, Rounds).Select(i =>
            Call(i, kind, Start.AddHours(i), new() { Input = 200, Output = 50, CacheWriteUnknown = 5_000 })));
        var found = Assert.Single(plan.Actions, a => a is { Lever: Lever.Caching, Kind: ActionKind.Saving });
        Assert.Equal((Rounds * 5_000 * .825e-6m, Rounds * 5_000 * 3.3e-6m), found.Evidence.Interval);
        Assert.Equal(plan.Current + (Rounds * 5_000 * 2.475e-6m), plan.CurrentMax);
    }

    [Fact]
    public void A_shared_prefix_without_a_price_of_the_cache_is_a_note()
    {
        var kind = Kind(model: "amazon.nova-pro-v1:0");
        var plan = SampledTraffic.Planned(Enumerable.Range(0, Rounds).Select(i =>
            Call(i, kind, Start.AddMinutes(i), Tokens(6_024, 50), Said(1, i))));
        Assert.DoesNotContain(plan.Actions, a => a.Lever == Lever.Caching);
        Assert.Contains(plan.Notes, n => n.Contains("'app'") && n.Contains("6,000 tokens") && n.Contains("amazon.nova-pro-v1:0"));
    }

    [Theory]
    [InlineData(true, "ends")]
    [InlineData(false, "begins")]
    public void What_is_to_be_cached_is_known_again_without_its_words(bool isMarked, string how)
    {
        var kind = Kind();
        var plan = SampledTraffic.Planned(Enumerable.Range(0, Rounds).Select(i =>
            Call(i, kind, Start.AddMinutes(i), Tokens(6_024, 50), Said(1, i, isMarked))));
        var found = Assert.Single(plan.Actions, a => a is { Lever: Lever.Caching, Kind: ActionKind.Saving });
        Assert.Equal(3, found.Evidence.Examples.Count);
        Assert.Matches($"^[0-9a-f]{{12}}, 6,000 tokens, {how} in the system prompt$",
            Assert.Single(found.Evidence.Figures, f => f.Name.Contains("fingerprint")).Value);
        Assert.Null(found.Evidence.Interval);
    }

    static IEnumerable<UsageRecord> Writes(CallKind kind, ulong prefix = 0) => Enumerable.Range(0, Rounds).Select(i =>
        Call(i, kind, Start.AddMinutes(i * 15), new() { Input = 100, Output = 9, CacheWrite5m = 6_000 }, Content(prefix, i)));

    static IEnumerable<UsageRecord> Reads(CallKind kind, bool writesOwn = false, ulong prefix = 0) => Enumerable.Range(0, Rounds * 5).Select(i =>
    {
        var writes = writesOwn && i % 5 == 0;
        return Call(50_000 + i, kind, Start.AddMinutes(i / 5 * 15).AddSeconds(20 + (i % 5 * 30)), new()
        {
            Input = 100, Output = 50, CacheRead = writes ? 0 : 6_000, CacheWrite5m = writes ? 6_000 : 0,
        }, Content(prefix, i + 5_000));
    });

    static CallContent? Content(ulong prefix, int call) => prefix == 0 ? null : Said(prefix, call);

    // A marked system prompt of its own, and words of the call's own.
    static CallContent Said(ulong prefix, int call, bool isMarked = true) => new()
    {
        Prompt =
        [
            new(BlockPlace.System, BlockKind.Text, 24_000, prefix, [.. Enumerable.Range(1, 120).Select(c => new TextChunk(((prefix * 1_000) + (ulong)c) << 20, 200))]),
            .. isMarked ? [new PromptBlock(BlockPlace.System, BlockKind.CachePoint, 0, 0, []) { Lifetime = TimeSpan.FromMinutes(5) }]
                : Array.Empty<PromptBlock>(),
            new(BlockPlace.User, BlockKind.Text, 96, (ulong)call + 1_000_000, [new TextChunk((ulong)(call + 9_000_000) << 20, 96)]),
        ],
    };
}
