using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Assay.Gateway.Tests.Clients;

/// <summary>A request as a server got it.</summary>
sealed record Got(string Path, string Body, IHeaderDictionary Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>A server that speaks OpenAI's and Anthropic's languages itself and always answers the same, or what a test gives it.</summary>
sealed class OwnKindServer : IAsyncDisposable
{
    public const string OpenAiStream = """
        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-5-mini-2026","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-5-mini-2026","choices":[{"index":0,"delta":{"content":"Good "},"finish_reason":null}]}

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-5-mini-2026","choices":[{"index":0,"delta":{"content":"day"},"finish_reason":null}]}

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-5-mini-2026","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-5-mini-2026","choices":[],"usage":{"prompt_tokens":40,"completion_tokens":6,"total_tokens":46,"prompt_tokens_details":{"cached_tokens":10}}}

        data: [DONE]


        """;

    public const string AnthropicStream = """
        event: message_start
        data: {"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":40,"cache_read_input_tokens":10,"cache_creation_input_tokens":20,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":0},"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        event: ping
        data: {"type":"ping"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Good day"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":6}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    const string Chat = """
        {"id":"c1","object":"chat.completion","created":1,"model":"gpt-5-mini-2026","choices":[{"index":0,"message":{"role":"assistant","content":"Good day","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":40,"completion_tokens":6,"total_tokens":46,"prompt_tokens_details":{"cached_tokens":10}}}
        """;

    const string Message = """
        {"id":"m1","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[{"type":"text","text":"Good day"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":40,"cache_read_input_tokens":10,"cache_creation_input_tokens":20,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":0},"output_tokens":6}}
        """;

    readonly WebApplication app;

    OwnKindServer() => app = Build(Handle);

    public string Address { get; private set; } = "";

    /// <summary>What a script asks for when it needs the gateway's clock put forward.</summary>
    public Action OnLeap { get; set; } = () => { };
    public ConcurrentQueue<Got> Requests { get; } = new();

    /// <summary>The next streams, each in the pieces it is sent in; the usual ones where none is left.</summary>
    public ConcurrentQueue<IReadOnlyList<byte[]>> Streams { get; } = new();

    public static async Task<OwnKindServer> Start()
    {
        var server = new OwnKindServer();
        await server.app.StartAsync();
        server.Address = server.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    static WebApplication Build(RequestDelegate handle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(handle);
        return app;
    }

    async Task Handle(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        var path = http.Request.Path.Value!;
        if (path == "/leap")
        {
            OnLeap();
            return;
        }
        var headers = new HeaderDictionary();
        foreach (var (name, values) in http.Request.Headers) headers[name] = values;
        Requests.Enqueue(new(path, body, headers));
        var isAnthropic = path.StartsWith("/v1/messages", StringComparison.Ordinal);
        http.Response.Headers[isAnthropic ? "request-id" : "x-request-id"] = $"theirs-{Requests.Count}";
        if (JsonDocument.Parse(body).RootElement.TryGetProperty("stream", out var streams) && streams.GetBoolean())
        {
            http.Response.ContentType = "text/event-stream";
            var pieces = Streams.TryDequeue(out var given) ? given : [Encoding.UTF8.GetBytes(isAnthropic ? AnthropicStream : OpenAiStream)];
            foreach (var piece in pieces)
            {
                await http.Response.Body.WriteAsync(piece);
                await http.Response.Body.FlushAsync();
            }
            return;
        }
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(isAnthropic ? Message : Chat);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
