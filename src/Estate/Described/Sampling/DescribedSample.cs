using System.Globalization;
using Assay.Usage.Logs;

namespace Assay.Estate;

/// <summary>
/// A described estate sampled into invocation logs: the calls its bill expects on average, each by chance. What such logs cannot show
/// (jobs, bought capacity, services) is left out and named. The same options give the same bytes.
/// </summary>
public sealed class DescribedSample
{
    const int LinesMax = 4_000;

    readonly SampleOptions options;
    readonly List<DescribedTraffic> traffic = [];
    readonly bool withText;

    /// <param name="onDemandShare">
    /// Share of a workload's calls to one model of its mix, by its place there, that are made on demand: the rest goes as batch jobs or
    /// to bought capacity, and no log line tells of it in tokens that are paid for.
    /// </param>
    /// <param name="withText">
    /// True to write prompts and answers, as long as their tokens imply; false for bodies with usage and guardrails alone.
    /// </param>
    public DescribedSample(
        DescribedEstate estate, SampleOptions options, Func<DescribedWorkload, int, decimal> onDemandShare, bool withText = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Days, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Scale, 0);
        (this.options, this.withText) = (options, withText);
        foreach (var workload in estate.Workloads)
            for (var model = 0; model < workload.Models.Count; model++)
                traffic.Add(new(estate, workload, model, onDemandShare(workload, model), options, withText));
        LeftOut = [.. NotVisible(estate, onDemandShare)];
    }

    /// <summary>Calls in the files handed out so far.</summary>
    public long Calls { get; private set; }

    /// <summary>About how many calls all files together will have.</summary>
    public double CallsExpected => traffic.Sum(t => t.CallsADay) * options.Days;

    /// <summary>What of the estate's bill is not in the logs, in words.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>The files in order of time, made as they are asked for: only the calls of one hour are held at once.</summary>
    public IEnumerable<EstateFile> Files()
    {
        Calls = 0;
        var files = SeededRandom.For(options.Seed, "files");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var start = options.Start.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        foreach (var kind in traffic) kind.Begin(start);
        var calls = new List<Call>();
        for (var hour = start; hour < start.AddDays(options.Days); hour = hour.AddHours(1))
        {
            calls.Clear();
            foreach (var kind in traffic) kind.AddHour(hour, calls);
            foreach (var place in calls.GroupBy(c => c.Workload.Place).OrderBy(g => g.Key.Name, StringComparer.Ordinal))
            {
                if (seen.Add(place.Key.Account)) yield return PermissionCheck(place.Key);
                foreach (var (delivered, part) in SampleLayout.Parts(hour, place, LinesMax))
                {
                    Calls += part.Count;
                    var path = SampleLayout.Log(place.Key, hour, delivered, files.Below(1000), files.NextBits());
                    yield return new(path, EstateFileKind.Log, stream => Write(stream, part));
                }
            }
        }
    }

    static EstateFile PermissionCheck(Place place) => new(SampleLayout.PermissionCheck(place), EstateFileKind.PermissionCheck,
        stream => stream.Write("Permissions check for Amazon Bedrock model invocation logging.\n"u8));

    void Write(Stream stream, List<Call> calls) => SampleLayout.Zip(stream, zipped =>
    {
        using var writer = new InvocationLogWriter(zipped);
        foreach (var call in calls) writer.Write(withText ? call.Entry with { Content = call.Words() } : call.Entry);
    });

    static IEnumerable<string> NotVisible(DescribedEstate estate, Func<DescribedWorkload, int, decimal> onDemandShare)
    {
        var likely = Draw.Likely(estate.Ranges);
        foreach (var workload in estate.Workloads)
        {
            var inBatch = workload.BatchShare.In(likely);
            if (inBatch > 0m) yield return $"{Share(inBatch)} of {workload.Name} (batch jobs)";
            var capacity = workload.Provisioned is not null ? "model units" : workload.Reserved is not null ? "reserved capacity" : null;
            if (capacity is null) continue;
            var left = workload.Models.Select((m, i) => m.Share.In(likely) * onDemandShare(workload, i)).Sum();
            if (1m - inBatch - left is > 0m and var carried) yield return $"{Share(carried)} of {workload.Name} ({capacity})";
        }
        if (estate.KnowledgeBases.Count > 0) yield return "knowledge bases";
        if (estate.CustomModels.Count > 0) yield return "custom models";
        if (estate.Monitoring is not null) yield return "CloudWatch";
        if (estate.StatedCosts.Count > 0) yield return "stated costs";

        static string Share(decimal share) => (share * 100m).ToString("0.#", CultureInfo.InvariantCulture) + "%";
    }
}
