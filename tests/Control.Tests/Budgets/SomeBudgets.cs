using Assay.Control.Budgets;
using Assay.Control.Policies;

namespace Assay.Control.Tests.Budgets;

/// <summary>Budgets and spenders to test with.</summary>
static class SomeBudgets
{
    public static readonly DateTime Noon = At("2026-11-15 12:00");

    public static DateTime At(string time) => DateTime.SpecifyKind(DateTime.Parse(time), DateTimeKind.Utc);

    public static Spender Of(string team = "shop", string key = "k1", string app = "bot", string env = "prod") =>
        new("111111111111", env, team, app, key, "role");

    public static BudgetRule Rule(
        string name, decimal usd, BudgetStop stop = BudgetStop.Hard, BudgetPer per = BudgetPer.All, BudgetWindow? window = null,
        params decimal[] steps) =>
        new() { Name = name, Usd = usd, Stop = stop, Per = per, Window = window ?? BudgetWindow.Month, Steps = steps };

    public static BudgetBook Book(params BudgetRule[] rules) => new(rules, null);

    /// <summary>Other rules at once, for tests that restore nothing.</summary>
    public static IReadOnlyList<string> Reload(this BudgetBook book, IReadOnlyList<BudgetRule> rules, PolicyFile? policy)
    {
        var fresh = book.Prepare(rules, policy);
        book.TakeUp();
        return fresh;
    }

    public static Lease Reserve(this BudgetBook book, decimal worst, DateTime? at = null, Spender? by = null)
    {
        Assert.True(book.TryReserve(book.For(by ?? Of()), worst, worst, at ?? Noon, out var lease).IsAdmitted);
        return lease;
    }

    public static Admission Ask(this BudgetBook book, decimal worst, DateTime? at = null, Spender? by = null, decimal? likely = null) =>
        book.TryReserve(book.For(by ?? Of()), worst, likely ?? worst, at ?? Noon, out _);

    public static BudgetCounterState Counter(this BudgetBook book, string budget, DateTime? at = null, string value = "") =>
        Assert.Single(book.Snapshot(at ?? Noon).Counters, c => c.Budget == budget && c.Value == value);

    public static (decimal Spent, decimal Reserved, decimal Held) Sums(this BudgetBook book, string budget, DateTime? at = null, string value = "")
    {
        var counter = book.Counter(budget, at, value);
        return (counter.Spent, counter.Reserved, counter.Held);
    }

    public static readonly Who Shop = Who.Anybody with { Teams = ["shop"] };
}
