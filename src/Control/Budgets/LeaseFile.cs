using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;
using System.Text;

namespace Assay.Control.Budgets;

/// <summary>A lease that an earlier run of the process neither settled nor released.</summary>
/// <param name="Slot">To free it by, once it is in the journal or its windows are over.</param>
public sealed record OrphanLease(int Slot, UInt128 Request, DateTime Admitted, decimal Worst, Spender Spender);

/// <summary>A lease file that cannot be used, and what to do.</summary>
public sealed class LeaseFileException : IOException
{
    LeaseFileException(string message, Exception? inner = null) : base(message, inner) { }

    internal static LeaseFileException InUse(string path, Exception inner) => new($"The lease file '{path}' is in use by another process. "
        + "One process owns it: stop the other, or give this one a data folder of its own.", inner);

    internal static LeaseFileException Unusable(string path, Exception inner) => new($"The lease file '{path}' cannot be opened and mapped "
        + $"into memory: {inner.Message.TrimEnd('.')}. Check the folder's rights and free space.", inner);

    internal static LeaseFileException Foreign(string path) => new($"'{path}' is not a lease file, or one of another version. Move it "
        + "away; calls that were under way when it was written are then not held.");
}

/// <summary>
/// The leases of calls under way, kept where the death of the process leaves them: in memory that is mapped from a file, so that taking and
/// freeing one costs no system call. Who spends is written to a table beside it, once a spender.
/// </summary>
/// <remarks>
/// A slot is taken by the last of its writes, and freed by the first: killed between any two instructions, a process leaves a lease whole
/// or not at all. The pages are the system's: they outlive the process, not the machine. After a power cut the file may be behind.
/// </remarks>
public sealed class LeaseFile : IDisposable
{
    public const int SlotsDefault = 65_536;
    const int SlotLength = 128;
    const long Magic = 0x3130_4553_4145_4c41; // ALEASE01

    // A slot: whether it is taken, the spender's number, the time, the request, the worst cost. Its first word goes last.
    const int SpenderAt = 4, TimeAt = 8, RequestAt = 16, WorstAt = 32;
    const int Taken = 1;

    readonly Lock gate = new();
    readonly FileStream stream;
    readonly MemoryMappedFile mapped;
    readonly MemoryMappedViewAccessor view;
    readonly SpenderTable spenders;
    readonly int[] free;
    int freeCount;

    LeaseFile(FileStream stream, int slots, SpenderTable spenders)
    {
        (this.stream, this.spenders) = (stream, spenders);
        mapped = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None,
            leaveOpen: true);
        view = mapped.CreateViewAccessor(0, (slots + 1L) * SlotLength);
        free = new int[slots];
        List<OrphanLease> orphans = [];
        for (var slot = slots - 1; slot >= 0; slot--)
        {
            if (view.ReadInt32(At(slot)) == Taken) orphans.Add(Read(slot));
            else free[freeCount++] = slot;
        }
        Orphans = [.. orphans.OrderBy(o => o.Admitted)];
    }

    /// <summary>What earlier runs left, the oldest first. Each stays in the file until it is freed.</summary>
    public IReadOnlyList<OrphanLease> Orphans { get; }

    public int Slots => free.Length;

    /// <summary>Slots that are free now.</summary>
    public int SlotsFree => Volatile.Read(ref freeCount);

    // Called after each write of a slot, by the test that dies there.
    internal Action? Stored { get; set; }

    /// <summary>Opens a file, or makes it, and keeps every other process out.</summary>
    /// <param name="slots">Calls that can be under way at once; a file that exists keeps its own number.</param>
    public static LeaseFile Open(string path, int slots = SlotsDefault)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, 1 << 24);
        FileStream stream;
        try
        {
            stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException taken) when (File.Exists(path) && taken is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw LeaseFileException.InUse(path, taken);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw LeaseFileException.Unusable(path, wrong);
        }
        SpenderTable? spenders = null;
        try
        {
            slots = Prepare(path, stream, slots);
            spenders = SpenderTable.Open(path + ".spenders");
            return new(stream, slots, spenders);
        }
        catch (Exception wrong)
        {
            spenders?.Dispose();
            stream.Dispose();
            if (wrong is LeaseFileException || wrong is not (IOException or UnauthorizedAccessException or InvalidDataException)) throw;
            throw LeaseFileException.Unusable(path, wrong);
        }
    }

    /// <summary>Writes a lease down before its call is sent. Null when every slot is taken: the call must wait or be refused.</summary>
    public int? Take(UInt128 request, DateTime admitted, decimal worst, Spender spender)
    {
        var number = spenders.NumberOf(spender);
        int slot;
        lock (gate)
        {
            if (freeCount == 0) return null;
            slot = free[--freeCount];
        }
        // The slot is this call's alone, so it is written outside the lock.
        var at = At(slot);
        view.Write(at + SpenderAt, number);
        Stored?.Invoke();
        view.Write(at + TimeAt, admitted.Ticks);
        Stored?.Invoke();
        view.Write(at + RequestAt, ref request);
        Stored?.Invoke();
        view.Write(at + WorstAt, worst);
        Stored?.Invoke();
        // What the slot says must be there before it says that it is taken.
        Volatile.WriteBarrier();
        view.Write(at, Taken);
        Stored?.Invoke();
        return slot;
    }

    /// <summary>The requests that hold a slot now. One that is taken or freed meanwhile may be among them or not.</summary>
    public HashSet<UInt128> UnderWay()
    {
        HashSet<UInt128> requests = [];
        for (var slot = 0; slot < free.Length; slot++)
        {
            if (view.ReadInt32(At(slot)) != Taken) continue;
            view.Read(At(slot) + RequestAt, out UInt128 request);
            requests.Add(request);
        }
        return requests;
    }

    /// <summary>Frees a slot: its call is in the journal, was never sent, or its windows are over. A slot that is free stays so.</summary>
    public void Free(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, free.Length);
        lock (gate)
        {
            if (view.ReadInt32(At(slot)) != Taken) return;
            view.Write(At(slot), 0);
            Stored?.Invoke();
            // Nobody writes the slot's next lease before this one is gone.
            Volatile.WriteBarrier();
            free[freeCount++] = slot;
        }
    }

    public void Dispose()
    {
        view.Dispose();
        mapped.Dispose();
        spenders.Dispose();
        stream.Dispose();
    }

    static long At(int slot) => (slot + 1L) * SlotLength;

    OrphanLease Read(int slot)
    {
        view.Read(At(slot) + RequestAt, out UInt128 request);
        return new(slot, request, new(view.ReadInt64(At(slot) + TimeAt), DateTimeKind.Utc), view.ReadDecimal(At(slot) + WorstAt),
            spenders.Of(view.ReadInt32(At(slot) + SpenderAt)));
    }

    // Every byte is written, not only reserved: a hole that the disk cannot fill later would kill the process at a write to memory.
    // The head goes last, so that a file that was not finished is made again.
    static int Prepare(string path, FileStream stream, int slots)
    {
        var head = new byte[SlotLength];
        var length = stream.ReadAtLeast(head, SlotLength, throwOnEndOfStream: false);
        if (head.AsSpan(0, length).ContainsAnyExcept((byte)0))
        {
            slots = BitConverter.ToInt32(head, 8);
            return BitConverter.ToInt64(head) == Magic && slots > 0 && stream.Length == (slots + 1L) * SlotLength ? slots
                : throw LeaseFileException.Foreign(path);
        }
        stream.SetLength(0);
        var zeros = new byte[512 * SlotLength];
        for (var left = (slots + 1L) * SlotLength; left > 0; left -= zeros.Length)
            stream.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
        stream.Flush(flushToDisk: true);
        BitConverter.TryWriteBytes(head, Magic);
        BitConverter.TryWriteBytes(head.AsSpan(8), slots);
        stream.Position = 0;
        stream.Write(head);
        stream.Flush(flushToDisk: true);
        return slots;
    }
}

/// <summary>The spenders of a lease file, one a line, by number: a line is written before a lease names its number.</summary>
sealed class SpenderTable : IDisposable
{
    readonly ConcurrentDictionary<Spender, int> numbers = new();
    readonly List<Spender> known = [];
    readonly FileStream stream;

    SpenderTable(FileStream stream) => this.stream = stream;

    public static SpenderTable Open(string path)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1);
        try
        {
            var table = new SpenderTable(stream);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            // A line that was cut off was never named by a lease.
            var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
            foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n')[..^1]) table.Add(Spender(line));
            stream.SetLength(whole);
            stream.Position = whole;
            return table;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public int NumberOf(Spender spender)
    {
        if (numbers.TryGetValue(spender, out var number)) return number;
        lock (known)
        {
            if (numbers.TryGetValue(spender, out number)) return number;
            stream.Write(Encoding.UTF8.GetBytes(Line(spender)));
            return Add(spender);
        }
    }

    public Spender Of(int number) => number >= 0 && number < known.Count ? known[number] : new("", "", "", "", "", "");

    int Add(Spender spender)
    {
        known.Add(spender);
        return numbers[spender] = known.Count - 1;
    }

    // Six texts parted by tabs; a backslash goes before what would part them.
    static string Line(Spender spender) => string.Join('\t', new[]
    {
        spender.Account, spender.Env, spender.Team, spender.App, spender.Key, spender.Principal,
    }.Select(t => t.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal))) + "\n";

    static Spender Spender(string line)
    {
        var texts = line.Split('\t').Select(Plain).ToArray();
        return texts.Length == 6 ? new(texts[0], texts[1], texts[2], texts[3], texts[4], texts[5])
            : throw new InvalidDataException($"the table of spenders has a line of {texts.Length} texts");
    }

    static string Plain(string text)
    {
        if (!text.Contains('\\')) return text;
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
            plain.Append(text[i] != '\\' || ++i == text.Length ? text[Math.Min(i, text.Length - 1)]
                : text[i] switch { 't' => '\t', 'n' => '\n', var other => other });
        return plain.ToString();
    }

    public void Dispose() => stream.Dispose();
}
