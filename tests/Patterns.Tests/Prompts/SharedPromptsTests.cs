using Assay.Patterns.Prompts;
using Assay.Usage;
using Assay.Usage.Logs;
using static Assay.Patterns.Tests.Prompts.SaidCalls;

namespace Assay.Patterns.Tests.Prompts;

/// <summary>What prompts share is found wherever it stands, and nothing else is.</summary>
public sealed class SharedPromptsTests
{
    static readonly string Static = Prose(1, 12_000);

    static IReadOnlyList<SharedPrompt> Shared(int calls, Func<int, LogContent> prompt) => SharedPrompts.Of(Of(Enumerable.Range(0, calls).Select(prompt))).All;

    [Fact]
    public void A_system_prompt_of_all_calls_stands_first()
    {
        var only = Assert.Single(Shared(60, i => Prompt(Static, Prose(100 + i, 500))));
        Assert.Equal((true, 12_000L, 60, 1.0, 0L), (only.StandsFirst, only.Bytes, only.Calls.Count, only.Share, only.BytesBefore));
        Assert.Equal((BlockPlace.System, 0, 0), (only.From.Place, only.From.Block, only.From.Byte));
        Assert.Equal(new(BlockPlace.System, 0, 12_000, IsBlockEdge: true), only.To);
        Assert.InRange(only.Tokens, 2_950, 3_050);
    }

    [Fact]
    public void Shared_text_ends_where_the_same_block_begins_to_vary()
    {
        var only = Assert.Single(Shared(60, i => Prompt(Static + Prose(100 + i, 300), "go on")));
        Assert.True(only.StandsFirst);
        Assert.InRange(only.Bytes, 11_000, 12_000);
        Assert.False(only.To.IsBlockEdge);
    }

    [Theory]
    [InlineData("same block"), InlineData("earlier block"), InlineData("tools"), InlineData("user message")]
    public void Shared_text_behind_what_varies_must_be_moved(string where)
    {
        var only = Assert.Single(Shared(80, i =>
        {
            var varies = Prose(100 + i, 120 + i);
            return where switch
            {
                "same block" => Prompt(varies + Static, Prose(900 + i, 200)),
                "earlier block" => new() { System = [new LogPart.Words(varies), new LogPart.Words(Static)], Messages = [Says(Prose(900 + i, 200))] },
                "tools" => new() { Tools = [new("f", varies, "{}")], System = [new LogPart.Words(Static)], Messages = [Says(Prose(900 + i, 200))] },
                _ => Prompt("", varies + Static + Prose(900 + i, 200)),
            };
        }));
        Assert.False(only.StandsFirst);
        Assert.Equal(80, only.Calls.Count);
        Assert.InRange(only.Bytes, 11_000, 12_000);
        Assert.InRange(only.BytesBefore, 120, 1_500);
        Assert.Equal(where == "user message" ? BlockPlace.User : BlockPlace.System, only.From.Place);
    }

    [Fact]
    public void Each_tenant_s_own_prompt_is_a_variant()
    {
        var shared = Shared(300, i => Prompt(Prose(10 + (i % 3), 8_000), Prose(100 + i, 300)));
        Assert.Equal(3, shared.Count);
        Assert.All(shared, s => Assert.Equal((true, 8_000L, 100), (s.StandsFirst, s.Bytes, s.Calls.Count)));
        Assert.Equal(Enumerable.Range(0, 300), shared.SelectMany(s => s.Calls).Order());
    }

    [Fact]
    public void Tenants_behind_a_preamble_of_all_are_longer_variants_of_it()
    {
        var shared = Shared(300, i => new()
        {
            System = [new LogPart.Words(Static), new LogPart.Words(Prose(10 + (i % 3), 8_000))], Messages = [Says(Prose(100 + i, 300))],
        });
        Assert.Equal(3, shared.Count);
        Assert.All(shared, s => Assert.Equal((true, 20_000L, 100), (s.StandsFirst, s.Bytes, s.Calls.Count)));
    }

    [Fact]
    public void A_variant_of_few_leaves_the_rest_its_preamble()
    {
        var shared = Shared(300, i => new()
        {
            System = [new LogPart.Words(Static), new LogPart.Words(i % 6 == 0 ? Prose(9, 8_000) : Prose(500 + i, 900))], Messages = [Says(Prose(5_000 + i, 90))],
        });
        Assert.Equal([(12_000L, 300), (20_000L, 50)], shared.Select(s => (s.Bytes, s.Calls.Count)));
    }

    [Fact]
    public void Prompts_of_their_own_share_nothing() => Assert.Empty(Shared(200, i => Prompt(Prose(100 + i, 3_000), Prose(1000 + i, 2_000))));

    [Fact]
    public void Retries_share_nothing() => Assert.Empty(Shared(200, i => Prompt(Prose(100 + (i / 4), 3_000), "go on")));

    [Fact]
    public void A_conversation_that_repeats_itself_shares_nothing_with_others()
    {
        var calls = Of(Enumerable.Range(0, 200).Select(i => Prompt("", Prose(100 + (i / 20), 4_000) + Prose(1000 + i, 200))), i => $"s{i / 20}");
        Assert.Empty(SharedPrompts.Of(calls).All);
    }

    [Fact]
    public void Calls_without_prompts_are_in_no_share()
    {
        var calls = Of(Enumerable.Range(0, 40).Select(i => Prompt(Static, Prose(100 + i, 500))));
        List<UsageRecord> mixed = [.. calls, .. calls.Take(5).Select(c => c with { Content = null }), .. calls.Take(5).Select(c => c with { Content = new() })];
        var only = Assert.Single(SharedPrompts.Of(mixed).All);
        Assert.Equal((40, 1.0), (only.Calls.Count, only.Share));
        Assert.Empty(SharedPrompts.Of([]).All);
    }

    static IReadOnlyList<SharedPrompt> Behind(int before, int length, int seed)
    {
        var same = Prose(seed, length);
        return Shared(30, i => Prompt(Prose(1_000 + (seed * 40) + i, before == 0 ? 0 : before + (i % 7)) + same, Prose(90_000 + i, 100)));
    }

    // A thousand tokens: the least that most models cache.
    [Fact]
    public void Shared_text_is_found_whatever_stands_before_it() => Gen.Select(Gen.Int[0, 400], Gen.Int[4_000, 9_000], Gen.Int[0, 500]).Sample((before, length, seed) =>
    {
        // A few calls that are cut alike at its edge may share a little more of it; what all of them share comes first.
        var found = Behind(before, length, seed);
        Assert.Equal(before == 0, found[0].StandsFirst);
        Assert.Equal(30, found[0].Calls.Count);
        Assert.InRange(found[0].Bytes, length - 1_100, length);
        Assert.All(found, f => Assert.InRange(f.Bytes, SharedPrompts.BytesMin, length));
    }, iter: 60);

    // Some have no place to cut before the longest piece ends, and are cut otherwise behind each text that varies: a call may be missed.
    [Fact]
    public void Of_a_short_text_no_more_is_claimed_than_there_is() => Gen.Select(Gen.Int[0, 400], Gen.Int[1_500, 4_000], Gen.Int[0, 500]).Sample((before, length, seed) =>
    {
        foreach (var found in Behind(before, length, seed))
        {
            Assert.True(before > 0 || found.StandsFirst);
            Assert.InRange(found.Calls.Count, SharedPrompts.CallsMin, 30);
            Assert.InRange(found.Bytes, SharedPrompts.BytesMin, length);
        }
    }, iter: 60);

    // Built of blocks: a log of so many calls would take its time.
    [Fact]
    public void A_sample_of_many_calls_does_not_keep_step_with_them()
    {
        static PromptBlock Block(int seed) => new(BlockPlace.System, BlockKind.Text, 1_600, (ulong)seed,
            [.. Enumerable.Range(0, 10).Select(i => new TextChunk(Fingerprint.Mix((ulong)seed, (ulong)i), 160))]);
        PromptBlock[] tenants = [Block(1), Block(2), Block(3), Block(4), Block(5)];
        List<UsageRecord> calls = [.. Enumerable.Range(0, 100_000).Select(i => new UsageRecord(CallKind.Unknown)
        {
            Tokens = new() { Input = 800 }, Content = new() { Prompt = [i % 10 == 0 ? Block(1_000 + i) : tenants[i % 5], Block(1_000_000 + i)] },
        })];
        var shared = SharedPrompts.Of(calls).All;
        Assert.Equal([10_000, 20_000, 20_000, 20_000, 20_000], shared.Select(s => s.Calls.Count).Order());
    }

    [Fact]
    public void A_very_long_text_behind_a_line_that_varies_is_one_text()
    {
        var same = Prose(1, 60_000);
        var most = Shared(100, i => Prompt(Prose(100 + i, 20 + (i * 3)) + same, Prose(900 + i, 200))).MaxBy(s => s.Tokens * s.Calls.Count)!;
        Assert.False(most.StandsFirst);
        Assert.InRange(most.Calls.Count, 95, 100);
        Assert.InRange(most.Bytes, 55_000, 60_000);
    }
}
