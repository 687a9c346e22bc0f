using Assay.Usage.Tests.Logs;
using static Assay.Usage.Tests.Content.TheContent;

namespace Assay.Usage.Tests.Content;

/// <summary>Request bodies become blocks, in the order the model reads them.</summary>
public sealed class PromptTests
{
    [Fact]
    public void Without_the_wish_nothing_is_read() =>
        Assert.Null(TheLog.Only(Line("""{"messages":[{"role":"user","content":[{"text":"hi"}]}]}""")).Content);

    [Fact]
    public void A_Converse_request_is_read_tools_first_then_system_then_messages() => Assert.Equal(
        "Tools Tool 70, CachePoint 5m, System Text 5, CachePoint 60m, User Text 2, Assistant ToolUse 13, User ToolResult 3",
        Skeleton(Prompt("""
            {"messages":[{"role":"user","content":[{"text":"hi"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"find","input":{"q":1}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"text":"two"}]}}]}],"system":[{"text":"Help."},{"cachePoint":{"type":"default","ttl":"1h"}}],"toolConfig":{"tools":[{"toolSpec":{"name":"find","description":"d","inputSchema":{"json":{}}}},{"cachePoint":{"type":"default"}}]}}
            """.Trim())));

    [Fact]
    public void A_Claude_request_has_its_marks_behind_the_blocks_they_stand_on() => Assert.Equal(
        "Tools Tool 31, CachePoint 5m, System Text 5, CachePoint 60m, User Text 2, Assistant ToolUse 13, User ToolResult 3, CachePoint 5m",
        Skeleton(Prompt("""
            {"anthropic_version":"x","max_tokens":7,"tools":[{"name":"find","input_schema":{},"cache_control":{"type":"ephemeral"}}],"system":[{"type":"text","text":"Help.","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"role":"user","content":"hi"},{"content":[{"type":"tool_use","id":"t1","name":"find","input":{"q":1}}],"role":"assistant"},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"two","cache_control":{"type":"ephemeral"}}]}]}
            """.Trim())));

    [Theory]
    [InlineData("""{"system":"Help.","messages":[{"role":"user","content":"hi"}]}""", "System Text 5, User Text 2")]
    [InlineData("""{"inputText":"hello"}""", "User Text 5")]
    [InlineData("""{"prompt":"hello","max_gen_len":7}""", "User Text 5")]
    [InlineData("""{"schemaVersion":"messages-v1","system":[{"text":"S"}],"messages":[{"role":"user","content":[{"text":"hi"},{"image":{"format":"png"}}]}]}""",
        "System Text 1, User Text 2, User Other 26")]
    [InlineData("""{"messages":[{"role":"system","content":"S"},{"role":"developer","content":"D"},{"role":"user","content":"hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"r"}]}""",
        "System Text 1, System Text 1, User Text 2, Assistant ToolUse 7, User ToolResult 1")]
    [InlineData("\"{\\\"inputText\\\":\\\"hello\\\"}\"", "User Text 5")]
    [InlineData("""{"messages":[{"role":"user","content":[7,{"video":{}},null]}]}""", "User Other 1, User Other 12")]
    [InlineData("""{"messages":7,"system":{},"tools":null,"toolConfig":[]}""", "User Other 1")]
    [InlineData("null", "no body")]
    [InlineData("""{"messages":[{"role":"user","content" [{"text":"hi"}]}]}""", "no body")]
    public void Every_known_body_becomes_blocks_and_an_unknown_one_no_fault(string request, string skeleton) =>
        Assert.Equal(skeleton, Skeleton(Of(request).Prompt));

    [Fact]
    public void A_body_on_S3_is_not_in_the_log() => Assert.Null(TheLog.Only(TheLog.Line("\"inputBodyS3Path\":\"s3://b/x\""), Options).Content!.Prompt);

    [Theory]
    [InlineData("""{"inferenceConfig":{"maxTokens":512,"stopSequences":["END"]}}""", 512, true)]
    [InlineData("""{"max_tokens":512,"stop_sequences":[]}""", 512, false)]
    [InlineData("""{"textGenerationConfig":{"maxTokenCount":512,"stopSequences":["x"]}}""", 512, true)]
    [InlineData("""{"max_tokens":"many"}""", 0, false)]
    public void Limits_are_read_in_every_spelling(string request, int maxTokens, bool hasStop)
    {
        var content = Of(request);
        Assert.Equal((maxTokens, hasStop), (content.MaxTokens, content.HasStopSequences));
    }

    [Fact]
    public void A_mark_that_moves_on_changes_no_block()
    {
        var marked = Prompt("""{"tools":[{"name":"f","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}]}""");
        var bare = Prompt("""{"tools":[{"name":"f"}],"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}""");
        Assert.Equal(bare.Select(b => (b.Kind, b.Hash, b.Bytes)), marked.Where(b => b.Kind != BlockKind.CachePoint).Select(b => (b.Kind, b.Hash, b.Bytes)));
    }

    [Fact]
    public void A_call_of_a_tool_is_the_same_whatever_its_id_its_spacing_and_its_dialect()
    {
        var converse = Prompt("""{"messages":[{"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"find","input":{"q": "a b"}}}]}]}""")[0];
        var claude = Prompt("""{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"b","name":"find","input":{"q":"a b"}}]}]}""")[0];
        var other = Prompt("""{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"b","name":"find","input":{"q":"ab"}}]}]}""")[0];
        Assert.Equal(converse.Call, claude.Call);
        Assert.NotEqual(claude.Call, other.Call);
        Assert.NotEqual(converse.Hash, claude.Hash);
    }

    [Fact]
    public void What_is_repeated_is_one_object()
    {
        const string request = """{"system":"Be kind.","messages":[{"role":"user","content":"hi"}]}""";
        var (records, _) = TheLog.Read(Line(request) + "\n" + Line(request.Replace("hi", "ho", StringComparison.Ordinal)), Options);
        Assert.Same(records[0].Content!.Prompt![0], records[1].Content!.Prompt![0]);
        Assert.NotEqual(records[0].Content!.Prompt![1], records[1].Content!.Prompt![1]);
    }

    [Theory, InlineData("session_id"), InlineData("SessionId"), InlineData("conversation-id"), InlineData("thread_id"), InlineData("trace")]
    public void A_session_is_named_in_the_metadata(string key)
    {
        ulong Session(string id) => Of("null", extra: $$""" "requestMetadata":{"app":"x","{{key}}":"{{id}}"}""").Session;
        Assert.NotEqual(0UL, Session("s1"));
        Assert.Equal(Session("s1"), Session("s1"));
        Assert.NotEqual(Session("s1"), Session("s2"));
    }

    [Fact]
    public void A_session_outranks_a_trace_wherever_it_stands() => Assert.Equal(
        Of("null", extra: """ "requestMetadata":{"session":"a"}""").Session,
        Of("null", extra: """ "requestMetadata":{"trace_id":"t","session":"a","chat_id":"c"}""").Session);

    [Fact]
    public void The_serving_region_is_kept() => Assert.Equal("us-west-2", Of("null", extra: """ "inferenceRegion":"us-west-2" """).ServingRegion);
}
