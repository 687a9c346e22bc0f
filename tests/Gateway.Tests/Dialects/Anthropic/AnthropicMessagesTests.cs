using Assay.Gateway.Dialects.Anthropic;
using Assay.Testing;
using static Assay.Gateway.Tests.Dialects.Speech;

namespace Assay.Gateway.Tests.Dialects.Anthropic;

public sealed class AnthropicMessagesTests
{
    static ConverseCall Call(string json, string model = Sonnet45, string? betas = null) =>
        Ready(AnthropicMessages.Translate(Bytes(json), model, betas));
    static DialectError Error(string json, string model = Sonnet45) => Refused(AnthropicMessages.Translate(Bytes(json), model));
    static string With(string members) => $$$$"""{"model":"smart","max_tokens":10,"messages":[{"role":"user","content":"Hi"}],{{{{members}}}}}""";
    static string Saying(string blocks, string role = "user") => $$$$"""{"model":"smart","max_tokens":10,"messages":[{"role":"{{{{role}}}}","content":[{{{{blocks}}}}]}]}""";

    const string Long = $$$$"""
        {"model":"smart","max_tokens":4096,"stream":true,"temperature":1,"top_k":40,"stop_sequences":["###"],"metadata":{"user_id":"u-1"},
         "service_tier":"standard_only","anthropic_beta":["interleaved-thinking-2025-05-14"],"inference_geo":"us",
         "thinking":{"type":"enabled","budget_tokens":2048},"context_management":{"edits":[]},
         "output_config":{"effort":"medium","format":{"type":"json_schema","schema":{"type":"object"}},"task_budget":{"total":9}},
         "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":""}],
         "messages":[
          {"role":"user","content":[{"type":"text","text":"Look","cache_control":{"type":"ephemeral"}},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{{Png}}}}"}},
            {"type":"document","title":"Q3: report","context":"for the board","citations":{"enabled":true},"source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="}},
            {"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"}},
            {"type":"document","source":{"type":"content","content":[{"type":"text","text":"part"}]}},
            {"type":"search_result","source":"https://a","title":"A","content":[{"type":"text","text":"found"}]}]},
          {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"b3BhcXVl"},
            {"type":"text","text":"I look."},{"type":"tool_use","id":"toolu_1","name":"grep","input":{"q":"a\u00fc","deep":{"n":[1,2.50]}}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":[{"type":"text","text":"none","cache_control":{"type":"ephemeral","ttl":"5m"}},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{{Png}}}}"}}]}]},
          {"role":"user","content":"Go on"}],
         "tools":[{"name":"grep","description":"find","input_schema":{"type":"object","properties":{"q":{"type":"string"}}},"defer_loading":true},
          {"type":"bash_20250124","name":"bash"},
          {"type":"custom","name":"ls","input_schema":{"type":"object"},"strict":true,"cache_control":{"type":"ephemeral","ttl":"1h"}}],
         "tool_choice":{"type":"auto","disable_parallel_tool_use":true}}
        """;

    [Fact]
    public void An_agents_request_is_translated_whole() =>
        Golden.Matches(Shown(Call(Long, betas: "claude-code-20250219, context-1m-2025-08-07,interleaved-thinking-2025-05-14")));

    [Fact]
    public void Tokens_are_counted_of_the_same_conversation() => Golden.Matches(Shown(Ready(AnthropicMessages.Count(Bytes(Long), Sonnet45), "CountTokensRequest")));

    [Fact]
    public void Counting_needs_no_limit_of_the_answer() =>
        Ready(AnthropicMessages.Count(Bytes("""{"model":"m","messages":[{"role":"user","content":"Hi"}]}""")), "CountTokensRequest");

    [Theory]
    [InlineData("""{"type":"auto"}""", """{"auto":{}}""")]
    [InlineData("""{"type":"any"}""", """{"any":{}}""")]
    [InlineData("""{"type":"tool","name":"ls"}""", """{"tool":{"name":"ls"}}""")]
    public void A_choice_of_tools_has_a_name_in_Converse(string theirs, string ours)
    {
        var call = Call(With($$$$"""
            "tools":[{"name":"ls","input_schema":{"type":"object"}}],"tool_choice":{{{{theirs}}}}
            """));
        Assert.Equal(ours, Json(call.Body).GetProperty("toolConfig").GetProperty("toolChoice").GetRawText());
    }

    [Fact]
    public void To_call_no_tool_the_tools_are_left_out() =>
        Assert.False(Json(Call(With("""
            "tools":[{"name":"ls","input_schema":{"type":"object"}}],"tool_choice":{"type":"none"}
            """)).Body).TryGetProperty("toolConfig", out _));

    [Fact]
    public void A_mark_on_the_whole_request_caches_all_that_was_said() =>
        Assert.EndsWith("""{"text":"Hi"},{"cachePoint":{"type":"default"}}]}],"inferenceConfig":{"maxTokens":10}}""",
            Text(Call(With("\"cache_control\":{\"type\":\"ephemeral\"}")).Body));

    [Fact]
    public void What_only_Claude_understands_is_named_for_another_model() =>
        Assert.Equal(["anthropic-beta:context-1m-2025-08-07", "context_management", "thinking"],
            Call(With("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},\"context_management\":{\"edits\":[]}"), Llama,
                "context-1m-2025-08-07").Ignored);

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"}]}""", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":1}""", "messages")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}],"temperature":1.5}""", "temperature")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}],"mcp_servers":[{"url":"x"}]}""", "mcp_servers")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}],"tools":[{"type":"web_search_20250305","name":"web_search"}]}""", "tools[0].type")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}],"tools":[{"name":"x"}]}""", "tools[0].input_schema")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}],"service_tier":"gold"}""", "service_tier")]
    public void What_cannot_be_translated_names_the_member(string json, string param)
    {
        var error = Error(json);
        Assert.Equal((DialectFault.WrongRequest, param), (error.Fault, error.Param));
    }

    [Theory]
    [InlineData("""{"type":"image","source":{"type":"url","url":"https://a"}}""", "messages[0].content[0].source")]
    [InlineData("""{"type":"document","source":{"type":"file","file_id":"f"}}""", "messages[0].content[0].source")]
    [InlineData("""{"type":"tool_use","id":"a","name":"b","input":"c"}""", "messages[0].content[0].input")]
    [InlineData("""{"type":"web_search_tool_result","tool_use_id":"a","content":[]}""", "messages[0].content[0].type")]
    [InlineData("""{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"2h"}}""", "messages[0].content[0].cache_control.ttl")]
    [InlineData("""{"type":"hologram"}""", "messages[0].content[0].type")]
    public void A_block_that_cannot_be_translated_is_named(string block, string param) => Assert.Equal(param, Error(Saying(block)).Param);
}
