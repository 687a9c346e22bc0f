using System.Text.Json;

namespace Assay.Desk.Tests.Commands;

public sealed class RateTests : IDisposable
{
    static readonly string[] Priced =
    [
        "request_id", "time", "account", "region", "principal", "app", "team", "env", "model", "meter", "mode", "tier", "scope", "context",
        "quantity", "rate", "cost", "sku", "book",
    ];

    readonly Folder folder = new();

    public RateTests() => folder.Write("small.jsonl", LogText.Small);

    public void Dispose() => folder.Dispose();

    static string Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.ToString() : "absent";

    [Fact]
    public void There_is_one_line_for_each_meter_with_a_quantity()
    {
        var lines = folder.Run("rate", "small.jsonl").MustSucceed().JsonLines;
        Assert.Equal(
        [
            "r-1 input 1000 0.00072", "r-1 output 500 0.00036",
            "r-2 input 1 0.0000033", "r-2 output 672 0.011088", "r-2 cache_read 32634 0.01076922", "r-2 cache_write_5m 1190 0.00490875",
            "r-4 guardrail_content 2 0.0003", "r-4 guardrail_topic 2 0.0003", "r-4 guardrail_sensitive 2 0.0002",
            "r-5 input 100 absent", "r-5 output 10 absent",
            "r-6 input 1000000 0.02",
        ], lines.Select(l => $"{Text(l, "request_id")} {Text(l, "meter")} {Text(l, "quantity")} {Text(l, "cost")}"));
    }

    [Fact]
    public void A_priced_line_has_the_members_of_the_contract()
    {
        var line = folder.Run("rate", "small.jsonl").MustSucceed().JsonLines[0];
        Assert.Equal(Priced, line.EnumerateObject().Select(m => m.Name));
        Assert.All(line.EnumerateObject(), m => Assert.Equal(m.Name == "quantity" ? JsonValueKind.Number : JsonValueKind.String, m.Value.ValueKind));
        Assert.Equal("2026-07-01T10:00:00Z", Text(line, "time"));
        Assert.Equal("0.00000072", Text(line, "rate"));
        Assert.Equal(("on_demand", "standard", "in_region", "standard"), (Text(line, "mode"), Text(line, "tier"), Text(line, "scope"), Text(line, "context")));
        Assert.Equal(("ChatRole", "chat", "care", "prod"), (Text(line, "principal"), Text(line, "app"), Text(line, "team"), Text(line, "env")));
        Assert.StartsWith("aws@", Text(line, "book"));
    }

    [Fact]
    public void An_unpriced_line_says_why_and_has_no_cost()
    {
        var line = folder.Run("rate", "small.jsonl").MustSucceed().JsonLines.First(l => Text(l, "request_id") == "r-5");
        Assert.Equal([.. Priced.TakeWhile(m => m != "rate"), "unpriced"], line.EnumerateObject().Select(m => m.Name));
        Assert.Contains(LogText.Profile, Text(line, "unpriced"));
        Assert.Equal(LogText.Profile, Text(line, "model"));
    }

    [Fact]
    public void Writes_of_unknown_lifetime_have_an_upper_bound()
    {
        var bounded = Assert.Single(folder.Run("rate", "small.jsonl").MustSucceed().JsonLines, l => l.TryGetProperty("cost_max", out _));
        Assert.Equal(("cache_write_5m", "0.00490875", "0.007854"), (Text(bounded, "meter"), Text(bounded, "cost"), Text(bounded, "cost_max")));
    }

    [Fact]
    public void Failed_and_repeated_calls_have_no_line_and_are_counted()
    {
        var ended = folder.Run("rate", "small.jsonl").MustSucceed();
        Assert.DoesNotContain("r-3", ended.Output);
        Assert.Contains("1 call failed", ended.Errors);
        Assert.Contains("1 duplicate request counted once", ended.Errors);
        Assert.Contains("small.jsonl:7", ended.Errors);
    }

    [Fact]
    public void The_first_of_two_equal_ids_in_ordinal_path_order_wins()
    {
        folder.Write("d/b.jsonl", LogText.Call("same", input: 2_000_000));
        folder.Write("d/B.jsonl", LogText.Call("same", input: 1_000_000));
        var line = Assert.Single(folder.Run("rate", "d/b.jsonl", "d/B.jsonl").MustSucceed().JsonLines);
        Assert.Equal("0.72", Text(line, "cost"));
    }

    [Fact]
    public void A_priced_zero_is_a_line_of_cost_zero()
    {
        folder.Write("nova.jsonl", LogText.Call("n", "amazon.nova-lite-v1:0", input: 100, output: 1, cacheWrite: 5000));
        var line = Assert.Single(folder.Run("rate", "nova.jsonl").MustSucceed().JsonLines, l => Text(l, "meter") == "cache_write_5m");
        Assert.Equal(("0", "0", "5000"), (Text(line, "cost"), Text(line, "rate"), Text(line, "quantity")));
    }

    [Fact]
    public void Scopes_regions_and_provisioned_models_are_told_apart()
    {
        folder.Write("scopes.jsonl",
            LogText.Call("bare", LogText.Sonnet, input: 1_000_000 / 10) + LogText.Call("geo", "us." + LogText.Sonnet, input: 100_000)
            + LogText.Call("global", "global." + LogText.Sonnet, input: 100_000)
            + LogText.Call("nowhere", LogText.Llama, input: 100_000, region: "xx-north-9")
            + LogText.Call("unknown", "acme.unknown-v9", input: 100_000)
            + LogText.Call("units", "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc", input: 100_000));
        var lines = folder.Run("rate", "scopes.jsonl").MustSucceed().JsonLines.ToDictionary(l => Text(l, "request_id"));
        Assert.Equal(("0.33", "in_region"), (Text(lines["bare"], "cost"), Text(lines["bare"], "scope")));
        Assert.Equal(("0.33", "geo"), (Text(lines["geo"], "cost"), Text(lines["geo"], "scope")));
        Assert.Equal(("0.3", "global"), (Text(lines["global"], "cost"), Text(lines["global"], "scope")));
        Assert.All(["bare", "geo", "global"], id => Assert.Equal(LogText.Sonnet, Text(lines[id], "model")));
        Assert.Contains("xx-north-9", Text(lines["nowhere"], "unpriced"));
        Assert.Contains("acme.unknown-v9", Text(lines["unknown"], "unpriced"));
        Assert.Equal(("provisioned", "covered by model units"), (Text(lines["units"], "mode"), Text(lines["units"], "unpriced")));
    }

    [Fact]
    public void Standard_output_holds_charges_alone() =>
        Assert.All(folder.Run("rate", "small.jsonl", "--json").MustSucceed().JsonLines, l => Assert.Equal(JsonValueKind.Object, l.ValueKind));
}
