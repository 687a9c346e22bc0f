namespace Assay.Estate.Tests;

public sealed class SeededRandomTests
{
    [Fact]
    public void The_numbers_are_those_of_the_published_generator()
    {
        // xoshiro256** seeded with SplitMix64 from 0.
        var random = new SeededRandom(0);
        Assert.Equal([0x99EC5F36CB75F2B4UL, 0xBF6E1F784956452AUL, 0x1A5F849D4933E6E0UL],
            [random.NextBits(), random.NextBits(), random.NextBits()]);
    }

    [Fact]
    public void Named_streams_of_one_seed_differ() =>
        Assert.NotEqual(SeededRandom.For(17, "a").NextBits(), SeededRandom.For(17, "b").NextBits());

    [Fact]
    public void A_number_below_a_count_is_below_it() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 1_000_000]).Sample((seed, count) =>
            new SeededRandom(seed).Below(count) is var n && n >= 0 && n < count);

    [Fact]
    public void A_request_id_is_a_GUID_of_version_4() =>
        Gen.ULong.Sample(seed => new SeededRandom(seed).NextRequestId().ToString() is { Length: 36 } id && id[14] == '4'
            && "89ab".Contains(id[19]));
}
