using Assay.Patterns.Caching;

namespace Assay.Patterns.Tests;

public class CacheChooserTests
{
    static readonly DateTime Noon = new(2026, 5, 4, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Read_written_and_plain_cost_what_the_prompt_holds()
    {
        Assert.Equal(100m, CacheCosts.Shares.Of(CacheChoice.None, 100, new(60, 30)));
        Assert.Equal(6m + 37.5m + 10m, CacheCosts.Shares.Of(CacheChoice.FiveMinutes, 100, new(60, 30)));
        Assert.Equal(6m + 60m + 10m, CacheCosts.Shares.Of(CacheChoice.Hour, 100, new(60, 30)));
    }

    [Fact]
    public void Prompts_that_nobody_repeats_leave_the_cache() =>
        Assert.Equal(CacheChoice.None, LastOf(20, _ => (new(0, 1_000), new(0, 1_000))));

    [Fact]
    public void Pauses_of_ten_minutes_are_worth_an_hour() =>
        Assert.Equal(CacheChoice.Hour, LastOf(20, i => (new(0, 1_000), i == 0 ? new(0, 1_000) : new(1_000, 0))));

    [Fact]
    public void Growth_without_pauses_comes_to_five_minutes() =>
        Assert.Equal(CacheChoice.FiveMinutes, LastOf(100, _ => (new(900, 100), new(900, 100))));

    [Fact]
    public void A_call_is_chosen_for_without_knowing_those_after_it() =>
        Gen.Int[0, 1_000].Array[2, 50].Sample(reads =>
        {
            var (chooser, shorter) = (new CacheChooser(CacheCosts.Shares), new CacheChooser(CacheCosts.Shares));
            var all = reads.Select(r => chooser.Choose(1_000, new(r / 2, 1_000 - r / 2), new(r, 1_000 - r))).ToList();
            var some = reads[..^1].Select(r => shorter.Choose(1_000, new(r / 2, 1_000 - r / 2), new(r, 1_000 - r))).ToList();
            Assert.Equal(some, all[..^1]);
        });

    [Fact]
    public void Counts_alone_tell_a_pause_longer_than_the_lifetime()
    {
        CountedCall[] calls = [new(Noon, "m", 1_000), new(Noon.AddMinutes(1), "m", 1_000), new(Noon.AddMinutes(11), "m", 1_000)];
        Assert.Equal(1 / 3.0, CacheCounts.Estimate(calls, TimeSpan.FromMinutes(5)).Value, 1e-12);
        Assert.Equal(2 / 3.0, CacheCounts.Estimate(calls, TimeSpan.FromHours(1)).Value, 1e-12);
    }

    [Fact]
    public void Another_model_reads_nothing_of_the_first_ones_cache() => Assert.Equal(0,
        CacheCounts.Estimate([new(Noon, "m", 1_000), new(Noon.AddMinutes(1), "n", 1_000)], TimeSpan.FromHours(1)).Value);

    [Fact]
    public void Rates_and_their_intervals_are_shares() =>
        Gen.Select(Gen.Int[0, 5_000], Gen.Long[0, 100_000]).Array[0, 40].Sample(drawn =>
        {
            var time = Noon;
            var calls = drawn.Select(d => new CountedCall(time = time.AddSeconds(d.Item1), "m", d.Item2)).ToArray();
            foreach (var lifetime in new[] { TimeSpan.FromMinutes(5), TimeSpan.FromHours(1) })
                foreach (var rate in new[] { CacheCounts.Estimate(calls, lifetime), CacheCounts.Forecast(calls, lifetime) })
                    Assert.True(rate is { Low: >= 0, High: <= 1 } && rate.Low <= rate.Value && rate.Value <= rate.High);
        });

    [Fact]
    public void The_longer_a_session_pauses_the_less_is_foretold()
    {
        CountedCall[] Every(int seconds) => [.. Enumerable.Range(0, 50).Select(i => new CountedCall(Noon.AddSeconds(i * seconds), "m", 9))];
        Assert.True(CacheCounts.Forecast(Every(600), TimeSpan.FromMinutes(5)).Value
            < CacheCounts.Forecast(Every(60), TimeSpan.FromMinutes(5)).Value);
    }

    static CacheChoice LastOf(int calls, Func<int, (CacheUse Five, CacheUse Hour)> uses)
    {
        var chooser = new CacheChooser(CacheCosts.Shares);
        var choice = CacheChoice.None;
        for (var i = 0; i < calls; i++) choice = chooser.Choose(1_000, uses(i).Five, uses(i).Hour);
        return choice;
    }
}
