using System.Globalization;
using Assay.Estate;
using Assay.Planning;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Desk.Commands;

/// <summary>The calls a described estate might make, for a plan: its sampled logs, read as any logs are.</summary>
/// <param name="Notes">What the sample leaves out or thins, one sentence each.</param>
sealed record EstateTraffic(Traffic Traffic, long Calls, IReadOnlyList<string> Notes)
{
    const int DaysMost = 7;

    // More calls say nothing more, and prompts are read.
    const double CallsMost = 100_000;

    public static EstateTraffic Of(DescribedEstate estate, BillSources sources, ModelCatalog catalog, CancellationToken cancel)
    {
        var model = new EstateModel(estate, sources);
        var (days, scale) = (DaysMost, 1d);
        var sample = Sample();
        while (sample.CallsExpected > CallsMost && days > 1)
        {
            days--;
            sample = Sample();
        }
        if (sample.CallsExpected > CallsMost)
        {
            scale = CallsMost / sample.CallsExpected;
            sample = Sample();
        }
        var traffic = new Traffic();
        var reader = new InvocationLogReader(LogReaderOptions.For(catalog) with { WithContent = true });
        foreach (var file in sample.Files())
        {
            if (file.Kind != EstateFileKind.Log) continue;
            using var zipped = new MemoryStream();
            file.Write(zipped);
            zipped.Position = 0;
            using var log = new System.IO.Compression.GZipStream(zipped, System.IO.Compression.CompressionMode.Decompress);
            reader.Read(log, file.Path, traffic.Add, cancel);
        }
        List<string> notes = [$"These are {Shared.Count(days, "day")} of imagined calls, drawn from the estate's description."];
        if (scale < 1d)
            notes.Add($"They are {scale.ToString("0.###%", CultureInfo.InvariantCulture)} of the traffic it describes: money is of that "
                + "part, and caches are colder than they would be.");
        if (sample.LeftOut.Count > 0) notes.Add($"Not among them: {string.Join(", ", sample.LeftOut)}. 'assay model' bills those.");
        return new(traffic, sample.Calls, notes);

        DescribedSample Sample() => new(estate,
            new() { Seed = new SampleOptions().Seed, Start = model.Day, Days = days, Scale = scale, Catalog = catalog },
            model.OnDemandShare, withText: true);
    }
}
