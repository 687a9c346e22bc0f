using Assay.Estate;
using Assay.Planning.Tests.Guide;
using static Assay.Planning.Tests.Bill.SomeEstates;

namespace Assay.Planning.Tests.Plans;

/// <summary>Plans of described estates: nothing is claimed that a description cannot show.</summary>
public class EstatePlanTests
{
    static Plan Of(PlanConstraints constraints, params DescribedWorkload[] workloads) =>
        EstatePlan.Of(ModelledEstate.Of(EstateOf(workloads), AwsPrices with { Regions = SampledTraffic.Sources.Regions }), constraints, TheGuide.Catalog);

    static DescribedWorkload Rare => Chat() with { Name = "rare", RequestsPerMonth = 300m, InputTokens = new(7_000m), OutputTokens = new(3_000m) };

    static DescribedWorkload Agent => Chat() with
    {
        Name = "agent", RequestsPerMonth = 15_000m, CallsPerRequest = new(12m), IsAgent = true, InputTokens = new(6_000m), OutputTokens = new(300m),
    };

    static DescribedWorkload Labels => Chat() with { Name = "labels", OutputTokens = new(4m), MaxTokens = 4_000m };

    [Fact]
    public void No_capacity_is_bought_for_calls_that_come_now_and_then() =>
        Assert.Equal(0m, Of(PlanConstraints.None, Rare, Agent).SavingMonthly);

    [Fact]
    public void Savings_add_up_and_say_what_they_break_and_how_they_are_set_up()
    {
        var plan = Of(PlanConstraints.None, Chat() with { Deadline = TimeSpan.FromHours(48) }, Labels, Cached(null) with { Name = "cached" });
        var counted = plan.Actions.Where(a => a.Kind == ActionKind.Saving).ToList();
        Assert.True(counted.Count >= 2);
        Assert.Equal(plan.SavingMonthly, counted.Sum(a => a.JointSaving));
        Assert.Equal(plan.SavingMonthly, plan.CurrentMonthly - plan.PlannedMonthly);
        Assert.All(counted, a => Assert.NotEqual(("", ""), (a.Breaks, a.Setup)));
        Assert.All(plan.Actions, a => Assert.Equal(decimal.Round(a.PeriodSaving, 10), a.PeriodSaving));
        Assert.All(plan.Actions, a => Assert.InRange(DateOnly.FromDateTime(a.Evidence.Last), plan.From, plan.To));
    }

    [Fact]
    public void Workloads_without_an_application_are_told_apart()
    {
        var keys = Of(PlanConstraints.None, Rare, Agent).Workloads.Select(w => w.Key).ToList();
        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    [Fact]
    public void Short_answers_are_a_candidate_for_a_smaller_model_rated_on_the_same_usage()
    {
        var plan = Of(PlanConstraints.None, Labels, Chat());
        var routing = Assert.Single(plan.Actions, a => a.Lever == Lever.Routing);
        // A million requests: 1,000 MTok in and 4 out, at 3 and 15 today, at 1 and 5 on Haiku.
        Assert.Equal((ActionKind.Candidate, "labels", 2_040m), (routing.Kind, routing.Name, routing.MonthlySaving));
        Assert.InRange(routing.AfterPlan!.Value, 1m, 2_040m);
        Assert.StartsWith("modelId: global.anthropic.claude-haiku-4-5", routing.Setup, StringComparison.Ordinal);
        Assert.Equal(0m, routing.JointSaving);
    }

    [Fact]
    public void Nothing_is_moved_to_a_model_that_is_not_approved()
    {
        Assert.DoesNotContain(Of(new() { Approved = [Sonnet] }, Labels).Actions, a => a.Lever == Lever.Routing);
        Assert.Contains(Of(new() { Approved = [Sonnet, Haiku] }, Labels).Actions, a => a.Lever == Lever.Routing);
        Assert.DoesNotContain(Of(PlanConstraints.None, Chat(), Agent).Actions, a => a.Lever == Lever.Routing);
    }

    [Fact]
    public void A_limit_far_above_the_answers_is_named_without_a_saving()
    {
        var output = Assert.Single(Of(PlanConstraints.None, Labels, Chat()).Actions, a => a.Lever == Lever.Output);
        Assert.Equal((ActionKind.Candidate, 0m, "maxTokens 64"), (output.Kind, output.MonthlySaving, output.To));
    }
}
