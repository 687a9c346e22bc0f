using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Assay.Gateway.Door;

/// <summary>The way of a call through the gateway, from its first byte to its last.</summary>
sealed class GatewayServer(
    Func<Live> live, Ledgering ledgering, HttpMessageInvoker client, Instruments instruments, TimeProvider time,
    CancellationToken leaving, CancellationToken ending)
{
    readonly Dispatch dispatch = new(client, ledgering, time);
    readonly Relay relay = new(ledgering, time);
    readonly EmbeddingsRun embeddings = new(new(client, ledgering, time), ledgering);
    readonly RequestMemory memory = new();
    int open;

    /// <summary>Requests that are being answered, or read to their ends for what they cost.</summary>
    public int Open => Volatile.Read(ref open);

    /// <summary>Bytes of requests that are held in memory.</summary>
    public long BodyBytes => memory.Held;

    public async Task Handle(HttpContext http)
    {
        Interlocked.Increment(ref open);
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        try
        {
            await Take(http, target).ConfigureAwait(false);
        }
        catch (Exception wrong)
        {
            // It was no call yet: there is no money in it, and nothing for the journal.
            var id = Guid.NewGuid();
            if (IsGone(http, wrong)) return;
            ledgering.Say(id, wrong);
            await Tell(http, Way.DialectOf(target), Refusal.Failed(wrong), id).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }

    async Task Take(HttpContext http, string target)
    {
        var now = live();
        if (HttpMethods.IsGet(http.Request.Method)
            && await StatusPages.TryAnswer(http, target, now, ledgering.Journal, time).ConfigureAwait(false)) return;
        if (Way.Of(target, http.Request.Method, out var dialect, out var refusal) is not { } way)
        {
            await Replies.Refuse(http, dialect, refusal!, Guid.NewGuid().ToString()).ConfigureAwait(false);
            return;
        }
        using var call = new Passage
        {
            Started = time.GetTimestamp(), Span = instruments.Begin(http.Request.Headers),
            Id = Guid.NewGuid(), Time = WholeSecond(time.GetUtcNow().UtcDateTime), Dialect = way.Dialect, Purpose = way.Purpose,
            Operation = way.Operation, Asked = way.Model, GuardrailVersion = way.GuardrailVersion, Path = way.Path,
        };
        await Pass(http, now, call).ConfigureAwait(false);
    }

    static DateTime WholeSecond(DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));

    async Task Pass(HttpContext http, Live now, Passage call)
    {
        if (Reception.Identify(now.Ring, http.Request.Headers, call.Dialect, call.Time, out var holder) is { } stranger)
        {
            instruments.Refused(stranger.Reason);
            await Replies.Refuse(http, call.Dialect, stranger, call.Id.ToString()).ConfigureAwait(false);
            return;
        }
        call.Holder = holder;
        try
        {
            var refusal = await Read(http, now, call).ConfigureAwait(false);
            // A body may take its time: what counts is what holds now that it is whole.
            (now, call.Time) = (live(), WholeSecond(time.GetUtcNow().UtcDateTime));
            refusal ??= Reception.Identify(now.Ring, http.Request.Headers, call.Dialect, call.Time, out holder);
            call.Holder = holder ?? call.Holder;
            if (refusal is not null) await Refuse(http, now, call, refusal).ConfigureAwait(false);
            else await Answer(http, now, call).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException && call.Target is null)
        {
            // The client hung up before its request was whole: there is no call. Should somebody listen all the same, they hear so.
            if (!IsGone(http, gone)) await Tell(http, call.Dialect, Refusal.Failed(gone), call.Id).ConfigureAwait(false);
        }
        catch (Exception wrong) when (!call.IsClosed || !IsGone(http, wrong))
        {
            var failed = await ledgering.CloseFailed(now, call, wrong).ConfigureAwait(false);
            await Tell(http, call.Dialect, failed, call.Id).ConfigureAwait(false);
        }
        finally
        {
            memory.GiveBack(call);
        }
    }

    async ValueTask<Refusal?> Read(HttpContext http, Live now, Passage call) => ledgering.Journal.IsStuck is { } stuck
        ? new(RefusalKind.Unavailable, "journal", $"The journal cannot be written ({stuck.TrimEnd('.')}); no call is let in until it can.")
        : await Reception.ReadBody(http, call, memory, now.Settings.BodyBytesMax).ConfigureAwait(false)
            ?? Reception.Understand(call, http.Request.Headers);

    async Task Answer(HttpContext http, Live now, Passage call)
    {
        var route = call.Purpose == Purpose.Guardrail ? new(now.Models.Guardrail(call.Asked), call.Decision, null)
            : now.Router.Choose(call);
        (call.Decision, call.Shadow) = (route.Decision, route.Shadow);
        var first = route.Targets is [var chosen, ..] ? chosen : null;
        if (now.Watch.Look(call, first) is { } runaway)
        {
            call.Target = first;
            await Refuse(http, now, call, runaway).ConfigureAwait(false);
            return;
        }
        if (now.Settings.KeepsPrompts) call.Kept = new();
        // Once it is sent a call is read to its end, client or no client: the server bills it.
        using var limit = new Patience(now.Settings.DrainAtMost, leaving, ending);
        using var listening = http.RequestAborted.UnsafeRegister(static limit => ((Patience)limit!).HangUp(), limit);
        if (EmbeddingsRun.IsFor(call, route.Targets))
        {
            await embeddings.Answer(http, now, call, route.Targets[0], limit.Token).ConfigureAwait(false);
            return;
        }
        var sent = await dispatch.Send(now, call, route.Targets, http.Request.Headers, limit).ConfigureAwait(false);
        if (sent.Response is null)
        {
            await Refuse(http, now, call, sent.Refusal!).ConfigureAwait(false);
            return;
        }
        using (sent.Response)
        {
            // A long stream need not hold the prompt that it answers.
            call.Body.Dispose();
            if (call.Streams && sent.Response.IsSuccessStatusCode)
                await relay.Stream(http, now, call, sent.Exchange!, sent.Response, limit).ConfigureAwait(false);
            else await relay.Whole(http, now, call, sent.Exchange!, sent.Response, limit.Token).ConfigureAwait(false);
        }
    }

    // Half an answer cannot be taken back: its client sees it break off. Where none began, the client is told.
    static async Task Tell(HttpContext http, Dialect dialect, Refusal failed, Guid id)
    {
        var body = http.Response.HasStarted ? null : http.Response.BodyWriter;
        if (body is null || (body.CanGetUnflushedBytes && body.UnflushedBytes > 0))
        {
            http.Abort();
            return;
        }
        http.Response.Clear();
        await Replies.Refuse(http, dialect, failed, id.ToString()).ConfigureAwait(false);
    }

    // Kestrel tells of a client that hung up in these ways.
    static bool IsGone(HttpContext http, Exception wrong) => wrong is ConnectionResetException or ConnectionAbortedException
        || (wrong is IOException or OperationCanceledException && http.RequestAborted.IsCancellationRequested);

    // A refusal is an answer too, and so is a server's silence: both are in the journal.
    async Task Refuse(HttpContext http, Live now, Passage call, Refusal refusal)
    {
        await ledgering.CloseRefused(now, call, refusal).ConfigureAwait(false);
        if (!http.RequestAborted.IsCancellationRequested)
            await Replies.Refuse(http, call.Dialect, refusal, call.Id.ToString()).ConfigureAwait(false);
    }
}
