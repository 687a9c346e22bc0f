using System.CommandLine;
using System.Globalization;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Ledger.Allocation;
using Assay.Rating;

namespace Assay.Desk.Commands;

/// <summary><c>assay allocate</c>: whose cost it is, by rules written down.</summary>
static class AllocateCommand
{
    public const string About = "Whose cost it is: usage and shared costs allocated to teams by written rules.";

    const int ErrorsShown = 20;

    public static Command Make()
    {
        var (paths, book, profiles, json, workers) = (Shared.Paths(), Shared.Book(), Shared.Profiles(), Shared.Json(), Shared.Workers());
        var from = Shared.Day("--from", "First UTC day to count, inclusive.");
        var to = Shared.Day("--to", "UTC day to stop before, exclusive.");
        var rules = new Option<string?>("--rules")
        {
            Description = "YAML or JSON that says who owns what and how shared costs are split: docs/allocation.md.", HelpName = "FILE",
        };
        var view = new Option<string>("--view")
        {
            Description = "showback: direct, shared and unallocated costs side by side. chargeback: everything lands on somebody.",
            DefaultValueFactory = _ => "showback", HelpName = "VIEW",
        };
        var month = new Option<string?>("--month")
        {
            Description = "One UTC month, as 2026-07; instead of --from and --to.", HelpName = "MONTH",
        };
        var csv = new Option<string?>("--csv")
        {
            Description = "Also write a line for each owner and cost, for the system that books them.", HelpName = "FILE",
        };
        var command = new ExampledCommand("allocate", About,
            "assay allocate ./logs --rules samples/allocation.yaml --view chargeback --month 2026-07 --csv july.csv")
        {
            paths, rules, view, book, profiles, month, from, to, csv, json, workers,
        };
        ReportFiles files = new();
        foreach (var option in files.All) command.Add(option);
        command.SetAction((parsed, cancel) =>
        {
            var asked = View(parsed.GetValue(view)!);
            var file = parsed.GetValue(rules) ?? throw new InputException("--rules is missing. It takes a file that says who owns what, "
                + "as in samples/allocation.yaml; docs/allocation.md has every key.");
            var read = Rules(file);
            var shelf = new BookShelf();
            var opened = shelf.Open(parsed.GetValue(book)!);
            var cube = new SpendCube();
            var (first, end) = Period(parsed.GetValue(month), Shared.ParseDay(parsed.GetValue(from), "--from"),
                Shared.ParseDay(parsed.GetValue(to), "--to"));
            var rated = new RatedCharges(opened, first, end, (in record, charges) => cube.Add(record, charges, opened));
            using var progress = Progress.OnTerminal("reading");
            var given = parsed.GetValue(paths)!;
            var reading = new DistinctUsage(Shared.ReaderOptions(shelf, parsed.GetValue(profiles), read.TagKeys), parsed.GetValue(workers))
                .Read(LogFiles.Under(given), records =>
                {
                    rated.Add(records);
                    progress.Add(records.Length);
                }, cancel);
            progress.Dispose();
            Shared.NeedRecords(reading, given);
            var spend = AllocatedSpend.Of(cube, opened.Id, read, asked);
            if (parsed.GetValue(csv) is { } charges) WriteCharges(spend, charges);
            var name = asked == AllocationView.Showback ? "showback" : "chargeback";
            var period = parsed.GetValue(month) ?? (spend.To is { } last ? Dimensions.Day(last) : "empty");
            ReportFiles.Write(files.Read(parsed), AllocationDocument.Of(spend), w => AllocationJson.Write(w, spend), name, period, cancel);
            Show(spend, parsed.GetValue(json));
            if (rated.Records == 0)
                Console.Error.WriteLine($"assay: none of the {Shared.Count(reading.Records, "record")} lies between --from and --to.");
            Shared.Account(reading);
            return Task.FromResult(ExitCode.Fine);
        });
        return command;
    }

    /// <summary>Reads a file of rules.</summary>
    /// <exception cref="InputException">It cannot be read; every mistake in it is named.</exception>
    public static AllocationRules Rules(string file)
    {
        string text;
        try
        {
            text = new FileInfo(file) is { Exists: true, Length: > RulesReader.LengthMax }
                ? throw new InputException($"'{file}' is too long for a file of rules. Accepted: up to 1 MB; docs/allocation.md.")
                : File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{file}': {LogFiles.Reason(fault)}. "
                + "--rules takes a YAML or JSON file; docs/allocation.md has every key.");
        }
        switch (RulesReader.Read(file, text))
        {
            case RulesReading.Read read:
                return read.Rules;
            case RulesReading.Mistaken { Errors: [var only] }:
                throw new InputException(only.ToString());
            case RulesReading.Mistaken { Errors: var errors }:
                foreach (var error in errors.Take(ErrorsShown)) Console.Error.WriteLine(error);
                var shown = errors.Count > ErrorsShown ? $"; the first {ErrorsShown} stand above" : "";
                throw new InputException($"'{file}' has {errors.Count} mistakes{shown}. docs/allocation.md has every key.");
            default:
                throw new InvalidOperationException("A reading is rules or mistakes.");
        }
    }

    static (DateOnly? From, DateOnly? To) Period(string? month, DateOnly? from, DateOnly? to)
    {
        if (month is null) return (from, to);
        if (from is not null || to is not null) throw new InputException("--month stands alone; leave out --from and --to.");
        return DateOnly.TryParseExact(month + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first)
            && first.Year < DateOnly.MaxValue.Year
            ? (first, first.AddMonths(1)) : throw new InputException($"--month '{month}' is not a month; write it as 2026-07.");
    }

    static void WriteCharges(AllocatedSpend spend, string file)
    {
        try
        {
            using var text = new StreamWriter(file);
            ChargeFile.Write(spend, text);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write '{file}': {LogFiles.Reason(fault)}. "
                + "--csv takes the name of a file in a folder you may write to.");
        }
        Console.Error.WriteLine($"assay: wrote {file}");
    }

    static void Show(AllocatedSpend spend, bool isJson)
    {
        if (isJson) PriceJson.Write(w => AllocationJson.Write(w, spend));
        else AllocationTerminal.Write(Terminal.Console(), spend);
    }

    static AllocationView View(string text) => text.ToLowerInvariant() switch
    {
        "showback" => AllocationView.Showback,
        "chargeback" => AllocationView.Chargeback,
        _ => throw new InputException($"--view '{text}' is not a view. Accepted: showback, chargeback."),
    };
}
