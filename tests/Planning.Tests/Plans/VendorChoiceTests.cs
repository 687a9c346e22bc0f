using Assay.Planning.Vendors;
using Assay.Pricing;
using static Assay.Planning.Tests.Plans.SomeCalls;

namespace Assay.Planning.Tests.Plans;

/// <summary>Another vendor is a candidate at the price of the calls as planned, less what is promised to AWS and paid all the same.</summary>
public class VendorChoiceTests
{
    // Sonnet through the global profile costs 3 and 15 a million, through a us. profile a tenth more; its maker asks a tenth less.
    const decimal Here = 400 * ((150_000 * 3e-6m) + (5_000 * 15e-6m)), There = Here * .9m;

    static PlanSources Sources(string input, string output) => SampledTraffic.Sources with
    {
        Vendors = new(PriceBooks.Read("vendors", [("v.csv", new StringReader(string.Join('\n', PriceBookFile.Header, Line("input", input),
                Line("output", output))))]),
            [new("maker", "The maker", "maker", "none", "", "", new(2026, 7, 1), "test")],
            [new(Sonnet, "maker", "sonnet", EquivalenceKind.SameWeights, null, "", new(2026, 7, 1), "test")]),
    };

    static string Line(string meter, string rate) => $"{meter},maker:sonnet,{meter},on_demand,standard,in_region,standard,*,none,1M tokens,{rate},,,test";

    static Plan Planned(PlanConstraints constraints, string input = "2.7", string output = "13.5")
    {
        var traffic = new Traffic();
        var kind = Kind(operation: "ConverseStream");
        traffic.Add([.. Enumerable.Range(0, 400).Select(i => Call(i, kind, Start.AddMinutes(10 * i), Tokens(150_000, 5_000)))]);
        return Planner.Of(traffic, Sources(input, output), constraints, TestContext.Current.CancellationToken);
    }

    static PlanAction? Vendor(Plan plan) => plan.Actions.SingleOrDefault(a => a is { Lever: Lever.Commitment, Kind: ActionKind.Candidate });

    [Fact]
    public void The_same_weights_elsewhere_are_a_candidate_and_never_counted()
    {
        var plan = Planned(PlanConstraints.None);
        var vendor = Vendor(plan);
        Assert.NotNull(vendor);
        Assert.Equal((Here - There, 0m), (decimal.Round(vendor.PeriodSaving, 9), vendor.JointSaving));
        Assert.Equal(0m, plan.SavingMonthly);
    }

    [Fact]
    public void What_bedrock_s_own_global_profile_saves_is_no_merit_of_another_vendor() =>
        Assert.Null(Vendor(Planned(PlanConstraints.None, "3", "15")));

    [Fact]
    public void Where_calls_must_stay_no_vendor_is_offered() => Assert.Null(Vendor(Planned(new() { Residency = Estate.Residency.Geography })));

    [Fact]
    public void What_is_promised_to_aws_is_paid_all_the_same()
    {
        // Nothing but these calls fills the promise.
        var plan = Planned(new() { Commitment = new(1_000_000m, 0m, 0m) });
        Assert.Null(Vendor(plan));
        Assert.Contains(plan.Notes, n => n.StartsWith("The maker sells", StringComparison.Ordinal) && n.EndsWith("it does not pay.", StringComparison.Ordinal));
        // Other spend fills it many times over.
        Assert.NotNull(Vendor(Planned(new() { Commitment = new(1_000_000m, 9_000_000m, 0m) })));
    }

    [Fact]
    public void Where_spend_is_promised_only_the_models_leave_that_are_worth_it()
    {
        // The promise has room for Haiku's dollars to leave, and for none of Sonnet's.
        const decimal haiku = 400 * ((150_000 * 1e-6m) + (5_000 * 5e-6m));
        var both = Vendor(Both(PlanConstraints.None, out var planned));
        Assert.Equal(Here - There + (haiku / 2), decimal.Round(both!.PeriodSaving, 9));
        var plan = Both(new() { Commitment = new(planned - (haiku * 10 * 12), 0m, 0m) }, out _);
        var one = Vendor(plan);
        Assert.NotNull(one);
        Assert.Equal(haiku / 2, decimal.Round(one.PeriodSaving, 6));
        Assert.Equal("The maker for claude-haiku-4-5", one.To);
        Assert.DoesNotContain("promised", one.Evidence.Text, StringComparison.Ordinal);
    }

    // Three days of both models; Haiku costs 1 and 5 a million here, and half of it there.
    static Plan Both(PlanConstraints constraints, out decimal plannedYear)
    {
        var traffic = new Traffic();
        foreach (var (first, model) in ((int, string)[])[(0, Sonnet), (1_000, Haiku)])
        {
            var kind = Kind(model, operation: "ConverseStream");
            traffic.Add([.. Enumerable.Range(0, 400).Select(i => Call(first + i, kind, Start.AddMinutes(10 * i), Tokens(150_000, 5_000)))]);
        }
        var vendors = Sources("2.7", "13.5").Vendors!;
        var lines = string.Join('\n', PriceBookFile.Header, Line("input", "2.7"), Line("output", "13.5"),
            Line("input", "0.5").Replace("sonnet", "haiku", StringComparison.Ordinal), Line("output", "2.5").Replace("sonnet", "haiku", StringComparison.Ordinal));
        vendors = vendors with
        {
            Book = PriceBooks.Read("vendors", [("v.csv", new StringReader(lines))]),
            Equivalents = [.. vendors.Equivalents, new(Haiku, "maker", "haiku", EquivalenceKind.SameWeights, null, "", new(2026, 7, 1), "test")],
        };
        var plan = Planner.Of(traffic, SampledTraffic.Sources with { Vendors = vendors }, constraints, TestContext.Current.CancellationToken);
        plannedYear = plan.PlannedMonthly * 12m;
        return plan;
    }
}
