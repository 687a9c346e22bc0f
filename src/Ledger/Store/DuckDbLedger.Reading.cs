using System.Globalization;
using Assay.Rating;
using Assay.Usage;
using Assay.Usage.Logs;
using DuckDB.NET.Data;

namespace Assay.Ledger.Store;

public sealed partial class DuckDbLedger
{
    public IReadOnlyList<LedgerSource> Sources() => Guarded(() =>
    {
        var sources = new List<LedgerSource>();
        Each("SELECT id, origin, path, digest, period, payer, calls, duplicates, known_at, superseded_at FROM source ORDER BY id",
            r => sources.Add(new(r.GetInt32(0), OriginOf(r.GetString(1)), r.GetString(2), r.GetString(3), DayAt(r, 4), r.GetString(5),
                r.GetInt64(6), r.GetInt64(7), TimeAt(r, 8)!.Value, TimeAt(r, 9))));
        return sources;
    });

    // Cells of several batches that are alike are one; the engine joins them, so that as many come here as a report has groups.
    public LedgerCells Cells(LedgerRange range) => Guarded(() =>
    {
        const string alike = "c.kind, c.day, c.is_long, c.failed, c.error, c.meters";
        var (kindOf, meters) = (KindsOf(range.TagKeys), new Dictionary<CellLikeness, List<QuantitySum>>());
        Each($"SELECT {alike}, s.meter, sum(s.quantity), sum(s.fraction)::VARCHAR, sum(s.open) FROM cell_meter s "
            + $"JOIN cell c ON c.id = s.cell WHERE {Where(range)} GROUP BY {alike}, s.meter, s.fraction IS NULL ORDER BY s.meter", r =>
        {
            var key = LikenessAt(r);
            if (!meters.TryGetValue(key, out var sums)) meters[key] = sums = [];
            sums.Add(new((Meter)r.GetByte(6), r.GetDecimal(7) + (ExactAt(r, 8) ?? 0m), r.GetDecimal(9)));
        });
        var (kinds, cells) = (new List<int>(), new List<UsageSum>());
        Each($"SELECT {alike}, sum(c.calls)::BIGINT, min(c.first_tick), max(c.last_tick) FROM cell c WHERE {Where(range)} "
            + $"GROUP BY {alike}", r =>
        {
            var key = LikenessAt(r);
            kinds.Add(key.Kind);
            cells.Add(new()
            {
                Kind = kindOf(key.Kind), Day = key.Day, IsLong = key.IsLong, Failed = key.Failed, ErrorCode = key.Error,
                Records = r.GetInt64(6), First = At(key.Day, r.GetInt64(7)), Last = At(key.Day, r.GetInt64(8)),
                Meters = meters.GetValueOrDefault(key) ?? [],
            });
        });
        var origins = string.Join(", ", range.Origins.Select(o => LedgerFile.Text(OriginName(o))));
        return new LedgerCells(kinds, cells,
            Number($"SELECT coalesce(sum(duplicates), 0)::BIGINT FROM source WHERE origin IN ({origins})"));
    });

    readonly record struct CellLikeness(int Kind, DateOnly Day, bool IsLong, bool Failed, string? Error, long Meters);

    static CellLikeness LikenessAt(DuckDBDataReader r) =>
        new(r.GetInt32(0), r.GetFieldValue<DateOnly>(1), r.GetBoolean(2), r.GetBoolean(3), TextAt(r, 4), r.GetInt64(5));

    public UsageRecord? Find(RequestId id, LedgerRange range) => Guarded(() =>
    {
        var kindOf = KindsOf(range.TagKeys);
        (long Number, Stub Stub)? found = null;
        Each($"SELECT {CallColumns}, {CellColumns} FROM call l JOIN cell c ON c.id = l.cell "
            + $"WHERE l.id = '{GuidOf(id.Key):D}'::UUID AND {Where(range)} LIMIT 1", r =>
                found = (r.GetInt64(0), StubOf(r, CellOf(r, kindOf, at: 8))));
        if (found is not { } call) return (UsageRecord?)null;
        var used = new List<UsedMeter>();
        Each($"SELECT {UsageColumns} FROM usage u WHERE u.call = {call.Number} ORDER BY u.meter", r => used.Add(UsedAt(r)));
        return call.Stub.With([.. used]);
    });

    /// <summary>Who asks by a beginning wants one id, or to hear that there are several.</summary>
    internal const int IdsMax = 10;

    public IReadOnlyList<RequestId> Ids(string beginning, LedgerRange range) => Guarded(() =>
    {
        List<RequestId> ids = [];
        Each("SELECT coalesce(l.id_text, l.id::VARCHAR) AS name FROM call l JOIN cell c ON c.id = l.cell "
            + $"WHERE starts_with(name, {LedgerFile.Text(beginning)}) AND {Where(range)} ORDER BY name LIMIT {IdsMax}",
            r => ids.Add(RequestId.Parse(r.GetString(0))));
        return ids;
    });

    // Calls and their usage lie in one order, so that two scans side by side put them together, without sorting or joining anything.
    public void Read(LedgerRange range, RecordBatch deliver, CancellationToken cancel) => Guarded(() =>
    {
        const int batchSize = 128;
        var (kindOf, cells) = (KindsOf(range.TagKeys), new Dictionary<int, CellFacts>());
        Each($"SELECT c.id, {CellColumns} FROM cell c WHERE {Where(range)}", r => cells[r.GetInt32(0)] = CellOf(r, kindOf, at: 1));
        if (cells.Count == 0) return;
        foreach (var stop in StopReasons()) stopTexts[stop.Key] = stop.Value;
        var span = $"cell BETWEEN {cells.Keys.Min()} AND {cells.Keys.Max()}";
        // The same open file: connections of one process share it.
        using var second = new DuckDBConnection(connection.ConnectionString);
        second.Open();
        using var calls = Stream(connection, $"SELECT {CallColumns}, l.cell FROM call l WHERE l.{span}");
        using var usage = Stream(second, $"SELECT {UsageColumns} FROM usage u WHERE u.{span}");
        var records = new UsageRecord[batchSize];
        var (count, used, isMore) = (0, new List<UsedMeter>(), usage.Read());
        while (calls.Read())
        {
            var number = calls.GetInt64(0);
            used.Clear();
            for (; isMore && usage.GetInt64(0) <= number; isMore = usage.Read())
                if (usage.GetInt64(0) == number) used.Add(UsedAt(usage));
            if (!cells.TryGetValue(calls.GetInt32(8), out var cell)) continue;
            records[count++] = StubOf(calls, cell).With([.. used]);
            if (count < batchSize) continue;
            cancel.ThrowIfCancellationRequested();
            deliver(records);
            count = 0;
        }
        if (count > 0) deliver(records.AsSpan(0, count));
    });

    const string CallColumns = "l.number, l.second, l.tick, l.id, l.id_text, l.stop, l.source, 0";
    const string CellColumns = "c.kind, c.day, c.failed, c.error";
    const string UsageColumns = "u.call, u.meter, u.quantity, u.fraction, u.open";

    readonly record struct CellFacts(CallKind Kind, DateOnly Day, bool Failed, string? Error);

    // A record without its meters.
    readonly record struct Stub(UsageRecord Bare, bool Failed)
    {
        public UsageRecord With(ReadOnlySpan<UsedMeter> used) => UsedMeter.Restore(Bare, used, Failed);
    }

    readonly Dictionary<int, string> stopTexts = [];

    static CellFacts CellOf(DuckDBDataReader r, Func<int, CallKind> kindOf, int at) =>
        new(kindOf(r.GetInt32(at)), r.GetFieldValue<DateOnly>(at + 1), r.GetBoolean(at + 2), TextAt(r, at + 3));

    Stub StubOf(DuckDBDataReader r, in CellFacts cell)
    {
        var id = TextAt(r, 4) is { } text ? RequestId.Parse(text) : RequestId.OfGuid(KeyOf(r.GetGuid(3)));
        return new(new(cell.Kind)
        {
            RequestId = id, Time = At(cell.Day, (r.GetInt32(1) * TimeSpan.TicksPerSecond) + r.GetInt32(2)), ErrorCode = cell.Error,
            StopReason = r.IsDBNull(5) ? null : StopText(r.GetInt32(5)),
        }, cell.Failed);
    }

    string? StopText(int number)
    {
        if (stopTexts.TryGetValue(number, out var known)) return known;
        foreach (var stop in StopReasons()) stopTexts[stop.Key] = stop.Value;
        return stopTexts.GetValueOrDefault(number);
    }

    Dictionary<int, string> StopReasons()
    {
        var texts = new Dictionary<int, string>();
        Each("SELECT id, reason FROM stop", r => texts[r.GetInt32(0)] = r.GetString(1));
        return texts;
    }

    static UsedMeter UsedAt(DuckDBDataReader r) => new((Meter)r.GetByte(1), r.GetInt64(2), DecimalAt(r, 3), r.GetInt64(4));

    static DuckDBDataReader Stream(DuckDBConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        return command.ExecuteReader();
    }

    List<(int Number, KindRow Row)> KindRows()
    {
        var rows = new List<(int, KindRow)>();
        Each("SELECT id, account, principal, app, team, env, tags, region, model, scope, model_kind, operation, mode, tier, term, context, "
            + "is_sum FROM kind ORDER BY id", r => rows.Add((r.GetInt32(0), new(r.GetString(1), r.GetString(2), r.GetString(3),
                r.GetString(4), r.GetString(5), r.GetString(6), r.GetString(7), r.GetString(8), r.GetString(9), r.GetString(10),
                r.GetString(11), r.GetString(12), r.GetString(13), r.GetString(14), r.GetString(15), r.GetBoolean(16)))));
        return rows;
    }

    Func<int, CallKind> KindsOf(IReadOnlyList<string> tagKeys)
    {
        var kinds = KindRows().ToDictionary(k => k.Number, k => k.Row.ToKind(catalog, tagKeys));
        return number => kinds[number];
    }

    // The cells of a range; 'c' is the table of them.
    static string Where(LedgerRange range)
    {
        List<string> all = [$"c.origin IN ({string.Join(", ", range.Origins.Select(o => LedgerFile.Text(OriginName(o))).Append("''"))})"];
        if (range.From is { } from) all.Add($"c.day >= {LedgerFile.Day(from)}");
        if (range.To is { } to) all.Add($"c.day < {LedgerFile.Day(to)}");
        all.Add(Standing("c", range));
        return string.Join(" AND ", all);
    }

    static string Standing(string table, LedgerRange range) => range.Before is { } before
        ? $"{table}.known_at < {LedgerFile.Moment(before)} AND "
            + $"({table}.superseded_at IS NULL OR {table}.superseded_at >= {LedgerFile.Moment(before)})"
        : $"{table}.superseded_at IS NULL";

    static DateTime At(DateOnly day, long ticks) => day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddTicks(ticks);
    static string? TextAt(DuckDBDataReader r, int at) => r.IsDBNull(at) ? null : r.GetString(at);
    static decimal? DecimalAt(DuckDBDataReader r, int at) => r.IsDBNull(at) ? null : r.GetDecimal(at);

    // A decimal of 38 digits may be wider than ours while the number in it is not: its text is read, without the zeros at its end.
    static decimal? ExactAt(DuckDBDataReader r, int at) => r.IsDBNull(at) ? null
        : Pricing.Usd.Shortest(decimal.Parse(r.GetString(at), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture));

    static DateOnly? DayAt(DuckDBDataReader r, int at) => r.IsDBNull(at) ? null : r.GetFieldValue<DateOnly>(at);
    static DateTime? TimeAt(DuckDBDataReader r, int at) =>
        r.IsDBNull(at) ? null : DateTime.SpecifyKind(r.GetDateTime(at), DateTimeKind.Utc);

    /// <summary>Runs a statement of the user's: read-only, and without a way to other files.</summary>
    /// <exception cref="LedgerException">It is no statement the engine can run.</exception>
    public void Query(string sql, Action<IReadOnlyList<string>> heading, Action<IReadOnlyList<object?>> row)
    {
        try
        {
            Run("SET enable_external_access = false");
            using var reader = Stream(connection, sql);
            heading([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)]);
            while (reader.Read())
                row([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        }
        catch (DuckDBException wrong)
        {
            throw new LedgerException($"--sql cannot be run: {LedgerFile.FirstLine(wrong.Message)}. Views: spend (sums with cost), "
                + "charge (one row a meter of a request); tables: call, usage, cell, kind, source, price, rating, bill_line.");
        }
    }
}
