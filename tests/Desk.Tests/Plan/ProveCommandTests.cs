using System.Text.Json;
using Assay.Testing;

namespace Assay.Desk.Tests.Plans;

/// <summary>A plan is saved, calls are made, and the command says what came of it.</summary>
public sealed class ProveCommandTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    // Prompts written to the cache and never read; a month later they are plain, and there are twice as many.
    static string Calls(int month, int copies, bool isCached) => string.Concat(Enumerable.Range(0, copies * 120).Select(i => LogText.Call($"r-{month}-{i}",
        LogText.Sonnet, input: isCached ? 100 : 20_100, output: 50, cacheWrite: isCached ? 20_000 : null,
        body: isCached ? """{"usage":{"cacheDetails":[{"ttl":"5m","inputTokens":20000}]}}""" : null,
        time: $"2026-{month:00}-{1 + (i % 10):00}T{10 + (i / 10 % 12):00}:{i % 60:00}:00Z")));

    void Plan()
    {
        folder.Write("july/a.json", Calls(7, 1, isCached: true));
        folder.Write("plan.json", folder.Run("plan", "july", "--json").MustSucceed().Output);
    }

    [Fact]
    public void What_was_stopped_has_saved_its_share_of_twice_the_traffic()
    {
        Plan();
        folder.Write("august/a.json", Calls(8, 2, isCached: false));
        var proof = folder.Run("prove", "--plan", "plan.json", "august", "--json").MustSucceed().Json;
        var action = Assert.Single(proof.GetProperty("actions").EnumerateArray());
        Assert.Equal(("caching", "made"), (action.GetProperty("lever").GetString(), action.GetProperty("state").GetString()));
        Assert.Equal(2 * Money(action, "promised_monthly"), Money(action, "realised_monthly"), 6);
        Assert.Equal(Money(proof, "without_monthly"), Money(proof.GetProperty("plan"), "current_monthly") + Money(proof, "growth_monthly"));
        Assert.Equal(Money(proof, "now_monthly"), Money(proof, "without_monthly") - Money(proof, "realised_monthly"));
    }

    [Fact]
    public void What_a_person_reads()
    {
        Plan();
        folder.Write("august/a.json", Calls(8, 2, isCached: false));
        Golden.Matches(folder.Run("prove", "--plan", "plan.json", "august").MustSucceed().Output);
    }

    [Theory]
    [InlineData("{}", "is not a plan: a field is missing or of another kind")]
    [InlineData("[1", "is not a plan: no JSON at line 1")]
    [InlineData("""{"book":1}""", "is not a plan")]
    public void What_is_no_plan_is_said_in_one_line(string text, string said)
    {
        folder.Write("plan.json", text);
        folder.Write("august/a.json", LogText.Call("r-1", input: 1, output: 1));
        var ended = folder.Run("prove", "--plan", "plan.json", "august");
        Assert.Equal(2, ended.Exit);
        Assert.Contains(said, Assert.Single(ended.Errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_that_counts_nothing_promises_nothing()
    {
        folder.Write("july/a.json", LogText.Call("r-1", input: 1, output: 1));
        folder.Write("plan.json", folder.Run("plan", "july", "--json").MustSucceed().Output);
        var ended = folder.Run("prove", "--plan", "plan.json", "july");
        Assert.Equal(2, ended.Exit);
        Assert.Contains("counts no change: there is nothing to prove", ended.Errors, StringComparison.Ordinal);
    }

    static decimal Money(JsonElement of, string name) => decimal.Parse(of.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}
