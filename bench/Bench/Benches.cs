using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Bench;

sealed record BenchPlace(string Root, string Data);

/// <summary>What a benchmark found.</summary>
/// <param name="Value">The median ratio (or the figure itself), with the lowest and highest of the rounds.</param>
/// <param name="Baseline">What it is compared with.</param>
sealed record BenchResult(string Id, double Value, double Low, double High, string Baseline, string Goal, string Detail)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Id,-16} {Value,8:0.00}  ({Low:0.00}–{High:0.00})  goal {Goal,-8} beside {Baseline}\n{"",16} {Detail}");
}

sealed record BenchItem(string Id, string Goal, string What, Func<BenchPlace, BenchResult> Run);

/// <summary>Each benchmark measures Assay and its peer in turn, round by round, so that a noisy machine disturbs both alike.</summary>
static class Benches
{
    const int Rounds = 5;

    public static readonly IReadOnlyList<BenchItem> All =
    [
        new("logs-bodies", ">=0.75", "gzip logs with 2 KB bodies to charges, one thread, beside only gunzipping them",
            p => LogsBesideGunzip(p, "logs-bodies", 2048, "0.75")),
        new("logs-plain", ">=0.5", "gzip logs without bodies to charges, one thread, beside only gunzipping them",
            p => LogsBesideGunzip(p, "logs-plain", 0, "0.5")),
        new("logs-report", "-", "the same logs without bodies to charges and to the sums of a report, beside only gunzipping them",
            p => LogsBesideGunzip(p, "logs-report", 0, null)),
        new("logs-duckdb", ">=1.3", "the same logs to charges beside DuckDB's read_json doing the same rating, one thread each",
            LogsBesideDuckDb),
        new("logs-workers", ">=1.3", "several files with two workers beside one worker", LogsWithTwoWorkers),
        new("logs-memory", "<=120", "peak megabytes while a million requests are read and rated", LogsMemory),
        new("rating", ">=1", "in-memory rating beside DuckDB's SQL over the same rows, one core", RatingBesideDuckDb),
        new("estate-model", "<=100", "milliseconds to model an estate of 200 workloads, every mode weighed", EstateBenches.Modelled),
        new("estate-draws", "<=10", "seconds for 10,000 draws of that estate, two threads", EstateBenches.Drawn),
        new("ledger-import", "<=60", "seconds to import ten million charges from gzip logs; peak memory beside it", LedgerBenches.Import),
        new("ledger-size", "<=25", "bytes of the ledger's file a charge", LedgerBenches.Size),
        new("ledger-report", "<=2", "seconds of sums by model, application and day over 100 M charges, warm", LedgerBenches.Report),
        new("reconcile", "<=60",
            "seconds to reconcile ten million calls with their bill, with every fault but lost hours", ReconcileBenches.Reconcile),
        new("plan-million", "<=60", "seconds to plan over a million requests with 2 KB bodies; peak memory beside it", PlanBenches.Million),
        .. CacheBenches.All,
        .. CacheForecastBenches.All,
        .. CapacityBenches.All,
        .. GatewayBenches.All,
        new("startup", "<=100", "milliseconds of './assay --help' once built", Startup),
    ];

    // Without a goal, with the sums of a report.
    static BenchResult LogsBesideGunzip(BenchPlace place, string id, int bodyBytes, string? goal)
    {
        var files = Logs(place, bodyBytes);
        var raw = Gunzip(files);
        var (ours, peer) = (new List<double>(), new List<double>());
        void Ours()
        {
            if (goal is null) ReadAndSum(place, files, 1);
            else ReadAndRate(place, files);
        }

        // A method called once a file is compiled anew after thirty calls, and a moment later: what is asked for is the speed after that.
        for (var warm = 0; warm < 10; warm++) Ours();
        Thread.Sleep(500);
        for (var round = 0; round < Rounds * 2; round++)
        {
            peer.Add(Seconds(() => Gunzip(files)));
            ours.Add(Seconds(Ours));
        }
        return Ratio(id, peer, ours, "GZipStream to null", goal is null ? "-" : $">={goal}",
            $"{raw / 1e6 / Median(ours):0} MB/s of raw log against {raw / 1e6 / Median(peer):0} MB/s only gunzipped; "
            + $"{Records(bodyBytes):#,##0} records");
    }

    static BenchResult LogsBesideDuckDb(BenchPlace place)
    {
        var files = Logs(place, 2048);
        using var peer = new DuckDbPeer(Book(place), place);
        var (total, count) = ReadAndSum(place, files, 1);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            decimal their = 0;
            theirs.Add(Seconds(() => their = peer.RateLogs(files)));
            if (their != total)
                throw new InvalidOperationException($"The peer finds {their}, we find {total}: they do not do the same work.");
            ours.Add(Seconds(() => ReadAndSum(place, files, 1)));
        }
        return Ratio("logs-duckdb", theirs, ours, "DuckDB read_json", ">=1.3", $"{count:#,##0} records, both find {total} USD");
    }

    static BenchResult LogsWithTwoWorkers(BenchPlace place)
    {
        var files = Logs(place, 2048);
        var (one, two) = (new List<double>(), new List<double>());
        ReadAndSum(place, files, 2);
        for (var round = 0; round < Rounds; round++)
        {
            one.Add(Seconds(() => ReadAndSum(place, files, 1)));
            two.Add(Seconds(() => ReadAndSum(place, files, 2)));
        }
        return Ratio("logs-workers", one, two, "one worker", ">=1.3", $"{files.Length} files, {Environment.ProcessorCount} cores");
    }

    static BenchResult LogsMemory(BenchPlace place)
    {
        var files = LogMaker.Make(Path.Combine(place.Data, "million"), 4, 1_000_000, 0);
        var start = new ProcessStartInfo(Path.Combine(place.Root, "assay"), ["report", Path.GetDirectoryName(files[0])!, "--json"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        long peak = 0;
        var output = process.StandardOutput.ReadToEndAsync();
        while (!process.WaitForExit(20))
        {
            try { peak = Math.Max(peak, PeakOf(process.Id)); }
            catch (IOException) { break; }
        }
        output.Wait();
        return new("logs-memory", peak / 1024.0, peak / 1024.0, peak / 1024.0, "nothing", "<=120",
            "peak resident megabytes of 'assay report' over 1,000,000 requests in 4 files (VmHWM)");
    }

    internal static long PeakOf(int process)
    {
        foreach (var line in File.ReadLines($"/proc/{process}/status"))
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                return long.Parse(line[6..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        return 0;
    }

    static BenchResult RatingBesideDuckDb(BenchPlace place)
    {
        var book = Book(place);
        var files = Logs(place, 0);
        var rows = new List<UsageRecord>();
        Read(place, files, 1, records => rows.AddRange(records));
        var records = rows.ToArray();
        using var peer = new DuckDbPeer(book, place);
        peer.Load(records);
        var charges = new Charge[Rater.ChargesMax];
        decimal total = 0;
        long allocated = 0;
        void Rate()
        {
            total = 0;
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (ref readonly var record in records.AsSpan())
            {
                var count = Rater.Rate(record, book, charges);
                for (var i = 0; i < count; i++) total += charges[i].Cost;
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        for (var warm = 0; warm < 3; warm++) Rate();
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            decimal their = 0;
            theirs.Add(Seconds(() => their = peer.RateRows()));
            ours.Add(Seconds(Rate));
            if (their != total)
                throw new InvalidOperationException($"The peer finds {their}, we find {total}: they do not do the same work.");
        }
        return Ratio("rating", theirs, ours, "DuckDB SQL", ">=1",
            $"{records.Length / 1e6 / Median(ours):0.0} M records/s, {allocated} bytes allocated over {records.Length:#,##0} records; "
            + $"both find {total} USD");
    }

    static BenchResult Startup(BenchPlace place)
    {
        var times = new List<double>();
        for (var round = 0; round < 20; round++)
        {
            var start = new ProcessStartInfo(Path.Combine(place.Root, "assay"), ["--help"]) { RedirectStandardOutput = true };
            var seconds = Seconds(() =>
            {
                using var process = Process.Start(start)!;
                process.StandardOutput.ReadToEnd();
                process.WaitForExit();
            });
            if (round > 2) times.Add(seconds * 1000);
        }
        return new("startup", Median(times), times.Min(), times.Max(), "nothing", "<=100",
            "milliseconds of './assay --help', median of 17");
    }

    static int Records(int bodyBytes) => bodyBytes > 0 ? 200_000 : 400_000;
    static string[] Logs(BenchPlace place, int bodyBytes) =>
        LogMaker.Make(Path.Combine(place.Data, bodyBytes > 0 ? "bodies" : "plain"), 4, Records(bodyBytes), bodyBytes);
    static PriceBook Book(BenchPlace place) => book ??= Shelf(place).Open(BookShelf.Default);
    static BookShelf Shelf(BenchPlace place) => shelf ??= new BookShelf(Path.Combine(place.Root, "prices"));

    // Books are opened before the clock starts: the peers have no prices to read.
    static PriceBook? book;
    static BookShelf? shelf;

    static long Gunzip(string[] files)
    {
        var buffer = new byte[256 * 1024];
        long raw = 0;
        foreach (var file in files)
        {
            using var gzip = new GZipStream(
                new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024), CompressionMode.Decompress);
            int read;
            while ((read = gzip.Read(buffer)) > 0) raw += read;
        }
        return raw;
    }

    // Read, tell duplicates, rate: every charge.
    static long ReadAndRate(BenchPlace place, string[] files)
    {
        var book = Book(place);
        var charges = new Charge[Rater.ChargesMax];
        var count = 0L;
        Read(place, files, 1, records =>
        {
            foreach (ref readonly var record in records) count += Rater.Rate(record, book, charges);
        });
        return count;
    }

    // The whole way of a report: the sums of every grouping as well.
    static (decimal Total, long Count) ReadAndSum(BenchPlace place, string[] files, int workers)
    {
        var book = Book(place);
        var cube = new SpendCube();
        var charges = new Charge[Rater.ChargesMax];
        Read(place, files, workers, records =>
        {
            foreach (ref readonly var record in records) cube.Add(record, charges.AsSpan(0, Rater.Rate(record, book, charges)), book);
        });
        return (cube.Total, cube.Requests);
    }

    static void Read(BenchPlace place, string[] files, int workers, RecordBatch deliver)
    {
        var options = LogReaderOptions.For(Shelf(place).Catalog);
        new DistinctUsage(options, workers).Read(LogFiles.Under(files), deliver, CancellationToken.None);
    }

    static BenchResult Ratio(string id, List<double> peer, List<double> ours, string baseline, string goal, string detail)
    {
        var ratios = peer.Zip(ours, (p, o) => p / o).Order().ToList();
        return new(id, Median(ratios), ratios[0], ratios[^1], baseline, goal, string.Create(CultureInfo.InvariantCulture, $"{detail}"));
    }

    static double Median(List<double> values)
    {
        var ordered = values.Order().ToList();
        return ordered[ordered.Count / 2];
    }

    static double Seconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
