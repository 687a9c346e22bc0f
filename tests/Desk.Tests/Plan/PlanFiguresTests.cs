using Assay.Desk.Reports;
using Assay.Planning;

namespace Assay.Desk.Tests.Plans;

public class PlanFiguresTests
{
    static readonly Gen<decimal> Usd = Gen.Int[1, 400_000_000].Select(millionths => millionths / 1_000_000m);

    // Periods of days whose month has no last digit, and savings of which each costs its own rounding.
    static readonly Gen<Plan> Plans = Gen.Select(Usd.Array[1, 12], Gen.Int[1, 61], Usd).Select((joint, days, rest) =>
    {
        var month = 30m / days;
        var actions = joint.Select(j => SomePlans.Rich.Actions[0] with
        {
            PeriodSaving = j, JointPeriodSaving = j, MonthlySaving = j * month, JointSaving = j * month,
        }).ToList();
        var (current, saved) = ((joint.Sum() + rest) * month, actions.Sum(a => a.JointSaving));
        return SomePlans.Rich with
        {
            Days = days, Actions = actions, Waterfall = [new(Lever.Batch, joint.Length, joint.Sum(), joint.Sum())],
            Current = joint.Sum() + rest, CurrentMonthly = current, SavingMonthly = saved, PlannedMonthly = current - saved,
        };
    });

    [Fact]
    public void What_is_printed_adds_up_as_printed() => Plans.Sample(plan =>
    {
        var figures = new PlanFigures(plan);
        Assert.Equal(figures.SavingMonthly, figures.Joint.Sum());
        Assert.Equal(figures.SavingMonthly, figures.CurrentMonthly - figures.PlannedMonthly);
        Assert.Equal(figures.ShownSaving, figures.ShownJoint.Sum());
        Assert.Equal(figures.ShownSaving, figures.ShownWaterfall.Sum());
    });

    [Fact]
    public void No_figure_is_more_than_a_cent_from_what_it_is() => Plans.Sample(plan =>
    {
        var figures = new PlanFigures(plan);
        var unit = plan.CurrentMonthly < 1m ? 0.000001m : 0.01m;
        Assert.All(figures.ShownJoint, (shown, i) => Assert.InRange(shown - figures.Joint[i], -unit, unit));
    });

    [Fact]
    public void Digits_of_a_month_stay_few_enough_to_be_added_without_rounding() => Plans.Sample(plan =>
        Assert.All(new PlanFigures(plan).Joint, joint => Assert.Equal(joint, decimal.Round(joint, 10))));
}
