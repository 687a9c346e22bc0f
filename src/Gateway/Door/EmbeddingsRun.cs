using System.Buffers;
using Assay.Bedrock;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Dialects;
using Assay.Gateway.Dialects.OpenAi;
using Assay.Gateway.Upstreams;
using Assay.Pricing;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Door;

/// <summary>
/// Embeddings asked for in OpenAI's form and made by Bedrock, which takes one text a call (Titan) or some (Cohere). Each of those calls
/// is a call as any other: admitted, leased, written down under an id of its own that names the whole as <c>part_of</c>. A ceiling is
/// about the whole. The client has all of the vectors or an error; what was answered until then is paid, and in the journal.
/// </summary>
sealed class EmbeddingsRun(Dispatch dispatch, Ledgering ledgering)
{
    /// <summary>Parts on their way at once: enough to be quick, too few to fill a quota in one go.</summary>
    const int AtOnce = 8;

    /// <summary>Whether a call has to be taken apart.</summary>
    public static bool IsFor(Passage call, IReadOnlyList<ModelTarget> targets) =>
        call is { Dialect: Dialect.OpenAi, Purpose: Purpose.Embedding } && targets is [{ Upstream.Kind: UpstreamKind.Bedrock }, ..];

    /// <param name="target">The only model that is asked: vectors of two models cannot be compared.</param>
    public async Task Answer(HttpContext http, Live live, Passage whole, ModelTarget target, CancellationToken cancel)
    {
        whole.Target = target;
        if (OpenAiEmbeddings.Translate(whole.Body.Memory, target.Id, out var wrong) is not { } request)
        {
            await Refuse(http, live, whole, Refusal.Wrong(wrong!.Message) with { Param = wrong.Param }).ConfigureAwait(false);
            return;
        }
        whole.ClientTags = ClientTags.Of(request.Tags);
        if (live.Admitter.AdmitTogether(whole, target, request.Bodies) is { } tooDear)
        {
            await Refuse(http, live, whole, tooDear).ConfigureAwait(false);
            return;
        }
        var parts = new Part[request.Bodies.Count];
        var isFailed = false;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForAsync(0, parts.Length, options, async (i, _) =>
        {
            // After a failure, or a client's leaving, nothing further is begun; what is on its way comes to its end.
            if (Volatile.Read(ref isFailed) || http.RequestAborted.IsCancellationRequested) return;
            parts[i] = await Ask(live, whole, target, request.Bodies[i], http.Request.Headers, cancel).ConfigureAwait(false);
            if (parts[i].Error is not null || parts[i].Refusal is not null) Volatile.Write(ref isFailed, true);
        }).ConfigureAwait(false);
        if (!http.RequestAborted.IsCancellationRequested) await Reply(http, whole, request, parts).ConfigureAwait(false);
    }

    async Task Refuse(HttpContext http, Live live, Passage whole, Refusal refusal)
    {
        await ledgering.CloseRefused(live, whole, refusal).ConfigureAwait(false);
        await Replies.Refuse(http, whole.Dialect, refusal, whole.Id.ToString()).ConfigureAwait(false);
    }

    /// <summary>What came of a part: its vectors, or why there are none.</summary>
    readonly record struct Part(ReadOnlyMemory<byte> Vectors, long Tokens, decimal Cost, Refusal? Refusal, DialectError? Error);

    async Task<Part> Ask(
        Live live, Passage whole, ModelTarget target, ReadOnlyMemory<byte> body, IHeaderDictionary headers, CancellationToken cancel)
    {
        using var call = new Passage
        {
            Id = Guid.NewGuid(), PartOf = whole.Id, Time = whole.Time, Dialect = whole.Dialect, Purpose = whole.Purpose,
            Operation = whole.Operation, Path = whole.Path, Asked = whole.Asked, Holder = whole.Holder, ClientTags = whole.ClientTags,
            Session = whole.Session, ClientRequestId = whole.ClientRequestId, Decision = whole.Decision,
            Kept = live.Settings.KeepsPrompts ? new() : null,
        };
        call.Body.Write(body.Span);
        if (CallScan.Read(call.Body.Span, call.Facts) is { } fault) return new() { Refusal = Refusal.Wrong(fault) };
        using var limit = new Patience(live.Settings.DrainAtMost, CancellationToken.None, cancel);
        try
        {
            var sent = await dispatch.Send(live, call, [target], headers, limit).ConfigureAwait(false);
            if (sent.Response is null)
            {
                await ledgering.CloseRefused(live, call, sent.Refusal!).ConfigureAwait(false);
                return new() { Refusal = sent.Refusal };
            }
            using (sent.Response) return await Read(live, call, sent, limit.Token).ConfigureAwait(false);
        }
        catch (Exception wrong)
        {
            return new() { Refusal = await ledgering.CloseFailed(live, call, wrong).ConfigureAwait(false) };
        }
    }

    async Task<Part> Read(Live live, Passage call, Dispatched sent, CancellationToken cancel)
    {
        var (exchange, response) = (sent.Exchange!, sent.Response!);
        using var body = new CallBody();
        var broken = await Relay.ReadAll(response, body, cancel).ConfigureAwait(false);
        call.UpstreamRequestId = exchange.RequestIdOf(response);
        var vectors = new ArrayBufferWriter<byte>(Math.Max(1, body.Length));
        var (code, error) = ("", (DialectError?)null);
        var answer = new Answer();
        call.Kept?.TakeAnswer(body.Span);
        if (broken is not null) error = new(DialectFault.ModelFailed, $"'{call.Target!.Upstream.Name}' broke off: {broken.TrimEnd('.')}.");
        else if (response.IsSuccessStatusCode) exchange.ReadWhole(call, response, body, answer, vectors);
        else
        {
            exchange.ReadError(call, response, body, new HeaderDictionary(), vectors, out code);
            error = DialectError.FromBedrock(code, (int)response.StatusCode, BedrockError.Read(code, body.Span).Message);
        }
        // A server that began an answer bills it; how much, nobody said where it broke off.
        var metered = response.IsSuccessStatusCode ? live.Meter.Of(call, answer)
            : live.Meter.OfFailure(call, code.Length > 0 ? code : $"Http{(int)response.StatusCode}");
        if (!await ledgering.Close(live, call, metered).ConfigureAwait(false))
            error ??= new(DialectFault.Overloaded, "The call was answered, but cannot be written down just now.");
        return new(vectors.WrittenMemory, metered.Record.Tokens.Prompt, metered.Cost, null, error);
    }

    static async Task Reply(HttpContext http, Passage whole, OpenAiEmbeddings request, Part[] parts)
    {
        var to = http.Response;
        whole.Ignored = request.Ignored;
        Relay.Mark(to.Headers, whole);
        to.Headers[Replies.CostHeader] = Usd.Plain(parts.Sum(p => p.Cost));
        // Who asks again pays again for the parts that were answered.
        var isPaid = parts.Any(p => p.Cost > 0m);
        if (Array.Find(parts, p => p.Refusal is not null).Refusal is { } refusal)
        {
            if (isPaid) to.Headers[DialectError.RetryHeader] = "false";
            await Replies.Refuse(http, whole.Dialect, refusal, whole.Id.ToString()).ConfigureAwait(false);
            return;
        }
        var body = new ArrayBufferWriter<byte>();
        var error = Array.Find(parts, p => p.Error is not null).Error
            ?? request.Write([.. parts.Select(p => p.Vectors)], parts.Sum(p => p.Tokens), body);
        if (error is not null)
        {
            OpenAiError.Write(error, body);
            to.StatusCode = OpenAiError.Status(error);
            if (isPaid || !error.IsWorthRetrying) to.Headers[DialectError.RetryHeader] = "false";
        }
        to.ContentType = "application/json";
        to.ContentLength = body.WrittenCount;
        await to.Body.WriteAsync(body.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
    }
}
