using System.Globalization;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Estate;
using Assay.Planning;
using Assay.Usage;

namespace Assay.Desk.Commands;

/// <summary><c>assay model FILE --sample DIR</c>: writes the logs that a described estate might leave behind.</summary>
static class EstateSampling
{
    // More than that fills disks; a part of the traffic says as much.
    const double CallsMax = 100_000_000;

    public static SampledLogs Write(EstateModel model, ModelCatalog catalog, SamplingRequest request, CancellationToken cancel)
    {
        if (File.Exists(request.Folder)) throw new InputException($"--sample '{request.Folder}' is a file; name a folder for the logs.");
        var logs = Path.Combine(request.Folder, "AWSLogs");
        if (Directory.Exists(logs))
        {
            throw new InputException($"'{logs}' exists already, and two samples in one folder would be counted as one; "
                + "name another folder with --sample, or remove it.");
        }
        var sample = new DescribedSample(model.Estate,
            new() { Seed = request.Seed, Start = model.Day, Days = request.Days, Scale = request.Scale, Catalog = catalog },
            model.OnDemandShare, request.WithText);
        if (sample.CallsExpected > CallsMax)
        {
            throw new InputException($"the sample would have some {sample.CallsExpected.ToString("#,##0", CultureInfo.InvariantCulture)} "
                + $"calls; {CallsMax:#,##0} are accepted: lower --days or --scale.");
        }
        var isShown = !Console.IsErrorRedirected;
        var (files, bytes) = (0, 0L);
        foreach (var file in sample.Files())
        {
            cancel.ThrowIfCancellationRequested();
            var path = Path.Combine(request.Folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var stream = File.Create(path);
            file.Write(stream);
            files += file.Kind == EstateFileKind.Log ? 1 : 0;
            bytes += stream.Length;
            if (isShown) Console.Error.Write($"\r{Text.Number(sample.Calls)} calls…");
        }
        if (isShown) Console.Error.Write("\r\u001b[K");
        return new(request, model.Day, sample.Calls, files, bytes, sample.LeftOut);
    }

    public static void Print(TextWriter output, EstateModel model, SampledLogs sampled)
    {
        var (estate, request) = (model.Estate, sampled.Request);
        output.WriteLine($"{estate.Name}, sampled: {Shared.Count(sampled.Calls, "call")} of {Shared.Count(request.Days, "day")} from "
            + $"{Dimensions.Day(sampled.From)}, seed {request.Seed}{Thinned(request)}");
        output.WriteLine($"{Shared.Count(sampled.Files, "file")}, {Text.Number(decimal.Round(sampled.Bytes / 1_000_000m, 1))} MB, "
            + $"under {Path.Combine(request.Folder, "AWSLogs")}");
        if (sampled.LeftOut.Count > 0)
            output.WriteLine($"Not in them, for invocation logs do not show it: {string.Join(", ", sampled.LeftOut)}.");
        if (sampled.Calls == 0)
        {
            output.WriteLine("No call came by chance; raise --days or --scale.");
            return;
        }
        var book = estate.Book is { } named ? $" --book {named}" : "";
        output.WriteLine($"\nNext\n  assay report {request.Folder}{book}");
    }

    static string Thinned(SamplingRequest request) => request.Scale == 1d ? ""
        : $", {request.Scale.ToString("0.####", CultureInfo.InvariantCulture)} times the traffic";
}
