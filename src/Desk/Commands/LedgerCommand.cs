using System.CommandLine;
using System.Globalization;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Ledger.Store;

namespace Assay.Desk.Commands;

/// <summary><c>assay ledger</c>: what was spent, kept in a file.</summary>
static class LedgerCommand
{
    public const string About = "What was spent, kept in one file: each request once, every bill, and the prices of every rating.";

    const string DefaultFile = "assay.ledger";
    const string Variable = "ASSAY_LEDGER";

    public static Command Make() => new ExampledCommand("ledger", About,
        "assay ledger import ./logs && assay ledger query --by app,model")
    {
        Import(), Query(), Rate(), LedgerExportCommand.Make(),
    };

    static ExampledCommand Import()
    {
        var (paths, ledger, book, profiles, workers, json) =
            (Shared.Paths(), LedgerFileOption(), Shared.Book(), Shared.Profiles(), Shared.Workers(), Shared.Json());
        var batch = Shared.Batch();
        var replace = new Option<string?>("--replace")
        {
            Description = "Set aside what the ledger holds of a month: these logs tell it anew, as in --replace 2026-07.",
            HelpName = "MONTH",
        };
        var tags = new Option<string?>("--tags")
        {
            Description = "Tags of the request metadata to keep besides app, team and env.", HelpName = "KEY,…",
        };
        var commitEvery = new Option<int>("--commit-every")
        {
            Description = "Requests between commits: what an interrupted import has to read again at most, whole files apart.",
            DefaultValueFactory = _ => 400_000, HelpName = "N",
        };
        var command = new ExampledCommand("import",
            "Takes logs, batch output and bills in. What is there already is passed over: run it as often as you like.",
            "assay ledger import ./logs --ledger july.ledger")
        {
            paths, ledger, book, profiles, batch, replace, tags, workers, commitEvery, json,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(LedgerImport.Run(new(parsed.GetValue(paths)!, FileOf(parsed.GetValue(ledger)))
        {
            Book = parsed.GetValue(book)!, Profiles = parsed.GetValue(profiles), Month = ParseMonth(parsed.GetValue(replace)),
            Tags = [.. (parsed.GetValue(tags) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            Batches = Shared.ParseBatch(parsed.GetValue(batch)),
            Workers = parsed.GetValue(workers), CommitEvery = parsed.GetValue(commitEvery), Json = parsed.GetValue(json),
        }, cancel)));
        return command;
    }

    static ExampledCommand Query()
    {
        var (ledger, json) = (LedgerFileOption(), Shared.Json());
        var by = new Option<string?>("--by")
        {
            Description = "Group by dimensions, as in --by model,day; a tag kept by the import is tag:KEY. Without it: by model.",
            HelpName = "DIM,…",
        };
        var from = Shared.Day("--from", "First UTC day to count, inclusive.");
        var to = Shared.Day("--to", "UTC day to stop before, exclusive.");
        var book = new Option<string?>("--book")
        {
            Description = "Price with this book, whatever the ledger was rated with: 'aws', one with a day, or a CSV file.", HelpName = "B",
        };
        var rating = new Option<int?>("--rating")
        {
            Description = "The figures of this rating. Without it and without --book: of the newest.", HelpName = "N",
        };
        var asKnown = Shared.Day("--as-known", "What the ledger knew at the end of this UTC day.");
        var origin = new Option<string>("--of")
        {
            Description = "Which sources count: 'logs' (with batch output) or 'bills'. They tell of the same usage.",
            DefaultValueFactory = _ => "logs", HelpName = "SOURCES",
        };
        var sql = new Option<string?>("--sql")
        {
            Description = "A statement of your own; views 'spend' and 'charge'. The ledger is opened to be read alone.",
            HelpName = "SELECT",
        };
        var csv = new Option<bool>("--csv") { Description = "Print CSV, money exact." };
        var command = new ExampledCommand("query", "Sums of the ledger by any dimensions, as known then or now, under any rating.",
            "assay ledger query --by app,model --from 2026-07-01 --to 2026-08-01")
        {
            ledger, by, from, to, book, rating, asKnown, origin, sql, json, csv,
        };
        command.SetAction((parsed, _) => Task.FromResult(LedgerQuery.Run(new(FileOf(parsed.GetValue(ledger)))
        {
            By = parsed.GetValue(by), From = Shared.ParseDay(parsed.GetValue(from), "--from"),
            To = Shared.ParseDay(parsed.GetValue(to), "--to"), AsKnown = Shared.ParseDay(parsed.GetValue(asKnown), "--as-known"),
            Book = parsed.GetValue(book), Rating = parsed.GetValue(rating), Of = parsed.GetValue(origin)!, Sql = parsed.GetValue(sql),
            Json = parsed.GetValue(json), Csv = parsed.GetValue(csv),
        })));
        return command;
    }

    static ExampledCommand Rate()
    {
        var (ledger, book, json) = (LedgerFileOption(), Shared.Book(), Shared.Json());
        var command = new ExampledCommand("rate", "Lays another book over the whole ledger. The figures of before stay.",
            "assay ledger rate --book aws@2026-06-30") { ledger, book, json };
        command.SetAction((parsed, _) =>
        {
            var shelf = new BookShelf();
            var opened = shelf.Open(parsed.GetValue(book)!);
            var path = Existing(parsed.GetValue(ledger));
            using var store = DuckDbLedger.Open(path, shelf.Catalog, TimeProvider.System);
            var before = store.Ratings().Count;
            store.Begin(TimeProvider.System.GetUtcNow().UtcDateTime, []);
            var rating = store.Rate(opened);
            store.Commit();
            if (parsed.GetValue(json)) LedgerJson.WriteRatings(store.Ratings(), Console.OpenStandardOutput());
            else
            {
                Console.WriteLine(rating.Id > before
                    ? $"rating {rating.Id}: {rating.Book}. 'assay ledger query --rating N' shows the figures of any rating."
                    : $"rating {rating.Id}: {rating.Book}, which was the newest already; what was new in the ledger is rated too.");
            }
            return Task.FromResult(ExitCode.Fine);
        });
        return command;
    }

    public static Option<string?> LedgerFileOption() => new("--ledger")
    {
        Description = $"The file of the ledger. Without it: the variable {Variable}, else '{DefaultFile}' in this folder.",
        HelpName = "FILE",
    };

    /// <exception cref="InputException">There is no ledger yet.</exception>
    public static string Existing(string? option) => FileOf(option) is var path && File.Exists(path) ? path
        : throw new InputException($"there is no ledger '{path}'. 'assay ledger import PATH --ledger {path}' makes one.");

    static string FileOf(string? option) => option is { Length: > 0 } ? option
        : Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : DefaultFile;

    static DateOnly? ParseMonth(string? text) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) ? month
        : throw new InputException($"--replace '{text}' is not a month; write it as 2026-07.");
}
