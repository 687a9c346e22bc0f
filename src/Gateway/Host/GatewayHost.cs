using System.Net;
using Assay.Control.Budgets;
using Assay.Gateway.Admission;
using Assay.Gateway.Door;
using Assay.Gateway.Identity;
using Assay.Gateway.Metering;
using Assay.Gateway.Settings;
using Assay.Gateway.Upstreams;
using Assay.Pricing;
using Assay.Usage.Logs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Assay.Gateway.Host;

/// <summary>How a gateway is started.</summary>
/// <param name="Data">Where its journal, keys and leases are.</param>
sealed record GatewayStart(IPEndPoint Listen, string Data, GatewaySettings Settings, PriceFolder Prices)
{
    public string Journal => Path.Combine(Data, "journal");
    public string Keys => Path.Combine(Data, "keys.json");
}

/// <summary>A running gateway: its files, its servers, its door.</summary>
sealed class GatewayHost : IAsyncDisposable
{
    readonly Journal journal;
    readonly LeaseFile leases;
    readonly BudgetEvents events;
    readonly WebApplication app;
    readonly HttpMessageInvoker client;

    GatewayHost(Journal journal, LeaseFile leases, BudgetEvents events, WebApplication app, HttpMessageInvoker client) =>
        (this.journal, this.leases, this.events, this.app, this.client) = (journal, leases, events, app, client);

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>What could not be read of what an earlier run left; for people.</summary>
    public IReadOnlyList<string> Faults { get; private set; } = [];

    public static async Task<GatewayHost> Start(GatewayStart start, TimeProvider time, CancellationToken cancel)
    {
        Directory.CreateDirectory(start.Data);
        var leases = OpenLeases(start);
        var settings = start.Settings;
        var catalog = start.Prices.ReadCatalog();
        var book = start.Prices.Open(settings.Book);
        var rules = Rules(settings);
        var budgets = new BudgetBook(rules, settings.Policy);
        var events = new BudgetEvents(Path.Combine(start.Data, "budget-events.jsonl"));
        JournalFiles.Mend(start.Journal);
        var options = new LogReaderOptions(catalog, settings.Profiles, []);
        var faults = Restart.Restore(start.Journal, budgets, rules, book, options, leases, time.GetUtcNow().UtcDateTime, events.Tell, null, cancel);
        var journal = new Journal(start.Journal, new(settings.JournalFileBytes, settings.Sync), time);
        var upstreams = settings.Upstreams.Select(u => UpstreamMaker.Make(u, time)).ToList();
        var live = new Live(settings, new KeyFile(start.Keys).Read(), catalog, book, upstreams, budgets,
            new RateBook(settings.Rates, settings.Policy), new Calibration());
        var client = Client();
        var ledgering = new Ledgering(journal, leases, events.Tell);
        var server = new GatewayServer(() => live, ledgering, client, time);
        var app = Door(start.Listen, server);
        try
        {
            await app.StartAsync(cancel).ConfigureAwait(false);
        }
        catch (IOException taken)
        {
            throw new GatewayException($"'{start.Listen}' cannot be listened on: {taken.Message.TrimEnd('.')}. Choose another with --listen "
                + "HOST:PORT; port 0 picks one that is free.", isOutside: true);
        }
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new(journal, leases, events, app, client) { Address = new(address), Faults = faults };
    }

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

    static WebApplication Door(IPEndPoint listen, GatewayServer server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
            kestrel.Listen(listen, l => l.Protocols = HttpProtocols.Http1AndHttp2);
        });
        var app = builder.Build();
        app.Run(server.Handle);
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync().ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
        client.Dispose();
        await journal.DisposeAsync().ConfigureAwait(false);
        events.Dispose();
        leases.Dispose();
    }
}
