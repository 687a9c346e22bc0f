using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Estate;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage.Logs;

namespace Assay.Desk.Tests.Estate;

/// <summary>A month in a bucket that is delivered late, twice and in halves. Whatever is readable is charged once; every line is accounted for.</summary>
public sealed partial class MonthSimulationTests
{
    static readonly BookShelf Shelf = new();
    static readonly PriceBook Book = Shelf.Open("aws");

    [Fact]
    public void What_is_readable_is_charged_once_and_every_line_is_accounted_for() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[1, 4]).Sample(Month, iter: 5, threads: 1);

    static void Month(ulong seed, int crashes, int lateFiles, int workers)
    {
        using Folder folder = new();
        var random = new Random(unchecked((int)seed));
        var sample = SampleEstate.Generate(new() { Seed = seed, Days = 30, Scale = .01, Catalog = Shelf.Catalog });
        var logs = sample.Files.Where(f => f.Kind == EstateFileKind.Log).ToDictionary(f => f.Path, f =>
        {
            using MemoryStream bytes = new();
            f.Write(bytes);
            return bytes.ToArray();
        });
        var paths = logs.Keys.Order(StringComparer.Ordinal).ToList();
        for (var late = 0; late < lateFiles; late++)
        {
            // The same requests again, in a file of a later hour or of an earlier name, plain as often as zipped.
            var again = Unzipped(logs[paths[random.Next(paths.Count)]]);
            var name = Path.ChangeExtension(paths[random.Next(paths.Count)], $".late{late}");
            logs[name] = random.Next(2) == 0 ? again : LogText.Gzip(again);
        }
        for (var crash = 0; crash < crashes; crash++)
        {
            var victim = paths[random.Next(paths.Count)];
            logs[victim] = logs[victim][..random.Next(1, logs[victim].Length)];
        }
        foreach (var (path, bytes) in logs) folder.Write(path, bytes);

        // What a reader of ours is not needed for: the lines that can be unzipped, and the ids that stand in the whole ones.
        var costs = sample.Truth.Records.ToDictionary(r => r.RequestId.ToString(), r => Cost(r, Book), StringComparer.Ordinal);
        HashSet<string> readable = [];
        long lines = 0, repeated = 0;
        foreach (var bytes in logs.Values)
        {
            var text = Encoding.UTF8.GetString(bytes is [0x1F, 0x8B, ..] ? Unzipped(bytes) : bytes);
            var all = text.Split('\n');
            lines += all.Length - (all[^1].Length == 0 ? 1 : 0);
            foreach (var line in all[..^1])
                if (Id().Match(line) is { Success: true } id && costs.ContainsKey(id.Groups[1].Value) && !readable.Add(id.Groups[1].Value)) repeated++;
        }

        decimal total = 0;
        long distinct = 0;
        var charges = new Charge[Rater.ChargesMax];
        var summary = new DistinctUsage(LogReaderOptions.For(Shelf.Catalog), workers).Read(LogFiles.Under([folder.Root]), records =>
        {
            foreach (ref readonly var record in records)
            {
                distinct++;
                for (var i = Rater.Rate(record, Book, charges) - 1; i >= 0; i--) total += charges[i].Cost;
            }
        }, TestContext.Current.CancellationToken);

        Assert.Equal(readable.Sum(id => costs[id]), total);
        Assert.Equal(readable.Count, distinct);
        Assert.Equal(repeated, summary.Duplicates);
        // One byte of a gzip file is no gzip file; its line is foreign bytes in a file that is named.
        Assert.Equal(lines, summary.Records + summary.SkippedLines);
        Assert.Equal(summary.Records, distinct + summary.Duplicates);
        var cut = logs.Count(l => l.Value is [0x1F, 0x8B, ..] && IsCut(l.Value));
        Assert.True(summary.SkippedFiles.Count >= cut, $"{cut} files are cut short, {summary.SkippedFiles.Count} are named");
    }

    static decimal Cost(in Usage.UsageRecord record, PriceBook book)
    {
        var charges = new Charge[Rater.ChargesMax];
        var count = Rater.Rate(record, book, charges);
        return charges.Take(count).Sum(c => c.Cost);
    }

    static bool IsCut(byte[] bytes)
    {
        try { using GZipStream zip = new(new MemoryStream(bytes), CompressionMode.Decompress); zip.CopyTo(Stream.Null); return false; }
        catch (InvalidDataException) { return true; }
    }

    // Byte by byte, so that everything before the cut is there.
    static byte[] Unzipped(byte[] bytes)
    {
        using GZipStream zip = new(new MemoryStream(bytes), CompressionMode.Decompress);
        List<byte> text = [];
        try
        {
            for (int next; (next = zip.ReadByte()) >= 0;) text.Add((byte)next);
        }
        catch (InvalidDataException)
        {
            // Cut short here.
        }
        return [.. text];
    }

    [GeneratedRegex("\"requestId\":\"([^\"]+)\"")]
    private static partial Regex Id();
}
