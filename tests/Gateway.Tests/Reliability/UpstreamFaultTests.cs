using System.Globalization;
using System.Text.Json;
using System.Buffers;
using System.Text;
using Assay.Bedrock;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>
/// A server that hangs, breaks off or talks nonsense: the client hears so in its own language, the call is written down at no less than
/// what was streamed, and nothing stays set aside.
/// </summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class UpstreamFaultTests
{
    const string Rules = "budgets:\n  organisation: {amount: $10 a month}";
    const string Impatient = ", answer_within: 1 s, silent_at_most: 1 s, retries: 0";
    const string Long = "Tell me all there is to know about rivers, and do not stop before the sea. ";

    static string Head(string type) => $"HTTP/1.1 200 OK\nContent-Type: {type}\nConnection: close\n\n";

    static byte[] Frame(string type, string payload)
    {
        var into = new ArrayBufferWriter<byte>();
        EventStreamWriter.WriteEvent(into, Encoding.ASCII.GetBytes(type), Encoding.UTF8.GetBytes(payload));
        return into.WrittenSpan.ToArray();
    }

    static byte[] Delta(string text) => Frame("contentBlockDelta", $$$"""{"contentBlockIndex":0,"delta":{"text":"{{{text}}}"},"p":"abc"}""");

    static async Task AssertSettled(Rig rig, Caller caller, decimal atLeast)
    {
        var sums = await caller.Budget("organisation");
        // What a call without counts may have cost beyond its estimate stays held.
        Assert.Equal((0m, rig.Lines().Sum(LeftOpen)), (sums.Reserved, sums.Held));
        Assert.Equal(rig.Records().Sum(r => Rig.Cost(r)), sums.Spent);
        Assert.True(sums.Spent >= atLeast, $"{sums.Spent} is less than {atLeast}");
    }

    static decimal LeftOpen(string line)
    {
        var call = JsonDocument.Parse(line).RootElement.GetProperty("gateway");
        decimal Usd(string name) => decimal.Parse(call.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
        return call.GetProperty("counts").GetString() == "estimated" ? Usd("at_most_usd") - Usd("cost_usd") : 0m;
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_server_that_never_answers_is_an_error_and_is_paid_as_if_it_had(bool isStream)
    {
        await using var rig = await Rig.Make(Rules, Impatient);
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);

        var reply = isStream ? await caller.ConverseStream("[[hang]] " + Long) : await caller.Converse("[[hang]] " + Long);

        Assert.Equal(503, reply.Status);
        Assert.Equal("ServiceUnavailableException", reply.Headers["x-amzn-ErrorType"]);
        Assert.Equal("'bedrock' could not be asked: no answer within 1 s.", reply.Message);
        var record = rig.Record(reply.Id);
        Assert.Equal("ServiceUnavailableException", record.ErrorCode);
        // It had the whole request, so AWS may bill it: what was read, and as much as it was allowed to say.
        Assert.True(record.Tokens is { Input: > 10, Output: 200 }, $"{record.Tokens}");
        await AssertSettled(rig, caller, Rig.Cost(record));
    }

    [Fact]
    public async Task A_server_that_refuses_connections_costs_nothing_and_is_tried_again_before()
    {
        await using var gone = new RawServer((_, _) => Task.CompletedTask);
        await gone.DisposeAsync();
        await using var rig = await Rig.Make(Rules, ", retries: 2", url: gone.Address);
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);

        var reply = await caller.Converse(Long);

        Assert.Equal(503, reply.Status);
        Assert.Equal(3, rig.Line(reply.Id).GetProperty("gateway").GetProperty("attempts").GetInt32());
        Assert.True(rig.Record(reply.Id).Failed);
        Assert.Equal(0m, (await caller.Budget("organisation")).All);
    }

    [Fact]
    public async Task Time_that_runs_out_between_two_tries_ends_the_call_and_leaves_nothing_set_aside()
    {
        await using var gone = new RawServer((_, _) => Task.CompletedTask);
        await gone.DisposeAsync();
        await using var rig = await Rig.Make(Rules, ", retries: 1000, answer_within: 50 ms", url: gone.Address);
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);

        var reply = await caller.Converse(Long);

        Assert.Equal(503, reply.Status);
        Assert.True(rig.Record(reply.Id).Failed);
        Assert.Equal(0m, (await caller.Budget("organisation")).All);
    }

    // Resets after three deltas, once they can be on their way to the client.
    static RawServer Resetting() => new(async (to, cancel) =>
    {
        await to.WriteAsync(Encoding.ASCII.GetBytes(Head("application/vnd.amazon.eventstream").ReplaceLineEndings("\r\n")), cancel);
        foreach (var word in (string[])["Rivers ", "run ", "down"]) await to.WriteAsync(Delta(word), cancel);
        await Task.Delay(200, cancel);
        to.Socket.LingerState = new(true, 0);
    });

    [Theory, InlineData("reset"), InlineData("[[stall]]"), InlineData("[[malformed]]")]
    public async Task A_stream_that_breaks_off_ends_with_an_exception_and_is_paid_as_far_as_it_came(string how)
    {
        await using var resetting = Resetting();
        await using var rig = await Rig.Make(Rules, Impatient, url: how == "reset" ? resetting.Address : null);
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);

        var reply = await caller.ConverseStream($"{how} [[tokens=150]] " + Long);

        Assert.Equal(200, reply.Status);
        Assert.Equal("modelStreamErrorException", reply.Events[^1]);
        Assert.DoesNotContain("metadata", reply.Events);
        var record = rig.Record(reply.Id);
        Assert.Equal("ModelStreamErrorException", record.ErrorCode);
        Assert.Equal("estimated", rig.Line(reply.Id).GetProperty("gateway").GetProperty("counts").GetString());
        var said = reply.Events.Count(e => e == "contentBlockDelta");
        Assert.True(record.Tokens.Output >= said, $"{said} deltas, {record.Tokens.Output} tokens");
        Assert.True(record.Tokens.Input > 10);
        await AssertSettled(rig, caller, Rig.Cost(record));
    }

    [Theory, InlineData("[[reset]]", 503), InlineData("[[malformed]]", 200), InlineData("[[nousage]]", 200)]
    public async Task A_whole_answer_without_counts_is_paid_for_what_it_is_long(string how, int status)
    {
        await using var rig = await Rig.Make(Rules, Impatient);
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);

        var reply = await caller.Converse($"{how} [[tokens=150]] " + Long);

        Assert.Equal(status, reply.Status);
        var record = rig.Record(reply.Id);
        Assert.True(record.Tokens is { Input: > 10, Output: > 100 }, $"{record.Tokens}");
        await AssertSettled(rig, caller, Rig.Cost(record));
        // What is left open is left open after a restart too.
        await rig.StopAll();
        using var again = new Caller((await rig.StartHost()).Address, key);
        await AssertSettled(rig, again, Rig.Cost(record));
    }

    [Fact]
    public async Task A_stream_without_counts_is_paid_for_what_was_streamed()
    {
        await using var rig = await Rig.Make(Rules, Impatient);
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);

        var reply = await caller.ConverseStream("[[nousage]] [[tokens=150]] " + Long);

        Assert.True(rig.Record(reply.Id).Tokens is { Input: > 10, Output: >= 150 }, $"{rig.Record(reply.Id).Tokens}");
        await AssertSettled(rig, caller, 0.00001m);
    }

    public static TheoryData<string, byte[], string> Rubbish() => new()
    {
        { "application/vnd.amazon.eventstream", "this is no frame, whatever its type says"u8.ToArray(), "a text for a stream" },
        { "application/json", "{\"output\":{\"message\":{\"content\":[{\"text\":\"hi"u8.ToArray(), "a broken body for a stream" },
        { "text/html", "<html>502 from a proxy</html>"u8.ToArray(), "a page for a stream" },
        { "application/vnd.amazon.eventstream", [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 4, 1, 2, 3, 4], "a frame of two gigabytes" },
        { "application/vnd.amazon.eventstream", [.. Delta("hello"), .. Delta("world")[..^3]], "a frame cut short" },
        { "application/vnd.amazon.eventstream", [.. Delta("hello"), .. new byte[64]], "zeros" },
        { "application/vnd.amazon.eventstream", [.. Frame("metadata", "{\"usage\":{\"inputTokens\":")], "counts cut short" },
        { "application/vnd.amazon.eventstream", [.. Frame("metadata", "{\"usage\":{\"inputTokens\":-5,\"outputTokens\":99999999999999999999}}")], "counts beyond numbers" },
        { "application/vnd.amazon.eventstream", [.. Frame("chunk", "{\"bytes\":\"%%%\"}")], "a chunk that is no base64" },
        { "application/vnd.amazon.eventstream", [], "nothing" },
    };

    [Theory, MemberData(nameof(Rubbish))]
    public async Task A_stream_of_rubbish_hurts_nobody(string type, byte[] bytes, string what)
    {
        await using var server = RawServer.Saying(Head(type), bytes);
        await using var rig = await Rig.Make(Rules, Impatient, url: server.Address);
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);

        foreach (var path in (string[])["converse-stream", "converse"])
        {
            var reply = await caller.Post($"/model/{Uri.EscapeDataString(Rig.Lite)}/{path}", Caller.Body(Long));
            Assert.True(reply.Status is 200 or 503, $"{what}: {reply.Status} {reply.Text}");
            Assert.True(rig.Record(reply.Id).Tokens.Input > 10, what);
        }
        var openAi = await caller.Post("/v1/chat/completions", $$"""{"model":"{{Rig.Lite}}","stream":true,"max_tokens":100,"messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal(200, openAi.Status);
        Assert.True(rig.Record(openAi.Id).Tokens.Input > 0, what);
        await AssertSettled(rig, caller, 0m);
    }

    [Fact]
    public async Task A_head_that_never_ends_is_an_error()
    {
        await using var server = new RawServer(async (to, cancel) =>
        {
            await to.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), cancel);
            for (var i = 0; ; i++) await to.WriteAsync(Encoding.ASCII.GetBytes($"x-{i}: {new string('a', 1_000)}\r\n"), cancel);
        });
        await using var rig = await Rig.Make(Rules, Impatient, url: server.Address);
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);

        var reply = await caller.Converse(Long);

        Assert.Equal(503, reply.Status);
        await AssertSettled(rig, caller, 0.000001m);
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_cut_off_and_paid()
    {
        await using var server = new RawServer(async (to, cancel) =>
        {
            await to.WriteAsync(Encoding.ASCII.GetBytes(Head("application/json").ReplaceLineEndings("\r\n")), cancel);
            var part = new byte[64 * 1024];
            while (true) await to.WriteAsync(part, cancel);
        });
        await using var rig = await Rig.Make(Rules, ", answer_within: 20 s, retries: 0", url: server.Address);
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);

        var reply = await caller.Converse(Long);

        Assert.Equal(503, reply.Status);
        Assert.Contains("the answer is longer than 64 MB", reply.Message, StringComparison.Ordinal);
        Assert.Equal(200, rig.Record(reply.Id).Tokens.Output);
        await AssertSettled(rig, caller, 0.00001m);
    }

    [Fact]
    public async Task Other_languages_hear_of_a_stream_that_broke_off_in_their_own_words()
    {
        await using var resetting = Resetting();
        await using var rig = await Rig.Make(Rules, Impatient, url: resetting.Address);
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);
        string Body(string more) => $$"""{"model":"{{Rig.Lite}}","stream":true,"max_tokens":100,"messages":[{"role":"user","content":"hi"}]{{more}}}""";

        var openAi = await caller.Post("/v1/chat/completions", Body(""));
        var anthropic = await caller.Post("/v1/messages", Body(""), ("anthropic-version", "2023-06-01"));

        Assert.Contains("data: {\"error\":{", openAi.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", openAi.Text, StringComparison.Ordinal);
        Assert.Contains("event: error\ndata: {\"type\":\"error\"", anthropic.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", anthropic.Text, StringComparison.Ordinal);
        await AssertSettled(rig, caller, 0.000001m);
    }
}
