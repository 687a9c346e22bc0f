using Assay.Gateway.Metering;

namespace Assay.Gateway.Tests.Metering;

/// <summary>The files of a journal that is at work.</summary>
public sealed class JournalFilesTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("assay-journal-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Who_looks_while_files_are_packed_misses_none()
    {
        // More than the system lists in one go.
        const int files = 1_500;
        for (var i = 0; i < files; i++) await File.WriteAllTextAsync(Path.Combine(folder, $"{i:0000}.jsonl"), "{}\n", TestContext.Current.CancellationToken);
        await using var packer = new JournalPacker(folder);
        packer.Begin("");
        for (var isPacked = false; !isPacked;)
        {
            isPacked = Directory.GetFiles(folder, "*.jsonl").Length == 0;
            var seen = JournalFiles.Now(folder).Select(p => Path.GetFileName(p.Path)[..4]).Distinct().Count();
            Assert.Equal(files, seen);
        }
    }

    [Fact]
    public void A_last_line_that_is_still_being_written_is_not_read()
    {
        File.WriteAllText(Path.Combine(folder, "000.jsonl"), "{}\n{\"requestId\":");
        Assert.Equal(3, Assert.Single(JournalFiles.Now(folder)).Length);
    }
}
