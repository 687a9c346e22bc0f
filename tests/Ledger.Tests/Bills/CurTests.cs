using Assay.Ledger.Bills;
using Assay.Usage;

namespace Assay.Ledger.Tests.Bills;

/// <summary>Cost and usage reports: which rows are Bedrock's, what each stands for, for whom and when.</summary>
public sealed class CurTests : IDisposable
{
    readonly SomeBills bills = new();

    public void Dispose() => bills.Dispose();

    static string Native(string usageType, string amount, string unit, string description = "") =>
        SomeBills.Native("a", usageType, amount, unit, "1", description: description);

    [Theory]
    [InlineData("USE1-NovaPro-input-tokens", "12.345", "1K tokens", "amazon.nova-pro-v1:0 input 12345")]
    [InlineData("USE1-NovaPro-output-tokens-flex", "0.002", "1K tokens", "amazon.nova-pro-v1:0 output 2 flex")]
    [InlineData("USE1-NovaPro-input-tokens", "0.0005", "1K tokens", "amazon.nova-pro-v1:0 input 0.5")]
    [InlineData("USE1-NovaLite-cache-read-input-token-count", "7", "1M tokens", "amazon.nova-lite-v1:0 cache_read 7000000")]
    [InlineData("USE1-Guardrail-ContentPolicyUnitsConsumed", "250", "TextUnit", " guardrail_content 250")]
    [InlineData("USE1-Guardrail-ContentPolicyUnitsConsumed", "2.5", "1K TextUnits", " guardrail_content 2500")]
    [InlineData("USE1-Llama3-1-70B-ProvisionedThroughput-1month-ModelUnits", "24", "hour",
        "meta.llama3-1-70b-instruct-v1:0 model_unit_hour 24 provisioned 1_month")]
    [InlineData("USE1-Claude4.5Sonnet-reserved-3-month-input-tokens-per-minute-cross-region-geo", "100", "1K TPM Hour",
        "anthropic.claude-sonnet-4-5-20250929-v1:0 input_tpm_hour 100000 reserved geo 3_month")]
    [InlineData("USE1-Claude4Sonnet-output-tokens-long-context-cross-region-global", "3", "1K tokens",
        "anthropic.claude-sonnet-4-20250514-v1:0 output 3000 global long")]
    [InlineData("USE1-openai.gpt-oss-120b-mantle-input-tokens", "3", "1K tokens", "openai.gpt-oss-120b input 3000")]
    [InlineData("USE1-Ray-V2-Medfps-HDRes", "3", "Second", "video is priced by resolution and frame rate, which a price's key does not have")]
    [InlineData("USE1-NovaPro-input-tokens", "5", "Units", "the scale of unit 'Units' cannot be read from ''")]
    [InlineData("USE1-NovaPro-input-tokens", "5", "hour", "unit 'hour' does not measure 'input'")]
    [InlineData("USE1-NovaPro-input-tokens", "-5", "1K tokens", "a quantity below zero (-5)")]
    [InlineData("USE1-NovaPro-input-tokens", "99999999999999999999", "1K tokens", "a quantity beyond belief (99999999999999999999 1K tokens)")]
    [InlineData("USE1-NovaHuge-input-tokens", "5", "1K tokens", "'NovaHuge' is not a model of prices/models.csv")]
    public void Bedrocks_own_rows_say_their_unit(string usageType, string amount, string unit, string expected)
    {
        var line = Assert.Single(SomeBills.Read(bills.Cur("bill.csv", Native(usageType, amount, unit))).Lines);
        Assert.Equal(expected, SomeBills.Usage(line));
        Assert.Equal(usageType.Contains("mantle", StringComparison.Ordinal), line.IsMantle);
        Assert.Equal(1m, line.Cost);
        Assert.Equal("us-east-1", line.Region);
    }

    [Theory]
    [InlineData("USE1-MP:USE1_InputTokenCount-Units", "2.5", "Million Input Tokens Regional", "input 2500000")]
    [InlineData("EUN1-MP:EUN1_OutputTokenCount_Global_Batch-Units", "0.000001", "Million Batch Response Tokens Global", "output 1 batch global")]
    [InlineData("APS3-MP:APS3_CacheWrite1hInputTokenCount_LCtx_Global-Units", "1",
        "Million 1 Hour Cache Write Input Tokens Long Context Global", "cache_write_1h 1000000 global long")]
    [InlineData("USE1-MP:USE1_input_tokens_global_standard-Units", "1500", "Thousand Input Tokens Global", "input 1500000 global")]
    public void Current_Claude_comes_from_the_Marketplace_without_a_service_code(string usageType, string amount, string words, string expected)
    {
        var row = SomeBills.Sold("m", "Claude Haiku 4.5", usageType, amount, $"AWS Marketplace software usage|us-east-1|{words}", "2.75");
        var line = Assert.Single(SomeBills.Read(bills.Cur("bill.csv", row)).Lines);
        Assert.Equal($"anthropic.claude-haiku-4-5-20251001-v1:0 {expected}", SomeBills.Usage(line));
        Assert.Equal("AWS Marketplace", line.BillingEntity);
        Assert.Null(line.ListCost);
        Assert.True(line.Usage!.Value.Kind.IsSum);
    }

    [Fact]
    public void A_Marketplace_row_without_its_products_name_is_kept_and_named_by_what_was_called()
    {
        const string head = "identity_line_item_id,line_item_usage_start_date,line_item_usage_type,line_item_usage_amount,pricing_unit,"
            + "line_item_unblended_cost,line_item_line_item_description,line_item_resource_id";
        const string said = "AWS Marketplace software usage|us-east-1|Million Input Tokens";
        var lines = SomeBills.Read(bills.Text("bill.csv", head,
            $"1,2026-07-01T00:00:00Z,USE1-MP:USE1_InputTokenCount-Units,1,Units,3.3,{said},"
                + "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6",
            $"2,2026-07-01T00:00:00Z,USE1-MP:USE1_InputTokenCount-Units,1,Units,3.3,{said},",
            "3,2026-07-01T00:00:00Z,USE1-MP:USE1_Seats-Units,1,Units,30,A product|us-east-1|Seats,")) is var reading ? reading.Lines : [];
        Assert.Equal(["anthropic.claude-sonnet-4-6 input 1000000", "names no model"], lines.Select(SomeBills.Usage));
        Assert.Equal(1, reading.OtherServices);
    }

    [Fact]
    public void Every_kind_of_line_is_told_apart_and_only_usage_counts_as_usage()
    {
        string[] types =
        [
            "Usage", "DiscountedUsage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "RIFee", "Credit", "Refund", "Tax", "Fee",
            "EdpDiscount", "SppDiscount", "BundledDiscount", "PrivateRateDiscount", "Anniversary",
        ];
        var lines = SomeBills.Read(bills.Cur("bill.csv", [.. types.Select(t =>
            SomeBills.Native(t, "USE1-NovaPro-input-tokens", "1", "1K tokens", "-0.5", type: t))])).Lines;
        Assert.Equal(
        [
            "Usage used", "Commitment used", "Commitment used", "Commitment", "Commitment", "Credit", "Refund", "Tax", "Fee",
            "ProgrammeDiscount", "ProgrammeDiscount", "ProgrammeDiscount", "PrivateDiscount", "Other",
        ], lines.Select(l => l.Usage is null ? $"{l.Charge}" : $"{l.Charge} used"));
        Assert.Equal(types, lines.Select(l => l.ChargeName));
        Assert.All(lines, l => Assert.Equal(-0.5m, l.Cost));
        Assert.All(lines, l => Assert.Null(l.Unclassified));
    }

    [Fact]
    public void A_line_says_for_whom_and_when()
    {
        const string head = "identity_line_item_id,bill_billing_period_start_date,bill_payer_account_id,line_item_usage_account_id,"
            + "line_item_usage_start_date,line_item_usage_end_date,line_item_usage_type,line_item_usage_amount,pricing_unit,"
            + "line_item_unblended_cost,line_item_net_unblended_cost,pricing_public_on_demand_cost,line_item_resource_id,"
            + "line_item_iam_principal,line_item_product_code,resource_tags,tags,bill_invoice_id";
        var profile = "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc";
        var path = bills.Text("bill.csv", head,
            "x,2026-07-01T00:00:00Z,999900001111,111122223333,2026-07-03T04:00:00Z,2026-07-03T05:00:00Z,EU-NovaPro-input-tokens,1,1K tokens,"
                + $"0.001,0.0009,0.0011,{profile},arn:aws:sts::111122223333:assumed-role/ChatRole/session,AmazonBedrock,"
                + SomeBills.Cell("""{"user_Application":"chat","user_cost_center":"42"}""") + ","
                + SomeBills.Cell("""{"iamPrincipal/team":"blue","accountTag/team":"all","userAttribute/env":"prod"}""") + ",INV-1");
        var profiles = new Dictionary<string, MappedProfile> { [profile] = new("amazon.nova-pro-v1:0", "other", "red", "dev") };
        var line = Assert.Single(Assay.Ledger.Bills.Bills.Read([path], SomeBills.Catalog, profiles, ["cost_center", "absent"],
            CancellationToken.None).Lines);
        var usage = line.Usage!.Value;
        Assert.Equal(("x", "999900001111", "111122223333", "INV-1", "eu-west-1", "ChatRole"),
            (line.Id, line.PayerAccount, line.Account, line.InvoiceId, line.Region, line.Principal));
        Assert.Equal((new DateTime(2026, 7, 3, 4, 0, 0), new DateTime(2026, 7, 3, 5, 0, 0), new DateOnly(2026, 7, 1)),
            (line.Start, line.End, line.Period));
        Assert.Equal((0.001m, 0.0009m, 0.0011m), (line.Cost, line.NetCost, line.ListCost));
        Assert.Equal(new Caller("111122223333", "ChatRole", "chat", "blue", "prod", new(["42", null])), usage.Caller);
        Assert.Equal(line.Start, usage.Time);
        Assert.Equal("42", line.Tags["cost_center"]);
    }

    [Fact]
    public void A_mapped_profile_speaks_where_no_tag_does()
    {
        const string profile = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc";
        var profiles = new Dictionary<string, MappedProfile> { [profile] = new("amazon.nova-pro-v1:0", "chat", "red", "dev") };
        var path = bills.Cur("bill.csv", SomeBills.Native("1", "USE1-NovaPro-input-tokens", "1", "1K tokens", "1", resource: profile,
            tags: """{"user_team":"blue"}"""));
        var caller = Assay.Ledger.Bills.Bills.Read([path], SomeBills.Catalog, profiles, [], CancellationToken.None).Lines[0].Usage!.Value.Caller;
        Assert.Equal(("chat", "blue", "dev"), (caller.App, caller.Team, caller.Env));
    }

    [Fact]
    public void The_older_report_with_slashes_in_its_columns_reads_the_same()
    {
        var reading = SomeBills.Read(bills.Text("bill.csv",
            "identity/LineItemId,bill/BillingPeriodStartDate,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,"
                + "lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,lineItem/UsageAmount,pricing/unit,lineItem/UnblendedCost,"
                + "product/region,pricing/publicOnDemandCost,resourceTags/user:app",
            "1,2026-07-01T00:00:00Z,111122223333,Usage,2026-07-03T04:00:00Z,2026-07-03T05:00:00Z,AmazonBedrock,"
                + "USE1-NovaPro-input-tokens,2,1K tokens,0.0016,us-east-1,0.0016,chat"));
        var line = Assert.Single(reading.Lines);
        Assert.Equal("amazon.nova-pro-v1:0 input 2000", SomeBills.Usage(line));
        Assert.Equal(("chat", 0.0016m), (line.Usage!.Value.Caller.App, line.ListCost));
        Assert.Empty(reading.UnknownColumns);
    }

    [Fact]
    public void Knowledge_bases_keep_their_vectors_on_OpenSearch_compute()
    {
        var rows = ((string[])["USE1-SearchOCU", "EUW2-IndexingOCU", "USE1-BoxUsage:m5.large"]).Select((t, i) => SomeBills.Native(
            $"{i}", t, "48", "OCU-Hours", "11.52").Replace("AmazonBedrock", "AmazonES", StringComparison.Ordinal)
            .Replace("Amazon Bedrock", "Amazon OpenSearch Service", StringComparison.Ordinal));
        var reading = SomeBills.Read(bills.Cur("bill.csv", [.. rows]));
        Assert.Equal([" ocu_hour 48", " ocu_hour 48"], reading.Lines.Select(SomeBills.Usage));
        Assert.Equal(1, reading.OtherServices);
    }

    [Fact]
    public void Without_an_end_the_starts_tell_hours_from_days_and_months()
    {
        const string head = "line_item_usage_start_date,line_item_usage_type,line_item_unblended_cost,line_item_product_code";
        DateTime EndOf(string name, params string[] starts) => SomeBills.Read(bills.Text(name, [head, .. starts.Select(s =>
            $"{s},USE1-NovaPro-input-tokens,1,AmazonBedrock")])).Lines[^1].End;
        Assert.Equal(new DateTime(2026, 7, 2, 1, 0, 0), EndOf("hours.csv", "2026-07-01 07:00:00", "2026-07-02 00:00:00"));
        Assert.Equal(new DateTime(2026, 7, 3), EndOf("days.csv", "2026-07-01", "2026-07-02"));
        Assert.Equal(new DateTime(2026, 8, 1), EndOf("months.csv", "2026-07-01"));
    }

    [Fact]
    public void Files_written_on_Windows_and_names_in_quotes_read_the_same()
    {
        var text = $"\uFEFF{SomeBills.CurHead},\"resourceTags/user:cost, centre\"\r\n"
            + SomeBills.Native("1", "USE1-NovaPro-input-tokens", "1", "1K tokens", "1") + ",blue\r\n"
            + SomeBills.Native("2", "USE1-NovaPro-input-tokens", "2", "1K tokens", "1") + ",\"two\r\nlines\"\r\n";
        var reading = SomeBills.Read(bills.Bytes("bill.csv", System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.Empty(reading.Skipped);
        Assert.Equal(["1", "2"], reading.Lines.Select(l => l.Id));
        Assert.Equal(["blue", "two\r\nlines"], reading.Lines.Select(l => l.Tags["cost, centre"]));
    }

    [Fact]
    public void A_tag_keeps_its_own_underscores() => Assert.Equal(["id", "user_id"], SomeBills.Read(bills.Cur("bill.csv",
        SomeBills.Native("1", "USE1-NovaPro-input-tokens", "1", "1K tokens", "1", tags: """{"user_id":"x"}"""),
        SomeBills.Native("2", "USE1-NovaPro-input-tokens", "1", "1K tokens", "1", tags: """{"user_user_id":"x"}""")))
        .Lines.Select(l => l.Tags.Keys.Single()));

    [Fact]
    public void Parquet_reads_as_CSV_does_and_its_doubles_exactly()
    {
        var path = bills.Parquet("bill.parquet", """
            SELECT 'a' AS identity_line_item_id, TIMESTAMP '2026-07-01 00:00:00' AS bill_billing_period_start_date,
              TIMESTAMPTZ '2026-07-03 04:00:00+00' AS line_item_usage_start_date, TIMESTAMP '2026-07-03 05:00:00' AS line_item_usage_end_date,
              'USE1-NovaPro-input-tokens' AS line_item_usage_type, 1234.567::DOUBLE AS line_item_usage_amount, '1K tokens' AS pricing_unit,
              (0.1::DOUBLE + 0.2::DOUBLE) AS line_item_unblended_cost, 1e-7::DOUBLE AS line_item_net_unblended_cost,
              0.1234567890::DECIMAL(20, 10) AS pricing_public_on_demand_cost,
              'AmazonBedrock' AS line_item_product_code, MAP {'region_code': 'eu-west-1', 'product_name': 'Amazon Bedrock'} AS product,
              MAP {'user_app': 'a=b, "c"', 'user_team': 'blue'} AS resource_tags, NULL::VARCHAR AS line_item_resource_id
            UNION ALL SELECT 'b', NULL, NULL, NULL, 'BoxUsage', 1, 'Hrs', 1, NULL, NULL, 'AmazonEC2', NULL, NULL, NULL
            """);
        Assert.Equal(BillFormat.Cur2, Assay.Ledger.Bills.Bills.FormatOf(path));
        var reading = SomeBills.Read(path);
        var line = Assert.Single(reading.Lines);
        Assert.Equal("amazon.nova-pro-v1:0 input 1234567", SomeBills.Usage(line));
        Assert.Equal((0.30000000000000004m, 0.0000001m, 0.1234567890m), (line.Cost, line.NetCost, line.ListCost));
        Assert.Equal(("a=b, \"c\"", "blue", "eu-west-1"), (line.Usage!.Value.Caller.App, line.Usage!.Value.Caller.Team, line.Region));
        Assert.Equal((new DateTime(2026, 7, 3, 4, 0, 0), new DateTime(2026, 7, 3, 5, 0, 0), 1L), (line.Start, line.End, reading.OtherServices));
    }
}
