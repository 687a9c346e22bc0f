using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Patterns.Caching;

/// <summary>
/// A prompt cache that keeps prompts in blocks of one size. A block is read when it and all before it were used within their lifetimes;
/// the others are written and live as long as the call that wrote them asks for. A read renews a block for its own lifetime: one that was
/// written for five minutes is not made an hour's by being read. Dead blocks are let go.
/// </summary>
public sealed class BlockCache
{
    const int SweepMin = 4096;

    readonly Dictionary<ulong, Block> blocks = [];
    int sweepAt = SweepMin;

    /// <summary>Blocks held, the dead among them that were not let go yet.</summary>
    public int Count => blocks.Count;

    /// <summary>One call that reads and writes. Calls come in the order of their times; one that uses no cache is not told.</summary>
    /// <param name="chain">A fingerprint for each block, of everything up to its end: see <see cref="Chain"/>.</param>
    /// <param name="lifetime">How long what it writes lives without being used; used at that very age, it still lives.</param>
    /// <returns>How many blocks were read; the rest of <paramref name="chain"/> was written.</returns>
    public int Use(DateTime time, ReadOnlySpan<ulong> chain, TimeSpan lifetime)
    {
        if (blocks.Count >= sweepAt) LetGo(time.Ticks);
        var read = Living(time.Ticks, chain);
        foreach (var hash in chain[read..]) blocks[hash] = new(time.Ticks, lifetime.Ticks);
        return read;
    }

    int Living(long now, ReadOnlySpan<ulong> chain)
    {
        for (var i = 0; i < chain.Length; i++)
        {
            ref var block = ref CollectionsMarshal.GetValueRefOrNullRef(blocks, chain[i]);
            if (Unsafe.IsNullRef(ref block) || now - block.Used > block.Lifetime) return i;
            block.Used = now;
        }
        return chain.Length;
    }

    /// <summary>Makes of the fingerprints of blocks, each of its own content, those of everything up to their ends.</summary>
    /// <param name="contents">One for each block, in the order of the prompt.</param>
    /// <param name="into">As many; may be the same memory.</param>
    public static void Chain(ReadOnlySpan<ulong> contents, Span<ulong> into)
    {
        var before = 0UL;
        for (var i = 0; i < contents.Length; i++) into[i] = before = Mixed(before, contents[i]);
    }

    // The finalizer of MurmurHash3: every bit of either moves every bit of the result.
    static ulong Mixed(ulong before, ulong content)
    {
        unchecked
        {
            var x = (before * 0x9E3779B97F4A7C15UL) ^ (content + 0x632BE59BD9B4E019UL);
            x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCDUL;
            x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53UL;
            return x ^ (x >> 33);
        }
    }

    void LetGo(long now)
    {
        foreach (var (hash, block) in blocks)
            if (now - block.Used > block.Lifetime) blocks.Remove(hash);
        sweepAt = Math.Max(SweepMin, blocks.Count * 2);
    }

    struct Block(long used, long lifetime)
    {
        public long Used = used;
        public readonly long Lifetime = lifetime;
    }
}
