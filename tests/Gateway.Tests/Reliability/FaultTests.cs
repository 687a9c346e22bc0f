using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Bedrock;
using Assay.Control.Budgets;
using Assay.Gateway.Calls;
using Assay.Gateway.Door;
using Assay.Gateway.Identity;
using Assay.Gateway.Metering;
using Assay.Gateway.Settings;
using Assay.Gateway.Telemetry;
using Assay.Gateway.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>A mistake of ours, wherever it is: the client hears of it in its own language, somebody is told, and no money stays set aside.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class FaultTests
{
    const string Answered = """{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":9,"outputTokens":5,"totalTokens":14},"metrics":{"latencyMs":1}}""";

    static readonly string Converse = $"/model/{Uri.EscapeDataString(Rig.Lite)}/converse";
    static readonly string OpenAi = $$"""{"model":"{{Rig.Lite}}","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}""";

    public static TheoryData<string, string> Languages => new()
    {
        { Converse, Caller.Body("hello") }, { "/v1/chat/completions", OpenAi }, { "/v1/messages", OpenAi },
    };

    static HttpResponseMessage Answer(string body = Answered) =>
        new(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    static void AssertTold(Faulty gateway, Reply reply, string path)
    {
        Assert.Equal(500, reply.Status);
        var json = JsonSerializer.Deserialize<JsonElement>(reply.Text);
        if (path == Converse)
        {
            Assert.Equal("InternalServerException", reply.Headers["x-amzn-ErrorType"]);
            Assert.Equal("The gateway failed at this call: a mistake of ours", reply.Message);
        }
        else Assert.Equal(path == "/v1/messages" ? "api_error" : "server_error", json.GetProperty("error").GetProperty("type").GetString());
        // Who asks again may pay again.
        Assert.Equal("false", reply.Headers["x-should-retry"]);
        Assert.Contains($"request {reply.Id} failed: InvalidOperationException: a mistake of ours at Assay.", Assert.Single(gateway.Said), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Languages))]
    public async Task Before_there_is_a_call_its_client_is_told(string path, string body)
    {
        await using var gateway = await Faulty.Start(_ => Answer());
        gateway.IsBroken = true;

        AssertTold(gateway, await gateway.Caller.Post(path, body), path);
        Assert.Equal(0, gateway.Lines);
    }

    [Theory, MemberData(nameof(Languages))]
    public async Task Before_a_call_is_answered_its_client_is_told_and_what_it_may_cost_is_held(string path, string body)
    {
        await using var gateway = await Faulty.Start(_ => throw new InvalidOperationException("a mistake of ours"));

        AssertTold(gateway, await gateway.Caller.Post(path, body), path);

        Assert.Equal(1, gateway.Lines);
        Assert.Equal(0m, gateway.Sums.Reserved);
        Assert.True(gateway.Sums is { Spent: > 0m, Held: > 0m }, $"{gateway.Sums}");
        Assert.Equal(0, gateway.LeasesOpen);
    }

    [Theory, MemberData(nameof(Languages))]
    public async Task A_call_that_is_written_down_and_not_answered_yet_is_an_error_and_no_reset(string path, string body)
    {
        await using var gateway = await Faulty.Start(_ => Answer(), failsAtWrite: 1);

        AssertTold(gateway, await gateway.Caller.Post(path, body), path);

        Assert.Equal(1, gateway.Lines);
        Assert.True(gateway.Sums is { Spent: > 0m, Reserved: 0m, Held: 0m }, $"{gateway.Sums}");
        Assert.Equal(0, gateway.LeasesOpen);
    }

    [Fact]
    public async Task An_answer_that_began_breaks_off_and_is_paid_for()
    {
        var frames = new System.Buffers.ArrayBufferWriter<byte>();
        for (var i = 0; i < 3; i++)
            EventStreamWriter.WriteEvent(frames, "contentBlockDelta"u8, """{"contentBlockIndex":0,"delta":{"text":"rivers"},"p":"abc"}"""u8);
        var parts = frames.WrittenMemory;
        await using var gateway = await Faulty.Start(_ => new(HttpStatusCode.OK) { Content = new Parts(parts, 3) }, failsAtWrite: 2);

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Caller.ConverseStream("hello"));

        await Rig.Until(() => gateway is { Lines: 1, LeasesOpen: 0 }, "the line");
        Assert.Equal(0m, gateway.Sums.Reserved);
        Assert.True(gateway.Sums is { Spent: > 0m, Held: > 0m }, $"{gateway.Sums}");
        Assert.Single(gateway.Said);
    }

    [Fact]
    public async Task A_request_that_cannot_be_signed_was_not_sent_and_costs_nothing()
    {
        await using var gateway = await Faulty.Start(_ => Answer(), sign: () => throw new InvalidOperationException("no credentials"));

        var reply = await gateway.Caller.Converse("hello");

        Assert.Equal((503, "'bedrock' could not be asked: the request cannot be signed: no credentials."), (reply.Status, reply.Message));
        Assert.Equal((0m, 0m, 0m), (gateway.Sums.Spent, gateway.Sums.Reserved, gateway.Sums.Held));
        Assert.Empty(gateway.Said);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_call_that_cannot_even_be_written_down_gives_back_what_it_reserved_or_holds_what_it_may_be_billed(bool isSent)
    {
        await using var gateway = await Faulty.Start(_ => Answer());
        // Without a holder there is no line.
        using var call = new Passage
        {
            Id = Guid.NewGuid(), Time = DateTime.UtcNow, Dialect = Dialect.Bedrock, Purpose = Purpose.Answer, Operation = BedrockOperation.Converse,
            Path = Converse, Asked = Rig.Lite, Attempts = isSent ? 1 : 0,
        };
        gateway.Reserve(call, 0.25m);
        Assert.Equal((0.25m, 1), (gateway.Sums.Reserved, gateway.LeasesOpen));

        await gateway.Ledgering.CloseFailed(gateway.Live, call, new InvalidOperationException("a mistake of ours"));

        Assert.Equal(isSent ? (0m, 0m, 0.25m) : (0m, 0m, 0m), (gateway.Sums.Spent, gateway.Sums.Reserved, gateway.Sums.Held));
        // After a restart too: that is what its lease in the file is for.
        Assert.Equal(isSent ? 1 : 0, gateway.LeasesOpen);
        Assert.Equal(2, gateway.Said.Count);
    }

    [Fact]
    public async Task A_name_that_no_header_can_carry_spoils_no_answer()
    {
        await using var gateway = await RunningGateway.Start($"ceilings:\n  größe: {{usd: $0.0001, over: [clamp, refuse]}}\nroutes:\n  straße: {{to: '{RunningGateway.Lite}'}}\n");

        using var answer = await gateway.Converse(RunningGateway.Sonnet, "hello", more: ""","additionalModelResponseFieldPaths":[]""");

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.StartsWith($"stra?e: {RunningGateway.Lite}; clamped to ", answer.Header("x-assay-decision"), StringComparison.Ordinal);
        Assert.EndsWith(": ceiling 'gr??e'", answer.Header("x-assay-decision"), StringComparison.Ordinal);
        var decision = Assert.Single(gateway.Journal()).GetProperty("gateway").GetProperty("decision").GetString();
        Assert.StartsWith("straße: ", decision, StringComparison.Ordinal);
        Assert.EndsWith(": ceiling 'größe'", decision, StringComparison.Ordinal);
    }

    /// <summary>A body that comes in so many equal parts.</summary>
    sealed class Parts(ReadOnlyMemory<byte> bytes, int parts) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < parts; i++) await stream.WriteAsync(bytes.Slice(i * bytes.Length / parts, bytes.Length / parts));
        }

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new Slow(bytes, bytes.Length / parts));

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    sealed class Slow(ReadOnlyMemory<byte> bytes, int most) : MemoryStream(bytes.ToArray())
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }

    /// <summary>A body of an answer that fails at one of its writes.</summary>
    sealed class FailingBody(Stream to, int failsAt) : Stream
    {
        int writes;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (++writes == failsAt) throw new InvalidOperationException("a mistake of ours");
            await to.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => to.FlushAsync(cancellationToken);
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() => to.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    /// <summary>A door whose server, signer and client connection do what a test says.</summary>
    sealed class Faulty : HttpMessageHandler, IAsyncDisposable
    {
        readonly string folder = Directory.CreateTempSubdirectory("assay-gateway-").FullName;
        readonly BudgetBook budgets = new([new() { Name = "all", Usd = 10m, Stop = BudgetStop.Hard }], null);
        readonly Instruments instruments = new();
        readonly LeaseFile leases;
        readonly Journal journal;
        readonly WebApplication app;
        readonly Func<HttpRequestMessage, HttpResponseMessage> answer;

        Faulty(Func<HttpRequestMessage, HttpResponseMessage> answer, Action? sign, int failsAtWrite)
        {
            this.answer = answer;
            leases = LeaseFile.Open(Path.Combine(folder, "leases"));
            journal = new(Path.Combine(folder, "journal"), new(), TimeProvider.System);
            Ledgering = new(journal, leases, _ => { }, (_, _) => { }, Said.Enqueue, instruments, TimeProvider.System);
            var key = Rig.Owner("one") with { Hash = KeySecret.HashOf("assay_secret"), PreviousHash = null };
            Live = new(new GatewaySettings(), [key], Rig.Catalog, Rig.Book,
                [
                    new Upstream("bedrock", UpstreamKind.Bedrock, "http://127.0.0.1:1", "us-east-1", (_, _, _) =>
                    {
                        sign?.Invoke();
                        return ValueTask.CompletedTask;
                    }) { Retries = 0 },
                ], budgets, new([], null, TimeProvider.System), new(TimeProvider.System));
            var server = new GatewayServer(() => IsBroken ? throw new InvalidOperationException("a mistake of ours") : Live, Ledgering,
                new HttpMessageInvoker(this), instruments, TimeProvider.System, CancellationToken.None, CancellationToken.None);
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
            app = builder.Build();
            app.Run(http =>
            {
                if (failsAtWrite > 0) http.Response.Body = new FailingBody(http.Response.Body, failsAtWrite);
                return server.Handle(http);
            });
        }

        public static async Task<Faulty> Start(Func<HttpRequestMessage, HttpResponseMessage> answer, Action? sign = null, int failsAtWrite = 0)
        {
            var one = new Faulty(answer, sign, failsAtWrite);
            await one.app.StartAsync(Rig.Cancel);
            one.Caller = new(new(one.app.Urls.Single()), "assay_secret");
            return one;
        }

        public bool IsBroken { get; set; }
        public Live Live { get; }
        public Ledgering Ledgering { get; }
        public Caller Caller { get; private set; } = null!;
        public ConcurrentQueue<string> Said { get; } = new();
        public long Lines => journal.Lines;
        public int LeasesOpen => leases.UnderWay().Count;
        public BudgetCounterState Sums => Assert.Single(budgets.Snapshot(DateTime.UtcNow).Counters);

        public void Reserve(Passage call, decimal worst)
        {
            var spender = Live.Ring.Holders.Single().Spender;
            Assert.True(budgets.TryReserve(budgets.For(spender), worst, worst, call.Time, out var lease).IsAdmitted);
            (call.Lease, call.Worst, call.LeaseSlot) = (lease, worst, leases.Take(CallMeter.KeyOf(call.Id), call.Time, worst, spender)!.Value);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            Caller.Dispose();
            await app.DisposeAsync();
            await journal.DisposeAsync();
            instruments.Dispose();
            leases.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
