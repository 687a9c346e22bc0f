using Assay.Usage;

namespace Assay.Estate.Tests.Described;

/// <summary>The samples are what people copy.</summary>
public class SamplesTests
{
    public static TheoryData<string> Samples => ["startup-chat.yaml", "enterprise.yaml", "bank.yaml"];

    [Theory, MemberData(nameof(Samples))]
    public void A_sample_has_no_mistakes(string name)
    {
        var reading = Estates.Sample(name);
        Assert.True(reading is EstateReading.Described, reading is EstateReading.Mistaken bad ? string.Join('\n', bad.Errors) : "");
    }

    [Theory, MemberData(nameof(Samples)), InlineData("bank-terms.yaml")]
    public void A_sample_names_its_schema_first(string name) =>
        Assert.Equal("# yaml-language-server: $schema=estate.schema.json", File.ReadLines(Estates.SamplePath(name)).First());

    [Fact]
    public void The_enterprise_has_the_tokens_of_the_guide()
    {
        var estate = Assert.IsType<EstateReading.Described>(Estates.Sample("enterprise.yaml")).Estate;
        decimal Calls(DescribedWorkload w) => w.RequestsPerMonth.Likely * w.CallsPerRequest.Mean.Likely;
        Assert.Equal(375_000_000m, estate.Workloads.Sum(w => Calls(w) * w.InputTokens.Mean.Likely));
        Assert.Equal(125_000_000m, estate.Workloads.Sum(w => Calls(w) * w.OutputTokens.Mean.Likely));
        var all = estate.Workloads.Sum(Calls);
        Assert.Equal(0.35m, estate.Workloads.Sum(w => Calls(w) * w.BatchShare.Likely) / all);
        Assert.Equal(5, estate.Workloads.Count(w => w.IsAgent));
        Assert.All(estate.Workloads, w => Assert.Equal([.4m, .45m, .15m], w.Models.Select(m => m.Share.Likely)));
    }

    [Fact]
    public void The_bank_takes_its_terms_from_the_file_it_includes()
    {
        var estate = Assert.IsType<EstateReading.Described>(Estates.Sample("bank.yaml")).Estate;
        Assert.Equal([18_000_000m, 20_000_000m, 22_000_000m], estate.Commitment!.AnnualUsd.Select(f => f.Likely));
        Assert.Equal(2, estate.PrivateRates.Count);
        Assert.Equal(2, estate.Quotas.Count);
        Assert.All(estate.Workloads, w => Assert.Equal("regulated", w.Guardrail));
        Assert.DoesNotContain(estate.Workloads, w => w.Models.Any(m => m.Model.Scope == Scope.Global));
    }
}
