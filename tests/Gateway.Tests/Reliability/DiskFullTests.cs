using System.Diagnostics;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>A journal that cannot grow: calls on their way are answered honestly, none is let in, and nothing is lost when room is back.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class DiskFullTests
{
    const long Mebi = 1024 * 1024;

    // A limit on the size of files, which the kernel keeps as it keeps the end of a disk; prlimit lifts it again.
    static void LimitFiles(ProcessStartInfo start)
    {
        var command = start.ArgumentList.Prepend(start.FileName).ToList();
        start.FileName = "/bin/sh";
        start.ArgumentList.Clear();
        // Blocks of 512 bytes: some forty lines. The signal that would end the process is ignored, so that a write fails instead.
        foreach (var part in (string[])["-c", "trap '' XFSZ; ulimit -S -f 64; exec \"$@\"", "sh", .. command]) start.ArgumentList.Add(part);
        // The runtime maps its code from a file of memory, which the limit would hit as well.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
    }

    static async Task Lift(GatewayProcess gateway)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", $"{gateway.Id}", "--fsize=unlimited:"]);
        await prlimit.WaitForExitAsync(Rig.Cancel);
        Assert.Equal(0, prlimit.ExitCode);
    }

    [Fact]
    public async Task A_full_disk_stops_calls_and_loses_none()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/prlimit"), "needs prlimit, to give the room back");
        await using var rig = await Rig.Make("budgets:\n  organisation: {amount: $10 a month}",
            options: new() { Latency = _ => new(TimeSpan.FromMilliseconds(50), TimeSpan.Zero) });
        var key = rig.Key();
        // The file of leases is made once, at full length.
        await (await rig.StartProcess()).Stop();
        var gateway = await rig.StartProcess(LimitFiles);
        using var caller = new Caller(gateway.Address, key);
        Assert.Equal(200, (await caller.Get("/ready")).Status);

        // Until the journal is full, and calls on their way with it.
        var replies = new List<Reply>();
        for (var round = 0; round < 40 && (await caller.Get("/ready")).Status == 200; round++)
            replies.AddRange(await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? caller.Converse("hello") : caller.ConverseStream("hello"))));

        var (status, ready) = await caller.Get("/ready");
        Assert.Equal(503, status);
        Assert.StartsWith("not ready: the journal cannot be written", ready, StringComparison.Ordinal);
        var late = replies.Where(r => r.Status == 503 || r.Events is [.., "modelStreamErrorException"]).ToList();
        Assert.NotEmpty(late);
        Assert.Contains(late, r => r.Text.Contains("cannot be written down", StringComparison.Ordinal));

        // Nobody is let in, and those that are turned away leave nothing in memory.
        var (served, before) = (rig.Served.Count, gateway.PeakMemory);
        for (var i = 0; i < 400; i++)
        {
            var refused = await caller.Converse("hello");
            Assert.Equal(503, refused.Status);
            Assert.Contains("The journal cannot be written", refused.Message, StringComparison.Ordinal);
            Assert.Equal("journal", refused.Headers["x-assay-refused"]);
        }
        Assert.Equal(served, rig.Served.Count);
        Assert.True(gateway.PeakMemory - before < 100 * Mebi, $"{(gateway.PeakMemory - before) / Mebi} MB more");
        var held = await caller.Budget("organisation");
        Assert.True(held.Reserved > 0);

        await Lift(gateway);
        await Rig.Until(() => caller.Get("/ready").GetAwaiter().GetResult().Status == 200, "the journal is written again");
        Assert.Equal(200, (await caller.Converse("hello")).Status);

        // Every call that Bedrock answered is in the journal, those too whose clients heard that it could not be written.
        var lines = rig.Lines();
        Assert.Equal(rig.Served.Count, rig.Records().Count);
        Assert.All(replies, r => Assert.Single(lines, l => l.Contains(r.Id, StringComparison.Ordinal)));
        var sums = await caller.Budget("organisation");
        Assert.Equal((rig.Records().Sum(r => Rig.Cost(r)), 0m, 0m), (sums.Spent, sums.Reserved, sums.Held));
    }

    [Fact]
    public async Task A_gateway_that_dies_with_a_full_disk_holds_what_it_could_not_write()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell's ulimit");
        await using var rig = await Rig.Make("budgets:\n  organisation: {amount: $10 a month}");
        var key = rig.Key();
        await (await rig.StartProcess()).Stop();
        var gateway = await rig.StartProcess(LimitFiles);
        using (var caller = new Caller(gateway.Address, key))
            for (var round = 0; round < 40 && (await caller.Get("/ready")).Status == 200; round++)
                await Task.WhenAll(Enumerable.Range(0, 8).Select(i => caller.Converse("hello")));
        gateway.Kill();

        using var after = new Caller((await rig.StartProcess()).Address, key);

        var sums = await after.Budget("organisation");
        var records = rig.Records();
        Assert.Equal(records.Sum(r => Rig.Cost(r)), sums.Spent);
        Assert.True(records.Count < rig.Served.Count);
        Assert.True(sums.Held > 0);
    }
}
