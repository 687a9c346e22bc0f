using System.Globalization;
using System.Text.Json;
using Assay.Testing;

namespace Assay.Desk.Tests.Commands;

public class ModelTests
{
    static string Sample(string name) => Path.Combine(Repository.Root, "samples", name);

    [Theory, InlineData("startup-chat.yaml"), InlineData("enterprise.yaml"), InlineData("bank.yaml")]
    public void A_sample_is_billed_and_its_lines_add_up(string sample)
    {
        using var json = JsonDocument.Parse(Cli.Run("model", Sample(sample), "--json").Output);
        var (month, year) = (json.RootElement.GetProperty("monthly"), json.RootElement.GetProperty("annual"));
        Assert.Equal(Usd(month, "total"), month.GetProperty("lines").EnumerateArray().Sum(l => Usd(l, "cost")));
        Assert.Equal(Usd(month, "total"), Usd(month, "inference") + Usd(month, "ancillary"));
        Assert.Equal(12m * Usd(month, "total"), Usd(year, "total"));
        var unoptimised = Usd(json.RootElement.GetProperty("unoptimised"), "annual");
        Assert.Equal(unoptimised - Usd(year, "total"), Usd(json.RootElement.GetProperty("saving"), "annual"));
        foreach (var workload in json.RootElement.GetProperty("workloads").EnumerateArray())
            Assert.All(workload.GetProperty("modes").EnumerateArray(), m => Assert.True(m.GetProperty("allowed").GetBoolean()
                || m.GetProperty("why").GetString()!.Length > 0));
    }

    [Fact]
    public void What_an_architect_reads() => Golden.Matches(Cli.Run("model", Sample("startup-chat.yaml"), "--book", "guide").Output);

    [Fact]
    public void Ranges_give_a_range_and_what_moves_it()
    {
        using var json = JsonDocument.Parse(Cli.Run("model", Sample("bank.yaml"), "--draws", "200", "--json").Output);
        var outlook = json.RootElement.GetProperty("outlook");
        Assert.True(Usd(outlook, "p5") < Usd(outlook, "p95"));
        Assert.NotEqual(0, outlook.GetProperty("moved_by").GetArrayLength());
    }

    [Fact]
    public void Lines_stay_within_a_hundred_columns() => Assert.All(
        Cli.Run("model", Sample("enterprise.yaml"), "--draws", "50").Output.Split('\n'), line => Assert.InRange(line.Length, 0, 100));

    [Fact]
    public void A_file_that_is_not_there_is_wrong_input()
    {
        var result = Cli.Run("model", "nowhere.yaml");
        Assert.Equal(2, result.Exit);
        Assert.Contains("'nowhere.yaml'", result.Errors, StringComparison.Ordinal);
    }

    static decimal Usd(JsonElement element, string name) =>
        decimal.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
