using Assay.Ledger.Store;
using Assay.Pricing;
using Assay.Rating;
using Assay.Rating.Tests;
using Assay.Usage;

namespace Assay.Ledger.Tests.Store;

/// <summary>Ledgers of both kinds, and traffic to put into them.</summary>
static class SomeLedgers
{
    public static readonly DateTime Now = new(2026, 8, 1, 12, 0, 0, DateTimeKind.Utc);

    // One model is known to have the long band, one not to have it, and of the third nothing is known.
    public static readonly ModelCatalog Catalog = new(
    [
        new("acme.a-v1", "Acme", [], false, 0, [], 0, HasLongBand: true, Batch: true),
        new("acme.b-v1", "Acme", [], false, 0, [], 0, HasLongBand: false, Batch: true),
    ]);

    public static TheoryData<string> Kinds => ["DuckDB", "memory"];

    /// <summary>A ledger that is gone after the test.</summary>
    public static Opened Open(string kind) => new(kind);

    public sealed class Opened : IDisposable
    {
        readonly string folder = Directory.CreateTempSubdirectory("assay-ledger-").FullName;

        public Opened(string kind) => Ledger = kind == "memory" ? new MemoryLedger(Catalog) : DuckDbLedger.Open(Path, Catalog, TimeProvider.System);

        public string Path => System.IO.Path.Combine(folder, "test.ledger");
        public ILedgerStore Ledger { get; private set; }

        /// <summary>The same ledger after the process has ended.</summary>
        public ILedgerStore Reopened()
        {
            Ledger.Dispose();
            return Ledger = DuckDbLedger.Open(Path, Catalog, TimeProvider.System);
        }

        public void Dispose()
        {
            Ledger.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Records of one reading: no id twice, kinds shared as readers share them.</summary>
    public static readonly Gen<UsageRecord[]> Records = SomeTraffic.Record.Array[0, 60].Select(records => records.Select((r, i) =>
        r with { RequestId = IdOf(i), Model = r.Model with { Facts = Catalog.Find(r.Model.Id) }, StopReason = i % 3 == 0 ? "end_turn" : null }).ToArray());

    public static RequestId IdOf(int number) =>
        RequestId.Parse(number % 2 == 0 ? $"{number:x8}-0000-4000-8000-000000000000" : $"request-{number}");

    public static UsageRecord Call(int number, string day, long input = 1000, long output = 100, string model = "acme.a-v1", string app = "chat") => new()
    {
        RequestId = IdOf(number), Time = DateTime.Parse(day + "T10:00:00Z", null, System.Globalization.DateTimeStyles.AdjustToUniversal),
        Caller = new("111122223333", "role", app, "", "", TagValues.None), Region = "us-east-1",
        Model = new(model, Scope.InRegion, ModelKind.Foundation, Catalog.Find(model)), Operation = "Converse",
        Tokens = new() { Input = input, Output = output },
    };

    public static PriceBook Book(string name, decimal input, decimal output) => new(name,
    [
        new("test", new(2026, 1, 1), false,
        [
            Rate("acme.a-v1", Meter.Input, input), Rate("acme.a-v1", Meter.Output, output),
            Rate("acme.b-v1", Meter.Input, input * 2), Rate("acme.b-v1", Meter.Output, output * 2),
        ]),
    ]);

    static Rate Rate(string model, Meter meter, decimal usd) => new($"sku-{model}-{meter.Name()}",
        new(model, meter, Mode.OnDemand, Tier.Standard, Scope.InRegion, ContextBand.Standard, "us-east-1", Term.None), "1M tokens", usd, null, null, "test");

    public static void TakeAll(this ILedgerStore ledger, IEnumerable<UsageRecord> records, string path = "a.json", string digest = "d",
        DateTime? at = null, DateOnly? replace = null, PriceBook? book = null)
    {
        ledger.Begin(at ?? Now, []);
        if (replace is { } month) ledger.Replace(month);
        ledger.Take(SourceOrigin.Log, records.ToArray());
        ledger.Close(SourceOrigin.Log, path, digest);
        if (book is not null) ledger.Rate(book);
        ledger.Commit();
    }

    public static SpendCube Cube(IEnumerable<UsageRecord> records, PriceBook book)
    {
        var cube = new SpendCube();
        var charges = new Charge[Rater.ChargesMax];
        foreach (var record in records) cube.Add(record, charges.AsSpan(0, Rater.Rate(record, book, charges)), book);
        return cube;
    }

    /// <summary>Everything a report says of a cube, to the last digit.</summary>
    public static string Words(SpendCube cube)
    {
        string Line(Group g) => $"{g.Key}: {Usd.Plain(g.Cost)} to {Usd.Plain(g.CostMax)}, {g.Requests}";
        string Lines(IEnumerable<Group> groups) => string.Join('\n', groups.OrderBy(g => g.Key, StringComparer.Ordinal).Select(Line));
        string Counts(IReadOnlyDictionary<string, long> counts) => string.Join('\n', counts.OrderBy(c => c.Key, StringComparer.Ordinal));
        return string.Join("\n\n",
            Lines(cube.GroupBy(c => $"{c.Key.Model.Id} {c.Key.Model.Scope} {c.Key.Caller} {c.Key.Region} {c.Key.Mode} {c.Key.Tier} {c.Key.Day} {c.Key.Context}")),
            Lines(cube.GroupBy(c => $"{c.Key.Day}")), Lines(cube.GroupByMeter((c, m) => $"{c.Key.Model.Id} {m.Name()}")),
            string.Join('\n', cube.Meters().Select(m =>
                $"{m.Meter} {Usd.Plain(m.Quantity)} {Usd.Plain(m.Cost)} {Usd.Plain(m.CostMax)} {Usd.Plain(m.UnpricedQuantity)} {m.Requests}")),
            Counts(cube.Unpriced), Counts(cube.Errors),
            $"{Usd.Plain(cube.Total)} {Usd.Plain(cube.TotalMax)} {cube.Requests} {cube.Failed} {cube.First:O} {cube.Last:O} {cube.Cells.Sum(c => c.WithUnpriced)}");
    }

    /// <summary>A record as text, amounts in the order of their meters.</summary>
    public static string Words(UsageRecord r) =>
        $"{r.RequestId} {r.Time:O} {r.Kind.Caller} {r.Region} {r.Model.Id} {r.Model.Scope} {r.Model.Kind} {r.Model.Facts?.Id} {r.Mode} {r.Tier} {r.Term} {r.Context} "
        + $"{r.Operation} {r.Kind.IsSum} {r.Tokens} [{string.Join(' ', (r.Amounts ?? []).Where(a => a.Amount > 0).OrderBy(a => a.Meter).Select(a => $"{a.Meter}={Usd.Plain(a.Amount)}"))}] "
        + $"{r.ErrorCode} {r.StopReason} {r.Failed}";
}
