using System.IO.Compression;
using System.Threading.Channels;

namespace Assay.Gateway.Metering;

/// <summary>
/// Packs closed files of the journal, one after the other, beside the traffic. A crash at any moment leaves each line in a file: the
/// packed one gets its name only when it is whole, and the plain one goes only after that. Where both are there, a reader counts each
/// request once.
/// </summary>
sealed class JournalPacker : IAsyncDisposable
{
    public const string Packed = ".gz";
    const string Part = ".part";

    readonly Channel<string> closed = Channel.CreateUnbounded<string>();
    readonly string folder;
    Task work = Task.CompletedTask;

    public JournalPacker(string folder) => this.folder = folder;

    /// <summary>Cleans up after an earlier run, and packs the files it left.</summary>
    /// <param name="current">The file that is being written to.</param>
    public void Begin(string current)
    {
        foreach (var part in Directory.GetFiles(folder, "*" + Part)) File.Delete(part);
        foreach (var plain in Directory.GetFiles(folder, "*.jsonl").Order(StringComparer.Ordinal))
            if (plain != current) closed.Writer.TryWrite(plain);
        work = Task.Run(PackAll);
    }

    public void Pack(string path) => closed.Writer.TryWrite(path);

    async Task PackAll()
    {
        await foreach (var path in closed.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await PackOne(path).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // The plain file stays and is as good; the next start tries again.
            }
        }
    }

    static async Task PackOne(string path)
    {
        if (!File.Exists(path + Packed))
        {
            if (new FileInfo(path).Length == 0)
            {
                File.Delete(path);
                return;
            }
            var source = File.OpenRead(path);
            await using (source.ConfigureAwait(false))
            {
                var target = new FileStream(path + Part, FileMode.Create, FileAccess.Write, FileShare.None);
                await using (target.ConfigureAwait(false))
                {
                    var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true);
                    await using (gzip.ConfigureAwait(false)) await source.CopyToAsync(gzip).ConfigureAwait(false);
                    target.Flush(flushToDisk: true);
                }
            }
            File.Move(path + Part, path + Packed);
        }
        File.Delete(path);
    }

    /// <summary>Packs what is left and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        closed.Writer.TryComplete();
        await work.ConfigureAwait(false);
    }
}
