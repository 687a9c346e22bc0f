using Assay.Control.Budgets;
using static Assay.Control.Tests.Budgets.SomeBudgets;

namespace Assay.Control.Tests.Budgets;

/// <summary>A step is told once in its window, whatever runs at once.</summary>
public class BudgetEventTests
{
    static BudgetBook WithSteps(BudgetWindow? window = null, BudgetStop stop = BudgetStop.Tells) =>
        Book(Rule("b", 100m, stop, BudgetPer.All, window, 0.5m, 0.9m, 1.2m));

    static string Spend(BudgetBook book, decimal cost, DateTime? at = null)
    {
        List<BudgetEvent> events = [];
        book.Settle(book.Reserve(0m, at), cost, events);
        return string.Join(' ', events.Select(e => $"{e.Step}@{e.Spent}"));
    }

    [Fact]
    public void A_step_is_told_when_settled_spend_reaches_it_and_never_again_in_the_window()
    {
        var book = WithSteps();
        book.Reserve(1_000m);
        Assert.Equal(["", "0.5@50.00", "", "0.9@130.00 1.2@130.00", ""],
            new[] { 49.99m, 0.01m, 10m, 70m, 500m }.Select(cost => Spend(book, cost)));
        Assert.Equal("0.5@60", Spend(book, 60m, At("2026-12-01")));
    }

    [Fact]
    public void An_event_names_the_budget_its_counter_and_the_window()
    {
        var book = Book(Rule("b", 10m, BudgetStop.Hard, BudgetPer.Team, BudgetWindow.Day, 0.5m));
        List<BudgetEvent> events = [];
        book.Settle(book.Reserve(6m), 6m, events);
        Assert.Equal(new("b", "shop", At("2026-11-15"), 0.5m, 6m, 10m, Noon), Assert.Single(events));
    }

    [Fact]
    public void A_rolling_budget_tells_a_step_once_in_its_length()
    {
        var book = WithSteps(BudgetWindow.Rolling(1));
        Assert.Equal("0.5@60", Spend(book, 60m, Noon));
        Assert.Equal("", Spend(book, 1m, Noon.AddMinutes(59)));
        Assert.Equal("", Spend(book, 1m, Noon.AddMinutes(61)));
        Assert.Equal("0.5@52", Spend(book, 50m, Noon.AddMinutes(65)));
    }

    [Fact]
    public void A_call_settled_late_counts_in_the_rolling_window_that_is_now()
    {
        var book = WithSteps(BudgetWindow.Rolling(1));
        List<BudgetEvent> events = [];
        var late = book.Reserve(0m, Noon);
        Assert.Equal("", Spend(book, 40m, Noon.AddMinutes(30)));
        book.Settle(late, 10m, events);
        Assert.Equal((0.5m, 50m, Noon.AddMinutes(-30)), Assert.Single(events.Select(e => (e.Step, e.Spent, e.WindowStart))));
    }

    [Fact]
    public void A_replay_marks_steps_as_told()
    {
        var book = WithSteps();
        book.Restore(Of(), Noon, 60m, null);
        Assert.Equal("", Spend(book, 1m));
        Assert.Equal("0.9@90", Spend(book, 29m));
    }

    [Fact]
    public void Another_limit_tells_its_steps_again_when_they_are_reached_again()
    {
        var book = WithSteps();
        Assert.Equal("0.5@60", Spend(book, 60m));
        book.Reload([Rule("b", 200m, BudgetStop.Tells, BudgetPer.All, null, 0.5m)], null);
        Assert.Equal("", Spend(book, 1m));
        Assert.Equal("0.5@101", Spend(book, 40m));
    }

    [Fact]
    public void Sixty_four_threads_tell_a_step_once()
    {
        for (var round = 0; round < 20; round++)
        {
            var book = Book(Rule("b", 64m, BudgetStop.Tells, BudgetPer.All, BudgetWindow.Rolling(1), 0.25m, 0.5m, 1m),
                Rule("c", 64m, BudgetStop.Tells, BudgetPer.All, null, 0.5m, 1m));
            var told = new List<BudgetEvent>[64];
            using var start = new Barrier(told.Length);
            var threads = told.Select((_, i) => new Thread(() =>
            {
                List<BudgetEvent> events = [];
                var lease = book.Reserve(1m);
                start.SignalAndWait();
                book.Settle(lease, 1m, events);
                told[i] = events;
            })).ToList();
            threads.ForEach(t => t.Start());
            threads.ForEach(t => t.Join());
            Assert.Equal(["b 0.25", "b 0.5", "b 1", "c 0.5", "c 1"],
                told.SelectMany(e => e).Select(e => $"{e.Budget} {e.Step.ToString("0.##")}").Order(StringComparer.Ordinal));
        }
    }
}
