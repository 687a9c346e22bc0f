using System.Globalization;
using System.Text.Json;
using static Assay.Gateway.Tests.RunningGateway;

namespace Assay.Gateway.Tests.Routing;

public class RoutingTests
{
    const string Hard = "Prove and derive the complexity of the algorithm, then design, analyze and justify a better one. It must be exact, "
        + "never allocate, and must satisfy at least two of the conditions without exception.";

    static readonly string Triage = $$"""
        routes:
          triage: {models: [auto], to: by_difficulty, tiers: ['{{Lite}}', '{{Sonnet}}', '{{Opus}}']}
        """;

    [Fact]
    public async Task A_call_without_a_rule_goes_where_it_asks()
    {
        await using var gateway = await RunningGateway.Start(Triage);
        using var answer = await gateway.Converse(Sonnet, "hello");
        Assert.Equal((Sonnet, "as asked"), (answer.Header("x-assay-model"), answer.Header("x-assay-decision")));
    }

    [Fact]
    public async Task An_easy_call_goes_to_the_cheapest_tier_and_a_hard_one_to_the_dearest()
    {
        await using var gateway = await RunningGateway.Start(Triage);
        using var easy = await gateway.Converse("auto", "hello");
        using var hard = await gateway.Converse("auto", Hard);
        Assert.Equal(Lite, easy.Header("x-assay-model"));
        Assert.Equal($"triage: {Lite} (simple: 5 characters, 1 plain task)", easy.Header("x-assay-decision"));
        Assert.Equal(Opus, hard.Header("x-assay-model"));
        Assert.StartsWith($"triage: {Opus} (hard: ", hard.Header("x-assay-decision"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_was_hard_once_stays_with_its_model()
    {
        await using var gateway = await RunningGateway.Start(Triage);
        using var first = await gateway.Converse("auto", "hello", "s1");
        using var second = await gateway.Converse("auto", Hard, "s1");
        using var third = await gateway.Converse("auto", "hello", "s1");
        using var other = await gateway.Converse("auto", "hello", "s2");
        Assert.Equal([Lite, Opus, Opus, Lite], new[] { first, second, third, other }.Select(a => a.Header("x-assay-model")));
        Assert.Contains("its session stays with the harder tier", third.Header("x-assay-decision"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_rule_that_fits_decides()
    {
        await using var gateway = await RunningGateway.Start($$"""
            routes:
              elsewhere: {team: [nobody], to: '{{Opus}}'}
              tagged:    {tags: {feature: [digest, 'sum*']}, to: '{{Lite}}'}
              large:     {larger_than: 2 KB, to: '{{Opus}}'}
              ours:      {team: [local], models: ['*nova*'], to: '{{Sonnet}}'}
            """);
        const string tag = ",\"requestMetadata\":{\"feature\":\"summary\"}", otherTag = ",\"requestMetadata\":{\"feature\":\"chat\"}";
        using var tagged = await gateway.Converse(Sonnet, "hello", more: tag);
        using var large = await gateway.Converse(Lite, new string('x', 3_000));
        using var ours = await gateway.Converse(Lite, "hello");
        using var none = await gateway.Converse(Sonnet, "hello", more: otherTag);
        Assert.Equal([Lite, Opus, Sonnet, Sonnet], new[] { tagged, large, ours, none }.Select(a => a.Header("x-assay-model")));
        Assert.Equal($"ours: {Sonnet}", ours.Header("x-assay-decision"));
    }

    [Fact]
    public async Task A_rule_on_trial_changes_nothing_and_writes_what_it_would_have_saved()
    {
        await using var gateway = await RunningGateway.Start($"routes:\n  trial: {{to: '{Lite}', shadow: yes}}\n");
        using var answer = await gateway.Converse(Sonnet, "[[tokens=100]] hello");
        Assert.Equal(Sonnet, answer.Header("x-assay-model"));
        var line = Assert.Single(gateway.Journal());
        var own = line.GetProperty("gateway");
        var shadow = own.GetProperty("shadow");
        Assert.Equal(("trial", Lite), (shadow.GetProperty("rule").GetString(), shadow.GetProperty("model").GetString()));
        // The same tokens at 0.06 and 0.24 dollars a million.
        var cheap = ((line.GetProperty("input").GetProperty("inputTokenCount").GetInt64() * 0.06m) + (100 * 0.24m)) / 1_000_000m;
        Assert.Equal(Money(own, "cost_usd") - cheap, Money(shadow, "saved_usd"));
    }

    static decimal Money(JsonElement json, string name) => decimal.Parse(json.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    [Fact]
    public async Task Bedrock_Local_stands_for_the_server_that_a_name_asks_for()
    {
        await using var gateway = await RunningGateway.Start($"models:\n  ours: {{to: ['{Lite}'], upstream: bedrock}}\n");
        using var answer = await gateway.Converse("ours", "hello");
        Assert.Equal((200, Lite), ((int)answer.StatusCode, answer.Header("x-assay-model")));
    }

    [Fact]
    public async Task A_rule_whose_model_cannot_read_the_request_leaves_the_call_as_it_asked()
    {
        await using var gateway = await RunningGateway.Start($"routes:\n  wrong: {{to: '{Lite}'}}\n");
        using var answer = await gateway.Send($"/model/{Uri.EscapeDataString(Sonnet)}/invoke",
            """{"anthropic_version":"bedrock-2023-05-31","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""");
        Assert.Equal(Sonnet, answer.Header("x-assay-model"));
    }

    [Fact]
    public async Task A_warm_cache_is_not_left_for_a_cheaper_model_that_must_read_everything_anew()
    {
        var haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
        // Whoever writes much goes to the dearer model, whoever asks a little more to the cheaper one: here, in the same session.
        await using var gateway = await RunningGateway.Start($$"""
            routes:
              begins: {tags: {step: begin}, to: '{{Sonnet}}'}
              goes-on: {to: '{{haiku}}'}
            """);
        var prompt = string.Concat(Enumerable.Repeat("Rules of the house, to be read first. ", 1_500));
        string Body(string step, string text) => JsonSerializer.Serialize(new
        {
            system = new object[] { new { text = prompt }, new { cachePoint = new { type = "default" } } },
            messages = new[] { new { role = "user", content = new[] { new { text } } } },
            inferenceConfig = new { maxTokens = 20 }, requestMetadata = new { step },
        });
        var path = $"/model/{Uri.EscapeDataString(Sonnet)}/converse";
        using var first = await gateway.Send(path, Body("begin", "one"), ("x-assay-session", "s"));
        using var second = await gateway.Send(path, Body("more", "two"), ("x-assay-session", "s"));
        using var stranger = await gateway.Send(path, Body("more", "two"), ("x-assay-session", "t"));
        Assert.Equal([Sonnet, Sonnet, haiku], new[] { first, second, stranger }.Select(a => a.Header("x-assay-model")));
        Assert.Matches(@"^goes-on: us\.anthropic\.claude-sonnet.* \(stays: with [\d,]+ cached tokens \$0\.\d+ cheaper than us\.anthropic\.claude-haiku",
            second.Header("x-assay-decision"));
    }
}
