using Assay.Estate;

namespace Assay.Planning.Tests.Guide;

public sealed class ScenarioTests
{
    static readonly IReadOnlyList<ScenarioLine> Lines = GuideScenario.Lines(TheGuide.Sources);

    [Theory]
    [InlineData("On-demand inference", 4200, 1625)]          // 325 MTok x 5.00, the mix at 3:1
    [InlineData("Batch inference", 1100, 437.5)]             // 175 MTok x 5.00 x 0.5
    [InlineData("Prompt caching", -1800, -506.25)]           // 375 MTok x 2.50 x 0.6 x 0.9
    [InlineData("Knowledge bases", 1200, 691.2)]             // 2 x 345.60
    [InlineData("Agents", 1600, null)]
    [InlineData("Guardrails", 400, null)]
    [InlineData("CloudWatch", 300, null)]
    [InlineData("Month", 7000, 5056.25)]                     // 1625 + 437.50 - 506.25 + 3500
    [InlineData("Unoptimised month", 18500, 6500)]           // 375 x 3 + 125 x 15 + 3500
    [InlineData("Saved", 0.621621621621622, 0.222115384615385)]
    public void A_printed_line_beside_what_its_assumptions_give(string name, double printed, object? derived)
    {
        var line = Assert.Single(Lines, l => l.Name == name);
        Assert.Equal(printed, (double)line.Printed, 9);
        Assert.Equal(derived is null, line.Derived.Result is null);
        if (line.Derived.Result is { } figure) Assert.Equal(Convert.ToDouble(derived), (double)figure.Low, 9);
        else Assert.Equal(line.Why, line.Derived.Missing);
    }

    [Fact]
    public void What_the_scenario_s_estate_is_billed_for_is_what_is_derived()
    {
        var estate = GuideScenario.Estate(TheGuide.Inputs, TheGuide.Catalog);
        var bill = new EstateModel(estate, new(TheGuide.Book, new Dictionary<string, IReadOnlyList<string>>())).Bill();
        Assert.Equal(Derived("On-demand inference"), bill.Of(BillCategories.OnDemand));
        Assert.Equal(Derived("Knowledge bases"), bill.Of(BillCategories.KnowledgeBase));

        static decimal Derived(string line) => Lines.Single(l => l.Name == line).Derived.Result!.Value.Low;
    }

    [Fact]
    public void Every_line_says_why_in_one_line() => Assert.All(Lines, line => Assert.InRange(line.Why.Length, 10, 96));

    [Fact]
    public void The_scenario_is_an_estate_of_its_stated_size()
    {
        var estate = GuideScenario.Estate(TheGuide.Inputs, TheGuide.Catalog);
        var workload = Assert.Single(estate.Workloads);
        Assert.Equal(500_000_000m, workload.RequestsPerMonth.Likely * (workload.InputTokens.Mean.Likely + workload.OutputTokens.Mean.Likely));
        Assert.Equal(3m, workload.InputTokens.Mean.Likely / workload.OutputTokens.Mean.Likely);
        Assert.Equal(1m, workload.Models.Sum(m => m.Share.Likely));
        Assert.Equal([VectorStore.OpenSearchServerless, VectorStore.OpenSearchServerless], estate.KnowledgeBases.Select(k => k.Store));
        Assert.All(workload.Models, m => Assert.NotNull(m.Model.Facts));
    }
}
