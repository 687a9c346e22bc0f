using System.Globalization;
using System.Text.Json;
using Assay.Testing;

namespace Assay.Desk.Tests.Commands;

public sealed class ModelTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    static string Sample(string name) => Path.Combine(Repository.Root, "samples", name);

    [Theory, InlineData("startup-chat.yaml"), InlineData("enterprise.yaml"), InlineData("bank.yaml")]
    public void A_sample_is_billed_and_its_lines_add_up(string sample)
    {
        var json = folder.Run("model", Sample(sample), "--json").MustSucceed().Json;
        var (month, year) = (json.GetProperty("monthly"), json.GetProperty("annual"));
        Assert.Equal(Usd(month, "total"), month.GetProperty("lines").EnumerateArray().Sum(l => Usd(l, "cost")));
        Assert.Equal(Usd(month, "total"), Usd(month, "inference") + Usd(month, "ancillary"));
        Assert.Equal(12m * Usd(month, "total"), Usd(year, "total"));
        var unoptimised = Usd(json.GetProperty("unoptimised"), "annual");
        Assert.Equal(unoptimised - Usd(year, "total"), Usd(json.GetProperty("saving"), "annual"));
        foreach (var workload in json.GetProperty("workloads").EnumerateArray())
            Assert.All(workload.GetProperty("modes").EnumerateArray(), m => Assert.True(m.GetProperty("allowed").GetBoolean()
                || m.GetProperty("why").GetString()!.Length > 0));
    }

    [Fact]
    public void What_an_architect_reads() => Golden.Matches(folder.Run("model", Sample("startup-chat.yaml"), "--book", "guide").MustSucceed().Output);

    [Fact]
    public void Ranges_give_a_range_and_what_moves_it()
    {
        var json = folder.Run("model", Sample("bank.yaml"), "--draws", "200", "--json").MustSucceed().Json;
        var outlook = json.GetProperty("outlook");
        Assert.True(Usd(outlook, "p5") < Usd(outlook, "p95"));
        Assert.NotEqual(0, outlook.GetProperty("moved_by").GetArrayLength());
    }

    [Fact]
    public void Lines_stay_within_a_hundred_columns() => Assert.All(
        folder.Run("model", Sample("enterprise.yaml"), "--draws", "50").MustSucceed().Output.Split('\n'), line => Assert.InRange(line.Length, 0, 100));

    const string Head = "estate: x\nregion: us-east-1\nbaseline: Nova Pro\n";

    [Theory]
    [InlineData("workloads:\n  a: {model: Nova Pro, requests: '1,000,000 M a month', input_tokens: 10 M, output_tokens: 1}", "e.yaml:5: '1,000,000 M a month'")]
    [InlineData("knowledge_bases:\n  k: {store: managed_index, index_size: 1 GB, documents: 900,000,000 M, tokens_per_document: 900 M, "
        + "refresh: 90 % a month, embedding_model: Titan Text Embeddings V2}", "too large to count")]
    public void Zeros_too_many_were_called_a_defect_of_Assay(string rest, string what)
    {
        folder.Write("e.yaml", Head + rest.Replace("900,000,000 M", "'900,000,000 M'", StringComparison.Ordinal));
        Assert.Contains(what, folder.Run("model", "e.yaml").MustRefuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_estate_of_which_nothing_has_a_price_was_said_to_cost_zero()
    {
        folder.Write("e.yaml", "estate: x\nregion: ap-southeast-6\nbaseline: Nova Pro\nworkloads:\n"
            + "  a: {model: Llama 3.1 70B, requests: 10 a day, input_tokens: 10, output_tokens: 10}\n");
        var line = folder.Run("model", "e.yaml").MustSucceed().Output.Split('\n').First(l => l.StartsWith("As described", StringComparison.Ordinal));
        Assert.DoesNotContain("$0.00", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_wrong_input() =>
        Assert.Contains("'nowhere.yaml'", folder.Run("model", "nowhere.yaml").MustRefuse(), StringComparison.Ordinal);

    [Fact]
    public void Every_mistake_of_an_estate_has_a_line_of_its_own()
    {
        folder.Write("wrong.yaml", "estate: Wrong\nregion: us-east-1\nbaseline: Claude Sonnet 9\nworkloads:\n  chat:\n    modle: nova-micro\n");
        var ended = folder.Run("model", "wrong.yaml");
        Assert.Equal((2, ""), (ended.Exit, ended.Output));
        Assert.True(ended.ErrorLines.Length > 1);
        Assert.All(ended.ErrorLines, line => Assert.StartsWith("assay: wrong.yaml:", line, StringComparison.Ordinal));
    }

    [Fact]
    public void An_estate_is_sampled_and_its_logs_are_reported()
    {
        var said = folder.Run("model", Sample("startup-chat.yaml"), "--sample", "logs", "--days", "2", "--scale", "0.5").MustSucceed().Output;
        Assert.Contains("100% of titles (batch jobs), CloudWatch", said, StringComparison.Ordinal);
        Assert.Contains("  assay report logs", said, StringComparison.Ordinal);
        var report = folder.Run("report", "logs", "--json").MustSucceed().Json;
        Assert.InRange(report.GetProperty("requests").GetInt32(), 9_500, 10_500);
        Assert.Equal((0, 2), (report.GetProperty("unpriced").GetArrayLength(), report.GetProperty("days").GetInt32()));
        Assert.Contains("exists already", folder.Run("model", Sample("startup-chat.yaml"), "--sample", "logs").MustRefuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_in_json_stands_beside_the_bill()
    {
        var json = folder.Run("model", Sample("startup-chat.yaml"), "--sample", "logs", "--days", "1", "--scale", "0.01", "--text", "--json")
            .MustSucceed().Json;
        Assert.InRange(json.GetProperty("sample").GetProperty("calls").GetInt32(), 50, 150);
        Assert.True(json.TryGetProperty("monthly", out _));
    }

    [Theory]
    [InlineData("--days is of a sample; add --sample DIR", "--days", "3")]
    [InlineData("--text is of a sample", "--text")]
    [InlineData("--days '0' is not a number of days from 1 to 366", "--sample", "logs", "--days", "0")]
    [InlineData("--scale '-1' is not a factor above 0", "--sample", "logs", "--scale", "-1")]
    [InlineData("--scale 'NaN' is not a factor above 0", "--sample", "logs", "--scale", "NaN")]
    [InlineData("calls; 100,000,000 are accepted: lower --days or --scale", "--sample", "logs", "--scale", "1000", "--days", "366")]
    public void A_sample_that_cannot_be_made_is_refused_in_one_line(string said, params string[] options)
    {
        Assert.Contains(said, folder.Run(["model", Sample("startup-chat.yaml"), .. options]).MustRefuse(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.PathOf("logs")));
    }

    [Fact]
    public void A_commitment_stands_beside_the_bill()
    {
        var json = folder.Run("model", Sample("bank.yaml"), "--json").MustSucceed().Json;
        var commitment = json.GetProperty("commitment");
        Assert.Equal((3, 9_500_000m), (commitment.GetProperty("years").GetInt32(), Usd(commitment, "gap")));
        Assert.Contains("Committed spend", folder.Run("model", Sample("bank.yaml")).MustSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_samples_say_nothing_that_cannot_be_called() => Assert.All((string[])["startup-chat.yaml", "enterprise.yaml", "bank.yaml"],
        sample => Assert.Equal(0, folder.Run("model", Sample(sample), "--json").MustSucceed().Json.GetProperty("warnings").GetArrayLength()));

    static decimal Usd(JsonElement element, string name) =>
        decimal.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
