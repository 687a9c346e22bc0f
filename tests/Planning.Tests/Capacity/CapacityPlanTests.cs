namespace Assay.Planning.Tests.BoughtCapacity;

public sealed class CapacityPlanTests
{
    const int WeekMinutes = 7 * 24 * 60;

    // A month of a unit that carries 1,000 tokens a minute, always full, costs 43.20 one by one.
    static readonly CapacityTerm OneMonth = new("1_month", 1, 40m), SixMonths = new("6_month", 6, 21.6m);

    static MinuteLoad Of(decimal tokens) => new(tokens, tokens / 1_000_000m);

    [Fact]
    public void Steady_traffic_buys_the_long_term_up_to_what_stays_full()
    {
        var plan = CapacityPlan.Of([.. Enumerable.Repeat(Of(2_300m), WeekMinutes)], [OneMonth, SixMonths], 1000m);
        Assert.Equal(("6_month", 2), (Assert.Single(plan.Bought).Term.Name, plan.Bought[0].Units));
        Assert.Equal((99.36m, 43.2m + 12.96m, 12.96m, 1m), (plan.OnDemand, plan.Planned, plan.Spill, plan.Utilisation));
        Assert.Equal((plan.Saving, plan.Saving), plan.SavingInterval);
    }

    [Fact]
    public void Without_tokens_per_unit_only_the_break_even_is_said()
    {
        var plan = CapacityPlan.Of([Of(2_000m), Of(0m)], [SixMonths], null);
        Assert.Empty(plan.Bought);
        Assert.Equal((0m, new CapacityBreakEven(SixMonths, 500m, null)), (plan.Saving, Assert.Single(plan.BreakEvens)));
    }

    [Fact]
    public void The_true_break_even_is_not_the_rule_of_thumb()
    {
        var plan = CapacityPlan.Of([Of(100m)], [OneMonth, SixMonths], 1000m);
        Assert.Equal([0.925926m, 0.5m], plan.BreakEvens.Select(b => decimal.Round(b.Utilisation!.Value, 6)));
        Assert.Equal(0.70m, CapacityBreakEven.GuideUtilisation);
    }

    [Fact]
    public void Units_that_are_there_already_are_not_bought_again()
    {
        var plan = CapacityPlan.Of([.. Enumerable.Repeat(Of(2_000m), WeekMinutes)], [SixMonths], 1000m, existingUnits: 2);
        Assert.Equal((0, 0m, 1m), (plan.Bought.Count, plan.OnDemand, plan.Utilisation));
    }

    // Less the chance that the demand is gone within the month.
    [Fact]
    public void A_single_term_is_bought_while_the_next_unit_saves_more_than_it_costs() =>
        Gen.Select(Gen.Int[0, 5000].Array[10, 200], Gen.Int[100, 3000]).Sample((tokens, unit) =>
        {
            MinuteLoad[] minutes = [.. tokens.Select(t => Of(t))];
            var (stays, units) = (decimal.Round(1m - (decimal)RollingCommitments.Usual.Hazard, 4), 0);
            while ((Spill(units) - Spill(units + 1)) * stays > OneMonth.UsdPerUnitMonth + 0.000001m) units++;
            return CapacityPlan.Of(minutes, [OneMonth], unit).Bought.Sum(b => b.Units) == units;

            decimal Spill(int there) => minutes.Where(m => m.Tokens > there * unit)
                .Sum(m => m.OnDemandUsd * (m.Tokens - (there * unit)) / m.Tokens) * 43_200m / minutes.Length;
        }, iter: 200);

    [Fact]
    public void No_traffic_buys_nothing() =>
        Assert.Empty(CapacityPlan.Of([.. Enumerable.Repeat(Of(0m), 100)], [SixMonths], 1000m).Bought);

    [Fact]
    public void A_plan_never_costs_more_than_on_demand() =>
        Gen.Select(Gen.Int[0, 5000].Array[10, 200], Gen.Int[1, 3000]).Sample((tokens, unit) =>
    {
        var plan = CapacityPlan.Of([.. tokens.Select(t => Of(t))], [OneMonth, SixMonths], unit);
        return plan.Saving >= 0m && plan.Utilisation is >= 0m and <= 1m && plan.Spill <= plan.OnDemand;
    }, iter: 200);

    [Theory]
    [InlineData(1000, 200, 100)] // far below what is promised: paid anyway
    [InlineData(100, 0, 0)] // far above: worth its discounted dollars
    public void A_saving_below_the_promise_is_worth_nothing(int annual, int shortfallAfter, int shortfallBefore)
    {
        var worth = SavingUnderCommitment.Of(new(annual, 700m, 0m), 200m, 100m);
        Assert.Equal((100m, annual == 1000 ? 0m : 100m, (decimal)shortfallBefore, (decimal)shortfallAfter),
            (worth.Saving, worth.Worth, worth.ShortfallBefore, worth.ShortfallAfter));
    }

    [Fact]
    public void A_saving_across_the_promise_is_worth_what_lies_above_it()
    {
        var worth = SavingUnderCommitment.Of(new(850m, 700m, 0.1m), 200m, 100m);
        Assert.Equal((30m, 60m), (worth.Worth, worth.LostToShortfall));
    }
}
