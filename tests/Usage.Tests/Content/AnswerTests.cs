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
    [InlineData("""{"id":123456,"label":"spam"}""", """{"id":7001,"label":"spam"}""", true)]
    [InlineData("""{"label":"spam","ticket_id":"T-48213"}""", """{"label":"spam","ticket_id":"T-48999"}""", true)]
    [InlineData("""{"messageId":"a1b2","label":"spam","confidence":0.91}""", """{"messageId":"a1b3","label":"spam","confidence":0.12}""", true)]
    [InlineData("""{"id":123456,"label":"spam"}""", """{"id":123456,"label":"ham"}""", false)]
    // What is left without the id is no word, so the id is the answer; and what is no id is none by its name's end.
    [InlineData("""{"invoice_id":"INV-4821","total":12}""", """{"invoice_id":"INV-4822","total":12}""", false)]
    [InlineData("""{"id":123456}""", """{"id":123457}""", false)]
    [InlineData("""{"paid":48210,"label":"spam"}""", """{"paid":48211,"label":"spam"}""", false)]
    [InlineData("""{"id":"a sentence of 7 words","label":"spam"}""", """{"id":"a sentence of 8 words!","label":"spam"}""", false)]
    public void An_object_is_the_same_label_whatever_id_it_gives_back(string one, string other, bool areSame)
    {
        Assert.Equal(areSame, Said(one).WithoutScores == Said(other).WithoutScores);
        Assert.Equal(areSame, Said($"```json\n{one}\n```").WithoutScores == Said($"```json\n{other}\n```").WithoutScores);
        Assert.Equal(areSame, Calling(one).WithoutScores == Calling(other).WithoutScores);
    }

    [Fact]
    public void One_tool_called_without_a_word_is_an_answer_and_more_is_none()
    {
        Assert.NotEqual(0UL, Calling("""{"label":"spam"}""").WithoutScores);
        Assert.NotEqual(Calling("""{"label":"spam"}""").WithoutScores, Calling("""{"label":"spam"}""", "other").WithoutScores);
        Assert.Equal(0UL, Calling($$"""{"patch":"{{new string('x', 200)}}"}""").WithoutScores);
        Assert.Equal(0UL, Calling("").WithoutScores);
        const string call = """{"toolUse":{"toolUseId":"a","name":"f","input":{"label":"spam"}}}""";
        Assert.Equal(0UL, Answer($$"""{"content":[{"type":"text","text":"I look."},{{call}}]}""").WithoutScores);
        Assert.Equal(0UL, Answer($$"""{"content":[{{call}},{{call}}]}""").WithoutScores);
    }

    static AnswerShape Calling(string arguments, string tool = "classify") => Answer(
        $$$"""{"content":[{"type":"tool_use","id":"c","name":"{{{tool}}}","input":{{{(arguments.Length == 0 ? "{}" : arguments)}}}}]}""");

    [Theory]
    [InlineData("""{"metrics":{"latencyMs":3176}}""", 3176)]
    [InlineData("""[{"metadata":{"metrics":{"latencyMs":5}}}]""", 5)]
    [InlineData("""[{"type":"message_stop","amazon-bedrock-invocationMetrics":{"invocationLatency":7}}]""", 7)]
    [InlineData("""{"metrics":{"latencyMs":-3}}""", -1)]
    [InlineData("{}", -1)]
    public void The_time_an_answer_took_is_kept(string answer, int latency) => Assert.Equal(latency, Of("null", answer).LatencyMs);
}
