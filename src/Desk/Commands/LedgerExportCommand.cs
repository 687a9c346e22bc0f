using System.CommandLine;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Ledger.Export;

namespace Assay.Desk.Commands;

/// <summary><c>assay ledger export</c>: what was spent, as a file for other programs.</summary>
static class LedgerExportCommand
{
    const string Formats = "focus, csv, parquet, xlsx";

    public static Command Make()
    {
        var (paths, book, profiles, workers) = (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Workers());
        paths.Arity = ArgumentArity.ZeroOrMore;
        paths.Description += " Without any: the ledger.";
        var ledger = LedgerCommand.LedgerFileOption();
        var from = Shared.Day("--from", "First UTC day to export, inclusive.");
        var to = Shared.Day("--to", "UTC day to stop before, exclusive.");
        var format = new Option<string>("--format")
        {
            Description = $"One of {Formats}. FOCUS 1.2 is written as CSV, or as Parquet where --out ends so.",
            DefaultValueFactory = _ => "focus", HelpName = "FORMAT",
        };
        var file = new Option<string?>("--out") { Description = "The file to write, or '-' for standard output.", HelpName = "FILE" };
        var force = new Option<bool>("--force") { Description = "Replace the file if it exists." };
        var hourly = new Option<bool>("--hourly") { Description = "A row an hour rather than a day." };
        var tags = new Option<string?>("--tags")
        {
            Description = "Further tags of the request metadata to keep, by key.", HelpName = "KEY,…",
        };
        var payer = new Option<string?>("--billing-account")
        {
            Description = "The account that is invoiced. Logs do not know it; without it every account stands for itself.",
            HelpName = "ID",
        };
        var command = new ExampledCommand("export", "What was spent, as a file for other programs: FOCUS 1.2, CSV, Parquet or a workbook.",
            "assay ledger export --format focus --out july.csv")
        {
            paths, ledger, book, profiles, from, to, format, file, force, hourly, tags, payer, workers,
        };
        command.SetAction((parsed, cancel) =>
        {
            var keys = (parsed.GetValue(tags) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Distinct(StringComparer.Ordinal).ToArray();
            var shelf = new BookShelf();
            var opened = shelf.Open(parsed.GetValue(book)!);
            Target target = new(Format(parsed.GetValue(format)!), Out(parsed.GetValue(file)), parsed.GetValue(force),
                new() { BillingAccount = Account(parsed.GetValue(payer)), TagKeys = keys });
            var rows = new ChargeRows(opened, parsed.GetValue(hourly));
            var rated = new RatedCharges(opened, Shared.ParseDay(parsed.GetValue(from), "--from"),
                Shared.ParseDay(parsed.GetValue(to), "--to"), rows.Add);
            using var progress = Progress.OnTerminal("reading");
            string[] given = parsed.GetValue(paths) is { Length: > 0 } named ? named : [LedgerCommand.Existing(parsed.GetValue(ledger))];
            var reading = new DistinctUsage(Shared.ReaderOptions(shelf, parsed.GetValue(profiles), keys), parsed.GetValue(workers))
                .Read(LogFiles.Under(given), records =>
                {
                    rated.Add(records);
                    progress.Add(records.Length);
                }, cancel);
            progress.Dispose();
            Shared.NeedRecords(reading, given);
            Write(rows.Rows(), target, cancel);
            if (rated.Records == 0)
                Console.Error.WriteLine($"assay: none of the {Shared.Count(reading.Records, "record")} lies between --from and --to.");
            Shared.Account(reading);
            return Task.FromResult(ExitCode.Fine);
        });
        return command;
    }

    /// <summary>Where an export goes and as what.</summary>
    public sealed record Target(ExportFormat Format, string Path, bool Force, ExportTerms Terms)
    {
        public bool IsStandardOutput => Path == "-";
    }

    /// <summary>Writes rows, wherever they come from, and says on standard error what was written and what was left out.</summary>
    public static void Write(IEnumerable<ExportRow> rows, Target target, CancellationToken cancel)
    {
        try
        {
            using var output = target.IsStandardOutput ? Console.OpenStandardOutput() : null;
            var summary = output is null
                ? Exports.Write(rows, target.Format, target.Path, target.Terms, target.Force, cancel)
                : Exports.Write(rows, target.Format, output, target.Terms, cancel);
            if (!target.IsStandardOutput)
            {
                Console.Error.WriteLine($"assay: wrote {Shared.Count(summary.Rows, "row")} of {Text.Dollars(summary.Cost)} "
                    + $"to {target.Path}");
            }
            if (summary.LeftOut > 0)
            {
                Console.Error.WriteLine($"assay: left out {Shared.Count(summary.LeftOut, "row")} of usage without a price: "
                    + "FOCUS has no place for them but zero. --format csv keeps them, with the reason.");
            }
        }
        catch (ExportException refused)
        {
            throw new InputException(refused.Message);
        }
    }

    static ExportFormat Format(string text) => text.ToLowerInvariant() switch
    {
        "focus" => ExportFormat.Focus,
        "csv" => ExportFormat.Csv,
        "parquet" => ExportFormat.Parquet,
        "xlsx" => ExportFormat.Xlsx,
        _ => throw new InputException($"--format '{text}' is not a format. Accepted: {Formats}."),
    };

    static string Out(string? file) => file is { Length: > 0 } ? file
        : throw new InputException("--out is missing. It takes the name of the file to write, or '-' for standard output, "
            + "as in 'assay ledger export ./logs --format focus --out july.csv'.");

    static string Account(string? text) => text is null or { Length: 12 } && (text ?? "").All(char.IsAsciiDigit) ? text ?? ""
        : throw new InputException($"--billing-account '{text}' is not an AWS account. Accepted: its twelve digits, such as 111122223333.");
}
