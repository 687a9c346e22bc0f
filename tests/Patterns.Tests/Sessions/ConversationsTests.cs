using Assay.Patterns.Sessions;
using Assay.Usage;
using Assay.Usage.Logs;
using static Assay.Patterns.Tests.Prompts.SaidCalls;

namespace Assay.Patterns.Tests.Sessions;

/// <summary>Calls that carry each other on are one conversation.</summary>
public sealed class ConversationsTests
{
    static LogContent Dialogue(params string[] said) => new()
    {
        Messages = [.. said.Select((text, i) => i % 2 == 0 ? Says(text) : Answers(text))],
    };

    static IReadOnlyList<int> Ids(params LogContent[] prompts) => Conversations.Of(Of(prompts)).Ids;

    [Fact]
    public void A_named_session_is_one_conversation_whatever_is_said()
    {
        var conversations = Conversations.Of(Of(Enumerable.Range(0, 6).Select(i => Prompt("", Prose(i, 400 * (i + 1)))), i => i % 2 == 0 ? "a" : "b"));
        Assert.Equal([0, 1, 0, 1, 0, 1], conversations.Ids);
        Assert.Equal((true, 100L, 500L, 200.0, TimeSpan.FromMinutes(2)),
            (conversations.All[0].IsNamed, conversations.All[0].TokensFirst, conversations.All[0].TokensLast, conversations.All[0].GrowthPerCall, conversations.All[0].LongestGap));
    }

    [Fact]
    public void A_name_on_many_calls_that_each_begin_anew_is_a_tag() => Assert.All(
        Conversations.Of(Of(Enumerable.Range(0, 30).Select(i => Prompt("", Prose(i, 400))), _ => "run-7")).Ids, id => Assert.Equal(-1, id));

    [Fact]
    public void Tasks_that_follow_one_another_under_one_name_are_each_its_own() => Assert.Equal([0, 0, 1, 1], Conversations.Of(Of(
        [Dialogue("one"), Dialogue("one", "yes", "two"), Dialogue("three"), Dialogue("three", "no", "four")], _ => "agent")).Ids);

    [Fact]
    public void A_prompt_that_begins_with_all_of_an_earlier_one_carries_it_on() => Assert.Equal(
        [0, -1, 0, 0], Ids(Dialogue("one"), Dialogue("other"), Dialogue("one", "yes", "two"), Dialogue("one", "yes", "two", "no", "three")));

    [Fact]
    public void The_same_prompt_again_is_no_conversation() => Assert.Equal([-1, -1, -1], Ids(Dialogue("one"), Dialogue("one"), Dialogue("one")));

    [Fact]
    public void Two_who_begin_alike_are_two_conversations() =>
        Assert.Equal([1, 0, 0, 1], Ids(Dialogue("hi"), Dialogue("hi"), Dialogue("hi", "yes", "a"), Dialogue("hi", "yes", "b")));

    [Fact]
    public void What_was_asked_anew_is_carried_on_by_the_latest_who_asked_it() => Assert.Equal([0, 0, 1, 1, 1],
        Ids(Dialogue("hi"), Dialogue("hi", "yes", "a"), Dialogue("hi"), Dialogue("hi", "yes", "b"), Dialogue("hi", "yes", "c")));

    [Fact]
    public void Marks_and_a_changed_system_prompt_break_no_chain() => Assert.Equal([0, 0], Ids(
        new LogContent { System = [new LogPart.Words("Monday")], Messages = [new("user", [new LogPart.Words("one"), new LogPart.CachePoint("5m")])] },
        new LogContent { System = [new LogPart.Words("Tuesday")], Messages = [Says("one"), Answers("yes"), Says("two")] }));

    [Fact]
    public void Calls_without_content_stand_alone()
    {
        List<UsageRecord> calls = [.. Of([Dialogue("one"), Dialogue("one", "yes", "two")]).Select(c => c with { Content = null })];
        Assert.Equal([-1, -1], Conversations.Of(calls).Ids);
        Assert.Equal(0, Conversations.Of([]).Continued);
    }

    static LogContent Tool(int times, string argument) => new()
    {
        Messages = [Says(argument), .. Enumerable.Range(0, times).SelectMany(t => new LogMessage[]
        {
            new("assistant", [new LogPart.ToolUse($"id{t}", "restart", $$"""{"job":"{{argument}}"}""")]), new("user", [new LogPart.ToolResult($"id{t}", $"no {t}")]),
        })],
        Answer = [new LogPart.ToolUse($"id{times}", "restart", $$"""{"job":"{{argument}}"}""")],
    };

    [Fact]
    public void A_tool_called_again_and_again_is_a_loop_and_is_counted_once_though_prompts_repeat_it()
    {
        var calls = Of(Enumerable.Range(0, 5).Select(i => Tool(i, "a")).Append(Tool(0, "b")), i => i < 5 ? "s" : "t");
        var loops = Loops.Of(calls, Conversations.Of(calls), maxCalls: 3);
        Assert.Equal(5, Assert.Single(loops.Repeats).Times);
        Assert.Equal([1, 5], loops.CallsPerTask);
        Assert.Equal([0], loops.Runaways);
        Assert.Equal([3, 4], loops.Beyond);
        Assert.Equal((1, 5), (loops.Quantile(0.5), loops.Quantile(1)));
    }

    [Fact]
    public void Twice_is_a_retry()
    {
        var calls = Of([Tool(0, "a"), Tool(1, "a")], _ => "s");
        Assert.Empty(Loops.Of(calls, Conversations.Of(calls), maxCalls: 20).Repeats);
    }

    static bool IsLoop(string toolCalls) => Standstill.In([.. toolCalls.Select(c => (ulong)c)]).IsLoop;

    [Theory]
    [InlineData("aaaaaaaaa")]
    [InlineData("aaa")]
    [InlineData("ababababab")]
    [InlineData("abcdefghijklmnopqxxxxxxxxxxxxx")]
    [InlineData("1tr2tr3tr4trtrtrtrtr")]
    public void A_task_that_makes_no_new_call_goes_round(string toolCalls) => Assert.True(IsLoop(toolCalls));

    [Theory]
    [InlineData("")]
    [InlineData("abcdefghij")]
    [InlineData("1tr2tr3tr4tr5tr6tr7tr8tr")]
    [InlineData("1tlr2tlr3tlr4tlr5tlr6tlr")]
    [InlineData("abcsdefsghisjklsmno")]
    [InlineData("abcdefaaaghijkl")]
    public void Who_edits_and_tests_in_turns_or_tries_again_does_not_go_round(string toolCalls) => Assert.False(IsLoop(toolCalls));
}
