using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Assay.Usage;

/// <summary>
/// A bounded set of ids in memory, exact. Nearly every id of a log is new, so what counts is to know that without waiting for memory:
/// a Bloom filter of some sixteen bits an id stays in the caches where a table of the ids themselves would not, and a new id is then
/// only written behind others of its bucket. What the filter has seen before is looked for in its bucket.
/// </summary>
/// <param name="capacity">The most ids it holds; room for all of them is set aside, and takes memory as it is written to.</param>
sealed class RecentIds(int capacity)
{
    const int ChunkIds = 64;
    const int BucketsMax = 512;

    readonly LargePages<ulong> filterPages = Cleared((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity / 4, 16)));
    readonly Bucket[] buckets = Empty(capacity);

    // Chunks of ids, each in the hands of one bucket. Never read where nothing was written.
    readonly LargePages<UInt128> idPages = new(((capacity / ChunkIds) + BucketCount(capacity) + 1) * ChunkIds);
    readonly int[] previous = new int[(capacity / ChunkIds) + BucketCount(capacity) + 1];
    int chunks;

    public int Count { get; private set; }

    /// <summary>Ids compared with others because the filter could not tell them apart: the work it did not save.</summary>
    public long Compared { get; private set; }

    public bool IsFull => Count >= capacity;

    /// <summary>
    /// Asks for the memory in which an id will be looked for. Filter words lie all over, far from the processor: waited for one by one
    /// they would cost a third of reading a record.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Approach(UInt128 id) => filterPages.Approach((int)(Mix(id) & (uint)(filterPages.Length - 1)));

    /// <summary>Adds an id; false when it was there already. The set must not be full.</summary>
    public bool Add(UInt128 id)
    {
        var mixed = Mix(id);
        var filter = filterPages.Values;
        ref var word = ref filter[(int)(mixed & (uint)(filter.Length - 1))];
        ref var bucket = ref buckets[(int)((mixed >> 24) & (uint)(buckets.Length - 1))];
        var bits = (1UL << (int)(mixed >> 40)) | (1UL << (int)(mixed >> 46)) | (1UL << (int)(mixed >> 52)) | (1UL << (int)(mixed >> 58));
        if ((word & bits) == bits && Contains(bucket, id)) return false;
        word |= bits;
        if (bucket.Filled == ChunkIds)
        {
            previous[chunks] = bucket.Chunk;
            bucket = new(chunks++, 0);
        }
        idPages.Values[(bucket.Chunk * ChunkIds) + bucket.Filled++] = id;
        Count++;
        return true;
    }

    /// <summary>Empties the set and gives its ids in ascending order. They lie in the set's own memory, until the next is added.</summary>
    public ReadOnlySpan<UInt128> Take()
    {
        // Moved together and sorted where they lie: a copy would cost as much memory again at the very moment there is none to spare.
        Span<byte> filled = new byte[chunks];
        filled.Fill(ChunkIds);
        foreach (var bucket in buckets)
            if (bucket.Chunk >= 0) filled[bucket.Chunk] = (byte)bucket.Filled;
        var ids = idPages.Values;
        var count = 0;
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            ids.Slice(chunk * ChunkIds, filled[chunk]).CopyTo(ids[count..]);
            count += filled[chunk];
        }
        filterPages.Values.Clear();
        Array.Fill(buckets, Bucket.Empty);
        (chunks, Count) = (0, 0);
        ids[..count].Sort();
        return ids[..count];
    }

    bool Contains(in Bucket bucket, UInt128 id)
    {
        var wanted = Vector256.Create(Unsafe.BitCast<UInt128, Vector128<ulong>>(id));
        var filled = bucket.Filled;
        var ids = idPages.Values;
        for (var chunk = bucket.Chunk; chunk >= 0; chunk = previous[chunk], filled = ChunkIds)
        {
            Compared += filled;
            ref var first = ref Unsafe.As<UInt128, ulong>(ref ids[chunk * ChunkIds]);
            // Two ids at a step; of an odd number the last step sees one that was never written, which is not asked.
            for (var at = 0; at < filled; at += 2)
            {
                var same = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)at * 2), wanted).ExtractMostSignificantBits();
                if ((same & 0b0011) == 0b0011 || ((same & 0b1100) == 0b1100 && at + 1 < filled)) return true;
            }
        }
        return false;
    }

    // Ids need not be random: whichever of their bits differ, all bits of the result must, or they all fall into one bucket.
    public static ulong Mix(UInt128 id)
    {
        unchecked
        {
            var mixed = (ulong)id ^ ((ulong)(id >> 64) * 0x9E3779B97F4A7C15UL);
            mixed = (mixed ^ (mixed >> 32)) * 0xC2B2AE3D27D4EB4FUL;
            mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9UL;
            return mixed ^ (mixed >> 32);
        }
    }

    static LargePages<ulong> Cleared(int words)
    {
        var pages = new LargePages<ulong>(words);
        pages.Values.Clear();
        return pages;
    }

    static int BucketCount(int capacity) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(capacity / 1024, 1, BucketsMax));

    static Bucket[] Empty(int capacity)
    {
        var empty = new Bucket[BucketCount(capacity)];
        Array.Fill(empty, Bucket.Empty);
        return empty;
    }

    /// <summary>The newest chunk of a bucket and how much of it is filled; chunk -1, as if full, before the first.</summary>
    record struct Bucket(int Chunk, int Filled)
    {
        public static readonly Bucket Empty = new(-1, ChunkIds);
    }
}
