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
        var groups = byKind.GroupBy(p => KeyOf(p.Key))
            .OrderBy(g => g.Key.Account, StringComparer.Ordinal).ThenBy(g => g.Key.Principal, StringComparer.Ordinal)
            .ThenBy(g => g.Key.App, StringComparer.Ordinal).ThenBy(g => g.Key.Model, StringComparer.Ordinal).ToList();
        var names = Names([.. groups.Select(g => g.Key)]);
        var workloads = new List<RecordedWorkload>();
        foreach (var group in groups)
        {
            var rule = constraints.RuleFor(group.Key);
            var calls = InOrder([.. group.Select(p => p.Value)]);
            foreach (var (kind, _) in group) byKind.Remove(kind);
            workloads.Add(new(group.Key, rule?.Name ?? names[group.Key], rule, calls));
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
        // Records are large: their places are sorted, and each record moves once.
        if (sorted) return calls;
        var places = Enumerable.Range(0, calls.Length).ToArray();
        Array.Sort(places, (x, y) => Compare(calls[x], calls[y]));
        return Array.ConvertAll(places, p => calls[p]);
    }

    // Calls of one second stand in the order of their ids, whatever file told of them first.
    static int Compare(in UsageRecord left, in UsageRecord right)
    {
        var byTime = left.Time.CompareTo(right.Time);
        return byTime != 0 ? byTime : left.RequestId.Key.CompareTo(right.RequestId.Key);
    }

    // The shortest name that nobody else has: application, else principal, then model and account beside it.
    static Dictionary<WorkloadKey, string> Names(IReadOnlyList<WorkloadKey> keys)
    {
        Func<WorkloadKey, string>[] ways =
        [
            k => k.App, k => k.Principal, k => $"{Or(k.App, k.Principal)} on {ModelNames.Short(k.Model)}",
            k => $"{Or(k.App, k.Principal)} in {k.Account}", k => $"{k.Principal} in {k.Account} on {ModelNames.Short(k.Model)}",
        ];
        var names = new Dictionary<WorkloadKey, string>();
        foreach (var way in ways)
        {
            foreach (var group in keys.Where(k => !names.ContainsKey(k)).GroupBy(way).ToList())
            {
                if (group.Key.Length == 0 || group.Count() > 1 || keys.Count(k => way(k) == group.Key) > 1) continue;
                if (!names.ContainsValue(group.Key)) names[group.First()] = group.Key;
            }
        }
        foreach (var key in keys)
            names.TryAdd(key, $"{Or(key.App, "no application")}, {Or(key.Principal, "nobody")} in {key.Account} on {key.Model}");
        return names;

        static string Or(string name, string otherwise) => name.Length > 0 ? name : otherwise;
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

/// <summary>Model ids as people say them.</summary>
static class ModelNames
{
    /// <summary><c>anthropic.claude-haiku-4-5-20251001-v1:0</c> is <c>claude-haiku-4-5</c>; the end of an ARN is what it names.</summary>
    public static string Short(string model)
    {
        if (model.StartsWith("arn:", StringComparison.Ordinal)) return model[(model.LastIndexOf('/') + 1)..];
        var name = model[(model.IndexOf('.', StringComparison.Ordinal) + 1)..];
        var version = name.LastIndexOf("-v", StringComparison.Ordinal);
        if (version > 0) name = name[..version];
        var dash = name.LastIndexOf('-');
        return dash > 0 && name.Length - dash == 9 && name.AsSpan(dash + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? name[..dash] : name;
    }
}
