using Assay.Planning.Vendors;
using Assay.Usage;
using static Assay.Planning.Tests.Vendors.SomeVendors;

namespace Assay.Planning.Tests.Vendors;

public sealed class LockInTests
{
    [Fact]
    public void Shares_squared_add_up_to_the_index()
    {
        var spread = Concentration.Of([("aws", 60m), ("azure", 30m), ("azure", 10m), ("none", 0m)]);
        Assert.Equal([("aws", 0.6), ("azure", 0.4)], spread.Shares.Select(s => (s.Vendor, s.Share)));
        Assert.Equal(0.6, spread.Largest);
        Assert.Equal(0.52, spread.Herfindahl, 12);
    }

    [Fact]
    public void Nothing_spent_is_spread_over_nobody() => Assert.Equal((0.0, 0.0),
        (Concentration.Of([]).Largest, Concentration.Of([]).Herfindahl));

    [Fact]
    public void What_nobody_else_sells_is_exclusive()
    {
        var here = Book(Price(Big, Meter.Input, 3m), Price(Small, Meter.Input, 1m));
        var there = Book(Price("other:big", Meter.Input, 2m), Price("other:small", Meter.Input, 2m));
        IReadOnlyList<Equivalent> pairs = [Pair(Big, "big"), Pair(Small, "small", EquivalenceKind.Nearest)];
        var comparison = Compare(here, there, pairs, Call(Big, new() { Input = 1_000_000 }), Call(Small, new() { Input = 1_000_000 }));
        var lockIn = LockIn.Of(comparison, pairs, new Dictionary<string, decimal> { ["azure"] = 4m });
        Assert.Equal(0.75, lockIn.Portable);
        Assert.Equal(Small, Assert.Single(lockIn.Exclusive).Model);
        Assert.Equal((1.0, 0.5), (lockIn.ByMaker.Largest, lockIn.ByCloud.Herfindahl));
    }
}
