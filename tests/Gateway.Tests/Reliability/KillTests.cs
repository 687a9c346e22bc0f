using System.Collections.Concurrent;
using System.Text.Json;
using Assay.Bedrock;
using Assay.Usage;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>The gateway is killed at any moment, as often as one likes: no answered call is missing, and no money.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class KillTests
{
    const int Kills = 20, Clients = 32;

    [Fact]
    public async Task Every_answered_call_is_in_the_journal_once_and_every_dollar_in_the_budget_however_often_the_gateway_is_killed()
    {
        var dice = new Random(20261128);
        await using var rig = await Rig.Make("budgets:\n  organisation: {amount: $0.5 a month}\n  each: {per: key, amount: $0.2 a month}",
            options: new() { Latency = _ => new(TimeSpan.FromMilliseconds(3), TimeSpan.FromMicroseconds(200)) });
        string[] keys = [rig.Key("a"), rig.Key("b"), rig.Key("c")];
        var answered = new ConcurrentDictionary<string, bool>();
        using var done = new CancellationTokenSource();
        var open = new Door();
        var clients = Enumerable.Range(0, Clients).Select(i => Call(open, keys[i % keys.Length], i, answered, done.Token)).ToArray();
        for (var run = 0; run <= Kills; run++)
        {
            var gateway = await rig.StartProcess();
            await AssertSumsAreRight(rig, gateway.Address, keys[0], $"run {run}");
            if (run == Kills) break;
            open.Open(gateway.Address);
            // Killed after so many answers, not so much time: a busy machine has the same storm, only slower.
            var enough = answered.Count + dice.Next(5, 60);
            for (var look = 0; look < 2_000 && answered.Count < enough; look++) await Task.Delay(5, Rig.Cancel);
            open.Close();
            gateway.Kill();
        }
        await done.CancelAsync();
        open.Open(new("http://127.0.0.1:9"));
        await Task.WhenAll(clients);

        var ids = rig.Lines().Select(l => JsonSerializer.Deserialize<JsonElement>(l).GetProperty("requestId").GetString()!).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Empty(answered.Keys.Except(ids));
        Assert.True(answered.Count > 200, $"only {answered.Count} calls were answered: the storm was too mild to show anything");
    }

    static async Task AssertSumsAreRight(Rig rig, Uri address, string key, string when)
    {
        using var caller = new Caller(address, key);
        // The calls of the run before are billed to their ends, whoever listens.
        var billed = rig.Served.Sum(ServedCost);
        var sums = await caller.Budget("organisation");
        Assert.True(sums.Spent == rig.Records().Sum(r => Rig.Cost(r)), $"{when}: {sums}, and the journal has {rig.Records().Sum(r => Rig.Cost(r))}");
        Assert.True(sums.All <= sums.Limit, $"{when}: {sums}");
        Assert.True(sums.Spent + sums.Held >= billed, $"{when}: {sums}, and Bedrock bills {billed}");
        foreach (var budget in (await caller.Budgets()).EnumerateArray().Select(BudgetSums.Of)) Assert.True(budget.All <= budget.Limit, $"{when}: {budget}");
    }

    static decimal ServedCost(Served served) => Rig.Cost(new UsageRecord
    {
        Caller = Usage.Caller.Nobody, Region = "us-east-1", Model = ModelIdentity.Resolve(Rig.Lite, Rig.Catalog, Usage.Logs.LogReaderOptions.NoProfiles), Time = DateTime.UtcNow,
        Tokens = new() { Input = served.Usage.Input, Output = served.Usage.Output },
    });

    static async Task Call(Door door, string key, int seed, ConcurrentDictionary<string, bool> answered, CancellationToken done)
    {
        var dice = new Random(seed);
        while (!done.IsCancellationRequested)
        {
            var address = await door.Wait();
            using var caller = new Caller(address, key);
            try
            {
                while (!done.IsCancellationRequested && door.IsOpen)
                {
                    var text = $"[[tokens={dice.Next(1, 100)}]] call of client {seed}";
                    var isStream = dice.Next(2) == 0;
                    var reply = isStream ? await caller.ConverseStream(text) : await caller.Converse(text);
                    if (reply.Status == 200 && (!isStream || reply.Events.Contains("metadata"))) answered[reply.Id] = true;
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or OperationCanceledException)
            {
                // Killed while it was answering: nobody promised anything.
            }
        }
    }

    /// <summary>Where clients wait while there is no gateway.</summary>
    sealed class Door
    {
        TaskCompletionSource<Uri> next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsOpen => Volatile.Read(ref next).Task.IsCompleted;
        public Task<Uri> Wait() => Volatile.Read(ref next).Task;
        public void Open(Uri address) => next.TrySetResult(address);
        public void Close() => Volatile.Write(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
