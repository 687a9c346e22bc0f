using System.Diagnostics;
using System.Text.Json;
using Assay.Testing;

namespace Assay.Gateway.Tests.Clients;

/// <summary>
/// Runs a script that uses an official client, in a process of its own, and gives what each of its cases saw. The clients are those of
/// package-lock.json; './test Gateway' installs them.
/// </summary>
static class ClientScript
{
    static readonly string Sources = Path.Combine(Repository.Root, "tests", "Gateway.Tests", "Clients");
    static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "clients");

    /// <summary>What the newest clients ask for.</summary>
    const int NodeLeast = 20;

    /// <summary>Why no script can run here; null where one can.</summary>
    public static string? Missing { get; } = NodeVersion() switch
    {
        null => "needs Node.js, which is not installed",
        < NodeLeast and var old => $"needs Node.js {NodeLeast}; {old} is installed",
        _ => Directory.Exists(Path.Combine(Folder, "node_modules", "openai")) ? null
            : "needs the official clients; './test Gateway' installs them with npm",
    };

    static int? NodeVersion()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
            var said = node.StandardOutput.ReadToEnd();
            return int.TryParse(said.TrimStart('v').Split('.')[0], out var major) ? major : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    public static async Task<JsonElement> Run(string script, Door door)
    {
        // A script finds its packages beside it.
        foreach (var source in Directory.GetFiles(Sources, "*.mjs")) File.Copy(source, Path.Combine(Folder, Path.GetFileName(source)), overwrite: true);
        var start = new ProcessStartInfo("node", ["--no-warnings", Path.Combine(Folder, script)])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var key = door.Keys["clients"];
        foreach (var (name, value) in new[]
        {
            ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", door.Address), ("AWS_BEARER_TOKEN_BEDROCK", key), ("AWS_REGION", "us-east-1"),
            ("OPENAI_BASE_URL", door.Address + "/v1"), ("OPENAI_API_KEY", key),
            ("ANTHROPIC_BASE_URL", door.Address), ("ANTHROPIC_API_KEY", key), ("ANTHROPIC_BEDROCK_BASE_URL", door.Address),
            ("CASE_PROFILE", Door.Profile), ("CASE_LEAP", door.Own.Address + "/leap"), ("CASE_POOR_KEY", door.Keys["poor"]), ("CASE_HURRIED_KEY", door.Keys["hurried"]),
        }) start.Environment[name] = value;
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync();
        var said = await node.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(3));
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, $"{script}: {await errors}");
        return JsonDocument.Parse(said).RootElement;
    }
}

/// <summary>A gateway, and what the cases of a script saw of it: made once for the tests of a client.</summary>
sealed class ClientRun(string script) : IAsyncDisposable
{
    Door? door;
    JsonElement seen;

    public Door Door => door!;

    public async ValueTask Start()
    {
        if (ClientScript.Missing is not null) return;
        door = await Door.Open();
        seen = await ClientScript.Run(script, door);
    }

    /// <summary>What a case saw. Skips the test where no script can run.</summary>
    public Seen Saw(string name)
    {
        Assert.SkipWhen(ClientScript.Missing is not null, ClientScript.Missing ?? "");
        return new(seen.GetProperty(name));
    }

    public ValueTask DisposeAsync() => door?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>What a client saw of a call: members of JSON, by paths such as <c>usage.inputTokens</c>.</summary>
sealed record Seen(JsonElement Json)
{
    public JsonElement this[string path] => path.Split('.').Aggregate(Json, (at, name) =>
        int.TryParse(name, out var index) ? at[index] : at.TryGetProperty(name, out var inner) ? inner : Fail(path));

    JsonElement Fail(string path)
    {
        Assert.Fail($"'{path}' is not in what the client saw: {Json}");
        return default;
    }

    public string? Text(string path) => this[path].GetString();
    public long Number(string path) => this[path].GetInt64();
    public Seen In(string path) => new(this[path]);
}
