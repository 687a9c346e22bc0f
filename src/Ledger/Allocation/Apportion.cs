using System.Numerics;

namespace Assay.Ledger.Allocation;

/// <summary>A name and how much of a whole it answers for. Weights are compared with each other only; zero gets nothing.</summary>
public readonly record struct Weight(string Name, decimal Value);

/// <summary>What of a whole falls to a name.</summary>
public readonly record struct Portion(string Name, decimal Amount);

/// <summary>
/// Divides amounts so that nothing is lost: by largest remainder, in whole cents or any other unit. The parts add up to the whole exactly,
/// whatever order the names come in, and equal cases are told apart by name, so that the same question has the same answer every month.
/// </summary>
public static class Apportion
{
    // Every decimal is a whole number of these.
    static readonly BigInteger Grain = BigInteger.Pow(10, 28);

    /// <summary>
    /// Splits a whole by weights. Every part is a whole number of units, but for the first in line for a further unit, who takes what of
    /// the whole is less than one.
    /// </summary>
    /// <param name="whole">May be negative: a credit is divided like a charge.</param>
    /// <param name="weights">Names are distinct, weights zero or more, and one of them is more.</param>
    /// <param name="unit">What parts are counted in, above zero: 0.01 for cents.</param>
    /// <returns>The parts, by name.</returns>
    public static IReadOnlyList<Portion> Split(decimal whole, IReadOnlyCollection<Weight> weights, decimal unit)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unit);
        List<Weight> byName = [.. weights.OrderBy(w => w.Name, StringComparer.Ordinal)];
        for (var i = 0; i < byName.Count; i++)
        {
            if (byName[i].Value < 0m) throw new ArgumentException($"The weight of '{byName[i].Name}' is below zero.", nameof(weights));
            if (i > 0 && byName[i].Name == byName[i - 1].Name)
                throw new ArgumentException($"'{byName[i].Name}' is named twice.", nameof(weights));
        }
        List<BigInteger> grains = [.. byName.Select(w => Grains(w.Value))];
        var all = grains.Aggregate(BigInteger.Zero, (sum, g) => sum + g);
        if (all.IsZero) throw new ArgumentException("No weight is above zero.", nameof(weights));

        // Remainders are of the exact share, what is less than a unit included: else a large share could end up more than a unit short.
        var size = Grains(unit);
        var amount = Grains(Math.Abs(whole));
        var parts = new BigInteger[byName.Count];
        var remainders = new BigInteger[byName.Count];
        for (var i = 0; i < parts.Length; i++) parts[i] = BigInteger.DivRem(amount * grains[i], all * size, out remainders[i]);
        // What is weighed at nothing gets nothing, not even a cent left over.
        List<int> inLine = [.. Enumerable.Range(0, parts.Length).Where(i => grains[i] > 0)
            .OrderByDescending(i => remainders[i]).ThenByDescending(i => grains[i]).ThenBy(i => i)];
        var given = parts.Aggregate(BigInteger.Zero, (sum, p) => sum + p) * size;
        // Each remainder is less than a unit, so what is left is less than one each: somebody is in line for what is less than one.
        var left = (int)BigInteger.DivRem(amount - given, size, out var lessThanOne);
        for (var i = 0; i < left; i++) parts[inLine[i]]++;
        var rest = inLine[left];
        var sign = whole < 0m ? -1 : 1;
        return [.. byName.Select((w, i) =>
            new Portion(w.Name, sign * Amount((parts[i] * size) + (i == rest ? lessThanOne : BigInteger.Zero))))];
    }

    /// <summary>
    /// Rounds amounts to whole units so that they add up to their sum rounded, halves to even: the lines of an invoice and its total.
    /// </summary>
    /// <returns>The rounded amounts, by name; each less than a unit from its exact one.</returns>
    public static IReadOnlyList<Portion> Round(IReadOnlyCollection<Portion> exact, decimal unit)
    {
        ArgumentNullException.ThrowIfNull(exact);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unit);
        var size = Grains(unit);
        List<Portion> byName = [.. exact.OrderBy(p => p.Name, StringComparer.Ordinal)];
        List<BigInteger> grains = [.. byName.Select(p => Grains(p.Amount))];
        var floors = new BigInteger[byName.Count];
        var remainders = new BigInteger[byName.Count];
        for (var i = 0; i < floors.Length; i++) floors[i] = Floor(grains[i], size, out remainders[i]);
        var target = Nearest(grains.Aggregate(BigInteger.Zero, (sum, g) => sum + g), size);
        var left = (int)(target - floors.Aggregate(BigInteger.Zero, (sum, f) => sum + f));
        foreach (var i in Enumerable.Range(0, floors.Length).OrderByDescending(i => remainders[i]).ThenBy(i => i).Take(left)) floors[i]++;
        return [.. byName.Select((p, i) => new Portion(p.Name, Amount(floors[i] * size)))];
    }

    /// <summary>An amount to the nearest whole unit, halves to even.</summary>
    public static decimal Rounded(decimal amount, decimal unit) => Amount(Nearest(Grains(amount), Grains(unit)) * Grains(unit));

    static BigInteger Nearest(BigInteger grains, BigInteger unit)
    {
        var floor = Floor(grains, unit, out var remainder);
        var half = (remainder * 2).CompareTo(unit);
        return half > 0 || (half == 0 && !floor.IsEven) ? floor + 1 : floor;
    }

    static BigInteger Floor(BigInteger value, BigInteger by, out BigInteger remainder)
    {
        var quotient = BigInteger.DivRem(value, by, out remainder);
        if (remainder.Sign >= 0) return quotient;
        remainder += by;
        return quotient - 1;
    }

    static BigInteger Grains(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var digits = unchecked(((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0]);
        var scaled = digits * BigInteger.Pow(10, 28 - ((bits[3] >> 16) & 0xFF));
        return value < 0m ? -scaled : scaled;
    }

    // A part has no more digits than the whole or the unit, so it fits a decimal once the zeros behind its digits are gone.
    static decimal Amount(BigInteger grains)
    {
        var whole = BigInteger.DivRem(grains, Grain, out var fraction);
        if (fraction.IsZero) return (decimal)whole;
        var scale = 28;
        var digits = grains;
        while (scale > 0)
        {
            var shorter = BigInteger.DivRem(digits, 10, out var last);
            if (!last.IsZero) break;
            (digits, scale) = (shorter, scale - 1);
        }
        var magnitude = BigInteger.Abs(digits);
        if (magnitude >> 96 != BigInteger.Zero) throw new OverflowException("A part has more digits than a decimal holds.");
        var mask = (BigInteger)uint.MaxValue;
        return new(unchecked((int)(uint)(magnitude & mask)), unchecked((int)(uint)((magnitude >> 32) & mask)),
            unchecked((int)(uint)((magnitude >> 64) & mask)), digits.Sign < 0, (byte)scale);
    }
}
