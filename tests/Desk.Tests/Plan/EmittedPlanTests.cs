using Assay.Testing;

namespace Assay.Desk.Tests.Plans;

/// <summary>A plan as files: what changes is a diff a person reviews, and the files are read by the commands they are for.</summary>
public sealed class EmittedPlanTests : IDisposable
{
    readonly Folder folder = new();

    public EmittedPlanTests()
    {
        var nightly = string.Concat(Enumerable.Range(1, 6).SelectMany(day => Enumerable.Range(0, 120).Select(i =>
            LogText.Call($"n-{day}-{i}", LogText.Sonnet, input: 9_000, output: 90, role: "assumed-role/NightRole/job", tags: """{"app":"night","team":"data"}""",
                time: $"2026-07-{day:00}T02:{i / 60:00}:{i % 60:00}Z"))));
        var writer = string.Concat(Enumerable.Range(0, 120).Select(i => LogText.Call($"w-{i}", LogText.Sonnet, input: 100, output: 50, cacheWrite: 20_000,
            tags: """{"app":"writer","team":"docs"}""", body: """{"usage":{"cacheDetails":[{"ttl":"5m","inputTokens":20000}]}}""",
            time: $"2026-07-{1 + (i % 6):00}T{9 + (i % 11):00}:{i % 60:00}:00Z")));
        folder.Write("logs/a.json", nightly + writer);
    }

    public void Dispose() => folder.Dispose();

    string Emitted(string file) => File.ReadAllText(folder.PathOf(Path.Combine("out", file)));

    [Fact]
    public void What_changes_is_a_diff()
    {
        folder.Run("plan", "logs", "--emit", "out", "--json").MustSucceed();
        Golden.Matches(Emitted("plan.diff"));
    }

    [Fact]
    public void What_is_to_be_done_is_a_list()
    {
        folder.Run("plan", "logs", "--emit", "out").MustSucceed();
        Golden.Matches(Emitted("README.md"));
    }

    [Fact]
    public void Its_files_are_read_by_the_commands_they_are_for()
    {
        var printed = folder.Run("plan", "logs", "--emit", "out", "--json").MustSucceed().Output;
        Assert.Equal(printed, Emitted("plan.json"));
        folder.Run("policy", "check", "out/policy.yaml").MustSucceed();
        folder.Run("policy", "emit", "out/policy.yaml", "--format", "iam").MustSucceed();
        // Nothing was changed yet.
        Assert.Equal("0", folder.Run("prove", "--plan", "out/plan.json", "logs", "--json").MustSucceed().Json.GetProperty("realised_monthly").GetString());
    }

    [Fact]
    public void A_plan_without_a_change_has_an_empty_diff()
    {
        folder.Write("few/a.json", LogText.Call("r-1", input: 1_000, output: 10));
        folder.Run("plan", "few", "--emit", "out").MustSucceed();
        Assert.Equal("", Emitted("plan.diff"));
    }

    [Fact]
    public void Where_it_cannot_be_written_is_said_in_one_line()
    {
        folder.Write("out", "a file");
        var ended = folder.Run("plan", "logs", "--emit", "out");
        Assert.Equal(2, ended.Exit);
        Assert.Contains("cannot write into 'out'", ended.Errors, StringComparison.Ordinal);
    }
}
