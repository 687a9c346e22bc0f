using Assay.Patterns.Caching;
using Assay.Patterns.Prompts;
using Assay.Usage;
using Assay.Usage.Logs;
using static Assay.Patterns.Tests.Prompts.SaidCalls;

namespace Assay.Patterns.Tests.Prompts;

/// <summary>Where cache points would go, and what a cache would make of them.</summary>
public sealed class CacheLayoutTests
{
    const int Minimum = 1024;

    static readonly string Static = Prose(1, 16_000);

    static (long Read, long Written, long Plain) Replay(IReadOnlyList<UsageRecord> calls, CacheLayout layout)
    {
        var cache = new PrefixCache(TimeSpan.FromMinutes(5));
        Span<CachePrefix> prefixes = stackalloc CachePrefix[CacheLayout.PointsMax];
        long read = 0, written = 0, plain = 0;
        foreach (var call in calls)
        {
            var count = layout.Prefixes(call, prefixes);
            Assert.InRange(count, 0, CacheLayout.PointsMax);
            for (var i = 0; i < count; i++)
            {
                Assert.InRange(prefixes[i].Tokens, Minimum, call.Tokens.Prompt);
                Assert.True(i == 0 || prefixes[i].Tokens >= prefixes[i - 1].Tokens);
            }
            var use = cache.Use(call.Time, prefixes[..count]);
            Assert.InRange(use.Read + use.Written, 0, call.Tokens.Prompt);
            (read, written, plain) = (read + use.Read, written + use.Written, plain + call.Tokens.Prompt - use.Read - use.Written);
        }
        return (read, written, plain);
    }

    static CacheLayout The(CacheLayoutKind kind, IReadOnlyList<UsageRecord> calls) => Assert.Single(CacheLayouts.Worth(calls, Minimum), l => l.Kind == kind);

    [Fact]
    public void A_static_beginning_is_written_once_and_read_by_all_others()
    {
        var calls = Of(Enumerable.Range(0, 50).Select(i => Prompt(Static, Prose(100 + i, 400))));
        var layout = Assert.Single(CacheLayouts.Worth(calls, Minimum));
        Assert.Equal((CacheLayoutKind.Static, "behind the system prompt (about 4,000 tokens)"), (layout.Kind, layout.Where));
        Assert.Equal((49 * 4_000L, 4_000L, 50 * 100L), Replay(calls, layout));
    }

    [Fact]
    public void A_beginning_within_a_block_is_named_by_its_bytes()
    {
        var calls = Of(Enumerable.Range(0, 50).Select(i => Prompt(Static + Prose(500 + i, 400), "go on")));
        Assert.Matches("^after the system prompt's first 1[56],[0-9]{3} bytes \\(about 3,[0-9]{3} tokens\\)$", The(CacheLayoutKind.Static, calls).Where);
    }

    [Fact]
    public void Text_moved_to_the_front_is_cached_as_if_it_stood_there()
    {
        var calls = Of(Enumerable.Range(0, 50).Select(i => Prompt(Prose(500 + i, 100) + Static, Prose(100 + i, 400))));
        var layout = Assert.Single(CacheLayouts.Worth(calls, Minimum));
        Assert.Equal(CacheLayoutKind.Moved, layout.Kind);
        Assert.Matches("^behind the 1[56],[0-9]{3} bytes .about 3,[0-9]{3} tokens. that 50 prompts share in the system prompt, once they stand before the", layout.Where);
        var (read, written, _) = Replay(calls, layout);
        Assert.InRange(written, 3_500, 4_000);
        Assert.Equal(written * 49, read);
    }

    [Fact]
    public void What_the_model_does_not_cache_is_no_layout()
    {
        var calls = Of(Enumerable.Range(0, 50).Select(i => Prompt(Prose(1, 3_000), Prose(100 + i, 400))));
        Assert.Empty(CacheLayouts.Worth(calls, Minimum));
        Assert.Empty(CacheLayouts.Worth(calls, 0));
        Assert.NotEmpty(CacheLayouts.Worth(calls, 512));
    }

    [Fact]
    public void Tenants_read_only_what_their_own_wrote()
    {
        var calls = Of(Enumerable.Range(0, 90).Select(i => Prompt(Prose(10 + (i % 3), 8_000), Prose(100 + i, 400))));
        var layout = The(CacheLayoutKind.Static, calls);
        Assert.EndsWith(", and likewise in 2 other variants", layout.Where, StringComparison.Ordinal);
        var (read, written, _) = Replay(calls, layout);
        Assert.Equal((87 * 2_000L, 3 * 2_000L), (read, written));
    }

    static List<UsageRecord> Dialogues(bool isMarked) => Of(Enumerable.Range(0, 60).Select(i =>
    {
        var (who, turn) = (i / 6, i % 6);
        LogPart[] mark = isMarked ? [new LogPart.CachePoint("5m")] : [];
        List<LogMessage> messages = [];
        for (var t = 0; t < turn; t++) messages.AddRange([Says(Prose((who * 100) + t, 2_000)), Answers(Prose(50_000 + (who * 100) + t, 1_000))]);
        messages.Add(new("user", [new LogPart.Words(Prose((who * 100) + turn, 2_000)), .. mark]));
        return new LogContent { System = [new LogPart.Words(Static)], Messages = messages };
    }));

    [Fact]
    public void A_conversation_reads_what_its_last_call_wrote_and_writes_what_is_new()
    {
        var calls = Dialogues(isMarked: false);
        var (read, written, plain) = Replay(calls, The(CacheLayoutKind.Conversation, calls));
        Assert.Equal(0, plain);
        // The system prompt once, and of each of ten dialogues six questions and five answers once.
        Assert.InRange(written, 4_000 + (10 * ((6 * 500) + (5 * 250))) - 200, 4_000 + (10 * ((6 * 500) + (5 * 250))) + 600);
        Assert.Equal(calls.Sum(c => c.Tokens.Prompt), read + written);
    }

    [Fact]
    public void Marks_are_read_back_where_they_stand_now()
    {
        var calls = Dialogues(isMarked: true);
        var (read, written, _) = Replay(calls, The(CacheLayoutKind.AsMarked, calls));
        Assert.True(read > written, $"{read} read, {written} written");
        Assert.Contains(CacheLayouts.Worth(calls, Minimum), l => l.Kind == CacheLayoutKind.StaticAndConversation);
    }

    [Fact]
    public void Calls_that_have_nothing_in_common_read_nothing_though_two_turns_are_marked()
    {
        var calls = Of(Enumerable.Range(0, 40).Select(i => new LogContent
        {
            System = [new LogPart.Words(Prose(9_000 + i, 16_000))],
            Messages =
            [
                new("user", [new LogPart.Words(Prose(100 + i, 8_000)), new LogPart.CachePoint("5m")]),
                Answers(Prose(300 + i, 1_000)),
                new("user", [new LogPart.Words(Prose(500 + i, 2_000)), new LogPart.CachePoint("5m")]),
            ],
        }));
        Assert.Equal(0, Replay(calls, The(CacheLayoutKind.AsMarked, calls)).Read);
    }

    [Fact]
    public void Whatever_the_prompts_the_figures_add_up() => Gen.Select(Gen.Int[0, 100], Gen.Int[0, 9_000], Gen.Int[0, 300], Gen.Int[1, 4]).Sample((seed, length, before, tenants) =>
    {
        var calls = Of(Enumerable.Range(0, 40).Select(i => new LogContent
        {
            System = [new LogPart.Words(Prose(seed + 1_000 + i, before) + Prose(seed + (i % tenants), length)), new LogPart.CachePoint("5m")],
            Messages = [Says("start"), Answers(Prose(i / 5, 800)), .. Enumerable.Range(0, i % 5).SelectMany(t => new[] { Says(Prose(t + (i / 5 * 9), 700)), Answers("ok") }), Says("go")],
        }));
        foreach (var layout in CacheLayouts.Worth(calls, Minimum))
        {
            var (read, written, plain) = Replay(calls, layout);
            Assert.Equal(calls.Sum(c => c.Tokens.Prompt), read + written + plain);
        }
    }, iter: 60);

    [Fact]
    public void A_call_without_a_prompt_or_without_tokens_has_nothing_to_cache()
    {
        var calls = Of(Enumerable.Range(0, 50).Select(i => Prompt(Static, Prose(100 + i, 400))));
        var layout = The(CacheLayoutKind.Static, calls);
        var prefixes = new CachePrefix[CacheLayout.PointsMax];
        Assert.Equal(0, layout.Prefixes(calls[0] with { Content = null }, prefixes));
        Assert.Equal(0, layout.Prefixes(calls[0] with { Tokens = default }, prefixes));
        Assert.Equal(1, layout.Prefixes(calls[0], prefixes));
    }
}
