using System.CommandLine;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;

namespace Assay.Desk.Commands;

/// <summary><c>assay report</c>: where the money goes and what stands out.</summary>
static class ReportCommand
{
    public const string About = "Where the money goes and what stands out.";

    /// <summary>What a report was asked for.</summary>
    public sealed record Request(string[] Paths)
    {
        public string Book { get; init; } = BookShelf.Default;
        public string? Profiles { get; init; }
        public string? Batch { get; init; }
        public string? By { get; init; }
        public DateOnly? From { get; init; }
        public DateOnly? To { get; init; }
        public string? Html { get; init; }
        public bool Json { get; init; }
        public bool Csv { get; init; }
        public bool Markdown { get; init; }
        public string[] FailOn { get; init; } = [];
        public int Workers { get; init; } = 1;
    }

    public static Command Make()
    {
        var (paths, book, profiles, json, failOn, workers) =
            (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Json(), Shared.FailOn(), Shared.Workers());
        var batch = Shared.Batch();
        var by = new Option<string?>("--by")
        {
            Description = "Group by dimensions, as in --by model,day; a tag of the request metadata is tag:KEY.", HelpName = "DIM,…",
        };
        var from = Shared.Day("--from", "First UTC day to count, inclusive.");
        var to = Shared.Day("--to", "UTC day to stop before, exclusive.");
        var html = new Option<string?>("--html") { Description = "Also write the report as one self-contained page.", HelpName = "FILE" };
        var csv = new Option<bool>("--csv") { Description = "Print CSV, money exact." };
        var markdown = new Option<bool>("--markdown") { Description = "Print Markdown." };
        var command = new ExampledCommand("report", About,
            "assay report ./logs --by app,model --from 2026-07-01 --to 2026-08-01")
        {
            paths, book, profiles, batch, by, from, to, html, json, csv, markdown, failOn, workers,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(new(parsed.GetValue(paths)!)
        {
            Book = parsed.GetValue(book)!, Profiles = parsed.GetValue(profiles), Batch = parsed.GetValue(batch),
            By = parsed.GetValue(by),
            From = Shared.ParseDay(parsed.GetValue(from), "--from"), To = Shared.ParseDay(parsed.GetValue(to), "--to"),
            Html = parsed.GetValue(html), Json = parsed.GetValue(json), Csv = parsed.GetValue(csv), Markdown = parsed.GetValue(markdown),
            FailOn = parsed.GetValue(failOn) ?? [], Workers = parsed.GetValue(workers),
        }, cancel)));
        return command;
    }

    public static int Run(Request request, CancellationToken cancel)
    {
        Shared.CheckConditions(request.FailOn);
        if (request is { From: { } from, To: { } to } && from >= to)
            throw new InputException($"--from {Dimensions.Day(from)} is not before --to {Dimensions.Day(to)}; "
                + "--to is the first day not counted.");
        var shelf = new BookShelf();
        var dimensions = Dimensions.Parse(request.By);
        var builder = new ReportBuilder(shelf.Open(request.Book), dimensions, request.From, request.To);
        var stream = new DistinctUsage(Shared.ReaderOptions(shelf, request.Profiles, Dimensions.TagKeys(dimensions)), request.Workers)
        {
            Batches = Shared.ParseBatch(request.Batch),
        };
        using var progress = Progress.OnTerminal("reading");
        var logs = LogFiles.Under(request.Paths);
        void Take(ReadOnlySpan<Usage.UsageRecord> records)
        {
            builder.Add(records);
            progress.Add(records.Length);
        }
        // A ledger by itself has its sums at hand; beside other sources its requests must be told apart from theirs.
        var reading = logs is { Ledgers: [var ledger], Count: 1 }
            ? KeptUsage.Sum(ledger, stream.Options, request.From, request.To, builder.Add, Take)
            : stream.Read(logs, Take, cancel);
        progress.Dispose();
        Shared.NeedRecords(reading, request.Paths);
        var report = builder.Build(reading);
        if (request.Html is { } page) WritePage(report, page);
        Print(report, request);
        if (report.From is null)
            Console.Error.WriteLine($"assay: none of the {Shared.Count(reading.Records, "record")} lies between --from and --to.");
        Shared.Account(reading);
        return Shared.Verdict(request.FailOn, report.Unpriced.Count > 0, reading, report.Total);
    }

    static void Print(Report report, Request request)
    {
        if (request.Json)
        {
            using var output = Console.OpenStandardOutput();
            ReportJson.Write(report, output);
        }
        else if (request.Csv) ReportText.WriteCsv(report, Console.Out);
        else if (request.Markdown) ReportText.WriteMarkdown(report, Console.Out);
        else ReportTerminal.Write(report, Terminal.Console());
        Console.Out.Flush();
    }

    static void WritePage(Report report, string page)
    {
        try
        {
            using var text = new StreamWriter(page);
            ReportHtml.Write(report, text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write '{page}': {LogFiles.Reason(fault)}. "
                + "--html takes the name of a file in a folder you may write to.");
        }
        Console.Error.WriteLine($"assay: wrote {page}");
    }
}
