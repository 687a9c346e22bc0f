using Assay.Control.Policies;
using Assay.Testing;

namespace Assay.Control.Tests.Policies;

/// <summary>Each mistake of a policy file has one clear line, and all are told at once.</summary>
public class PolicyReaderTests
{
    const string Head = "policy: Test\naccounts:\n  prod: {id: '111111111111', env: prod}\n";

    [Fact]
    public void A_file_full_of_mistakes_tells_all_of_them_at_once() => Golden.Matches(string.Join('\n', SomePolicies.Errors("""
        polcy: Mistakes
        region: Frankfurt
        mantle: perhaps
        accounts:
          prod: {id: 11111111, env: prod, regions: [us-east-9], owner: nobody}
          dev: {env: dev}
          prod: {id: '222222222222'}
        teams:
          checkout: {owner: a@example.com, profiles: ['amazon.nova-*'], scope: everywhere}
        groups:
          small: [Claude Haiku 4.5, Nova Mikro]
          none: {}
        allow:
          first:
            account: prd
            team: chekout
            models: [Claude Sonet 4.5, us.amazon.nova-lite-v1:0, 'nova-*']
            scopes: [geography]
          second: {env: prod}
          copy: *first
          third: [1, 2]
        deny:
          first: {models: opus}
        limits:
          empty: {team: checkout}
          guard: {guardrail: Regulated!, max_request: 5 tokens}
        budgets:
          b1: {amount: $1,000, owner: finops}
          b2: {amount: '1000', steps: [90 %, 50 %], owner: a@example.com}
          b3: {amount: 0 a month, steps: [1 %, 2 %, 3 %, 4 %, 5 %], owner: a@example.com, hard: maybe}
        alarms:
          a1: {latency: 20, endpoints: [nova], input_tokens: -5}
        logging: {bucket: UPPER, keep: forever}
        export:
        """)));

    [Theory]
    [InlineData("allow:\n  a: {models: small}", "test.yaml:5:15: 'small' is not a known model or group")]
    [InlineData("allow:\n  a: {models: Claude Haiku 4.6}", "did you mean 'Claude Haiku 4.5'?")]
    [InlineData("allow:\n  a: {account: prd, models: '*'}", "test.yaml:5:16: 'prd' is not an account of this policy; did you mean 'prod'?; accepted: prod")]
    [InlineData("limits:\n  a: {max_request: $5 a month}", "has the unit 'a month'")]
    [InlineData("budgets:\n  a: {amount: $500, owner: a@b.example}", "'$500' has no unit; accepted: US dollars a month")]
    [InlineData("allow:\n  a: {models: eu.amazon.nova-lite-v1:0}", "is a profile of scope 'geo'; accepted: 'amazon.nova-lite-v1:0', and 'scopes' beside it")]
    public void A_mistake_is_named_with_its_place_and_what_is_accepted(string lines, string words) =>
        Assert.Contains(words, Assert.Single(SomePolicies.Errors(Head + lines)).ToString());

    [Fact]
    public void The_sample_has_no_mistake_and_no_conflict()
    {
        var policy = SomePolicies.Of(File.ReadAllText(Path.Combine(Repository.Root, "samples", "policy.yaml")));
        Assert.Empty(PolicyConflicts.Of(policy, SomePolicies.Catalog, new Dictionary<string, IReadOnlyList<string>>()));
        Assert.Empty(PolicyConflicts.LockedOut(policy));
    }

    [Fact]
    public void JSON_reads_as_YAML_does()
    {
        var yaml = SomePolicies.Of(Head + "allow:\n  a: {models: [Nova Lite], regions: us-*}\n");
        var json = SomePolicies.Of("""
            {
            	"policy": "Test",
            	"accounts": {"prod": {"id": "111111111111", "env": "prod"}},
            	"allow": {"a": {"models": ["Nova Lite"], "regions": "us-*"}}
            }
            """);
        Assert.Equal(yaml.Allow[0].Models, json.Allow[0].Models);
        Assert.Equal(yaml.Allow[0].Regions, json.Allow[0].Regions);
    }

    [Fact]
    public void Whatever_is_cut_out_of_a_file_it_is_read_or_refused()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "samples", "policy.yaml"));
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Int[1, 60], Gen.OneOf(Gen.Const(""), Gen.Const(": "), Gen.Const("["), Gen.Const("- "), Gen.Const("*x")))
            .Sample((at, length, put) =>
            {
                var read = PolicyReader.Read("test.yaml", text[..at] + put + text[Math.Min(text.Length, at + length)..], SomePolicies.Catalog);
                return read is PolicyReading.Read || read is PolicyReading.Mistaken { Errors.Count: > 0 };
            }, iter: 400);
    }
}
