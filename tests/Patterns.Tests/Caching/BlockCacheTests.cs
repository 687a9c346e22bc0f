using System.IO.Compression;
using System.Text.Json;
using Assay.Patterns.Caching;
using Assay.Testing;

namespace Assay.Patterns.Tests;

public class BlockCacheTests
{
    static readonly DateTime Noon = new(2026, 5, 4, 12, 0, 0, DateTimeKind.Utc);
    static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5), Hour = TimeSpan.FromHours(1);

    // Prompts of a few kinds of blocks, so that beginnings recur; pauses around both lifetimes.
    static readonly Gen<(int Pause, ulong[] Contents)[]> Traffic = Gen.Select(
        Gen.OneOf(Gen.Int[0, 200], Gen.Const(300), Gen.Int[280, 320], Gen.Const(3600), Gen.Int[3000, 4000]),
        Gen.ULong[1, 2].Array[0, 6]).Array[1, 40];

    [Fact]
    public void A_replay_reads_what_the_definition_says() => Traffic.Sample(traffic =>
    {
        foreach (var lifetime in new[] { FiveMinutes, Hour })
            Assert.Equal(ByDefinition(traffic, lifetime), Replayed(traffic, _ => lifetime));
    });

    [Fact]
    public void Blocks_and_prefixes_with_a_point_after_each_block_are_one_cache() => Traffic.Sample(traffic =>
    {
        var (prefixes, blocks, time) = (new PrefixCache(FiveMinutes), new BlockCache(), Noon);
        foreach (var (pause, contents) in traffic)
        {
            time = time.AddSeconds(pause);
            var chain = Chain(contents);
            var use = prefixes.Use(time, [.. chain.Select((hash, i) => new CachePrefix(hash, i + 1))]);
            var read = blocks.Use(time, chain, FiveMinutes);
            Assert.Equal(new CacheUse(read, chain.Length - read), use);
        }
    });

    [Fact]
    public void An_hour_never_reads_less_than_five_minutes() => Traffic.Sample(traffic =>
    {
        var (five, hour) = (Replayed(traffic, _ => FiveMinutes), Replayed(traffic, _ => Hour));
        for (var i = 0; i < five.Length; i++) Assert.True(hour[i] >= five[i]);
    });

    [Fact]
    public void However_lifetimes_are_mixed_no_call_reads_more_than_under_an_hour_always() =>
        Gen.Select(Traffic, Gen.Bool.Array[40]).Sample((traffic, isHour) =>
        {
            var (mixed, hour) = (Replayed(traffic, i => isHour[i] ? Hour : FiveMinutes), Replayed(traffic, _ => Hour));
            for (var i = 0; i < mixed.Length; i++) Assert.True(mixed[i] <= hour[i]);
        });

    [Fact]
    public void Being_read_by_a_call_that_asks_for_an_hour_makes_no_hour_of_five_minutes()
    {
        var cache = new BlockCache();
        Assert.Equal(0, cache.Use(Noon, [1], FiveMinutes));
        Assert.Equal(1, cache.Use(Noon.AddMinutes(4), [1], Hour));
        Assert.Equal(0, cache.Use(Noon.AddMinutes(10), [1], Hour));
        Assert.Equal(1, cache.Use(Noon.AddMinutes(69), [1], FiveMinutes));
    }

    [Fact]
    public void A_block_behind_another_beginning_is_another_block() =>
        Assert.NotEqual(Chain([1, 2])[1], Chain([2, 2])[1]);

    [Fact]
    public void Dead_blocks_are_let_go()
    {
        var cache = new BlockCache();
        for (var i = 0; i < 100_000; i++) cache.Use(Noon.AddSeconds(i), [(ulong)i], FiveMinutes);
        Assert.InRange(cache.Count, 300, 4_200);
    }

    [Fact]
    public void A_recorded_stream_reads_what_the_definition_says()
    {
        var path = Path.Combine(Repository.NeedsShared(), "data", "planning", "cache_mooncake_synthetic.jsonl.gz");
        Assert.SkipUnless(File.Exists(path), "needs the recorded stream of the reference data");
        using var lines = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var traffic = new List<(int Pause, ulong[] Contents)>();
        var before = 0;
        while (traffic.Count < 500 && lines.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var second = json.RootElement.GetProperty("timestamp").GetInt32() / 1000;
            traffic.Add((second - before, [.. json.RootElement.GetProperty("hash_ids").EnumerateArray().Select(i => i.GetUInt64())]));
            before = second;
        }
        Assert.Equal(ByDefinition([.. traffic], FiveMinutes), Replayed([.. traffic], _ => FiveMinutes));
    }

    static int[] Replayed((int Pause, ulong[] Contents)[] traffic, Func<int, TimeSpan> lifetime)
    {
        var (cache, time) = (new BlockCache(), Noon);
        return [.. traffic.Select((call, i) => cache.Use(time = time.AddSeconds(call.Pause), Chain(call.Contents), lifetime(i)))];
    }

    static int[] ByDefinition((int Pause, ulong[] Contents)[] traffic, TimeSpan lifetime)
    {
        var reads = new int[traffic.Length];
        for (var i = 0; i < reads.Length; i++)
        {
            var age = 0;
            for (var j = i - 1; j >= 0; j--)
            {
                age += traffic[j + 1].Pause;
                if (age <= lifetime.TotalSeconds)
                    reads[i] = Math.Max(reads[i], traffic[i].Contents.AsSpan().CommonPrefixLength(traffic[j].Contents));
            }
        }
        return reads;
    }

    static ulong[] Chain(ulong[] contents)
    {
        var chain = new ulong[contents.Length];
        BlockCache.Chain(contents, chain);
        return chain;
    }
}
