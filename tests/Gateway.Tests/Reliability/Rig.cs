using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Bedrock;
using Assay.Gateway.Commands;
using Assay.Gateway.Host;
using Assay.Gateway.Identity;
using Assay.Gateway.Metering;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>Tests that start gateways run one after the other: two cores are enough for one storm.</summary>
[CollectionDefinition(nameof(OneGatewayAtATime), DisableParallelization = true)]
public sealed class OneGatewayAtATime;

/// <summary>
/// A data folder, a configuration and a Bedrock that outlives every gateway before it: so what was served is known whatever became of
/// the gateway.
/// </summary>
sealed class Rig : IAsyncDisposable
{
    public const string Lite = "amazon.nova-lite-v1:0";
    public const string Account = "111122223333";

    // Bedrock Local takes any key; without one the gateway would look for credentials of AWS.
    public const string KeyVariable = "ASSAY_TEST_BEDROCK_KEY";

    public static readonly PriceFolder Prices = PriceFolder.BuiltIn;
    public static readonly ModelCatalog Catalog = Prices.ReadCatalog();
    public static readonly PriceBook Book = Prices.Open("aws");

    readonly List<IAsyncDisposable> running = [];

    static Rig() => Environment.SetEnvironmentVariable(KeyVariable, "local");

    Rig(BedrockLocal bedrock, ConcurrentQueue<Served> served, string folder) => (Bedrock, Served, Folder) = (bedrock, served, folder);

    public BedrockLocal Bedrock { get; }

    /// <summary>Every call that Bedrock answered, or began to.</summary>
    public ConcurrentQueue<Served> Served { get; }
    public string Folder { get; }
    public string Data => Path.Combine(Folder, "data");
    public string Config => Path.Combine(Folder, "gateway.yaml");
    public string Journal => Path.Combine(Data, "journal");
    public ConcurrentQueue<string> Warnings { get; } = new();

    /// <summary>What was told that nobody need worry about.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="rules">Lines of the configuration after the upstream.</param>
    /// <param name="upstream">More members of the upstream, each after a comma.</param>
    /// <param name="url">Another server than Bedrock Local.</param>
    public static async Task<Rig> Make(string rules = "", string upstream = "", BedrockLocalOptions? options = null, Uri? url = null)
    {
        var served = new ConcurrentQueue<Served>();
        var bedrock = await BedrockLocal.Start((options ?? new()) with { Catalog = Catalog, OnServed = served.Enqueue }, Cancel);
        var rig = new Rig(bedrock, served, Directory.CreateTempSubdirectory("assay-gateway-").FullName);
        rig.Configure(rules, upstream, url);
        return rig;
    }

    public void Configure(string rules, string upstream = "", Uri? url = null) => File.WriteAllText(Config,
        $"account: '{Account}'\nupstreams:\n  bedrock: {{kind: bedrock, url: '{(url ?? Bedrock.Address).ToString().TrimEnd('/')}', "
        + $"key_from: {KeyVariable}{upstream}}}\n{rules}\n");

    public static VirtualKey Owner(string name, string app = "", string team = "", string env = "") => new()
    {
        Name = name, Shown = "", Hash = "", Created = DateTime.UtcNow, App = app, Team = team, Env = env,
    };

    /// <summary>Makes a key and gives its secret.</summary>
    public string Key(VirtualKey wanted) => KeysCommand.Create(Keys, wanted).Secret;
    public string Key(string name = "one", string app = "chat", string team = "red", string env = "prod") => Key(Owner(name, app, team, env));
    public IEnumerable<GatewayHost> Hosts => running.OfType<GatewayHost>();
    public KeyFile Keys => new(Path.Combine(Data, "keys.json"));

    public async Task<GatewayProcess> StartProcess(Action<System.Diagnostics.ProcessStartInfo>? with = null) =>
        Kept(await GatewayProcess.Start(Data, Config, with));

    public async Task<GatewayHost> StartHost(TimeProvider? time = null) => Kept(await GatewayHost.Start(
        new(new(IPAddress.Loopback, 0), Data, new SettingsSource(Config, Prices), Prices) { Tell = Told.Enqueue }, time ?? TimeProvider.System, Warnings.Enqueue, Cancel));

    T Kept<T>(T one) where T : IAsyncDisposable
    {
        running.Add(one);
        return one;
    }

    /// <summary>Every line of the journal as it is on disk, the packed files too, in the order of files and lines.</summary>
    public IReadOnlyList<string> Lines()
    {
        List<string> lines = [];
        // A file that is being packed has its lines elsewhere still.
        foreach (var path in Directory.GetFiles(Journal).Where(f => !f.EndsWith(".part", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using Stream stream = path.EndsWith(JournalPacker.Packed, StringComparison.Ordinal)
                ? new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress) : file;
            lines.AddRange(new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        return lines;
    }

    /// <summary>The journal as any report reads it.</summary>
    public IReadOnlyList<UsageRecord> Records()
    {
        List<UsageRecord> records = [];
        var faults = JournalFiles.Read(JournalFiles.Now(Journal), DateTime.MinValue, LogReaderOptions.For(Catalog), records.Add, CancellationToken.None);
        Assert.Empty(faults);
        return records;
    }

    /// <summary>What a record costs by the one rater.</summary>
    public static decimal Cost(in UsageRecord record)
    {
        var charges = new Charge[Rater.ChargesMax];
        var count = Rater.Rate(record, Book, charges);
        return charges.AsSpan(0, count).ToArray().Sum(c => c.Rate is null ? 0m : c.Cost);
    }

    /// <summary>The record of the call with this <c>x-assay-request-id</c>.</summary>
    public UsageRecord Record(string id) => Assert.Single(Records(), r => r.RequestId == RequestId.Parse(id));

    /// <summary>The line of the call with this <c>x-assay-request-id</c>.</summary>
    public JsonElement Line(string id) =>
        JsonSerializer.Deserialize<JsonElement>(Assert.Single(Lines(), l => l.Contains($"\"requestId\":\"{id}\"", StringComparison.Ordinal)));

    /// <summary>Waits until something holds, for calls that end after their client is gone.</summary>
    public static async Task Until(Func<bool> holds, string what)
    {
        for (var tries = 0; !holds(); tries++)
        {
            Assert.True(tries < 1_000, $"it did not come about: {what}");
            await Task.Delay(20, Cancel);
        }
    }

    /// <summary>Stops every gateway that runs, cleanly.</summary>
    public async Task StopAll()
    {
        foreach (var one in Enumerable.Reverse(running)) await one.DisposeAsync();
        running.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAll();
        await Bedrock.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A client that speaks Bedrock and knows nothing but the protocol.</summary>
sealed class Caller(Uri address, string key) : IDisposable
{
    readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) })
    {
        BaseAddress = address, Timeout = TimeSpan.FromSeconds(60),
    };

    public static string Body(string text, string more = "", int maxTokens = 200) =>
        $$$"""{"messages":[{"role":"user","content":[{"text":{{{JsonSerializer.Serialize(text)}}}}]}],"inferenceConfig":{"maxTokens":{{{maxTokens}}}}{{{more}}}}""";

    public Task<Reply> Converse(string text, string model = Rig.Lite, string more = "", int maxTokens = 200) =>
        Post($"/model/{Uri.EscapeDataString(model)}/converse", Body(text, more, maxTokens));

    public Task<Reply> ConverseStream(string text, string model = Rig.Lite, string more = "", int maxTokens = 200) =>
        Post($"/model/{Uri.EscapeDataString(model)}/converse-stream", Body(text, more, maxTokens));

    public Task<Reply> Post(string path, string body, params (string Name, string Value)[] headers) =>
        Post(path, new ByteArrayContent(Encoding.UTF8.GetBytes(body)), headers);

    public async Task<Reply> Post(string path, HttpContent body, params (string Name, string Value)[] headers)
    {
        using var response = await Open(path, body, CancellationToken.None, headers);
        return await Reply.Read(response);
    }

    /// <summary>The answer as soon as its head is there.</summary>
    public async Task<HttpResponseMessage> Open(
        string path, HttpContent body, CancellationToken cancel, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    public async Task<JsonElement> Budgets()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/assay/budgets");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        using var response = await http.SendAsync(request, Rig.Cancel);
        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync(Rig.Cancel)).GetProperty("budgets");
    }

    public async Task<BudgetSums> Budget(string name, string of = "") => BudgetSums.Of((await Budgets()).EnumerateArray()
        .Single(b => b.GetProperty("budget").GetString() == name && b.GetProperty("of").GetString() == of));

    public async Task<(int Status, string Text)> Get(string path)
    {
        using var response = await http.GetAsync(path, Rig.Cancel);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Rig.Cancel));
    }

    public void Dispose() => http.Dispose();
}

sealed record BudgetSums(decimal Limit, decimal Spent, decimal Reserved, decimal Held)
{
    public decimal All => Spent + Reserved + Held;

    public static BudgetSums Of(JsonElement budget)
    {
        decimal Usd(string name) => decimal.Parse(budget.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
        return new(Usd("limit_usd"), Usd("spent_usd"), Usd("reserved_usd"), Usd("held_usd"));
    }
}

/// <summary>An answer that came whole.</summary>
sealed record Reply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers["x-assay-request-id"];
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>What an error of Bedrock's says.</summary>
    public string Message => JsonSerializer.Deserialize<JsonElement>(Text).GetProperty("message").GetString()!;
    public decimal Cost => decimal.Parse(Headers["x-assay-cost-usd"], CultureInfo.InvariantCulture);

    /// <summary>Types of a stream's events, exceptions among them.</summary>
    public IReadOnlyList<string> Events
    {
        get
        {
            List<string> events = [];
            for (var at = 0; EventStream.TryRead(Body.AsSpan(at), out var frame) == FrameStatus.Frame; at += frame.Length)
                events.Add(Encoding.UTF8.GetString(frame.IsFailure ? frame.ExceptionType : frame.EventType));
            return events;
        }
    }

    public static async Task<Reply> Read(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync(Rig.Cancel);
        return new((int)response.StatusCode, response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase), body);
    }
}
