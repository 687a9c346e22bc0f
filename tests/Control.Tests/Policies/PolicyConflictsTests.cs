using Assay.Control.Policies;
using Assay.Testing;

namespace Assay.Control.Tests.Policies;

/// <summary>Rules that contradict each other or change nothing are named with both their lines.</summary>
public class PolicyConflictsTests
{
    const string Accounts = "policy: Test\naccounts:\n  prod: {id: '111111111111', env: prod}\n  dev: {id: '222222222222', env: dev}\n";

    static readonly Dictionary<string, IReadOnlyList<string>> Served = new()
    {
        ["amazon.nova-lite-v1:0"] = ["us-east-1"], ["us.amazon.nova-lite-v1:0"] = ["us-east-1", "us-west-2"],
    };

    static IReadOnlyList<PolicyConflict> Of(string lines) => PolicyConflicts.Of(SomePolicies.Of(Accounts + lines), SomePolicies.Catalog, Served);

    [Fact]
    public void Every_kind_of_conflict_is_named_with_its_lines() => Golden.Matches(string.Join('\n', Of("""
        allow:
          haiku-in-dev: {env: dev, models: Claude Haiku 4.5}
          all-haiku: {models: 'anthropic.claude-haiku-*'}
          haiku-again: {models: 'anthropic.claude-haiku-*'}
          opus-in-dev: {account: dev, models: Claude Opus 4.5}
          from-europe: {env: prod, models: Nova Pro, regions: 'eu-*'}
          anywhere: {env: prod, models: Nova Premier, scopes: global}
          unserved: {models: amazon.nova-lite-v1:0, regions: ap-south-1}
          nobody: {env: staging, models: Nova Micro}
        deny:
          no-opus-in-dev: {env: dev, models: 'anthropic.claude-opus-*'}
          no-opus-4-in-dev: {env: dev, models: Claude Opus 4.5}
          no-llama: {models: 'meta.llama*'}
        limits:
          united-states: {regions: 'us-*', scopes: [in_region, geo]}
          europe: {env: prod, regions: 'eu-*'}
          guard-1: {guardrail: g1}
          guard-2: {env: prod, guardrail: g2}
        budgets:
          ghost: {amount: $5 a month, env: test, owner: a@example.com}
        """).Select(c => $"{c.Kind}: {c}")));

    [Theory]
    [InlineData("allow:\n  a: {models: 'amazon.*'}\ndeny:\n  d: {models: 'amazon.nova-pro-*'}")]
    [InlineData("allow:\n  a: {env: dev, models: 'amazon.*'}\n  b: {env: prod, models: 'amazon.*'}")]
    [InlineData("allow:\n  a: {models: 'amazon.*'}\nlimits:\n  a1: {env: prod, regions: 'us-*'}\n  a2: {env: dev, regions: 'eu-*'}")]
    [InlineData("allow:\n  a: {models: 'amazon.*'}\nlimits:\n  a1: {guardrail: any}\n  a2: {env: dev, guardrail: g1}")]
    public void Rules_that_merely_meet_are_no_conflict(string lines) => Assert.Empty(Of(lines));

    [Fact]
    public void A_policy_that_locks_out_everybody_says_so_first()
    {
        var policy = SomePolicies.Of(Accounts + "allow:\n  a: {models: Nova Pro, regions: eu-west-1}\nlimits:\n  us: {regions: 'us-*'}\n");
        Assert.StartsWith("this policy locks out every principal in every account", Assert.Single(PolicyConflicts.LockedOut(policy)));
        var one = SomePolicies.Of(Accounts + "allow:\n  a: {env: dev, models: Nova Pro}\n");
        Assert.Equal("this policy locks out every principal in prod (111111111111): no call of any model is permitted there",
            Assert.Single(PolicyConflicts.LockedOut(one)));
    }

    [Theory]
    [InlineData("allow:\n  a: {key: 'k-*', models: Nova Pro}\n", 1)]
    [InlineData("allow:\n  a: {key: 'k-*', env: prod, models: Nova Pro}\n  b: {env: dev, models: Nova Pro}\n", 1)]
    [InlineData("allow:\n  a: {key: 'k-*', principal: Gateway, models: Nova Pro}\n", 0)]
    public void A_policy_for_gateway_keys_alone_locks_out_every_principal(string lines, int count)
    {
        var locked = PolicyConflicts.LockedOut(SomePolicies.Of(Accounts + lines));
        Assert.Equal(count, locked.Count);
        Assert.All(locked, l => Assert.Contains("gateway keys, which AWS does not see", l, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("in_region", "geo", true)]
    [InlineData("[in_region, geo]", "geo", false)]
    [InlineData("[in_region, geo]", "global", true)]
    public void A_team_whose_profiles_are_of_a_scope_that_a_limit_excludes_is_named(string limit, string profiles, bool isNamed)
    {
        var found = Of($"teams:\n  checkout: {{profiles: Nova Pro, scope: {profiles}}}\nlimits:\n  home: {{env: prod, scopes: {limit}}}\n");
        if (!isNamed) Assert.Empty(found);
        else Assert.StartsWith($"the team 'checkout' has profiles of the scope {profiles}, but 'home'", Assert.Single(found).Message);
    }

    [Fact]
    public void Guardrails_and_tags_that_are_asked_for_lock_nobody_out() => Assert.Empty(PolicyConflicts.LockedOut(SomePolicies.Of(
        Accounts + "limits:\n  g: {guardrail: any}\n  g2: {env: prod, guardrail: g1}\n  t: {tags: [team, app]}\n")));
}
