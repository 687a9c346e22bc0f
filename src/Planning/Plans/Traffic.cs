using Assay.Usage;

namespace Assay.Planning;

/// <summary>The calls a plan is made of, as they were read.</summary>
public sealed class Traffic
{
    readonly List<UsageRecord> records = [];

    public IReadOnlyList<UsageRecord> Records => records;

    public void Add(ReadOnlySpan<UsageRecord> more) => records.AddRange(more);
}
