using System.CommandLine;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Pricing;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Desk.Commands;

/// <summary>
/// <c>assay prices</c>: the books, what they say, how they differ, what looks wrong, and how one is made from a price list.
/// </summary>
static class PricesCommand
{
    public const string About = "Price books: what they say, how they differ, what looks wrong, and making one from a price list.";

    public static Command Make() => new ExampledCommand("prices", About,
        "assay prices show claude-sonnet-4-5")
    {
        List(), Show(), Modes(), Diff(), Check(), Import(),
    };

    static ExampledCommand List()
    {
        var json = Shared.Json();
        var command = new ExampledCommand("list", "The books and their lineage.",
            "assay prices list") { json };
        command.SetAction(parsed =>
        {
            var shelf = new BookShelf();
            var books = shelf.Names.Select(n => shelf.Open(n)).ToList();
            if (parsed.GetValue(json)) PriceJson.Write(w => PriceJson.Books(w, books));
            else PriceTables.Books(Terminal.Console(Terminal.Unfolded), books);
        });
        return command;
    }

    static ExampledCommand Show()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "A model id, or a part of one; 'guardrails' or '' for what is charged whatever the model.",
        };
        var (book, json) = (Shared.Book(), Shared.Json());
        var region = new Option<string?>("--region") { Description = "Only rates that serve this region.", HelpName = "R" };
        var command = new ExampledCommand("show", "Every rate of a model: SKU, unit, since when, says who.",
            "assay prices show claude-sonnet-4-5 --region us-east-1") { model, book, region, json };
        command.SetAction(parsed =>
        {
            var opened = new BookShelf().Open(parsed.GetValue(book)!);
            var wanted = ModelIdentity.SplitScope(parsed.GetValue(model)!).Id;
            var rates = opened.Rates.Where(r => Matches(r, wanted))
                .Where(r => parsed.GetValue(region) is not { } only || r.Key.Region == only || r.Key.Region == RateKey.EveryRegion)
                .ToList();
            if (rates.Count == 0) throw new InputException(NotFound(opened, wanted));
            if (parsed.GetValue(json)) PriceJson.Write(w => PriceJson.Rates(w, rates));
            else PriceTables.Rates(Terminal.Console(Terminal.Unfolded), opened, rates);
        });
        return command;
    }

    static bool Matches(Rate rate, string wanted) => wanted is "guardrails" or ""
        ? rate.Key.Model.Length == 0
        : rate.Key.Model.Contains(wanted, StringComparison.OrdinalIgnoreCase);

    static string NotFound(PriceBook book, string wanted)
    {
        var models = book.Rates.Select(r => r.Key.Model).Where(m => m.Length > 0).Distinct().ToList();
        var near = models.MinBy(m => Dimensions.Distance(Text.ShortModel(m), wanted));
        return $"book '{book.Id}' has no model like '{wanted}'; the nearest is '{near}'. 'assay prices modes' lists all {models.Count}.";
    }

    static ExampledCommand Modes()
    {
        var (book, json) = (Shared.Book(), Shared.Json());
        var command = new ExampledCommand("modes",
            "What each model supports: batch, caching, provisioned, customisation, tiers, scopes, regions.",
            "assay prices modes") { book, json };
        command.SetAction(parsed =>
        {
            var shelf = new BookShelf();
            var matrix = ModeMatrix.Of(shelf.Open(parsed.GetValue(book)!), shelf.Catalog);
            if (parsed.GetValue(json)) PriceJson.Write(w => PriceJson.Modes(w, matrix));
            else PriceTables.Modes(Terminal.Console(Terminal.Unfolded), matrix);
        });
        return command;
    }

    static ExampledCommand Diff()
    {
        var a = new Argument<string>("A") { Description = "A book: name, name with a day, or CSV file." };
        var b = new Argument<string>("B") { Description = "The book to compare with." };
        var json = Shared.Json();
        var command = new ExampledCommand("diff", "What one book says that another does not.",
            "assay prices diff aws@2026-05-25 aws@2026-07-24") { a, b, json };
        command.SetAction(parsed =>
        {
            var shelf = new BookShelf();
            var (before, after) = (shelf.Open(parsed.GetValue(a)!), shelf.Open(parsed.GetValue(b)!));
            var diff = PriceDiff.Between(before, after);
            if (parsed.GetValue(json)) PriceJson.Write(w => PriceJson.Diff(w, before, after, diff));
            else PriceTables.Diff(Terminal.Console(Terminal.Unfolded), before, after, diff);
        });
        return command;
    }

    static ExampledCommand Check()
    {
        var (book, json) = (Shared.Book(), Shared.Json());
        var command = new ExampledCommand("check", "Compares each rate with its siblings and names the ones that look wrong.",
            "assay prices check --book my-prices.csv") { book, json };
        command.SetAction(parsed =>
        {
            var opened = new BookShelf().Open(parsed.GetValue(book)!);
            var findings = PriceCheck.Run(opened);
            if (parsed.GetValue(json)) PriceJson.Write(w => PriceJson.Findings(w, opened, findings));
            else PriceTables.Findings(Terminal.Console(Terminal.Unfolded), opened, findings);
        });
        return command;
    }

    static ExampledCommand Import()
    {
        var file = new Argument<string>("FILE") { Description = $"Accepted: {PriceImport.Accepted}." };
        var json = Shared.Json();
        var output = new Option<string?>("--out")
        {
            Description = "Write the rates as a book: a CSV file that --book takes.", HelpName = "FILE",
        };
        var date = Shared.Day("--date", "The day of a list that does not date itself.");
        var command = new ExampledCommand("import", "Makes rates of a price list. What cannot be classified is listed, never dropped.",
            "assay prices import offer.json --out my-prices.csv") { file, output, date, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            var shelf = new BookShelf();
            var result = Read(shelf, path, Shared.ParseDay(parsed.GetValue(date), "--date"));
            if (parsed.GetValue(output) is { } book) WriteBook(result, path, book);
            if (parsed.GetValue(json)) PriceJson.Write(w => PriceJson.Import(w, result));
            else PriceTables.Import(Terminal.Console(Terminal.Unfolded), path, result);
            if (result.Imported.Count == 0)
                throw new InputException($"'{path}' gave no rate; {Shared.Count(result.Unclassified.Count, "row")} could not be classified "
                    + $"(first: {(result.Unclassified.Count > 0 ? result.Unclassified[0].Reason : "none")}).");
        });
        return command;
    }

    static ImportResult Read(BookShelf shelf, string path, DateOnly? date)
    {
        try
        {
            using var stream = path == LogFile.StandardInput ? Console.OpenStandardInput() : File.OpenRead(path);
            return PriceImport.Read(stream, Path.GetFileName(path), shelf.Catalog, shelf.Regions, date);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{path}': {LogFiles.Reason(fault)}. Accepted: {PriceImport.Accepted}.");
        }
    }

    static void WriteBook(ImportResult result, string from, string book)
    {
        try
        {
            using var text = new StreamWriter(book);
            PriceBookFile.Write(text, result.Imported, [$"source: import of {Path.GetFileName(from)}"]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write '{book}': {LogFiles.Reason(fault)}. "
                + "--out takes the name of a file in a folder you may write to.");
        }
        Console.Error.WriteLine($"assay: wrote {book}: {Shared.Count(result.Imported.Count, "rate")}; use it with --book {book}");
    }
}
