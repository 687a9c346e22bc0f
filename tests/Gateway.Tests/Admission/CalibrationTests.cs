using System.Globalization;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Settings;
using Assay.Gateway.Tests.Reliability;
using Assay.Gateway.Upstreams;

namespace Assay.Gateway.Tests.Admission;

/// <summary>What is remembered of calls outlives the configuration, and has an end.</summary>
public class CalibrationTests
{
    // As each reading of a configuration makes it anew.
    static ModelTarget Target(string id, string upstream = "bedrock") => Assert.Single(new ModelTable(new GatewaySettings(), Rig.Catalog, Rig.Book,
        [new(upstream, UpstreamKind.Bedrock, "http://127.0.0.1:1", "us-east-1", (_, _, _) => ValueTask.CompletedTask)]).Find(id, Dialect.Bedrock));

    static void Learn(Calibration calibration, string id, string key = "one")
    {
        for (var i = 0; i < 20; i++) calibration.Learn(Target(id), key, 1_000, 250, 50);
    }

    [Fact]
    public void What_was_learned_is_still_known_after_the_configuration_was_read_again_and_kept_once()
    {
        var calibration = new Calibration(new ManualTime());
        for (var reload = 0; reload < 100; reload++) Learn(calibration, Rig.Lite);

        Assert.NotSame(Target(Rig.Lite), Target(Rig.Lite));
        Assert.Equal(1, calibration.Count);
        var habits = calibration.Of(Target(Rig.Lite), "one");
        Assert.Equal(2_000, habits.Seen);
        Assert.InRange(habits.Output(0.9, 4_096), 50, 65);
        Assert.False(calibration.Of(Target(Rig.Lite), "two").IsKnown);
        Assert.False(calibration.Of(Target("us." + Rig.Lite), "one").IsKnown);
        Assert.False(calibration.Of(Target(Rig.Lite, "elsewhere"), "one").IsKnown);
    }

    [Fact]
    public void Asking_leaves_no_trace()
    {
        var calibration = new Calibration(new ManualTime());
        for (var i = 0; i < 1_000; i++) Assert.False(calibration.Of(Target("acme.made-up-" + i.ToString(CultureInfo.InvariantCulture)), "one").IsKnown);
        Assert.Equal(0, calibration.Count);
    }

    [Fact]
    public void What_is_used_stays_and_what_is_not_goes_when_there_is_too_much_of_it()
    {
        var calibration = new Calibration(new ManualTime());
        var (used, unused) = (Target(Rig.Lite), Target("amazon.nova-pro-v1:0"));
        Learn(calibration, used.Id);
        Learn(calibration, unused.Id);
        for (var i = 0; i < 3 * Calibration.Most; i++)
        {
            calibration.Learn(used, "key-" + i.ToString(CultureInfo.InvariantCulture), 1_000, 250, 50);
            if (i % 1_000 == 0) Assert.True(calibration.Of(used, "one").IsKnown);
            Assert.True(calibration.Count <= Calibration.Most);
        }
        Assert.False(calibration.Of(unused, "one").IsKnown);
    }
}
