using System.Buffers.Binary;
using Assay.Usage;

namespace Assay.Estate;

/// <summary>
/// Chance that is the same on every machine and in every version of .NET: xoshiro256** seeded through SplitMix64
/// (https://prng.di.unimi.it). System.Random promises no such thing, and library logarithms differ in their last bit.
/// </summary>
public sealed class SeededRandom
{
    ulong a, b, c, d;

    public SeededRandom(ulong seed) => (a, b, c, d) = (SplitMix(ref seed), SplitMix(ref seed), SplitMix(ref seed), SplitMix(ref seed));

    /// <summary>A stream of its own for a named thing, so that adding a workload leaves the others as they were.</summary>
    public static SeededRandom For(ulong seed, string name, int number = 0)
    {
        unchecked
        {
            // FNV-1a; string.GetHashCode differs from run to run.
            var hash = 14695981039346656037UL;
            foreach (var letter in name) hash = (hash ^ letter) * 1099511628211UL;
            return new(seed * 0x9E3779B97F4A7C15UL ^ hash ^ ((ulong)number << 32));
        }
    }

    public ulong NextBits()
    {
        unchecked
        {
            var result = ulong.RotateLeft(b * 5, 7) * 9;
            var t = b << 17;
            c ^= a;
            d ^= b;
            b ^= c;
            a ^= d;
            c ^= t;
            d = ulong.RotateLeft(d, 45);
            return result;
        }
    }

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public double NextShare() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number from 0 up to, not including, <paramref name="count"/>.</summary>
    public int Below(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    public bool Chance(double share) => NextShare() < share;

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>A whole number whose mean is <paramref name="mean"/>: one of its two neighbours.</summary>
    public int Whole(double mean)
    {
        var floor = (int)mean;
        return floor + (Chance(mean - floor) ? 1 : 0);
    }

    /// <summary>
    /// A waiting time whose mean is 1, exponentially distributed. Von Neumann's method compares uniform numbers and needs no logarithm:
    /// a falling run of them that begins at x is odd in length with the chance exp(−x).
    /// </summary>
    public double Wait()
    {
        for (var whole = 0d; ; whole++)
        {
            var first = NextShare();
            var isOdd = true;
            for (double last = first, next; (next = NextShare()) < last; last = next) isOdd = !isOdd;
            if (isOdd) return whole + first;
        }
    }

    /// <summary>How many come when <paramref name="mean"/> are expected and each comes for itself (Poisson).</summary>
    public int Arrivals(double mean)
    {
        var count = 0;
        for (var time = Wait(); time < mean; time += Wait()) count++;
        return count;
    }

    /// <summary>A deviate of the normal distribution, mean 0 and deviation 1, from waits (Kahn's method).</summary>
    public double Normal()
    {
        double x, y;
        do (x, y) = (Wait(), Wait());
        while (y < (x - 1d) * (x - 1d) / 2d);
        return (NextBits() & 1) == 0 ? x : -x;
    }

    /// <summary>A number of mean 1 whose logarithm is normal with this deviation.</summary>
    public double LogNormal(double deviation) => Exponential((deviation * Normal()) - (deviation * deviation / 2d));

    // e^x by plain arithmetic, which is the same everywhere: a short series of a small part, then squared.
    static double Exponential(double x)
    {
        const int squarings = 10;
        var part = x / (1 << squarings);
        var power = 1d;
        for (var term = 7; term > 0; term--) power = 1d + (part / term * power);
        for (var i = 0; i < squarings; i++) power *= power;
        return power;
    }

    /// <summary>A request id as AWS makes them: a random GUID of version 4.</summary>
    public RequestId NextRequestId()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, NextBits());
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], NextBits());
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        Span<byte> text = stackalloc byte[36];
        new Guid(bytes, bigEndian: true).TryFormat(text, out _);
        return RequestId.Parse(text);
    }

    static ulong SplitMix(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15UL;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            return mixed ^ (mixed >> 31);
        }
    }
}
