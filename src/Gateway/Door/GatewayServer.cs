using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Assay.Gateway.Door;

/// <summary>The way of a call through the gateway, from its first byte to its last.</summary>
sealed class GatewayServer(Func<Live> live, Ledgering ledgering, HttpMessageInvoker client, TimeProvider time)
{
    readonly Dispatch dispatch = new(client, ledgering, time);
    readonly Relay relay = new(ledgering);
    readonly EmbeddingsRun embeddings = new(new(client, ledgering, time), ledgering);
    long bodyBytes;

    public async Task Handle(HttpContext http)
    {
        var now = live();
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (HttpMethods.IsGet(http.Request.Method) && await StatusPages.TryAnswer(http, target, now, ledgering.Journal, time).ConfigureAwait(false)) return;
        if (Way.Of(target, http.Request.Method, out var dialect, out var refusal) is not { } way)
        {
            await Replies.Refuse(http, dialect, refusal!, Guid.NewGuid().ToString()).ConfigureAwait(false);
            return;
        }
        var at = time.GetUtcNow().UtcDateTime;
        using var call = new Passage
        {
            Id = Guid.NewGuid(), Time = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond)), Dialect = way.Dialect, Purpose = way.Purpose,
            Operation = way.Operation, Asked = way.Model, GuardrailVersion = way.GuardrailVersion, Path = way.Path,
        };
        await Pass(http, now, call).ConfigureAwait(false);
    }

    async Task Pass(HttpContext http, Live now, Passage call)
    {
        if (Reception.Identify(now.Ring, http.Request.Headers, call.Dialect, call.Time, out var holder) is { } stranger)
        {
            await Replies.Refuse(http, call.Dialect, stranger, call.Id.ToString()).ConfigureAwait(false);
            return;
        }
        call.Holder = holder;
        var announced = http.Request.ContentLength ?? Reception.BodyMax;
        try
        {
            if (Interlocked.Add(ref bodyBytes, announced) > now.Settings.BodyBytesMax && announced < Interlocked.Read(ref bodyBytes))
                await Refuse(http, now, call, new(RefusalKind.Unavailable, "memory",
                    $"The gateway holds {now.Settings.BodyBytesMax / 1_000_000:N0} MB of requests already; try again.")).ConfigureAwait(false);
            else await Answer(http, now, call).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Add(ref bodyBytes, -announced);
        }
    }

    async Task Answer(HttpContext http, Live now, Passage call)
    {
        var refusal = ledgering.Journal.IsStuck is { } stuck
            ? new(RefusalKind.Unavailable, "journal", $"The journal cannot be written ({stuck.TrimEnd('.')}); no call is let in until it can.")
            : await Reception.ReadBody(http, call).ConfigureAwait(false) ?? Reception.Understand(call, http.Request.Headers);
        if (refusal is not null)
        {
            await Refuse(http, now, call, refusal).ConfigureAwait(false);
            return;
        }
        var targets = now.Models.Find(call.Asked, call.Dialect);
        // Once it is sent a call is read to its end, client or no client: the server bills it.
        using var limit = new CancellationTokenSource();
        var hangUp = new HangUp(limit, now.Settings.DrainAtMost);
        using var listening = http.RequestAborted.UnsafeRegister(static hangUp => ((HangUp)hangUp!).Begin(), hangUp);
        if (EmbeddingsRun.IsFor(call, targets))
        {
            await embeddings.Answer(http, now, call, targets[0], limit.Token).ConfigureAwait(false);
            return;
        }
        var sent = await dispatch.Send(now, call, targets, http.Request.Headers, limit).ConfigureAwait(false);
        if (sent.Response is null)
        {
            await Refuse(http, now, call, sent.Refusal!).ConfigureAwait(false);
            return;
        }
        using (sent.Response)
        {
            if (call.Streams && sent.Response.IsSuccessStatusCode)
                await relay.Stream(http, now, call, sent.Exchange!, sent.Response, limit).ConfigureAwait(false);
            else await relay.Whole(http, now, call, sent.Exchange!, sent.Response, limit.Token).ConfigureAwait(false);
        }
    }

    // A refusal is an answer too, and so is a server's silence: both are in the journal.
    async Task Refuse(HttpContext http, Live now, Passage call, Refusal refusal)
    {
        await ledgering.CloseRefused(now, call, refusal).ConfigureAwait(false);
        if (!http.RequestAborted.IsCancellationRequested)
            await Replies.Refuse(http, call.Dialect, refusal, call.Id.ToString()).ConfigureAwait(false);
    }

    /// <summary>A client that hung up: its call is read on for a while, for what it cost.</summary>
    sealed class HangUp(CancellationTokenSource limit, TimeSpan within)
    {
        public void Begin() => limit.CancelAfter(within);
    }
}
