using System.Globalization;
using Assay.Rating;
using Assay.Usage;
using DuckDB.NET.Data;

namespace Assay.Ledger.Store;

/// <summary>A ledger in a file of DuckDB. One process owns the file while it writes; readers may share it.</summary>
public sealed partial class DuckDbLedger : ILedgerStore
{
    // Records that are put in order together: four row groups of calls, some sixty megabytes.
    const int BatchSize = 480_000;

    readonly string path;
    readonly ModelCatalog catalog;
    readonly DuckDBConnection connection;

    LedgerBatch? batch;
    KindNumbers kinds = new([]);
    readonly Dictionary<string, int> stops = new(StringComparer.Ordinal);
    readonly Dictionary<int, (SourceOrigin Origin, int Bill)> origins = [];
    readonly Dictionary<int, (long Calls, long Duplicates)> counts = [];
    List<LedgerSource> closed = [];
    DateTime knownAt;
    int nextSource, nextCell;
    long nextCall;
    bool isOpenSource, isTaking;

    DuckDbLedger(string path, ModelCatalog catalog, DuckDBConnection connection) =>
        (this.path, this.catalog, this.connection) = (path, catalog, connection);

    /// <summary>Opens a ledger to read it.</summary>
    /// <exception cref="LedgerException">It is not there, is none, or somebody is writing it.</exception>
    public static DuckDbLedger OpenToRead(string path, ModelCatalog catalog) => Opened(path, catalog, readOnly: true, TimeProvider.System);

    /// <summary>Opens a ledger to add to it; makes it where there is none.</summary>
    /// <exception cref="LedgerException">It is none, is read-only, or is in use.</exception>
    public static DuckDbLedger Open(string path, ModelCatalog catalog, TimeProvider clock) =>
        Opened(path, catalog, readOnly: false, clock);

    static DuckDbLedger Opened(string path, ModelCatalog catalog, bool readOnly, TimeProvider clock)
    {
        var ledger = new DuckDbLedger(path, catalog, LedgerFile.Open(path, readOnly));
        try
        {
            ledger.Check(readOnly, clock);
            return ledger;
        }
        catch (DuckDBException fault)
        {
            ledger.connection.Dispose();
            throw LedgerFile.Said(fault, path);
        }
        catch
        {
            ledger.connection.Dispose();
            throw;
        }
    }

    void Check(bool readOnly, TimeProvider clock)
    {
        var tables = Number("SELECT count(*) FROM information_schema.tables");
        if (tables == 0 && !readOnly)
        {
            Run("BEGIN TRANSACTION");
            Run(LedgerSchema.Tables);
            Run(LedgerSchema.Views);
            Run(LedgerSchema.Meters);
            Run($"INSERT INTO ledger VALUES ({LedgerSchema.Version}, {LedgerFile.Moment(clock.GetUtcNow().UtcDateTime)})");
            Run("COMMIT");
            return;
        }
        if (Number("SELECT count(*) FROM information_schema.tables WHERE table_name IN ('ledger', 'cell_meter', 'call')") < 3)
            throw LedgerFile.NoLedger(path);
        var version = (int)Number("SELECT version FROM ledger");
        if (version > LedgerSchema.Version) throw LedgerFile.Newer(path, version);
    }

    public void Begin(DateTime knownAt, IReadOnlyList<string> tagKeys)
    {
        if (isTaking) throw new InvalidOperationException("What was begun before has not been committed.");
        this.knownAt = new DateTime(knownAt.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        Guarded(() =>
        {
            Run("BEGIN TRANSACTION");
            kinds = new(tagKeys);
            foreach (var (number, row) in KindRows()) kinds.Know(number, row);
            stops.Clear();
            Each("SELECT id, reason FROM stop", r => stops[r.GetString(1)] = r.GetInt32(0));
            nextSource = (int)Number("SELECT coalesce(max(id), 0) + 1 FROM source");
            nextCell = (int)Number("SELECT coalesce(max(id), 0) + 1 FROM cell");
            nextCall = Number("SELECT coalesce(max(number), 0) + 1 FROM call");
        });
        (isTaking, isOpenSource, closed) = (true, false, []);
        origins.Clear();
        counts.Clear();
        batch ??= new(BatchSize);
        batch.Clear();
    }

    public void Replace(DateOnly month)
    {
        var first = new DateOnly(month.Year, month.Month, 1);
        Guarded(() =>
        {
            Flush();
            Run($"UPDATE cell SET superseded_at = {LedgerFile.Moment(knownAt)} WHERE superseded_at IS NULL AND origin <> 'bill' "
                + $"AND day >= {LedgerFile.Day(first)} AND day < {LedgerFile.Day(first.AddMonths(1))}");
        });
    }

    public void Take(SourceOrigin origin, ReadOnlySpan<UsageRecord> records)
    {
        OpenSource(origin);
        foreach (ref readonly var record in records)
        {
            if (batch!.IsFull) Guarded(Flush);
            if (!batch.Add(record, nextSource)) Count(nextSource, 0, 1);
        }
    }

    public LedgerSource Close(SourceOrigin origin, string path, string digest, long duplicates = 0)
    {
        OpenSource(origin);
        Count(nextSource, 0, duplicates);
        return Closed(origin, path, digest, null, "");
    }

    void OpenSource(SourceOrigin origin)
    {
        if (!isTaking) throw new InvalidOperationException("Nothing was begun.");
        if (isOpenSource) return;
        isOpenSource = true;
        origins[nextSource] = (origin, origin == SourceOrigin.Bill ? nextSource : 0);
    }

    LedgerSource Closed(SourceOrigin origin, string path, string digest, DateOnly? period, string payer)
    {
        // How many of its records are new is known when the batch they are in has met what is stored.
        var source = new LedgerSource(nextSource++, origin, path, digest, period, payer, 0, 0, knownAt, null);
        closed.Add(source);
        isOpenSource = false;
        return source;
    }

    void Count(int source, long calls, long duplicates)
    {
        var (c, d) = counts.GetValueOrDefault(source);
        counts[source] = (c + calls, d + duplicates);
    }

    public void Commit() => Guarded(() =>
    {
        if (isOpenSource) throw new InvalidOperationException("The last source was not closed.");
        Flush();
        using (var sources = connection.CreateAppender("source"))
        {
            foreach (var source in closed)
            {
                var (calls, duplicates) = counts.GetValueOrDefault(source.Id);
                sources.CreateRow().AppendValue(source.Id).AppendValue(OriginName(source.Origin)).AppendValue(source.Path)
                    .AppendValue(source.Digest).AppendValue(source.Period).AppendValue(source.Payer).AppendValue(calls)
                    .AppendValue(duplicates).AppendValue(source.KnownAt).AppendNullValue().EndRow();
            }
        }
        Run("COMMIT");
        isTaking = false;
    });

    // What is in the batch goes to the tables, in the open transaction.
    void Flush()
    {
        if (batch!.Count == 0) return;
        if (nextCall > 1) batch.Drop(Stored(batch), source => Count(source, 0, 1));
        batch.Settle(kinds.Of, source => origins[source]);
        AppendKinds();
        AppendCells();
        AppendCalls();
        batch.Clear();
    }

    // Which ids of the batch stand in the ledger. There is no index to ask: one of random ids would cost more than all the rest.
    HashSet<UInt128> Stored(LedgerBatch batch)
    {
        Run("CREATE OR REPLACE TEMP TABLE batch_id(id UUID)");
        using (var ids = connection.CreateAppender("batch_id"))
            foreach (var id in batch.Ids) ids.CreateRow().AppendValue(GuidOf(id)).EndRow();
        var stored = new HashSet<UInt128>();
        Each("SELECT l.id FROM call l JOIN batch_id b ON b.id = l.id JOIN cell c ON c.id = l.cell WHERE c.superseded_at IS NULL",
            r => stored.Add(KeyOf(r.GetGuid(0))));
        return stored;
    }

    void AppendKinds()
    {
        if (kinds.Added.Count == 0) return;
        using var appender = connection.CreateAppender("kind");
        foreach (var (number, k) in kinds.Added)
        {
            appender.CreateRow().AppendValue(number).AppendValue(k.Account).AppendValue(k.Principal).AppendValue(k.App)
                .AppendValue(k.Team).AppendValue(k.Env).AppendValue(k.Tags).AppendValue(k.Region).AppendValue(k.Model)
                .AppendValue(k.Scope).AppendValue(k.ModelKind).AppendValue(k.Operation).AppendValue(k.Mode).AppendValue(k.Tier)
                .AppendValue(k.Term).AppendValue(k.Context).AppendValue(k.IsSum).EndRow();
        }
        kinds.Added.Clear();
    }

    void AppendCells()
    {
        using var cells = connection.CreateAppender("cell");
        using var sums = connection.CreateAppender("cell_meter");
        foreach (var cell in batch!.Numbered(nextCell))
        {
            var key = cell.Key;
            cells.CreateRow().AppendValue(cell.Number).AppendValue(OriginName(key.Origin)).AppendValue(key.Bill).AppendValue(key.Kind)
                .AppendValue(key.Day).AppendValue(key.IsLong).AppendValue(key.Failed).AppendValue(key.ErrorCode)
                .AppendValue(key.Meters).AppendValue(cell.Calls).AppendValue(cell.First).AppendValue(cell.Last)
                .AppendValue(knownAt).AppendNullValue().EndRow();
            for (var i = 0; i < cell.Sums.Length; i++)
            {
                var (meter, quantity, open) = cell.Sums[i];
                var whole = decimal.Truncate(quantity);
                sums.CreateRow().AppendValue(cell.Number).AppendValue((byte)meter).AppendValue(whole)
                    .AppendValue(cell.IsAmount[i] ? quantity - whole : null).AppendValue(open).EndRow();
            }
        }
        nextCell += batch.Cells.Count;
    }

    void AppendCalls()
    {
        Span<UsedMeter> used = new UsedMeter[DimensionNames.MeterCount + Rater.ChargesMax];
        using var calls = connection.CreateAppender("call");
        using var usage = connection.CreateAppender("usage");
        for (var i = 0; i < batch!.Count; i++)
        {
            ref readonly var record = ref batch[i];
            var cell = batch.CellAt(i).Number;
            var ticks = record.Time.TimeOfDay.Ticks;
            var second = (int)(ticks / TimeSpan.TicksPerSecond);
            var call = calls.CreateRow().AppendValue(nextCall).AppendValue(cell).AppendValue(batch.SourceAt(i)).AppendValue(second)
                .AppendValue((int)(ticks % TimeSpan.TicksPerSecond)).AppendValue(GuidOf(record.RequestId.Key));
            if (record.RequestId.IsGuid) call.AppendNullValue();
            else call.AppendValue(record.RequestId.ToString());
            if (record.StopReason is { } reason) call.AppendValue(StopNumber(reason)).EndRow();
            else call.AppendNullValue().EndRow();
            var hour = (byte)(second / 3600);
            foreach (ref readonly var meter in used[..UsedMeter.Of(record, used)])
            {
                usage.CreateRow().AppendValue(nextCall).AppendValue(cell).AppendValue(hour).AppendValue((byte)meter.Meter)
                    .AppendValue(meter.Whole).AppendValue(meter.Fraction).AppendValue(meter.Open).EndRow();
            }
            nextCall++;
            Count(batch.SourceAt(i), 1, 0);
        }
    }

    int StopNumber(string reason)
    {
        if (stops.TryGetValue(reason, out var known)) return known;
        var number = stops.Count + 1;
        Run($"INSERT INTO stop VALUES ({number}, {LedgerFile.Text(reason)})");
        return stops[reason] = number;
    }

    public void Dispose()
    {
        try
        {
            if (isTaking) Run("ROLLBACK");
        }
        catch (Exception fault) when (fault is DuckDBException or LedgerException)
        {
            // The transaction ended with the fault that brought us here.
        }
        connection.Dispose();
    }

    static string OriginName(SourceOrigin origin) => origin switch
    {
        SourceOrigin.Log => "log", SourceOrigin.Batch => "batch", _ => "bill",
    };

    static SourceOrigin OriginOf(string name) => name switch
    {
        "log" => SourceOrigin.Log, "batch" => SourceOrigin.Batch, _ => SourceOrigin.Bill,
    };

    static Guid GuidOf(UInt128 key)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
        return new Guid(bytes, bigEndian: true);
    }

    static UInt128 KeyOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    void Run(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    long Number(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    void Each(string sql, Action<DuckDBDataReader> row)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read()) row(reader);
    }

    void Guarded(Action work) => Guarded(() => { work(); return true; });

    T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (DuckDBException fault)
        {
            throw LedgerFile.Said(fault, path);
        }
    }
}
