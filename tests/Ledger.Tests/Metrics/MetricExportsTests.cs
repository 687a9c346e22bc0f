using System.Text;
using Assay.Ledger.Bills;
using Assay.Ledger.Metrics;
using Assay.Ledger.Tests.Bills;
using Assay.Usage;

namespace Assay.Ledger.Tests.Metrics;

/// <summary>What CloudWatch counted, in the two forms it is exported in.</summary>
public sealed class MetricExportsTests : IDisposable
{
    readonly SomeBills files = new();

    public void Dispose() => files.Dispose();

    static string Point(string metric, string sum, string dimensions = "\"ModelId\":\"anthropic.claude-sonnet-4-6\"", string from = "AWS/Bedrock",
        long at = 1_782_864_000_000) =>
        "{\"metric_stream_name\":\"s\",\"account_id\":\"111122223333\",\"region\":\"us-east-1\",\"namespace\":\"" + from + "\",\"metric_name\":\""
        + metric + "\",\"dimensions\":{" + dimensions + "},\"timestamp\":" + at + ",\"value\":{\"max\":9.0,\"min\":1.0,\"sum\":" + sum
        + ",\"count\":3.0},\"unit\":\"Count\"}";

    MetricReading Read(params string[] lines) => Read(MetricStatement.Nothing, lines);

    MetricReading Read(MetricStatement said, params string[] lines) =>
        MetricExports.Read([files.Text("metrics.json", lines)], SomeBills.Catalog, SomeBills.NoProfiles, said, CancellationToken.None);

    [Fact]
    public void The_counters_of_a_model_and_a_moment_are_one_record()
    {
        var point = Assert.Single(Read(Point("InputTokenCount", "1200.0"), Point("OutputTokenCount", "3.4E+2"), Point("Invocations", "7.0"),
            Point("CacheReadInputTokens", "5.0"), Point("CacheWriteInputTokens", "6.0")).Points);
        Assert.Equal(new TokenCounts { Input = 1200, Output = 340, CacheRead = 5, CacheWriteUnknown = 6 }, point.Usage.Tokens);
        Assert.Equal((7m, new DateTime(2026, 7, 1), "111122223333", "us-east-1", "anthropic.claude-sonnet-4-6", true),
            (point.Invocations, point.Usage.Time, point.Usage.Caller.Account, point.Usage.Region, point.Usage.Model.Id, point.Usage.Kind.IsSum));
    }

    [Fact]
    public void Finer_dimensions_other_metrics_and_other_services_are_counted_and_left_out()
    {
        var reading = Read(Point("InputTokenCount", "1.0"), Point("InvocationLatency", "900.0"), Point("CPUUtilization", "1.0", from: "AWS/EC2"),
            Point("InputTokenCount", "1.0", dimensions: ""),
            Point("InputTokenCount", "1.0", dimensions: "\"ModelId\":\"anthropic.claude-sonnet-4-6\",\"ImageSize\":\"1024\""));
        Assert.Equal((1, 4L, 1L), (reading.Points.Count, reading.Others, reading.Points[0].Usage.Tokens.Input));
    }

    [Fact]
    public void A_datapoint_delivered_twice_counts_once_and_the_larger_stands()
    {
        var reading = Read(Point("InputTokenCount", "5.0"), Point("InputTokenCount", "9.0"), Point("InputTokenCount", "9.0"));
        Assert.Equal((9L, 2L), (Assert.Single(reading.Points).Usage.Tokens.Input, reading.Duplicates));
    }

    [Fact]
    public void What_is_broken_is_named_with_its_line()
    {
        var reading = Read(Point("InputTokenCount", "1.0"), "nonsense", Point("InputTokenCount", "-1.0"), Point("InputTokenCount", "1.5"),
            Point("InputTokenCount", "\"x\""), Point("InputTokenCount", "1.0", at: 5));
        Assert.Equal([2L, 3L, 4L, 5L, 6L], reading.Skipped.Select(s => s.Row));
        Assert.Equal("input is '-1.0', not a count", reading.Skipped[1].Reason);
    }

    [Fact]
    public void Answers_of_GetMetricData_name_metric_and_model_in_their_labels()
    {
        const string answer = """
            {"MetricDataResults":[
              {"Id":"m1","Label":"InputTokenCount us.amazon.nova-lite-v1:0","Timestamps":["2026-07-01T01:00:00+00:00","2026-07-01T00:00:00+00:00"],"Values":[10.0,20.0]},
              {"Id":"m2","Label":"my metric","Timestamps":["2026-07-01T01:00:00+00:00"],"Values":[10.0]},
              {"Id":"m3","Label":"OutputTokenCount us.amazon.nova-lite-v1:0","Timestamps":["2026-07-01T01:00:00+00:00"],"Values":[]}],"Messages":[]}
            """;
        var reading = Read(new MetricStatement("111122223333", "us-west-2"), answer.Split('\n'));
        Assert.Equal([20L, 10L], reading.Points.Select(p => p.Usage.Tokens.Input));
        Assert.All(reading.Points, p => Assert.Equal(("amazon.nova-lite-v1:0", Scope.Geo, "us-west-2"),
            (p.Usage.Model.Id, p.Usage.Model.Scope, p.Usage.Region)));
        Assert.Equal(["the label 'my metric' names no metric and model, as 'InputTokenCount amazon.nova-lite-v1:0' does",
            "1 timestamps and 0 values"], reading.Skipped.Select(s => s.Reason));
        Assert.Contains("names no region", Read(answer).Skipped[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Something_else_is_told_from_metrics()
    {
        Assert.True(MetricExports.IsExport(Encoding.UTF8.GetBytes(Point("Invocations", "1"))));
        Assert.True(MetricExports.IsExport("""{"MetricDataResults":[]}"""u8));
        Assert.False(MetricExports.IsExport("""{"modelId":"x"}"""u8));
        Assert.Contains("not an export of metrics", Assert.Throws<BillException>(() => Read("name,age")).Message, StringComparison.Ordinal);
        Assert.Single(MetricExports.Read([files.Gzip("m.json.gz", Point("Invocations", "1.0") + "\n")], SomeBills.Catalog, SomeBills.NoProfiles,
            MetricStatement.Nothing, CancellationToken.None).Points);
    }
}
