using Assay.Patterns.Caching;

namespace Assay.Patterns.Tests;

public class CacheBreakEvenTests
{
    static readonly Gen<(decimal Input, decimal Write, decimal Read)> Prices =
        Gen.Select(Gen.Int[1, 2_000], Gen.Int[101, 4_000], Gen.Int[0, 100], (i, w, r) => (i / 100m, w / 100m, r / 100m));

    [Fact]
    public void Five_minutes_pay_above_five_twenty_thirds_and_an_hour_above_ten_nineteenths()
    {
        Assert.Equal(5m / 23m, CacheBreakEven.HitRate(1m, 1.25m, 0.1m));
        Assert.Equal(10m / 19m, CacheBreakEven.HitRate(1m, 2m, 0.1m));
    }

    [Fact]
    public void Caching_pays_exactly_when_reads_are_more_than_the_break_even_share() =>
        Gen.Select(Prices, Gen.Int[0, 500], Gen.Int[1, 500]).Sample((prices, reads, writes) =>
        {
            var (input, write, read) = prices;
            var cost = 0m;
            for (var i = 0; i < reads; i++) cost += read;
            for (var i = 0; i < writes; i++) cost += write;
            var simulated = cost < (reads + writes) * input;
            Assert.Equal(simulated, CacheBreakEven.Pays(reads, writes, input, write, read));
            var (share, breakEven) = ((decimal)reads / (reads + writes), CacheBreakEven.HitRate(input, write, read));
            // A quotient has 28 places: only at the break-even itself can it not tell, and writes no dearer than input pay at any share.
            if (write > input && Math.Abs(share - breakEven) > 1e-20m) Assert.Equal(simulated, share > breakEven);
        });

    [Fact]
    public void At_the_break_even_share_nothing_is_gained() =>
        Assert.False(CacheBreakEven.Pays(10, 9, 1m, 2m, 0.1m));

    [Fact]
    public void Reads_a_write_are_the_break_even_share_told_otherwise() =>
        Prices.Where(p => p.Write > p.Input && p.Input > p.Read).Sample(p =>
        {
            var share = CacheBreakEven.HitRate(p.Input, p.Write, p.Read);
            var reads = CacheBreakEven.ReadsPerWrite(p.Input, p.Write, p.Read);
            Assert.Equal((double)share, (double)(reads!.Value / (1 + reads.Value)), 1e-12);
        });

    [Fact]
    public void No_number_of_reads_pays_for_a_write_when_reading_costs_as_much_as_plain_input() =>
        Assert.Null(CacheBreakEven.ReadsPerWrite(1m, 2m, 1m));

    [Fact]
    public void A_read_as_dear_as_a_write_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CacheBreakEven.HitRate(1m, 1m, 1m));
}
