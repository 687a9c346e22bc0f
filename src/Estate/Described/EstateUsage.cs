using Assay.Usage;

namespace Assay.Estate;

/// <summary>
/// The model calls of a described estate as a month's usage, the way its workloads make them: in part as batch, in part cached.
/// </summary>
/// <remarks>Capacity bought by the hour is left out: what it carries is the tokens, and they are here.</remarks>
public static class EstateUsage
{
    /// <param name="day">The day whose prices count.</param>
    public static IReadOnlyList<UsageRecord> OfMonth(DescribedEstate estate, DateOnly day, Draw draw)
    {
        var records = new List<UsageRecord>();
        foreach (var workload in estate.Workloads)
        {
            var inBatch = Math.Clamp(workload.BatchShare.In(draw), 0m, 1m);
            var lifetime = workload.Prefix is { IsCached: true } prefix ? prefix.Lifetime : (TimeSpan?)null;
            var direct = new WorkloadTerms(Mode.OnDemand, workload.Tier, null, lifetime);
            records.AddRange(new ExpectedUsage(estate, workload, direct, day).Of(draw, 1m - inBatch));
            records.AddRange(new ExpectedUsage(estate, workload, new(Mode.Batch), day).Of(draw, inBatch));
        }
        return records;
    }

    /// <summary>Model calls of a month.</summary>
    public static decimal Calls(DescribedEstate estate, Draw draw) => estate.Workloads.Sum(w => ExpectedUsage.Calls(w, draw));
}
