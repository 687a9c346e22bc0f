using System.Net;
using System.Text.Json;
using Assay.Bedrock;
using Assay.Gateway.Commands;
using Assay.Gateway.Host;
using Assay.Gateway.Identity;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Gateway.Tests.Clients;

/// <summary>A gateway in this process before Bedrock Local and a server of others' kinds: what clients are pointed at, and what was written down.</summary>
sealed class Door : IAsyncDisposable
{
    public const string Haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
    public const string Nova = "us.amazon.nova-lite-v1:0";
    public const string Titan = "amazon.titan-embed-text-v2:0";

    public const string Profile = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123";

    const string UpstreamKey = "ASSAY_TEST_UPSTREAM_KEY";

    const string Settings = """
        account: '111122223333'
        region: us-east-1
        book: aws+vendors
        profiles: profiles.json
        upstreams:
          aws: {kind: bedrock, url: 'BEDROCK', key_from: ASSAY_TEST_UPSTREAM_KEY, retries: 0}
          open: {kind: openai, url: 'OWN', key_from: ASSAY_TEST_UPSTREAM_KEY, retries: 0}
          claude: {kind: anthropic, url: 'OWN', key_from: ASSAY_TEST_UPSTREAM_KEY, retries: 0}
        models:
          small: {to: [us.amazon.nova-lite-v1:0], upstream: aws}
          smart: {to: [us.anthropic.claude-haiku-4-5-20251001-v1:0], upstream: aws}
          theirs: {to: [gpt-5-mini], upstream: open, price: 'azure:gpt-5-mini'}
          claudes: {to: [claude-haiku-4-5], upstream: claude, price: 'anthropic:claude-haiku-4-5'}
        budgets:
          plenty: {amount: '$1,000 a day', stop: hard}
          poor: {key: poor, amount: $0.0001 a day, stop: hard}
        clamp_to_budgets: no
        rates:
          hurried: {key: hurried, requests: 2 a minute}
        """;

    readonly string data;
    readonly PriceFolder prices = PriceFolder.BuiltIn;
    readonly BedrockLocal bedrock;
    readonly GatewayHost host;

    Door(BedrockLocal bedrock, OwnKindServer own, GatewayHost host, string data, IReadOnlyDictionary<string, string> keys)
    {
        (this.bedrock, Own, this.host, this.data, Keys) = (bedrock, own, host, data, keys);
    }

    /// <summary>Secrets by the name of their key.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; }
    public OwnKindServer Own { get; }
    public string Address => host.Address.ToString().TrimEnd('/');
    public string Journal => Path.Combine(data, "journal");

    public static async Task<Door> Open(string? settings = null)
    {
        var prices = PriceFolder.BuiltIn;
        var data = Directory.CreateTempSubdirectory("assay-clients-").FullName;
        Environment.SetEnvironmentVariable(UpstreamKey, "the-servers-own-key");
        var profiles = new Dictionary<string, MappedProfile> { [Profile] = new(Nova, "shop", "web", "prod") };
        var bedrock = await BedrockLocal.Start(new() { Catalog = prices.ReadCatalog(), Profiles = profiles }, CancellationToken.None);
        var own = await OwnKindServer.Start();
        await File.WriteAllTextAsync(Path.Combine(data, "profiles.json"),
            $$"""{"{{Profile}}": {"model": "{{Nova}}", "app": "shop", "team": "web", "env": "prod"} }""");
        var file = Path.Combine(data, "gateway.yaml");
        await File.WriteAllTextAsync(file, (settings ?? Settings)
            .Replace("BEDROCK", bedrock.Address.ToString(), StringComparison.Ordinal).Replace("OWN", own.Address, StringComparison.Ordinal));
        var start = new GatewayStart(new(IPAddress.Loopback, 0), data, new(file, prices), prices);
        var keys = new[] { "clients", "poor", "hurried" }
            .ToDictionary(k => k, k => KeysCommand.EnsureLocal(new KeyFile(start.Keys), k, TimeProvider.System));
        var clock = new LeapingClock();
        own.OnLeap = clock.Leap;
        return new(bedrock, own, await GatewayHost.Start(start, clock, _ => { }, CancellationToken.None), data, keys);
    }

    /// <summary>The journal's lines so far.</summary>
    public IReadOnlyList<JournalEntry> Lines() => [.. Directory.GetFiles(Journal, "*.jsonl").Order(StringComparer.Ordinal)
        .SelectMany(ReadLines).Select(l => new JournalEntry(JsonDocument.Parse(l).RootElement))];

    static string[] ReadLines(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The line of a request that a client knows by the gateway's id or the server's.</summary>
    public JournalEntry Line(string? id) => Assert.Single(Lines(), l => l.Id == id || l.UpstreamId == id);

    /// <summary>What a report on the journal says the calls cost: the sum, and how many lines had a charge without a price.</summary>
    public (decimal Usd, int Unpriced) Rated()
    {
        var book = prices.Open("aws+vendors");
        var profiles = new Dictionary<string, MappedProfile> { [Profile] = new(Nova, "shop", "web", "prod") };
        var (usd, unpriced) = (0m, 0);
        foreach (var path in Directory.GetFiles(Journal, "*.jsonl"))
        {
            using var log = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            new InvocationLogReader(new(prices.ReadCatalog(), profiles, [])).Read(log, path, records =>
            {
                var charges = new Charge[Rater.ChargesMax];
                foreach (ref readonly var record in records)
                    foreach (var charge in charges.AsSpan(0, Rater.Rate(record, book, charges)))
                        if (charge.Rate is null) unpriced++;
                        else usd += charge.Cost;
            }, CancellationToken.None);
        }
        return (usd, unpriced);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await bedrock.DisposeAsync();
        await Own.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }
}

/// <summary>A line of the journal.</summary>
sealed record JournalEntry(JsonElement Json)
{
    JsonElement Gateway => Json.GetProperty("gateway");

    public string Id => Json.GetProperty("requestId").GetString()!;
    public string Model => Json.GetProperty("modelId").GetString()!;
    public string Operation => Json.GetProperty("operation").GetString()!;
    public string? Error => Text(Json, "errorCode");
    public string? UpstreamId => Text(Gateway, "upstream_request_id");
    public string? ClientId => Text(Gateway, "client_request_id");
    public string? PartOf => Text(Gateway, "part_of");
    public string? Refused => Text(Gateway, "refused");
    public string? Counts => Text(Gateway, "counts");
    public decimal Cost => decimal.Parse(Gateway.GetProperty("cost_usd").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    public string? Tag(string name) => Text(Json.GetProperty("requestMetadata"), name);
    public long Input => Count("input", "inputTokenCount");
    public long Output => Count("output", "outputTokenCount");
    public long CacheRead => Count("input", "cacheReadInputTokenCount");
    public long CacheWrite => Count("input", "cacheWriteInputTokenCount");

    long Count(string holder, string name) =>
        Json.TryGetProperty(holder, out var inner) && inner.TryGetProperty(name, out var count) ? count.GetInt64() : 0;

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>The time of day, which can be put forward: a rate's minute is over sooner.</summary>
sealed class LeapingClock : TimeProvider
{
    long ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddSeconds(Interlocked.Read(ref ahead));
    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref ahead) * TimestampFrequency);
    public void Leap() => Interlocked.Add(ref ahead, 58);
}
