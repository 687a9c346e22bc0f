using System.Net;
using Assay.Bedrock;
using Assay.Control.Budgets;
using Assay.Gateway.Door;
using Assay.Gateway.Identity;
using Assay.Gateway.Metering;
using Assay.Gateway.Settings;
using Assay.Gateway.Telemetry;
using Assay.Gateway.Upstreams;
using Assay.Pricing;
using Assay.Usage;
using Assay.Usage.Logs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Assay.Gateway.Host;

/// <summary>How a gateway is started.</summary>
/// <param name="Data">Where its journal, keys and leases are.</param>
sealed record GatewayStart(IPEndPoint Listen, string Data, SettingsSource Source, PriceFolder Prices)
{
    /// <summary>Done once the folder is this process's alone, before its keys are read.</summary>
    public Action? Prepare { get; init; }

    /// <summary>Takes what is worth a line and no cause for alarm: a change that was taken up.</summary>
    public Action<string> Tell { get; init; } = static _ => { };

    public string Journal => Path.Combine(Data, "journal");
    public string Keys => Path.Combine(Data, "keys.json");
}

/// <summary>A running gateway: its files, its servers, its door.</summary>
sealed class GatewayHost : IAsyncDisposable
{
    /// <summary>How long calls have to end once the gateway is told to; less than orchestrators wait before they kill.</summary>
    static readonly TimeSpan AnsweredAtMost = TimeSpan.FromSeconds(20);
    static readonly TimeSpan ReadOnAtMost = TimeSpan.FromSeconds(3);

    /// <summary>How long calls that were cut off have to be written down.</summary>
    static readonly TimeSpan ClosedWithin = TimeSpan.FromSeconds(12);
    static readonly TimeSpan ClosedAgain = TimeSpan.FromMilliseconds(20);

    readonly GatewayStart start;
    readonly TimeProvider time;
    readonly Action<string> warn;
    readonly LeaseFile leases;
    readonly BudgetEvents events;
    readonly BudgetBook budgets;
    readonly RateBook rates;
    readonly Remembered remembered;
    readonly Instruments instruments = new();
    readonly ModelCatalog catalog;
    readonly IReadOnlyDictionary<string, IReadOnlyList<string>> availability;
    readonly HttpMessageInvoker client = Client();

    // Calls that are read on for what they cost end with the first, all others with the second: written down with what came until then.
    readonly CancellationTokenSource leaving = new(), ending = new();

    SettingsReading reading;
    Live live;
    Journal? journal;
    Ledgering? ledgering;
    GatewayServer? server;
    WebApplication? app;
    Reloading? reloading;
    FilesTakenUp? taken;

    GatewayHost(GatewayStart start, SettingsReading reading, LeaseFile leases, TimeProvider time, Action<string> warn)
    {
        (this.start, this.reading, this.leases, this.time, this.warn) = (start, reading, leases, time, warn);
        remembered = new(time);
        var settings = reading.Settings!;
        (catalog, availability) = (start.Prices.ReadCatalog(), start.Prices.ReadAvailability());
        budgets = new(Rules(settings), settings.Policy);
        rates = new(settings.Rates, settings.Policy, time);
        events = new(Path.Combine(start.Data, "budget-events.jsonl"));
        live = Make(settings);
    }

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Starts a gateway, brings its budgets back to where they were, and opens its door.</summary>
    /// <param name="warn">Takes what a person should know and nobody waits for.</param>
    /// <exception cref="GatewayException">It cannot be started as it was asked for.</exception>
    public static async Task<GatewayHost> Start(GatewayStart start, TimeProvider time, Action<string> warn, CancellationToken cancel)
    {
        Directory.CreateDirectory(start.Data);
        var reading = start.Source.Read();
        var leases = OpenLeases(start);
        start.Prepare?.Invoke();
        var host = new GatewayHost(start, reading, leases, time, warn);
        try
        {
            await host.Open(cancel).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    async Task Open(CancellationToken cancel)
    {
        JournalFiles.Mend(start.Journal);
        Restore(live, leases, null, cancel);
        journal = new(start.Journal, new(live.Settings.JournalFileBytes, live.Settings.Sync), time);
        ledgering = new(journal, leases, events.Tell, events.TellRefused, warn, instruments, time);
        server = new(() => Volatile.Read(ref live), ledgering, client, instruments, time, leaving.Token, ending.Token);
        instruments.Observe(() => Volatile.Read(ref live), server, journal, time);
        app = Door(server);
        try
        {
            await app.StartAsync(cancel).ConfigureAwait(false);
        }
        catch (IOException taken)
        {
            throw new GatewayException(
                $"'{start.Listen}' cannot be listened on: {taken.Message.TrimEnd('.')}. Choose another with --listen "
                + "HOST:PORT; port 0 picks one that is free.", isOutside: true);
        }
        Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        taken = new(Files());
        reloading = new(Files, Reload, warn, time);
    }

    IReadOnlyList<string> Files() => [start.Keys, .. Volatile.Read(ref reading).Files, .. BookFile()];

    // A book of the user's own is a file that may change; the built-in ones come with the program.
    string[] BookFile() => File.Exists(live.Settings.Book) ? [live.Settings.Book] : [];

    void Restore(Live by, LeaseFile? orphans, BudgetChange? change, CancellationToken cancel)
    {
        var options = new LogReaderOptions(catalog, by.Settings.Profiles, []);
        foreach (var fault in Restart.Restore(start.Journal, budgets, Rules(by.Settings), by.Book, options, orphans,
            time.GetUtcNow().UtcDateTime, events.Tell, change, cancel)) warn(fault);
    }

    Live Make(GatewaySettings settings) => new(settings, new KeyFile(start.Keys).Read(), catalog, start.Prices.Open(settings.Book),
        [.. settings.Upstreams.Select(u => UpstreamMaker.Make(u, time))], budgets, rates, remembered)
    {
        Availability = availability,
    };

    Task Reload()
    {
        try
        {
            TakeUpKeys();
            var next = start.Source.Read();
            Volatile.Write(ref reading, next with { Files = next.Files.Count > 0 ? next.Files : reading.Files });
            if (next.Settings is not { } settings)
            {
                warn($"the configuration was changed and is not taken up: {GatewaySettings.Counted(next.Errors.Count, "mistake")}; the "
                    + $"settings before it stay in force.\n{string.Join('\n', next.Errors)}");
                return Task.CompletedTask;
            }
            var made = Make(settings);
            var change = ledgering!.Change(start.Journal, () => budgets.Prepare(Rules(settings), settings.Policy));
            // Until a new budget knows what is spent of it calls go by what was before.
            if (change.Fresh.Count > 0) Restore(made, null, change, CancellationToken.None);
            budgets.TakeUp();
            rates.Reload(settings.Rates, settings.Policy);
            Volatile.Write(ref live, made);
            var now = time.GetUtcNow().UtcDateTime;
            var keys = made.Ring.Holders.Count(h => !h.Key.IsRevoked && !h.Key.IsExpired(now));
            if (taken!.TakeUp(Files(), $"{GatewaySettings.Counted(keys, "key")}, {settings.Summary()}") is { } news) start.Tell(news);
        }
        // Whatever is wrong with a change, the gateway goes on with what it has, and goes on looking: a key may be revoked next.
        catch (Exception wrong)
        {
            warn($"a change is not taken up, and the settings before it stay in force: {wrong.Message}");
        }
        return Task.CompletedTask;
    }

    // A revoked key waits neither for a mistake in the configuration to be mended nor for the sums of a new budget.
    void TakeUpKeys() => Volatile.Write(ref live, new(live.Settings, new KeyFile(start.Keys).Read(), catalog, live.Book, live.Upstreams,
        budgets, rates, remembered)
    {
        Availability = availability,
    });

    static LeaseFile OpenLeases(GatewayStart start)
    {
        try
        {
            return LeaseFile.Open(Path.Combine(start.Data, "leases"));
        }
        catch (LeaseFileException wrong)
        {
            throw new GatewayException(wrong.Message, isOutside: true);
        }
    }

    /// <summary>The budgets of the policy, then those of the configuration.</summary>
    public static IReadOnlyList<BudgetRule> Rules(GatewaySettings settings) =>
        [.. settings.Policy?.Budgets.Select(BudgetRule.From) ?? [], .. settings.Budgets];

    static HttpMessageInvoker Client() => new(new SocketsHttpHandler
    {
        UseCookies = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, ActivityHeadersPropagator = null,
        UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10), PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        MaxConnectionsPerServer = int.MaxValue,
    }, disposeHandler: true);

    WebApplication Door(GatewayServer server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
            // Clients of AWS speak HTTP/2 from the first byte, without TLS too.
            kestrel.Listen(start.Listen, l => l.UseCleartextHttp2());
        });
        Collecting.Add(builder.Services);
        var door = builder.Build();
        Collecting.Use(door, () => Volatile.Read(ref live), time);
        door.Run(server.Handle);
        return door;
    }

    public async ValueTask DisposeAsync()
    {
        if (reloading is not null) await reloading.DisposeAsync().ConfigureAwait(false);
        if (app is not null)
        {
            leaving.CancelAfter(ReadOnAtMost);
            using (var enough = new CancellationTokenSource(AnsweredAtMost)) await app.StopAsync(enough.Token).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            for (var waited = TimeSpan.Zero; server!.Open > 0 && waited < ClosedWithin; waited += ClosedAgain)
                await Task.Delay(ClosedAgain).ConfigureAwait(false);
            await app.DisposeAsync().ConfigureAwait(false);
        }
        client.Dispose();
        leaving.Dispose();
        ending.Dispose();
        if (journal is not null)
        {
            await journal.DisposeAsync().ConfigureAwait(false);
            if (!journal.Unwritten.IsEmpty) warn($"the journal lost {journal.Unwritten.Length} bytes of lines that could not be written.");
        }
        instruments.Dispose();
        events.Dispose();
        leases.Dispose();
    }
}
