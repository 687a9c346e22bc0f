using Assay.Control.Budgets;
using Assay.Control.Files;

namespace Assay.Control.Tests.Files;

/// <summary>Amounts as people write them in files.</summary>
public class AmountsTests
{
    static readonly Dictionary<string, AmountUnit> Units = new()
    {
        ["duration"] = AmountUnit.Duration, ["bytes"] = AmountUnit.Bytes, ["count"] = AmountUnit.Count,
        ["usd a day"] = AmountUnit.UsdPerDay, ["usd a minute"] = AmountUnit.UsdPerMinute, ["requests a minute"] = AmountUnit.RequestsPerMinute,
        ["tokens a minute"] = AmountUnit.TokensPerMinute,
    };

    [Theory]
    [InlineData("duration", "30 s", 30), InlineData("duration", "5 minutes", 300), InlineData("duration", "1.5 h", 5_400)]
    [InlineData("duration", "250ms", 0.25), InlineData("duration", "2 days", 172_800)]
    [InlineData("bytes", "100 MB", 100_000_000), InlineData("bytes", "64KiB", 65_536), InlineData("bytes", "1.5 kB", 1_500)]
    [InlineData("count", "1,000", 1_000), InlineData("count", "10 k", 10_000), InlineData("usd a day", "$50 per day", 50)]
    [InlineData("usd a minute", "$0.25 a minute", 0.25), InlineData("requests a minute", "600 requests per minute", 600)]
    [InlineData("tokens a minute", "2 M a minute", 2_000_000)]
    public void An_amount_is_read_in_its_unit(string unit, string text, decimal amount)
    {
        Assert.Equal(amount, Units[unit].Read(text, out var wrong));
        Assert.Equal("", wrong);
    }

    [Theory]
    [InlineData("duration", "30", "'30' has no unit; accepted: a time, such as '30 s'")]
    [InlineData("bytes", "1.5 B", "'1.5 B' is not whole; accepted: a size, such as '100 MB'")]
    [InlineData("bytes", "100", "'100' has no unit")]
    [InlineData("count", "$5", "'$5' is money; accepted: a number, such as '1,000'")]
    [InlineData("count", "0.5", "'0.5' is not whole")]
    [InlineData("requests a minute", "600 a day", "has the unit 'a day'; accepted: requests a minute, such as '600 a minute'")]
    public void An_amount_that_is_not_one_says_what_is_accepted(string unit, string text, string words)
    {
        Assert.Null(Units[unit].Read(text, out var wrong));
        Assert.Contains(words, wrong);
    }

    [Fact]
    public void A_budget_names_its_window()
    {
        Assert.Equal(new(50m, BudgetWindow.Day), BudgetAmount.Read("$50 a day", out _));
        Assert.Equal(new(3_000m, BudgetWindow.Month), BudgetAmount.Read("$3,000 per month", out _));
        Assert.Equal(new(20m, BudgetWindow.Rolling(24)), BudgetAmount.Read("$20 in 24 hours", out _));
        Assert.Equal(new(0.5m, BudgetWindow.Rolling(1)), BudgetAmount.Read("0.50 USD in 1 hour", out _));
    }

    [Theory]
    [InlineData("$50"), InlineData("$50 a week"), InlineData("50"), InlineData("lots a day"), InlineData("$0 a day"), InlineData("$5 in 0 hours")]
    [InlineData("$5 in 745 hours"), InlineData("$5 in 3 days"), InlineData("5 tokens in 3 hours"), InlineData("")]
    public void A_budget_that_is_not_one_says_what_is_accepted(string text)
    {
        Assert.Null(BudgetAmount.Read(text, out var wrong));
        Assert.StartsWith($"'{text}' ", wrong);
        Assert.Contains("accepted: ", wrong);
    }

    [Fact]
    public void A_file_of_another_kind_speaks_of_itself()
    {
        var kind = new FileKind("gateway configuration", "starts with 'listen: HOST:PORT'", "docs/gateway.md");
        List<FileError> errors = [];
        Assert.Null(FileTree.Read("g.yaml", "", kind, errors));
        Assert.Equal("g.yaml:1:1: the file is empty; accepted: a gateway configuration, which starts with 'listen: HOST:PORT'.",
            Assert.Single(errors).ToString());
    }

    [Fact]
    public void A_value_with_a_form_of_its_own_is_read_or_told_with_its_place()
    {
        var kind = new FileKind("list of budgets", "names them", "docs/none.md");
        var keys = new KeyTable("a budget", new FileKey("a", new Shape.Words(BudgetAmount.Accepted), ""),
            new FileKey("b", new Shape.Words(BudgetAmount.Accepted), ""), new FileKey("c", new Shape.Words(BudgetAmount.Accepted), ""));
        List<FileError> errors = [];
        var map = FileTree.Read("b.yaml", "a: $5 a day\nb: $5 a week\n", kind, errors)!;
        var section = new FileSection(map, map, keys, "", errors);
        Assert.Equal(new BudgetAmount(5m, BudgetWindow.Day), section.Value<BudgetAmount>("a", BudgetAmount.Read));
        Assert.Null(section.Value<BudgetAmount>("b", BudgetAmount.Read));
        Assert.Null(section.Value<BudgetAmount>("c", BudgetAmount.Read));
        Assert.StartsWith("b.yaml:2:4: '$5 a week' is not understood", Assert.Single(errors).ToString());
    }
}
