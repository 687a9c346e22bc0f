using System.Text;
using Assay.Gateway.Metering;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>The journal's files, whatever a crash or a disk does to them.</summary>
public sealed class JournalTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("assay-journal-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static byte[] Line(int number) => Encoding.UTF8.GetBytes($"{{\"line\":{number}}}\n");

    IEnumerable<string> Lines() => Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(path =>
    {
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress) : File.OpenRead(path);
        return new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    });

    [Fact]
    public void Cut_at_any_byte_of_its_last_line_a_file_keeps_every_line_before()
    {
        var path = Path.Combine(folder, "cut.jsonl");
        byte[] whole = [.. Line(1), .. Line(2), .. Line(3)];
        for (var length = whole.Length; length >= 0; length--)
        {
            File.WriteAllBytes(path, whole[..length]);
            JournalFiles.Mend(folder);
            var lines = length / Line(1).Length;
            Assert.Equal(whole[..(lines * Line(1).Length)], File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void A_last_line_longer_than_any_buffer_is_cut_too()
    {
        var path = Path.Combine(folder, "cut.jsonl");
        foreach (var length in (int[])[64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 200_000])
        {
            File.WriteAllBytes(path, [.. Line(1), .. new byte[length]]);
            JournalFiles.Mend(folder);
            Assert.Equal(Line(1), File.ReadAllBytes(path));
            File.WriteAllBytes(path, new byte[length]);
            JournalFiles.Mend(folder);
            Assert.Empty(File.ReadAllBytes(path));
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_begun_costs_no_line_of_the_one_before()
    {
        var journal = Path.Combine(folder, "journal");
        await using (var writer = new Journal(journal, new(BytesMax: 30), TimeProvider.System))
        {
            for (var i = 0; i < 3; i++) await writer.Append(Line(i));
            // The folder is away when the next file is due, as when a disk has no room for one.
            Directory.Move(journal, journal + ".away");
            var stuck = writer.Append(Line(3));
            Assert.NotNull(writer.IsStuck);
            Directory.Move(journal + ".away", journal);
            await stuck;
            Assert.Null(writer.IsStuck);
            await writer.Append(Line(4));
        }
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"{{\"line\":{i}}}"), Lines());
    }

    [Fact]
    public async Task Lines_of_many_writers_are_whole_and_each_there_once()
    {
        await using (var writer = new Journal(folder, new(BytesMax: 5_000), TimeProvider.System))
            await Task.WhenAll(Enumerable.Range(0, 16).Select(w => Task.Run(async () =>
            {
                for (var i = 0; i < 500; i++) await writer.Append(Line((w * 1_000) + i));
            })));

        Assert.Equal(Enumerable.Range(0, 16).SelectMany(w => Enumerable.Range(0, 500).Select(i => $"{{\"line\":{(w * 1_000) + i}}}")).Order(StringComparer.Ordinal),
            Lines().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Closed_while_lines_are_waiting_the_journal_writes_them_first()
    {
        var writer = new Journal(folder, new(), TimeProvider.System);
        var appended = Enumerable.Range(0, 8).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++) _ = writer.Append(Line((w * 1_000) + i));
        })).ToArray();
        await Task.WhenAll(appended);

        await writer.DisposeAsync();

        Assert.Equal(4_000, Lines().Count());
    }
}
