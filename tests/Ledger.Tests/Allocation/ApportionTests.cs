using Assay.Ledger.Allocation;

namespace Assay.Ledger.Tests.Allocation;

public class ApportionTests
{
    static readonly Gen<decimal> Whole = Gen.Select(Gen.Long[-10_000_000_000_000, 10_000_000_000_000], Gen.Int[0, 12])
        .Select((digits, scale) => digits / Power(scale));

    static readonly Gen<decimal> Unit = Gen.OneOf(Gen.Const(0.01m), Gen.Const(1m), Gen.Const(0.05m), Gen.Const(0.000001m), Gen.Const(7.3m));

    static readonly Gen<Weight[]> Weights = Gen.Select(Gen.Long[0, 1_000_000_000], Gen.Int[0, 10]).Array[1, 12]
        .Select(all => all.Select((w, i) => new Weight($"team-{i}", w.Item1 / Power(w.Item2))).ToArray())
        .Where(all => all.Any(w => w.Value > 0m));

    [Fact]
    public void Splitting_a_cost_never_loses_or_creates_a_cent() =>
        Gen.Select(Whole, Weights, Unit).Sample((whole, weights, unit) => Apportion.Split(whole, weights, unit).Sum(p => p.Amount) == whole);

    [Fact]
    public void The_order_of_the_names_does_not_matter() => Gen.Select(Whole, Weights, Unit, Gen.Int).Sample((whole, weights, unit, seed) =>
    {
        var shuffled = weights.ToArray();
        new Random(seed).Shuffle(shuffled);
        return Apportion.Split(whole, weights, unit).SequenceEqual(Apportion.Split(whole, shuffled, unit));
    });

    [Fact]
    public void Nobody_is_a_whole_unit_away_from_the_exact_share() => Gen.Select(Whole, Weights, Unit).Sample((whole, weights, unit) =>
    {
        var sum = weights.Sum(w => w.Value);
        var byName = weights.ToDictionary(w => w.Name, w => w.Value);
        return Apportion.Split(whole, weights, unit).All(p => Math.Abs(p.Amount - (whole * (byName[p.Name] / sum))) < unit * 1.001m);
    });

    [Fact]
    public void All_but_one_get_whole_units() => Gen.Select(Whole, Weights, Unit).Sample((whole, weights, unit) =>
        Apportion.Split(whole, weights, unit).Count(p => p.Amount % unit != 0m) <= 1);

    [Fact]
    public void What_weighs_nothing_gets_nothing() => Gen.Select(Whole, Weights, Unit).Sample((whole, weights, unit) =>
        Apportion.Split(whole, weights, unit).All(p => p.Amount == 0m || weights.Single(w => w.Name == p.Name).Value > 0m));

    [Fact]
    public void A_third_each_of_a_dollar_leaves_the_odd_cent_with_the_first_name() => Assert.Equal(
        [new("a", 0.34m), new("b", 0.33m), new("c", 0.33m)], Apportion.Split(1m, [new("c", 1), new("b", 1), new("a", 1)], 0.01m));

    [Fact]
    public void A_fraction_of_a_cent_is_carried_and_not_lost() => Assert.Equal(
        [new("a", 0.506m), new("b", 0.5m)], Apportion.Split(1.006m, [new("a", 1), new("b", 1)], 0.01m));

    [Fact]
    public void The_largest_amounts_there_are_can_be_split()
    {
        var parts = Apportion.Split(79228162514264337593543950335m, [new("a", 1m), new("b", 0.0000000000000000000000000001m)], 1m);
        Assert.Equal(79228162514264337593543950335m, parts.Sum(p => p.Amount));
    }

    [Fact]
    public void Lines_of_an_invoice_add_up_to_its_total() => Gen.Select(Whole.Array[1, 20], Unit).Sample((amounts, unit) =>
    {
        Portion[] exact = [.. amounts.Select((a, i) => new Portion($"{i:00}", a))];
        var rounded = Apportion.Round(exact, unit);
        return rounded.Sum(r => r.Amount) == Apportion.Rounded(amounts.Sum(), unit)
            && rounded.Zip(exact).All(p => Math.Abs(p.First.Amount - p.Second.Amount) <= unit && p.First.Amount % unit == 0m);
    });

    [Theory, InlineData("0.005", "0"), InlineData("0.015", "0.02"), InlineData("-0.005", "0"), InlineData("-0.015", "-0.02"), InlineData("2.5049", "2.5")]
    public void A_total_is_rounded_halves_to_even(string exact, string rounded) =>
        Assert.Equal(decimal.Parse(rounded), Apportion.Rounded(decimal.Parse(exact), 0.01m));

    [Fact]
    public void What_cannot_be_split_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Apportion.Split(1m, [new("a", 0)], 0.01m));
        Assert.Throws<ArgumentException>(() => Apportion.Split(1m, [new("a", 1), new("a", 2)], 0.01m));
        Assert.Throws<ArgumentException>(() => Apportion.Split(1m, [new("a", -1), new("b", 2)], 0.01m));
        Assert.Throws<ArgumentOutOfRangeException>(() => Apportion.Split(1m, [new("a", 1)], 0m));
    }

    static decimal Power(int scale)
    {
        var power = 1m;
        for (var i = 0; i < scale; i++) power *= 10m;
        return power;
    }
}
