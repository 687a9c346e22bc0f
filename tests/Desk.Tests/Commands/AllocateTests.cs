using Assay.Testing;

namespace Assay.Desk.Tests.Commands;

public sealed class AllocateTests : IDisposable
{
    const string Rules = """
        name: July
        by: ['tag:project', app]
        owners:
          search: {principal: 'ana'}
        shared:
          - {name: floor, monthly: 345.60, split: by requests}
          - {name: support, percent: 10 %, split: {apollo: 1, borealis: 1}}
        unallocated: {to: platform}
        """;

    readonly Folder folder = new();

    public AllocateTests()
    {
        folder.Write("log.jsonl", LogText.Small + LogText.Call("r-9", input: 10_000, output: 1));
        folder.Write("rules.yaml", Rules);
    }

    public void Dispose() => folder.Dispose();

    [Theory, InlineData("showback"), InlineData("chargeback")]
    public void The_statement_adds_up_to_the_report_and_what_is_declared(string view)
    {
        var report = folder.Run("report", "log.jsonl", "--json").MustSucceed().Json;
        var json = folder.Run("allocate", "log.jsonl", "--rules", "rules.yaml", "--view", view, "--json").MustSucceed().Json;
        Assert.Equal(report.GetProperty("total").GetString(), json.GetProperty("usage").GetString());
        decimal Usd(System.Text.Json.JsonElement of, string name) => decimal.Parse(of.GetProperty(name).GetString()!);
        var owners = json.GetProperty("owners").EnumerateArray().ToList();
        var left = view == "showback" ? Usd(json.GetProperty("unallocated"), "cost") : 0m;
        Assert.Equal(Usd(json, "total"), owners.Sum(o => Usd(o, "total")) + left);
        Assert.Equal(Usd(json, "charged"), owners.Sum(o => Usd(o, "charged")) + Usd(json.GetProperty("unallocated"), "charged"));
        // Four days of a floor of 345.60 a month.
        Assert.Equal(46.08m, Usd(json.GetProperty("shared")[0], "amount"));
        Assert.Equal("ChatRole", Assert.Single(json.GetProperty("unallocated").GetProperty("by").EnumerateArray()).GetProperty("principal").GetString());
    }

    [Theory, InlineData("showback"), InlineData("chargeback")]
    public void The_file_to_book_from_adds_up_to_what_is_charged(string view)
    {
        var json = folder.Run("allocate", "log.jsonl", "--rules", "rules.yaml", "--view", view, "--csv", "c.csv", "--json").MustSucceed().Json;
        var lines = File.ReadAllLines(folder.PathOf("c.csv"));
        Assert.Equal("period_start,period_end,owner,kind,cost,amount_usd", lines[0]);
        Assert.Equal(decimal.Parse(json.GetProperty("charged").GetString()!), lines.Skip(1).Sum(l => decimal.Parse(l.Split(',')[^1])));
        foreach (var owner in json.GetProperty("owners").EnumerateArray())
            Assert.Equal(decimal.Parse(owner.GetProperty("charged").GetString()!),
                lines.Skip(1).Select(l => l.Split(',')).Where(c => c[2] == owner.GetProperty("owner").GetString()).Sum(c => decimal.Parse(c[^1])));
    }

    [Fact]
    public void A_month_is_its_days_and_no_others()
    {
        var july = folder.Run("allocate", "log.jsonl", "--rules", "rules.yaml", "--month", "2026-07", "--json").MustSucceed().Output;
        Assert.Equal(july, folder.Run("allocate", "log.jsonl", "--rules", "rules.yaml", "--from", "2026-07-01", "--to", "2026-08-01", "--json").Output);
        Assert.NotEqual(july, folder.Run("allocate", "log.jsonl", "--rules", "rules.yaml", "--month", "2026-06", "--json").Output);
    }

    [Theory]
    [InlineData("--month 'July' is not a month; write it as 2026-07.", "--month", "July")]
    [InlineData("--month stands alone; leave out --from and --to.", "--month", "2026-07", "--from", "2026-07-01")]
    [InlineData("cannot write 'no/c.csv': its folder does not exist", "--csv", "no/c.csv")]
    public void What_cannot_be_written_or_read_is_said_in_one_line(string said, params string[] more)
    {
        var ended = folder.Run(["allocate", "log.jsonl", "--rules", "rules.yaml", .. more]);
        Assert.Equal(2, ended.Exit);
        Assert.Contains(said, Assert.Single(ended.Errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_team_is_sent()
    {
        folder.Run("allocate", "log.jsonl", "--rules", "rules.yaml", "--view", "chargeback", "--markdown", "c.md", "--xlsx", "c.xlsx", "--html", "c.html").MustSucceed();
        Golden.Matches(File.ReadAllText(folder.PathOf("c.md")));
        Assert.True(new FileInfo(folder.PathOf("c.xlsx")).Length > 1_000);
        Assert.Contains("Chargeback", File.ReadAllText(folder.PathOf("c.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_showback_looks_like() => Golden.Matches(folder.Run("allocate", "log.jsonl", "--rules", "rules.yaml").MustSucceed().Output);

    [Fact]
    public void What_a_chargeback_looks_like() =>
        Golden.Matches(folder.Run("allocate", "log.jsonl", "--rules", "rules.yaml", "--view", "chargeback").MustSucceed().Output);

    [Fact]
    public void What_has_no_price_is_called_unpriced_and_not_zero()
    {
        folder.Write("opaque.jsonl", LogText.Call("r-5", LogText.Profile, input: 100, output: 10));
        var output = folder.Run("allocate", "opaque.jsonl", "--rules", "rules.yaml").MustSucceed().Output;
        Assert.Contains("unpriced   ChatRole in 111122223333  1 request", output);
        Assert.Contains("1 request without a full price", output);
    }

    [Fact]
    public void Every_mistake_of_the_rules_is_told_and_then_one_line_of_advice()
    {
        folder.Write("bad.yaml", "by: departement\ncolour: blue\n");
        var ended = folder.Run("allocate", "log.jsonl", "--rules", "bad.yaml");
        Assert.Equal((2, ""), (ended.Exit, ended.Output));
        Assert.Contains("bad.yaml:1: 'departement' is not a dimension; accepted: app,", ended.Errors);
        Assert.Contains("bad.yaml:2: 'colour' is not a key", ended.Errors);
        Assert.Contains("has 2 mistakes. docs/allocation.md has every key.", ended.ErrorLines[^1]);
    }

    [Theory]
    [InlineData("--rules is missing")]
    [InlineData("'nowhere.yaml'", "--rules", "nowhere.yaml")]
    [InlineData("'spendback' is not a view", "--rules", "rules.yaml", "--view", "spendback")]
    [InlineData("one.yaml:1: 'colour' is not a key", "--rules", "one.yaml")]
    [InlineData("the rules do not say who pays", "--rules", "keep.yaml", "--view", "chargeback")]
    public void Bad_input_is_one_clear_line(string expected, params string[] arguments)
    {
        folder.Write("one.yaml", "{colour: blue, by: app}");
        folder.Write("keep.yaml", "by: app");
        Assert.Contains(expected, folder.Run(["allocate", "log.jsonl", .. arguments]).MustRefuse());
    }
}
