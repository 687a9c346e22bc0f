using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Assay.Bedrock;

/// <summary>
/// Bedrock on the loopback address: the real protocol, answers made of a seed, counts that add up, and faults on request.
/// No account is needed.
/// </summary>
/// <remarks>A prompt steers its answer by directives in its last message; see <see cref="LocalFault"/> for the same by script.</remarks>
public sealed class BedrockLocal : IAsyncDisposable
{
    readonly WebApplication server;
    readonly LocalEndpoint endpoint;
    readonly BedrockLocalOptions options;
    readonly ConcurrentQueue<Served> recent = new();
    readonly Lock gate = new();
    long calls, failures;
    LocalUsage usage;

    BedrockLocal(WebApplication server, BedrockLocalOptions options)
    {
        (this.server, this.options) = (server, options);
        endpoint = new(options, Record);
        server.Run(endpoint.Handle);
    }

    /// <summary>Where it listens: <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Calls whose answer has ended, failures included. A call counts before its client can see the answer's end.</summary>
    public long Calls => Interlocked.Read(ref calls);

    /// <summary>Calls that ended with an error, in the answer or in the stream.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>Calls that have begun and whose answer has not ended.</summary>
    public int InFlight => endpoint.InFlight;

    /// <summary>What AWS would bill for all calls together.</summary>
    public LocalUsage Usage
    {
        get
        {
            lock (gate) return usage;
        }
    }

    /// <summary>The latest calls, oldest first, as many as the options keep.</summary>
    public IReadOnlyList<Served> Recent => [.. recent];

    /// <summary>Starts listening; when this returns, <see cref="Address"/> answers.</summary>
    public static async Task<BedrockLocal> Start(BedrockLocalOptions options, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.DeltaTokens, 1);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The limit is Bedrock's own, answered with Bedrock's own error.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
            kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.UseCleartextHttp2());
        });
        var server = builder.Build();
        var local = new BedrockLocal(server, options);
        await server.StartAsync(cancel).ConfigureAwait(false);
        local.Address = new(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return local;
    }

    public async ValueTask DisposeAsync()
    {
        // A hanging call must not hold up its test: no time to finish is given.
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        try
        {
            await server.StopAsync(now.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Calls were still being answered; their connections are closed.
        }
        await server.DisposeAsync().ConfigureAwait(false);
    }

    void Record(Served call)
    {
        lock (gate) usage += call.Usage;
        Interlocked.Increment(ref calls);
        if (call.Error is not null) Interlocked.Increment(ref failures);
        recent.Enqueue(call);
        while (recent.Count > options.RecentMax) recent.TryDequeue(out _);
        options.OnServed?.Invoke(call);
    }
}
