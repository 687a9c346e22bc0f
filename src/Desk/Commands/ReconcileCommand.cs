using System.CommandLine;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Ledger.Bills;
using Assay.Ledger.Metrics;
using Assay.Ledger.Reconciling;
using Assay.Usage.Logs;

namespace Assay.Desk.Commands;

/// <summary><c>assay reconcile</c>: rated usage against the AWS bill, every residual named.</summary>
static class ReconcileCommand
{
    public const string About = "Rated usage against the AWS bill: what agrees, and a cause for every difference.";

    const string Accepted = "Accepted: unexplained, findings, skipped.";

    /// <summary>What is to be reconciled.</summary>
    public sealed record Request(string[] Paths, string[] Bills)
    {
        public string[] Metrics { get; init; } = [];
        public string Book { get; init; } = BookShelf.Default;
        public string? Profiles { get; init; }
        public string? Batch { get; init; }
        public bool Json { get; init; }
        public string[] FailOn { get; init; } = [];
        public int Workers { get; init; } = 1;
    }

    public static Command Make()
    {
        var (paths, book, profiles, json, failOn, workers) =
            (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Json(), Shared.FailOn(), Shared.Workers());
        var bills = new Option<string[]>("--bill")
        {
            Description = "The AWS bill: CUR 2.0 or FOCUS (CSV or Parquet, gzip or plain), or Cost Explorer's JSON; may be given again.",
            HelpName = "FILE", AllowMultipleArgumentsPerToken = false, Required = true, Arity = ArgumentArity.OneOrMore,
        };
        var batch = Shared.Batch();
        var metrics = new Option<string[]>("--metrics")
        {
            Description = "CloudWatch's counts, a third witness: JSON lines of a metric stream, or the answer of get-metric-data.",
            HelpName = "FILE", AllowMultipleArgumentsPerToken = false,
        };
        failOn.Description = "Exit with 1 when money stays unexplained (unexplained), when the bill itself has faults (findings), "
            + "or when input was skipped (skipped).";
        json.Description = "Print JSON. Amounts are decimal text in USD, bill minus rated logs.";
        var command = new ExampledCommand("reconcile", About,
            "assay reconcile ./logs --bill cur-2026-07.parquet --fail-on unexplained")
        {
            paths, bills, metrics, book, profiles, batch, json, failOn, workers,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(new(parsed.GetValue(paths)!, parsed.GetValue(bills) ?? [])
        {
            Metrics = parsed.GetValue(metrics) ?? [], Book = parsed.GetValue(book)!, Profiles = parsed.GetValue(profiles),
            Batch = parsed.GetValue(batch), Json = parsed.GetValue(json),
            FailOn = parsed.GetValue(failOn) ?? [], Workers = parsed.GetValue(workers),
        }, cancel)));
        return command;
    }

    public static int Run(Request request, CancellationToken cancel)
    {
        var conditions = request.FailOn
            .SelectMany(c => c.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        foreach (var condition in conditions)
            if (condition is not ("unexplained" or "findings" or "skipped"))
                throw new InputException($"--fail-on '{condition}' is not a condition. {Accepted}");
        foreach (var path in request.Bills)
            if (!File.Exists(path))
                throw new InputException($"--bill '{path}' does not exist; name the file of a CUR 2.0, FOCUS or Cost Explorer export.");
        var shelf = new BookShelf();
        var book = shelf.Open(request.Book);
        var options = Shared.ReaderOptions(shelf, request.Profiles, []);
        var bill = Bills.Read(request.Bills, shelf.Catalog, options.Profiles, [], cancel);
        if (bill.Lines.Count == 0)
            throw new InputException($"no line about Bedrock in {string.Join(", ", request.Bills.Take(3).Select(p => $"'{p}'"))}: "
                + $"{Shared.Count(bill.OtherServices, "line")} of other services. Export all services, Marketplace rows included.");
        var hours = new HourlyUsage(book, Reconciliation.NamesAccounts(bill.Lines));
        using var progress = Progress.OnTerminal("reading");
        // A folder may hold the bill beside the logs: what a bill says is no witness for it.
        var logs = LogFiles.Under(request.Paths).WithoutBills();
        var reading = new DistinctUsage(options, request.Workers) { Batches = Shared.ParseBatch(request.Batch) }.Read(logs, records =>
        {
            hours.Add(records);
            progress.Add(records.Length);
        }, cancel);
        progress.Dispose();
        Shared.NeedRecords(reading, request.Paths);
        var counted = Metered(request.Metrics, options, cancel);
        var result = Reconciliation.Reconcile(hours, bill.Lines, counted);
        if (request.Json) PriceJson.Write(json => ReconcileJson.Write(json, result, bill));
        else ReconcileTerminal.Write(result, bill, Terminal.Console());
        Console.Out.Flush();
        Shared.Account(reading);
        Account(result, bill);
        return Verdict(conditions, result, bill, reading);
    }

    static List<MeteredHour> Metered(string[] files, LogReaderOptions options, CancellationToken cancel)
    {
        if (files.Length == 0) return [];
        var read = MetricExports.Read(files, options.Catalog, options.Profiles, MetricStatement.Nothing, cancel);
        if (read.Skipped.Count > 0)
            Console.Error.WriteLine($"assay: {Shared.Count(read.Skipped.Count, "datapoint")} of the metrics could not be read; "
                + $"the first is {read.Skipped[0].Path}:{read.Skipped[0].Row}: {read.Skipped[0].Reason}.");
        return [.. read.Points.Select(p => new MeteredHour(p.Usage.Caller.Account, p.Usage.Region, p.Usage.Model, p.Usage.Time,
            p.Usage.Tokens, (long)p.Invocations))];
    }

    static void Account(Reconciled result, BillReading bill)
    {
        if (bill.Duplicates.Count > 0)
            Console.Error.WriteLine($"assay: {Shared.Count(bill.Duplicates.Count, "line")} of the bill met twice, counted once.");
        if (bill.Skipped.Count > 0)
            Console.Error.WriteLine($"assay: {Shared.Count(bill.Skipped.Count, "row")} of the bill gave no line; the first is "
                + $"{bill.Skipped[0].Path}:{bill.Skipped[0].Row}: {bill.Skipped[0].Reason}.");
        var months = $"{Dimensions.Day(result.First)} to {Dimensions.Day(result.Last)}";
        if (result.HoursOutside > 0 && result.Rated == 0m)
            Console.Error.WriteLine($"assay: no log lies in the bill's months, {months}; is it the bill of another month?");
        else if (result.HoursOutside > 0)
            Console.Error.WriteLine($"assay: logs outside the bill's months, {months}, were left out.");
    }

    static int Verdict(List<string> conditions, Reconciled result, BillReading bill, ReadingSummary reading)
    {
        foreach (var condition in conditions)
        {
            var reason = condition switch
            {
                "unexplained" => result.UnexplainedRows.Count > 0 ? $"{ReconcileTerminal.Signed(result.Unexplained)} stays unexplained, in "
                    + $"{Shared.Count(result.UnexplainedRows.Count, "place")}" : null,
                "findings" => result.Findings.Count > 0 ? $"{Shared.Count(result.Findings.Count, "finding")} on the bill" : null,
                _ => bill.Skipped.Count > 0 || reading.SkippedLines > 0 || reading.SkippedFiles.Count > 0 ? "some input was skipped" : null,
            };
            if (reason is null) continue;
            Console.Error.WriteLine($"assay: --fail-on {condition}: {reason}.");
            return ExitCode.FailedOn;
        }
        return ExitCode.Fine;
    }
}
