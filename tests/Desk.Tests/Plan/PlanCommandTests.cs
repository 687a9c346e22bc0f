namespace Assay.Desk.Tests.Plans;

public sealed class PlanCommandTests : IDisposable
{
    readonly Folder folder = new();

    public PlanCommandTests() => folder.Write("logs/calls.json", LogText.Call("r-1", input: 10, output: 10));

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("'nowhere' does not exist", "nowhere")]
    [InlineData("--from 2026-07-02 is not before --to 2026-07-01", "logs", "--from", "2026-07-02", "--to", "2026-07-01")]
    [InlineData("none of the 1 record lies between --from and --to", "logs", "--from", "2026-08-01")]
    [InlineData("--max-calls '0' is not a number of model calls", "logs", "--max-calls", "0")]
    [InlineData("--fail-on 'everything' is not a condition", "logs", "--fail-on", "everything")]
    [InlineData("'nothing.yaml': ", "logs", "--constraints", "nothing.yaml")]
    [InlineData("there is no price book 'acme'", "logs", "--book", "acme")]
    [InlineData("an estate is planned by itself", "logs", "estate.yaml")]
    [InlineData("an estate describes a month", "estate.yaml", "--from", "2026-07-01")]
    public void What_cannot_be_planned_is_said_in_one_line(string said, params string[] arguments) =>
        Assert.Contains(said, folder.Run(["plan", .. arguments]).MustRefuse(), StringComparison.Ordinal);

    [Fact]
    public void A_single_mistake_of_the_constraints_is_one_line()
    {
        folder.Write("c.yaml", "residency: europe\n");
        Assert.Equal("assay: c.yaml:1: 'europe' is not accepted for 'residency'; accepted: anywhere, geography, region.",
            folder.Run("plan", "logs", "--constraints", "c.yaml").MustRefuse());
    }

    [Fact]
    public void All_mistakes_of_the_constraints_are_told_before_any_log_is_read()
    {
        folder.Write("c.yaml", "residency: europe\nmax_calls: many\nworkloads: [{match: {}, fixed: yes, max_wait: 1 h}]\n");
        var ended = folder.Run("plan", "nowhere", "--constraints", "c.yaml");
        Assert.Equal((2, ""), (ended.Exit, ended.Output));
        Assert.Equal(4, ended.ErrorLines.Length);
        Assert.All(ended.ErrorLines[..3], (line, i) => Assert.StartsWith($"assay: c.yaml:{i + 1}: ", line, StringComparison.Ordinal));
        Assert.Equal("assay: 'c.yaml' has 3 mistakes. docs/plan.md has every key.", ended.ErrorLines[3]);
    }

    [Fact]
    public void Help_ends_with_an_example() =>
        Assert.Contains("assay plan ./logs --constraints", folder.Run("plan", "--help").MustSucceed().Output, StringComparison.Ordinal);

    [Fact]
    public void It_stands_among_the_commands() =>
        Assert.Contains("  plan      What to change", folder.Run("--help").MustSucceed().Output, StringComparison.Ordinal);
}
