using Assay.Control.Budgets;
using Assay.Control.Files;
using Assay.Control.Policies;
using static Assay.Control.Tests.Budgets.SomeBudgets;

namespace Assay.Control.Tests.Budgets;

/// <summary>What budgets admit, and what their counters say.</summary>
public class BudgetBookTests
{
    [Fact]
    public void A_call_reserves_in_every_budget_or_in_none()
    {
        var book = Book(Rule("wide", 100m), Rule("narrow", 1m, per: BudgetPer.Key));
        var refused = book.Ask(2m);
        Assert.False(refused.IsAdmitted);
        Assert.Equal(("narrow", "k1", 1m, 1m, At("2026-12-01")), (refused.Budget, refused.Value, refused.Limit, refused.Headroom, refused.Until.GetValueOrDefault(At("2026-12-01"))));
        Assert.Equal((0m, 0m, 0m), book.Sums("wide"));
        book.Reserve(1m);
        Assert.Equal((0m, 1m, 0m), book.Sums("wide"));
        Assert.Equal((0m, 1m, 0m), book.Sums("narrow", value: "k1"));
    }

    [Fact]
    public void A_refusal_says_until_when_and_a_call_dearer_than_the_budget_is_told_that_waiting_does_not_help()
    {
        var book = Book(Rule("b", 10m));
        book.Settle(book.Reserve(4m), 3m, null);
        book.Reserve(5m);
        var refused = book.Ask(3m);
        Assert.Equal((10m, 3m, 5m, 0m, 2m, (DateTime?)At("2026-12-01")), (refused.Limit, refused.Spent, refused.Reserved, refused.Held, refused.Headroom, refused.Until));
        Assert.Null(book.Ask(11m).Until);
    }

    [Fact]
    public void A_hard_budget_reserves_the_worst_a_soft_one_the_likely_and_a_telling_one_nothing()
    {
        var book = Book(Rule("hard", 10m), Rule("soft", 10m, BudgetStop.Soft), Rule("tells", 0.5m, BudgetStop.Tells));
        Assert.True(book.TryReserve(book.For(Of()), 4m, 1m, Noon, out var lease).IsAdmitted);
        Assert.Equal((0m, 4m, 0m), book.Sums("hard"));
        Assert.Equal((0m, 1m, 0m), book.Sums("soft"));
        Assert.Equal((0m, 0m, 0m), book.Sums("tells"));
        Assert.Equal(6m, book.Headroom(book.For(Of()), Noon));
        book.Settle(lease, 2m, null);
        Assert.All(["hard", "soft", "tells"], name => Assert.Equal((2m, 0m, 0m), book.Sums(name)));
        Assert.Equal("soft", Book(Rule("soft", 1m, BudgetStop.Soft)).Ask(0m, likely: 1.01m).Budget);
    }

    [Fact]
    public void Where_nothing_stops_there_is_no_end_of_headroom_and_what_is_overspent_has_none()
    {
        var book = Book(Rule("tells", 1m, BudgetStop.Tells));
        Assert.Equal(decimal.MaxValue, book.Headroom(book.For(Of()), Noon));
        book = Book(Rule("b", 1m));
        book.Settle(book.Reserve(1m), 1.5m, null);
        Assert.Equal(0m, book.Headroom(book.For(Of()), Noon));
        Assert.Equal(0m, book.Ask(0.1m).Headroom);
    }

    [Fact]
    public void A_lease_is_settled_once_whatever_follows()
    {
        var book = Book(Rule("b", 10m));
        var lease = book.Reserve(4m);
        book.Settle(lease, 1m, null);
        book.Settle(lease, 2m, null);
        book.Release(lease);
        book.SettleUnpriced(lease);
        // The place of the lease is another call's now.
        book.Reserve(5m);
        book.Settle(lease, 3m, null);
        book.Settle(default, 3m, null);
        Assert.Equal((1m, 5m, 0m), book.Sums("b"));
        Assert.Equal(0, book.Counter("b").Unpriced);
    }

    [Fact]
    public void A_released_lease_gives_all_back()
    {
        var book = Book(Rule("b", 10m));
        book.Release(book.Reserve(10m));
        Assert.Equal((0m, 0m, 0m), book.Sums("b"));
    }

    [Fact]
    public void What_has_no_price_is_held_until_the_window_ends()
    {
        var book = Book(Rule("b", 10m), Rule("tells", 10m, BudgetStop.Tells));
        var lease = book.Reserve(10m);
        book.SettleUnpriced(lease);
        book.Settle(lease, 1m, null);
        Assert.Equal((0m, 0m, 10m), book.Sums("b"));
        Assert.Equal((1, 1), (book.Counter("b").Unpriced, book.Counter("tells").Unpriced));
        Assert.False(book.Ask(0.01m).IsAdmitted);
        Assert.True(book.Ask(10m, At("2026-12-01")).IsAdmitted);
    }

    [Fact]
    public void A_lease_that_is_not_settled_in_time_is_held_and_not_given_back()
    {
        var book = new BudgetBook([Rule("b", 10m)], null) { LeaseTime = TimeSpan.FromMinutes(10) };
        var lease = book.Reserve(9m);
        Assert.Equal((0m, 9m, 0m), book.Sums("b", Noon.AddMinutes(9)));
        Assert.Equal((0m, 0m, 9m), book.Sums("b", Noon.AddMinutes(10)));
        Assert.False(book.Ask(2m, Noon.AddHours(5)).IsAdmitted);
        book.Settle(lease, 3m, null);
        Assert.Equal((3m, 0m, 0m), book.Sums("b"));
        Assert.True(book.Ask(7m).IsAdmitted);
    }

    [Fact]
    public void What_nobody_names_has_a_counter_too()
    {
        var book = Book(Rule("b", 1m, per: BudgetPer.App));
        book.Reserve(1m, by: Of(app: ""));
        Assert.False(book.Ask(1m, by: Of(app: "")).IsAdmitted);
        Assert.True(book.Ask(1m, by: Of(app: "bot")).IsAdmitted);
    }

    [Fact]
    public void A_budget_is_about_whom_it_names()
    {
        var rule = Rule("b", 1m) with { Who = Shop, Apps = ["bot*"] };
        var book = Book(rule);
        Assert.False(book.Ask(2m, by: Of("shop", app: "bot2")).IsAdmitted);
        Assert.True(book.Ask(2m, by: Of("other")).IsAdmitted);
        Assert.True(book.Ask(2m, by: Of("shop", app: "web")).IsAdmitted);
        Assert.True(book.Ask(2m, by: Of("shop", app: "")).IsAdmitted);
        Assert.True(book.Ask(2m, by: Of("")).IsAdmitted);
        Assert.Same(book.For(Of()), book.For(Of()));
    }

    [Fact]
    public void The_environment_is_the_accounts_where_it_has_one()
    {
        var policy = SomePolicies.Of("policy: T\naccounts:\n  prod: {id: '111111111111', env: prod}\n");
        var book = new BudgetBook([Rule("b", 1m, per: BudgetPer.Env)], policy);
        book.Reserve(1m, by: Of(env: "dev"));
        Assert.Equal((0m, 1m, 0m), book.Sums("b", value: "prod"));
    }

    [Fact]
    public void A_budget_of_the_policy_becomes_a_rule()
    {
        var budget = new PolicyBudget("p", new Place("p.yaml", 1, 1), Shop, 5m, [0.9m], ["a@b.example"], IsHard: true);
        var rule = BudgetRule.From(budget);
        Assert.Equal(("p", 5m, BudgetStop.Hard, BudgetWindow.Month, BudgetPer.All), (rule.Name, rule.Usd, rule.Stop, rule.Window, rule.Per));
        Assert.Equal([0.9m], rule.Steps);
        Assert.Equal(BudgetStop.Tells, BudgetRule.From(budget with { IsHard = false }).Stop);
    }

    [Fact]
    public void A_rule_changed_in_amount_keeps_its_sums_and_a_new_one_starts_with_calls_under_way()
    {
        var book = Book(Rule("b", 10m), Rule("gone", 10m));
        var before = book.For(Of());
        book.Settle(book.Reserve(4m), 4m, null);
        var lease = book.Reserve(3m);
        Assert.Equal(["new"], book.Prepare([Rule("b", 8m), Rule("new", 100m)], null));
        book.Restore(Of(), Noon, 4m, null, isForNew: true);
        book.TakeUp();
        Assert.Equal((4m, 3m, 0m), book.Sums("b"));
        Assert.Equal((4m, 3m, 0m), book.Sums("new"));
        Assert.Equal("b", book.TryReserve(before, 2m, 2m, Noon, out _).Budget);
        book.Settle(lease, 1m, null);
        Assert.Equal((5m, 0m, 0m), book.Sums("b"));
        Assert.Equal((5m, 0m, 0m), book.Sums("new"));
        Assert.Equal(["b"], book.Reload([Rule("b", 8m) with { Who = Shop }, Rule("new", 1m, BudgetStop.Tells)], null));
    }

    [Fact]
    public void Rules_are_asked_once_they_are_taken_up_and_those_before_until_then()
    {
        var book = Book(Rule("kept", 10m), Rule("other", 10m), Rule("gone", 10m));
        var old = book.Reserve(1m);
        book.Settle(book.Reserve(4m), 4m, null);

        Assert.Equal(["other", "new"], book.Prepare([Rule("kept", 8m), Rule("other", 9m, window: BudgetWindow.Day), Rule("new", 6m)], null));

        // Nothing is refused yet for the new rules, and everything for those that go.
        Assert.Equal(5m, book.Headroom(book.For(Of()), Noon));
        Assert.Equal(["gone", "kept", "other"], book.Snapshot(Noon).Counters.Select(c => c.Budget));
        Assert.Equal("kept", book.Ask(5.5m).Budget);
        book.Settle(book.Reserve(0.5m), 0.5m, null);
        book.Settle(old, 1m, null);
        book.Hold(Of(), Noon, 0.25m);
        book.Restore(Of(), Noon, 4m, null, isForNew: true);
        book.Hold(Of(), Noon, 0.125m, isForNew: true);
        book.TakeUp();

        Assert.Equal((5.5m, 0m, 0.25m), book.Sums("kept"));
        Assert.Equal((5.5m, 0m, 0.375m), book.Sums("other"));
        Assert.Equal((5.5m, 0m, 0.375m), book.Sums("new"));
        Assert.Equal(("new", 0.125m), (book.Ask(0.5m).Budget, book.Ask(0.5m).Headroom));
    }

    [Fact]
    public void Rules_that_never_were_taken_up_leave_nothing_behind()
    {
        var book = Book(Rule("b", 10m));
        var lease = book.Reserve(3m);
        book.Prepare([Rule("b", 1m) with { Who = Shop }, Rule("new", 1m)], null);
        book.Restore(Of(), Noon, 5m, null, isForNew: true);
        Assert.Equal(["new"], book.Prepare([Rule("b", 9m), Rule("new", 100m)], null));
        book.TakeUp();
        book.TakeUp();
        book.Settle(lease, 2m, null);
        Assert.Equal((2m, 0m, 0m), book.Sums("b"));
        Assert.Equal((2m, 0m, 0m), book.Sums("new"));
    }

    [Fact]
    public void A_call_under_way_gives_back_what_it_reserved_though_its_budget_stops_otherwise_now()
    {
        var book = Book(Rule("b", 10m));
        Assert.True(book.TryReserve(book.For(Of()), 4m, 1m, Noon, out var lease).IsAdmitted);
        book.Reload([Rule("b", 10m, BudgetStop.Soft)], null);
        Assert.Equal((0m, 1m, 0m), book.Sums("b"));
        book.Reload([Rule("b", 10m, BudgetStop.Tells)], null);
        Assert.Equal((0m, 0m, 0m), book.Sums("b"));
        book.Reload([Rule("b", 10m)], null);
        book.Release(lease);
        Assert.Equal((0m, 0m, 0m), book.Sums("b"));
    }

    [Fact]
    public void Rules_that_cannot_be_meant_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Book(Rule("b", 1m), Rule("b", 2m)));
        Assert.Throws<ArgumentException>(() => Book(Rule("b", -1m)));
        Assert.Throws<ArgumentException>(() => Book(Rule("b", 1m, BudgetStop.Hard, BudgetPer.All, null, 0.9m, 0.5m)));
    }

    [Fact]
    public void An_admission_and_its_settlement_allocate_nothing()
    {
        var book = Book(Rule("a", 1_000_000m), Rule("b", 1_000_000m, per: BudgetPer.Key, window: BudgetWindow.Rolling(1), steps: 0.9m),
            Rule("c", 1_000_000m, BudgetStop.Soft, BudgetPer.Team, BudgetWindow.Day, 0.5m), Rule("d", 1m, per: BudgetPer.App, window: BudgetWindow.Day));
        var set = book.For(Of());
        List<BudgetEvent> events = [];
        var earlier = Enumerable.Range(0, 1_000).Select(_ => book.Reserve(0.0002m)).ToArray();
        // The next minute's slices are made by its first call.
        book.Settle(book.Reserve(0.0002m, Noon.AddMinutes(1)), 0.0001m, events);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var lease in earlier)
        {
            _ = book.TryReserve(book.For(set.Spender), 0.0002m, 0.0001m, Noon.AddMinutes(1), out var now);
            _ = book.TryReserve(set, 2m, 2m, Noon.AddMinutes(1), out _);
            book.Settle(lease, 0.0001m, events);
            book.Settle(now, 0.0001m, events);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
