
namespace Assay.Gateway.Tests.Reliability;

/// <summary>Whose a call is and what it may cost: the key says so, and nothing a client writes changes it.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class KeyTests
{
    static readonly string Path = $"/model/{Uri.EscapeDataString(Rig.Lite)}/";

    static async Task<(Rig Rig, Caller Caller)> Start(string rules = "", Uri? url = null)
    {
        var rig = await Rig.Make(rules, url: url);
        var key = rig.Key();
        return (rig, new((await rig.StartHost()).Address, key));
    }

    [Fact]
    public async Task Unknown_expired_and_missing_keys_reach_nobody_and_are_told_why()
    {
        var (rig, _) = await Start();
        await using var __ = rig;
        var old = rig.Key(Rig.Owner("old") with { Expires = DateTime.UtcNow.AddDays(-1) });
        await rig.StopAll();
        var address = (await rig.StartHost()).Address;

        foreach (var (secret, why) in new[] { ("assay_nonsense", "not one of the gateway's"), (old, "has expired"), ("", "No key came"), (new string('x', 9_000), "not one of") })
        {
            using var caller = new Caller(address, secret);
            var reply = await caller.Converse("hello");
            Assert.Equal(403, reply.Status);
            Assert.Equal("UnrecognizedClientException", reply.Headers["x-amzn-ErrorType"]);
            Assert.Contains(why, reply.Message, StringComparison.Ordinal);
        }
        Assert.Empty(rig.Served);
        Assert.Empty(rig.Lines());
    }

    [Fact]
    public async Task A_key_that_is_made_or_revoked_or_rotated_while_the_gateway_runs_changes_within_seconds()
    {
        var (rig, first) = await Start();
        await using var __ = rig;
        var address = rig.Hosts.Single().Address;
        var secret = rig.Key("late");
        using var late = new Caller(address, secret);
        await Rig.Until(() => late.Converse("hello").GetAwaiter().GetResult().Status == 200, "the new key is taken");

        // Rotated: both secrets are good for as long as the grace lasts.
        var next = Identity.KeySecret.Make();
        rig.Keys.Change(keys =>
        {
            var at = keys.FindIndex(k => k.Name == "late");
            return keys[at] = keys[at] with
            {
                Hash = Identity.KeySecret.HashOf(next), PreviousHash = keys[at].Hash, PreviousUntil = DateTime.UtcNow.AddSeconds(4),
            };
        });
        using var rotated = new Caller(address, next);
        await Rig.Until(() => rotated.Converse("hello").GetAwaiter().GetResult().Status == 200, "the new secret is taken");
        Assert.Equal(200, (await late.Converse("hello")).Status);
        await Rig.Until(() => late.Converse("hello").GetAwaiter().GetResult().Status == 403, "the grace is over");
        Assert.Equal(200, (await rotated.Converse("hello")).Status);

        rig.Keys.Change(keys => keys[^1] = keys[^1] with { Revoked = DateTime.UtcNow });
        await Rig.Until(() => rotated.Converse("hello").GetAwaiter().GetResult().Status == 403, "the key is revoked");
        Assert.Equal(200, (await first.Converse("hello")).Status);
        first.Dispose();
    }

    [Theory]
    [InlineData("""{"app":"x"}""")]
    [InlineData("""{"App":"x","TEAM":"x","eNv":"x","KEY":"x"}""")]
    [InlineData("""{"application":"x","environment":"x"}""")]
    [InlineData("""{" app ":"x","team ":"x"," key":"x"}""")]
    [InlineData("""{"\u0061pp":"x","t\u0065am":"x"}""")]
    [InlineData("""{"mine":"y","app":"x","app":"x","mine":"y"}""")]
    [InlineData("""{"\tapp":"x","app\u000a":"x","\u00a0team":"x"}""")]
    public async Task Whose_a_call_is_no_tag_of_the_client_says(string forged)
    {
        var (rig, caller) = await Start();
        await using var __ = rig;
        using var ___ = caller;
        (string, string) header = ("X-Amzn-Bedrock-Request-Metadata", forged.Replace("\\t", "", StringComparison.Ordinal));

        await caller.Post(Path + "converse", Caller.Body("hello", $",\"requestMetadata\":{forged}"));
        await caller.Post(Path + "converse-stream", Caller.Body("hello", $",\"requestMetadata\":{forged}"), header);
        await caller.Post(Path + "converse", Caller.Body("hello"), header);
        await caller.Post(Path + "invoke", """{"messages":[{"role":"user","content":[{"text":"hello"}]}],"inferenceConfig":{"max_new_tokens":20}}""", header);
        await caller.Post(Path + "invoke", "{\"requestMetadata\":" + forged + ""","messages":[{"role":"user","content":[{"text":"hello"}]}],"inferenceConfig":{"max_new_tokens":20}}""");
        await caller.Post("/v1/chat/completions", $$"""{"model":"{{Rig.Lite}}","max_tokens":20,"metadata":{{forged}},"messages":[{"role":"user","content":"hello"}]}""");

        Assert.NotEmpty(rig.Served);
        foreach (var served in rig.Served.Where(s => s.Error is null))
        {
            Assert.Equal(("one", "chat", "red", "prod"), (served.Metadata["key"], served.Metadata["app"], served.Metadata["team"], served.Metadata["env"]));
            Assert.DoesNotContain("x", served.Metadata.Values);
        }
        foreach (var record in rig.Records()) Assert.Equal(("one", "chat", "red", "prod"), (record.Caller.Principal, record.Caller.App, record.Caller.Team, record.Caller.Env));
        Assert.All(rig.Lines(), l => Assert.DoesNotContain("\"x\"", l, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Said_twice_the_tags_of_a_request_are_refused()
    {
        var (rig, caller) = await Start();
        await using var __ = rig;
        using var ___ = caller;

        var reply = await caller.Converse("hello", more: ",\"requestMetadata\":{\"a\":\"b\"},\"requestMetadata\":{\"app\":\"x\"}");

        Assert.Equal(400, reply.Status);
        Assert.Empty(rig.Served);
    }

    [Fact]
    public async Task A_model_a_region_or_a_language_the_key_may_not_use_is_refused_by_name()
    {
        var (rig, _) = await Start();
        await using var __ = rig;
        var key = rig.Key(Rig.Owner("narrow") with { Models = ["amazon.nova-lite*"], Dialects = ["bedrock"] });
        await rig.StopAll();
        using var caller = new Caller((await rig.StartHost()).Address, key);

        var pro = await caller.Converse("hello", "amazon.nova-pro-v1:0");
        var openAi = await caller.Post("/v1/chat/completions", $$"""{"model":"{{Rig.Lite}}","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""");
        var lite = await caller.Converse("hello");

        Assert.Equal((403, 403, 200), (pro.Status, openAi.Status, lite.Status));
        Assert.Contains("'narrow' may not use 'amazon.nova-pro-v1:0'", pro.Message, StringComparison.Ordinal);
        Assert.Single(rig.Served);
    }

    static string Converse(string limits) => $$"""{"messages":[{"role":"user","content":[{"text":"[[tokens=5000]] hello"}]}]{{limits}}}""";

    [Theory]
    [InlineData(""","maxTokens":1""")]
    [InlineData(""","max_tokens":1""")]
    [InlineData(""","max_tokens":1,"inferenceConfig":{"temperature":1}""")]
    [InlineData(""","inferenceConfig":{"max_tokens":1}""")]
    [InlineData(""","textGenerationConfig":{"maxTokenCount":1}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":1,"maxTokens":5000}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":1},"inferenceConfig":{"maxTokens":5000}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":1,"max\u0054okens":5000}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":1,"maxTokens":null}""")]
    [InlineData(""","maxTokens":null""")]
    [InlineData(""","inferenceConfig":{"maxTokens":"1"}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":-1}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":0}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":1.5}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":1e9}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":99999999999999999999}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":1},"additionalModelRequestFields":{"max_tokens":5000}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":1},"additionalModelRequestFields":{"inferenceConfig":{"max_new_tokens":5000}}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":1},"additionalModelRequestFields":{"n":8}""")]
    [InlineData(""","inferenceConfig":{"maxTokens":1},"additionalModelRequestFields":{"num_generations":5}""")]
    public async Task A_limit_that_is_not_the_one_that_counts_is_refused_before_it_costs_anything(string limits)
    {
        var (rig, caller) = await Start("budgets:\n  organisation: {amount: $10 a month}");
        await using var __ = rig;
        using var ___ = caller;

        var reply = await caller.Post(Path + "converse", Converse(limits));

        Assert.Equal(400, reply.Status);
        Assert.Empty(rig.Served);
        Assert.Equal(0m, (await caller.Budget("organisation")).All);
    }

    [Theory, InlineData("", 4_096), InlineData(""","inferenceConfig":{"maxTokens":2147483648}""", 0), InlineData(""","inferenceConfig":{"maxTokens":null}""", 4_096), InlineData(""","inferenceConfig":{}""", 4_096)]
    public async Task A_limit_that_is_not_said_or_beyond_all_sense_never_lets_an_answer_outgrow_its_reservation(string limits, int mostTokens)
    {
        // Room for some 5,000 tokens: a larger wish is clamped to it.
        var (rig, caller) = await Start("budgets:\n  organisation: {amount: $0.0015 a month}");
        await using var __ = rig;
        using var ___ = caller;

        var reply = await caller.Post(Path + "converse", Converse(limits));

        Assert.Equal(200, reply.Status);
        var sums = await caller.Budget("organisation");
        Assert.True(sums.All <= sums.Limit, $"{sums}");
        var record = Assert.Single(rig.Records());
        if (mostTokens > 0) Assert.Equal(mostTokens, record.Tokens.Output);
        else Assert.InRange(record.Tokens.Output, 4_500, 5_000);
    }

    [Theory]
    [InlineData("amazon.nova-lite-v1:0", """{"messages":[{"role":"user","content":[{"text":"[[tokens=3000]] hi"}]}],"max_tokens":1}""")]
    [InlineData("meta.llama3-3-70b-instruct-v1:0", """{"prompt":"[[tokens=3000]] hi","max_tokens":1}""")]
    [InlineData("anthropic.claude-3-haiku-20240307-v1:0", """{"anthropic_version":"bedrock-2023-05-31","max_tokens_to_sample":1,"messages":[{"role":"user","content":"[[tokens=3000]] hi"}]}""")]
    public async Task A_limit_under_another_vendors_name_is_refused(string model, string body)
    {
        var (rig, caller) = await Start("budgets:\n  organisation: {amount: $10 a month}");
        await using var __ = rig;
        using var ___ = caller;

        var reply = await caller.Post($"/model/{Uri.EscapeDataString(model)}/invoke", body);

        Assert.Equal(400, reply.Status);
        Assert.Contains("accepted:", reply.Message, StringComparison.Ordinal);
        Assert.Empty(rig.Served);
        Assert.Equal(0m, (await caller.Budget("organisation")).All);
    }

    [Fact]
    public async Task Several_answers_at_once_are_reserved_several_times()
    {
        await using var server = RawServer.Saying("HTTP/1.1 200 OK\nContent-Type: application/json\nConnection: close\n\n",
            """{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":800,"total_tokens":810}}"""u8.ToArray());
        var (rig, caller) = await Start("budgets:\n  organisation: {amount: $10 a month}", server.Address);
        await using var __ = rig;
        using var ___ = caller;
        const string model = "openai.gpt-oss-120b-1:0";
        string Body(string more) => $$"""{"messages":[{"role":"user","content":"hi"}],"max_tokens":100{{more}}}""";

        var one = await caller.Post($"/model/{Uri.EscapeDataString(model)}/invoke", Body(""));
        var eight = await caller.Post($"/model/{Uri.EscapeDataString(model)}/invoke", Body(",\"n\":8"));
        var twice = await caller.Post($"/model/{Uri.EscapeDataString(model)}/invoke", Body(",\"n\":8,\"n\":1"));
        var wrong = await caller.Post($"/model/{Uri.EscapeDataString(model)}/invoke", Body(",\"n\":\"8\""));

        decimal AtMost(Reply reply) => decimal.Parse(rig.Line(reply.Id).GetProperty("gateway").GetProperty("at_most_usd").GetString()!,
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((200, 200, 400, 400), (one.Status, eight.Status, twice.Status, wrong.Status));
        Assert.True(AtMost(eight) > AtMost(one));
        Assert.True(eight.Cost <= AtMost(eight), $"{eight.Cost} {AtMost(eight)}");
    }
}
