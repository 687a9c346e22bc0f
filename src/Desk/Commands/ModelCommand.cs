using System.CommandLine;
using System.Globalization;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Estate;
using Assay.Planning;

namespace Assay.Desk.Commands;

/// <summary><c>assay model FILE</c>: a described estate as a bill of a month and a year, and every way to buy each workload.</summary>
static class ModelCommand
{
    public const string About = "An estate described in a file: its bill, and every mode weighed for each workload.";

    // Beyond this the file is not one a person described.
    const long FileBytesMax = 10_000_000;

    public static Command Make()
    {
        var file = new Argument<string>("FILE") { Description = "An estate: YAML. Three of them stand in samples/." };
        var book = new Option<string?>("--book")
        {
            Description = "Price book: 'aws', 'guide', either with a day, or a CSV file. Default: the estate's own, else aws.",
                HelpName = "B",
        };
        var draws = new Option<int?>("--draws")
        {
            Description = "Draw the estate's ranges N times: how sure the total is, and which figure moves it most.", HelpName = "N",
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Seed of the draws and of the sample: the same seed gives the same bytes.", DefaultValueFactory = _ => 17,
            HelpName = "N",
        };
        var sampling = new SamplingOptions();
        var (workers, json) = (Shared.Workers(), Shared.Json());
        workers.Description = "Threads that draw. The result does not depend on it.";
        var command = new ExampledCommand("model", About,
            "assay model samples/startup-chat.yaml --draws 10000")
            {
                file, book, draws, sampling.Sample, sampling.Days, seed, sampling.Scale, sampling.Text, workers, json,
            };
        command.SetAction((parsed, cancel) =>
        {
            if (parsed.GetValue(draws) is < 1)
                throw new InputException($"--draws '{parsed.GetValue(draws)}' is not a number of draws; write one from 1, such as 10000.");
            var request = sampling.Asked(parsed, parsed.GetValue(seed));
            var shelf = new BookShelf();
            if (Read(parsed.GetValue(file)!, shelf) is not { } estate) return Task.FromResult(ExitCode.WrongInput);
            var sources = new BillSources(shelf.Open(parsed.GetValue(book) ?? estate.Book ?? BookShelf.Default), shelf.Regions);
            var path = parsed.GetValue(file)!;
            if (request is not null && !parsed.GetValue(json))
            {
                var model = new EstateModel(estate, sources);
                var written = Countable(path, () => EstateSampling.Write(model, shelf.Catalog, request, cancel));
                EstateSampling.Print(Console.Out, model, written);
                return Task.FromResult(ExitCode.Fine);
            }
            var count = parsed.GetValue(draws);
            var (modelled, outlook, sampled) = Countable(path, () =>
            {
                var likely = ModelledEstate.Of(estate, sources);
                return (likely,
                    count is { } drawn ? Draw(likely.Model, drawn, parsed.GetValue(seed), parsed.GetValue(workers), cancel) : null,
                    request is null ? null : EstateSampling.Write(likely.Model, shelf.Catalog, request, cancel));
            });
            if (parsed.GetValue(json)) PriceJson.Write(w => ModelJson.Write(w, modelled, outlook, sampled));
            else ModelTerminal.Write(Terminal.Console(ModelTerminal.Width), modelled, outlook);
            return Task.FromResult(ExitCode.Fine);
        });
        return command;
    }

    static Outlook Draw(EstateModel model, int draws, ulong seed, int workers, CancellationToken cancel)
    {
        var isShown = !Console.IsErrorRedirected;
        var outlook = Outlook.Of(model.Estate.Ranges, model.Total, draws, seed, workers,
            isShown ? done => Console.Error.Write($"\r{done.ToString("#,##0", CultureInfo.InvariantCulture)} of {draws:#,##0} draws…")
                : null, cancel);
        if (isShown) Console.Error.Write("\r\u001b[K");
        return outlook;
    }

    /// <summary>What is worked out of an estate's amounts.</summary>
    /// <exception cref="InputException">They are larger than anything is counted in.</exception>
    public static T Countable<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception wrong) when (wrong is OverflowException or AggregateException { InnerException: OverflowException })
        {
            throw new InputException($"'{path}' describes amounts too large to count; check the zeros of its requests, tokens, documents "
                + "and prices. Accepted: up to 10^17 tokens a month.");
        }
    }

    /// <summary>The estate of a file; null when it is none, every mistake of it said on standard error, a line each.</summary>
    /// <exception cref="InputException">There is no such file.</exception>
    public static DescribedEstate? Read(string path, BookShelf shelf)
    {
        if (Directory.Exists(path))
            throw new InputException($"'{path}' is a folder; name an estate file such as samples/startup-chat.yaml.");
        if (!File.Exists(path))
            throw new InputException($"there is no file '{path}'; samples/startup-chat.yaml is an estate to start from.");
        if (new FileInfo(path).Length > FileBytesMax)
            throw new InputException($"'{path}' is larger than {FileBytesMax / 1_000_000} MB; "
                + "an estate is a page of YAML, see samples/startup-chat.yaml.");
        string? Open(string include) => File.Exists(include) && new FileInfo(include).Length <= FileBytesMax
            ? File.ReadAllText(include) : null;
        var reading = EstateReader.Read(path, File.ReadAllText(path), Open, shelf.Catalog);
        if (reading is EstateReading.Mistaken mistaken)
            foreach (var error in mistaken.Errors) Console.Error.WriteLine($"assay: {error.ToString().ReplaceLineEndings(" ")}");
        return (reading as EstateReading.Described)?.Estate;
    }
}

/// <summary>The options of a sample, which mean something together alone.</summary>
sealed class SamplingOptions
{
    public Option<string?> Sample { get; } = new("--sample")
    {
        Description = "Instead of the bill, write the invocation logs the estate might leave, under DIR.", HelpName = "DIR",
    };

    public Option<int?> Days { get; } = new("--days")
    {
        Description = $"Days of a sample. Default: {SamplingRequest.DaysDefault}.", HelpName = "N",
    };

    public Option<double?> Scale { get; } = new("--scale")
    {
        Description = "A sample with F times the traffic, as 0.1 for a tenth; caches are colder then.", HelpName = "F",
    };

    public Option<bool> Text { get; } = new("--text")
    {
        Description = "A sample with prompts and answers, as long as their tokens imply: some ten times the bytes.",
    };

    /// <exception cref="InputException">An option is out of its bounds, or there is no --sample.</exception>
    public SamplingRequest? Asked(ParseResult parsed, ulong seed)
    {
        var (folder, days, scale) = (parsed.GetValue(Sample), parsed.GetValue(Days), parsed.GetValue(Scale));
        if (folder is null)
        {
            var lone = days is not null ? Days.Name : scale is not null ? Scale.Name : parsed.GetValue(Text) ? Text.Name : null;
            return lone is null ? null : throw new InputException($"{lone} is of a sample; add --sample DIR, the folder for its logs.");
        }
        if (folder.Length == 0) throw new InputException("--sample '' names no folder; write --sample ./estate-logs.");
        if (days is < 1 or > SamplingRequest.DaysMax)
            throw new InputException($"--days '{days}' is not a number of days from 1 to {SamplingRequest.DaysMax}.");
        if (scale is not null and not (> 0d and <= SamplingRequest.ScaleMax))
        {
            throw new InputException($"--scale '{scale.Value.ToString(CultureInfo.InvariantCulture)}' is not a factor above 0 and up to "
                + $"{SamplingRequest.ScaleMax.ToString(CultureInfo.InvariantCulture)}; 0.1 is a tenth of the traffic.");
        }
        return new(folder, days ?? SamplingRequest.DaysDefault, seed, scale ?? 1d, parsed.GetValue(Text));
    }
}
