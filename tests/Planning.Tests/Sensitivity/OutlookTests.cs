using Assay.Estate;

namespace Assay.Planning.Tests;

public class OutlookTests
{
    static readonly FigureRange Requests = new("workloads.chat.requests", "chat.yaml", 7, 800, 1000, 1500);
    static readonly FigureRange Tokens = new("workloads.chat.output", "chat.yaml", 9, 100, 200, 300);

    static Outlook Of(Func<Draw, decimal> total, int draws = 2000, ulong seed = 17, int workers = 2) =>
        Outlook.Of([Requests, Tokens], total, draws, seed, workers, null, CancellationToken.None);

    [Fact]
    public void The_same_seed_gives_the_same_figures_whatever_the_number_of_workers()
    {
        var one = Of(d => d[0] * d[1], workers: 1);
        var four = Of(d => d[0] * d[1], workers: 4);
        Assert.Equal(one.Sorted, four.Sorted);
        Assert.Equal(one.Mean, four.Mean);
        Assert.NotEqual(one.Sorted, Of(d => d[0] * d[1], seed: 18).Sorted);
    }

    [Fact]
    public void A_draw_stays_within_its_ranges_and_its_mean_is_that_of_the_triangle()
    {
        var outlook = Of(d => d[0], draws: 20_000);
        Assert.InRange(outlook.Sorted[0], 800m, 830m);
        Assert.InRange(outlook.Sorted[^1], 1460m, 1500m);
        // (800 + 1000 + 1500) / 3, and the standard deviation of the triangle is 147: four standard errors are 4.2.
        Assert.InRange(outlook.Mean, 1095.8m, 1104.2m);
        // Where the triangle's area is one half: 1500 - sqrt(0.5 * 700 * 500).
        Assert.InRange(outlook.Percentile(0.5m), 1074m, 1090m);
    }

    [Fact]
    public void The_range_that_moves_the_total_most_stands_first()
    {
        var outlook = Of(d => (d[0] * 1m) + (d[1] * 10m));
        Assert.Equal(["workloads.chat.output", "workloads.chat.requests"], outlook.Influences.Select(i => i.Range.Name));
        Assert.Equal((1000m + 1000m, 1000m + 3000m), (outlook.Influences[0].AtLow, outlook.Influences[0].AtHigh));
        Assert.Equal(700m, outlook.Influences[1].Swing);
        Assert.Equal(3000m, outlook.Likely);
    }

    [Fact]
    public void Without_ranges_every_draw_is_the_one_total()
    {
        var outlook = Outlook.Of([], _ => 12.34m, 100, 1, 2, null, CancellationToken.None);
        Assert.Equal((12.34m, 12.34m, 12.34m), (outlook.Likely, outlook.Percentile(0.05m), outlook.Percentile(0.95m)));
        Assert.Empty(outlook.Influences);
    }

    [Fact]
    public void A_range_of_one_number_is_that_number() => Gen.ULong.Sample(seed =>
        Outlook.Of([new("a", "f", 1, 5, 5, 5)], d => d[0], 10, seed, 1, null, CancellationToken.None).Sorted.All(t => t == 5m));

    [Fact]
    public void Percentiles_rise_and_lie_between_the_least_and_the_most() => Gen.Select(Gen.ULong, Gen.Int[1, 200]).Sample((seed, draws) =>
    {
        var outlook = Of(d => d[0] - d[1], draws, seed, 1);
        decimal[] steps = [outlook.Sorted[0], outlook.Percentile(0.05m), outlook.Percentile(0.5m), outlook.Percentile(0.95m), outlook.Sorted[^1]];
        Assert.Equal(steps.Order(), steps);
    }, iter: 50);

    [Fact]
    public void Progress_is_told_and_ends_with_all_draws()
    {
        var told = new System.Collections.Concurrent.ConcurrentBag<int>();
        Outlook.Of([Requests], d => d[0], 1000, 17, 2, told.Add, CancellationToken.None);
        Assert.Equal(1000, told.Max());
        Assert.InRange(told.Count, 50, 200);
    }
}
