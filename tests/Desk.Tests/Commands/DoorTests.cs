namespace Assay.Desk.Tests.Commands;

public sealed class DoorTests : IDisposable
{
    readonly Folder folder = new();

    public DoorTests() => folder.Write("small.jsonl", LogText.Small);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("report")]
    [InlineData("rate")]
    [InlineData("explain")]
    [InlineData("demo")]
    [InlineData("prices")]
    [InlineData("prices list")]
    [InlineData("prices show")]
    [InlineData("prices modes")]
    [InlineData("prices diff")]
    [InlineData("prices check")]
    [InlineData("prices import")]
    public void Every_command_has_help_with_an_example(string command)
    {
        var help = folder.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).MustSucceed().Output;
        Assert.Matches(@"Example:\s+assay \w", help);
        Assert.Contains($"assay {command}".TrimEnd(), help);
        Assert.DoesNotContain("Assay.Desk", help);
    }

    [Theory]
    [InlineData("did you mean 'assay report'", "reprot", "small.jsonl")]
    [InlineData("did you mean 'assay prices show'", "prices", "shwo")]
    [InlineData("did you mean 'model'", "report", "small.jsonl", "--by", "modle")]
    [InlineData("did you mean 'principal'", "report", "small.jsonl", "--by", "app,principle")]
    [InlineData("'--jsn' is not an option", "report", "small.jsonl", "--jsn")]
    [InlineData("'assay report --help'", "report")]
    [InlineData("'assay --help'")]
    [InlineData("unpriced, skipped, over>AMOUNT", "report", "small.jsonl", "--fail-on", "over>much")]
    [InlineData("write it as 2026-07-24", "report", "small.jsonl", "--from", "07/01/2026")]
    [InlineData("there is no price book 'awz'", "rate", "small.jsonl", "--book", "awz")]
    [InlineData("is not a day", "rate", "small.jsonl", "--book", "aws@yesterday")]
    [InlineData("does not exist", "report", "nowhere")]
    [InlineData("'assay model' bills an estate", "report", "estate.yaml")]
    public void A_slip_is_answered_with_one_line_that_says_what_to_do(string answer, params string[] arguments)
    {
        folder.Write("estate.yaml", "workloads: []\n");
        Assert.Contains(answer, folder.Run(arguments).MustRefuse());
    }

    [Fact]
    public void The_demo_makes_its_logs_and_rates_them()
    {
        var ended = folder.Run("demo", "--into", "tour").MustSucceed();
        Assert.Contains("Bedrock spend", ended.Output);
        Assert.True(File.Exists(folder.PathOf("tour/report.html")));
        Assert.True(File.Exists(folder.PathOf("tour/profiles.json")));
        // What it proposes to run next does run.
        var next = ended.Output.Split('\n').Single(l => l.Contains("assay explain ", StringComparison.Ordinal)).Trim().Split(' ');
        folder.Run(next[1..]).MustSucceed();
        Assert.Contains("exists already", folder.Run("demo", "--into", "tour").MustRefuse());
    }
}
