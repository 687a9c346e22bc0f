using System.IO.Compression;
using Assay.Estate;
using Assay.Planning.Tests.Guide;
using Assay.Pricing.Importers;
using Assay.Testing;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Planning.Tests.Plans;

/// <summary>The built-in estate's logs, read as the plan reads them: each request once.</summary>
static class SampledTraffic
{
    public static List<UsageRecord> Records(SampleOptions? options = null, bool withContent = true, bool mapped = false)
    {
        var sample = SampleEstate.Generate((options ?? new()) with { Catalog = TheGuide.Catalog });
        var reader = new InvocationLogReader(new(TheGuide.Catalog, mapped ? SampleEstate.Profiles : LogReaderOptions.NoProfiles, [])
        {
            WithContent = withContent,
        });
        var records = new List<UsageRecord>();
        var seen = new HashSet<UInt128>();
        foreach (var file in sample.Files.Where(f => f.Kind == EstateFileKind.Log).OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            using var bytes = new MemoryStream();
            file.Write(bytes);
            bytes.Position = 0;
            using var zip = new GZipStream(bytes, CompressionMode.Decompress);
            reader.Read(zip, file.Path, batch =>
            {
                foreach (var record in batch)
                    if (seen.Add(record.RequestId.Key)) records.Add(record);
            }, TestContext.Current.CancellationToken);
        }
        return records;
    }

    public static Plan Planned(IEnumerable<UsageRecord> records, PlanConstraints? constraints = null)
    {
        var traffic = new Traffic();
        traffic.Add(records.ToArray());
        return Planner.Of(traffic, Sources, constraints ?? PlanConstraints.None, TestContext.Current.CancellationToken);
    }

    public static PlanSources Sources { get; } = new(TheGuide.Aws, TheGuide.Catalog)
    {
        Regions = RegionAvailability.Read(new StringReader(File.ReadAllText(Path.Combine(Repository.Root, "prices", "regions.csv"))), "regions.csv"),
    };
}
