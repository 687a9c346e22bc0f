using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Assay.Testing;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>The gateway as a process of its own, that can be killed.</summary>
sealed class GatewayProcess : IAsyncDisposable
{
    static readonly string Program = Path.Combine(Repository.Root, "artifacts", "bin", "Gateway",
        Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)), "Assay.Gateway.dll");

    readonly Process process;
    readonly ConcurrentQueue<string> said = new();

    GatewayProcess(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) => { if (line.Data is not null) said.Enqueue(line.Data); };
        process.BeginErrorReadLine();
    }

    public Uri Address { get; private set; } = null!;
    public int Id => process.Id;

    /// <summary>What it said on the error stream.</summary>
    public string Said => string.Join('\n', said);

    /// <param name="with">Changes how it is started: under a limit, in another shell.</param>
    public static async Task<GatewayProcess> Start(string data, string config, Action<ProcessStartInfo>? with = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            ArgumentList = { Program, "gateway", "--config", config, "--data", data, "--listen", "127.0.0.1:0", "--json" },
            Environment = { [Rig.KeyVariable] = "local", ["DOTNET_TieredPGO"] = "0" },
        };
        with?.Invoke(start);
        var gateway = new GatewayProcess(Process.Start(start)!);
        if (await gateway.process.StandardOutput.ReadLineAsync(Rig.Cancel) is not { } line)
        {
            await gateway.process.WaitForExitAsync(Rig.Cancel);
            throw new InvalidOperationException($"the gateway did not start: {gateway.Said}");
        }
        gateway.Address = new(JsonSerializer.Deserialize<JsonElement>(line).GetProperty("listening").GetString()!);
        return gateway;
    }

    /// <summary>Ends it between two instructions, as a crash does.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Asks it to end, as an orchestrator does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> Stop()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"])) await kill.WaitForExitAsync(Rig.Cancel);
        await process.WaitForExitAsync(Rig.Cancel);
        return process.ExitCode;
    }

    /// <summary>The most memory it ever held at once, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
