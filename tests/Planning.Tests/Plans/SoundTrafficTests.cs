using Assay.Usage;
using static Assay.Planning.Tests.Plans.SomeCalls;

namespace Assay.Planning.Tests.Plans;

/// <summary>What looks like a fault and is none, and faults in another dress.</summary>
public class SoundTrafficTests
{
    [Fact]
    public void A_session_name_that_never_changes_is_no_runaway_agent()
    {
        // One tool, asked the same a hundred times over three weeks, always under one name.
        var calls = Enumerable.Range(0, 400).Select(i => Call(i, Kind(), Start.AddHours(i), Tokens(2_000, 60), new()
        {
            Session = 7, Answer = new(AnswerForm.ToolUse, 40, 1, 0, 0, [99]), Prompt = [Said(i)],
        }));
        var plan = SampledTraffic.Planned(calls);
        Assert.DoesNotContain(plan.Actions, a => a.Lever == Lever.Agents);
    }

    [Fact]
    public void A_refused_call_is_none_of_the_eight_a_task_may_take()
    {
        var calls = Enumerable.Range(0, 24).Select(i => Call(i, Kind(), Start.AddSeconds(i * 10), i % 2 == 0 ? default : Tokens(20_000, 60), new()
        {
            Session = 7, Answer = i % 2 == 0 ? AnswerShape.Unknown : new(AnswerForm.ToolUse, 40, 1, 0, 0, [99]), Prompt = [Said(i)],
        }) with { ErrorCode = i % 2 == 0 ? "ThrottlingException" : null });
        var action = Assert.Single(SampledTraffic.Planned(calls).Actions, a => a is { Lever: Lever.Agents, Kind: ActionKind.Saving });
        Assert.Equal(4, action.Evidence.Requests);
    }

    [Theory]
    [InlineData(AnswerForm.Json, 14, 5, true), InlineData(AnswerForm.Prose, 3, 5, true), InlineData(AnswerForm.Label, 2, 5, true)]
    [InlineData(AnswerForm.Label, 2, 300, false), InlineData(AnswerForm.Prose, 200, 5, false)]
    public void A_classifier_answers_little_and_the_same_again(AnswerForm form, int tokens, int answers, bool isOne)
    {
        var calls = Enumerable.Range(0, 300).Select(i => Call(i, Kind(Opus), Start.AddMinutes(i * 50), Tokens(3_000, tokens), new()
        {
            Answer = new(form, tokens * 4, (ulong)(i % answers) + 1, 0, form == AnswerForm.Json ? 5ul : 0, []), Prompt = [Said(i)],
        }));
        Assert.Equal(isOne, SampledTraffic.Planned(calls).Actions.Any(a => a.Lever == Lever.Routing));
    }

    static PromptBlock Said(int call) => new(BlockPlace.User, BlockKind.Text, 2_000, (ulong)call + 1_000,
        [.. Enumerable.Range(1, 10).Select(c => new TextChunk((ulong)((call * 64) + c + 1_000) << 20, 200))]);
}
