using System.Diagnostics;
using System.Globalization;
using Assay.Desk.Books;
using Assay.Ledger.Store;
using DuckDB.NET.Data;

namespace Assay.Bench;

/// <summary>The ledger as people use it: logs in, bytes kept, sums out.</summary>
static class LedgerBenches
{
    // Each record of the made-up logs comes to some 2.24 charges.
    const int Records = 4_480_000;
    const int Copies = 10;

    public static BenchResult Import(BenchPlace place)
    {
        var (folder, ledger) = Places(place);
        var start = new ProcessStartInfo(Path.Combine(place.Root, "assay"), ["ledger", "import", folder, "--ledger", ledger])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        File.Delete(ledger);
        var clock = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        long peak = 0;
        while (!process.WaitForExit(50))
        {
            try { peak = Math.Max(peak, Benches.PeakOf(process.Id)); }
            catch (IOException) { break; }
        }
        process.WaitForExit();
        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        if (process.ExitCode != 0) throw new InvalidOperationException(process.StandardError.ReadToEnd());
        var charges = Charges(ledger);
        return new("ledger-import", seconds, seconds, seconds, "nothing", "<=60", string.Create(CultureInfo.InvariantCulture,
            $"seconds for {charges:#,##0} charges of {Records:#,##0} requests, {Cpu(process):0} s of processor; peak {peak / 1024.0:0} MB"));
    }

    // What a child used cannot be asked once it is gone, but its parent may have been told.
    static double Cpu(Process process)
    {
        try { return process.TotalProcessorTime.TotalSeconds; }
        catch (InvalidOperationException) { return 0; }
    }

    public static BenchResult Size(BenchPlace place)
    {
        var (_, ledger) = Imported(place);
        var bytes = new FileInfo(ledger).Length + (File.Exists(ledger + ".wal") ? new FileInfo(ledger + ".wal").Length : 0);
        var (charges, value) = (Charges(ledger), (double)bytes / Charges(ledger));
        return new("ledger-size", value, value, value, "nothing", "<=25",
            $"bytes a charge: {bytes / 1e6:0} MB for {charges:#,##0} charges, their requests and their ids");
    }

    public static BenchResult Report(BenchPlace place)
    {
        var (_, ten) = Imported(place);
        var ledger = Path.Combine(place.Data, "hundred.ledger");
        if (!File.Exists(ledger)) Multiply(ten, ledger);
        var shelf = new BookShelf(Path.Combine(place.Root, "prices"));
        using var store = DuckDbLedger.OpenToRead(ledger, shelf.Catalog);
        var (times, scans, rating) = (new List<double>(), new List<double>(), store.Ratings()[^1].Id);
        long groups = 0;
        for (var round = 0; round < 8; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var cube = store.Cells(new()).Under(store.Prices(rating));
            groups = cube.GroupBy(c => $"{c.Key.Model.Id}|{c.Key.Caller.App}|{c.Key.Day}").Count;
            if (round > 2) times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        for (var round = 0; round < 3; round++)
        {
            var start = Stopwatch.GetTimestamp();
            store.Query("SELECT k.model, k.app, c.day, u.meter, sum(q) FROM (SELECT cell, meter, sum(quantity) AS q FROM usage GROUP BY ALL) u "
                + "JOIN cell c ON c.id = u.cell JOIN kind k ON k.id = c.kind GROUP BY ALL", _ => { }, _ => { });
            if (round > 0) scans.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        times.Sort();
        return new("ledger-report", times[times.Count / 2], times[0], times[^1], "nothing", "<=2", string.Create(CultureInfo.InvariantCulture,
            $"seconds for {groups:#,##0} groups of {Charges(ledger):#,##0} charges from the sums kept beside them; "
            + $"{scans.Min():0.0} s when every charge is read again"));
    }

    static (string Logs, string Ledger) Places(BenchPlace place)
    {
        var folder = Path.Combine(place.Data, "ledger-logs");
        LogMaker.Make(folder, 8, Records, 0);
        return (folder, Path.Combine(place.Data, "ten.ledger"));
    }

    static (string Logs, string Ledger) Imported(BenchPlace place)
    {
        var places = Places(place);
        if (!File.Exists(places.Ledger)) Import(place);
        return places;
    }

    // Ten times the same traffic on other days and with other ids: as large as a year of it, and as real.
    static void Multiply(string from, string to)
    {
        File.Copy(from, to + ".part", overwrite: true);
        using (var connection = new DuckDBConnection($"DataSource={to}.part;memory_limit=1GB"))
        {
            connection.Open();
            void Run(string sql)
            {
                using var command = connection.CreateCommand();
                command.CommandText = sql;
                command.ExecuteNonQuery();
            }

            Run("CREATE TEMP TABLE size AS SELECT (SELECT max(number) FROM call) AS calls, (SELECT max(id) FROM cell) AS cells");
            for (var copy = 1; copy < Copies; copy++)
            {
                var (calls, cells) = ($"{copy} * (SELECT calls FROM size)", $"({copy} * (SELECT cells FROM size))::INTEGER");
                Run($"INSERT INTO cell SELECT id + {cells}, * EXCLUDE (id) REPLACE (day + {copy * 16} AS day) FROM cell "
                    + "WHERE id <= (SELECT cells FROM size)");
                Run($"INSERT INTO cell_meter SELECT cell + {cells}, * EXCLUDE (cell) FROM cell_meter WHERE cell <= (SELECT cells FROM size)");
                Run($"INSERT INTO call SELECT number + {calls}, cell + {cells}, * EXCLUDE (number, cell) REPLACE (uuid() AS id) FROM call "
                    + "WHERE number <= (SELECT calls FROM size)");
                Run($"INSERT INTO usage SELECT call + {calls}, cell + {cells}, * EXCLUDE (call, cell) FROM usage "
                    + "WHERE call <= (SELECT calls FROM size)");
            }
            Run("CHECKPOINT");
        }
        File.Move(to + ".part", to);
        var shelf = new BookShelf();
        using var store = DuckDbLedger.Open(to, shelf.Catalog, TimeProvider.System);
        store.Begin(TimeProvider.System.GetUtcNow().UtcDateTime, []);
        store.Rate(shelf.Open(BookShelf.Default));
        store.Commit();
    }

    static long Charges(string ledger)
    {
        long charges = 0;
        using var store = DuckDbLedger.OpenToRead(ledger, Usage.ModelCatalog.Empty);
        store.Query("SELECT count(*) FROM usage", _ => { }, row => charges = Convert.ToInt64(row[0], CultureInfo.InvariantCulture));
        return charges;
    }
}
