using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Assay.Bedrock;

/// <summary>Answers one request after the other: who calls, what it asks, what happens to it, and the record of it.</summary>
sealed class LocalEndpoint(BedrockLocalOptions options, Action<Served> record)
{
    readonly LocalRoutes routes = new(options);
    readonly PromptCache cache = new(options.Time);
    readonly TokenQuota quota = new(options);
    readonly ConcurrentBag<AnswerBench> benches = [];
    readonly byte[] trigger = Encoding.UTF8.GetBytes(options.GuardrailTrigger);
    long calls;
    int inFlight;

    public int InFlight => Volatile.Read(ref inFlight);

    public async Task Handle(HttpContext context)
    {
        Interlocked.Increment(ref inFlight);
        var number = Interlocked.Increment(ref calls);
        var requestId = RequestId(number);
        context.Response.Headers["x-amzn-RequestId"] = requestId;
        var exchange = new LocalExchange(context, requestId, options, quota, record);
        var bench = benches.TryTake(out var idle) ? idle : new();
        try
        {
            await Answer(exchange, bench, number).ConfigureAwait(false);
        }
        catch (LocalRefusalException e)
        {
            await exchange.Refuse(e.Error, e.Message, bench).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The client left. What the model did until then is billed all the same, and stands in the record.
        }
        finally
        {
            benches.Add(bench);
            Interlocked.Decrement(ref inFlight);
            exchange.End(context.Response.HasStarted ? context.Response.StatusCode : 0);
        }
    }

    async Task Answer(LocalExchange exchange, AnswerBench bench, long number)
    {
        var request = exchange.Context.Request;
        if (!HttpMethods.IsPost(request.Method))
            throw new LocalRefusalException(BedrockError.UnknownOperation, "Every operation is a POST.");
        var route = routes.Find(exchange.Context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        exchange.Route = route;
        exchange.Caller = LocalCaller.Of(request, options);
        using var body = await RequestBytes.Read(request, exchange.Cancel).ConfigureAwait(false);
        if (route.Path.Operation == BedrockOperation.ApplyGuardrail)
        {
            exchange.Usage = new(0, 0, 0, 0, 0, LocalGuardrail.Apply(body.Span, options.GuardrailTrigger, bench));
            await exchange.Send(bench.Written).ConfigureAwait(false);
            return;
        }
        var call = Read(exchange, body.Span, number);
        if (call.Operation == BedrockOperation.CountTokens)
        {
            bench.Begin().WriteNumber("inputTokens"u8, call.InputTokens);
            bench.Json.WriteEndObject();
            await exchange.Send(bench.Written).ConfigureAwait(false);
            return;
        }
        if (call.Steering.Hang) await Task.Delay(Timeout.InfiniteTimeSpan, options.Time, exchange.Cancel).ConfigureAwait(false);
        if (call.Steering.Error is { } error)
        {
            await exchange.Wait(call.Steering.Delay).ConfigureAwait(false);
            throw new LocalRefusalException(error, $"Bedrock Local was asked for a {error}.");
        }
        await Serve(exchange, bench, call).ConfigureAwait(false);
    }

    async Task Serve(LocalExchange exchange, AnswerBench bench, LocalCall call)
    {
        exchange.Reserve(call);
        var answer = LocalAnswer.Make(call, call.Blocked ? default : cache.Split(call), options);
        exchange.Tier = answer.ServedTier;
        var form = AnswerForm.Of(call);
        if (call.IsStream) await exchange.Stream(answer, form, bench).ConfigureAwait(false);
        else await exchange.Body(answer, form, bench).ConfigureAwait(false);
    }

    LocalCall Read(LocalExchange exchange, ReadOnlySpan<byte> body, long number)
    {
        var (path, model) = exchange.Route!;
        var call = new LocalCall
        {
            Operation = path.Operation,
            ModelId = path.ModelId,
            BareModel = model.Id,
            Facts = model.Facts,
            Family = LocalCall.FamilyOf(model.Id),
            Account = exchange.Caller.Account,
            Region = exchange.Caller.Region,
        };
        if (call.Operation == BedrockOperation.CountTokens)
        {
            CountTokensBody.Read(call, body);
            return call;
        }
        if (call is { IsInvoke: true, IsStream: true, Family: ModelFamily.TitanEmbedding }) throw TitanEmbeddingForm.NoStream();
        if (call.IsInvoke) Headers(call, exchange.Context.Request.Headers);
        RequestReader.Read(call, body);
        exchange.Metadata = call.Metadata;
        if (call.Facts is { ContextLimit: > 0 and var limit } && call.InputTokens > limit)
            throw LocalRefusalException.Invalid("Input is too long for requested model.");
        call.Fingerprint = XxHash3.HashToUInt64(body, options.Seed) ^ XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(call.BareModel));
        call.Steering = Steering.Read(call.LastText, Faults(number));
        call.Blocked = call.Guardrail is not null && trigger.Length > 0 && body.IndexOf(trigger) >= 0;
        return call;
    }

    static void Headers(LocalCall call, IHeaderDictionary headers)
    {
        string? Header(string name) => headers[name] is { Count: > 0 } values ? (string?)values : null;
        call.Tier = Header("X-Amzn-Bedrock-Service-Tier") ?? call.Tier;
        call.Optimized = Header("X-Amzn-Bedrock-PerformanceConfig-Latency") == "optimized";
        call.Guardrail = Header("X-Amzn-Bedrock-GuardrailIdentifier");
        call.GuardrailTrace = Header("X-Amzn-Bedrock-Trace") is "ENABLED" or "ENABLED_FULL";
        if (Header("X-Amzn-Bedrock-Request-Metadata") is { } metadata) call.Metadata = RequestMetadata.Read(metadata);
    }

    ReadOnlySpan<string> Faults(long number)
    {
        if (options.Faults.Count == 0) return [];
        List<string> due = [];
        for (var i = 0; i < options.Faults.Count; i++)
        {
            var fault = options.Faults[i];
            var drawn = Prose.Mix(Prose.Mix(unchecked((ulong)(options.Seed + i))) ^ unchecked((ulong)number)) % 1_000;
            if (fault.OnCall is { } call ? call == number : drawn < (ulong)fault.PerMille) due.Add(fault.Directive);
        }
        return due.ToArray();
    }

    // Like AWS's, and the same in every run.
    string RequestId(long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, Prose.Mix(unchecked((ulong)(options.Seed * 31 + number))));
        BitConverter.TryWriteBytes(bytes[8..], Prose.Mix(unchecked((ulong)(options.Seed * 31 + number)) ^ 0x5A5A));
        return new Guid(bytes).ToString();
    }
}
