using System.Globalization;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Exchanges;
using Assay.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Door;

/// <summary>What came of putting a call to servers.</summary>
/// <param name="Response">An answer, or an error to be passed on; null where the call was refused.</param>
/// <param name="Exchange">The exchange that asked.</param>
readonly record struct Dispatched(HttpResponseMessage? Response, Exchange? Exchange, Refusal? Refusal);

/// <summary>
/// Puts a call to its model, then to what may stand in for it. Each hop is admitted anew, so that a free model with a dear fallback is
/// not a way around a budget; what was set aside for a hop that failed is given back before the next.
/// </summary>
sealed class Dispatch(HttpMessageInvoker client, Ledgering ledgering, TimeProvider time)
{
    const string Failure = "upstream";

    static readonly TimeSpan BackoffFirst = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(2);

    public async Task<Dispatched> Send(
        Live live, Passage call, IReadOnlyList<ModelTarget> targets, IHeaderDictionary headers, Patience limit)
    {
        Refusal? refusal = null;
        var hops = new List<ModelTarget>(targets);
        var hasCheaper = false;
        var lastResort = int.MaxValue;
        var asked = call.Decision;
        for (var hop = 0; hop < hops.Count; hop++)
        {
            var target = hops[hop];
            call.IsLastResort = hop >= lastResort;
            var exchange = Exchanges.Exchanges.For(call.Dialect, target.Upstream.Kind, call.Purpose);
            if (exchange is null)
            {
                refusal ??= Refusal.Wrong($"'{target.Id}' cannot be asked for this in the {call.Dialect.Name()} dialect.");
                continue;
            }
            if (live.Admitter.Admit(call, target) is { } no)
            {
                // That the first server failed is why there is no answer; that nobody was asked in its place belongs to it.
                refusal = refusal is { Reason: Failure } ? refusal with
                {
                    Message = $"{refusal.Message} '{target.Id}' was not asked instead: {no.Message}",
                } : refusal ?? no;
                if (!hasCheaper && call.Purpose == Purpose.Answer && no.Reason is "ceiling" or "budget")
                {
                    hasCheaper = true;
                    AddCheaper(live, call, hops);
                    // Where no cheaper model will do, the first one may still do with fewer tokens.
                    lastResort = hops.Count;
                    if (no.Reason == "ceiling") hops.Add(target);
                }
                continue;
            }
            if (ledgering.Open(live, call) is { } full) return new(null, null, full);
            call.Decision = hop == 0 || call.IsLastResort ? asked : Instead(call, target, refusal);
            if (call.ClampedBy.Length > 0) call.Decision += $"; clamped to {call.ClampedTo} tokens: {call.ClampedBy}";
            var (response, failure) = await Ask(call, exchange, headers, limit).ConfigureAwait(false);
            var isLast = hop == hops.Count - 1;
            if (response is not null && (isLast || !IsPassing((int)response.StatusCode))) return new(response, exchange, null);
            // What may be billed already is not asked elsewhere: it would be paid twice.
            if (response is null && (call.MayBeBilled || isLast || failure!.Kind != RefusalKind.UpstreamFailed))
                return new(null, exchange, failure);
            refusal = failure ?? new(RefusalKind.UpstreamFailed, Failure,
                $"'{target.Id}' answered {(int)response!.StatusCode}.");
            response?.Dispose();
            ledgering.GiveBack(live, call);
        }
        return new(null, null, refusal ?? new(RefusalKind.NotFound, "model", Refusal.Unknown(call.Asked, live.Book)));
    }

    static void AddCheaper(Live live, Passage call, List<ModelTarget> hops)
    {
        foreach (var name in live.Admitter.Cheaper(call))
            foreach (var target in live.Models.Find(name, call.Dialect))
                if (!hops.Contains(target)) hops.Add(target);
    }

    static string Instead(Passage call, ModelTarget target, Refusal? refusal) => refusal?.Reason switch
    {
        "ceiling" or "budget" => $"downgraded to {target.Id}: {refusal.Reason}",
        Failure => $"fallback to {target.Id}: {refusal.Message.TrimEnd('.')}",
        _ => $"{target.Id} instead of {call.Asked}: {refusal?.Reason}",
    };

    async Task<(HttpResponseMessage? Response, Refusal? Failure)> Ask(
        Passage call, Exchange exchange, IHeaderDictionary headers, Patience limit)
    {
        using var body = new CallBody(call.Body.Length + 512);
        if (exchange.WriteRequest(call, headers, body) is { } wrong) return (null, wrong);
        call.Kept?.TakeRequest(body.Span);
        var upstream = call.Target!.Upstream;
        for (var attempt = 0; ; attempt++)
        {
            call.Attempts++;
            var isLast = attempt >= upstream.Retries;
            Refusal failure;
            try
            {
                limit.Begin(upstream.AnswerWithin);
                var response = await Once(call, exchange, headers, body, limit.Token).ConfigureAwait(false);
                var status = (int)response.StatusCode;
                if (isLast || !IsPassing(status) || WaitFor(response, attempt) is not { } wait) return (response, null);
                failure = Failed(upstream, $"it answered {status}");
                response.Dispose();
                if (await Waited(wait, limit).ConfigureAwait(false)) continue;
                return (null, failure);
            }
            catch (HttpRequestException broken)
            {
                failure = Failed(upstream, broken.Message);
                if (isLast || call.MayBeBilled) return (null, failure);
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException)
            {
                return (null, Failed(upstream, gone is IOException ? gone.Message
                    : $"no answer within {upstream.AnswerWithin.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s"));
            }
            if (!await Waited(Backoff(attempt), limit).ConfigureAwait(false)) return (null, failure);
        }
    }

    /// <returns>False where time ran out, or the client hung up: there is no other try then.</returns>
    async Task<bool> Waited(TimeSpan pause, Patience limit)
    {
        try
        {
            await Task.Delay(pause, time, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    static Refusal Failed(Upstream upstream, string why) =>
        new(RefusalKind.UpstreamFailed, Failure, $"'{upstream.Name}' could not be asked: {why.TrimEnd('.')}.");

    async Task<HttpResponseMessage> Once(
        Passage call, Exchange exchange, IHeaderDictionary headers, CallBody body, CancellationToken cancel)
    {
        var upstream = call.Target!.Upstream;
        var content = new SentBody(body.Memory);
        using var request = new HttpRequestMessage(HttpMethod.Post, Bedrock.AwsSigner.Address(upstream.Address, exchange.Path(call)))
        {
            Content = content, Version = System.Net.HttpVersion.Version11,
        };
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        exchange.WriteHeaders(call, headers, request.Headers);
        await Sign(upstream, request, body, cancel).ConfigureAwait(false);
        try
        {
            return await client.SendAsync(request, cancel).ConfigureAwait(false);
        }
        catch
        {
            // A server that got the request may be answering it, and billing it: asking again would pay twice.
            call.MayBeBilled = content.IsBegun;
            throw;
        }
    }

    // Whatever keeps credentials from being had, nothing was sent: the call costs nothing, and another server may take it.
    static async ValueTask Sign(Upstream upstream, HttpRequestMessage request, CallBody body, CancellationToken cancel)
    {
        try
        {
            await upstream.Sign(request, body.Memory, cancel).ConfigureAwait(false);
        }
        catch (Exception wrong) when (wrong is not OperationCanceledException)
        {
            throw new HttpRequestException($"the request cannot be signed: {wrong.Message}", wrong);
        }
    }

    // Throttled, overloaded: another try, or another model, may fare better.
    static bool IsPassing(int status) => status is 429 or 500 or 502 or 503 or 529;

    static TimeSpan? WaitFor(HttpResponseMessage response, int attempt) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta <= WaitMax ? delta : null,
        { Date: not null } => null,
        _ => Backoff(attempt),
    };

    // Full jitter: clients that were refused together do not come back together.
    static TimeSpan Backoff(int attempt) => BackoffFirst * Math.Pow(2, attempt) * Random.Shared.NextDouble();
}
