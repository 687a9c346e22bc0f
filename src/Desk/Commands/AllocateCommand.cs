using System.CommandLine;
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
        var command = new ExampledCommand("allocate", About,
            "assay allocate ./logs --rules samples/allocation.yaml --view chargeback")
        {
            paths, rules, view, book, profiles, from, to, json, workers,
        };
        command.SetAction((parsed, cancel) =>
        {
            var asked = View(parsed.GetValue(view)!);
            var file = parsed.GetValue(rules) ?? throw new InputException("--rules is missing. It takes a file that says who owns what, "
                + "as in samples/allocation.yaml; docs/allocation.md has every key.");
            var read = Rules(file);
            var shelf = new BookShelf();
            var opened = shelf.Open(parsed.GetValue(book)!);
            var cube = new SpendCube();
            var rated = new RatedCharges(opened, Shared.ParseDay(parsed.GetValue(from), "--from"),
                Shared.ParseDay(parsed.GetValue(to), "--to"), (in record, charges) => cube.Add(record, charges, opened));
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
            Show(AllocatedSpend.Of(cube, opened.Id, read, asked), parsed.GetValue(json));
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
