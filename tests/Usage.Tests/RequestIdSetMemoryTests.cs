namespace Assay.Usage.Tests;

/// <summary>The memory of the whole process is looked at, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class RequestIdSetMemoryTests
{
    [Fact]
    public void Beyond_its_limit_it_takes_no_more_memory_than_a_few_bytes_an_id()
    {
        const int kept = 50_000, all = 400_000;
        var streams = new List<FileStream>();
        try
        {
            FileStream Scratch()
            {
                var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
                streams.Add(new(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose }));
                return streams[^1];
            }
            var before = GC.GetTotalMemory(forceFullCollection: true);
            using var ids = new RequestIdSet(kept, Scratch);
            for (var i = 0; i < all; i++) ids.Add(SomeIds.Spread(i));
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, (kept * 64) + (all * 5L));
            Assert.Equal(all, ids.Count);
        }
        finally
        {
            foreach (var stream in streams) stream.Dispose();
        }
    }
}
