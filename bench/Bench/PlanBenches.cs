using System.Diagnostics;

namespace Assay.Bench;

/// <summary>What a plan costs in time and memory.</summary>
static class PlanBenches
{
    const int Requests = 1_000_000;

    /// <summary>Budget: a plan over a million logged requests with bodies of 2 KB in a minute and a gigabyte.</summary>
    public static BenchResult Million(BenchPlace place)
    {
        var files = LogMaker.Make(Path.Combine(place.Data, "million-bodies"), 8, Requests, 2048);
        var start = new ProcessStartInfo(Path.Combine(place.Root, "assay"), ["plan", Path.GetDirectoryName(files[0])!, "--json"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        long peak = 0;
        while (!process.WaitForExit(20))
        {
            try { peak = Math.Max(peak, Benches.PeakOf(process.Id)); }
            catch (IOException) { break; }
        }
        Task.WaitAll(output, errors);
        var seconds = watch.Elapsed.TotalSeconds;
        if (process.ExitCode != 0) throw new InvalidOperationException(errors.Result);
        return new("plan-million", seconds, seconds, seconds, "nothing", "<=60",
            FormattableString.Invariant($"seconds of 'assay plan' over {Requests:N0} requests with 2 KB bodies; peak {peak / 1024.0:0} MB resident (goal 1024)"));
    }
}
