using System.CommandLine;
using System.Globalization;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Pricing;
using Assay.Usage;
using Assay.Usage.Batches;
using Assay.Usage.Logs;

namespace Assay.Desk.Commands;

/// <summary>Options that several commands share, so that they are spelled, described and read alike.</summary>
static class Shared
{
    public static Argument<string[]> Paths() => new("PATH")
    {
        Description = "Logs, bills (CUR, FOCUS, Cost Explorer), output of batch jobs, ledgers: files, folders of them (walked, S3 layout "
            + "included), or '-' for logs on standard input. What a file is, its content tells.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Option<string> Book() => new("--book")
    {
        Description = "Price book: 'aws', 'guide', either with a day as in aws@2026-06-30, or a CSV file.",
        DefaultValueFactory = _ => BookShelf.Default,
        HelpName = "B",
    };

    public static Option<string?> Profiles() => new("--profiles")
    {
        Description = "JSON that says which model an application inference profile stands for: "
            + "{\"<arn>\":{\"model\":…,\"app\":…,\"team\":…}}.",
        HelpName = "FILE",
    };

    public static Option<string?> Batch() => new("--batch")
    {
        Description = "What batch output does not say of itself: model and region, as in --batch amazon.nova-pro-v1:0@us-east-1.",
        HelpName = "MODEL@REGION",
    };

    /// <exception cref="InputException">The text is no model and region.</exception>
    public static BatchStatement ParseBatch(string? text)
    {
        if (text is null) return BatchStatement.Nothing;
        var at = text.LastIndexOf('@');
        return at > 0 && at < text.Length - 1 ? new(text[..at], text[(at + 1)..], Caller.Nobody)
            : throw new InputException($"--batch '{text}' is not MODEL@REGION; write it as --batch amazon.nova-pro-v1:0@us-east-1.");
    }

    public static Option<bool> Json() => new("--json") { Description = "Print JSON." };

    public static Option<string?> Day(string name, string description) => new(name) { Description = description, HelpName = "DAY" };

    public static Option<int> Workers() => new("--workers")
    {
        Description = "Files read at once. The result does not depend on it.",
        DefaultValueFactory = _ => Math.Clamp(Environment.ProcessorCount, 1, 8),
        HelpName = "N",
    };

    public static Option<string[]> FailOn() => new("--fail-on")
    {
        Description = "Exit with 1 when there is unpriced usage (unpriced), when input was skipped (skipped), "
            + "or when the total is over an amount (over>500).",
        HelpName = "WHAT",
        AllowMultipleArgumentsPerToken = false,
    };

    /// <exception cref="InputException">The text is not a day.</exception>
    public static DateOnly? ParseDay(string? text, string option) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new InputException($"{option} '{text}' is not a day; write it as 2026-07-24.");

    public static LogReaderOptions ReaderOptions(BookShelf shelf, string? profiles, IReadOnlyList<string> tagKeys) =>
        new(shelf.Catalog, profiles is null ? LogReaderOptions.NoProfiles : ProfilesFile.Read(profiles), tagKeys);

    /// <summary>Says on standard error what was passed over, so that a pipe's result stays clean and nothing is lost in silence.</summary>
    public static void Account(ReadingSummary reading)
    {
        if (reading.Bill is { } bill) AccountOfBill(bill);
        foreach (var difference in reading.BatchDifferences.Take(3)) Console.Error.WriteLine($"assay: {difference}.");
        if (reading.Duplicates > 0) Console.Error.WriteLine($"assay: {Count(reading.Duplicates, "duplicate request")} counted once.");
        foreach (var file in reading.SkippedFiles.Take(5)) Console.Error.WriteLine($"assay: skipped {file.Path}: {file.Reason}.");
        if (reading.SkippedFiles.Count > 5)
            Console.Error.WriteLine($"assay: skipped {Count(reading.SkippedFiles.Count - 5, "more file")}.");
        if (reading.SkippedLines > 0)
        {
            var first = reading.FirstSkippedLines[0];
            Console.Error.WriteLine($"assay: {Count(reading.SkippedLines, "line")} gave no record; "
                + $"the first is {first.Path}:{first.Line}: {first.Reason}.");
        }
        if (reading.Differences > 0)
        {
            var first = reading.FirstDifferences[0];
            Console.Error.WriteLine($"assay: {Count(reading.Differences, "contradiction")} within records; "
                + $"the first is {first.Path}:{first.Line}: {first.Reason}.");
        }
    }

    // What of the bills was not counted as usage, or not twice.
    static void AccountOfBill(BillSummary bill)
    {
        if (bill.LeftOut > 0)
        {
            Console.Error.WriteLine($"assay: {Count(bill.LeftOut, "line")} of the bill ({Reports.Text.Dollars(bill.LeftOutUsd)}) tell of "
                + "calls that the logs tell of, and were not counted again; 'assay reconcile' compares the two.");
        }
        if (bill.Duplicates > 0) Console.Error.WriteLine($"assay: {Count(bill.Duplicates, "duplicate line")} of the bill counted once.");
        if (bill.Unclassified.Count > 0)
        {
            var (type, reason, _, _) = bill.Unclassified[0];
            var usd = Reports.Text.Dollars(bill.Unclassified.Sum(u => u.Usd));
            Console.Error.WriteLine($"assay: {Count(bill.Unclassified.Sum(u => u.Lines), "line")} of the bill "
                + $"({usd}) could not be read as usage; the first is '{type}': {reason}.");
        }
        foreach (var note in bill.Skipped.Take(3)) Console.Error.WriteLine($"assay: {note.Path} row {note.Row}: {note.Reason}.");
        if (bill.Skipped.Count > 3) Console.Error.WriteLine($"assay: {Count(bill.Skipped.Count - 3, "more row")} of the bill skipped.");
    }

    /// <exception cref="InputException">Nothing usable was read: one line says what was there instead.</exception>
    public static void NeedRecords(ReadingSummary reading, string[] paths)
    {
        if (reading.Records > 0 || reading.Bill is { Lines: > 0 }) return;
        if (reading.Bill is { OtherServices: > 0 } bill && reading.Files == 1)
            throw new InputException($"no row about Bedrock in '{paths[0]}': {Count(bill.OtherServices, "row")} of other services. "
                + "Export all services, Marketplace rows included: current Claude is billed there.");
        var where = string.Join(", ", paths.Take(3).Select(p => $"'{p}'"));
        var what = reading.Files == 0 && reading.SkippedFiles.Count == 0 ? "no files"
            : reading.SkippedFiles.Count > 0
                ? $"{Count(Math.Max(reading.Files, reading.SkippedFiles.Count), "file")}, none of them a log "
                    + $"(first: {reading.SkippedFiles[0].Path}: {reading.SkippedFiles[0].Reason}{FirstLine(reading)})"
            : $"{Count(reading.Files, "file")} without a record";
        throw new InputException($"no invocation-log record in {where}: {what}. "
            + "Accepted: Bedrock model-invocation logs as JSON lines, gzip or plain, and bills (CUR 2.0, FOCUS, Cost Explorer); "
            + "'assay demo' shows a sample.");
    }

    /// <summary>1 when one of the asked-for conditions holds, else 0.</summary>
    /// <exception cref="InputException">A condition is none.</exception>
    public static int Verdict(string[] conditions, bool unpriced, ReadingSummary reading, decimal total)
    {
        foreach (var condition in Each(conditions))
        {
            var reason = condition switch
            {
                "unpriced" => unpriced ? "some usage has no price" : null,
                "skipped" => reading.SkippedLines > 0 || reading.SkippedFiles.Count > 0 ? "some input was skipped" : null,
                _ => OverLimit(condition) is { } limit && total > limit ? $"the total {Usd.Plain(total)} is over {Usd.Plain(limit)}" : null,
            };
            if (reason is null) continue;
            Console.Error.WriteLine($"assay: --fail-on {condition}: {reason}.");
            return ExitCode.FailedOn;
        }
        return ExitCode.Fine;
    }

    /// <summary>Checks the conditions before any work is done.</summary>
    public static void CheckConditions(string[] conditions)
    {
        foreach (var condition in Each(conditions))
            if (condition is not ("unpriced" or "skipped")) OverLimit(condition);
    }

    static IEnumerable<string> Each(string[] conditions) =>
        conditions.SelectMany(c => c.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    static decimal OverLimit(string condition) =>
        condition.StartsWith("over>", StringComparison.Ordinal)
        && decimal.TryParse(condition.AsSpan(5), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var limit)
            ? limit
            : throw new InputException($"--fail-on '{condition}' is not a condition. "
                + "Accepted: unpriced, skipped, over>AMOUNT such as 'over>500'.");

    static string FirstLine(ReadingSummary reading) => reading.FirstSkippedLines.Count == 0
        ? ""
        : $"; line {reading.FirstSkippedLines[0].Line}: {reading.FirstSkippedLines[0].Reason}";

    public static string Count(long count, string noun) => $"{Reports.Text.Number(count)} {noun}{(count == 1 ? "" : "s")}";
}
