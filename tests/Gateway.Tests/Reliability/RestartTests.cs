using System.Text.Json;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>Restarts and reloads: what was spent stays spent, what was told is not told again, a mistake changes nothing.</summary>
[Collection(nameof(OneGatewayAtATime))]
public sealed class RestartTests
{
    const string Budgets = "budgets:\n  organisation: {amount: $0.0006 a month, steps: [10 %, 20 %, 50 %]}\n  each-team: {per: team, amount: $1 a day}";

    static string[] Told(Rig rig) => File.ReadAllLines(Path.Combine(rig.Data, "budget-events.jsonl"));

    static async Task<string> Sums(Caller caller) => (await caller.Budgets()).GetRawText();

    [Fact]
    public async Task After_a_clean_stop_budgets_and_what_was_told_are_the_same()
    {
        await using var rig = await Rig.Make(Budgets);
        var key = rig.Key();
        var gateway = await rig.StartProcess();
        string before;
        using (var caller = new Caller(gateway.Address, key))
        {
            for (var i = 0; i < 12; i++) Assert.Equal(200, (await caller.Converse($"[[tokens={50 + i}]] hello", maxTokens: 70)).Status);
            before = await Sums(caller);
        }
        Assert.Equal(0, await gateway.Stop());
        var told = Told(rig);

        for (var start = 0; start < 2; start++)
        {
            gateway = await rig.StartProcess();
            using (var again = new Caller(gateway.Address, key)) Assert.Equal(before, await Sums(again));
            Assert.Equal(0, await gateway.Stop());
        }

        Assert.Equal(told, Told(rig));
        Assert.NotEmpty(told);
        Assert.Equal(told.Length, told.Select(l => JsonSerializer.Deserialize<JsonElement>(l))
            .Select(e => (e.GetProperty("budget").GetString(), e.GetProperty("of").GetString(), e.GetProperty("window_start").GetString(), e.GetProperty("step").GetString()))
            .Distinct().Count());
    }

    [Fact]
    public async Task A_line_of_the_events_that_a_crash_cut_short_spoils_neither_the_next_nor_itself()
    {
        await using var rig = await Rig.Make(Budgets);
        var key = rig.Key();
        var gateway = await rig.StartHost();
        using (var caller = new Caller(gateway.Address, key))
            for (var i = 0; i < 12; i++) await caller.Converse("[[tokens=60]] hello", maxTokens: 70);
        await rig.StopAll();
        var told = Told(rig);
        var path = Path.Combine(rig.Data, "budget-events.jsonl");
        var bytes = await File.ReadAllBytesAsync(path, Rig.Cancel);

        for (var cut = 1; cut < told[^1].Length; cut += 17)
        {
            await File.WriteAllBytesAsync(path, bytes[..^cut], Rig.Cancel);
            await rig.StartHost();
            await rig.StopAll();
            Assert.Equal(told.Select(WithoutTime), Told(rig).Select(WithoutTime));
        }

        // Only the moment may differ: it is told again at the start.
        static string WithoutTime(string line) => string.Join(' ', JsonSerializer.Deserialize<JsonElement>(line).EnumerateObject()
            .Where(m => m.Name is "budget" or "of" or "step" or "window_start").Select(m => m.Value.GetString()));
    }

    [Fact]
    public async Task Asked_to_end_the_gateway_lets_answers_end_and_writes_them_down()
    {
        await using var rig = await Rig.Make(options: new() { Latency = _ => new(TimeSpan.FromMilliseconds(800), TimeSpan.Zero) });
        var key = rig.Key();
        var gateway = await rig.StartProcess();
        using var caller = new Caller(gateway.Address, key);
        var replies = Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? caller.Converse("[[tokens=5]] hello") : caller.ConverseStream("[[tokens=5]] hello")).ToList();
        await Task.Delay(400, Rig.Cancel);

        var exit = await gateway.Stop();

        Assert.Equal(0, exit);
        Assert.All(await Task.WhenAll(replies), r => Assert.Equal(200, r.Status));
        Assert.Equal(8, rig.Records().Count);
        Assert.Equal("", gateway.Said);
    }

    [Fact]
    public async Task A_host_that_is_stopped_with_calls_that_nobody_reads_any_more_writes_them_down()
    {
        await using var rig = await Rig.Make(Budgets);
        var key = rig.Key();
        var gateway = await rig.StartHost();
        using (var caller = new Caller(gateway.Address, key))
        using (var gone = new CancellationTokenSource())
        {
            using var response = await caller.Open($"/model/{Uri.EscapeDataString(Rig.Lite)}/converse-stream",
                new StringContent(Caller.Body("[[stall]] [[tokens=150]] hello")), gone.Token);
            await response.Content.ReadAsStreamAsync(gone.Token);
        }

        await rig.StopAll();

        Assert.True(Assert.Single(rig.Records()).Tokens.Output > 0);
        Assert.Empty(rig.Warnings);
    }

    [Fact]
    public async Task A_limit_that_changes_takes_effect_and_keeps_what_was_spent()
    {
        await using var rig = await Rig.Make("budgets:\n  organisation: {amount: $1 a month}");
        var key = rig.Key();
        var gateway = await rig.StartHost();
        using var caller = new Caller(gateway.Address, key);
        for (var i = 0; i < 5; i++) await caller.Converse("[[tokens=100]] hello");
        var before = await caller.Budget("organisation");

        rig.Configure("budgets:\n  organisation: {amount: $0.00001 a month}");
        await Rig.Until(() => caller.Budget("organisation").GetAwaiter().GetResult().Limit == 0.00001m, "the new limit");

        var after = await caller.Budget("organisation");
        Assert.Equal(before.Spent, after.Spent);
        Assert.Equal(403, (await caller.Converse("hello")).Status);
        rig.Configure("budgets:\n  organisation: {amount: $2 a month}");
        await Rig.Until(() => caller.Budget("organisation").GetAwaiter().GetResult().Limit == 2m, "the limit after that");
        Assert.Equal(200, (await caller.Converse("hello")).Status);
    }

    [Fact]
    public async Task A_file_with_a_mistake_changes_nothing_and_is_reported()
    {
        await using var rig = await Rig.Make("budgets:\n  organisation: {amount: $1 a month}");
        var key = rig.Key();
        var gateway = await rig.StartHost();
        using var caller = new Caller(gateway.Address, key);
        await caller.Converse("hello");
        var before = await Sums(caller);

        foreach (var wrong in (string[])["budgets:\n  organisation: {amount: plenty}", "budgets: [", "nonsense: yes"])
        {
            rig.Warnings.Clear();
            rig.Configure(wrong);
            await Rig.Until(() => !rig.Warnings.IsEmpty, "a warning");
            Assert.Contains("is not taken up: ", Assert.Single(rig.Warnings), StringComparison.Ordinal);
            Assert.Equal(JsonSerializer.Deserialize<JsonElement>(before)[0].GetProperty("spent_usd").GetString(),
                (await caller.Budgets())[0].GetProperty("spent_usd").GetString());
            Assert.Equal(200, (await caller.Converse("[[tokens=1]]", maxTokens: 1)).Status);
            before = await Sums(caller);
        }
        rig.Warnings.Clear();
        rig.Configure("region: us-east-9\nrates:\n  r: {per: key}\nnonsense: yes");
        await Rig.Until(() => !rig.Warnings.IsEmpty, "a warning of them all");
        var warning = Assert.Single(rig.Warnings).Split('\n');
        Assert.Equal("the configuration was changed and is not taken up: 3 mistakes; the settings before it stay in force.", warning[0]);
        Assert.Equal(["4", "6", "7"], warning[1..].Select(l => l.Split(':')[1]));
        Assert.Empty(rig.Told);

        File.Delete(rig.Config);
        rig.Warnings.Clear();
        await Rig.Until(() => !rig.Warnings.IsEmpty, "a warning that it is gone");
        Assert.Equal(200, (await caller.Converse("hello")).Status);
    }

    [Fact]
    public async Task A_change_that_is_taken_up_is_told_in_a_line_and_so_is_that_nothing_changed()
    {
        const string rules = "budgets:\n  organisation: {amount: $1 a month}\nroutes:\n  all: {to: us.amazon.nova-lite-v1:0}";
        await using var rig = await Rig.Make("budgets:\n  organisation: {amount: $1 a month}");
        rig.Key();
        await rig.StartHost();

        rig.Configure(rules);
        await Rig.Until(() => rig.Told.Count == 1, "the news");
        rig.Configure(rules);
        File.SetLastWriteTimeUtc(rig.Config, DateTime.UtcNow.AddSeconds(5));
        await Rig.Until(() => rig.Told.Count == 2, "that there are none");
        rig.Key("two");
        await Rig.Until(() => rig.Told.Count == 3, "news of the keys");

        Assert.Equal(
        [
            $"'{rig.Config}' changed and is taken up: 1 key, 1 upstream, 1 budget, 1 route.", $"'{rig.Config}' was written anew; nothing changed.",
            $"'{rig.Keys.Path}' changed and is taken up: 2 keys, 1 upstream, 1 budget, 1 route.",
        ], rig.Told);
        Assert.Empty(rig.Warnings);
    }

    [Fact]
    public async Task A_budget_that_is_new_begins_with_the_sums_of_the_month_whatever_is_on_its_way()
    {
        await using var rig = await Rig.Make("journal: {file: 20 KB}\nbudgets:\n  organisation: {amount: $100 a month}",
            options: new() { Latency = _ => new(TimeSpan.FromMilliseconds(2), TimeSpan.Zero) });
        string[] keys = [rig.Key("a"), rig.Key("b", team: "blue")];
        var gateway = await rig.StartHost();
        using var done = new CancellationTokenSource();
        using var first = new Caller(gateway.Address, keys[0]);
        using var second = new Caller(gateway.Address, keys[1]);
        async Task Storm(Caller caller)
        {
            while (!done.IsCancellationRequested) await caller.Converse("[[tokens=50]] hello");
        }
        var storm = Enumerable.Range(0, 16).Select(i => Storm(i % 2 == 0 ? first : second)).ToList();

        const int changes = 5;
        for (var i = 0; i < changes; i++)
        {
            await Task.Delay(200, Rig.Cancel);
            rig.Configure($"journal: {{file: 20 KB}}\nbudgets:\n  organisation: {{amount: $100 a month}}\n"
                + string.Concat(Enumerable.Range(0, i + 1).Select(n => $"  new-{n}: {{per: team, amount: $50 a month}}\n")));
            await Rig.Until(() => first.Budgets().GetAwaiter().GetResult().EnumerateArray().Any(b => b.GetProperty("budget").GetString() == $"new-{i}"), "the budget");
        }
        await done.CancelAsync();
        await Task.WhenAll(storm);

        Assert.Empty(rig.Warnings);
        var records = rig.Records();
        Assert.Equal(records.Sum(r => Rig.Cost(r)), (await first.Budget("organisation")).Spent);
        foreach (var budget in Enumerable.Range(0, changes).Select(n => $"new-{n}"))
            foreach (var team in (string[])["red", "blue"])
                Assert.Equal(records.Where(r => r.Caller.Team == team).Sum(r => Rig.Cost(r)), (await first.Budget(budget, team)).Spent);
    }
}
