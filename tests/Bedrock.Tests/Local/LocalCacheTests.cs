namespace Assay.Bedrock.Tests;

public class LocalCacheTests
{
    const string Claude = "anthropic.claude-sonnet-4-5-20250929-v1%3A0";
    static readonly string Long = new('a', 4 * 1_200);
    readonly StoppedClock clock = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_prefix_is_written_then_read_until_its_five_minutes_are_over()
    {
        await using var client = await LocalClient.Start(new() { Catalog = LocalClient.Catalog, Time = clock });
        Assert.Equal((5, 0, 1_200), await Converse(client, "5m"));
        Assert.Equal((5, 1_200, 0), await Converse(client, "5m"));
        clock.Now += TimeSpan.FromMinutes(4);
        Assert.Equal((5, 1_200, 0), await Converse(client, "5m"));
        clock.Now += TimeSpan.FromMinutes(4);
        Assert.Equal((5, 1_200, 0), await Converse(client, "5m"));
        clock.Now += TimeSpan.FromMinutes(5);
        Assert.Equal((5, 0, 1_200), await Converse(client, "5m"));
    }

    [Fact]
    public async Task A_prefix_for_an_hour_is_counted_apart()
    {
        await using var client = await LocalClient.Start(new() { Catalog = LocalClient.Catalog, Time = clock });
        var reply = await client.Send($"/model/{Claude}/converse", Body("1h"));
        Assert.Equal("""[{"ttl":"1h","inputTokens":1200}]""", reply.Json["usage"]!["cacheDetails"]!.ToJsonString());
        clock.Now += TimeSpan.FromMinutes(59);
        Assert.Equal((5, 1_200, 0), await Converse(client, "1h"));
        Assert.Equal(1_200, client.Local.Usage.CacheWrite1h);
    }

    [Fact]
    public async Task A_prefix_below_the_minimum_of_its_model_is_ignored()
    {
        await using var client = await LocalClient.Start(new() { Catalog = LocalClient.Catalog, Time = clock });
        // Haiku 4.5 wants 4,096.
        Assert.Equal((1_205, 0, 0), await Converse(client, "5m", "anthropic.claude-haiku-4-5-20251001-v1%3A0"));
    }

    [Fact]
    public async Task Caches_are_apart_by_account_region_and_model()
    {
        await using var client = await LocalClient.Start(new()
        {
            Catalog = LocalClient.Catalog, Time = clock, Accounts = new Dictionary<string, string> { ["other"] = "444455556666" },
        });
        Assert.Equal((5, 0, 1_200), await Converse(client, "5m"));
        Assert.Equal((5, 0, 1_200), await Converse(client, "5m", Claude, "Bearer other"));
        Assert.Equal((5, 0, 1_200), await Converse(client, "5m", Claude, "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/bedrock/aws4_request, Signature=0"));
        Assert.Equal((5, 0, 1_200), await Converse(client, "5m", "anthropic.claude-sonnet-4-20250514-v1%3A0"));
        Assert.Equal((5, 1_200, 0), await Converse(client, "5m", "us." + Claude));
    }

    [Fact]
    public async Task A_conversation_reads_what_the_turn_before_wrote()
    {
        await using var client = await LocalClient.Start(new() { Catalog = LocalClient.Catalog, Time = clock });
        var first = """{"role":"user","content":[{"type":"text","text":"LONG"{0}}]}""".Replace("LONG", Long);
        const string mark = ""","cache_control":{"type":"ephemeral"}""";
        const string head = """{"anthropic_version":"v","max_tokens":9,"messages":[""";
        var one = await client.Send($"/model/{Claude}/invoke", head + first.Replace("{0}", mark) + "]}");
        var usage = one.Json["usage"]!;
        Assert.Equal((3, 1_200, 0), ((int)usage["input_tokens"]!, (int)usage["cache_creation_input_tokens"]!, (int)usage["cache_read_input_tokens"]!));
        Assert.Equal(1_200, (int)usage["cache_creation"]!["ephemeral_5m_input_tokens"]!);

        // The mark has moved to the newest message; what was cached is the same text without it.
        var two = await client.Send($"/model/{Claude}/invoke", head + first.Replace("{0}", mark)
            + """,{"role":"assistant","content":"fine"},{"role":"user","content":[{"type":"text","text":"and now?","cache_control":{"type":"ephemeral"}}]}]}""");
        usage = two.Json["usage"]!;
        Assert.Equal((3, 9, 1_200), ((int)usage["input_tokens"]!, (int)usage["cache_creation_input_tokens"]!, (int)usage["cache_read_input_tokens"]!));
    }

    [Fact]
    public async Task A_fifth_cache_point_and_a_late_hour_are_refused()
    {
        await using var client = await LocalClient.Start(new() { Catalog = LocalClient.Catalog, Time = clock });
        var point = """{"cachePoint":{"type":"default"}}""";
        var five = $$"""{"messages":[{"role":"user","content":[{"text":"x"},{{string.Join(',', Enumerable.Repeat(point, 5))}}]}]}""";
        Assert.Contains("maximum of 4", (await client.Send($"/model/{Claude}/converse", five)).Message);
        var late = $$"""{"messages":[{"role":"user","content":[{"text":"x"},{{point}},{"text":"y"},{{point.Replace("\"default\"", "\"default\",\"ttl\":\"1h\"")}}]}]}""";
        Assert.Contains("must not come after", (await client.Send($"/model/{Claude}/converse", late)).Message);
    }

    [Fact]
    public async Task A_guardrail_counts_its_units_and_blocks_on_its_word()
    {
        await using var client = await LocalClient.Start();
        const string guardrail = ""","guardrailConfig":{"guardrailIdentifier":"gr","guardrailVersion":"1","trace":"enabled"}""";
        var open = await client.Converse(new string('a', 1_500), more: guardrail);
        var input = open.Json["trace"]!["guardrail"]!["inputAssessment"]!["gr"]!["invocationMetrics"]!;
        Assert.Equal(2, (int)input["usage"]!["contentPolicyUnits"]!);
        Assert.Equal(3, client.Local.Usage.GuardrailUnits);

        var blocked = await client.Converse("a forbidden-word", more: guardrail);
        Assert.Equal("guardrail_intervened", (string)blocked.Json["stopReason"]!);
        Assert.Equal((0, 0), ((int)blocked.Json["usage"]!["inputTokens"]!, (int)blocked.Json["usage"]!["outputTokens"]!));

        var applied = await client.Send("/guardrail/gr/version/1/apply", """{"source":"INPUT","content":[{"text":{"text":"a forbidden-word"}}]}""");
        Assert.Equal("GUARDRAIL_INTERVENED", (string)applied.Json["action"]!);
        Assert.Equal(1, (int)applied.Json["usage"]!["contentPolicyUnits"]!);
    }

    static string Body(string ttl) =>
        $$"""
        {"messages":[{"role":"user","content":[{"text":"again"}]}],
         "system":[{"text":"{{Long}}"},{"cachePoint":{"type":"default","ttl":"{{ttl}}"} }]}
        """;

    static async Task<(int Input, int Read, int Written)> Converse(LocalClient client, string ttl, string model = Claude, string authorization = "")
    {
        var reply = await client.Send($"/model/{model}/converse", Body(ttl), [.. authorization == "" ? Array.Empty<(string, string)>() : [("Authorization", authorization)]]);
        var usage = reply.Json["usage"] ?? throw new InvalidOperationException(reply.Json.ToJsonString());
        return ((int)usage["inputTokens"]!, (int)usage["cacheReadInputTokens"]!, (int)usage["cacheWriteInputTokens"]!);
    }
}
