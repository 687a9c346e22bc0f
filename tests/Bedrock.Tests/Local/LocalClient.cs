using System.Text;
using System.Text.Json.Nodes;
using Assay.Testing;
using Assay.Usage;

namespace Assay.Bedrock.Tests;

/// <summary>A simulator and a client that knows nothing but the protocol.</summary>
sealed class LocalClient : IAsyncDisposable
{
    readonly HttpClient http = new();

    LocalClient(BedrockLocal local) => Local = local;

    public BedrockLocal Local { get; }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static readonly ModelCatalog Catalog = ReadCatalog();

    public static async Task<LocalClient> Start(BedrockLocalOptions? options = null) =>
        new(await BedrockLocal.Start(options ?? new() { Catalog = Catalog }, Cancel));

    public async Task<LocalReply> Send(string target, string body, params (string Name, string Value)[] headers)
    {
        using var response = await Post(target, body, headers);
        var bytes = await response.Content.ReadAsByteArrayAsync(Cancel);
        var head = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase);
        return new((int)response.StatusCode, head, bytes);
    }

    /// <summary>The answer as soon as its head is there.</summary>
    public async Task<HttpResponseMessage> Post(string target, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, AwsSigner.Address(Local.Address.ToString(), target))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    public Task<LocalReply> Converse(string text, string model = "amazon.nova-pro-v1%3A0", string more = "") =>
        Send($"/model/{model}/converse", Body(text, more));

    public Task<LocalReply> ConverseStream(string text, string model = "amazon.nova-pro-v1%3A0", string more = "") =>
        Send($"/model/{model}/converse-stream", Body(text, more));

    public static string Body(string text, string more = "") =>
        new JsonObject { ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = new JsonArray(new JsonObject { ["text"] = text }) }) }
            .ToJsonString()[..^1] + more + "}";

    public static string ClaudeBody(string text, string more = "") =>
        $$"""{"anthropic_version":"bedrock-2023-05-31","max_tokens":1000,"messages":[{"role":"user","content":"{{text}}"}]{{more}}}""";

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Local.DisposeAsync();
    }

    static ModelCatalog ReadCatalog()
    {
        using var text = new StreamReader(Path.Combine(Repository.Root, "prices", "models.csv"));
        return ModelCatalogFile.Read(text, "models.csv");
    }
}

sealed record LocalReply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
{
    public JsonNode Json => JsonNode.Parse(Bytes)!;
    public string Message => (string)Json["message"]!;
    public string ErrorType => Headers["x-amzn-ErrorType"];

    /// <summary>The frames of a stream: the event's or the exception's name, and its JSON.</summary>
    public List<(string Name, JsonNode Json)> Events()
    {
        List<(string, JsonNode)> events = [];
        for (var rest = Bytes.AsSpan(); !rest.IsEmpty;)
        {
            Assert.Equal(FrameStatus.Frame, EventStream.TryRead(rest, out var frame));
            var name = Encoding.UTF8.GetString(frame.IsEvent ? frame.EventType : frame.ExceptionType);
            events.Add((name, JsonNode.Parse(frame.Payload)!));
            rest = rest[frame.Length..];
        }
        return events;
    }

    /// <summary>The models' own JSON inside the chunks.</summary>
    public List<JsonNode> Chunks() => [.. Events().Select(e =>
    {
        Assert.Equal("chunk", e.Name);
        return JsonNode.Parse(Convert.FromBase64String((string)e.Json["bytes"]!))!;
    })];
}
