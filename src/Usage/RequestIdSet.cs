using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Assay.Usage;

/// <summary>
/// The request ids seen so far, exact. Keeps a given number in memory; beyond it, sorted runs of ids go to scratch streams, and a
/// Bloom filter of ten to twenty bits an id answers almost every question about them without reading.
/// </summary>
/// <param name="idsInMemoryMax">Ids kept in memory before a run is written. Three quarters of a million take 16 MB.</param>
/// <param name="openScratch">Gives a new readable, writable, seekable stream for a run; the set disposes of it.</param>
public sealed class RequestIdSet(int idsInMemoryMax, Func<Stream> openScratch) : IDisposable
{
    const int IdBytes = 16;

    // One id of each block of a run stays in memory, so that a look-up reads one block.
    const int BlockIds = 256;

    // Runs are joined when there are this many, so that a look-up asks few of them.
    const int RunsMax = 16;

    readonly List<Run> runs = [];
    readonly RecentIds recent = new(idsInMemoryMax);
    ulong[] filter = [];

    public long Count { get; private set; }

    /// <summary>Ids that had to be looked up on disk: the work the filter could not save.</summary>
    public long DiskLookups { get; private set; }

    /// <inheritdoc cref="RecentIds.Compared"/>
    internal long Compared => recent.Compared;

    public int Runs => runs.Count;

    /// <summary>Adds an id; false when it was there already.</summary>
    public bool Add(UInt128 id)
    {
        if (runs.Count > 0 && MayBeOnDisk(id))
        {
            DiskLookups++;
            foreach (var run in runs)
                if (run.Contains(id)) return false;
        }
        if (!recent.Add(id)) return false;
        Count++;
        if (recent.IsFull) Spill();
        return true;
    }

    /// <summary>Asks for the memory in which the ids of a batch will be looked for, so that it is there when they are added.</summary>
    public void Approach(ReadOnlySpan<UsageRecord> records)
    {
        foreach (ref readonly var record in records) recent.Approach(record.RequestId.Key);
    }

    void Spill()
    {
        var ids = recent.Take();
        var run = Run.Write(ids, openScratch());
        runs.Add(run);
        if (runs.Count == RunsMax) Join();
        BuildFilter(ids);
    }

    void Join()
    {
        var joined = Run.Merge(runs, openScratch());
        foreach (var run in runs) run.Dispose();
        runs.Clear();
        runs.Add(joined);
    }

    // Ten to twenty bits an id and three probes leave at most two questions in a hundred for the disk. Grown by doubling, from the runs.
    void BuildFilter(ReadOnlySpan<UInt128> added)
    {
        if ((long)filter.Length * 64 < Count * 10)
        {
            filter = new ulong[System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(Count * 20 / 64) + 1)];
            foreach (var run in runs)
                foreach (var id in run.Ids()) Mark(id);
            return;
        }
        foreach (var id in added) Mark(id);
    }

    void Mark(UInt128 id)
    {
        for (var probe = 0; probe < 3; probe++)
        {
            var bit = Bit(id, probe);
            filter[bit >> 6] |= 1UL << (int)(bit & 63);
        }
    }

    bool MayBeOnDisk(UInt128 id)
    {
        for (var probe = 0; probe < 3; probe++)
        {
            var bit = Bit(id, probe);
            if ((filter[bit >> 6] & (1UL << (int)(bit & 63))) == 0) return false;
        }
        return true;
    }

    ulong Bit(UInt128 id, int probe)
    {
        var mixed = RecentIds.Mix(id);
        return unchecked(mixed + ((ulong)probe * ((mixed >> 32) | 1))) & (((ulong)filter.Length * 64) - 1);
    }

    public void Dispose()
    {
        foreach (var run in runs) run.Dispose();
        runs.Clear();
    }

    /// <summary>Ids in ascending order on a scratch stream, with the first of each block in memory.</summary>
    sealed class Run(Stream stream, UInt128[] firsts, long count) : IDisposable
    {
        readonly byte[] block = new byte[BlockIds * IdBytes];
        long blockLoaded = -1;

        public static Run Write(ReadOnlySpan<UInt128> ids, Stream stream)
        {
            var writer = new Writer(stream);
            foreach (var id in ids) writer.Add(id);
            return writer.Close();
        }

        public static Run Merge(IReadOnlyList<Run> runs, Stream stream)
        {
            var writer = new Writer(stream);
            var heads = new PriorityQueue<IEnumerator<UInt128>, UInt128>();
            foreach (var run in runs)
            {
                var ids = run.Ids().GetEnumerator();
                if (ids.MoveNext()) heads.Enqueue(ids, ids.Current);
            }
            while (heads.TryDequeue(out var ids, out var id))
            {
                writer.Add(id);
                if (ids.MoveNext()) heads.Enqueue(ids, ids.Current);
            }
            return writer.Close();
        }

        public bool Contains(UInt128 id)
        {
            var at = Array.BinarySearch(firsts, id);
            if (at >= 0) return true;
            at = ~at - 1;
            if (at < 0) return false;
            var ids = Load(at);
            for (var i = 0; i < ids; i++)
                if (BinaryPrimitives.ReadUInt128BigEndian(block.AsSpan(i * IdBytes)) == id) return true;
            return false;
        }

        public IEnumerable<UInt128> Ids()
        {
            for (var at = 0; at < firsts.Length; at++)
            {
                var ids = Load(at);
                for (var i = 0; i < ids; i++) yield return BinaryPrimitives.ReadUInt128BigEndian(block.AsSpan(i * IdBytes));
            }
        }

        int Load(long at)
        {
            var ids = (int)Math.Min(BlockIds, count - (at * BlockIds));
            if (blockLoaded == at) return ids;
            stream.Position = at * BlockIds * IdBytes;
            stream.ReadExactly(block.AsSpan(0, ids * IdBytes));
            blockLoaded = at;
            return ids;
        }

        public void Dispose() => stream.Dispose();

        sealed class Writer(Stream stream)
        {
            readonly List<UInt128> firsts = [];
            readonly byte[] bytes = new byte[BlockIds * IdBytes];
            long count;

            public void Add(UInt128 id)
            {
                var slot = (int)(count % BlockIds);
                if (slot == 0)
                {
                    if (count > 0) stream.Write(bytes);
                    firsts.Add(id);
                }
                BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(slot * IdBytes), id);
                count++;
            }

            public Run Close()
            {
                var rest = (int)(count % BlockIds);
                stream.Write(bytes.AsSpan(0, (rest == 0 && count > 0 ? BlockIds : rest) * IdBytes));
                stream.Flush();
                return new Run(stream, [.. CollectionsMarshal.AsSpan(firsts)], count);
            }
        }
    }
}
