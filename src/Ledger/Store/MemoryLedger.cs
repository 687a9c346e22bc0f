using Assay.Ledger.Bills;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Ledger.Store;

/// <summary>A ledger that lasts as long as the process: for tests, and for questions about files nobody wants to keep.</summary>
public sealed class MemoryLedger(ModelCatalog catalog) : ILedgerStore
{
    Content standing = new();
    Content? taking;
    DateTime knownAt;
    IReadOnlyList<string> tagKeys = [];
    int? openSource;
    long calls, duplicates;

    // Everything there is, so that what is not committed can be dropped whole.
    sealed class Content
    {
        public List<LedgerSource> Sources { get; init; } = [];
        public List<Kept> Calls { get; init; } = [];
        public List<(int Source, BillLine Line)> Lines { get; init; } = [];
        public List<LedgerRating> Ratings { get; init; } = [];
        public List<(int Rating, LedgerPrice Price)> Prices { get; init; } = [];
        public List<KindRow> Kinds { get; init; } = [];
        public HashSet<UInt128> Ids { get; init; } = [];

        public Content Copy() => new()
        {
            Sources = [.. Sources], Calls = [.. Calls], Lines = [.. Lines], Ratings = [.. Ratings], Prices = [.. Prices],
            Kinds = [.. Kinds], Ids = [.. Ids],
        };
    }

    sealed record Kept(UsageRecord Record, int Kind, int Source, SourceOrigin Origin, DateTime KnownAt, DateTime? SupersededAt)
    {
        public DateOnly Day => DateOnly.FromDateTime(Record.Time);
    }

    Content Taking => taking ?? throw new InvalidOperationException("Nothing was begun.");

    public IReadOnlyList<LedgerSource> Sources() => standing.Sources;
    public IReadOnlyList<LedgerRating> Ratings() => standing.Ratings;

    public LedgerCells Cells(LedgerRange range)
    {
        var (kinds, sums) = (new List<int>(), new List<UsageSum>());
        var cells = Range(range).Select(c => (Call: c, Used: Used(c.Record)))
            .GroupBy(c => (c.Call.Kind, c.Call.Day, IsLong: c.Call.Record.Tokens.Prompt > Rater.LongContextAbove, c.Call.Record.Failed,
                c.Call.Record.ErrorCode, Meters: c.Used.Sum(u => u.Bit)));
        foreach (var cell in cells)
        {
            kinds.Add(cell.Key.Kind);
            sums.Add(new()
            {
                Kind = KindOf(cell.Key.Kind, range.TagKeys), Day = cell.Key.Day, IsLong = cell.Key.IsLong, Failed = cell.Key.Failed,
                ErrorCode = cell.Key.ErrorCode, Records = cell.LongCount(), First = cell.Min(c => c.Call.Record.Time),
                Last = cell.Max(c => c.Call.Record.Time),
                Meters =
                [
                    .. cell.SelectMany(c => c.Used).GroupBy(u => (u.Meter, u.Bit)).OrderBy(g => g.Key)
                        .Select(g => new QuantitySum(g.Key.Meter, g.Sum(u => u.Quantity), g.Sum(u => (decimal)u.Open))),
                ],
            });
        }
        return new(kinds, sums, standing.Sources.Where(s => range.Origins.Contains(s.Origin)).Sum(s => s.Duplicates));
    }

    public LedgerPrices Prices(int rating) => standing.Ratings.FirstOrDefault(r => r.Id == rating) is { } found
        ? new(found, standing.Prices.Where(p => p.Rating == rating).Select(p => p.Price))
        : throw DuckDbLedger.NoRating("memory", rating, standing.Ratings);

    public UsageRecord? Find(RequestId id, LedgerRange range)
    {
        foreach (var call in Range(range))
            if (call.Record.RequestId == id) return Restored(call, range);
        return null;
    }

    public IReadOnlyList<RequestId> Ids(string beginning, LedgerRange range) =>
        [.. Range(range).Select(c => c.Record.RequestId).Where(i => i.ToString().StartsWith(beginning, StringComparison.Ordinal))
            .OrderBy(i => i.ToString(), StringComparer.Ordinal).Take(DuckDbLedger.IdsMax)];

    public void Read(LedgerRange range, RecordBatch deliver, CancellationToken cancel)
    {
        foreach (var call in Range(range))
        {
            cancel.ThrowIfCancellationRequested();
            deliver([Restored(call, range)]);
        }
    }

    public IReadOnlyList<BillLine> BillLines(LedgerRange range) =>
    [
        .. standing.Lines.Where(l => standing.Sources.Single(s => s.Id == l.Source) is var source
            && range.Knows(source.KnownAt, source.SupersededAt) && range.Holds(DateOnly.FromDateTime(l.Line.Start))).Select(l => l.Line),
    ];

    public void Begin(DateTime knownAt, IReadOnlyList<string> tagKeys)
    {
        if (taking is not null) throw new InvalidOperationException("What was begun before has not been committed.");
        this.knownAt = new DateTime(knownAt.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        this.tagKeys = tagKeys;
        taking = standing.Copy();
    }

    public void Replace(DateOnly month) =>
        SetAside(c => c.Origin != SourceOrigin.Bill && (c.Day.Year, c.Day.Month) == (month.Year, month.Month));

    void SetAside(Func<Kept, bool> which)
    {
        for (var i = 0; i < Taking.Calls.Count; i++)
        {
            var call = Taking.Calls[i];
            if (call.SupersededAt is not null || !which(call)) continue;
            Taking.Calls[i] = call with { SupersededAt = knownAt };
            Taking.Ids.Remove(call.Record.RequestId.Key);
        }
    }

    public void Take(SourceOrigin origin, ReadOnlySpan<UsageRecord> records)
    {
        openSource ??= Taking.Sources.Count + 1;
        foreach (ref readonly var record in records)
        {
            if (!Taking.Ids.Add(record.RequestId.Key))
            {
                duplicates++;
                continue;
            }
            calls++;
            Taking.Calls.Add(new(record, KindNumber(record.Kind), openSource.Value, origin, knownAt, null));
        }
    }

    int KindNumber(CallKind kind)
    {
        var row = KindRow.Of(kind, tagKeys);
        var at = Taking.Kinds.IndexOf(row);
        if (at >= 0) return at + 1;
        Taking.Kinds.Add(row);
        return Taking.Kinds.Count;
    }

    public LedgerSource Close(SourceOrigin origin, string path, string digest, long duplicates = 0)
    {
        this.duplicates += duplicates;
        return Closed(origin, path, digest, null, "");
    }

    LedgerSource Closed(SourceOrigin origin, string path, string digest, DateOnly? period, string payer)
    {
        var source = new LedgerSource(Taking.Sources.Count + 1, origin, path, digest, period, payer, calls, duplicates, knownAt, null);
        Taking.Sources.Add(source);
        (openSource, calls, duplicates) = (null, 0, 0);
        return source;
    }

    public IReadOnlyList<LedgerSource> TakeBill(IReadOnlyList<BillLine> lines, string path, string digest)
    {
        var taken = new List<LedgerSource>();
        foreach (var part in BillPart.Of(lines))
        {
            for (var i = 0; i < Taking.Sources.Count; i++)
            {
                var old = Taking.Sources[i];
                if (old.SupersededAt is not null || old.Origin != SourceOrigin.Bill || old.Period != part.Period || old.Payer != part.Payer)
                    continue;
                SetAside(c => c.Source == old.Id);
                Taking.Sources[i] = old with { SupersededAt = knownAt };
            }
            Take(SourceOrigin.Bill, [.. part.Usage]);
            taken.Add(Closed(SourceOrigin.Bill, path, digest, part.Period, part.Payer));
            foreach (var line in part.Lines) Taking.Lines.Add((taken[^1].Id, line));
        }
        return taken;
    }

    public LedgerRating Rate(PriceBook book)
    {
        var digest = BookDigest.Of(book);
        var last = Taking.Ratings.LastOrDefault();
        if (last is null || last.Digest != digest || last.Book != book.Id)
            Taking.Ratings.Add(last = new(Taking.Ratings.Count + 1, book.Id, digest, knownAt));
        var known = new LedgerPrices(last, Taking.Prices.Where(p => p.Rating == last.Id).Select(p => p.Price));
        var used = Taking.Calls.SelectMany(c => Used(c.Record)
            .Select(u => (c.Kind, c.Record.Tokens.Prompt > Rater.LongContextAbove, u.Meter, c.Day)))
            .Where(u => !known.Holds(u.Kind, u.Item2, u.Meter, u.Day));
        Taking.Prices.AddRange(LedgerPrice.Lay(used, k => Taking.Kinds[k - 1].ToKind(catalog, []), book).Select(p => (last.Id, p)));
        return last;
    }

    public void Commit() => (standing, taking) = (Taking, null);

    IEnumerable<Kept> Range(LedgerRange range) => standing.Calls.Where(c =>
        range.Origins.Contains(c.Origin) && range.Holds(c.Day) && range.Knows(c.KnownAt, c.SupersededAt));

    CallKind KindOf(int number, IReadOnlyList<string> keys) => standing.Kinds[number - 1].ToKind(catalog, keys);

    UsageRecord Restored(Kept call, LedgerRange range) =>
        UsedMeter.Restore(new(KindOf(call.Kind, range.TagKeys))
        {
            RequestId = call.Record.RequestId, Time = call.Record.Time, ErrorCode = call.Record.ErrorCode,
            StopReason = call.Record.StopReason,
        }, Used(call.Record), call.Record.Failed);

    static UsedMeter[] Used(in UsageRecord record)
    {
        var used = new UsedMeter[DimensionNames.MeterCount + Rater.ChargesMax];
        return used[..UsedMeter.Of(record, used)];
    }

    public void Dispose() => taking = null;
}
