using Assay.Usage;

namespace Assay.Estate;

/// <summary>A line of a log that is not a record.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="What">What is wrong with it: <c>truncated</c>, <c>not JSON</c> or <c>foreign JSON</c>.</param>
public sealed record BrokenLine(string Path, int Line, string What);

/// <summary>Exact totals of one workload.</summary>
/// <param name="Requests">Distinct records, failed and blocked ones included.</param>
/// <param name="Totals">Amount by meter; cache writes of unknown lifetime stand under five minutes, as they are charged.</param>
/// <param name="CacheWriteUnknown">How many of the five-minute writes have a lifetime no log tells.</param>
public sealed record WorkloadTruth(
    string Name, int Requests, int Failed, int Blocked, IReadOnlyDictionary<Meter, decimal> Totals, long CacheWriteUnknown);

/// <summary>
/// What is in a sampled estate, known by construction: a reader that reads all its files must find these records, no others, and
/// these counts. The records say what logs can show; where a body is left out, its tier and cache lifetime are unknown here too.
/// </summary>
public sealed record SampleTruth
{
    /// <summary>Every distinct record in the order in which ordinal paths and their lines first tell it.</summary>
    public required IReadOnlyList<UsageRecord> Records { get; init; }

    /// <summary>The name of each record's workload, in the same order.</summary>
    public required IReadOnlyList<string> WorkloadNames { get; init; }

    public required IReadOnlyList<WorkloadTruth> Workloads { get; init; }
    public required int Failed { get; init; }
    public required int Blocked { get; init; }

    /// <summary>Lines that repeat a record told before.</summary>
    public required int Duplicates { get; init; }

    public required IReadOnlyList<BrokenLine> BrokenLines { get; init; }

    /// <summary>Files in the folder that are no logs and must be skipped by their name.</summary>
    public required IReadOnlyList<string> OtherFiles { get; init; }

    /// <summary>Values of the metadata key <c>session</c> of the sessions that ran away.</summary>
    public required IReadOnlyList<string> RunawaySessions { get; init; }
}
