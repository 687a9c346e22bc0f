using System.Diagnostics;
using System.Diagnostics.Metrics;
using Assay.Bedrock;
using Assay.Gateway.Calls;
using Assay.Gateway.Door;
using Assay.Gateway.Metering;
using Assay.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Telemetry;

/// <summary>
/// What a gateway tells of its calls to whoever collects metrics and traces: the names of OpenTelemetry's conventions for generative AI
/// where they have one, and the money beside it.
/// https://opentelemetry.io/docs/specs/semconv/gen-ai/
/// </summary>
/// <remarks>
/// Labels are names that the gateway's owner gave (keys, teams, apps, budgets) and models that the book knows. What a client may choose
/// freely is never a label, and no word of a prompt or an answer is anywhere.
/// </remarks>
sealed class Instruments : IDisposable
{
    public const string Name = "Assay.Gateway";

    // The boundaries that the conventions advise.
    static readonly InstrumentAdvice<long> TokenSteps = new()
    {
        HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
    };
    static readonly InstrumentAdvice<double> DurationSteps = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    };
    static readonly InstrumentAdvice<double> FirstTokenSteps = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    readonly Meter meter = new(Name);
    readonly ActivitySource traces = new(Name);
    readonly Histogram<long> tokens;
    readonly Histogram<double> duration, firstToken;
    readonly Counter<long> calls, refusals;
    readonly Counter<double> cost;

    public Instruments()
    {
        tokens = meter.CreateHistogram("gen_ai.client.token.usage", "{token}", "Tokens of a call, read and answered.", advice: TokenSteps);
        duration = meter.CreateHistogram("gen_ai.client.operation.duration", "s", "From a call's arrival to its end.",
            advice: DurationSteps);
        firstToken = meter.CreateHistogram("gen_ai.server.time_to_first_token", "s", "From a streamed call's arrival to its first words.",
            advice: FirstTokenSteps);
        calls = meter.CreateCounter<long>("assay.gateway.calls", "{call}", "Calls that were answered or failed.");
        refusals = meter.CreateCounter<long>("assay.gateway.refusals", "{call}", "Calls that were refused, by reason.");
        cost = meter.CreateCounter<double>("assay.gateway.cost.usd", "{USD}", "What calls cost.");
    }

    /// <summary>What is looked at when somebody asks: budgets, the journal, memory.</summary>
    public void Observe(Func<Live> live, GatewayServer server, Journal journal, TimeProvider time)
    {
        IEnumerable<Measurement<double>> Budgets(Func<Control.Budgets.BudgetCounterState, decimal> amount) =>
            live().Budgets.Snapshot(time.GetUtcNow().UtcDateTime).Counters.Select(c => new Measurement<double>((double)amount(c),
                new("budget", c.Budget), new("of", c.Value)));
        void Gauge(string of, Func<Control.Budgets.BudgetCounterState, decimal> amount, string about) =>
            meter.CreateObservableGauge($"assay.gateway.budget.{of}.usd", () => Budgets(amount), "{USD}", about);
        Gauge("spent", c => c.Spent, "Spent in the window that runs.");
        Gauge("limit", c => c.Limit, "What may be spent in a window.");
        Gauge("reserved", c => c.Reserved + c.Held, "Set aside for calls on their way, and for calls whose cost is not known.");
        meter.CreateObservableGauge("assay.gateway.journal.stuck", () => journal.IsStuck is null ? 0 : 1,
            description: "1 while lines cannot be written.");
        meter.CreateObservableGauge("assay.gateway.bodies", () => server.BodyBytes, "By", "Requests held in memory.");
    }

    /// <summary>Begins the span of a call, below its caller's; null where nobody collects traces.</summary>
    public Activity? Begin(IHeaderDictionary headers)
    {
        if (!traces.HasListeners()) return null;
        ActivityContext.TryParse(headers.TraceParent.ToString(), headers.TraceState.ToString(), isRemote: true, out var parent);
        return traces.StartActivity("call", ActivityKind.Client, parent);
    }

    /// <summary>A call whose key is not known: there is nobody to count it for.</summary>
    public void Refused(string reason) => refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A call that is over.</summary>
    /// <param name="refused">The word for why it was refused; empty where it was not.</param>
    public void Closed(Passage call, in Metered metered, string refused, TimeProvider time)
    {
        var model = ModelOf(call);
        var owner = OwnerOf(call, model);
        if (refused.Length > 0 && call.Attempts == 0)
        {
            owner.Add("reason", refused);
            refusals.Add(1, owner);
        }
        else Answered(call, metered, model, owner, time);
        if (call.Span is { } span) Describe(span, call, metered, model, refused);
    }

    void Answered(Passage call, in Metered metered, string model, TagList owner, TimeProvider time)
    {
        var error = ErrorOf(metered);
        calls.Add(1, error is null ? owner : With(owner, "error.type", error));
        if (metered.Cost > 0) cost.Add((double)metered.Cost, owner);

        var convention = new TagList
        {
            { "gen_ai.operation.name", OperationOf(call) }, { "gen_ai.provider.name", ProviderOf(call) }, { "gen_ai.request.model", model },
        };
        duration.Record(time.GetElapsedTime(call.Started).TotalSeconds, error is null ? convention : With(convention, "error.type", error));
        if (call.FirstWords is { } at) firstToken.Record(time.GetElapsedTime(call.Started, at).TotalSeconds, convention);
        var counts = metered.Record.Tokens;
        if (counts.IsNone) return;
        tokens.Record(counts.Prompt, With(convention, "gen_ai.token.type", "input"));
        tokens.Record(counts.Output, With(convention, "gen_ai.token.type", "output"));
    }

    static TagList With(TagList tags, string name, string value)
    {
        tags.Add(name, value);
        return tags;
    }

    static TagList OwnerOf(Passage call, string model)
    {
        var holder = call.Holder!;
        return new()
        {
            { "model", model }, { "key", holder.Key.Name }, { "team", holder.Caller.Team }, { "app", holder.Caller.App },
            { "dialect", call.Dialect.Name() },
        };
    }

    static string ModelOf(Passage call) => call.Target?.Label ?? "unknown";

    // Errors are named by servers: those that Bedrock documents, and statuses, have series of their own.
    static string? ErrorOf(in Metered metered) => metered.Record.ErrorCode switch
    {
        null => null,
        ['H', 't', 't', 'p', _, _, _] or "StreamError" => metered.Record.ErrorCode,
        var code => BedrockError.Find(code)?.Name ?? "_OTHER",
    };

    static string OperationOf(Passage call) => call.Purpose switch
    {
        Purpose.Embedding => "embeddings",
        Purpose.CountTokens => "count_tokens",
        Purpose.Guardrail => "apply_guardrail",
        _ => call.Target is { AnswersWithoutTokens: true } ? "embeddings"
            : call.Operation is BedrockOperation.InvokeModel or BedrockOperation.InvokeModelWithResponseStream ? "text_completion" : "chat",
    };

    static string ProviderOf(Passage call) => call.Target?.Upstream.Kind switch
    {
        UpstreamKind.OpenAi => "openai",
        UpstreamKind.Anthropic => "anthropic",
        _ => "aws.bedrock",
    };

    static void Describe(Activity span, Passage call, in Metered metered, string model, string refused)
    {
        span.DisplayName = $"{OperationOf(call)} {model}";
        span.SetTag("gen_ai.operation.name", OperationOf(call));
        span.SetTag("gen_ai.provider.name", ProviderOf(call));
        span.SetTag("gen_ai.request.model", model);
        if (call.Facts.MaxTokens >= 1) span.SetTag("gen_ai.request.max_tokens", call.Facts.MaxTokens);
        var counts = metered.Record.Tokens;
        if (!counts.IsNone)
        {
            span.SetTag("gen_ai.usage.input_tokens", counts.Prompt);
            span.SetTag("gen_ai.usage.output_tokens", counts.Output);
            if (counts.CacheRead > 0) span.SetTag("gen_ai.usage.cache_read.input_tokens", counts.CacheRead);
        }
        if (metered.Record.StopReason is { } stop) span.SetTag("gen_ai.response.finish_reasons", new[] { stop });
        span.SetTag("assay.request_id", call.Id.ToString());
        span.SetTag("assay.key", call.Holder!.Key.Name);
        span.SetTag("assay.cost_usd", Pricing.Usd.Plain(metered.Cost));
        if (refused.Length > 0) span.SetTag("assay.refused", refused);
        if (metered.Record.ErrorCode is not { } error) return;
        span.SetTag("error.type", error);
        span.SetStatus(ActivityStatusCode.Error);
    }

    public void Dispose()
    {
        meter.Dispose();
        traces.Dispose();
    }
}
