using System.Text;
using Assay.Gateway.Dialects.OpenAi;
using Assay.Testing;
using static Assay.Gateway.Tests.Dialects.Speech;

namespace Assay.Gateway.Tests.Dialects.OpenAi;

public sealed class OpenAiChatTests
{
    static ConverseCall Call(string json, string model = Sonnet45) => Ready(OpenAiChat.Translate(Bytes(json), model));
    static DialectError Error(string json, string model = Sonnet45) => Refused(OpenAiChat.Translate(Bytes(json), model));
    static string With(string members) => $$$$"""{"model":"smart","messages":[{"role":"user","content":"Hi"}],{{{{members}}}}}""";

    [Fact]
    public void A_question_becomes_a_turn()
    {
        var call = Call("""{"model":"smart","messages":[{"role":"user","content":"Hi \"you\" \u00fc"}]}""");
        Assert.Equal("""{"messages":[{"role":"user","content":[{"text":"Hi \"you\" \u00fc"}]}]}""", Text(call.Body));
        Assert.Equal(("smart", false, false), (call.Model, call.IsStream, call.IncludesUsage));
        Assert.Empty(call.Ignored);
    }

    [Fact]
    public void A_conversation_with_tools_pictures_and_files_is_translated_whole() => Golden.Matches(Shown(Call($$$$"""
        {"model":"smart","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":9000,"temperature":0.3,"top_p":0.9,
         "stop":["END"],"user":"u-7","metadata":{"team":"search"},"service_tier":"flex","seed":7,"store":false,"n":1,"logprobs":null,
         "frequency_penalty":0.0,"presence_penalty":0.5,"prompt_cache_key":"k","parallel_tool_calls":false,
         "messages":[
          {"role":"system","content":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
          {"role":"user","name":"ann","content":[{"type":"text","text":"What is it?"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,{{{{Png}}}}","detail":"high"}},
            {"type":"file","file":{"filename":"Q3_report (final).pdf","file_data":"data:application/pdf;base64,JVBERi0="}},
            {"type":"file","file":{"filename":"Q3 report (final).pdf","file_data":"JVBERi0="},"cache_control":{"type":"ephemeral"}}]},
          {"role":"assistant","content":"","tool_calls":[
            {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Graz\", \"n\": 1.50}"}},
            {"id":"call_2","type":"function","function":{"name":"now","arguments":""}}]},
          {"role":"tool","tool_call_id":"call_1","content":"rain"},
          {"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"noon","cache_control":{"type":"ephemeral"}}]},
          {"role":"developer","content":"Answer in German."},
          {"role":"user","content":"Well?"}],
         "tools":[{"type":"function","function":{"name":"weather","description":"The weather","strict":true,"parameters":{"type":"object","properties":{"city":{"type":"string"} } } } },
          {"type":"function","function":{"name":"now"},"cache_control":{"type":"ephemeral"}}],
         "tool_choice":{"type":"function","function":{"name":"weather"}}}
        """)));

    [Theory]
    [InlineData("auto", """{"auto":{}}""")]
    [InlineData("required", """{"any":{}}""")]
    public void A_choice_of_tools_has_a_name_in_Converse(string theirs, string ours)
    {
        var call = Call(With($$$$"""
            "tools":[{"type":"function","function":{"name":"now"}}],"tool_choice":"{{{{theirs}}}}"
            """));
        Assert.Equal(ours, Json(call.Body).GetProperty("toolConfig").GetProperty("toolChoice").GetRawText());
    }

    [Fact]
    public void To_call_no_tool_the_tools_are_left_out_unless_past_calls_need_them()
    {
        const string tools = """ "tools":[{"type":"function","function":{"name":"now"}}],"tool_choice":"none","parallel_tool_calls":false """;
        var without = Call(With(tools));
        Assert.False(Json(without.Body).TryGetProperty("toolConfig", out _));
        Assert.False(Json(without.Body).TryGetProperty("additionalModelRequestFields", out _));
        Assert.Empty(without.Ignored);

        var with = Call($$$$"""
            {"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"now","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"1"}],{{{{tools}}}}}
            """);
        Assert.True(Json(with.Body).TryGetProperty("toolConfig", out var config) && !config.TryGetProperty("toolChoice", out _));
        Assert.Equal(["tool_choice"], with.Ignored);
    }

    [Fact]
    public void Calls_one_at_a_time_are_asked_for_in_Claudes_words_and_named_where_they_cannot_be()
    {
        const string one = """ "tools":[{"type":"function","function":{"name":"now"}}],"tool_choice":"required","parallel_tool_calls":false """;
        Assert.Equal("""{"tool_choice":{"type":"any","disable_parallel_tool_use":true}}""",
            Json(Call(With(one)).Body).GetProperty("additionalModelRequestFields").GetRawText());
        Assert.Equal(["parallel_tool_calls"], Call(With(one), Nova).Ignored);
    }

    [Theory]
    [InlineData(Sonnet45, "low", null, """{"thinking":{"type":"enabled","budget_tokens":1024}}""")]
    [InlineData(Sonnet45, "high", null, """{"thinking":{"type":"enabled","budget_tokens":16384}}""")]
    [InlineData(Sonnet45, "high", 4000L, """{"thinking":{"type":"enabled","budget_tokens":2000}}""")]
    [InlineData(Opus46, "high", null, """{"thinking":{"type":"adaptive"}}""")]
    [InlineData(GptOss, "xhigh", null, """{"reasoning_effort":"high"}""")]
    [InlineData("us.amazon.nova-2-lite-v1:0", "minimal", null, """{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"low"}}""")]
    public void Effort_is_said_in_the_words_of_the_model(string model, string effort, long? maxTokens, string fields)
    {
        var max = maxTokens is null ? "" : $"\"max_tokens\":{maxTokens},";
        var call = Call(With($"{max}\"reasoning_effort\":\"{effort}\""), model);
        Assert.Equal(fields, Json(call.Body).GetProperty("additionalModelRequestFields").GetRawText());
        if (model == Opus46) Assert.Equal("""{"effort":"high"}""", Json(call.Body).GetProperty("outputConfig").GetRawText());
    }

    [Fact]
    public void Effort_that_cannot_be_is_named()
    {
        Assert.Equal(["reasoning_effort"], Call(With("\"reasoning_effort\":\"high\""), Llama).Ignored);
        Assert.Equal(["reasoning_effort"], Call(With("\"reasoning_effort\":\"high\",\"max_tokens\":500")).Ignored);
        Assert.Equal(["temperature", "top_p"], Call(With("\"reasoning_effort\":\"high\",\"temperature\":0.1,\"top_p\":0.2")).Ignored);
        Assert.Empty(Call(With("\"reasoning_effort\":\"none\""), Llama).Ignored);
    }

    [Fact]
    public void A_form_of_the_answer_is_Converses_where_the_model_keeps_to_it_and_an_instruction_elsewhere()
    {
        const string schema = """ "response_format":{"type":"json_schema","json_schema":{"name":"city","strict":true,"schema":{"type":"object","properties":{"n":{"type":"integer"}}}}} """;
        Golden.Matches($"{Shown(Call(With(schema)))}\n{Shown(Call(With(schema), Llama))}\n{Shown(Call(With(""" "response_format":{"type":"json_object"} """)))}");
    }

    [Theory]
    [InlineData(0.5, "0.5", false)]
    [InlineData(1.7, "1", true)]
    public void Heat_beyond_Converses_scale_is_its_end(double theirs, string ours, bool isNamed)
    {
        var call = Call(With($"\"temperature\":{theirs}"));
        Assert.Equal(ours, Json(call.Body).GetProperty("inferenceConfig").GetProperty("temperature").GetRawText());
        Assert.Equal(isNamed, call.Ignored.Count == 1);
    }

    [Fact]
    public void Unknown_members_are_named_once_and_fit_a_header()
    {
        var many = string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"x{i:00}\":1"));
        Assert.Equal(32, Call(With(many)).Ignored.Count);
        var odd = Assert.Single(Call(With($"\"a\\r\\nb: {new string('c', 200)}\":1")).Ignored);
        Assert.True(odd.Length <= 64 && odd.All(c => c is > ' ' and < (char)127), odd);
    }

    [Theory]
    [InlineData("""{"messages":[]}""", "model")]
    [InlineData("""{"model":"m"}""", "messages")]
    [InlineData("""{"model":"m","messages":[]}""", "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":""}]}""", "messages")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":7}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"bot","content":"a"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"video","video":{}}]}]}""", "messages[0].content[1].type")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a/b.png"}}]}]}""", "messages[0].content[0].image_url.url")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/bmp;base64,AAAA"}}]}]}""", "messages[0].content[0].image_url.url")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,??"}}]}]}""", "messages[0].content[0].image_url.url")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]}""", "messages[0].content[0].file")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"JVBERi0="}}]}]}""", "messages[0]")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{"}}]}]}""", "messages[1].tool_calls[0].function.arguments")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"tool","content":"b"}]}""", "messages[1].tool_call_id")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"n":2}""", "n")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"logprobs":true}""", "logprobs")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":0}""", "max_tokens")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"temperature":"hot"}""", "temperature")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"temperature":1e400}""", "temperature")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"modalities":["text","audio"]}""", "modalities")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"tools":[{"type":"web_search"}]}""", "tools[0].type")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"functions":[]}""", "functions")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}],"metadata":{"a":1}}""", "metadata.a")]
    public void What_cannot_be_translated_names_the_member(string json, string param)
    {
        var error = Error(json);
        Assert.Equal((DialectFault.WrongRequest, param), (error.Fault, error.Param));
        Assert.Contains($"'{param}'", error.Message);
    }

    [Fact]
    public void Turns_of_one_role_are_one_turn()
    {
        var call = Call("""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":null},{"role":"user","content":"c"}]}""");
        Assert.Equal("""{"messages":[{"role":"user","content":[{"text":"a"},{"text":"b"},{"text":"c"}]}]}""", Encoding.UTF8.GetString(call.Body.Span));
    }
}
