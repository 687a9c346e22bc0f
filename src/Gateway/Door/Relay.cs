using System.Globalization;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Exchanges;
using Assay.Gateway.Metering;
using Assay.Pricing;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Door;

/// <summary>
/// Brings answers back. The counts are read as they pass, the call is written down, and only then does the answer end. A client that
/// hangs up does not stop the reading, within bounds: the server bills what it was asked for.
/// </summary>
sealed class Relay(Ledgering ledgering, TimeProvider time)
{
    /// <summary>The longest whole answer: pictures and films come as one.</summary>
    const int WholeMax = 64 * 1024 * 1024;

    const string NotWritten = "The call was answered, but cannot be written down just now; its money stays set aside.";

    public async Task Whole(
        HttpContext http, Live live, Passage call, Exchange exchange, HttpResponseMessage response, CancellationToken cancel)
    {
        using var body = new CallBody();
        if (await ReadAll(response, body, cancel).ConfigureAwait(false) is { } broken)
        {
            await Broken(http, live, call, response, body.Length, broken).ConfigureAwait(false);
            return;
        }
        using var client = new CallBody(body.Length);
        var to = http.Response;
        exchange.PassHeaders(response, to.Headers);
        to.StatusCode = (int)response.StatusCode;
        call.UpstreamRequestId = exchange.RequestIdOf(response);
        Metered metered;
        Refusal? refusal = null;
        if (response.IsSuccessStatusCode)
        {
            call.Kept?.TakeAnswer(body.Span);
            var answer = new Answer();
            refusal = exchange.ReadWhole(call, response, body, answer, client);
            if (!answer.Usage.HasTokens) answer.StreamedBytes = StreamedText.LengthOfBody(body.Span);
            metered = live.Meter.Of(call, answer);
        }
        else
        {
            to.StatusCode = exchange.ReadError(call, response, body, to.Headers, client, out var code);
            metered = live.Meter.OfFailure(call, code.Length > 0 ? code : $"Http{(int)response.StatusCode}");
        }
        if (!await ledgering.Close(live, call, metered).ConfigureAwait(false))
            refusal = new(RefusalKind.Unavailable, "journal", NotWritten);
        if (refusal is not null)
        {
            await Replies.Refuse(http, call.Dialect, refusal, call.Id.ToString()).ConfigureAwait(false);
            return;
        }
        Mark(to.Headers, call);
        to.Headers[Replies.CostHeader] = Usd.Plain(metered.Cost);
        to.ContentType = "application/json";
        to.ContentLength = client.Length;
        if (!http.RequestAborted.IsCancellationRequested)
            await to.Body.WriteAsync(client.Memory, CancellationToken.None).ConfigureAwait(false);
    }

    public static void Mark(IHeaderDictionary headers, Passage call)
    {
        headers[Replies.RequestIdHeader] = call.Id.ToString();
        headers[Replies.ModelHeader] = Replies.Printable(call.Target!.Id);
        headers[Replies.DecisionHeader] = Replies.Printable(call.Decision);
        if (call.Warnings.Count > 0) headers[Replies.WarningHeader] = Replies.Printable(string.Join("; ", call.Warnings));
        Replies.NameRequest(headers, call.Dialect, call.Id.ToString());
        if (call.Ignored.Count > 0) headers[Replies.IgnoredHeader] = Replies.Printable(string.Join(", ", call.Ignored));
    }

    /// <returns>Why it broke off; null where all of it came.</returns>
    public static async ValueTask<string?> ReadAll(HttpResponseMessage response, CallBody body, CancellationToken cancel)
    {
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            while (true)
            {
                var read = await stream.ReadAsync(body.GetMemory(16 * 1024), cancel).ConfigureAwait(false);
                if (read == 0) return null;
                body.Advance(read);
                if (body.Length > WholeMax) return $"the answer is longer than {WholeMax / (1024 * 1024)} MB";
            }
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or OperationCanceledException)
        {
            return broken is OperationCanceledException ? "the answer did not come to its end in time" : broken.Message;
        }
    }

    // A server that began an answer bills one; how much, nobody said. One that began an error bills nothing.
    async Task Broken(HttpContext http, Live live, Passage call, HttpResponseMessage response, int bytes, string why)
    {
        call.MayBeBilled = response.IsSuccessStatusCode;
        var metered = call.MayBeBilled ? live.Meter.Of(call, new() { StreamedBytes = bytes })
            : live.Meter.OfFailure(call, $"Http{(int)response.StatusCode}");
        await ledgering.Close(live, call, metered).ConfigureAwait(false);
        var refusal = new Refusal(RefusalKind.UpstreamFailed, "upstream", $"'{call.Target!.Upstream.Name}' broke off: {why.TrimEnd('.')}.");
        await Replies.Refuse(http, call.Dialect, refusal, call.Id.ToString()).ConfigureAwait(false);
    }

    public async Task Stream(
        HttpContext http, Live live, Passage call, Exchange exchange, HttpResponseMessage response, Patience limit)
    {
        var to = http.Response;
        exchange.PassHeaders(response, to.Headers);
        call.UpstreamRequestId = exchange.RequestIdOf(response);
        Mark(to.Headers, call);
        if (call.Likely is { } likely) to.Headers[Replies.EstimateHeader] = Usd.Plain(decimal.Round(likely, 10));
        to.ContentType = exchange.StreamType;
        to.StatusCode = 200;
        using var tap = exchange.Tap(call);
        tap.Kept = call.Kept;
        using var scrap = new CallBody();
        var broken = await Pump(http, call, tap, response, scrap, limit).ConfigureAwait(false);
        call.Kept?.EndEvents();
        var metered = live.Meter.Of(call, tap.Answer);
        if (broken is not null) metered = metered.BrokenOff();
        var isWritten = await ledgering.Close(live, call, metered).ConfigureAwait(false);
        if (http.RequestAborted.IsCancellationRequested) return;
        if (!isWritten) tap.Break(NotWritten, to.BodyWriter);
        else if (broken is not null && tap.Answer.Failure is null) tap.Break(broken, to.BodyWriter);
        else tap.Finish(to.BodyWriter);
        await to.BodyWriter.FlushAsync().ConfigureAwait(false);
    }

    /// <returns>Why the stream broke off; null where it came to its end.</returns>
    async Task<string?> Pump(
        HttpContext http, Passage call, StreamTap tap, HttpResponseMessage response, CallBody scrap, Patience limit)
    {
        var upstream = call.Target!.Upstream;
        using var room = new CallBody();
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            while (true)
            {
                var isGone = http.RequestAborted.IsCancellationRequested;
                limit.Begin(upstream.SilentAtMost);
                // Waits without holding room; what comes is read into it then.
                room.Dispose();
                await stream.ReadAsync(Memory<byte>.Empty, limit.Token).ConfigureAwait(false);
                var read = await stream.ReadAsync(room.GetMemory(), limit.Token).ConfigureAwait(false);
                if (read == 0) return tap.Answer.IsWhole ? null : "The stream ended before its last event.";
                room.Advance(read);
                tap.Feed(room.Span, isGone ? scrap : http.Response.BodyWriter);
                if (tap.Answer.StreamedBytes > 0) call.FirstWords ??= time.GetTimestamp();
                if (isGone)
                {
                    scrap.Clear();
                    continue;
                }
                // A client that reads slowly is not the server's silence.
                limit.Pause();
                await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested && !limit.IsOver)
        {
            return await Drain(http, call, tap, response, scrap, limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"Nothing came for {upstream.SilentAtMost.TotalSeconds} s.");
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or InvalidDataException)
        {
            return $"The stream broke off: {broken.Message.TrimEnd('.')}.";
        }
    }

    // The client hung up while it was written to: what is left is read for the counts alone.
    Task<string?> Drain(
        HttpContext http, Passage call, StreamTap tap, HttpResponseMessage response, CallBody scrap, Patience limit) =>
        Pump(http, call, tap, response, scrap, limit);
}
