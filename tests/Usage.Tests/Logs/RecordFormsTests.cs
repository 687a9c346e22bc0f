using System.Text;
using Assay.Testing;
using Assay.Usage.Logs;
using static Assay.Usage.Tests.Logs.TheLog;

namespace Assay.Usage.Tests.Logs;

/// <summary>Each form in which the service writes a call.</summary>
public sealed class RecordFormsTests
{
    [Fact]
    public void A_record_says_who_called_what_when_and_how_much()
    {
        var record = Only(Line(extra: """ "inferenceRegion":"us-west-2","requestMetadata":{"app":"chat","team":"core","env":"prod"} """));
        Assert.Equal(Request, record.RequestId.ToString());
        Assert.Equal(new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc), record.Time);
        Assert.Equal(DateTimeKind.Utc, record.Time.Kind);
        Assert.Equal(new Caller("111122223333", "Clerk", "chat", "core", "prod", TagValues.None), record.Caller);
        Assert.Equal("us-east-1", record.Region);
        Assert.Equal(new ModelRef(Claude, Scope.InRegion, ModelKind.Foundation, Catalog.Find(Claude)), record.Model);
        Assert.Equal(new TokenCounts { Input = 100, Output = 20 }, record.Tokens);
        Assert.Equal("Converse", record.Operation);
        Assert.Null(record.ErrorCode);
        Assert.Null(record.Amounts);
        Assert.False(record.Failed);
    }

    [Fact]
    public void A_Converse_answer_gives_counts_cache_lifetime_tier_and_stop_reason()
    {
        var record = Only(Body("""
            {"output":{"message":{"role":"assistant","content":[{"text":"x"}]}},"stopReason":"end_turn","metrics":{"latencyMs":3176},"usage":{"inputTokens":1959,"outputTokens":89,"totalTokens":2048,"cacheReadInputTokens":3,"cacheWriteInputTokens":1190,"cacheDetails":[{"ttl":"1h","inputTokens":1190}]},"serviceTier":{"type":"priority"}}
            """));
        Assert.Equal(new TokenCounts { Input = 1959, Output = 89, CacheRead = 3, CacheWrite1h = 1190 }, record.Tokens);
        Assert.Equal(Tier.Priority, record.Tier);
        Assert.Equal("end_turn", record.StopReason);
    }

    [Fact]
    public void Words_in_the_answer_that_look_like_counts_are_not_counts() => Assert.Equal(new TokenCounts { Input = 1, Output = 2 }, Only(Body("""
        {"output":{"message":{"content":[{"text":"\"usage\":{\"inputTokens\":999}"},{"toolUse":{"input":{"usage":{"inputTokens":999,"outputTokens":999}}}}]}},"usage":{"inputTokens":1,"outputTokens":2}}
        """)).Tokens);

    [Fact]
    public void A_Converse_stream_may_be_logged_as_its_events()
    {
        var record = Only(Body("""
            [{"messageStart":{"role":"assistant"}},{"contentBlockDelta":{"delta":{"text":"y"},"contentBlockIndex":0}},{"contentBlockStop":{"contentBlockIndex":0}},{"messageStop":{"stopReason":"tool_use"}},{"metadata":{"usage":{"inputTokens":10,"outputTokens":20,"cacheReadInputTokens":30,"cacheWriteInputTokens":40,"cacheDetails":[{"ttl":"5m","inputTokens":40}]},"metrics":{"latencyMs":5},"serviceTier":{"type":"flex"}}}]
            """));
        Assert.Equal(new TokenCounts { Input = 10, Output = 20, CacheRead = 30, CacheWrite5m = 40 }, record.Tokens);
        Assert.Equal((Tier.Flex, "tool_use"), (record.Tier, record.StopReason));
    }

    [Fact]
    public void Claude_by_InvokeModel_names_its_counts_its_own_way()
    {
        var record = Only(Body("""
            {"id":"msg","type":"message","role":"assistant","content":[{"type":"text","text":"z"}],"stop_reason":"max_tokens","stop_sequence":null,"usage":{"input_tokens":219,"cache_creation_input_tokens":30,"cache_read_input_tokens":40,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":109}}
            """));
        Assert.Equal(new TokenCounts { Input = 219, Output = 109, CacheRead = 40, CacheWrite5m = 10, CacheWrite1h = 20 }, record.Tokens);
        Assert.Equal("max_tokens", record.StopReason);
    }

    [Fact]
    public void In_a_stream_of_Claude_the_last_word_on_each_count_stands()
    {
        var record = Only(Body("""
            [{"type":"message_start","message":{"id":"msg","stop_reason":null,"usage":{"input_tokens":25,"cache_read_input_tokens":7,"output_tokens":1}}},{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}},{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":412}},{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":25,"outputTokenCount":412,"invocationLatency":9,"firstByteLatency":1,"cacheReadInputTokenCount":7}}]
            """));
        Assert.Equal(new TokenCounts { Input = 25, Output = 412, CacheRead = 7 }, record.Tokens);
        Assert.Equal("end_turn", record.StopReason);
    }

    [Fact]
    public void A_null_in_a_later_event_takes_no_earlier_count_back() => Assert.Equal(new TokenCounts { Input = 25, Output = 3 }, Only(Body("""
        [{"message":{"usage":{"input_tokens":25,"output_tokens":1}}},{"usage":{"input_tokens":null,"output_tokens":3}}]
        """)).Tokens);

    [Fact]
    public void Nova_by_InvokeModel_counts_like_Converse() =>
        Assert.Equal(new TokenCounts { Input = 12, Output = 34, CacheRead = 5, CacheWrite5m = 6 }, Only(Body("""
            {"output":{"message":{"content":[]}},"stopReason":"end_turn","usage":{"inputTokens":12,"outputTokens":34,"totalTokens":46,"cacheReadInputTokenCount":5,"cacheWriteInputTokenCount":6}}
            """, Nova)).Tokens);

    [Fact]
    public void Llama_counts_at_the_top_of_its_body() =>
        Assert.Equal(new TokenCounts { Input = 30, Output = 40 },
            Only(Body("""{"generation":"w","prompt_token_count":30,"generation_token_count":40,"stop_reason":"stop"}""", Plain)).Tokens);

    [Fact]
    public void An_embedding_has_input_and_no_output()
    {
        Assert.Equal(new TokenCounts { Input = 8 }, Only(Body("""{"embedding":[0.1,-2e-3],"inputTextTokenCount":8}""", Plain)).Tokens);
        Assert.Equal(new TokenCounts { Input = 9 }, Only(Line("\"inputTokenCount\":9", "", Plain)).Tokens);
    }

    [Fact] // Golden number G9.
    public void The_OpenAI_family_counts_cached_tokens_as_input_too_and_they_are_taken_out()
    {
        var expected = new TokenCounts { Input = 2, Output = 5, CacheRead = 8367, CacheWrite30m = 4032 };
        Assert.Equal(expected, Only(Body("""
            {"usage":{"inputTokens":12401,"outputTokens":5,"cacheReadInputTokens":8367,"cacheWriteInputTokens":4032}}
            """, Gross)).Tokens);
        Assert.Equal(expected, Only(Line(
            "\"inputTokenCount\":12401,\"cacheReadInputTokenCount\":8367,\"cacheWriteInputTokenCount\":4032", "\"outputTokenCount\":5", Gross)).Tokens);
    }

    [Fact]
    public void A_chat_completion_counts_cached_tokens_inside_its_prompt() => Assert.Equal(new TokenCounts { Input = 60, Output = 7, CacheRead = 40 }, Only(Body("""
        {"choices":[{"message":{"content":"v"}}],"usage":{"prompt_tokens":100,"completion_tokens":7,"total_tokens":107,"prompt_tokens_details":{"cached_tokens":40}}}
        """, Gross)).Tokens);

    [Fact]
    public void A_gross_count_smaller_than_its_cache_tokens_is_named_and_never_negative()
    {
        var (records, reading) = Read(Line("\"inputTokenCount\":10,\"cacheReadInputTokenCount\":40", model: Gross));
        Assert.Equal(new TokenCounts { Output = 20, CacheRead = 40 }, Assert.Single(records).Tokens);
        Assert.Contains("input 10 is gross", Assert.Single(reading.FirstDifferences).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_that_failed_without_counts_has_nothing_to_bill()
    {
        var record = Only(Line("", "", extra: "\"errorCode\":\"ThrottlingException\""));
        Assert.True(record.Failed);
        Assert.Equal("ThrottlingException", record.ErrorCode);
        Assert.Null(record.Refused);
    }

    [Theory]
    [InlineData("{\"refused\":\"budget\"}", "budget")]
    [InlineData("{\"asked\":{\"refused\":\"no\"},\"refused\":\"bu\\u0064get\",\"decision\":\"\"}", "budget")]
    [InlineData("{\"refused\":\"upstream\"}", null)]
    [InlineData("{\"refused\":\"gateway\"}", null)]
    [InlineData("{\"refused\":7}", null)]
    [InlineData("\"refused\"", null)]
    [InlineData("[{\"refused\":\"budget\"}]", null)]
    public void A_call_that_a_gateway_did_not_let_in_says_why_and_one_whose_server_failed_does_not(string gateway, string? reason) =>
        Assert.Equal(reason, Only(Line("", "", extra: "\"errorCode\":\"AccessDeniedException\",\"gateway\":" + gateway)).Refused);

    [Fact]
    public void A_call_that_failed_after_it_was_counted_is_billed()
    {
        var record = Only(Line(extra: "\"errorCode\":\"ModelStreamErrorException\""));
        Assert.False(record.Failed);
        Assert.Equal(100, record.Tokens.Input);
    }

    [Fact]
    public void Counts_at_the_top_level_do_without_the_body_on_S3() =>
        Assert.Equal(new TokenCounts { Input = 100, Output = 20 },
            Only(Line("\"inputBodyS3Path\":\"s3://b/data/x_input.json.gz\",\"inputTokenCount\":100",
                "\"outputBodyS3Path\":\"s3://b/data/x_output.json.gz\",\"outputTokenCount\":20")).Tokens);

    [Fact]
    public void Where_top_level_and_body_differ_the_top_level_wins_and_the_difference_is_named()
    {
        var (records, reading) = Read(Line("\"inputTokenCount\":100,\"cacheReadInputTokenCount\":1",
            "\"outputBodyJson\":{\"usage\":{\"inputTokens\":90,\"outputTokens\":20,\"cacheReadInputTokens\":2}},\"outputTokenCount\":20"));
        Assert.Equal(new TokenCounts { Input = 100, Output = 20, CacheRead = 1 }, Assert.Single(records).Tokens);
        Assert.Equal(["input tokens: 100 at the top level, 90 in the body; 100 used", "cache read tokens: 1 at the top level, 2 in the body; 1 used"],
            reading.FirstDifferences.Select(d => d.Reason));
        Assert.Equal(2, reading.Differences);
    }

    [Fact]
    public void Every_form_gives_the_same_record_whatever_the_order_of_its_members() =>
        Gen.Select(Gen.Int[0, Forms.Count - 1].Select(i => Forms[i]), Gen.Int).Sample((line, seed) =>
        {
            using var json = System.Text.Json.JsonDocument.Parse(line);
            var members = json.RootElement.EnumerateObject().Select(m => m.ToString()).ToArray();
            new Random(seed).Shuffle(members);
            return Words(Only("{" + string.Join(',', members) + "}")) == Words(Only(line));
        }, iter: 500);

    [Theory]
    [InlineData("null"), InlineData("true"), InlineData("-1.5e300"), InlineData("\"}\""), InlineData("[]"), InlineData("{}"), InlineData("[[{}],{\"a\":[\"]\"]}]")]
    [InlineData("{\"usage\":{\"inputTokens\":7},\"modelId\":\"x\",\"message\":\"{}\"}")]
    public void Members_nobody_knows_are_passed_over_whatever_they_hold(string value)
    {
        foreach (var line in Forms)
        {
            var unknown = line.Replace("{\"", "{\"novelty\":" + value + ",\"", StringComparison.Ordinal);
            Assert.Equal(Words(Only(line)), Words(Only(unknown)));
        }
    }

    [Theory] // Names that wrap records elsewhere.
    [InlineData("message"), InlineData("events"), InlineData("logEvents"), InlineData("Records")]
    public void A_record_with_a_member_named_like_a_wrapper_was_lost_without_a_word(string name)
    {
        var line = Line();
        foreach (var value in (string[])["[]", "{}", "null", "\"text\"", "[1]", "[{\"a\":1}]"])
        {
            Assert.Equal(Words(Only(line)), Words(Only($"{{\"{name}\":{value},{line[1..]}")));
            Assert.Equal(Words(Only(line)), Words(Only($"{line[..^1]},\"{name}\":{value}}}")));
        }
    }

    [Fact]
    public void White_space_between_tokens_changes_nothing()
    {
        foreach (var line in Forms)
        {
            using var json = System.Text.Json.JsonDocument.Parse(line);
            var spaced = new StringBuilder();
            var inside = false;
            for (var i = 0; i < line.Length; i++)
            {
                if (line[i] == '"' && line[..i].Reverse().TakeWhile(c => c == '\\').Count() % 2 == 0) inside = !inside;
                spaced.Append(!inside && "{}[]:,".Contains(line[i], StringComparison.Ordinal) ? $" \t{line[i]}  \t" : line[i]);
            }
            Assert.Equal(Words(Only(line)), Words(Only(spaced.ToString())));
        }
    }

    [Fact]
    public void Escapes_in_member_names_are_understood() =>
        Assert.Equal(Words(Only(Line())), Words(Only(Line().Replace("\"input\"", "\"\\u0069nput\"", StringComparison.Ordinal)
            .Replace("\"requestId\"", "\"request\\u0049d\"", StringComparison.Ordinal))));

    [Fact]
    public void Escapes_in_values_are_resolved()
    {
        var caller = Only(Line(extra: """ "requestMetadata":{"app":"say \"hi\" \\ there","team":"\u00e9quipe \ud83d\ude00","env":"a\/b"} """)).Caller;
        Assert.Equal(("say \"hi\" \\ there", "équipe 😀", "a/b"), (caller.App, caller.Team, caller.Env));
        Assert.Equal(("équipe 😀", "日本"), (Only(Line(extra: """ "requestMetadata":{"team":"équipe 😀"} """)).Caller.Team,
            Only(Line(extra: """ "requestMetadata":{"team":"\u65e5\u672c"} """)).Caller.Team));
    }

    [Fact]
    public void The_real_log_is_read_to_its_last_record()
    {
        var bytes = File.ReadAllBytes(Path.Combine(Repository.NeedsShared(), "data", "invocation-logs", "real-17.jsonl"));
        using var models = File.OpenText(Path.Combine(Repository.Root, "prices", "models.csv"));
        var (records, reading) = Read(bytes, LogReaderOptions.For(ModelCatalogFile.Read(models, "models.csv")));
        Assert.Equal((17, 0, 0), (records.Count, reading.SkippedLines, reading.Differences));
        Assert.Equal((3285, 1613), (records.Sum(r => r.Tokens.Input), records.Sum(r => r.Tokens.Output)));
        foreach (var meter in (Meter[])[Meter.GuardrailContent, Meter.GuardrailTopic, Meter.GuardrailSensitive])
            Assert.Equal(32m, records.SelectMany(r => r.Amounts ?? []).Where(a => a.Meter == meter).Sum(a => a.Amount));
        Assert.All(records, r => Assert.Equal(("anthropic.claude-sonnet-4-20250514-v1:0", Scope.Geo, "ExampleAppRole"), (r.Model.Id, r.Model.Scope, r.Caller.Principal)));
    }
}
