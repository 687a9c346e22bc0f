using System.Diagnostics;
using Assay.Gateway.Telemetry;
using static Assay.Gateway.Tests.RunningGateway;

namespace Assay.Gateway.Tests.Telemetry;

public class TraceTests
{
    [Fact]
    public async Task A_call_is_a_span_below_its_callers()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c", parent = "b7ad6b7169203331";
        var spans = new System.Collections.Concurrent.ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == Instruments.Name, ActivityStopped = spans.Add,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using (var gateway = await RunningGateway.Start(""))
        {
            using var answer = await gateway.Send($"/model/{Uri.EscapeDataString(Lite)}/converse", Request("[[tokens=20]] my secret words"),
                ("traceparent", $"00-{trace}-{parent}-01"));
        }
        var span = Assert.Single(spans, s => s.TraceId.ToString() == trace);
        Assert.Equal((parent, "chat amazon.nova-lite-v1:0"), (span.ParentSpanId.ToString(), span.DisplayName));
        Assert.Equal(("aws.bedrock", 20L), (span.GetTagItem("gen_ai.provider.name"), span.GetTagItem("gen_ai.usage.output_tokens")));
        Assert.DoesNotContain(span.TagObjects, t => t.Value is string text && text.Contains("secret", StringComparison.Ordinal));
    }
}
