using Assay.Ledger.Bills;
using Assay.Testing;

namespace Assay.Ledger.Tests.Bills;

/// <summary>FOCUS in its versions: their columns differ, what they say must not.</summary>
public sealed class FocusTests : IDisposable
{
    readonly SomeBills bills = new();

    public void Dispose() => bills.Dispose();

    // 1.0: no SkuMeter, no SkuPriceDetails; AWS's own columns carry the usage type.
    const string Head10 = "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,"
        + "ChargeDescription,ChargePeriodEnd,ChargePeriodStart,CommitmentDiscountId,CommitmentDiscountStatus,ConsumedQuantity,ConsumedUnit,"
        + "InvoiceIssuerName,ListCost,PricingQuantity,PricingUnit,ProviderName,PublisherName,RegionId,ResourceId,ServiceName,SubAccountId,Tags,"
        + "x_Operation,x_ServiceCode,x_UsageType";

    static string Row10(string category = "Usage", string correction = "", string description = "", string cost = "2.75",
        string commitment = ",", string quantity = "2.5", string unit = "Units", string service = "Claude Haiku 4.5 (Amazon Bedrock Edition)",
        string usageType = "USE1-MP:USE1_InputTokenCount_Global-Units", string tags = "", string code = "") =>
        $"{cost},999900001111,USD,2026-08-01 00:00:00,2026-07-01 00:00:00,{category},{correction},{SomeBills.Cell(description)},"
        + $"2026-07-03 05:00:00,2026-07-03 04:00:00,{commitment},{quantity},{unit},\"Amazon Web Services, Inc.\",2.75,{quantity},{unit},AWS,"
        + $"Anthropic,us-east-1,,{service},111122223333,{SomeBills.Cell(tags)},InvokeModelInference,{code},{usageType}";

    const string Sold = "AWS Marketplace software usage|us-east-1|Million Input Tokens Global";

    [Fact]
    public void FOCUS_1_0_has_AWSs_usage_type_in_a_column_of_its_own()
    {
        var line = Assert.Single(SomeBills.Read(bills.Text("f.csv", Head10, Row10(description: Sold, tags: """{"app": "chat"}"""))).Lines);
        Assert.Equal("anthropic.claude-haiku-4-5-20251001-v1:0 input 2500000 global", SomeBills.Usage(line));
        Assert.Equal((BillFormat.Focus, "999900001111", "111122223333", "us-east-1", "AWS Marketplace", 2.75m, new DateOnly(2026, 7, 1)),
            (line.Format, line.PayerAccount, line.Account, line.Region, line.BillingEntity, line.Cost, line.Period));
        Assert.Equal((new DateTime(2026, 7, 3, 4, 0, 0), new DateTime(2026, 7, 3, 5, 0, 0)), (line.Start, line.End));
        Assert.Equal(("chat", "InvokeModelInference"), (line.Usage!.Value.Caller.App, line.Operation));
        Assert.Null(line.ListCost);
    }

    [Fact]
    public void Without_a_usage_type_the_meter_is_in_the_words_of_the_description()
    {
        var reading = SomeBills.Read(bills.Text("f.csv", Head10,
            Row10(description: "AWS Marketplace software usage|eu-west-1|Million 1 Hour Cache Write Input Tokens Long Context Global", usageType: ""),
            Row10(description: "One hour of something", usageType: "")));
        Assert.Equal(["anthropic.claude-haiku-4-5-20251001-v1:0 cache_write_1h 2500000 global long",
            "'hour of something' is not a word of a known usage type"], [SomeBills.Usage(reading.Lines[0]),
            reading.Lines[1].Unclassified is { Length: > 0 } ? "'hour of something' is not a word of a known usage type" : ""]);
    }

    [Theory]
    [InlineData("""{"ModelId":"anthropic.claude-sonnet-4-6","TokenDirection":"Input"}""", "anthropic.claude-sonnet-4-6 input 1500")]
    [InlineData("""{"ModelId":"global.anthropic.claude-sonnet-4-6","TokenDirection":"Output"}""", "anthropic.claude-sonnet-4-6 output 1500 global")]
    [InlineData("""{"ModelId":"anthropic.claude-sonnet-4-6","TokenDirection":"Input","CacheAction":"Read"}""",
        "anthropic.claude-sonnet-4-6 cache_read 1500")]
    [InlineData("""{"ModelId":"anthropic.claude-sonnet-4-6","TokenDirection":"Input","CacheAction":"Write","x_CacheTtl":"1h"}""",
        "anthropic.claude-sonnet-4-6 cache_write_1h 1500")]
    [InlineData("""{"ModelId":"anthropic.claude-sonnet-4-6","TokenDirection":"Input","x_Mode":"batch","x_Scope":"geo","x_Context":"long"}""",
        "anthropic.claude-sonnet-4-6 input 1500 batch geo long")]
    [InlineData("""{"ModelId":"amazon.nova-pro-v1:0","TokenDirection":"Input","x_Tier":"flex"}""", "amazon.nova-pro-v1:0 input 1500 flex")]
    [InlineData("""{"ModelId":"amazon.nova-pro-v1:0","TokenDirection":"Input","x_Tier":"turbo"}""", "unclassified")]
    [InlineData("""{"ModelFamily":"Nova"}""", "unclassified")]
    public void FOCUS_1_2_states_the_class_in_the_details_of_the_price(string details, string expected)
    {
        var line = Assert.Single(SomeBills.Read(bills.Text("f.csv",
            "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,"
                + "ConsumedQuantity,ConsumedUnit,ProviderName,ServiceName,SkuMeter,SkuPriceDetails,SubAccountId,RegionId",
            $"0.01,9,USD,2026-07-01T00:00:00Z,2026-08-01T00:00:00Z,Usage,2026-07-03T00:00:00Z,2026-07-04T00:00:00Z,1500,Tokens,AWS,"
                + $"Amazon Bedrock,,{SomeBills.Cell(details)},1,us-east-1")).Lines);
        Assert.Equal(expected, line.Usage is null ? "unclassified" : SomeBills.Usage(line));
        Assert.Equal(line.Usage is null, line.Unclassified is not null);
    }

    [Fact]
    public void FOCUS_1_3_renames_the_provider()
    {
        var line = Assert.Single(SomeBills.Read(bills.Text("f.csv",
            "BilledCost,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,PricingQuantity,PricingUnit,"
                + "ServiceProviderName,HostProviderName,InvoiceIssuerName,ServiceName,SkuMeter,AllocatedTags,RegionId",
            "0.8,USD,2026-07-01T00:00:00Z,Usage,2026-07-03T00:00:00Z,2026-07-04T00:00:00Z,1000,1K tokens,AWS,AWS,AWS,Amazon Bedrock,"
                + "USE1-NovaPro-input-tokens,,us-east-1")) is var reading ? reading.Lines : []);
        Assert.Equal("amazon.nova-pro-v1:0 input 1000000", SomeBills.Usage(line));
        Assert.Equal(("AWS", "USE1-NovaPro-input-tokens"), (line.BillingEntity, line.UsageType));
        Assert.Empty(reading.UnknownColumns);
    }

    [Fact]
    public void Categories_and_classes_become_kinds_of_charge()
    {
        var lines = SomeBills.Read(bills.Text("f.csv", Head10,
            Row10(description: Sold), Row10("Usage", "Correction", cost: "-1"), Row10(commitment: "plan,Used", description: Sold),
            Row10(commitment: "plan,Unused"), Row10("Purchase", commitment: "plan,"), Row10("Purchase"), Row10("Credit", cost: "-1"), Row10("Tax"),
            Row10("Adjustment", description: "EDP discount"), Row10("Adjustment", description: "Private Rate discount"),
            Row10("Adjustment", "Correction"), Row10("Adjustment", description: "rounding"), Row10("Mystery"))).Lines;
        Assert.Equal(
        [
            "Usage used", "Refund", "Commitment used", "Commitment", "Commitment", "Fee", "Credit", "Tax", "ProgrammeDiscount",
            "PrivateDiscount", "Refund", "Other", "Other",
        ], lines.Select(l => l.Usage is null ? $"{l.Charge}" : $"{l.Charge} used"));
    }

    [Fact]
    public void Rows_without_an_id_are_told_apart_by_what_they_say()
    {
        var (one, two) = (Row10(description: Sold), Row10(description: Sold, cost: "3"));
        var first = bills.Text("a.csv", Head10, one, one, two);
        var second = bills.Text("b.csv", Head10, one, one, one);
        var reading = SomeBills.Read(first, second);
        // Equal rows of one export are what it bills; those of another repeat them.
        Assert.Equal([2.75m, 2.75m, 3m, 2.75m], reading.Lines.Select(l => l.Cost));
        Assert.Equal(2, reading.Duplicates.Count);
        Assert.Equal(4, reading.Lines.Select(l => l.Usage!.Value.RequestId).Distinct().Count());
    }

    [Fact]
    public void Other_vendors_models_are_other_services() => Assert.Equal((0, 2L), SomeBills.Read(bills.Text("f.csv", Head10,
        Row10(service: "Azure OpenAI", usageType: ""), Row10(service: "Amazon EC2", usageType: "USE1-BoxUsage"))) is var reading
        ? (reading.Lines.Count, reading.OtherServices) : default);

    public static TheoryData<string> Samples => [.. Repository.Shared is { } shared ? SamplesIn(shared) : [""]];

    static IEnumerable<string> SamplesIn(string shared) =>
        Directory.EnumerateFiles(Path.Combine(shared, "data", "focus"), "*.csv", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(shared, f)).Order(StringComparer.Ordinal);

    [Theory, MemberData(nameof(Samples))]
    public void The_sample_exports_read_without_a_fault(string sample)
    {
        var path = Path.Combine(Repository.NeedsShared(), sample);
        Assert.Equal(BillFormat.Focus, Assay.Ledger.Bills.Bills.FormatOf(path));
        var reading = SomeBills.Read(path);
        Assert.Empty(reading.Lines);
        Assert.Empty(reading.Skipped);
        Assert.True(reading.OtherServices > 0);
    }
}
