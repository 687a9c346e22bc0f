using System.Text;
using System.Text.Json;
using Assay.Usage.Logs;

namespace Assay.Usage.Tests.Logs;

public sealed class InvocationLogWriterTests
{
    const string Id = "85b25dcd-78a7-4ad2-9cfa-166ecd6034d8";

    [Fact]
    public void A_converse_call_is_written_as_AWS_writes_it()
    {
        var line = Written(A_call() with
        {
            Record = A_record() with { Tokens = new() { Input = 1959, Output = 89, CacheWrite1h = 1190 } },
            InferenceRegion = "us-east-2",
            Metadata = [new("app", "support"), new("team", "service")],
            Content = new()
            {
                System = [new LogPart.Words("You help."), new LogPart.CachePoint("1h")],
                Messages = [new("user", [new LogPart.Words("Where is \"it\"?")])],
                Answer = [new LogPart.Words("Here.")],
                MaxTokens = 512,
            },
        });
        Assert.Equal(
            """
            {"timestamp":"2026-07-01T12:44:54Z","accountId":"111122223333",
            "identity":{"arn":"arn:aws:sts::111122223333:assumed-role/AppRole/s"},"region":"us-east-1",
            "requestId":"85b25dcd-78a7-4ad2-9cfa-166ecd6034d8","operation":"Converse",
            "modelId":"us.anthropic.claude-sonnet-4-5-20250929-v1:0","input":{"inputContentType":"application/json",
            "inputBodyJson":{"messages":[{"role":"user","content":[{"text":"Where is \"it\"?"}]}],"system":[{"text":"You help."},
            {"cachePoint":{"type":"default","ttl":"1h"}}],"inferenceConfig":{"maxTokens":512}},"inputTokenCount":1959,
            "cacheWriteInputTokenCount":1190},"output":{"outputContentType":"application/json",
            "outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"Here."}]}},"stopReason":"end_turn",
            "metrics":{"latencyMs":3176},"usage":{"inputTokens":1959,"outputTokens":89,"totalTokens":2048,"cacheReadInputTokens":0,
            "cacheWriteInputTokens":1190,"cacheDetails":[{"ttl":"1h","inputTokens":1190}]},"serviceTier":{"type":"default"}},
            "outputTokenCount":89},"inferenceRegion":"us-east-2","requestMetadata":{"app":"support","team":"service"},
            "schemaType":"ModelInvocationLog","schemaVersion":"1.0"}
            """.ReplaceLineEndings("") + "\n", line);
    }

    [Fact]
    public void A_call_with_bodies_left_out_still_has_all_its_counts()
    {
        var record = Parsed(A_call() with
        {
            Record = A_record() with { Tokens = new() { Input = 10, Output = 20, CacheRead = 30, CacheWriteUnknown = 40 } },
            InputBody = LogBody.LeftOut, OutputBody = LogBody.LeftOut,
        });
        Assert.Equal(
            """{"inputContentType":"application/json","inputTokenCount":10,"cacheReadInputTokenCount":30,"cacheWriteInputTokenCount":40}""",
            record.GetProperty("input").GetRawText());
        Assert.Equal("""{"outputContentType":"application/json","outputTokenCount":20}""", record.GetProperty("output").GetRawText());
    }

    [Fact]
    public void A_body_without_text_keeps_what_carries_money_and_no_word()
    {
        var record = Parsed(A_call() with
        {
            Record = A_record() with { Tier = Tier.Flex, Tokens = new() { Input = 5, Output = 6, CacheWrite5m = 7 } },
            InputBody = LogBody.LeftOut, OutputBody = LogBody.WithoutText,
            Guardrails = [new() { Guardrail = "gr1", ContentUnits = 2, Characters = 1500 }],
            Content = new() { Messages = [new("user", [new LogPart.Words("secret question")])],
            Answer = [new LogPart.Words("secret answer")] },
        });
        var body = record.GetProperty("output").GetProperty("outputBodyJson");
        Assert.Equal("flex", body.GetProperty("serviceTier").GetProperty("type").GetString());
        Assert.Equal("5m", body.GetProperty("usage").GetProperty("cacheDetails")[0].GetProperty("ttl").GetString());
        Assert.Equal(2, body.GetProperty("trace").GetProperty("guardrail").GetProperty("inputAssessment").GetProperty("gr1")
            .GetProperty("invocationMetrics").GetProperty("usage").GetProperty("contentPolicyUnits").GetInt32());
        Assert.DoesNotContain("secret", record.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_call_has_an_error_code_and_no_counts()
    {
        var record = Parsed(A_call() with { Record = A_record() with { ErrorCode = "ThrottlingException", Tokens = default,
            StopReason = null } });
        Assert.Equal("ThrottlingException", record.GetProperty("errorCode").GetString());
        Assert.False(record.GetProperty("input").TryGetProperty("inputTokenCount", out _));
        Assert.False(record.TryGetProperty("output", out _));
    }

    [Fact]
    public void A_blocked_call_has_guardrail_units_and_no_counts()
    {
        GuardrailAssessment[] blocked = [new() { Guardrail = "gr1", Blocked = true, ContentUnits = 1, TopicUnits = 1, SensitiveUnits = 1,
            Characters = 219 }];
        var record = Parsed(A_call() with
        {
            Shape = LogShape.InvokeClaude, Guardrails = blocked,
            Record = A_record() with { Operation = "InvokeModel", Tokens = default, StopReason = null,
            Amounts = GuardrailAssessment.Amounts(blocked) },
        });
        var output = record.GetProperty("output");
        var guardrail = output.GetProperty("outputBodyJson").GetProperty("amazon-bedrock-trace").GetProperty("guardrail");
        Assert.Equal(1, guardrail.GetProperty("input").GetProperty("gr1").GetProperty("invocationMetrics").GetProperty("usage")
            .GetProperty("topicPolicyUnits").GetInt32());
        Assert.False(guardrail.TryGetProperty("outputs", out _));
        Assert.Equal("INTERVENED", output.GetProperty("outputBodyJson").GetProperty("amazon-bedrock-guardrailAction").GetString());
        Assert.False(output.GetProperty("outputBodyJson").TryGetProperty("usage", out _));
        Assert.False(output.TryGetProperty("outputTokenCount", out _));
        Assert.False(record.GetProperty("input").TryGetProperty("inputTokenCount", out _));
    }

    [Fact]
    public void A_converse_stream_as_events_ends_with_its_usage()
    {
        var events = Parsed(A_call() with { Shape = LogShape.ConverseEvents }).GetProperty("output").GetProperty("outputBodyJson");
        Assert.Equal(["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"],
            events.EnumerateArray().Select(e => e.EnumerateObject().Single().Name));
        Assert.Equal(7, events[4].GetProperty("metadata").GetProperty("usage").GetProperty("outputTokens").GetInt32());
    }

    [Fact]
    public void Chunks_of_claude_tell_cache_lifetimes_first_and_the_output_last()
    {
        var chunks = Parsed(A_call() with
        {
            Shape = LogShape.InvokeClaudeChunks,
            Record = A_record() with { Tokens = new() { Input = 3, Output = 70, CacheRead = 11, CacheWrite5m = 12, CacheWrite1h = 13 } },
        }).GetProperty("output").GetProperty("outputBodyJson");
        var first = chunks[0].GetProperty("message").GetProperty("usage");
        Assert.Equal(25, first.GetProperty("cache_creation_input_tokens").GetInt32());
        Assert.Equal(12, first.GetProperty("cache_creation").GetProperty("ephemeral_5m_input_tokens").GetInt32());
        Assert.Equal(13, first.GetProperty("cache_creation").GetProperty("ephemeral_1h_input_tokens").GetInt32());
        var delta = chunks.EnumerateArray().Single(c => c.GetProperty("type").GetString() == "message_delta");
        Assert.Equal(70, delta.GetProperty("usage").GetProperty("output_tokens").GetInt32());
        Assert.Equal("claude-sonnet-4-5-20250929", chunks[0].GetProperty("message").GetProperty("model").GetString());
    }

    [Fact]
    public void An_embedding_has_no_output_count()
    {
        var record = Parsed(A_call() with { Shape = LogShape.Embedding, Record = A_record() with { Tokens = new() { Input = 9 } } });
        Assert.Equal(9, record.GetProperty("input").GetProperty("inputTokenCount").GetInt32());
        Assert.False(record.GetProperty("output").TryGetProperty("outputTokenCount", out _));
    }

    [Fact]
    public void A_model_whose_input_is_gross_gets_its_cached_tokens_back_into_the_count()
    {
        var gross = new ModelRef("openai.gpt-x", Scope.InRegion, ModelKind.Foundation,
            new("openai.gpt-x", "OpenAI", [], GrossInput: true, 1024, ["5m"], 0, HasLongBand: false, Batch: false));
        var record = Parsed(A_call() with
        {
            Record = A_record() with { Model = gross, Tokens = new() { Input = 2, Output = 1, CacheRead = 8367, CacheWrite5m = 4032 } },
        });
        Assert.Equal(12401, record.GetProperty("input").GetProperty("inputTokenCount").GetInt32());
    }

    [Fact]
    public void Whatever_is_said_stays_on_one_line_of_valid_JSON() =>
        Gen.String.Sample(text =>
        {
            var line = Written(A_call() with { Content = new() { Messages = [new("user", [new LogPart.Words(text)])] } });
            using var json = JsonDocument.Parse(line);
            return line.IndexOf('\n', StringComparison.Ordinal) == line.Length - 1;
        });

    [Fact]
    public void Many_records_are_as_many_lines_in_the_order_written()
    {
        using var stream = new MemoryStream();
        using (var writer = new InvocationLogWriter(stream))
            for (var i = 0; i < 500; i++) writer.Write(A_call() with { LatencyMs = i });
        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(500, lines.Length);
        Assert.Contains("\"latencyMs\":499}", lines[499], StringComparison.Ordinal);
    }

    static UsageRecord A_record() => new()
    {
        RequestId = RequestId.Parse(Id),
        Time = new(2026, 7, 1, 12, 44, 54, DateTimeKind.Utc),
        Caller = new("111122223333", "AppRole", "", "", "", TagValues.None),
        Region = "us-east-1",
        Model = new("anthropic.claude-sonnet-4-5-20250929-v1:0", Scope.Geo, ModelKind.Foundation, null),
        Operation = "Converse",
        StopReason = "end_turn",
        Tokens = new() { Input = 5, Output = 7 },
    };

    static InvocationLogEntry A_call() => new()
    {
        Record = A_record(),
        IdentityArn = "arn:aws:sts::111122223333:assumed-role/AppRole/s",
        ModelId = "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        InputBody = LogBody.Included,
        OutputBody = LogBody.Included,
        LatencyMs = 3176,
        Content = new() { Messages = [new("user", [new LogPart.Words("Hi.")])], Answer = [new LogPart.Words("Hello.")] },
    };

    static string Written(InvocationLogEntry entry)
    {
        using var stream = new MemoryStream();
        using (var writer = new InvocationLogWriter(stream)) writer.Write(entry);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    static JsonElement Parsed(InvocationLogEntry entry)
    {
        using var json = JsonDocument.Parse(Written(entry));
        return json.RootElement.Clone();
    }
}
