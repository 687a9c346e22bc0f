using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Assay.Bench;

/// <summary>
/// The gateway beside its peers: Portkey's gateway and a bare YARP relay, each in front of the same static server, asked in turn by the
/// same clients. The gateway works with keys, budgets, ceilings, rates, routing and journal all on.
/// </summary>
static class GatewayBenches
{
    const int Rounds = 3;
    const string Portkey = "@portkey-ai/gateway@1.15.2";

    public static readonly IReadOnlyList<BenchItem> All =
    [
        new("gateway-portkey", ">=8", "requests a second beside Portkey's gateway, 64 connections", p => Throughput(p).Portkey),
        new("gateway-relay", ">=0.5", "requests a second beside a bare YARP relay, 64 connections", p => Throughput(p).Relay),
        new("gateway-latency", "<=4", "time added at one connection (median) beside what YARP adds", p => Throughput(p).Latency),
        new("gateway-streams", "<=200", "megabytes at the peak of 1,000 streams at once", GatewayStreams.Run),
        new("gateway-prompts", ">=100", "prompts of 100,000 tokens a second and core", Prompts),
    ];

    static (BenchResult Portkey, BenchResult Relay, BenchResult Latency)? measured;

    static (BenchResult Portkey, BenchResult Relay, BenchResult Latency) Throughput(BenchPlace place) => measured ??= Measure(place);

    static (BenchResult, BenchResult, BenchResult) Measure(BenchPlace place)
    {
        using var stage = new GatewayStage(place);
        var portkey = stage.StartPortkey(Portkey);
        var doors = new[] { stage.Upstream, stage.Relay, stage.Gateway, portkey };
        // Each is warmed up before anything counts.
        foreach (var door in doors) stage.Load(door, connections: 64, seconds: 4);
        var rates = doors.Select(_ => new List<double>()).ToArray();
        var medians = doors.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < Rounds; round++)
            for (var i = 0; i < doors.Length; i++)
            {
                rates[i].Add(stage.Load(doors[i], 64, 6).PerSecond);
                medians[i].Add(stage.Load(doors[i], 1, 3).MedianMicroseconds);
            }
        var (direct, relay, gateway) = (0, 1, 2);
        var beside = string.Create(CultureInfo.InvariantCulture, $"requests/s: gateway {Middle(rates[gateway]):0}, YARP {Middle(rates[relay]):0}, "
            + $"Portkey {Middle(rates[3]):0}, the server alone {Middle(rates[direct]):0}; 2 KB bodies, 64 connections, both cores shared by all");
        var added = rates[0].Select((_, r) => (medians[gateway][r] - medians[direct][r]) / Math.Max(1, medians[relay][r] - medians[direct][r])).ToList();
        return (Ratio("gateway-portkey", rates[gateway], rates[3], "Portkey", ">=8", beside),
            Ratio("gateway-relay", rates[gateway], rates[relay], "YARP", ">=0.5", beside),
            new("gateway-latency", Middle(added), added.Min(), added.Max(), "YARP", "<=4", string.Create(CultureInfo.InvariantCulture,
                $"median at one connection: gateway {Middle(medians[gateway]):0} µs, YARP {Middle(medians[relay]):0}, Portkey {Middle(medians[3]):0}, the server alone {Middle(medians[direct]):0}")));
    }

    static BenchResult Ratio(string id, List<double> ours, List<double> theirs, string peer, string goal, string detail)
    {
        var ratios = ours.Zip(theirs, (a, b) => a / b).ToList();
        return new(id, Middle(ratios), ratios.Min(), ratios.Max(), peer, goal, detail);
    }

    static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);

    static BenchResult Prompts(BenchPlace place)
    {
        using var stage = new GatewayStage(place) { PromptBytes = 400_000 };
        stage.Load(stage.Gateway, 8, 3);
        var perCore = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var before = stage.GatewaySeconds;
            var load = stage.Load(stage.Gateway, 8, 5);
            perCore.Add(load.Requests / (stage.GatewaySeconds - before));
        }
        return new("gateway-prompts", Middle(perCore), perCore.Min(), perCore.Max(), "-", ">=100",
            "requests of 400 KB of words a second of the gateway's processor time: scanned once, never parsed into a tree");
    }
}

/// <summary>What a load came to.</summary>
readonly record struct LoadResult(double PerSecond, double MedianMicroseconds, long Requests);

/// <summary>A place to be asked at.</summary>
sealed record GatewayDoor(string Address, IReadOnlyList<(string Name, string Value)> Headers);

/// <summary>The servers of one measurement, each a process of its own, and the clients that ask them.</summary>
sealed class GatewayStage : IDisposable
{
    readonly List<Process> processes = [];
    readonly BenchPlace place;
    readonly string folder;
    readonly Process gateway;

    public GatewayStage(BenchPlace place)
    {
        this.place = place;
        folder = Path.Combine(Path.GetTempPath(), $"assay-bench-{Environment.ProcessId}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        if (!OnPath("wrk")) throw new FileNotFoundException("the load comes from 'wrk'; install it (package wrk) and run this again.");
        var (upstream, relay) = (FreePort(), FreePort());
        StartSelf("--serve", "upstream", upstream.ToString(CultureInfo.InvariantCulture));
        StartSelf("--serve", "relay", relay.ToString(CultureInfo.InvariantCulture), $"http://127.0.0.1:{upstream}");
        UpstreamAddress = $"http://127.0.0.1:{upstream}";
        (gateway, var address, var key) = StartGateway();
        Upstream = new(UpstreamAddress, []);
        Relay = new($"http://127.0.0.1:{relay}", []);
        Gateway = new(address, [("Authorization", "Bearer " + key)]);
        foreach (var port in (int[])[upstream, relay]) WaitFor(port);
    }

    public string UpstreamAddress { get; }
    public GatewayDoor Upstream { get; }
    public GatewayDoor Relay { get; }
    public GatewayDoor Gateway { get; }
    public int PromptBytes { get; init; } = 1_600;

    /// <summary>Processor time the gateway has used.</summary>
    public double GatewaySeconds
    {
        get
        {
            gateway.Refresh();
            return gateway.TotalProcessorTime.TotalSeconds;
        }
    }

    public double GatewayPeakMegabytes => File.ReadLines($"/proc/{gateway.Id}/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..] ? double.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024 : 0;

    (Process, string Address, string Key) StartGateway()
    {
        var program = Path.Combine(place.Root, "artifacts", "bin", "Gateway", "release", "Assay.Gateway.dll");
        var config = Path.Combine(folder, "gateway.yaml");
        File.WriteAllText(config, $$$"""
            book: aws+vendors
            upstreams: {static: {kind: openai, url: '{{{UpstreamAddress}}}'}}
            models: {gpt-4.1-mini: {to: [gpt-4.1-mini], upstream: static, price: 'azure:gpt-4.1-mini'}}
            ceilings: {any: {usd: $5, over: [clamp, refuse]}}
            budgets:
              each-key: {per: key, amount: '$100,000,000 a day', stop: hard}
              each-team: {per: team, amount: '$100,000,000 a month', stop: soft}
              organisation: {amount: '$1,000,000,000 a month', stop: hard}
            rates: {bursts: {per: key, requests: '100,000,000 a minute'}}
            routes: {large: {models: [gpt-*], larger_than: 10 MB, to: gpt-4.1-mini}}
            """);
        var data = Path.Combine(folder, "data");
        var key = Run("dotnet", program, "gateway", "keys", "create", "bench", "--team", "bench", "--app", "load", "--data", data).Trim();
        var process = Start("dotnet", [program, "gateway", "--config", config, "--listen", "127.0.0.1:0", "--data", data, "--json"], environment: []);
        var first = process.StandardOutput.ReadLine() ?? throw new InvalidDataException("the gateway did not start.");
        _ = process.StandardOutput.ReadToEndAsync();
        return (process, JsonDocument.Parse(first).RootElement.GetProperty("listening").GetString()!, key);
    }

    public GatewayDoor StartPortkey(string package)
    {
        var home = Path.Combine(place.Data, "portkey");
        if (!Directory.Exists(Path.Combine(home, "node_modules")))
        {
            Directory.CreateDirectory(home);
            File.WriteAllText(Path.Combine(home, "package.json"), "{\"private\":true}");
            Run("npm", "install", "--prefix", home, "--no-audit", "--no-fund", package);
        }
        var port = FreePort();
        Start("node", [Path.Combine(home, "node_modules", "@portkey-ai", "gateway", "build", "start-server.js"), $"--port={port}", "--headless"],
            [("NODE_ENV", "production")]);
        WaitFor(port);
        return new($"http://127.0.0.1:{port}",
            [("Authorization", "Bearer none"), ("x-portkey-provider", "openai"), ("x-portkey-custom-host", UpstreamAddress + "/v1")]);
    }

    /// <summary>Asks a door by so many connections for so long.</summary>
    public LoadResult Load(GatewayDoor door, int connections, int seconds)
    {
        var script = Path.Combine(folder, $"load-{Guid.NewGuid():N}.lua");
        var words = string.Concat(Enumerable.Repeat("Sort this ticket into billing, delivery or other, please. ", PromptBytes / 58 + 1))[..PromptBytes];
        File.WriteAllText(script, $"""
            wrk.method = "POST"
            wrk.path = "/v1/chat/completions"
            wrk.headers["Content-Type"] = "application/json"
            {string.Join('\n', door.Headers.Select(h => $"wrk.headers[\"{h.Name}\"] = \"{h.Value}\""))}
            wrk.body = [[{Body(words)}]]
            """);
        var said = Run("wrk", "-t1", $"-c{connections}", $"-d{seconds}s", "--latency", "-s", script, door.Address + "/v1/chat/completions");
        if (said.Contains("Non-2xx", StringComparison.Ordinal)) throw new InvalidDataException($"{door.Address} refused: {said}");
        return new(Number(said, "Requests/sec:"), Latency(said), (long)Number(said, "requests in", before: true));
    }

    public static string Body(string words) => $$$"""
        {"model":"gpt-4.1-mini","messages":[{"role":"system","content":"You sort tickets."},{"role":"user","content":"{{{words}}}"}],"max_tokens":256,"temperature":0.2}
        """;

    static double Number(string said, string label, bool before = false)
    {
        var line = said.Split('\n').First(l => l.Contains(label, StringComparison.Ordinal));
        var text = before ? line.Trim().Split(' ')[0] : line[(line.IndexOf(label, StringComparison.Ordinal) + label.Length)..].Trim();
        return double.Parse(text, CultureInfo.InvariantCulture);
    }

    static double Latency(string said)
    {
        var text = said.Split('\n').First(l => l.TrimStart().StartsWith("50%", StringComparison.Ordinal)).Trim()[3..].Trim();
        var (unit, factor) = text.EndsWith("us", StringComparison.Ordinal) ? ("us", 1.0) : text.EndsWith("ms", StringComparison.Ordinal) ? ("ms", 1e3) : ("s", 1e6);
        return double.Parse(text[..^unit.Length], CultureInfo.InvariantCulture) * factor;
    }

    void StartSelf(params string[] arguments) => Start("dotnet", [typeof(GatewayStage).Assembly.Location, .. arguments], []);

    Process Start(string program, IReadOnlyList<string> arguments, IReadOnlyList<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = false };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        processes.Add(process);
        return process;
    }

    static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? said : throw new InvalidDataException($"'{program}' failed: {errors.Result}");
    }

    static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, program)));

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static void WaitFor(int port)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(100);
            }
        }
        throw new InvalidDataException($"nothing listens on port {port}.");
    }

    public void Dispose()
    {
        foreach (var process in processes)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>A thousand streams at once: how much memory they take, and how long a part of one is under way.</summary>
static class GatewayStreams
{
    const int Streams = 1_000;

    public static BenchResult Run(BenchPlace place)
    {
        using var stage = new GatewayStage(place);
        var direct = Delays(stage.Upstream).Result;
        var through = Delays(stage.Gateway).Result;
        var peak = stage.GatewayPeakMegabytes;
        return new("gateway-streams", peak, peak, peak, "-", "<=200", string.Create(CultureInfo.InvariantCulture,
            $"MB; {Streams} streams of {GatewayServers.Parts} parts, one each 250 ms; a part takes {Quantile(through, .5):0.0} ms (99 %: {Quantile(through, .99):0.0}) "
            + $"through the gateway, {Quantile(direct, .5):0.0} ms (99 %: {Quantile(direct, .99):0.0}) without it"));
    }

    static double Quantile(List<double> values, double share) => values[(int)(values.Count * share)];

    static async Task<List<double>> Delays(GatewayDoor door)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Streams }) { Timeout = TimeSpan.FromMinutes(3) };
        var all = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => One(client, door)));
        return [.. all.SelectMany(d => d).Order()];
    }

    static async Task<List<double>> One(HttpClient client, GatewayDoor door)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, door.Address + "/v1/chat/completions")
        {
            Content = new StringContent("{\"stream\":true," + GatewayStage.Body("Tell me.").Trim()[1..], Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        foreach (var (name, value) in door.Headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (delays, ended) = (new List<double>(), false);
        while (await reader.ReadLineAsync() is { } line)
        {
            var now = Stopwatch.GetTimestamp();
            ended |= line == "data: [DONE]";
            var open = line.IndexOf('<', StringComparison.Ordinal);
            if (open < 0) continue;
            var sent = long.Parse(line.AsSpan(open + 1, line.IndexOf('>', StringComparison.Ordinal) - open - 1), CultureInfo.InvariantCulture);
            delays.Add((now - sent) * 1e3 / Stopwatch.Frequency);
        }
        return ended && delays.Count == GatewayServers.Parts ? delays
            : throw new InvalidDataException($"a stream ended after {delays.Count} of {GatewayServers.Parts} parts.");
    }
}
