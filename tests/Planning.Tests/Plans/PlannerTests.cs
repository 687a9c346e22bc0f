using Assay.Estate;
using Assay.Planning.Tests.Guide;
using Assay.Rating;
using Assay.Usage;
using static Assay.Planning.Tests.Plans.SomeCalls;

namespace Assay.Planning.Tests.Plans;

public class PlannerTests
{
    static readonly Lazy<List<UsageRecord>> Sampled = new(() => SampledTraffic.Records());

    // Workloads of the built-in estate in which something was planted; all others are sound.
    static readonly HashSet<string> Planted =
    [
        "SupportChatRole", "OfferWriterRole", "ContractsRole", "NightlyBatchRole", "TicketRouterRole", "OpsAgentRole", "ana", "bram", "chioma", "elena",
        "EnrichmentRole", "DueDiligenceRole", "MarketingRole", "DataScienceNotebookRole", "StoreFaqRole", "StorefrontRole", "PartnerApiRole",
    ];

    [Fact]
    public void Todays_bill_is_the_sum_of_all_calls_and_the_plan_is_what_the_actions_leave()
    {
        var plan = SampledTraffic.Planned(Sampled.Value);
        Assert.Equal(Sampled.Value.Sum(c => Rater.Rate(c, TheGuide.Aws).OfType<Outcome.Rated>().Sum(o => o.Cost.Amount)), plan.Current);
        var counted = plan.Actions.Where(a => a.Kind == ActionKind.Saving).ToList();
        Assert.Equal(plan.Current - plan.Planned, counted.Sum(a => a.JointPeriodSaving));
        Assert.Equal(plan.SavingMonthly, counted.Sum(a => a.JointSaving));
        Assert.Equal(plan.PlannedMonthly, plan.CurrentMonthly - plan.SavingMonthly);
        Assert.Equal(counted.Sum(a => a.JointPeriodSaving), plan.Waterfall.Sum(s => s.Joint));
        Assert.Equal(0m, plan.OptimalGap);
    }

    [Fact]
    public void Nothing_sound_is_accused()
    {
        var plan = SampledTraffic.Planned(Sampled.Value);
        var accused = plan.Actions.Where(a => a.Kind != ActionKind.Candidate || a.Lever != Lever.Scope).Select(a => a.Workload.Principal).ToHashSet();
        Assert.Empty(accused.Except(Planted));
        Assert.Empty(Planted.Except(accused));
    }

    [Fact]
    public void Every_trouble_that_no_arrangement_mends_is_warned_of()
    {
        var plan = SampledTraffic.Planned(Sampled.Value);
        var warned = plan.Actions.Where(a => a.Kind == ActionKind.Warning).Select(a => (a.Workload.Principal, a.Warning!.Value)).ToHashSet();
        Assert.Superset(new HashSet<(string, WarningCause)>
        {
            ("NightlyBatchRole", WarningCause.Throttling), ("OpsAgentRole", WarningCause.Runaway), ("EnrichmentRole", WarningCause.Anomaly),
            ("ana", WarningCause.Policy), ("DueDiligenceRole", WarningCause.Policy), ("MarketingRole", WarningCause.Unpriced),
            ("PartnerApiRole", WarningCause.Unpriced), ("StoreFaqRole", WarningCause.Policy), ("DataScienceNotebookRole", WarningCause.Policy),
        }, warned);
        Assert.All(plan.Actions.Where(a => a.Kind == ActionKind.Warning), a => Assert.Equal((0m, 0m), (a.PeriodSaving, a.JointSaving)));
    }

    [Fact]
    public void Where_residency_allows_it_the_wider_profile_is_counted_and_what_it_shares_with_other_levers_is_said()
    {
        var plan = SampledTraffic.Planned(Sampled.Value, new() { Residency = Residency.Anywhere });
        var nightly = plan.Actions.Where(a => a.Workload.Principal == "NightlyBatchRole" && a.Kind == ActionKind.Saving).ToList();
        Assert.Equal([Lever.Batch, Lever.Scope], nightly.Select(a => a.Lever).Order());
        // Half of the price is saved once, and a tenth of the other half.
        Assert.True(nightly.Sum(a => a.PeriodSaving) > nightly.Sum(a => a.JointPeriodSaving));
        Assert.True(plan.SumOfAlone > plan.Current - plan.Planned);
        Assert.NotEqual("", plan.WhyTheyDiffer);
    }

    [Fact]
    public void A_rule_that_a_thing_stays_in_its_geography_forbids_the_wider_profile()
    {
        var plan = SampledTraffic.Planned(Sampled.Value, new() { Residency = Residency.Geography });
        Assert.DoesNotContain(plan.Actions, a => a.Lever == Lever.Scope);
        Assert.Contains(plan.Actions, a => a.Warning == WarningCause.Policy && a.Workload.Principal == "OfferWriterRole");
    }

    [Fact]
    public void No_more_changes_than_are_allowed_and_those_are_the_best()
    {
        var all = SampledTraffic.Planned(Sampled.Value);
        var two = SampledTraffic.Planned(Sampled.Value, new() { MaxActions = 2 });
        Assert.Equal(2, two.Actions.Count(a => a.Kind == ActionKind.Saving));
        Assert.Equal(all.Actions.Where(a => a.Kind == ActionKind.Saving).OrderByDescending(a => a.JointSaving).Take(2).Sum(a => a.JointSaving), two.SavingMonthly);
    }

    [Fact]
    public void A_trial_that_meets_the_floor_is_counted_and_one_below_it_is_not()
    {
        QualityEvidence Trial(decimal kept) => new(new() { Principal = "TicketRouterRole" }, Haiku, 1m, kept, "400 tickets, June");
        var good = SampledTraffic.Planned(Sampled.Value, new() { QualityFloor = .97m, Trials = [Trial(.98m)] });
        var poor = SampledTraffic.Planned(Sampled.Value, new() { QualityFloor = .97m, Trials = [Trial(.96m)] });
        Assert.Contains(good.Actions, a => a is { Lever: Lever.Routing, Kind: ActionKind.Saving } && a.Quality.Contains("98", StringComparison.Ordinal));
        Assert.DoesNotContain(poor.Actions, a => a is { Lever: Lever.Routing, Kind: ActionKind.Saving });
    }

    [Fact]
    public void The_same_calls_in_another_order_give_the_same_plan()
    {
        var shuffled = Sampled.Value.OrderBy(c => HashCode.Combine(7, c.RequestId)).ToList();
        Assert.Equal(Words(SampledTraffic.Planned(Sampled.Value)), Words(SampledTraffic.Planned(shuffled)));

        static string Words(Plan plan) => string.Join('\n', plan.Actions.Select(a => $"{a.Name} {a.From} {a.To} {a.PeriodSaving} {a.JointSaving} {a.Evidence.Text}"));
    }

    [Fact]
    public void One_call_is_no_reason_to_change_anything()
    {
        var plan = SampledTraffic.Planned([Call(1, Kind(), Start, Tokens(90_000, 900))]);
        Assert.DoesNotContain(plan.Actions, a => a.Kind == ActionKind.Saving);
        Assert.All(plan.Actions.Where(a => a.Kind == ActionKind.Candidate), a => Assert.Equal(Confidence.Low, a.Confidence));
        Assert.Contains(plan.Notes, n => n.StartsWith("The records span", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_every_call_failed_there_is_nothing_to_save()
    {
        var plan = SampledTraffic.Planned(Hourly(50, Kind(), default).Select(c => c with { ErrorCode = "ThrottlingException" }));
        Assert.Equal((0m, 0m), (plan.Current, plan.SavingMonthly));
        Assert.DoesNotContain(plan.Actions, a => a.Kind != ActionKind.Warning);
        Assert.Contains(plan.Notes, n => n.StartsWith("No call was answered", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_fixed_is_left_alone()
    {
        var plan = SampledTraffic.Planned(Sampled.Value, new() { Workloads = [new() { Principal = "ContractsRole", IsFixed = true }] });
        Assert.DoesNotContain(plan.Actions, a => a.Workload.Principal == "ContractsRole" && a.Kind != ActionKind.Warning);
    }
}
