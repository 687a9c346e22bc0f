using System.Runtime.InteropServices;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>Recorded usage to be planned with: collects records as they are read, in any order, each request once.</summary>
public sealed class Traffic
{
    readonly Dictionary<CallKind, Segments> byKind = new(ReferenceEqualityComparer.Instance);
    (CallKind Kind, Segments Records)? latest;

    public long Records { get; private set; }
    public DateTime? First { get; private set; }
    public DateTime? Last { get; private set; }

    /// <summary>First and last UTC day.</summary>
    public (DateOnly From, DateOnly To)? Days =>
        First is { } first && Last is { } last ? (DateOnly.FromDateTime(first), DateOnly.FromDateTime(last)) : null;

    public void Add(ReadOnlySpan<UsageRecord> records)
    {
        foreach (ref readonly var record in records)
        {
            ListOf(record.Kind).Add(record);
            if (!(record.Time >= First)) First = record.Time;
            if (!(record.Time <= Last)) Last = record.Time;
        }
        Records += records.Length;
    }

    // Readers make one object of each kind, and neighbours are mostly of one kind.
    Segments ListOf(CallKind kind)
    {
        if (latest is { } last && ReferenceEquals(last.Kind, kind)) return last.Records;
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(byKind, kind, out _);
        list ??= new();
        latest = (kind, list);
        return list;
    }

    /// <summary>
    /// The workloads, in an order that does not depend on that of the records. Takes the records out: they are many, and held once.
    /// </summary>
    public IReadOnlyList<RecordedWorkload> TakeWorkloads(PlanConstraints constraints)
    {
        // What is bought as batch already, and what only a bill tells of, are workloads of their own.
        var groups = byKind.GroupBy(p => new WorkloadPart(KeyOf(p.Key), p.Key.IsSum, p.Key.Mode == Mode.Batch))
            .OrderBy(g => g.Key.Key.Account, StringComparer.Ordinal).ThenBy(g => g.Key.Key.Principal, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Key.App, StringComparer.Ordinal).ThenBy(g => g.Key.Key.Model, StringComparer.Ordinal)
            .ThenBy(g => g.Key.IsSum).ThenBy(g => g.Key.IsBatch).ToList();
        var names = WorkloadNames.Of([.. groups.Select(g => g.Key)]);
        var workloads = new List<RecordedWorkload>();
        foreach (var group in groups)
        {
            var rule = constraints.RuleFor(group.Key.Key);
            var calls = InOrder([.. group.Select(p => p.Value)]);
            foreach (var (kind, _) in group) byKind.Remove(kind);
            workloads.Add(new(group.Key.Key, rule?.Name ?? names[group.Key], rule, calls));
        }
        latest = null;
        return workloads;
    }

    static WorkloadKey KeyOf(CallKind kind) => new(kind.Caller.Account, kind.Caller.Principal, kind.Caller.App, kind.Model.Id);

    static UsageRecord[] InOrder(List<Segments> parts)
    {
        var calls = new UsageRecord[parts.Sum(p => p.Count)];
        var at = 0;
        foreach (var part in parts) part.MoveTo(calls, ref at);
        var sorted = true;
        for (var i = 1; i < calls.Length && sorted; i++) sorted = Compare(calls[i - 1], calls[i]) <= 0;
        if (sorted) return calls;
        var places = new int[calls.Length];
        for (var i = 0; i < places.Length; i++) places[i] = i;
        Array.Sort(places, (x, y) => Compare(calls[x], calls[y]));
        Move(calls, places);
        return calls;
    }

    // Records are large and many: each moves once, along the circles in which they stand in each other's places, and none is copied.
    static void Move(UsageRecord[] calls, int[] places)
    {
        for (var start = 0; start < places.Length; start++)
        {
            if (places[start] == start) continue;
            var first = calls[start];
            var at = start;
            while (places[at] is var from && from != start)
            {
                calls[at] = calls[from];
                places[at] = at;
                at = from;
            }
            calls[at] = first;
            places[at] = at;
        }
    }

    // Logs tell seconds. Of calls of one second the shorter prompt came first, for what carries on is longer; then the ids decide, whatever
    // file told of them first.
    static int Compare(in UsageRecord left, in UsageRecord right)
    {
        var byTime = left.Time.CompareTo(right.Time);
        if (byTime == 0) byTime = left.Tokens.Prompt.CompareTo(right.Tokens.Prompt);
        return byTime != 0 ? byTime : left.RequestId.Key.CompareTo(right.RequestId.Key);
    }
}

/// <summary>Records in pieces of a size that is moved and let go cheaply: a list that doubles would hold them three times over.</summary>
sealed class Segments
{
    const int Length = 256;

    readonly List<UsageRecord[]> full = [];
    UsageRecord[] open = [];
    int used;

    public int Count => (full.Count * Length) + used;

    public void Add(in UsageRecord record)
    {
        if (used == open.Length)
        {
            if (used == Length)
            {
                full.Add(open);
                (open, used) = (new UsageRecord[Length], 0);
            }
            // Most kinds have a few calls only.
            else Array.Resize(ref open, Math.Min(Length, Math.Max(4, used * 4)));
        }
        open[used++] = record;
    }

    public void MoveTo(UsageRecord[] calls, ref int at)
    {
        foreach (var piece in full)
        {
            piece.CopyTo(calls, at);
            at += Length;
        }
        open.AsSpan(0, used).CopyTo(calls.AsSpan(at));
        at += used;
        full.Clear();
        (open, used) = ([], 0);
    }
}
