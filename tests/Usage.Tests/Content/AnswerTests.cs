using static Assay.Usage.Tests.Content.TheContent;

namespace Assay.Usage.Tests.Content;

/// <summary>Answers become shapes.</summary>
public sealed class AnswerTests
{
    const string Prosaic = "Your order left the warehouse this morning. It will arrive on Monday.";

    [Theory]
    [InlineData("billing", AnswerForm.Label)]
    [InlineData(" Needs review \n", AnswerForm.Label)]
    [InlineData("Yes.", AnswerForm.Prose)]
    [InlineData(Prosaic, AnswerForm.Prose)]
    [InlineData("", AnswerForm.Empty)]
    [InlineData(" \n", AnswerForm.Empty)]
    [InlineData("{\"a\":\"b\\n\"}", AnswerForm.Json)]
    [InlineData("[1, 2]", AnswerForm.Json)]
    [InlineData("```json\n{\"a\": 1}\n```", AnswerForm.Json)]
    [InlineData("[930 chars removed]", AnswerForm.Label)]
    [InlineData("{\"a\":1", AnswerForm.Prose)]
    public void The_form_of_an_answer_is_told_by_its_text(string text, AnswerForm form) => Assert.Equal(form, Said(text).Form);

    [Theory]
    [InlineData("null"), InlineData("{}"), InlineData("7"), InlineData("{\"usage\":{\"inputTokens\":100}}")]
    public void What_is_not_in_the_log_is_unknown(string answer) => Assert.Equal(AnswerShape.Unknown, Answer(answer));

    [Fact]
    public void The_same_text_has_one_shape_in_every_dialect()
    {
        var whole = Said(Prosaic);
        var (front, back) = (Prosaic[..20], Prosaic[20..]);
        foreach (var answer in (string[])
            [
                $$$$$"""[{"messageStart":{"role":"assistant"}},{"contentBlockDelta":{"delta":{"text":"{{{{{front}}}}}"},"contentBlockIndex":0}},{"contentBlockDelta":{"delta":{"text":"{{{{{back}}}}}"}}},{"messageStop":{}}]""",
                $$"""{"type":"message","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"{{Prosaic}}"}]}""",
                $$$"""[{"type":"message_start","message":{"content":[]}},{"type":"content_block_start","content_block":{"type":"text","text":""}},{"type":"content_block_delta","delta":{"type":"text_delta","text":"{{{front}}}"}},{"type":"content_block_delta","delta":{"type":"text_delta","text":"{{{back}}}"}}]""",
                $$"""{"results":[{"outputText":"{{Prosaic}}"}]}""", $$"""{"generation":"{{Prosaic}}"}""",
                $$$"""{"choices":[{"message":{"role":"assistant","content":"{{{Prosaic}}}"}}]}""",
                $$"""{"outputs":[{"text":"{{Prosaic}}"}]}""",
            ])
            Assert.Equal(whole, Answer(answer) with { Calls = whole.Calls });
    }

    [Fact]
    public void The_same_call_has_one_fingerprint_in_every_dialect()
    {
        var whole = Answer("""{"output":{"message":{"content":[{"text":"Let me look."},{"toolUse":{"toolUseId":"a","name":"find","input":{"q":"a \"b\"","n":1}}}]}}}""");
        Assert.Equal(AnswerForm.ToolUse, whole.Form);
        var call = Assert.Single(whole.Calls);
        foreach (var answer in (string[])
            [
                """[{"contentBlockStart":{"start":{"toolUse":{"toolUseId":"b","name":"find"}}}},{"contentBlockDelta":{"delta":{"toolUse":{"input":"{\"q\": \"a \\\""}}}},{"contentBlockDelta":{"delta":{"toolUse":{"input":"b\\\"\", \"n\":1}"}}}}]""",
                """{"content":[{"type":"tool_use","id":"c","name":"find","input":{"q":"a \"b\"", "n":1}}]}""",
                """[{"type":"content_block_start","content_block":{"type":"tool_use","id":"d","name":"find","input":{}}},{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{\"q\":\"a \\\"b\\\"\",\"n\":1}"}}]""",
                """{"choices":[{"message":{"content":null,"tool_calls":[{"id":"e","function":{"name":"find","arguments":"{\"q\":\"a \\\"b\\\"\",\"n\":1}"}}]}}]}""",
            ])
            Assert.Equal(call, Assert.Single(Answer(answer).Calls));
    }

    [Fact]
    public void Objects_with_the_same_members_have_the_same_keys_whatever_their_order_and_values()
    {
        Assert.Equal(Said("""{"a":1,"b":{"x":2}}""").Keys, Said("""{"b":null,"a":[{"y":3}]}""").Keys);
        Assert.NotEqual(Said("""{"a":1}""").Keys, Said("""{"b":1}""").Keys);
        Assert.Equal(0UL, Said("""[{"a":1}]""").Keys);
    }

    [Fact]
    public void Templates_share_an_opening_and_white_space_at_the_ends_is_no_difference()
    {
        Assert.Equal(Said("Thank you for contacting us, Ada.").Opening, Said("\n Thank you for contacting us, Bo.").Opening);
        Assert.Equal(0UL, Said("short").Opening);
        Assert.Equal(Said("same").Hash, Said(" same\n").Hash);
        Assert.NotEqual(Said("back\\n").Hash, Said("back\\").Hash);
    }

    [Theory]
    [InlineData("""{"metrics":{"latencyMs":3176}}""", 3176)]
    [InlineData("""[{"metadata":{"metrics":{"latencyMs":5}}}]""", 5)]
    [InlineData("""[{"type":"message_stop","amazon-bedrock-invocationMetrics":{"invocationLatency":7}}]""", 7)]
    [InlineData("""{"metrics":{"latencyMs":-3}}""", -1)]
    [InlineData("{}", -1)]
    public void The_time_an_answer_took_is_kept(string answer, int latency) => Assert.Equal(latency, Of("null", answer).LatencyMs);
}
