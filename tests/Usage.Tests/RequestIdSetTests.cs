
namespace Assay.Usage.Tests;

public sealed class RequestIdSetTests
{
    [Fact]
    public void It_answers_as_a_set_in_memory_would_however_little_it_keeps_there() =>
        Gen.Select(Gen.Int[1, 40], Gen.OneOf(Gen.Int[0, 30], Gen.Int[0, 3000]).Array[0, 4000], Gen.Bool).Sample((kept, drawn, spread) =>
        {
            using var ids = new RequestIdSet(kept, () => new MemoryStream());
            var oracle = new HashSet<UInt128>();
            foreach (var number in drawn)
            {
                var id = spread ? SomeIds.Spread(number) : (UInt128)number;
                if (ids.Add(id) != oracle.Add(id) || ids.Count != oracle.Count) return false;
            }
            return true;
        }, iter: 200);

    [Fact]
    public void Runs_are_joined_so_that_there_are_never_many()
    {
        using var ids = new RequestIdSet(10, () => new MemoryStream());
        for (var i = 0; i < 10_000; i++)
        {
            Assert.True(ids.Add(SomeIds.Spread(i)));
            Assert.InRange(ids.Runs, 0, 16);
        }
        for (var i = 0; i < 10_000; i++) Assert.False(ids.Add(SomeIds.Spread(i)));
        Assert.Equal(10_000, ids.Count);
    }

    [Theory, InlineData(1), InlineData(3), InlineData(1000)]
    public void Zero_is_an_id_like_any_other(int kept)
    {
        using var ids = new RequestIdSet(kept, () => new MemoryStream());
        Assert.True(ids.Add(UInt128.Zero));
        Assert.False(ids.Add(UInt128.Zero));
        for (var i = 1; i <= 10; i++) Assert.True(ids.Add(SomeIds.Spread(i)));
        Assert.False(ids.Add(UInt128.Zero));
        Assert.Equal(11, ids.Count);
    }

    [Theory] // What fills whole blocks of the runs, and one id more or less.
    [InlineData(255), InlineData(256), InlineData(257), InlineData(512), InlineData(513)]
    public void Every_id_of_a_run_is_found_again(int kept)
    {
        using var ids = new RequestIdSet(kept, () => new MemoryStream());
        for (var i = 0; i < 3 * kept; i++) Assert.True(ids.Add(SomeIds.Spread(i)));
        Assert.Equal(3, ids.Runs);
        for (var i = 0; i < 3 * kept; i++) Assert.False(ids.Add(SomeIds.Spread(i)));
    }

    [Fact]
    public void New_ids_hardly_ever_ask_the_disk()
    {
        const int kept = 2_000, all = 100_000;
        using var ids = new RequestIdSet(kept, () => new MemoryStream());
        for (var i = 0; i < all; i++) ids.Add(SomeIds.Spread(i));
        Assert.InRange(ids.DiskLookups, 0, all * 4 / 100);
    }

    [Theory, InlineData(96), InlineData(64), InlineData(48), InlineData(0)]
    public void Ids_that_differ_in_one_part_only_made_reading_slower_with_every_record(int shift)
    {
        using var ids = new RequestIdSet(1_000_000, () => new MemoryStream());
        for (var i = 0; i < 100_000; i++) ids.Add((UInt128)(uint)(i + 1) << shift);
        Assert.Equal(100_000, ids.Count);
        Assert.InRange(ids.Compared, 0, 100_000);
    }

    [Theory, InlineData(96), InlineData(64), InlineData(0)]
    public void Ids_that_differ_in_one_part_only_hardly_ever_ask_the_disk(int shift)
    {
        using var ids = new RequestIdSet(2_000, () => new MemoryStream());
        for (var i = 0; i < 50_000; i++) ids.Add((UInt128)(uint)(i + 1) << shift);
        Assert.InRange(ids.DiskLookups, 0, 50_000 * 4 / 100);
    }

    [Fact]
    public void Its_scratch_is_given_back()
    {
        var open = new List<MemoryStream>();
        using (var ids = new RequestIdSet(10, () => { open.Add(new MemoryStream()); return open[^1]; }))
            for (var i = 0; i < 1000; i++) ids.Add(SomeIds.Spread(i));
        Assert.All(open, stream => Assert.False(stream.CanRead));
    }
}
