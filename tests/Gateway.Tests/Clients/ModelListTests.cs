using System.Text.Json;
using Assay.Gateway.Tests.Reliability;

namespace Assay.Gateway.Tests.Clients;

/// <summary>A client that asks which models there are hears of those it may call, and of no others.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class ModelListTests
{
    const string Haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0", Lite = "us.amazon.nova-lite-v1:0";

    static async Task<IReadOnlyList<string>> Listed(Uri address, string? key, string path = "/v1/models")
    {
        using var http = new HttpClient { BaseAddress = address };
        if (key is not null) http.DefaultRequestHeaders.Add("Authorization", "Bearer " + key);
        var list = JsonElement.Parse(await http.GetStringAsync(path, Rig.Cancel)).GetProperty("data");
        return [.. list.EnumerateArray().Select(m => m.GetProperty("id").GetString()!)];
    }

    [Fact]
    public async Task Names_come_first_then_every_id_the_key_may_call_in_order()
    {
        await using var rig = await Rig.Make($"models:\n  smart: {{to: ['{Haiku}']}}\n  fast: {{to: ['{Lite}']}}");
        var (free, narrow) = (rig.Key("free"), rig.Key(Rig.Owner("narrow") with { Models = ["us.amazon.nova-*"], Regions = ["us-*"] }));
        var abroad = rig.Key(Rig.Owner("abroad") with { Regions = ["eu-*"] });
        var address = (await rig.StartHost()).Address;

        var all = await Listed(address, free);
        Assert.Equal(["smart", "fast"], all.Take(2));
        var ids = all.Skip(2).ToList();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Contains(Haiku, ids);
        Assert.Contains("amazon.titan-embed-text-v2:0", ids);
        Assert.DoesNotContain(ids, i => i.StartsWith("eu.", StringComparison.Ordinal));
        Assert.Equal(all, await Listed(address, free, "/v1/models?limit=100"));

        var few = (await Listed(address, narrow)).Skip(2).ToList();
        Assert.Contains(Lite, few);
        Assert.All(few, i => Assert.StartsWith("us.amazon.nova-", i, StringComparison.Ordinal));
        Assert.Equal(["smart", "fast"], await Listed(address, abroad));
        Assert.Equal(["smart", "fast"], await Listed(address, null));
        Assert.Equal(["smart", "fast"], await Listed(address, "assay_nobody"));
    }

    [Fact]
    public async Task Every_id_that_is_listed_is_let_in_and_priced()
    {
        await using var rig = await Rig.Make();
        var key = rig.Key();
        var address = (await rig.StartHost()).Address;
        using var caller = new Caller(address, key);
        foreach (var id in (await Listed(address, key)).Where(i => !i.Contains("embed", StringComparison.Ordinal)))
            Assert.False((await caller.Converse("hello", id, maxTokens: 5)).Status is 403 or 404, id);
    }

    [Fact]
    public async Task What_the_policy_denies_is_not_listed_and_what_it_asks_of_a_call_hides_nothing()
    {
        await using var rig = await Rig.Make("policy: policy.yaml");
        await File.WriteAllTextAsync(Path.Combine(rig.Folder, "policy.yaml"), $"""
            policy: ours
            region: us-east-1
            accounts:
              main: {"{"}id: '{Rig.Account}', owner: cloud@example.com{"}"}
            deny:
              no-claude: {"{"}models: ['anthropic.*']{"}"}
            limits:
              tagged: {"{"}tags: [ticket]{"}"}
            """, Rig.Cancel);
        var key = rig.Key();
        var ids = await Listed((await rig.StartHost()).Address, key);
        Assert.Contains(Lite, ids);
        Assert.DoesNotContain(ids, i => i.Contains("anthropic.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_that_nobody_knows_is_the_same_in_every_language()
    {
        await using var rig = await Rig.Make();
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);
        const string body = """{"model":"claude-unheard-of","max_tokens":5,"messages":[{"role":"user","content":"hello"}]}""";

        var bedrock = await caller.Converse("hello", "claude-unheard-of");
        var openAi = await caller.Post("/v1/chat/completions", body);
        var anthropic = await caller.Post("/v1/messages", body);

        string Said(Reply reply) => JsonElement.Parse(reply.Text) is var json && json.TryGetProperty("error", out var error)
            ? error.GetProperty("message").GetString()! : json.GetProperty("message").GetString()!;
        Assert.StartsWith("The gateway does not know the model 'claude-unheard-of'", Said(bedrock), StringComparison.Ordinal);
        Assert.Equal((Said(bedrock), Said(bedrock)), (Said(openAi), Said(anthropic)));
        Assert.DoesNotContain("\\u0027", bedrock.Text + openAi.Text + anthropic.Text, StringComparison.Ordinal);
    }
}
