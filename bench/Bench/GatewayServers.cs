using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Assay.Bench;

/// <summary>The servers that a gateway is measured between: the one behind it, which answers the same to everybody, and the bare relay.</summary>
static class GatewayServers
{
    static readonly byte[] Answer = System.Text.Encoding.UTF8.GetBytes("""
        {"id":"chatcmpl-1","object":"chat.completion","created":1764000000,"model":"gpt-4.1-mini","choices":[{"index":0,"message":{"role":"assistant","content":"
        """ + string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog. ", 10)) + """
        ","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":420,"completion_tokens":100,"total_tokens":520,"prompt_tokens_details":{"cached_tokens":0}},"service_tier":"default"}
        """);

    /// <summary>Runs a server until it is killed: <c>upstream</c>, or <c>relay</c> to an address.</summary>
    public static void Serve(string kind, int port, string? to)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port, l => l.Protocols = HttpProtocols.Http1));
        if (kind == "relay") builder.Services.AddHttpForwarder();
        var app = builder.Build();
        if (kind == "relay")
        {
            var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
            var client = new HttpMessageInvoker(new SocketsHttpHandler
            {
                UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false,
                ActivityHeadersPropagator = null,
            });
            app.Run(async http => await forwarder.SendAsync(http, to!, client, ForwarderRequestConfig.Empty, HttpTransformer.Empty));
        }
        else app.Run(AnswerOne);
        app.Run();
    }

    static async Task AnswerOne(HttpContext http)
    {
        var body = http.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync();
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }
        if (http.Request.Headers.Accept == "text/event-stream") await Stream(http);
        else
        {
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = Answer.Length;
            await http.Response.Body.WriteAsync(Answer);
        }
    }

    /// <summary>Parts of a stream, and the time between them: thirty seconds in all.</summary>
    public const int Parts = 60;
    static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    // Each part says when it was sent: the clock is the machine's, so whoever receives it knows how long it took.
    static async Task Stream(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        for (var part = 0; part < Parts; part++)
        {
            var at = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
            await http.Response.WriteAsync("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-4.1-mini\","
                + $"\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"<{at}> and a few words more\"}},\"finish_reason\":null}}]}}\n\n");
            await http.Response.Body.FlushAsync();
            await Task.Delay(Between);
        }
        await http.Response.WriteAsync("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-4.1-mini\",\"choices\":[],"
            + "\"usage\":{\"prompt_tokens\":420,\"completion_tokens\":300,\"total_tokens\":720}}\n\ndata: [DONE]\n\n");
    }
}
