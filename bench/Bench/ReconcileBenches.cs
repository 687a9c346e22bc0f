using System.Diagnostics;
using System.Globalization;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Ledger.Making;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Bench;

/// <summary>A month of ten million calls against its bill, beside the plain report of the same logs.</summary>
static class ReconcileBenches
{
    const int Calls = 10_000_000;

    static readonly DateOnly Month = new(2026, 7, 1);

    public static BenchResult Reconcile(BenchPlace place)
    {
        var files = LogMaker.Make(Path.Combine(place.Data, "month"), 4, Calls, 0);
        var logs = Path.GetDirectoryName(files[0])!;
        var bill = Path.Combine(place.Data, "month-bill.parquet");
        if (!File.Exists(bill)) WriteBill(place, files, bill);
        var (reports, reconciled) = (new List<double>(), new List<double>());
        long peak = 0;
        var said = "";
        for (var round = 0; round < 2; round++)
        {
            reports.Add(Run(place, ["report", logs, "--json"], out _, out _));
            reconciled.Add(Run(place, ["reconcile", logs, "--bill", bill, "--json", "--fail-on", "unexplained"], out var kilobytes, out said));
            peak = Math.Max(peak, kilobytes);
        }
        if (!said.Contains("\"unexplained\": \"0\"", StringComparison.Ordinal))
            throw new InvalidOperationException("The made bill did not reconcile to nothing unexplained.");
        var report = reports.Min();
        return new("reconcile", reconciled.Min(), reconciled.Min(), reconciled.Max(), "assay report of the same logs", "<=60",
            string.Create(CultureInfo.InvariantCulture,
                $"seconds for {Calls:#,##0} calls and their bill, with every fault but lost hours, {peak / 1024} MB at most; the report alone takes {report:0.0}"));
    }

    // The calls of an hour and kind as one: a bill does not tell them apart, and ten million records fill a machine.
    static void WriteBill(BenchPlace place, string[] files, string path)
    {
        var shelf = new BookShelf(Path.Combine(place.Root, "prices"));
        var sums = new Dictionary<(CallKind, DateTime), TokenCounts>();
        new DistinctUsage(LogReaderOptions.For(shelf.Catalog), 2).Read(LogFiles.Under(files), records =>
        {
            foreach (ref readonly var record in records)
            {
                // The last minutes of a day stay apart, for they may be billed in the next.
                var (hour, tail) = (record.Time.Hour, record.Time is { Hour: 23, Minute: >= 48 });
                var at = record.Time.Date.AddHours(hour).AddMinutes(tail ? record.Time.Minute : 0);
                var (sum, more) = (sums.GetValueOrDefault((record.Kind, at)), record.Tokens);
                sums[(record.Kind, at)] = new()
                {
                    Input = sum.Input + more.Input, Output = sum.Output + more.Output, CacheRead = sum.CacheRead + more.CacheRead,
                    CacheWrite1h = sum.CacheWrite1h + more.CacheWriteUnknown,
                };
            }
        }, CancellationToken.None);
        var calls = sums.OrderBy(s => s.Key.Item2).Select(s => new UsageRecord(s.Key.Item1 with { Context = ContextBand.Standard })
        {
            RequestId = RequestId.Parse($"{s.Key.GetHashCode()}"), Time = s.Key.Item2, Tokens = s.Value,
        }).ToList();
        // The logs stay as they are: no hours of them are lost.
        var made = BillMaker.Make(calls, shelf.Open(BookShelf.Default), new()
        {
            Seed = 1, Period = Month, Faults = BillFaults.All & ~BillFaults.MissingLogHours & ~BillFaults.UnknownLifetime,
        });
        BillFiles.WriteCur(made.Lines, path);
    }

    static double Run(BenchPlace place, string[] arguments, out long kilobytes, out string said)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(place.Root, "assay"), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        kilobytes = 0;
        while (!process.WaitForExit(50))
        {
            try { kilobytes = Math.Max(kilobytes, Benches.PeakOf(process.Id)); }
            catch (IOException) { break; }
        }
        said = output.Result;
        if (process.ExitCode != 0) throw new InvalidOperationException($"'assay {arguments[0]}' ended with {process.ExitCode}: {errors.Result}");
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
