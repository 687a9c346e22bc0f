using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Assay.Bedrock;
using Assay.Gateway.Commands;
using Assay.Gateway.Host;
using Assay.Gateway.Identity;
using Assay.Pricing;

namespace Assay.Gateway.Tests;

/// <summary>A gateway of a configuration, in front of Bedrock Local, in this process; its journal as objects.</summary>
sealed class RunningGateway : IAsyncDisposable
{
    public const string Lite = "us.amazon.nova-lite-v1:0";
    public const string Sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    public const string Opus = "us.anthropic.claude-opus-4-5-20251101-v1:0";

    readonly DirectoryInfo folder;
    readonly BedrockLocal local;
    readonly GatewayHost host;
    readonly HttpClient client;

    RunningGateway(DirectoryInfo folder, BedrockLocal local, GatewayHost host, string secret)
    {
        (this.folder, this.local, this.host) = (folder, local, host);
        client = new() { BaseAddress = host.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
    }

    public static async Task<RunningGateway> Start(string configuration, string key = "tester")
    {
        var cancel = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("assay-gateway-");
        var prices = PriceFolder.BuiltIn;
        var path = Path.Combine(folder.FullName, "gateway.yaml");
        await File.WriteAllTextAsync(path, "account: '111122223333'\nupstreams:\n  bedrock: {kind: bedrock, region: us-east-1}\n" + configuration, cancel);
        var source = new SettingsSource(path, prices, isLocal: true);
        var reading = source.Read();
        Assert.True(reading.Settings is not null, string.Join('\n', reading.Errors));
        var local = await BedrockLocal.Start(new()
        {
            Catalog = prices.ReadCatalog(), Profiles = reading.Settings.Profiles, Region = reading.Settings.Region, Account = reading.Settings.Account,
        }, cancel);
        source.Local = local.Address;
        var start = new GatewayStart(IPEndPoint.Parse("127.0.0.1:0"), Path.Combine(folder.FullName, "data"), source, prices);
        var secret = KeysCommand.EnsureLocal(new KeyFile(start.Keys), key, TimeProvider.System);
        return new(folder, local, await GatewayHost.Start(start, TimeProvider.System, _ => { }, cancel), secret);
    }

    // As the clients of other languages write it: what need not be escaped is not.
    static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Request(string text, string more = "") => JsonSerializer.Serialize(new
    {
        messages = new[] { new { role = "user", content = new[] { new { text } } } }, inferenceConfig = new { maxTokens = 200 },
    }, Plain)[..^1] + more + "}";

    public Task<HttpResponseMessage> Converse(string model, string text, string session = "", string more = "") =>
        Send($"/model/{Uri.EscapeDataString(model)}/converse", Request(text, more), ("x-assay-session", session));

    public async Task<HttpResponseMessage> Send(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            if (value.Length > 0) request.Headers.Add(name, value);
        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.LoadIntoBufferAsync(TestContext.Current.CancellationToken);
        return response;
    }

    public Task<string> Get(string path) => client.GetStringAsync(path, TestContext.Current.CancellationToken);

    /// <summary>The lines of the journal, oldest first.</summary>
    public IReadOnlyList<JsonElement> Journal()
    {
        List<JsonElement> lines = [];
        foreach (var path in Directory.GetFiles(Path.Combine(folder.FullName, "data", "journal"), "*.jsonl").Order(StringComparer.Ordinal))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var text = new StreamReader(file);
            while (text.ReadLine() is { } line) lines.Add(JsonElement.Parse(line));
        }
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await host.DisposeAsync();
        await local.DisposeAsync();
        folder.Delete(recursive: true);
    }
}

static class Headers
{
    public static string Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
}
