using System.Globalization;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Ledger.Store;
using Assay.Pricing;

namespace Assay.Desk.Commands;

/// <summary><c>assay ledger query</c>: sums of a ledger.</summary>
static class LedgerQuery
{
    public sealed record Request(string Ledger)
    {
        public string? By { get; init; }
        public DateOnly? From { get; init; }
        public DateOnly? To { get; init; }
        public DateOnly? AsKnown { get; init; }
        public string? Book { get; init; }
        public int? Rating { get; init; }
        public string Of { get; init; } = "logs";
        public string? Sql { get; init; }
        public bool Json { get; init; }
        public bool Csv { get; init; }
    }

    public static int Run(Request request)
    {
        if (request is { From: { } from, To: { } to } && from >= to)
            throw new InputException($"--from {Dimensions.Day(from)} is not before --to {Dimensions.Day(to)}; "
                + "--to is the first day not counted.");
        if (request is { Book: not null, Rating: not null })
            throw new InputException("--book and --rating are two ways to price the same; give one of them.");
        var shelf = new BookShelf();
        using var ledger = DuckDbLedger.OpenToRead(request.Ledger, shelf.Catalog);
        if (request.Sql is { } sql) Rows(ledger, sql, request);
        else Print(Sums(ledger, shelf, request), request);
        Console.Out.Flush();
        return ExitCode.Fine;
    }

    static LedgerSums Sums(DuckDbLedger ledger, BookShelf shelf, Request request)
    {
        var dimensions = Dimensions.Parse(request.By ?? "model");
        var tagKeys = Dimensions.TagKeys(dimensions);
        var cells = ledger.Cells(new()
        {
            From = request.From, To = request.To, AsKnown = request.AsKnown, TagKeys = tagKeys, Origins = request.Of switch
            {
                "logs" => LedgerRange.LogsAndBatches,
                "bills" => [SourceOrigin.Bill],
                _ => throw new InputException($"--of '{request.Of}' is no kind of source. Accepted: logs, bills."),
            },
        });
        var prices = request.Book is null ? PricesOf(ledger, request) : null;
        var book = prices is null ? shelf.Open(request.Book ?? BookShelf.Default) : null;
        var cube = prices is null ? cells.Under(book!) : cells.Under(prices);
        return new(request.Ledger, prices?.Rating.Book ?? book!.Id, prices?.Rating, cube, cells,
            Dimensions.Group(cube, dimensions, tagKeys));
    }

    // What was known then was known at the prices of then.
    static LedgerPrices? PricesOf(DuckDbLedger ledger, Request request)
    {
        if (request.Rating is { } wanted) return ledger.Prices(wanted);
        var before = request.AsKnown?.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        var ratings = ledger.Ratings().Where(r => before is null || r.KnownAt < before).ToList();
        return ratings.Count == 0 ? null : ledger.Prices(ratings[^1].Id);
    }

    static void Print(LedgerSums sums, Request request)
    {
        if (request.Json) LedgerJson.Write(sums, Console.OpenStandardOutput());
        else if (request.Csv) LedgerTables.WriteCsv(sums, Console.Out);
        else LedgerTables.Write(sums, Terminal.Console());
        foreach (var (reason, count) in sums.Cube.Unpriced.OrderByDescending(u => u.Value).Take(request.Json ? 0 : 3))
            Console.Error.WriteLine($"assay: no price, {Shared.Count(count, "meter")}: {reason}.");
    }

    static void Rows(DuckDbLedger ledger, string sql, Request request)
    {
        IReadOnlyList<string> names = [];
        var rows = new List<IReadOnlyList<string?>>();
        ledger.Query(sql, heading => names = heading, row => rows.Add([.. row.Select(Plain)]));
        if (request.Json) LedgerJson.Write(names, rows, Console.OpenStandardOutput());
        else if (request.Csv) LedgerTables.WriteCsv(names, rows, Console.Out);
        else LedgerTables.Write(names, rows, Terminal.Console(Terminal.Unfolded));
    }

    static string? Plain(object? value) => value switch
    {
        null => null,
        decimal number => Usd.Plain(number),
        DateOnly day => Dimensions.Day(day),
        DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        bool truth => truth ? "true" : "false",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
