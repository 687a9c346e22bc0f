using Assay.Patterns.Caching;

namespace Assay.Patterns.Tests;

public class PrefixCacheTests
{
    static readonly DateTime Noon = new(2026, 5, 4, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_use_renews_what_it_reads()
    {
        var cache = new PrefixCache(TimeSpan.FromMinutes(5));
        CachePrefix[] prompt = [new(1, 1_000)];
        Assert.Equal(new CacheUse(0, 1_000), cache.Use(Noon, prompt));
        Assert.Equal(new CacheUse(1_000, 0), cache.Use(Noon.AddMinutes(4), prompt));
        Assert.Equal(new CacheUse(1_000, 0), cache.Use(Noon.AddMinutes(9), prompt));
        Assert.Equal(new CacheUse(0, 1_000), cache.Use(Noon.AddMinutes(14.1), prompt));
    }

    [Fact]
    public void A_longer_prompt_reads_the_longest_beginning_that_lives_and_writes_the_rest()
    {
        var cache = new PrefixCache(TimeSpan.FromMinutes(5));
        cache.Use(Noon, [new(1, 1_000), new(2, 1_500)]);
        Assert.Equal(new CacheUse(1_500, 700), cache.Use(Noon.AddMinutes(1), [new(1, 1_000), new(2, 1_500), new(3, 2_200)]));
        Assert.Equal(new CacheUse(1_000, 900), cache.Use(Noon.AddMinutes(2), [new(1, 1_000), new(9, 1_900)]));
    }

    // Two points at one place: a mark behind a turn is also where the turn ends.
    [Fact]
    public void A_prefix_named_twice_is_not_read_by_the_call_that_writes_it() => Assert.Equal(new CacheUse(0, 1_500),
        new PrefixCache(TimeSpan.FromMinutes(5)).Use(Noon, [new(1, 1_000), new(1, 1_000), new(2, 1_500)]));

    [Fact]
    public void What_is_dead_is_let_go()
    {
        var cache = new PrefixCache(TimeSpan.FromMinutes(5));
        for (var i = 0; i < 100_000; i++) cache.Use(Noon.AddSeconds(i), [new((ulong)i, 10)]);
        Assert.InRange(cache.Count, 300, 1_500);
    }

    [Fact]
    public void What_is_let_go_is_never_what_lives()
    {
        var cache = new PrefixCache(TimeSpan.FromMinutes(5));
        for (var i = 0; i < 20_000; i++)
        {
            cache.Use(Noon.AddSeconds(i), [new((ulong)i, 10)]);
            if (i >= 200) Assert.Equal(new CacheUse(10, 0), cache.Use(Noon.AddSeconds(i), [new((ulong)(i - 200), 10)]));
        }
    }
}
