using Assay.Rating;
using Assay.Usage;

namespace Assay.Ledger.Store;

/// <summary>What all calls of a cell share: the key under which they are summed.</summary>
readonly record struct LedgerCellKey(
    SourceOrigin Origin, int Bill, int Kind, DateOnly Day, bool IsLong, bool Failed, string? ErrorCode, long Meters)
{
    public static int Compare(LedgerCellKey a, LedgerCellKey b)
    {
        var order = a.Day.CompareTo(b.Day);
        if (order == 0) order = a.Kind.CompareTo(b.Kind);
        if (order == 0) order = a.Meters.CompareTo(b.Meters);
        if (order == 0) order = a.IsLong.CompareTo(b.IsLong);
        if (order == 0) order = a.Failed.CompareTo(b.Failed);
        if (order == 0) order = a.Origin.CompareTo(b.Origin);
        if (order == 0) order = a.Bill.CompareTo(b.Bill);
        return order == 0 ? string.CompareOrdinal(a.ErrorCode, b.ErrorCode) : order;
    }
}

/// <summary>Calls of one key that came in one batch, and their sums. Written once, together with the calls.</summary>
sealed class LedgerCell(LedgerCellKey key)
{
    public LedgerCellKey Key => key;
    public int Number { get; set; }
    public int Rank { get; set; }
    public long Calls { get; private set; }

    /// <summary>Times of the day, in ticks.</summary>
    public long First { get; private set; } = long.MaxValue;
    public long Last { get; private set; }
    public QuantitySum[] Sums { get; private set; } = [];

    /// <summary>Of each sum: whether it is of amounts rather than of tokens.</summary>
    public bool[] IsAmount { get; private set; } = [];

    public void Add(long ticks, ReadOnlySpan<UsedMeter> used)
    {
        if (Calls++ == 0)
        {
            Sums = new QuantitySum[used.Length];
            IsAmount = new bool[used.Length];
            for (var i = 0; i < used.Length; i++) (Sums[i], IsAmount[i]) = (new(used[i].Meter, 0m, 0m), used[i].Fraction is not null);
        }
        First = Math.Min(First, ticks);
        Last = Math.Max(Last, ticks);
        for (var i = 0; i < used.Length; i++)
        {
            ref var sum = ref Sums[i];
            sum = new(sum.Meter, sum.Quantity + used[i].Quantity, sum.Open + used[i].Open);
        }
    }
}

/// <summary>
/// Records on their way into a ledger: put into cells, and into the order in which they lie best. Calls of a day and a kind lie
/// together, in the order of time, so that columns hold long runs of like values and a question about a day reads few of them.
/// </summary>
sealed class LedgerBatch(int capacity)
{
    // Ticks of a day take 40 bits; cells have the rest.
    const int TimeBits = 40;

    readonly UsageRecord[] records = new UsageRecord[capacity];
    readonly int[] sources = new int[capacity];
    readonly LedgerCell[] cellOf = new LedgerCell[capacity];
    readonly Dictionary<LedgerCellKey, LedgerCell> cells = [];
    readonly HashSet<UInt128> ids = new(capacity);
    readonly ulong[] order = new ulong[capacity];
    readonly int[] places = new int[capacity];

    public int Count { get; private set; }
    public bool IsFull => Count == capacity;
    public IReadOnlyCollection<LedgerCell> Cells => cells.Values;
    public IEnumerable<UInt128> Ids => ids;

    /// <summary>Adds a record; false when its id is among them already.</summary>
    public bool Add(in UsageRecord record, int source)
    {
        if (!ids.Add(record.RequestId.Key)) return false;
        records[Count] = record;
        sources[Count++] = source;
        return true;
    }

    /// <summary>Takes out what the ledger holds already, and says from which source each was.</summary>
    public void Drop(HashSet<UInt128> stored, Action<int> dropped)
    {
        if (stored.Count == 0) return;
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (stored.Contains(records[i].RequestId.Key))
            {
                dropped(sources[i]);
                continue;
            }
            (records[kept], sources[kept]) = (records[i], sources[i]);
            kept++;
        }
        Count = kept;
    }

    /// <summary>Puts the records into cells.</summary>
    /// <param name="originOf">What a source is, and its number when it is a bill.</param>
    public void Settle(Func<CallKind, int> numberOf, Func<int, (SourceOrigin Origin, int Bill)> originOf)
    {
        Span<UsedMeter> used = new UsedMeter[DimensionNames.MeterCount + Rater.ChargesMax];
        var (source, origin) = (-1, default((SourceOrigin Origin, int Bill)));
        for (var i = 0; i < Count; i++)
        {
            ref readonly var record = ref records[i];
            if (sources[i] != source) (source, origin) = (sources[i], originOf(sources[i]));
            var meters = used[..UsedMeter.Of(record, used)];
            var mask = 0L;
            foreach (ref readonly var meter in meters) mask |= meter.Bit;
            var key = new LedgerCellKey(origin.Origin, origin.Bill, numberOf(record.Kind), DateOnly.FromDateTime(record.Time),
                record.Tokens.Prompt > Rater.LongContextAbove, record.Failed, record.ErrorCode, mask);
            if (!cells.TryGetValue(key, out var cell)) cells[key] = cell = new(key);
            cell.Add(record.Time.TimeOfDay.Ticks, meters);
            cellOf[i] = cell;
        }
        var rank = 0;
        foreach (var cell in cells.Values.OrderBy(c => c.Key, Comparer<LedgerCellKey>.Create(LedgerCellKey.Compare))) cell.Rank = rank++;
        for (var i = 0; i < Count; i++)
            (order[i], places[i]) = (((ulong)cellOf[i].Rank << TimeBits) | (ulong)records[i].Time.TimeOfDay.Ticks, i);
        Array.Sort(order, places, 0, Count);
    }

    /// <summary>The cells in their order, numbered from a start.</summary>
    public IEnumerable<LedgerCell> Numbered(int first)
    {
        foreach (var cell in cells.Values.OrderBy(c => c.Rank))
        {
            cell.Number = first + cell.Rank;
            yield return cell;
        }
    }

    /// <summary>A record in the order of the ledger.</summary>
    public ref readonly UsageRecord this[int at] => ref records[places[at]];
    public int SourceAt(int at) => sources[places[at]];
    public LedgerCell CellAt(int at) => cellOf[places[at]];

    public void Clear()
    {
        // Records hold on to kinds and texts.
        records.AsSpan(0, Count).Clear();
        cellOf.AsSpan(0, Count).Clear();
        cells.Clear();
        ids.Clear();
        Count = 0;
    }
}
