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
