using static Assay.Gateway.Tests.RunningGateway;

namespace Assay.Gateway.Tests.Telemetry;

public class MetricsTests
{
    [Fact]
    public async Task The_metrics_tell_calls_tokens_money_and_refusals_by_owner()
    {
        await using var gateway = await RunningGateway.Start("budgets:\n  all: {amount: $50 a day}\n", key: "metrics-test");
        using var answer = await gateway.Converse(Lite, "[[tokens=20]] my secret words");
        using var refused = await gateway.Converse("amazon.unheard-of-by-anyone", "hello");
        using var stream = await gateway.Send($"/model/{Uri.EscapeDataString(Lite)}/converse-stream", Request("[[tokens=20]] hello"));
        Assert.Equal((200, 403, 200), ((int)answer.StatusCode, (int)refused.StatusCode, (int)stream.StatusCode));

        var metrics = await gateway.Get("/metrics");
        var lines = metrics.Split('\n');
        string Line(string start, params string[] parts) => Assert.Single(lines, l => l.StartsWith(start, StringComparison.Ordinal)
            && parts.All(p => l.Contains(p, StringComparison.Ordinal)));
        Assert.Matches(" 2( |$)", Line("assay_gateway_calls_total", "key=\"metrics-test\"", "model=\"amazon.nova-lite-v1:0\"", "team=\"local\""));
        Assert.Matches(" 1( |$)", Line("assay_gateway_refusals_total", "key=\"metrics-test\"", "reason=\"unpriced\"", "model=\"unknown\""));
        Line("assay_gateway_cost_usd_total", "key=\"metrics-test\"");
        Assert.Contains(lines, l => l.StartsWith("assay_gateway_budget_limit_usd", StringComparison.Ordinal) && l.Contains("budget=\"all\"", StringComparison.Ordinal));
        Assert.Contains("gen_ai_client_token_usage_bucket{", metrics, StringComparison.Ordinal);
        Assert.Contains("gen_ai_client_operation_duration_seconds_sum{", metrics, StringComparison.Ordinal);
        Assert.Contains("gen_ai_server_time_to_first_token_seconds_count{", metrics, StringComparison.Ordinal);
        Assert.Contains("assay_gateway_journal_stuck", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("unheard", metrics, StringComparison.Ordinal);
    }
}
