using Assay.Control.Policies;
using Assay.Control.Traffic;
using Assay.Pricing;
using Assay.Rating;
using Assay.Testing;
using Assay.Usage;

namespace Assay.Control.Tests.Traffic;

/// <summary>What real calls break, how many of them, and what they cost.</summary>
public class TrafficCheckTests
{
    const string Head = "policy: Test\naccounts:\n  prod: {id: '111111111111', env: prod}\n  dev: {id: '222222222222', env: dev}\n";
    static readonly PriceBook Book = Read();

    static PriceBook Read()
    {
        using var text = new StreamReader(Path.Combine(Repository.Root, "prices", "aws", "2026-06-30-pricing-page.csv"));
        return PriceBooks.Read("aws", [("page.csv", text)], null);
    }

    static CallKind Kind(string account = "111111111111", string team = "a", string principal = "App", string model = "meta.llama3-3-70b-instruct-v1:0",
        Scope scope = Scope.InRegion, string app = "x") => new(new(account, principal, app, team, "", TagValues.None), "us-east-1",
            new(model, scope, model.StartsWith("arn:", StringComparison.Ordinal) ? ModelKind.OpaqueProfile : ModelKind.Foundation,
                SomePolicies.Catalog.Find(model)), "Converse");

    // A million input tokens of Llama 3.3 70B cost 0.72 USD.
    static UsageRecord Call(CallKind kind, decimal millions = 1m, string day = "2026-07-01", string? stop = "end_turn", bool guarded = false) => new(kind)
    {
        Time = DateTime.Parse(day + "T10:00:00", System.Globalization.CultureInfo.InvariantCulture),
        Tokens = new() { Input = (long)(millions * 1_000_000m) }, StopReason = stop,
        Amounts = guarded ? [new(Meter.GuardrailContent, 1m)] : null,
    };

    static TrafficFindings Check(string lines, params UsageRecord[] records)
    {
        var policy = SomePolicies.Of(Head + lines);
        var check = new TrafficCheck(policy, policy.TagKeys);
        var charges = new Charge[Rater.ChargesMax];
        foreach (var record in records) check.Add(record, charges.AsSpan(0, Rater.Rate(record, Book, charges)));
        return check.Findings();
    }

    static string Say(TrafficFindings found) => string.Join("; ", found.Breaks.Select(b =>
        $"{b.Break.Kind} {b.Break.Rule} {b.Requests} {b.Cost:0.####}"));

    [Fact]
    public void A_call_that_no_rule_permits_is_counted_with_its_cost()
    {
        var found = Check("allow:\n  prod: {env: prod, models: 'meta.*'}\n", Call(Kind()), Call(Kind("222222222222")), Call(Kind("222222222222"), 2m));
        Assert.Equal("NotAllowed  2 2.16", Say(found));
        Assert.Equal((3, 2.88m, 2, 2.16m), (found.Requests, found.Cost, found.Breaking, found.BreakingCost));
    }

    [Fact]
    public void A_call_that_breaks_two_rules_counts_once_in_the_whole()
    {
        var found = Check("deny:\n  d: {models: 'meta.*'}\nlimits:\n  t: {tags: [app, team]}\n", Call(Kind(team: "", app: "")));
        Assert.Equal("Denied d 1 0.72; Tag t 1 0.72; Tag t 1 0.72", Say(found));
        Assert.Equal((1, 0.72m), (found.Breaking, found.BreakingCost));
    }

    [Fact]
    public void A_dear_request_breaks_its_ceiling_and_its_siblings_do_not() =>
        Assert.Equal("RequestCost c 1 1.44", Say(Check("limits:\n  c: {max_request: $1}\n", Call(Kind()), Call(Kind(), 2m))));

    [Fact]
    public void Whether_a_guardrail_was_there_is_told_by_bodies_alone()
    {
        var found = Check("limits:\n  g: {guardrail: any}\n", Call(Kind(), guarded: true), Call(Kind()), Call(Kind(), stop: null));
        Assert.Equal("Guardrail g 1 0.72", Say(found));
        Assert.Equal(1, Assert.Single(found.Undecided).Requests);
    }

    [Fact]
    public void A_model_behind_an_unmapped_profile_is_not_judged()
    {
        var found = Check("allow:\n  p: {models: 'amazon.*'}\n", Call(Kind(model: "arn:aws:bedrock:us-east-1:111111111111:application-inference-profile/x")));
        Assert.Empty(found.Breaks);
        Assert.Contains("--profiles", Assert.Single(found.Undecided).Reason);
    }

    [Fact]
    public void A_bill_that_does_not_tell_the_caller_is_not_held_against_the_caller()
    {
        var bill = Kind(team: "", principal: "") with { IsSum = true };
        Assert.Equal("", Say(Check("allow:\n  a: {team: a, principal: App, models: 'meta.*'}\n", Call(bill))));
        Assert.Equal("NotAllowed  0 0.72", Say(Check("allow:\n  a: {team: a, env: dev, models: 'meta.*'}\n", Call(bill))));
    }

    [Fact]
    public void A_call_without_a_price_is_not_held_to_be_within_its_ceiling()
    {
        var found = Check("limits:\n  c: {max_request: $1}\n", Call(Kind(model: "maker.unknown-v1:0")), Call(Kind()));
        Assert.Empty(found.Breaks);
        Assert.Equal((1, "some of a call has no price, so whether it kept to its ceiling is not known"),
            (Assert.Single(found.Undecided).Requests, found.Undecided[0].Reason));
    }

    [Fact]
    public void A_failed_call_breaks_nothing() => Assert.Equal("", Say(Check("deny:\n  d: {models: '*'}\n",
        new UsageRecord(Kind()) { ErrorCode = "AccessDeniedException" })));

    [Fact]
    public void A_budget_names_the_day_of_each_step()
    {
        var found = Check("budgets:\n  b: {amount: $2 a month, env: prod, owner: a@example.com}\n",
            Call(Kind(), day: "2026-07-01"), Call(Kind(), day: "2026-07-03"), Call(Kind(), day: "2026-07-10"), Call(Kind("222222222222")),
            Call(Kind(), day: "2026-08-01"));
        Assert.Equal("2026-07 2.16 1.08 6.48: 0.5 07-03, 0.75 07-10, 0.9 07-10, 1 07-10 | 2026-08 0.72 0.36 21.60:", string.Join(" | ", found.Budgets.Select(b =>
            FormattableString.Invariant($"{b.Month:yyyy-MM} {b.Spent:0.##} {b.Share:0.##} {b.PerMonth:0.00}: ")
                + string.Join(", ", b.Steps.Select(s => FormattableString.Invariant($"{s.Step} {s.Day:MM-dd}"))))).TrimEnd());
    }

    [Fact]
    public void Steps_are_reached_once_a_month_and_never_before_their_share() =>
        Gen.Select(Gen.Select(Gen.Int[1, 28], Gen.Int[1, 200]).Array[1, 30], Gen.Int[1, 50]).Sample((calls, amount) =>
        {
            var found = Check($"budgets:\n  b: {{amount: ${amount} a month, owner: a@example.com}}\n",
                [.. calls.Select(c => Call(Kind(), c.Item2 / 10m, $"2026-07-{c.Item1:00}"))]);
            var month = Assert.Single(found.Budgets);
            Assert.Distinct(month.Steps.Select(s => s.Step));
            Assert.All(month.Steps, s =>
            {
                decimal Until(int days) => calls.Where(c => c.Item1 <= s.Day.Day - days).Sum(c => c.Item2 / 10m * 0.72m);
                Assert.True(Until(0) >= s.Step * amount && Until(1) < s.Step * amount);
            });
            Assert.Equal(((decimal[])[0.5m, 0.75m, 0.9m, 1m]).Count(s => month.Share >= s), month.Steps.Count);
        }, iter: 300);

    [Fact]
    public void A_draft_permits_what_it_was_made_of_and_nothing_of_another_team()
    {
        UsageRecord[] records =
        [
            Call(Kind(), 3m), Call(Kind(team: "", principal: "ana o'neil")), Call(Kind("222222222222", team: "no"), day: "2026-07-20"),
            Call(Kind(model: "amazon.nova-lite-v1:0", scope: Scope.Geo)), Call(Kind("222222222222", team: "yes", model: "amazon.nova-pro-v1:0", scope: Scope.Global)),
        ];
        var draft = new PolicyDraft();
        var charges = new Charge[Rater.ChargesMax];
        foreach (var record in records) draft.Add(record, charges.AsSpan(0, Rater.Rate(record, Book, charges)));
        var text = draft.Write("Drafted", "finops@example.com");
        Golden.Matches(text);
        var policy = SomePolicies.Of(text);
        var check = new TrafficCheck(policy, policy.TagKeys);
        foreach (var record in records) check.Add(record, charges.AsSpan(0, Rater.Rate(record, Book, charges)));
        Assert.Equal("", Say(check.Findings()));
        Assert.DoesNotContain(check.Findings().Budgets, b => b.IsOver);
        var other = Call(Kind("222222222222", team: "a", model: "amazon.nova-pro-v1:0", scope: Scope.Global));
        check.Add(other, charges.AsSpan(0, Rater.Rate(other, Book, charges)));
        Assert.StartsWith("NotAllowed", Say(check.Findings()));
    }

    static string Draft(params UsageRecord[] records)
    {
        var draft = new PolicyDraft();
        var charges = new Charge[Rater.ChargesMax];
        foreach (var record in records) draft.Add(record, charges.AsSpan(0, Rater.Rate(record, Book, charges)));
        return draft.Write("Drafted", "finops@example.com");
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("ends\n")]
    [InlineData("a\tb\u0085c\u2028d")]
    [InlineData("it's \"so\": #1")]
    [InlineData("back\\slash\n")]
    [InlineData(" spaced ")]
    public void A_draft_of_any_tag_value_is_read_back_and_permits_it(string team)
    {
        var record = Call(Kind(team: team, app: "x"));
        var policy = SomePolicies.Of(Draft(record));
        Assert.Empty(PolicyMeaning.Breaks(policy, new()
        {
            Account = "111111111111", Team = team, Model = record.Kind.Model.Id, Scope = Scope.InRegion, Region = "us-east-1",
            Tags = new HashSet<string> { "app", "team" },
        }));
    }

    [Fact]
    public void A_draft_leaves_models_out_that_its_check_would_refuse()
    {
        var text = Draft(Call(Kind()), Call(Kind(model: "maker.new-model-v1:0")));
        Assert.Contains("# 1 call was of models that prices/models.csv does not list, left out here: 'maker.new-model-v1:0'", text,
            StringComparison.Ordinal);
        SomePolicies.Of(text);
    }

    [Theory]
    [InlineData("us-east-1", "endpoints: [us.amazon")]
    [InlineData("ap-northeast-1", "# not told which")]
    public void A_draft_names_no_endpoint_that_may_not_be_the_one_called(string region, string line) => Assert.Contains(line,
        Draft(Call(Kind(model: "amazon.nova-lite-v1:0", scope: Scope.Geo) with { Region = region })).Replace("'", "", StringComparison.Ordinal),
        StringComparison.Ordinal);
}
