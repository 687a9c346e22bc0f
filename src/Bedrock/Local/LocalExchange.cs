using System.Buffers;
using System.Collections.ObjectModel;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Assay.Bedrock;

/// <summary>One request and its answer on the wire, and what is known of it for the record.</summary>
sealed class LocalExchange(HttpContext context, string requestId, BedrockLocalOptions options, TokenQuota quota, Action<Served> record)
{
    // A stream without delays is written in parts of about this size, as a fast model's would arrive.
    const int FlushBytes = 16 * 1024;

    static readonly StringValues JsonType = "application/json";
    static readonly StringValues StreamType = EventStream.ContentType;

    BedrockError? error;
    bool completed, ended;
    TokenQuota.Reservation reserved;
    LocalCall? call;

    public HttpContext Context { get; } = context;
    public CancellationToken Cancel => Context.RequestAborted;
    public LocalRoute? Route { get; set; }
    public LocalCaller Caller { get; set; } = new(options.Account, options.Region);
    public LocalUsage Usage { get; set; }
    public string Tier { get; set; } = "default";
    public IReadOnlyDictionary<string, string> Metadata { get; set; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Takes the tokens a call may need from its quota.</summary>
    /// <exception cref="LocalRefusalException">There are not so many left.</exception>
    public void Reserve(LocalCall call)
    {
        reserved = quota.Reserve(call, call.InputTokens + (call.MaxTokens ?? options.MaxTokensUnset));
        this.call = call;
    }

    /// <summary>
    /// Settles and records the call, once. It comes before the last bytes leave: whoever has seen the end of an answer finds it in the
    /// record, and has back what it did not use.
    /// </summary>
    public void End(int status)
    {
        if (ended) return;
        ended = true;
        if (call is not null) quota.Settle(call, reserved, Usage);
        record(new(requestId, Caller.Account, Caller.Region, Route?.Path.Operation ?? default, Route?.Path.ModelId ?? "",
            Route?.Model.Id ?? "", status, error, Usage, Tier, completed, Metadata));
    }

    public Task Wait(TimeSpan time) => time > TimeSpan.Zero ? Task.Delay(time, options.Time, Cancel) : Task.CompletedTask;

    /// <summary>Sends a whole JSON answer.</summary>
    public async ValueTask Send(ReadOnlyMemory<byte> json)
    {
        Context.Response.Headers.ContentType = JsonType;
        Context.Response.ContentLength = json.Length;
        Context.Response.BodyWriter.Write(json.Span);
        completed = !Cancel.IsCancellationRequested;
        End(Context.Response.StatusCode);
        await Context.Response.BodyWriter.FlushAsync(Cancel).ConfigureAwait(false);
    }

    /// <summary>Sends an error, if nothing was sent before it.</summary>
    public async ValueTask Refuse(BedrockError refusal, string message, AnswerBench bench)
    {
        error = refusal;
        if (Context.Response.HasStarted) return;
        Context.Response.StatusCode = refusal.Status;
        Context.Response.Headers[BedrockError.TypeHeader] = refusal.Name;
        bench.Begin().WriteString("message"u8, message);
        bench.Json.WriteEndObject();
        try
        {
            await Send(bench.Written).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Nobody waits for the refusal any more.
        }
    }

    public async ValueTask Body(LocalAnswer answer, AnswerForm form, AnswerBench bench)
    {
        // The model works whether or not the client waits for it, so what it did is billed from here on.
        Usage = answer.Usage;
        var latency = Latency(answer);
        await Wait(answer.Call.Steering.Delay + latency.FirstByte + latency.PerToken * answer.Usage.Output).ConfigureAwait(false);
        if (answer.Call.Steering.Reset)
        {
            End(0);
            Context.Abort();
            return;
        }
        var json = bench.Begin();
        form.Body(json, answer);
        json.WriteEndObject();
        var bytes = bench.Written;
        if (answer.Call.IsInvoke) InvokeHeaders(answer);
        await Send(answer.Call.Steering.Malformed ? bytes[..(bytes.Length / 2)] : bytes).ConfigureAwait(false);
    }

    public async ValueTask Stream(LocalAnswer answer, AnswerForm form, AnswerBench bench)
    {
        var latency = Latency(answer);
        Usage = answer.Usage;
        await Wait(answer.Call.Steering.Delay + latency.FirstByte).ConfigureAwait(false);
        var response = Context.Response;
        response.Headers.ContentType = StreamType;
        if (answer.Call.IsInvoke)
        {
            response.Headers["X-Amzn-Bedrock-Content-Type"] = JsonType;
            ServedHeaders(answer);
        }
        var output = response.BodyWriter;
        form.Open(bench, output, answer);
        var size = answer.ToolName is null ? options.DeltaTokens * 4 : Math.Max(1, answer.Text.Length);
        var deltas = (answer.Text.Length + size - 1) / size;
        for (var i = 0; i < deltas; i++)
        {
            if (i == deltas / 2 && await Faulted(answer).ConfigureAwait(false)) return;
            var text = answer.Text.Slice(i * size, Math.Min(size, answer.Text.Length - i * size));
            if (latency.PerToken > TimeSpan.Zero)
            {
                await output.FlushAsync(Cancel).ConfigureAwait(false);
                await Wait(latency.PerToken * LocalCall.Tokens(text.Length)).ConfigureAwait(false);
            }
            form.Delta(bench, output, answer, text.Span, i);
            if (output.UnflushedBytes > FlushBytes) await output.FlushAsync(Cancel).ConfigureAwait(false);
        }
        form.Close(bench, output, answer, deltas);
        completed = !Cancel.IsCancellationRequested;
        End(response.StatusCode);
        await output.FlushAsync(Cancel).ConfigureAwait(false);
    }

    // In the middle of the stream, when half of the answer is on its way.
    async ValueTask<bool> Faulted(LocalAnswer answer)
    {
        var steering = answer.Call.Steering;
        if (steering is { Reset: false, Stall: false, Malformed: false, MidStream: null }) return false;
        var output = Context.Response.BodyWriter;
        if (steering.MidStream is { } failure)
        {
            error = failure;
            // What had been said until then is all that is billed.
            Usage = answer.Usage with { Output = answer.Usage.Output / 2 };
            EventStreamWriter.WriteException(output, failure, $"Bedrock Local was asked for a {failure} in mid-stream.");
        }
        else if (steering.Malformed)
        {
            output.GetSpan(32)[..32].Fill(0xEE);
            output.Advance(32);
        }
        if (!steering.Stall) End(Context.Response.StatusCode);
        await output.FlushAsync(Cancel).ConfigureAwait(false);
        if (steering.Stall) await Task.Delay(Timeout.InfiniteTimeSpan, options.Time, Cancel).ConfigureAwait(false);
        if (steering.Reset) Context.Abort();
        return true;
    }

    LocalLatency Latency(LocalAnswer answer) => options.Latency?.Invoke(answer.Call.BareModel) ?? default;

    void InvokeHeaders(LocalAnswer answer)
    {
        ServedHeaders(answer);
        if (!answer.SaysUsage) return;
        Count("X-Amzn-Bedrock-Input-Token-Count", answer.ReportedInput);
        Count("X-Amzn-Bedrock-Output-Token-Count", answer.Usage.Output);
        Count("X-Amzn-Bedrock-Cache-Read-Input-Token-Count", answer.Usage.CacheRead);
        Count("X-Amzn-Bedrock-Cache-Write-Input-Token-Count", answer.Usage.CacheWrite);
        Count("X-Amzn-Bedrock-Invocation-Latency", answer.LatencyMs);
    }

    void ServedHeaders(LocalAnswer answer)
    {
        Context.Response.Headers["X-Amzn-Bedrock-Service-Tier"] = answer.ServedTier;
        if (answer.Call.Optimized) Context.Response.Headers["X-Amzn-Bedrock-PerformanceConfig-Latency"] = "optimized";
    }

    void Count(string header, long value) => Context.Response.Headers[header] = value.ToString(CultureInfo.InvariantCulture);
}
