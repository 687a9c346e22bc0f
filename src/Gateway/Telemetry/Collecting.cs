using System.Net;
using Assay.Gateway.Door;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Assay.Gateway.Telemetry;

/// <summary>Where metrics and traces go: Prometheus fetches at <c>/metrics</c>; OTLP is sent where its own variables say so.</summary>
static class Collecting
{
    public const string Path = "/metrics";

    /// <summary>OpenTelemetry's own variable; without it nothing is sent anywhere.</summary>
    const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void Add(IServiceCollection services)
    {
        var sends = Environment.GetEnvironmentVariable(Endpoint) is { Length: > 0 };
        var telemetry = services.AddOpenTelemetry().ConfigureResource(r => r.AddService("assay-gateway"));
        telemetry.WithMetrics(metrics =>
        {
            // One answer is never an old one: whoever fetches decides how often.
            metrics.AddMeter(Instruments.Name).AddPrometheusExporter(p => p.ScrapeResponseCacheDurationMilliseconds = 0);
            if (sends) metrics.AddOtlpExporter();
        });
        if (sends) telemetry.WithTracing(traces => traces.AddSource(Instruments.Name).AddOtlpExporter());
    }

    /// <summary>Answers <c>/metrics</c> for callers of this machine, and for others that have a key: it tells what is spent.</summary>
    public static void Use(WebApplication app, Func<Live> live, TimeProvider time) =>
        app.UseOpenTelemetryPrometheusScrapingEndpoint(http => HttpMethods.IsGet(http.Request.Method)
            && http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget == Path && May(http, live(), time));

    static bool May(HttpContext http, Live live, TimeProvider time) =>
        (http.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from))
        || live.Ring.Find(Reception.SecretOf(http.Request.Headers), time.GetUtcNow().UtcDateTime, out _) == Identity.KeyVerdict.Good;
}
