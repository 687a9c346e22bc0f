using Assay.Ledger.Bills;
using Assay.Ledger.Store;
using Assay.Rating.Tests;
using Assay.Usage;
using static Assay.Ledger.Tests.Store.SomeLedgers;

namespace Assay.Ledger.Tests.Store;

/// <summary>What every ledger keeps, whatever it is kept in.</summary>
public sealed class LedgerStoreTests
{
    public static TheoryData<string> Stores => Kinds;

    static readonly LedgerRange All = new();

    [Theory, MemberData(nameof(Stores))]
    public void Charges_in_are_the_sums_of_the_ledger_and_of_every_grouping(string store) =>
        Gen.Select(SomeTraffic.Book, Records).Sample((book, records) =>
        {
            using var opened = Open(store);
            opened.Ledger.TakeAll(records);
            Assert.Equal(Words(Cube(records, book)), Words(opened.Ledger.Cells(All).Under(book)));
        }, iter: store == "memory" ? 200 : 15, threads: 1);

    [Theory, MemberData(nameof(Stores))]
    public void The_prices_of_a_rating_give_what_its_book_gave(string store) =>
        Gen.Select(SomeTraffic.Book, Records).Sample((book, records) =>
        {
            using var opened = Open(store);
            opened.Ledger.TakeAll(records, book: book);
            Assert.Equal(Words(Cube(records, book)), Words(opened.Ledger.Cells(All).Under(opened.Ledger.Prices(1))));
        }, iter: store == "memory" ? 200 : 15, threads: 1);

    [Theory, MemberData(nameof(Stores))]
    public void A_record_comes_back_as_it_was_read(string store) => Records.Sample(records =>
    {
        using var opened = Open(store);
        opened.Ledger.TakeAll(records);
        var read = new List<UsageRecord>();
        opened.Ledger.Read(All, some => read.AddRange(some), CancellationToken.None);
        Assert.Equal(records.Select(Words).Order(StringComparer.Ordinal), read.Select(Words).Order(StringComparer.Ordinal));
        if (records.Length > 0) Assert.Equal(Words(records[^1]), Words(opened.Ledger.Find(records[^1].RequestId, All)!.Value));
        Assert.Null(opened.Ledger.Find(RequestId.Parse("nobody"), All));
        foreach (var beginning in records.Length == 0 ? ["", "it's"] : new[] { records[^1].RequestId.ToString()[..8], records[0].RequestId.ToString(), "it's" })
            Assert.Equal(records.Select(r => r.RequestId.ToString()).Distinct().Where(i => i.StartsWith(beginning, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).Take(10), opened.Ledger.Ids(beginning, All).Select(i => i.ToString()));
    }, iter: store == "memory" ? 100 : 10, threads: 1);

    [Theory, MemberData(nameof(Stores))]
    public void A_request_is_charged_once_however_often_it_is_taken_in(string store)
    {
        using var opened = Open(store);
        var (book, ledger) = (Book("b", 3m, 15m), opened.Ledger);
        var calls = Enumerable.Range(0, 10).Select(i => Call(i, "2026-07-01")).ToArray();
        ledger.TakeAll(calls[..6]);
        var before = Words(ledger.Cells(All).Under(book));
        ledger.TakeAll([.. calls[..6], calls[2]], "again.json", "e");
        Assert.Equal(before, Words(ledger.Cells(All).Under(book)));
        Assert.Equal((0, 7), (ledger.Sources()[^1].Records, ledger.Sources()[^1].Duplicates));
        ledger.TakeAll(calls, "more.json", "f");
        Assert.Equal(Words(Cube(calls, book)), Words(ledger.Cells(All).Under(book)));
        Assert.Equal((4, 6), (ledger.Sources()[^1].Records, ledger.Sources()[^1].Duplicates));
        Assert.Equal(13, ledger.Cells(All).Duplicates);
    }

    [Theory, MemberData(nameof(Stores))]
    public void A_range_counts_its_days_and_no_other(string store)
    {
        using var opened = Open(store);
        opened.Ledger.TakeAll([Call(0, "2026-06-30"), Call(1, "2026-07-01"), Call(2, "2026-07-31"), Call(3, "2026-08-01")]);
        var july = All with { From = new(2026, 7, 1), To = new(2026, 8, 1) };
        Assert.Equal(2, opened.Ledger.Cells(july).Under(Book("b", 3m, 15m)).Requests);
        Assert.Null(opened.Ledger.Find(IdOf(0), july));
        Assert.NotNull(opened.Ledger.Find(IdOf(2), july));
    }

    [Theory, MemberData(nameof(Stores))]
    public void A_new_rating_leaves_the_figures_of_the_old_one(string store)
    {
        using var opened = Open(store);
        var ledger = opened.Ledger;
        var (cheap, dear) = (Book("cheap", 1m, 2m), Book("dear", 10m, 20m));
        var calls = Enumerable.Range(0, 5).Select(i => Call(i, "2026-07-01")).ToArray();
        ledger.TakeAll(calls, book: cheap);
        ledger.TakeAll([], "empty", "", book: dear);
        Assert.Equal(["cheap@2026-01-01", "dear@2026-01-01"], ledger.Ratings().Select(r => r.Book));
        Assert.Equal(0.006m, ledger.Cells(All).Under(ledger.Prices(1)).Total);
        Assert.Equal(0.06m, ledger.Cells(All).Under(ledger.Prices(2)).Total);
        // Usage that came later belongs to the newest rating; the one of before says that it does not know it.
        ledger.TakeAll([Call(9, "2026-07-02", model: "acme.b-v1")], "later", "g", book: dear);
        Assert.Equal(2, ledger.Ratings().Count);
        Assert.Equal(0.084m, ledger.Cells(All).Under(ledger.Prices(2)).Total);
        var old = ledger.Cells(All).Under(ledger.Prices(1));
        Assert.Equal(0.006m, old.Total);
        Assert.Contains("rating 1 is older", Assert.Single(old.Unpriced).Key);
        var none = Assert.Throws<LedgerException>(() => ledger.Prices(3));
        Assert.Contains("1 (cheap@2026-01-01), 2 (dear@2026-01-01)", none.Message);
    }

    [Theory, MemberData(nameof(Stores))]
    public void A_replaced_month_is_told_anew_and_the_former_telling_is_still_known(string store)
    {
        using var opened = Open(store);
        var (book, ledger) = (Book("b", 3m, 15m), opened.Ledger);
        UsageRecord[] first = [Call(0, "2026-06-30"), Call(1, "2026-07-01"), Call(2, "2026-07-02")];
        ledger.TakeAll(first, at: Now.AddDays(-10));
        UsageRecord[] second = [Call(1, "2026-07-01", input: 5000), Call(3, "2026-07-03"), Call(0, "2026-06-30", input: 9)];
        ledger.TakeAll(second, "b.json", "e", replace: new(2026, 7, 1));
        Assert.Equal(Words(Cube([first[0], second[0], second[1]], book)), Words(ledger.Cells(All).Under(book)));
        Assert.Equal(Words(Cube(first, book)), Words(ledger.Cells(All with { AsKnown = new(2026, 7, 25) }).Under(book)));
        Assert.Equal(0, ledger.Cells(All with { AsKnown = new(2026, 7, 1) }).Under(book).Requests);
        Assert.Equal(5000, ledger.Find(IdOf(1), All)!.Value.Tokens.Input);
        Assert.Null(ledger.Find(IdOf(2), All));
    }

    static BillLine Line(int row, decimal quantity, decimal cost, string payer = "111122223333") => new()
    {
        Id = $"line-{row}", Charge = BillCharge.Usage, ChargeName = "Usage", Start = new(2026, 7, 1, 3, 0, 0, DateTimeKind.Utc),
        End = new(2026, 7, 1, 4, 0, 0, DateTimeKind.Utc), Period = new(2026, 7, 1), Account = "444455556666", PayerAccount = payer, Region = "us-east-1",
        UsageType = "USE1-a-input-tokens", Quantity = quantity, Unit = "1K tokens", Cost = cost, NetCost = cost - 0.0000000001m, ListCost = null,
        Tags = new Dictionary<string, string> { ["user:app"] = "chat, \"loud\"" }, Path = "bill.csv", Row = row,
        Usage = new UsageRecord(new CallKind(new("444455556666", "", "chat", "", "", TagValues.None), "us-east-1",
            new("acme.a-v1", Scope.InRegion, ModelKind.Foundation, Catalog.Find("acme.a-v1"))) { IsSum = true, Context = ContextBand.Standard })
        {
            RequestId = RequestId.Parse($"bill/line-{row}"), Time = new(2026, 7, 1, 3, 0, 0, DateTimeKind.Utc),
            Amounts = [new(Meter.Input, quantity * 1000m)],
        },
    };

    static void TakeBill(ILedgerStore ledger, string digest, params BillLine[] lines)
    {
        ledger.Begin(Now, []);
        ledger.TakeBill(lines, "bill.csv", digest);
        ledger.Commit();
    }

    static string LineWords(BillLine line) => $"{line with { Usage = null, Tags = new Dictionary<string, string>() }} "
        .Replace("System.Collections.Generic.Dictionary`2[System.String,System.String]", "", StringComparison.Ordinal)
        + string.Join(' ', line.Tags) + (line.Usage is { } usage ? Words(usage) : "none");

    [Theory, MemberData(nameof(Stores))]
    public void A_line_of_a_bill_comes_back_to_the_last_digit(string store)
    {
        using var opened = Open(store);
        BillLine[] lines =
        [
            Line(1, 12345.6789012345m, 0.0370370367m), Line(2, 0.0000001234567890123m, 123456.78m),
            Line(3, 5m, -17.5m) with { Charge = BillCharge.Credit, Usage = null, Unclassified = "nobody knows" },
        ];
        TakeBill(opened.Ledger, "x", lines);
        Assert.Equal(lines.Select(LineWords), opened.Ledger.BillLines(All).Select(LineWords));
    }

    [Theory, MemberData(nameof(Stores))]
    public void A_bill_is_no_request_and_is_not_added_to_the_logs(string store)
    {
        using var opened = Open(store);
        var (book, ledger) = (Book("b", 3m, 15m), opened.Ledger);
        ledger.TakeAll([Call(1, "2026-07-01")]);
        TakeBill(ledger, "x", Line(1, 1.5m, 0.0045m));
        Assert.Equal(0.0045m, ledger.Cells(All).Under(book).Total);
        var bill = ledger.Cells(All with { Origins = [SourceOrigin.Bill] }).Under(book);
        Assert.Equal((0.0045m, 0), (bill.Total, bill.Requests));
        Assert.Equal(new(2026, 7, 1), ledger.Sources()[^1].Period);
    }

    [Theory, MemberData(nameof(Stores))]
    public void A_newer_bill_of_the_period_takes_the_place_of_the_one_before(string store)
    {
        using var opened = Open(store);
        var (book, ledger) = (Book("b", 3m, 15m), opened.Ledger);
        var bills = All with { Origins = [SourceOrigin.Bill] };
        TakeBill(ledger, "x", Line(1, 1m, 0.003m), Line(2, 1m, 0.003m), Line(7, 1m, 0.003m, payer: "999988887777"));
        TakeBill(ledger, "y", Line(1, 2m, 0.006m));
        Assert.Equal([1L, 7L], ledger.BillLines(All).Select(l => l.Row).Order());
        Assert.Equal(0.009m, ledger.Cells(bills).Under(book).Total);
        Assert.Equal([true, false, false], ledger.Sources().Select(s => s.SupersededAt is not null));
    }

    [Theory, MemberData(nameof(Stores))]
    public void Tags_come_back_by_their_names_whatever_was_kept_when(string store)
    {
        using var opened = Open(store);
        UsageRecord Tagged(int id, params string?[] values) => Call(id, "2026-07-01") with { Caller = new("1", "r", "", "", "", new(values)) };
        opened.Ledger.Begin(Now, ["project"]);
        opened.Ledger.Take(SourceOrigin.Log, [Tagged(1, "apollo")]);
        opened.Ledger.Close(SourceOrigin.Log, "a", "a");
        opened.Ledger.Commit();
        opened.Ledger.Begin(Now, ["stage", "project"]);
        opened.Ledger.Take(SourceOrigin.Log, [Tagged(2, "test", "borealis"), Tagged(3, null, null)]);
        opened.Ledger.Close(SourceOrigin.Log, "b", "b");
        opened.Ledger.Commit();
        var cube = opened.Ledger.Cells(All with { TagKeys = ["project", "stage"] }).Under(Book("b", 1m, 1m));
        Assert.Equal(["-,-", "apollo,-", "borealis,test"],
            cube.GroupBy(c => $"{c.Key.Caller.Tags[0] ?? "-"},{c.Key.Caller.Tags[1] ?? "-"}").Select(g => g.Key).Order(StringComparer.Ordinal));
    }
}
