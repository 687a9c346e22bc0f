using System.Text.Json;

namespace Assay.Desk.Tests.Input;

/// <summary>Bills, batch output and ledgers beside logs: told by their content, and nothing counted twice.</summary>
public sealed class SourcesTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    const string Head = "identity_line_item_id,bill_billing_period_start_date,bill_payer_account_id,bill_billing_entity,"
        + "line_item_usage_account_id,line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,line_item_product_code,"
        + "line_item_usage_type,line_item_usage_amount,pricing_unit,line_item_unblended_cost,product\n";

    static string Row(string id, string type, string usageType, string amount, string unit, string cost, string account = "111122223333") =>
        $"{id},2026-07-01 00:00:00,999900001111,AWS,{account},{type},2026-07-01 10:00:00,2026-07-01 11:00:00,AmazonBedrock,{usageType},"
        + $"{amount},{unit},{cost},\"{{\"\"product_name\"\":\"\"Amazon Bedrock\"\",\"\"region_code\"\":\"\"us-east-1\"\"}}\"\n";

    // Llama 3.3 70B in us-east-1: 0.72 a million on demand, half of it in batch.
    static readonly string Bill = Head
        + Row("a", "Usage", "USE1-Llama3.3-70B-input-tokens", "1", "1K tokens", "0.00072")
        + Row("b", "Usage", "USE1-Llama3.3-70B-output-tokens", "0.5", "1K tokens", "0.00036")
        + Row("c", "Usage", "USE1-Llama3.3-70B-input-tokens-batch", "2000", "1K tokens", "0.72")
        + Row("d", "Usage", "USE1-Guardrail-TopicPolicyUnitsConsumed", "10", "TextUnit", "0.0015", "222233334444")
        + Row("e", "Credit", "USE1-Llama3.3-70B-input-tokens-batch", "0", "", "-0.5")
        + Row("f", "Usage", "USE1-SomethingNobodyKnows", "3", "Requests", "0.25");

    [Fact]
    public void A_bill_shows_what_logs_cannot()
    {
        folder.Write("july.csv", Bill);
        var report = folder.Run("report", "july.csv", "--json").MustSucceed().Json;
        Assert.Equal("0.72258", report.GetProperty("total").GetString());
        Assert.Equal(0, report.GetProperty("requests").GetInt64());
        Assert.Equal(["batch", "on_demand"], Keys(report, "by_mode"));
        var bill = report.GetProperty("bill");
        Assert.Equal(("0.47258", 6L), (bill.GetProperty("billed").GetString(), bill.GetProperty("lines").GetInt64()));
        Assert.Equal("Credit", bill.GetProperty("not_usage")[0].GetProperty("charge").GetString());
        Assert.Equal("USE1-SomethingNobodyKnows", bill.GetProperty("unclassified")[0].GetProperty("usage_type").GetString());
        // A row of a bill is no request, and its modes are in use all the same.
        Assert.Empty(report.GetProperty("top").EnumerateArray());
        Assert.Equal(2, report.GetProperty("norms").EnumerateArray().First(n => n.GetProperty("id").GetString() == "modes_in_use")
            .GetProperty("yours").GetDouble());
        Assert.DoesNotContain("batch jobs", report.GetProperty("not_visible").EnumerateArray().Select(v => v.GetString()));
    }

    [Fact]
    public void What_logs_and_a_bill_both_tell_is_counted_once()
    {
        folder.Write("logs/call.jsonl", LogText.Call("r-1", input: 1000, output: 500));
        folder.Write("bills/july.csv", Bill);
        var ended = folder.Run("report", "logs", "bills", "--json").MustSucceed();
        Assert.Equal("0.72258", ended.Json.GetProperty("total").GetString());
        Assert.Equal((1L, 2L), (ended.Json.GetProperty("requests").GetInt64(), ended.Json.GetProperty("bill").GetProperty("left_out").GetInt64()));
        Assert.Contains("2 lines of the bill ($0.00108) tell of calls that the logs tell of", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bill_is_rated_line_by_line()
    {
        folder.Write("july.csv", Bill);
        var lines = folder.Run("rate", "july.csv").MustSucceed().JsonLines;
        Assert.Equal(["0.00072", "0.00036", "0.72", "0.0015"], lines.Select(l => l.GetProperty("cost").GetString()));
        Assert.Equal("batch", lines[2].GetProperty("mode").GetString());
    }

    [Fact]
    public void Batch_output_is_rated_at_batch_prices()
    {
        folder.Write("out/job1/input.jsonl.out",
            """{"modelInput":{},"modelOutput":{"generation":"x","prompt_token_count":2000000,"generation_token_count":1000000},"recordId":"1"}""" + "\n");
        folder.Write("out/job1/manifest.json.out",
            """{"totalRecordCount":1,"processedRecordCount":1,"successRecordCount":1,"errorRecordCount":0,"inputTokenCount":2000000,"outputTokenCount":999999}""");
        var ended = folder.Run("report", "out", "--batch", "meta.llama3-3-70b-instruct-v1:0@us-east-1", "--json").MustSucceed();
        Assert.Equal("1.08", ended.Json.GetProperty("total").GetString());
        Assert.Equal(["batch"], Keys(ended.Json, "by_mode"));
        Assert.Contains("output tokens: the manifest says 999,999, the output has 1,000,000", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("--batch MODEL@REGION", folder.Run("report", "out").MustRefuse(), StringComparison.Ordinal);
        Assert.Contains("is not MODEL@REGION", folder.Run("report", "out", "--batch", "nova").MustRefuse(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ledger_reports_rates_and_explains_what_its_logs_do()
    {
        folder.Write("logs/small.jsonl", LogText.Small);
        folder.Run("ledger", "import", "logs", "--ledger", "july.ledger").MustSucceed();
        var (fromLogs, fromLedger) = (Report("logs"), Report("july.ledger"));
        string[] same = ["total", "total_max", "requests", "failed", "from", "to", "days", "by_model", "by_app", "by_meter", "by_mode", "by_day",
            "by_principal", "groups", "unpriced", "tag_coverage", "norms"];
        foreach (var field in same)
            Assert.Equal(fromLogs.GetProperty(field).GetRawText(), fromLedger.GetProperty(field).GetRawText());
        Assert.Equal(folder.Run("rate", "logs").Output, folder.Run("rate", "july.ledger").MustSucceed().Output);
        Assert.Equal(folder.Run("explain", "r-2", "logs").Output, folder.Run("explain", "r-2", "july.ledger").MustSucceed().Output);

        JsonElement Report(string source) => folder.Run("report", source, "--by", "model,day", "--json").MustSucceed().Json;
    }

    [Fact]
    public void A_bill_in_a_ledger_stands_beside_its_logs_and_is_kept_once()
    {
        folder.Write("logs/call.jsonl", LogText.Call("r-1", input: 1000, output: 500));
        folder.Write("bills/july.csv", Bill);
        for (var run = 0; run < 2; run++) folder.Run("ledger", "import", "logs", "bills", "--ledger", "july.ledger").MustSucceed();
        var report = folder.Run("report", "july.ledger", "--json").MustSucceed().Json;
        Assert.Equal("0.72258", report.GetProperty("total").GetString());
        Assert.Equal(("0.47258", 2L), (report.GetProperty("bill").GetProperty("billed").GetString(),
            report.GetProperty("bill").GetProperty("left_out").GetInt64()));
    }

    [Fact]
    public void What_cannot_be_taken_in_says_so_in_one_line()
    {
        folder.Write("logs/small.jsonl", LogText.Small);
        folder.Run("ledger", "import", "logs", "--ledger", "july.ledger").MustSucceed();
        Assert.Contains("is a ledger", folder.Run("ledger", "import", "july.ledger", "--ledger", "other.ledger").MustRefuse(), StringComparison.Ordinal);
        folder.Write("cut.parquet", "PAR1 and no more");
        Assert.Contains("cut.parquet", folder.Run("report", "cut.parquet").MustRefuse(), StringComparison.Ordinal);
    }

    static IEnumerable<string?> Keys(JsonElement report, string grouping) =>
        report.GetProperty(grouping).EnumerateArray().Select(g => g.GetProperty("key").GetString()).Order(StringComparer.Ordinal);
}
