using Assay.Ledger.Allocation;
using Assay.Usage;

namespace Assay.Ledger.Tests.Allocation;

public class AllocatorTests
{
    static readonly SpendLine[] Month =
    [
        Line("search", 60m, 600, account: "111111111111"), Line("support", 30m, 100), Line("", 10m, 40, principal: "NotebookRole"),
        Line("platform", 8m, 20),
    ];

    [Fact]
    public void A_showback_has_direct_shared_and_unallocated_side_by_side()
    {
        var statement = Allocate(Rules("by: app\nshared:\n  - {name: floor, amount: 9.00, split: by cost, among: [search, support]}\n"));
        Assert.Equal(["search", "support", "platform"], statement.Owners.Select(o => o.Owner));
        Assert.Equal((60m, 6m, 66m), (statement.Owners[0].Direct, statement.Owners[0].SharedTotal, statement.Owners[0].Total));
        Assert.Equal((30m, 3m), (statement.Owners[1].Direct, statement.Owners[1].SharedTotal));
        Assert.Equal(("NotebookRole", 10m, 40), statement.Unallocated.Select(u => (u.Principal, u.Cost, u.Requests)).Single());
        Assert.Equal((108m, 117m), (statement.Usage, statement.Total));
    }

    [Fact]
    public void Untagged_spend_is_never_spread_silently()
    {
        var refused = Assert.Throws<AllocationException>(() => Allocate(Rules("by: app"), AllocationView.Chargeback));
        Assert.Contains("10 USD of spend name no owner", refused.Message);
        Assert.Contains("unallocated: {to: OWNER}", refused.Message);
    }

    [Theory, InlineData("{to: platform}", "60 30 18"), InlineData("{split: evenly}", "63.33 33.33 11.34"), InlineData("{split: {search: 1, it: 1}}", "65 30 8 5")]
    public void In_a_chargeback_everything_lands_on_somebody_by_the_declared_rule(string rule, string totals)
    {
        var statement = Allocate(Rules($"by: app\nunallocated: {rule}\n"), AllocationView.Chargeback);
        Assert.Equal(totals.Split(' ').Select(decimal.Parse).Order(), statement.Owners.Select(o => o.Total).Order());
        Assert.Equal(108m, statement.Owners.Sum(o => o.Charged));
        Assert.Equal(10m, statement.UnallocatedTotal);
    }

    [Theory]
    [InlineData("by cost", "5.51 2.76 0.73")]
    [InlineData("by requests", "7.50 1.25 0.25")]
    [InlineData("by tokens", "5.51 2.76 0.73")]
    [InlineData("evenly", "3 3 3")]
    [InlineData("{search: 1, support: 2}", "3 6 0")]
    public void A_shared_cost_is_split_by_its_declared_key(string split, string parts)
    {
        var statement = Allocate(Rules($"by: app\nshared:\n  - name: support\n    amount: 9\n    split: {split}\n"));
        Assert.Equal(parts.Split(' ').Select(decimal.Parse), new[] { "search", "support", "platform" }.Select(n => statement.Owners.Single(o => o.Owner == n).SharedTotal));
    }

    [Fact]
    public void Usage_can_be_a_shared_cost_and_leaves_the_direct_costs()
    {
        var statement = Allocate(Rules("by: app\nshared:\n  - {name: platform, usage: {app: platform}, split: by cost}\n"));
        Assert.Equal(["search", "support"], statement.Owners.Select(o => o.Owner));
        Assert.Equal((true, 8m), statement.Pools.Select(p => (p.IsUsage, p.Amount)).Single());
        Assert.Equal((108m, 108m), (statement.Usage, statement.Total));
        Assert.Equal(5.33m, statement.Owners[0].SharedTotal);
    }

    [Fact]
    public void A_meter_can_be_a_shared_cost_while_its_requests_stay()
    {
        SpendLine line = Line("search", 1m, 7) with { Parts = [new(Meter.Input, 10m, 1m), new(Meter.GuardrailContent, 5m, 4m)] };
        var statement = Allocator.Allocate([line], Rules("by: app\nshared:\n  - {name: guardrails, usage: {meter: 'guardrail_*'}, split: evenly}\n"),
            AllocationView.Showback, 1);
        Assert.Equal((1m, 4m, 7), (statement.Owners[0].Direct, statement.Owners[0].SharedTotal, statement.Owners[0].Requests));
    }

    [Fact]
    public void Amounts_a_month_and_a_percentage_scale_with_what_was_read()
    {
        var rules = Rules("by: app\nshared:\n  - {name: floor, monthly: 300, split: evenly}\n  - {name: support, percent: 10 %, split: by cost}\n");
        var statement = Allocator.Allocate(Month, rules, AllocationView.Showback, days: 7);
        Assert.Equal([70m, 10.8m], statement.Pools.Select(p => p.Amount));
    }

    [Fact]
    public void Owners_with_conditions_come_before_tags_and_the_first_wins()
    {
        var statement = Allocate(Rules("""
            by: [team, app]
            owners:
              research: {principal: 'Notebook*'}
              retail:
                - {app: search, account: '111111111111'}
                - {app: support}
            """));
        Assert.Equal([("retail", 90m), ("research", 10m), ("platform", 8m)], statement.Owners.Select(o => (o.Owner, o.Direct)));
        Assert.Empty(statement.Unallocated);
    }

    [Fact]
    public void Tags_of_the_request_metadata_name_owners()
    {
        var rules = Rules("by: ['tag:cost_center', app]");
        Assert.Equal(["cost_center"], rules.TagKeys);
        SpendLine[] lines = [Line("search", 1m, 1) with { Caller = Caller.Nobody with { App = "search", Tags = new(["cc-7"]) } }, Line("search", 2m, 1, tags: new([null]))];
        Assert.Equal([("search", 2m), ("cc-7", 1m)], Allocator.Allocate(lines, rules, AllocationView.Showback, 1).Owners.Select(o => (o.Owner, o.Direct)));
    }

    [Fact]
    public void What_nobody_has_a_part_in_stays_visible()
    {
        var statement = Allocate(Rules("by: app\nshared:\n  - {name: floor, amount: 5, split: by cost, among: [ghost]}\n"));
        Assert.Equal((5m, 5m), (statement.Unsplit, statement.Pools[0].Unsplit));
        Assert.Equal(15m, statement.UnallocatedCharged);
        Assert.Contains(statement.Notes, n => n.Contains("'ghost'"));
        Assert.Contains("'floor' would land on nobody", Assert.Throws<AllocationException>(() => Allocate(
            Rules("by: app\nunallocated: {to: it}\nshared:\n  - {name: floor, amount: 5, split: by cost, among: [ghost]}\n"), AllocationView.Chargeback)).Message);
    }

    [Fact]
    public void Requests_without_a_price_are_counted_with_whose_they_are()
    {
        var statement = Allocator.Allocate([Line("search", 1m, 5) with { Unpriced = 2 }, Line("", 0m, 4) with { Unpriced = 4 }], Rules("by: app"),
            AllocationView.Showback, 1);
        Assert.Equal((2, 4), (statement.Owners.Single().Unpriced, statement.Unallocated.Single().Unpriced));
    }

    [Fact]
    public void Every_statement_adds_up_whatever_the_spend_and_the_order() => Gen.Select(
        Gen.Select(Gen.OneOf(Gen.Const("a"), Gen.Const("b"), Gen.Const("c"), Gen.Const(""), Gen.Const("platform")), Gen.Long[-1_000, 1_000_000_000], Gen.Int[0, 50]).Array[0, 30], Gen.Int, Gen.Bool, Gen.Int[1, 62])
        .Sample((spend, seed, isCharged, days) =>
        {
            SpendLine[] lines = [.. spend.Select(s => Line(s.Item1, s.Item2 / 1_000_000m, s.Item3, principal: s.Item1 + s.Item3 % 3))];
            var rules = Rules("""
                by: app
                unallocated: {split: {a: 1, rest: 2}}
                shared:
                  - {name: platform, usage: {app: platform}, split: evenly, among: [a, b]}
                  - {name: floor, monthly: 345.60, split: {b: 3, c: 1}}
                  - {name: support, percent: 3, split: {a: 1}}
                """);
            var view = isCharged ? AllocationView.Chargeback : AllocationView.Showback;
            var statement = Allocator.Allocate(lines, rules, view, days);
            new Random(seed).Shuffle(lines);
            var again = Allocator.Allocate(lines, rules, view, days);
            var left = view == AllocationView.Showback ? statement.UnallocatedTotal : 0m;
            return statement.Usage == lines.Sum(l => l.Cost)
                && statement.Owners.Sum(o => o.Total) + left + statement.Unsplit == statement.Total
                && statement.Owners.Sum(o => o.Charged) + statement.UnallocatedCharged == statement.TotalCharged
                && statement.Owners.Select(o => (o.Owner, o.Total, o.Charged)).SequenceEqual(again.Owners.Select(o => (o.Owner, o.Total, o.Charged)));
        });

    static AllocationStatement Allocate(AllocationRules rules, AllocationView view = AllocationView.Showback) => Allocator.Allocate(Month, rules, view, 30);

    static AllocationRules Rules(string text) => RulesReader.Read("rules.yaml", text) switch
    {
        RulesReading.Read read => read.Rules,
        RulesReading.Mistaken wrong => throw new Xunit.Sdk.XunitException(string.Join('\n', wrong.Errors)),
        _ => throw new InvalidOperationException(),
    };

    static SpendLine Line(string app, decimal cost, long requests, string account = "222222222222", string principal = "AppRole", TagValues? tags = null) =>
        new(new(account, principal, app, "", "", tags ?? TagValues.None), "anthropic.claude-haiku-4-5-20251001-v1:0", "eu-central-1")
        {
            Requests = requests, Parts = [new(Meter.Input, Math.Abs(cost) * 1000m, cost)],
        };
}
