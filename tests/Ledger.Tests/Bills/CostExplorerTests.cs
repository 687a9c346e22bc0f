using Assay.Ledger.Bills;

namespace Assay.Ledger.Tests.Bills;

/// <summary>Answers of Cost Explorer: what its groups stand for, whatever it was grouped by.</summary>
public sealed class CostExplorerTests : IDisposable
{
    readonly SomeBills bills = new();

    public void Dispose() => bills.Dispose();

    static string Group(string keys, string cost = "1.5", string quantity = "12.5", string unit = "N/A", string currency = "USD") =>
        "{\"Keys\":[" + keys + "],\"Metrics\":{\"UnblendedCost\":{\"Amount\":\"" + cost + "\",\"Unit\":\"" + currency
        + "\"},\"UsageQuantity\":{\"Amount\":\"" + quantity + "\",\"Unit\":\"" + unit + "\"}}}";

    static string Answer(string definitions, params string[] groups) =>
        $$$"""
        {"GroupDefinitions":[{{{definitions}}}],
         "ResultsByTime":[{"TimePeriod":{"Start":"2026-07-01","End":"2026-07-02"},"Total":{},"Groups":[{{{string.Join(',', groups)}}}],"Estimated":false}],
         "DimensionValueAttributes":[]}
        """;

    const string ByUsageType = """{"Type":"DIMENSION","Key":"USAGE_TYPE"}""";
    const string ByService = """{"Type":"DIMENSION","Key":"SERVICE"}""";

    BillReading Read(string answer) => SomeBills.Read(bills.Text("ce.json", answer));

    [Fact]
    public void A_group_is_a_line_and_its_scale_is_that_of_the_offer()
    {
        var reading = Read(Answer(ByUsageType, Group("\"USE1-NovaPro-input-tokens\""), Group("\"USE1-MP:USE1_InputTokenCount_Global-Units\""),
            Group("\"USE1-NovaPro-output-tokens\"", unit: "1M tokens"), Group("\"USE1-Guardrail-TopicPolicyUnitsConsumed\""),
            Group("\"USE1-openai.gpt-oss-120b-mantle-input-tokens\""), Group("\"NoUsageType\"", "-3", "0")));
        Assert.Equal(["amazon.nova-pro-v1:0 input 12500", "names no model", "amazon.nova-pro-v1:0 output 12500000", " guardrail_topic 12.5",
            "the scale of unit 'N/A' cannot be read from ''"], reading.Lines.Take(5).Select(SomeBills.Usage));
        Assert.Equal((new DateTime(2026, 7, 1), new DateTime(2026, 7, 2), "us-east-1", BillFormat.CostExplorer),
            (reading.Lines[0].Start, reading.Lines[0].End, reading.Lines[0].Region, reading.Lines[0].Format));
        Assert.Equal((-3m, 4.5m), (reading.Lines[5].Cost, reading.Lines.Sum(l => l.Cost)));
    }

    [Fact]
    public void Two_keys_say_more_and_the_service_names_the_model()
    {
        var reading = Read(Answer($"{ByService},{ByUsageType}",
            Group("\"Claude Haiku 4.5 (Amazon Bedrock Edition)\",\"USE1-MP:USE1_OutputTokenCount-Units\""),
            Group("\"Amazon Bedrock\",\"EU-NovaPro-input-tokens\""), Group("\"Amazon EC2\",\"BoxUsage\""),
            Group("\"Amazon OpenSearch Service\",\"USE1-SearchOCU\"", unit: "OCU-Hours")));
        Assert.Equal(["anthropic.claude-haiku-4-5-20251001-v1:0 output 12500000", "amazon.nova-pro-v1:0 input 12500", " ocu_hour 12.5"],
            reading.Lines.Select(SomeBills.Usage));
        Assert.Equal(1, reading.OtherServices);
    }

    [Theory]
    [InlineData("Usage", "Usage")]
    [InlineData("Credit", "Credit")]
    [InlineData("Tax", "Tax")]
    [InlineData("Enterprise Discount Program Discount", "ProgrammeDiscount")]
    [InlineData("Private Rate Discount", "PrivateDiscount")]
    [InlineData("Savings Plan Negation", "Commitment")]
    [InlineData("Support fee", "Fee")]
    [InlineData("Odd", "Other")]
    public void A_record_type_among_the_keys_is_the_kind_of_charge(string recordType, string charge) =>
        Assert.Equal(charge, $"{Assert.Single(Read(Answer($$$"""{{{ByUsageType}}},{"Type":"DIMENSION","Key":"RECORD_TYPE"}""",
            Group($"\"USE1-NovaPro-input-tokens\",\"{recordType}\""))).Lines).Charge}");

    [Fact]
    public void Tags_accounts_and_regions_are_read_from_the_keys()
    {
        var tagged = Assert.Single(Read(Answer($$$"""{{{ByUsageType}}},{"Type":"TAG","Key":"app"}""",
            Group("\"USE1-NovaPro-input-tokens\",\"app$chat\""))).Lines);
        Assert.Equal("chat", tagged.Usage!.Value.Caller.App);
        var accounted = Assert.Single(Read(Answer($$$"""{{{ByUsageType}}},{"Type":"DIMENSION","Key":"LINKED_ACCOUNT"}""",
            Group("\"USE1-NovaPro-input-tokens\",\"111122223333\""))).Lines);
        Assert.Equal("111122223333", accounted.Usage!.Value.Caller.Account);
        var hourly = Read(Answer($$$"""{{{ByUsageType}}},{"Type":"DIMENSION","Key":"REGION"}""",
            Group("\"USE1-NovaPro-input-tokens\",\"us-west-2\"")).Replace("2026-07-01\"", "2026-07-01T05:00:00Z\"", StringComparison.Ordinal)).Lines[0];
        Assert.Equal(("us-west-2", new DateTime(2026, 7, 1, 5, 0, 0)), (hourly.Region, hourly.Start));
    }

    [Fact]
    public void What_cannot_be_used_is_named_and_counted()
    {
        var reading = Read(Answer(ByUsageType, Group("\"USE1-NovaPro-input-tokens\"", "x"), Group("\"USE1-NovaPro-input-tokens\"", currency: "EUR"),
            Group("\"USE1-NovaPro-input-tokens\"", quantity: "many"), Group("\"USE1-NovaPro-input-tokens\"")));
        Assert.Single(reading.Lines);
        Assert.Equal(["the cost is 'x', which is not a number", "1.5 EUR: another currency than USD is in no sum",
            "the quantity is 'many', which is not a number"], reading.Skipped.Select(s => s.Reason));
        var ungrouped = Read("""{"ResultsByTime":[{"TimePeriod":{"Start":"2026-07-01","End":"2026-08-01"},"Total":{"UnblendedCost":{"Amount":"9","Unit":"USD"}},"Groups":[]}]}""");
        Assert.StartsWith("a total of everything; group by", Assert.Single(ungrouped.Skipped).Reason, StringComparison.Ordinal);
        var cut = Assert.Throws<BillException>(() => Read("""{"ResultsByTime":[{"TimePeriod":"""));
        Assert.Contains("the JSON breaks off", cut.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_answer_fetched_twice_counts_once()
    {
        var first = bills.Text("a.json", Answer(ByUsageType, Group("\"USE1-NovaPro-input-tokens\"")));
        var second = bills.Text("b.json", $"[{Answer(ByUsageType, Group("\"USE1-NovaPro-input-tokens\""), Group("\"EU-NovaPro-input-tokens\""))}]");
        Assert.Equal(BillFormat.CostExplorer, Assay.Ledger.Bills.Bills.FormatOf(second));
        var reading = SomeBills.Read(first, second);
        Assert.Equal((2, 1), (reading.Lines.Count, reading.Duplicates.Count));
    }
}
