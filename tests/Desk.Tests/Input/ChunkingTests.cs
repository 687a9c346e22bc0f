using System.Text;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Pricing;
using Assay.Usage.Logs;

namespace Assay.Desk.Tests.Input;

/// <summary>The same lines give the same bytes, however they are cut into files and whoever reads them.</summary>
public sealed class ChunkingTests : IDisposable
{
    static readonly BookShelf Shelf = new();
    static readonly PriceBook Book = Shelf.Open("aws");

    // Ids repeat now and then, so that the winner of two equal ids is put to the test too.
    static readonly string[] Lines = [.. Enumerable.Range(0, 3000).Select(i => LogText.Call($"r-{i * 7919 % 2600}",
        i % 3 == 0 ? LogText.Llama : i % 3 == 1 ? "global." + LogText.Sonnet : LogText.Profile,
        input: i, output: i % 17, cacheRead: i % 5, cacheWrite: i % 4, time: $"2026-07-{1 + (i % 28):00}T10:00:00Z",
        tags: $$"""{"app":"a{{i % 6}}","team":"t{{i % 4}}"}"""))];

    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    void Split(string into, int files, bool gzip)
    {
        var size = (Lines.Length + files - 1) / files;
        foreach (var (part, number) in Lines.Chunk(size).Select((p, n) => (string.Concat(p), n)))
            folder.Write($"{into}/{number / 10:00}/{number:0000}.json", gzip ? LogText.Gzip(part) : Encoding.UTF8.GetBytes(part));
    }

    [Fact]
    public void Rate_and_report_print_the_same_bytes_with_any_workers_and_any_files()
    {
        Split("whole", 1, gzip: false);
        Split("parts", 23, gzip: true);
        var rates = folder.Run("rate", "whole", "--workers", "1").MustSucceed().Output;
        var report = folder.Run("report", "whole", "--workers", "1", "--json", "--by", "app,meter").MustSucceed().Output;
        foreach (var workers in (string[])["1", "2", "4"])
        {
            Assert.Equal(rates, folder.Run("rate", "parts", "--workers", workers).MustSucceed().Output);
            Assert.Equal(report, folder.Run("report", "parts", "--workers", workers, "--json", "--by", "app,meter").MustSucceed().Output);
        }
    }

    [Fact]
    public void Charges_are_the_same_bytes_however_lines_are_cut_zipped_read_and_spilled()
    {
        folder.Write("whole/a.json", string.Concat(Lines));
        var whole = Charges("whole", workers: 1, idsInMemory: 1_000_000);
        var run = 0;
        Gen.Select(Gen.Int[0, Lines.Length].Array[0, 40], Gen.Int[1, 6], Gen.Int[50, 4000], Gen.Bool).Sample((cuts, workers, ids, gzip) =>
        {
            var name = $"cut{Interlocked.Increment(ref run)}";
            int[] ends = [.. cuts.Distinct().Order(), Lines.Length];
            var start = 0;
            for (var i = 0; i < ends.Length; i++)
            {
                var part = string.Concat(Lines[start..ends[i]]);
                folder.Write($"{name}/{i:0000}", gzip ? LogText.Gzip(part) : Encoding.UTF8.GetBytes(part));
                start = ends[i];
            }
            return Charges(name, workers, ids).AsSpan().SequenceEqual(whole);
        }, iter: 40, threads: 1);
    }

    byte[] Charges(string logs, int workers, int idsInMemory)
    {
        using MemoryStream printed = new();
        using ChargeLines lines = new(printed, Book);
        new DistinctUsage(LogReaderOptions.For(Shelf.Catalog), workers, idsInMemory)
            .Read(LogFiles.Under([folder.PathOf(logs)]), lines.Add, TestContext.Current.CancellationToken);
        lines.Flush();
        return printed.ToArray();
    }
}
