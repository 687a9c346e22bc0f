using System.Net.Sockets;
using System.Text;
using Assay.Bedrock;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>Clients that vanish, dawdle, flood or lie: they are charged what they caused, and nobody else feels them.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class ClientTests
{
    const string Rules = "budgets:\n  organisation: {amount: $10 a month}\ndrain_at_most: 20 s";
    const long Mebi = 1024 * 1024;
    static readonly string Path = $"/model/{Uri.EscapeDataString(Rig.Lite)}/";

    static async Task<(Rig Rig, Uri Address, string Key)> Start(string rules = Rules, BedrockLocalOptions? options = null)
    {
        var rig = await Rig.Make(rules, options: options);
        var key = rig.Key();
        return (rig, (await rig.StartHost()).Address, key);
    }

    // A connection of its own, on which anything can be said.
    static async Task<TcpClient> Connect(Uri address)
    {
        var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, Rig.Cancel);
        return client;
    }

    static async Task<string> Say(Uri address, string text, byte[]? body = null)
    {
        using var client = await Connect(address);
        try
        {
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), Rig.Cancel);
            if (body is not null) await client.GetStream().WriteAsync(body, Rig.Cancel);
        }
        catch (IOException)
        {
            // It may answer and close before it has heard everything.
        }
        return await Hear(client);
    }

    static async Task<string> Hear(TcpClient client)
    {
        var heard = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(heard, Rig.Cancel);
        }
        catch (IOException)
        {
            // Closed with a reset: what was heard until then counts.
        }
        return Encoding.Latin1.GetString(heard.ToArray());
    }

    static string Request(string key, string target, string body, string headers = "Connection: close\r\n", string version = "1.1") =>
        $"POST {target} HTTP/{version}\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n{headers}"
        + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    [Theory, InlineData("before"), InlineData("during"), InlineData("after")]
    public async Task A_client_that_hangs_up_is_charged_its_whole_answer(string when)
    {
        var (rig, address, key) = await Start(options: new() { Latency = _ => new(TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(2)) });
        await using var _ = rig;
        using var caller = new Caller(address, key);
        using (var client = await Connect(address))
        {
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Request(key, Path + "converse-stream", Caller.Body("[[tokens=180]] hello", maxTokens: 180))), Rig.Cancel);
            if (when == "before") await Task.Delay(100, Rig.Cancel);
            else if (when == "during") await stream.ReadAtLeastAsync(new byte[2_000], 1_500, cancellationToken: Rig.Cancel);
            else await Hear(client);
        }

        await Rig.Until(() => rig.Lines().Count == 1, "the line of the call");

        var record = Assert.Single(rig.Records());
        var served = Assert.Single(rig.Served);
        Assert.Equal((served.Usage.Input, served.Usage.Output), (record.Tokens.Input, record.Tokens.Output));
        Assert.Equal(180, record.Tokens.Output);
        Assert.Null(record.ErrorCode);
        var sums = await caller.Budget("organisation");
        Assert.Equal((Rig.Cost(record), 0m, 0m), (sums.Spent, sums.Reserved, sums.Held));
    }

    [Fact]
    public async Task A_call_whose_client_hung_up_is_read_on_for_no_longer_than_was_said()
    {
        var (rig, address, key) = await Start("drain_at_most: 300 ms");
        await using var _ = rig;
        using (var client = await Connect(address))
        {
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(Request(key, Path + "converse-stream", Caller.Body("[[stall]] [[tokens=180]] hello"))), Rig.Cancel);
            await client.GetStream().ReadAtLeastAsync(new byte[2_000], 400, cancellationToken: Rig.Cancel);
        }

        // The server's own two minutes would be longer than this waits.
        await Rig.Until(() => rig.Lines().Count == 1, "the line of the call");

        Assert.True(Assert.Single(rig.Records()).Tokens.Output > 0);
    }

    [Fact]
    public async Task A_client_that_hangs_up_in_its_own_request_made_no_call()
    {
        var (rig, address, key) = await Start();
        await using var _ = rig;
        for (var i = 0; i < 20; i++)
        {
            using var client = await Connect(address);
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(Request(key, Path + "converse", Caller.Body("hello"))[..^(10 + i)]), Rig.Cancel);
            if (i % 2 == 0) client.LingerState = new(true, 0);
        }
        using var caller = new Caller(address, key);

        var reply = await caller.Converse("hello");

        Assert.Equal(200, reply.Status);
        Assert.Single(rig.Served);
        // A broken request may be written down as one that was refused; it costs nothing.
        Assert.Equal(reply.Id, Assert.Single(rig.Records(), r => !r.Failed).RequestId.ToString());
    }

    [Fact]
    public async Task Slow_readers_hold_neither_memory_nor_others()
    {
        var (rig, _, key) = await Start();
        await using var __ = rig;
        var gateway = await StartBeside(rig);
        var slow = new List<TcpClient>();
        for (var i = 0; i < 40; i++)
        {
            // 10,000 tokens are some three megabytes of frames; who does not read them stops the server, not the gateway.
            var client = new TcpClient { ReceiveBufferSize = 4_096 };
            await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port, Rig.Cancel);
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(Request(key, Path + "converse-stream", Caller.Body("[[tokens=10000]] on and on", maxTokens: 10_000))), Rig.Cancel);
            slow.Add(client);
        }
        using var caller = new Caller(gateway.Address, key);

        for (var second = 0; second < 3; second++)
        {
            foreach (var client in slow) _ = await client.GetStream().ReadAsync(new byte[1_024], Rig.Cancel);
            Assert.Equal(200, (await caller.ConverseStream("[[tokens=20]] quick")).Status);
        }

        Assert.True(gateway.PeakMemory < 400 * Mebi, $"{gateway.PeakMemory / Mebi} MB");
        foreach (var client in slow) client.Dispose();
        await Rig.Until(() => rig.Lines().Count == 43, "the lines of the slow ones too");
        Assert.Equal(rig.Served.Sum(s => s.Usage.Output), rig.Records().Sum(r => r.Tokens.Output));
    }

    // A process of its own, so that its memory is its own; the host beside keeps the first data folder.
    static async Task<GatewayProcess> StartBeside(Rig rig)
    {
        await rig.StopAll();
        return await rig.StartProcess();
    }

    // A body of exactly so many bytes.
    static byte[] BodyOf(int length)
    {
        var (start, end) = ("{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"", "\"}]}],\"inferenceConfig\":{\"maxTokens\":64}}");
        return Encoding.ASCII.GetBytes(start + new string('a', length - start.Length - end.Length) + end);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_body_of_25_000_000_bytes_passes_and_one_byte_more_is_413(bool saysLength)
    {
        var (rig, _, key) = await Start();
        await using var __ = rig;
        var gateway = await StartBeside(rig);
        using var caller = new Caller(gateway.Address, key);
        var (fits, over) = (BodyOf(25_000_000), BodyOf(25_000_001));
        HttpContent Content(byte[] bytes)
        {
            var content = new StreamContent(new MemoryStream(bytes));
            if (!saysLength) content.Headers.ContentLength = null;
            return content;
        }
        (string, string)[] chunked = saysLength ? [] : [("Transfer-Encoding", "chunked")];

        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => caller.Post(Path + "converse", Content(i % 2 == 0 ? fits : over), chunked)));

        foreach (var (i, reply) in replies.Index())
        {
            // So long a prompt is longer than the model's context. It is Bedrock that says so: the body arrived.
            Assert.Equal(i % 2 == 0 ? 400 : 413, reply.Status);
            Assert.NotEmpty(reply.Id);
        }
        Assert.Equal(2, rig.Served.Count);
        Assert.True(gateway.PeakMemory < 900 * Mebi, $"{gateway.PeakMemory / Mebi} MB");
    }

    [Fact]
    public async Task A_length_that_nobody_means_is_refused_at_once_and_shuts_nobody_out()
    {
        var (rig, address, key) = await Start("memory: 30 MB");
        await using var _ = rig;
        using var caller = new Caller(address, key);
        using var liar = await Connect(address);
        await liar.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Path}converse HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nContent-Length: 9000000000000000000\r\n\r\n{{"), Rig.Cancel);
        var heard = new byte[12];
        await liar.GetStream().ReadExactlyAsync(heard, Rig.Cancel);

        Assert.Equal("HTTP/1.1 413", Encoding.ASCII.GetString(heard));
        Assert.Equal(200, (await caller.Converse("hello")).Status);
    }

    [Fact]
    public async Task Small_bodies_that_do_not_say_their_length_hold_only_what_they_are()
    {
        var (rig, address, key) = await Start("memory: 60 MB", new() { Latency = _ => new(TimeSpan.FromMilliseconds(500), TimeSpan.Zero) });
        await using var _ = rig;
        using var caller = new Caller(address, key);

        var replies = new List<Task<Reply>>();
        for (var i = 0; i < 10; i++)
        {
            // A body is held at its longest only while it is read.
            replies.Add(caller.Post(Path + "converse", new StringContent(Caller.Body("hello")), ("Transfer-Encoding", "chunked")));
            await Task.Delay(20, Rig.Cancel);
        }

        Assert.All(await Task.WhenAll(replies), r => Assert.Equal(200, r.Status));
    }

    [Fact]
    public async Task Floods_of_headers_and_endless_lines_are_refused()
    {
        var (rig, address, key) = await Start();
        await using var _ = rig;
        var flood = string.Concat(Enumerable.Range(0, 3_000).Select(i => $"x-{i}: {new string('a', 100)}\r\n"));

        Assert.StartsWith("HTTP/1.1 431", await Say(address, Request(key, Path + "converse", Caller.Body("hello"), flood)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414", await Say(address, Request(key, "/" + new string('a', 100_000), "")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 4", await Say(address, Request(key, Path + "converse", Caller.Body("hello"), $"x: {new string('a', 100_000)}\r\n")), StringComparison.Ordinal);
        Assert.Empty(rig.Served);
    }

    [Theory]
    [InlineData("/model/../assay/budgets")]
    [InlineData("/model/x/../amazon.nova-lite-v1%3A0/converse")]
    [InlineData("/model/%2e%2e/converse/../../assay")]
    [InlineData("/model/amazon.nova-lite-v1%253A0/converse")]
    [InlineData("/model/amazon.nova-lite-v1%3A0%00/converse")]
    [InlineData("/model/amazon.nova-lite-v1%3A0/%00converse")]
    [InlineData("http://evil.example/model/amazon.nova-lite-v1%3A0/converse")]
    [InlineData("//model/amazon.nova-lite-v1%3A0/converse")]
    [InlineData("/model//converse")]
    [InlineData("/model/amazon.nova-lite-v1%3A0/converse/")]
    [InlineData("/model/amazon.nova-lite-v1%3A0/converse%20")]
    [InlineData("/MODEL/amazon.nova-lite-v1%3A0/converse")]
    [InlineData("/model/amazon.nova-lite-v1%3A0%0d%0aHost:%20evil/converse")]
    [InlineData("/v1/../model/amazon.nova-lite-v1%3A0/converse")]
    [InlineData("/v1/chat/completions/")]
    [InlineData("*")]
    public async Task A_path_that_is_no_operation_goes_nowhere(string target)
    {
        var (rig, address, key) = await Start();
        await using var _ = rig;

        var answer = await Say(address, Request(key, target, Caller.Body("hello")));

        Assert.Matches("^HTTP/1.1 (400|403|404|405) ", answer);
        Assert.Empty(rig.Served);
        // What is behind a model's name is asked of nobody else: no host, no line of its own.
        Assert.DoesNotContain("evil", string.Concat(rig.Served.Select(s => s.ModelId)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_lengths_of_one_request_are_no_way_to_smuggle_a_second()
    {
        var (rig, address, key) = await Start();
        await using var _ = rig;
        var inner = Request(key, Path + "converse", Caller.Body("smuggled"));
        var chunk = Caller.Body("hello");

        // Where both are said the length is void, by the standard; a gateway that went by it would find a request in the body.
        var both = await Say(address, $"POST {Path}converse HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nContent-Length: {chunk.Length + 10}\r\n"
            + $"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{chunk.Length:x}\r\n{chunk}\r\n0\r\n\r\n{inner}");
        var twice = await Say(address, $"POST {Path}converse HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nContent-Length: 5\r\nContent-Length: {chunk.Length}\r\n"
            + $"Connection: close\r\n\r\n{chunk}{inner}");
        var strange = await Say(address, $"POST {Path}converse HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nTransfer-Encoding: xchunked\r\n"
            + $"Content-Length: {chunk.Length}\r\nConnection: close\r\n\r\n{chunk}{inner}");

        Assert.Matches("^HTTP/1.1 (200|400) ", both);
        Assert.Matches("^HTTP/1.1 400 ", twice);
        Assert.Matches("^HTTP/1.1 (400|501) ", strange);
        Assert.All(rig.Lines(), l => Assert.DoesNotContain("smuggled", l, StringComparison.Ordinal));
        Assert.InRange(rig.Served.Count, 0, 1);
    }

    [Fact]
    public async Task Old_clients_and_pipelined_requests_are_answered_in_order()
    {
        var (rig, address, key) = await Start();
        await using var _ = rig;

        var old = await Say(address, Request(key, Path + "converse", Caller.Body("[[tokens=5]] hello"), "", "1.0"));
        var three = await Say(address, Request(key, Path + "converse", Caller.Body("[[tokens=5]] a"), "") + Request(key, Path + "converse-stream", Caller.Body("[[tokens=5]] b"), "")
            + Request(key, Path + "converse", Caller.Body("[[tokens=5]] c")));

        Assert.StartsWith("HTTP/1.1 200", old, StringComparison.Ordinal);
        Assert.Equal(3, three.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Equal(4, rig.Records().Count);
        Assert.Equal(4, rig.Served.Count);
    }
}
