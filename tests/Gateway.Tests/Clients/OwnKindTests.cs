using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using Assay.Gateway.Calls;
using Assay.Gateway.Upstreams;

namespace Assay.Gateway.Tests.Clients;

/// <summary>Servers that speak a client's own language: what passes, what is counted, and what stays behind.</summary>
public sealed class OwnKindTests
{
    const string Usage = """
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-5-mini-2026","choices":[],"usage":{"prompt_tokens":40,"completion_tokens":6,"total_tokens":46,"prompt_tokens_details":{"cached_tokens":10}}}


        """;

    static readonly Gen<byte[][]> Pieces = Gen.Select(Gen.Bool, Gen.Int[1, 40].Array[1, 60], static (isCrLf, sizes) =>
        Cut(OwnKindServer.OpenAiStream, isCrLf, sizes));

    static byte[][] Cut(string stream, bool isCrLf, int[] sizes)
    {
        var bytes = Encoding.UTF8.GetBytes(isCrLf ? stream.Replace("\n", "\r\n", StringComparison.Ordinal) : stream);
        List<byte[]> pieces = [];
        for (var (at, i) = (0, 0); at < bytes.Length; i++)
        {
            var size = Math.Min(sizes[i % sizes.Length], bytes.Length - at);
            pieces.Add(bytes[at..(at + size)]);
            at += size;
        }
        return [.. pieces];
    }

    static (string Passed, string Held, Answer Answer) Tap(UpstreamKind kind, bool dropsUsage, byte[][] pieces)
    {
        using var tap = new EventTap(kind, dropsUsage);
        var client = new ArrayBufferWriter<byte>();
        foreach (var piece in pieces) tap.Feed(piece, client);
        var passed = client.WrittenCount;
        tap.Finish(client);
        return (Encoding.UTF8.GetString(client.WrittenSpan[..passed]), Encoding.UTF8.GetString(client.WrittenSpan[passed..]), tap.Answer);
    }

    [Fact]
    public void However_a_stream_is_cut_the_client_has_it_whole_but_for_the_counts_it_did_not_ask_for() => Pieces.Sample(pieces =>
    {
        var sent = Encoding.UTF8.GetString([.. pieces.SelectMany(p => p)]);
        var kept = Tap(UpstreamKind.OpenAi, dropsUsage: false, pieces);
        var dropped = Tap(UpstreamKind.OpenAi, dropsUsage: true, pieces);
        Assert.Equal(sent, kept.Passed + kept.Held);
        Assert.Equal(sent.ReplaceLineEndings("\n").Replace(Usage, "", StringComparison.Ordinal), (dropped.Passed + dropped.Held).ReplaceLineEndings("\n"));
        Assert.Equal("data: [DONE]\n\n", kept.Held.ReplaceLineEndings("\n"));
        foreach (var answer in new[] { kept.Answer, dropped.Answer })
        {
            Assert.True(answer.IsWhole);
            Assert.Equal((30, 10, 6), (answer.Usage.Tokens(null, true).Input, answer.Usage.Tokens(null, true).CacheRead, answer.Usage.Tokens(null, true).Output));
        }
    });

    [Fact]
    public void However_Anthropics_stream_is_cut_the_client_has_it_whole() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 60].Array[1, 40]).Sample((isCrLf, sizes) =>
        {
            var pieces = Cut(OwnKindServer.AnthropicStream, isCrLf, sizes);
            var (passed, held, answer) = Tap(UpstreamKind.Anthropic, dropsUsage: false, pieces);
            Assert.Equal(Encoding.UTF8.GetString([.. pieces.SelectMany(p => p)]), passed + held);
            Assert.StartsWith("event: message_stop", held, StringComparison.Ordinal);
            Assert.True(answer.IsWhole);
            var tokens = answer.Usage.Tokens(null, false);
            Assert.Equal((40, 10, 20, 6), (tokens.Input, tokens.CacheRead, tokens.CacheWrite5m, tokens.Output));
        });

    [Theory]
    [InlineData("""{"choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": 2}}""", true)]
    [InlineData("""{ "usage" : {"prompt_tokens":4}, "choices" : [ ] }""", true)]
    [InlineData("""{"choices":[],"usage":null,"prompt_filter_results":[]}""", false)]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"\"choices\":[] \"usage\":{"}}]}""", false)]
    [InlineData("""{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":2}}""", false)]
    public void Only_an_event_of_counts_alone_stays_behind(string data, bool stays)
    {
        var (passed, held, _) = Tap(UpstreamKind.OpenAi, dropsUsage: true, [Encoding.UTF8.GetBytes($"data: {data}\n\n")]);
        Assert.Equal(stays ? "" : $"data: {data}\n\n", passed + held);
    }

    static async Task<(HttpResponseMessage Response, string Text)> Ask(Door door, string path, string body)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, door.Address + path) { Content = new StringContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", door.Keys["clients"]);
        var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    const string Chat = """{"model":"theirs","stream":true,"messages":[{"role":"user","content":"hi"}]}""";
    const string Message = """{"model":"claudes","max_tokens":500,"stream":true,"messages":[{"role":"user","content":"hi"}]}""";

    [Fact]
    public async Task The_server_is_asked_by_its_own_name_for_a_limit_and_for_its_counts()
    {
        await using var door = await Door.Open();
        await Ask(door, "/v1/chat/completions", Chat);
        await Ask(door, "/v1/chat/completions", Chat.Replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":false}", StringComparison.Ordinal));
        foreach (var got in door.Own.Requests)
        {
            Assert.Equal("gpt-5-mini", got.Json.GetProperty("model").GetString());
            Assert.True(got.Json.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
            Assert.Equal(4096, got.Json.GetProperty("max_tokens").GetInt32());
        }
    }

    [Theory]
    [InlineData("no [DONE]", """{"choices":[{"index":0,"delta":{"content":"Good day"},"finish_reason":"stop"}],"usage":{"prompt_tokens":40,"completion_tokens":6}}""", 40, 6, "served", null)]
    [InlineData("an error", """{"error":{"message":"overloaded","type":"server_error"}}""", 0, 0, null, "StreamError")]
    public async Task A_stream_without_its_last_word_ends_as_its_server_ended_it(string how, string last, long input, long output, string? counts, string? error)
    {
        await using var door = await Door.Open();
        door.Own.Streams.Enqueue([Encoding.UTF8.GetBytes($"data: {last}\n\n")]);
        var (_, text) = await Ask(door, "/v1/chat/completions", Chat);
        Assert.True(text == $"data: {last}\n\n", how + ": " + text);
        var line = Assert.Single(door.Lines());
        Assert.Equal((input, output, error), (line.Input, line.Output, line.Error));
        if (counts is not null) Assert.Equal(counts, line.Counts);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_said_to_and_costs_at_least_what_came()
    {
        await using var door = await Door.Open();
        var words = string.Concat(Enumerable.Repeat("word ", 60));
        door.Own.Streams.Enqueue([Encoding.UTF8.GetBytes(
            OwnKindServer.AnthropicStream.Split("event: content_block_stop")[0].Replace("Good day", words, StringComparison.Ordinal))]);
        var (_, text) = await Ask(door, "/v1/messages", Message);
        Assert.Contains("event: error", text, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", text, StringComparison.Ordinal);
        var line = Assert.Single(door.Lines());
        Assert.Equal((40, 100, "estimated"), (line.Input, line.Output, line.Counts));
    }

    [Fact]
    public async Task An_error_in_mid_stream_reaches_the_client_and_what_came_is_paid()
    {
        await using var door = await Door.Open();
        const string error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
        door.Own.Streams.Enqueue([Encoding.UTF8.GetBytes(OwnKindServer.AnthropicStream.Split("event: content_block_stop")[0] + error)]);
        var (_, text) = await Ask(door, "/v1/messages", Message);
        Assert.EndsWith(error, text, StringComparison.Ordinal);
        var line = Assert.Single(door.Lines());
        Assert.Equal(("StreamError", 40), (line.Error, line.Input));
        Assert.True(line.Cost > 0m);
    }

    [Fact]
    public async Task A_part_that_fails_fails_the_whole_and_what_was_answered_is_paid()
    {
        await using var door = await Door.Open();
        var (response, text) = await Ask(door, "/v1/embeddings",
            $$"""{"model":"{{Door.Titan}}","input":["one","two [[error=ThrottlingException]]"]}""");
        Assert.Equal(429, (int)response.StatusCode);
        Assert.Contains("rate_limit_error", text, StringComparison.Ordinal);
        var lines = door.Lines();
        Assert.Equal([null, "ThrottlingException"], lines.Select(l => l.Error).Order());
        Assert.Single(lines.Select(l => l.PartOf).Distinct());
        Assert.Equal(response.Headers.GetValues("x-assay-cost-usd").Single(), lines.Sum(l => l.Cost).ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(lines.Sum(l => l.Cost) > 0m);
        Assert.Equal((lines.Sum(l => l.Cost), 0), door.Rated());
    }
}
