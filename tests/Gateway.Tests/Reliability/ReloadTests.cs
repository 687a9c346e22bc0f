using System.Diagnostics;
using System.IO.Compression;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>Budgets that change while the gateway runs: none is asked before what was spent is counted in it.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class ReloadTests
{
    const string Late = "models:\n  late: {to: [" + Rig.Lite + "]}\n";

    static async Task<bool> IsTakenUp(Caller caller) => (await caller.Get("/v1/models")).Text.Contains("late", StringComparison.Ordinal);

    [Fact]
    public async Task A_budget_that_is_new_refuses_the_first_call_after_the_change_where_the_journal_exceeds_it()
    {
        await using var rig = await Rig.Make("budgets:\n  organisation: {amount: $100 a month}");
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);
        for (var i = 0; i < 5; i++) Assert.Equal(200, (await caller.Converse("[[tokens=100]] hello")).Status);
        using (var journal = new HeldFile(rig.Journal))
        {
            rig.Configure(Late + "budgets:\n  organisation: {amount: $100 a month}\n  new: {amount: $0.00001 a month}");
            await journal.Reached;

            // The journal is being read: calls go on as before, and what they cost is not lost on the new budget.
            Assert.False(await IsTakenUp(caller));
            Assert.Equal(200, (await caller.Converse("[[tokens=100]] hello")).Status);
            Assert.Single((await caller.Budgets()).EnumerateArray());
        }
        await Rig.Until(() => IsTakenUp(caller).GetAwaiter().GetResult(), "the change is taken up");

        var refused = await caller.Converse("hello");

        Assert.Equal(403, refused.Status);
        Assert.StartsWith("Budget 'new' has $0 left of $0.00001", refused.Message, StringComparison.Ordinal);
        Assert.Equal(rig.Records().Sum(r => Rig.Cost(r)), (await caller.Budget("new")).Spent);
        Assert.Empty(rig.Warnings);
    }

    [Fact]
    public async Task A_budget_with_another_window_refuses_as_before_while_its_sums_are_read()
    {
        await using var rig = await Rig.Make("budgets:\n  organisation: {amount: $0.00012 a month}\nclamp_to_budgets: no");
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);
        Assert.Equal(200, (await caller.Converse("[[tokens=180]] hello", maxTokens: 180)).Status);
        Assert.Equal(403, (await caller.Converse("[[tokens=180]] hello", maxTokens: 180)).Status);
        using (var journal = new HeldFile(rig.Journal))
        {
            rig.Configure(Late + "budgets:\n  organisation: {amount: $0.00012 a day}\nclamp_to_budgets: no");
            await journal.Reached;

            Assert.Equal(403, (await caller.Converse("[[tokens=180]] hello", maxTokens: 180)).Status);
        }
        await Rig.Until(() => IsTakenUp(caller).GetAwaiter().GetResult(), "the change is taken up");

        Assert.Equal(403, (await caller.Converse("[[tokens=180]] hello", maxTokens: 180)).Status);
        Assert.Equal("day", (await caller.Budgets())[0].GetProperty("window").GetString());
    }

    [Fact]
    public async Task A_key_that_is_revoked_does_not_wait_for_the_sums_of_a_budget()
    {
        await using var rig = await Rig.Make();
        string[] keys = [rig.Key(), rig.Key("second")];
        var address = (await rig.StartHost()).Address;
        using var caller = new Caller(address, keys[0]);
        using var second = new Caller(address, keys[1]);
        Assert.Equal(200, (await second.Converse("hello")).Status);
        using var journal = new HeldFile(rig.Journal);
        rig.Keys.Change(all => all[^1] = all[^1] with { Revoked = DateTime.UtcNow });
        rig.Configure(Late + "budgets:\n  new: {amount: $1 a month}");
        await journal.Reached;

        Assert.Equal((200, 403), ((await caller.Converse("hello")).Status, (await second.Converse("hello")).Status));
        Assert.False(await IsTakenUp(caller));
    }

    [Fact]
    public async Task A_key_that_is_revoked_stops_though_the_configuration_has_a_mistake()
    {
        await using var rig = await Rig.Make("budgets:\n  organisation: {amount: $1 a month}");
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);
        Assert.Equal(200, (await caller.Converse("hello")).Status);
        rig.Configure("budgets:\n  organisation: {amount: plenty}");
        await Rig.Until(() => !rig.Warnings.IsEmpty, "the mistake is said");

        rig.Keys.Change(all => all[^1] = all[^1] with { Revoked = DateTime.UtcNow });

        await Rig.Until(() => caller.Converse("hello").GetAwaiter().GetResult().Status == 403, "the key is revoked");
    }

    /// <summary>A file of the journal whose first reader waits until this is disposed: a pipe that nothing comes out of.</summary>
    sealed class HeldFile : IDisposable
    {
        readonly string path;
        readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly ManualResetEventSlim released = new();
        readonly Task writing;

        public HeldFile(string folder)
        {
            path = Path.Combine(folder, "0000-held.jsonl.gz");
            using (var made = Process.Start("mkfifo", path)) made.WaitForExit();
            writing = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        /// <summary>Somebody reads it.</summary>
        public Task Reached => reached.Task.WaitAsync(TimeSpan.FromSeconds(60));

        void Write()
        {
            // Opening waits for a reader.
            using var pipe = Open(FileAccess.Write);
            reached.TrySetResult();
            released.Wait();
            // Who opens it once more finds a file as any other.
            using (var file = File.Create(path + ".next")) Pack(file);
            File.Move(path + ".next", path, overwrite: true);
            Pack(pipe);
        }

        static void Pack(Stream into)
        {
            using var packed = new GZipStream(into, CompressionLevel.Fastest);
            packed.Write("\n"u8);
        }

        FileStream Open(FileAccess access) => new(path, FileMode.Open, access, FileShare.ReadWrite, 1);

        public void Dispose()
        {
            released.Set();
            // Where nobody ever came.
            if (!reached.Task.IsCompleted) Open(FileAccess.ReadWrite).Dispose();
            writing.Wait();
            released.Dispose();
        }
    }
}
