using System.Runtime.InteropServices;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>The recorded calls of one workload.</summary>
/// <param name="calls">In the order of their times; failed ones among them.</param>
public sealed class RecordedWorkload(WorkloadKey key, string name, WorkloadRule? rule, UsageRecord[] calls)
{
    public WorkloadKey Key => key;

    /// <summary>What people call it: as the constraints say, else its application, else its principal.</summary>
    public string Name => name;

    /// <summary>What the constraints say of it; null when nothing.</summary>
    public WorkloadRule? Rule => rule;

    public IReadOnlyList<UsageRecord> Calls => calls;

    /// <summary>The same without copying each record.</summary>
    internal ReadOnlySpan<UsageRecord> Span => calls;

    public DateTime First => calls[0].Time;
    public DateTime Last => calls[^1].Time;

    /// <summary>Calls that were answered and counted tokens.</summary>
    public int Answered { get; } = calls.Count(c => !c.Tokens.IsNone);

    /// <summary>Calls made; rows of a bill are none.</summary>
    public int Requests { get; } = calls.Count(c => !c.Kind.IsSum);

    public int Failed { get; } = calls.Count(c => c.ErrorCode is not null);

    /// <summary>True where records tell what calls said.</summary>
    public bool HasPrompts { get; } = calls.Any(c => c.Content?.Prompt is not null);

    /// <summary>True for rows of a bill: they stand for nobody knows how many calls, at no particular time.</summary>
    public bool IsSums { get; } = calls.Any(c => c.Kind.IsSum);

    /// <summary>True for what is bought as batch.</summary>
    public bool IsBatch { get; } = calls.All(c => c.Kind.Mode == Mode.Batch);

    /// <summary>UTC days on which any of them came, in order.</summary>
    public IEnumerable<DateOnly> Days
    {
        get
        {
            var day = -1L;
            foreach (var call in calls)
            {
                if (call.Time.Ticks / TimeSpan.TicksPerDay == day) continue;
                day = call.Time.Ticks / TimeSpan.TicksPerDay;
                yield return DateOnly.FromDateTime(call.Time);
            }
        }
    }

    /// <summary>The model as most of the calls name it.</summary>
    public ModelRef Model { get; } = MostNamed(calls);

    // Calls of one kind share its object, so a model is looked at once a kind.
    static ModelRef MostNamed(UsageRecord[] calls)
    {
        var counts = new Dictionary<CallKind, int>(ReferenceEqualityComparer.Instance);
        foreach (ref readonly var call in calls.AsSpan()) CollectionsMarshal.GetValueRefOrAddDefault(counts, call.Kind, out _)++;
        return counts.GroupBy(p => p.Key.Model, p => p.Value).MaxBy(g => g.Sum())!.Key;
    }
}
