using System.Globalization;
using System.Text.Json;

namespace Assay.Desk.Tests.Plans;

/// <summary>Little to go by: an honest answer, and never a saving made up.</summary>
public sealed class ThinInputTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void One_call_gives_a_plan_without_a_saving() => Honest(LogText.Call("r-1", LogText.Sonnet, input: 90_000, output: 900));

    [Fact]
    public void An_hour_of_calls_says_that_it_is_an_hour()
    {
        var plan = Honest(string.Concat(Enumerable.Range(0, 60).Select(i => LogText.Call($"r-{i}", LogText.Sonnet, input: 9_000, output: 90, time: $"2026-07-01T10:{i:00}:00Z"))));
        Assert.Contains(Notes(plan), n => n.Contains("The records span 59 min", StringComparison.Ordinal));
    }

    [Fact]
    public void Calls_that_all_failed_cost_nothing_and_save_nothing()
    {
        var plan = Honest(string.Concat(Enumerable.Range(0, 9).Select(i => LogText.Call($"r-{i}", error: "ThrottlingException"))));
        Assert.Equal("0", plan.GetProperty("current_monthly").GetString());
        Assert.Contains(Notes(plan), n => n.StartsWith("No call was answered", StringComparison.Ordinal));
    }

    [Fact]
    public void A_clock_that_was_a_year_off_is_told()
    {
        var plan = Honest(LogText.Call("r-old", input: 10, output: 10, time: "2025-07-01T10:00:00Z")
            + string.Concat(Enumerable.Range(0, 9).Select(i => LogText.Call($"r-{i}", input: 1_000, output: 10, time: $"2026-07-01T1{i}:00:00Z"))));
        Assert.Contains(Notes(plan), n => n.Contains("A wrong clock", StringComparison.Ordinal));
    }

    [Fact]
    public void One_name_in_two_accounts_is_two_workloads()
    {
        var plan = Honest(LogText.Call("r-1", input: 1_000, output: 10) + LogText.Call("r-2", input: 1_000, output: 10, account: "444455556666"));
        Assert.Equal(2, plan.GetProperty("workloads").GetArrayLength());
        Assert.Contains(Notes(plan), n => n.StartsWith("'ChatRole' calls from 2 accounts", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rule_that_holds_for_nothing_is_told()
    {
        folder.Write("c.yaml", "workloads:\n  - match: {app: nowhere}\n    max_wait: 24 h\n");
        var plan = Honest(LogText.Call("r-1", input: 1_000, output: 10), "--constraints", "c.yaml");
        Assert.Contains(Notes(plan), n => n.Contains("for app 'nowhere' holds for no workload", StringComparison.Ordinal));
    }

    [Fact]
    public void Standard_input_a_folder_and_a_ledger_give_the_same_plan()
    {
        var log = Nightly();
        folder.Write("logs/a.json", log);
        var read = folder.Run("plan", "logs", "--json").MustSucceed().Output;
        Assert.Equal(read, folder.RunWithInput(log, "plan", "-", "--json").MustSucceed().Output);
        folder.Run("ledger", "import", "logs", "--ledger", "kept.ledger").MustSucceed();
        Assert.Equal(read, folder.Run("plan", "kept.ledger", "--json").MustSucceed().Output);
    }

    [Fact]
    public void However_many_workers_read_the_plan_is_the_same_to_the_byte()
    {
        foreach (var day in Enumerable.Range(1, 6)) folder.Write($"logs/{day}.json", Nightly(day, 1));
        var one = folder.Run("plan", "logs", "--json", "--workers", "1").MustSucceed().Output;
        Assert.Contains("\"batch\"", one, StringComparison.Ordinal);
        foreach (var workers in (string[])["2", "4"])
            Assert.Equal(one, folder.Run("plan", "logs", "--json", "--workers", workers).MustSucceed().Output);
    }

    JsonElement Honest(string log, params string[] more)
    {
        folder.Write("logs/calls.json", log);
        var plan = folder.Run(["plan", "logs", "--json", .. more]).MustSucceed().Json;
        Assert.DoesNotContain(plan.GetProperty("actions").EnumerateArray(), a => a.GetProperty("kind").GetString() == "saving");
        Assert.Equal("0", plan.GetProperty("saving_monthly").GetString());
        return plan;
    }

    static List<string> Notes(JsonElement plan) => [.. plan.GetProperty("notes").EnumerateArray().Select(n => n.GetString()!)];

    // A hundred and fifty calls at two in the morning, every night.
    static string Nightly(int first = 1, int days = 6) => string.Concat(Enumerable.Range(first, days).SelectMany(day => Enumerable.Range(0, 150).Select(i =>
        LogText.Call(string.Create(CultureInfo.InvariantCulture, $"r-{day}-{i}"), LogText.Sonnet, input: 30_000, output: 900, role: "assumed-role/NightRole/job",
            time: string.Create(CultureInfo.InvariantCulture, $"2026-07-{day:00}T02:{i / 3:00}:{i % 3 * 20:00}Z")))));
}
