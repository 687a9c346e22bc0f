using System.Text.Json;

namespace Assay.Desk.Tests.Plans;

/// <summary>Plans of what is no log: bills, batch output; and what a script asks of the command.</summary>
public sealed class OtherSourcesTests : IDisposable
{
    const string BillHead = "identity_line_item_id,bill_billing_period_start_date,bill_payer_account_id,bill_billing_entity,"
        + "line_item_usage_account_id,line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,line_item_product_code,"
        + "line_item_usage_type,line_item_usage_amount,pricing_unit,line_item_unblended_cost,product\n";

    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    // Each day 1 M tokens in and 0.5 M out at 0.72 a million on demand, and 2 M in by batch, which costs half.
    static string Bill() => BillHead + string.Concat(Enumerable.Range(1, 10).Select(day => Row(day, "input-tokens", 1_000, 0.72m)
        + Row(day, "output-tokens", 500, 0.36m) + Row(day, "input-tokens-batch", 2_000, 0.72m)));

    static string Row(int day, string meter, int thousands, decimal cost) =>
        FormattableString.Invariant($"{day}-{meter},2026-07-01 00:00:00,999900001111,AWS,111122223333,Usage,2026-07-{day:00} 10:00:00,")
        + FormattableString.Invariant($"2026-07-{day:00} 11:00:00,AmazonBedrock,USE1-Llama3.3-70B-{meter},{thousands},1K tokens,{cost},")
        + "\"{\"\"product_name\"\":\"\"Amazon Bedrock\"\",\"\"region_code\"\":\"\"us-east-1\"\"}\"\n";

    [Fact]
    public void Rows_of_a_bill_are_no_calls_and_what_is_in_batch_stays_there()
    {
        folder.Write("july.csv", Bill());
        var plan = Plan("july.csv");
        Assert.Equal(("18", 0), (plan.GetProperty("current").GetString(), plan.GetProperty("requests").GetInt32()));
        var workloads = plan.GetProperty("workloads").EnumerateArray().ToDictionary(w => w.GetProperty("name").GetString()!);
        Assert.Equal(["llama3-3-70b-instruct", "llama3-3-70b-instruct, batch"], workloads.Keys.Order(StringComparer.Ordinal));
        var (onDemand, batch) = (workloads["llama3-3-70b-instruct"], workloads["llama3-3-70b-instruct, batch"]);
        Assert.Equal(("real_time", "10.8", "5.4"), (Text(onDemand, "urgency"), Text(onDemand, "current"), Text(onDemand, "if_it_may_wait")));
        Assert.Equal(("batch_eligible", "7.2", false), (Text(batch, "urgency"), Text(batch, "current"), batch.TryGetProperty("if_it_may_wait", out _)));
        Assert.All(plan.GetProperty("actions").EnumerateArray(), a => Assert.Equal(("warning", 0),
            (Text(a, "kind"), a.GetProperty("evidence").GetProperty("requests").GetInt32())));
        Assert.Contains(Notes(plan), n => n.StartsWith("2 of 2 workloads ($18.00) are rows of a bill", StringComparison.Ordinal));
        Assert.DoesNotContain(Notes(plan), n => n.Contains("no prompts in the logs", StringComparison.Ordinal));
        Assert.Contains("rows of a bill", folder.Run("plan", "july.csv").MustSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_a_bill_that_may_wait_are_a_candidate_for_batch()
    {
        folder.Write("july.csv", Bill());
        folder.Write("c.yaml", "workloads:\n  - match: {model: meta.llama3-3-70b-instruct-v1:0}\n    max_wait: 24 h\n");
        var batch = Assert.Single(Plan("july.csv", "--constraints", "c.yaml").GetProperty("actions").EnumerateArray(),
            a => Text(a, "lever") == "batch");
        Assert.Equal(("candidate", "5.4"), (Text(batch, "kind"), Text(batch, "period_saving")));
    }

    [Fact]
    public void Calls_beside_a_bill_keep_their_levers()
    {
        folder.Write("july.csv", Bill());
        folder.Write("logs/a.json", Nightly(1, 6));
        var plan = Plan("logs", "july.csv");
        Assert.Contains(plan.GetProperty("actions").EnumerateArray(), a => (Text(a, "lever"), Text(a, "kind")) == ("batch", "saving"));
        Assert.Contains(plan.GetProperty("workloads").EnumerateArray(), w => Text(w, "name").EndsWith("(bill)", StringComparison.Ordinal));
    }

    [Fact]
    public void Batch_output_waits_already()
    {
        folder.Write("out.jsonl.out", string.Concat(Enumerable.Range(0, 120).Select(i => $$$$"""
            {"recordId":"r{{{{i}}}}","modelInput":{"messages":[]},"modelOutput":{"usage":{"inputTokens":900,"outputTokens":100}}}

            """)));
        var plan = Plan("out.jsonl.out", "--batch", "amazon.nova-pro-v1:0@us-east-1");
        var workload = Assert.Single(plan.GetProperty("workloads").EnumerateArray());
        Assert.Equal(("nova-pro", "batch_eligible", false),
            (Text(workload, "name"), Text(workload, "urgency"), workload.TryGetProperty("if_it_may_wait", out _)));
        Assert.All(plan.GetProperty("actions").EnumerateArray(), a => Assert.Equal("warning", Text(a, "kind")));
    }

    [Fact]
    public void What_has_no_price_is_not_called_nothing()
    {
        folder.Write("logs/a.json", LogText.Call("r-1", LogText.Profile, input: 100, output: 10) + LogText.Call("r-2", input: 1_000, output: 10));
        var plan = Plan("logs");
        var unpriced = Assert.Single(plan.GetProperty("workloads").EnumerateArray(), w => w.TryGetProperty("without_price", out _));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (unpriced.GetProperty("current").ValueKind, unpriced.GetProperty("planned").ValueKind));
        Assert.Equal(1, plan.GetProperty("unpriced")[0].GetProperty("count").GetInt32());
        Assert.All(plan.GetProperty("actions").EnumerateArray().Where(a => Text(a, "warning") == "unpriced"),
            a => Assert.Equal(JsonValueKind.Null, a.GetProperty("evidence").GetProperty("at_stake").ValueKind));
        Assert.Contains("no price", folder.Run("plan", "logs").MustSucceed().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unpriced", 1)]
    [InlineData("over>0.01", 1)]
    [InlineData("over>500", 0)]
    public void A_script_learns_from_the_exit_code(string condition, int code)
    {
        folder.Write("logs/a.json", LogText.Call("r-1", LogText.Profile, input: 100, output: 10) + LogText.Call("r-2", input: 100_000, output: 10));
        Assert.Equal(code, folder.Run("plan", "logs", "--json", "--fail-on", condition).Exit);
    }

    [Fact]
    public void Files_told_in_another_order_give_the_same_plan_to_the_byte()
    {
        string[] files = [.. Enumerable.Range(1, 4).Select(day => folder.Write($"{day}.json", Nightly(day, 1)))];
        Assert.Equal(folder.Run(["plan", "--json", .. files]).MustSucceed().Output,
            folder.Run(["plan", "--json", .. files.Reverse()]).MustSucceed().Output);
    }

    [Fact]
    public void A_least_saving_that_admits_nothing_is_named()
    {
        folder.Write("logs/a.json", Nightly(1, 6));
        folder.Write("c.yaml", "minimum_saving: 1000000/month\n");
        var plan = Plan("logs", "--constraints", "c.yaml");
        Assert.Equal("0", Text(plan, "saving_monthly"));
        Assert.Contains(Notes(plan), n => n.StartsWith("1 change saves less than 'minimum_saving' asks for, $1,000,000.00 a month", StringComparison.Ordinal));
    }

    [Fact]
    public void An_approved_list_without_a_model_in_use_is_named()
    {
        folder.Write("logs/a.json", Nightly(1, 6));
        folder.Write("c.yaml", "approved: [Nova Micro]\n");
        var plan = Plan("logs", "--constraints", "c.yaml");
        Assert.Contains(Notes(plan), n => n.StartsWith("None of the models called here is among the approved", StringComparison.Ordinal));
        var warning = Assert.Single(plan.GetProperty("actions").EnumerateArray(), a => Text(a.GetProperty("change"), "to") == "an approved model");
        Assert.Contains("The cheapest of those, nova-micro, would cost $", Text(warning.GetProperty("evidence"), "text"), StringComparison.Ordinal);
    }

    static string Nightly(int first, int days) => string.Concat(Enumerable.Range(first, days).SelectMany(day => Enumerable.Range(0, 120)
        .Select(i => LogText.Call($"r-{day}-{i}", input: 9_000 + i, output: 90, time: $"2026-07-{day:00}T02:{i / 60:00}:{i % 60:00}Z"))));

    JsonElement Plan(params string[] arguments) => folder.Run(["plan", "--json", .. arguments]).MustSucceed().Json;

    static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";

    static IEnumerable<string> Notes(JsonElement plan) => plan.GetProperty("notes").EnumerateArray().Select(n => n.GetString()!);
}
