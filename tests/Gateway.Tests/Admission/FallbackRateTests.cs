using System.Text;
using Assay.Gateway.Tests.Reliability;

namespace Assay.Gateway.Tests.Admission;

/// <summary>A cheap model with a dear one behind it is no way around the dollars of a minute.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class FallbackRateTests
{
    const string Sonnet = RunningGateway.Sonnet;

    // 200 tokens of Sonnet come to some $0.0033, of Lite to $0.00005.
    static string Rules(string usd) => $"models:\n  pair: {{to: [{Rig.Lite}, '{Sonnet}']}}\nrates:\n  minute: {{usd: {usd} a minute}}";

    // Lite has no capacity, Sonnet answers.
    static RawServer Server(int tokens)
    {
        RawServer? server = null;
        return server = new(async (to, cancel) =>
        {
            var isLite = server!.Asked.Last().Head.Contains("nova-lite", StringComparison.Ordinal);
            var body = isLite ? """{"message":"no capacity"}"""
                : $$$"""{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":9,"outputTokens":{{{tokens}}},"totalTokens":{{{tokens + 9}}}},"metrics":{"latencyMs":1}}""";
            var head = isLite ? "503 Service Unavailable\r\nx-amzn-ErrorType: ServiceUnavailableException" : "200 OK";
            await to.WriteAsync(Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {head}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"), cancel);
        });
    }

    static async Task<(Rig, Caller)> Start(string usd, RawServer server)
    {
        var rig = await Rig.Make(Rules(usd), ", retries: 0", url: server.Address);
        var key = rig.Key();
        return (rig, new((await rig.StartHost()).Address, key));
    }

    [Fact]
    public async Task A_fallback_that_is_dearer_than_a_minute_may_cost_is_not_asked_and_the_client_hears_why()
    {
        await using var server = Server(tokens: 5);
        var (rig, caller) = await Start("$0.002", server);
        await using var __ = rig;
        using var ___ = caller;

        var reply = await caller.Converse("hello", "pair");

        Assert.Equal(503, reply.Status);
        Assert.Contains("answered 503", reply.Message, StringComparison.Ordinal);
        Assert.Contains($"'{Sonnet}' was not asked instead: Rate 'minute' is $0.002 a minute; this call alone takes more.", reply.Message, StringComparison.Ordinal);
        Assert.Single(server.Asked);
        Assert.Equal(reply.Message, rig.Line(reply.Id).GetProperty("gateway").GetProperty("decision").GetString());
    }

    [Fact]
    public async Task What_a_dearer_fallback_did_not_use_of_a_minute_is_given_back()
    {
        await using var server = Server(tokens: 5);
        var (rig, caller) = await Start("$0.005", server);
        await using var __ = rig;
        using var ___ = caller;

        // Each may cost $0.0033 and comes to $0.0001.
        for (var i = 0; i < 8; i++) Assert.Equal(200, (await caller.Converse("hello", "pair")).Status);
    }

    [Fact]
    public async Task What_a_dearer_fallback_cost_is_used_up()
    {
        await using var server = Server(tokens: 200);
        var (rig, caller) = await Start("$0.005", server);
        await using var __ = rig;
        using var ___ = caller;

        Assert.Equal(200, (await caller.Converse("hello", "pair")).Status);
        var second = await caller.Converse("hello", "pair");

        Assert.Equal(503, second.Status);
        Assert.Matches("was not asked instead: Rate 'minute' is \\$0.005 a minute, and it is used up. Try again in \\d+ s.", second.Message);
        Assert.Equal(3, server.Asked.Count);
    }
}
