using System.Buffers;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Desk.Input;

/// <summary>
/// Records of many files between the workers that read them and the one that takes them in order. Workers may run ahead by a fixed
/// number of batches in all, so that memory stays bounded while each reads a file of its own; the file whose turn it is never waits
/// for the others.
/// </summary>
sealed class OrderedBatches
{
    // Some sixty thousand records, about 12 MB.
    const int AheadMax = 256;

    // What the file whose turn it is may be ahead of the taker beyond that.
    const int TurnMax = 8;

    readonly object gate = new();
    readonly Dictionary<int, Queue<Batch>> waiting = [];
    readonly FileReading?[] done;
    readonly CancellationToken stop;
    int turn, ahead;

    public OrderedBatches(int files, CancellationToken stop)
    {
        done = new FileReading?[files];
        this.stop = stop;
        stop.Register(Changed);
    }

    /// <summary>Hands over a copy of some records of a file; waits while the reading is too far ahead.</summary>
    public void Add(int file, ReadOnlySpan<UsageRecord> records)
    {
        var batch = Batch.Of(records);
        lock (gate)
        {
            while (ahead >= AheadMax && (file != turn || CountOf(file) >= TurnMax)) Wait();
            if (!waiting.TryGetValue(file, out var queue)) waiting[file] = queue = new();
            queue.Enqueue(batch);
            ahead++;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Says that a file has been read to its end.</summary>
    public void Complete(int file, FileReading reading)
    {
        lock (gate)
        {
            done[file] = reading;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Gives every batch of every file in order, and the reading of each file after its last batch.</summary>
    public void Take(RecordBatch deliver, Action<FileReading> finished)
    {
        for (var file = 0; file < done.Length; file++)
        {
            while (Next(file) is { } batch)
            {
                deliver(batch.Records);
                batch.Return();
            }
            finished(done[file]!);
        }
    }

    // The next batch of a file, or null when it has been read to its end.
    Batch? Next(int file)
    {
        lock (gate)
        {
            turn = file;
            Monitor.PulseAll(gate);
            while (true)
            {
                if (waiting.TryGetValue(file, out var queue) && queue.TryDequeue(out var batch))
                {
                    ahead--;
                    return batch;
                }
                if (done[file] is not null)
                {
                    waiting.Remove(file);
                    return null;
                }
                Wait();
            }
        }
    }

    void Wait()
    {
        stop.ThrowIfCancellationRequested();
        Monitor.Wait(gate);
        stop.ThrowIfCancellationRequested();
    }

    void Changed()
    {
        lock (gate) Monitor.PulseAll(gate);
    }

    int CountOf(int file) => waiting.TryGetValue(file, out var queue) ? queue.Count : 0;

    // Records between two threads, in an array that is used again and again.
    readonly record struct Batch(UsageRecord[] Rented, int Count)
    {
        public ReadOnlySpan<UsageRecord> Records => Rented.AsSpan(0, Count);

        public static Batch Of(ReadOnlySpan<UsageRecord> records)
        {
            var rented = ArrayPool<UsageRecord>.Shared.Rent(records.Length);
            records.CopyTo(rented);
            return new(rented, records.Length);
        }

        public void Return() => ArrayPool<UsageRecord>.Shared.Return(Rented);
    }
}
