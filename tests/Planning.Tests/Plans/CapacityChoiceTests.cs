using Assay.Pricing;
using Assay.Usage;

namespace Assay.Planning.Tests.Plans;

/// <summary>Capacity and the other changes are one choice: work that fills a unit need not go into a batch.</summary>
public class CapacityChoiceTests
{
    const string Model = "maker.model-v1:0";
    const int Days = 7;
    const decimal UnitMonth = 1.2m * 720m;

    // A dollar a million tokens on demand, half of it in batch, a unit at 1.20 an hour.
    static readonly PriceBook Book = PriceBooks.Read("own", [("own.csv", new StringReader(string.Join('\n', PriceBookFile.Header,
        Line("input", "on_demand", "1M tokens", "1"), Line("input", "batch", "1M tokens", "0.5"), Line("output", "on_demand", "1M tokens", "1"),
        Line("output", "batch", "1M tokens", "0.5"), Line("model_unit_hour", "provisioned", "hour", "1.2"))))]);

    static string Line(string meter, string mode, string unit, string rate) =>
        $"{meter}-{mode},{Model},{meter},{mode},standard,in_region,standard,*,none,{unit},{rate},,,test";

    static Plan Planned(decimal carries, int? most, params (string App, int Tokens)[] workloads) => Owning(0, carries, most, workloads);

    static Plan Owning(int owned, decimal carries, int? most, params (string App, int Tokens)[] workloads)
    {
        var traffic = new Traffic();
        foreach (var (app, tokens) in workloads)
        {
            var kind = new CallKind(new("111122223333", "Role", app, "", "", TagValues.None), "us-east-1",
                new(Model, Scope.InRegion, ModelKind.Foundation, null), "Converse");
            traffic.Add([.. Enumerable.Range(0, Days * 1_440).Select(minute => SomeCalls.Call((app[0] * 100_000) + minute, kind,
                SomeCalls.Start.AddMinutes(minute), SomeCalls.Tokens(tokens, 0)))]);
        }
        return Planner.Of(traffic, new(Book, ModelCatalog.Empty), new()
        {
            MaxActions = most, BatchMinimum = 50, Units = [new(Model, carries, owned)],
            Workloads = [new() { App = "job", MaxWait = TimeSpan.FromHours(24) }, new() { App = "chat", MaxWait = TimeSpan.Zero }],
        }, TestContext.Current.CancellationToken);
    }

    static decimal OnDemandMonth(decimal tokens) => tokens * 1_440 * 30 / 1_000_000m;

    [Fact]
    public void Work_that_fills_a_unit_stays_out_of_the_batch()
    {
        // 3,456 on demand, 1,728 in batch, 864 by a unit that carries all of it.
        var plan = Planned(100_000, null, ("job", 80_000));
        Assert.Equal([Lever.Provisioned], plan.Actions.Where(a => a.Kind == ActionKind.Saving).Select(a => a.Lever));
        Assert.Equal(UnitMonth, plan.PlannedMonthly);
    }

    [Fact]
    public void Work_too_small_for_a_unit_goes_into_the_batch()
    {
        // 1,382.40 on demand, 691.20 in batch: a unit costs more.
        var plan = Planned(100_000, null, ("job", 32_000));
        Assert.Equal([Lever.Batch], plan.Actions.Where(a => a.Kind == ActionKind.Saving).Select(a => a.Lever));
        Assert.Equal(OnDemandMonth(32_000) / 2, plan.PlannedMonthly);
    }

    [Fact]
    public void A_unit_bought_for_one_is_shared_by_another_or_not_as_is_cheapest()
    {
        // Together they fill one unit; apart, the job's batch and the chat's tokens cost 1,036.80 + 1,728.
        var plan = Planned(100_000, null, ("job", 48_000), ("chat", 40_000));
        Assert.Equal(UnitMonth, plan.PlannedMonthly);
        // A unit holds the chat and nothing more; the job is cheaper in batch than on a unit of its own.
        plan = Planned(48_000, null, ("job", 30_000), ("chat", 48_000));
        Assert.Equal(UnitMonth + (OnDemandMonth(30_000) / 2), plan.PlannedMonthly);
    }

    [Fact]
    public void What_is_left_alone_costs_what_its_own_saving_says()
    {
        var plan = Planned(48_000, null, ("job", 30_000), ("chat", 48_000));
        var unit = Assert.Single(plan.Actions, a => a.Lever == Lever.Provisioned);
        Assert.Equal(OnDemandMonth(48_000) - UnitMonth, unit.JointSaving);
        // With nothing else changed a second unit takes the job as well: 78,000 tokens a minute on two of 48,000.
        Assert.Equal(OnDemandMonth(78_000) - (2 * UnitMonth), unit.MonthlySaving);
        Assert.Equal(plan.CurrentMonthly - plan.PlannedMonthly, plan.SavingMonthly);
    }

    [Fact]
    public void Within_a_number_of_changes_capacity_takes_what_is_left_of_them()
    {
        var plan = Planned(100_000, 1, ("job", 80_000));
        Assert.Single(plan.Actions, a => a.Kind == ActionKind.Saving);
    }

    [Fact]
    public void Units_that_are_owned_carry_first_and_cost_nothing_more()
    {
        // 3,456 a month on demand; the owned unit carries half of it for nothing, and nothing else is worth its price for the rest: 864
        // a month for a unit is less than the 1,728 left, so one more is bought.
        var plan = Owning(1, 40_000, null, ("chat", 80_000));
        Assert.Equal(OnDemandMonth(40_000) - UnitMonth + OnDemandMonth(40_000), plan.SavingMonthly);
        Assert.Contains("the 1 you own", Assert.Single(plan.Actions, a => a.Lever == Lever.Provisioned).To, StringComparison.Ordinal);
    }

    [Fact]
    public void What_owned_units_carry_is_kept_out_of_the_batch()
    {
        // Batch halves 1,728; an idle unit carries all of it.
        var plan = Owning(1, 100_000, null, ("job", 40_000));
        Assert.Equal([Lever.Provisioned], plan.Actions.Where(a => a.Kind == ActionKind.Saving).Select(a => a.Lever));
        Assert.Equal(0m, plan.PlannedMonthly);
    }
}
