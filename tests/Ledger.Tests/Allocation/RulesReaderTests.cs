using System.Text.Json;
using Assay.Ledger.Allocation;
using Assay.Testing;

namespace Assay.Ledger.Tests.Allocation;

public class RulesReaderTests
{
    [Fact]
    public void Every_mistake_is_told_at_once_with_its_line_and_what_is_accepted() => Golden.Matches(string.Join('\n', Errors("""
        by: [team, departement, meter]
        colour: blue
        owners:
          research: notebooks
          retail: {ap: search}
        shared:
          - name: floor
            amount: -3
            split: by size
          - amount: 10
            monthly: 12
            split: {a: 0}
          - {name: support, percent: 120 %}
          - {name: idle, usage: {}, split: evenly, among: []}
          - seven
        unallocated: {to: it, split: evenly}
        round_to: 0
        """)));

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("seven", "'seven' is no set of rules")]
    [InlineData("[]", "a list is no set of rules")]
    [InlineData("name: x", "nothing says who owns what")]
    [InlineData("by: app\nby: team", "rules.yaml:2: a key stands here a second time")]
    [InlineData("by: [app", "this is neither YAML nor JSON")]
    [InlineData("by: app\n---\nby: team", "rules.yaml:3: a second document starts here")]
    [InlineData("by:", "'' is not accepted")]
    [InlineData("by: app\nunallocated: spread", "'spread' is not accepted for 'unallocated'")]
    [InlineData("by: app\nshared:\n- {name: a, amount: 99999999999999, split: evenly}", "more than a trillion")]
    [InlineData("by: app\nshared:\n- {name: a, amount: 1, split: evenly}\n- {name: a, amount: 1, split: evenly}", "rules.yaml:4: two shared costs are called 'a'")]
    [InlineData("by: app\nshared:\n- {name: a, amount: 1, split: {x: 1}, among: [x]}", "'among' has no meaning beside weights")]
    [InlineData("by: &a [*a]", "rules.yaml:1")]
    public void A_file_that_cannot_be_meant_says_why(string text, string expected) => Assert.Contains(expected, string.Join('\n', Errors(text)));

    [Fact]
    public void A_file_may_be_json()
    {
        var read = Assert.IsType<RulesReading.Read>(RulesReader.Read("rules.json", """
            {
            	"name": "July", "by": ["tag:cost_center", "team"],
            	"shared": [{"name": "commitment", "amount": "1,200.50", "split": {"search": 3, "support": 1}}],
            	"round_to": 1
            }
            """)).Rules;
        Assert.Equal(("July", 1m, "cost_center"), (read.Name, read.Unit, Assert.Single(read.TagKeys)));
        Assert.Equal(new PoolSource.Amount(1200.50m), read.Shared[0].Source);
    }

    [Fact]
    public void The_sample_is_read()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "samples", "allocation.yaml"));
        var read = RulesReader.Read("allocation.yaml", text);
        Assert.True(read is RulesReading.Read, read is RulesReading.Mistaken wrong ? string.Join('\n', wrong.Errors) : "");
    }

    [Fact]
    public void The_schema_knows_the_same_keys()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "samples", "allocation.schema.json")));
        var properties = schema.RootElement.GetProperty("properties");
        Assert.Equal(Accepted("nokey: 1"), Keys(properties));
        Assert.Equal(Accepted("shared: [{nokey: 1}]"), Keys(properties.GetProperty("shared").GetProperty("items").GetProperty("properties")));
        Assert.Equal(Accepted("unallocated: {nokey: 1}"), Keys(properties.GetProperty("unallocated").GetProperty("oneOf")[1].GetProperty("properties")));
        Assert.Equal(Dimension.Fixed, Keys(schema.RootElement.GetProperty("$defs").GetProperty("usage").GetProperty("properties")));

        static List<string> Keys(JsonElement of) => [.. of.EnumerateObject().Select(p => p.Name)];
        static List<string> Accepted(string text) =>
            [.. Errors(text).Single(e => e.Contains("'nokey'")).Split("accepted: ")[1].TrimEnd('.').Split(", ")];
    }

    static List<string> Errors(string text) =>
        [.. Assert.IsType<RulesReading.Mistaken>(RulesReader.Read("rules.yaml", text)).Errors.Select(e => e.ToString())];
}
