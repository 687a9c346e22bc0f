using System.CommandLine;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;

namespace Assay.Desk.Commands;

/// <summary><c>assay rate</c>: one JSON charge a line.</summary>
static class RateCommand
{
    public const string About = "One JSON charge a line: a meter of a request with its quantity, rate, cost, SKU and book.";

    public static Command Make()
    {
        var (paths, book, profiles, json, failOn, workers) =
            (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Json(), Shared.FailOn(), Shared.Workers());
        var batch = Shared.Batch();
        json.Description = "JSON lines; the default and only form.";
        var command = new ExampledCommand("rate", About,
            "assay rate ./logs | jq -s 'map(.cost|tonumber)|add'")
        {
            paths, book, profiles, batch, json, failOn, workers,
        };
        command.SetAction((parsed, cancel) =>
        {
            var conditions = parsed.GetValue(failOn) ?? [];
            Shared.CheckConditions(conditions);
            var shelf = new BookShelf();
            var opened = shelf.Open(parsed.GetValue(book)!);
            var stream = new DistinctUsage(Shared.ReaderOptions(shelf, parsed.GetValue(profiles), []), parsed.GetValue(workers))
            {
                Batches = Shared.ParseBatch(parsed.GetValue(batch)),
            };
            using var output = Console.OpenStandardOutput();
            using var lines = new ChargeLines(output, opened);
            var given = parsed.GetValue(paths)!;
            var reading = stream.Read(LogFiles.Under(given), lines.Add, cancel);
            lines.Flush();
            Shared.NeedRecords(reading, given);
            if (lines.Failed > 0) Console.Error.WriteLine($"assay: {Shared.Count(lines.Failed, "call")} failed and cost nothing.");
            if (lines.Uncounted > 0)
                Console.Error.WriteLine($"assay: {Shared.Count(lines.Uncounted, "call")} had no counts and cost nothing.");
            Shared.Account(reading);
            return Task.FromResult(Shared.Verdict(conditions, lines.Unpriced > 0, reading, lines.Total));
        });
        return command;
    }
}
