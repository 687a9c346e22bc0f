namespace Assay.Gateway.Host;

/// <summary>Watches the files a gateway was made from. A change is taken up by calls that come after it; a mistake changes
/// nothing.</summary>
sealed class Reloading : IAsyncDisposable
{
    /// <summary>How often the files are looked at: a revoked key stops within this time.</summary>
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource stopping = new();
    readonly Func<IReadOnlyList<string>> files;
    readonly Func<Task> reload;
    readonly TimeProvider time;
    readonly Task watching;

    /// <param name="files">The files, by path; asked again after each change, since a configuration may name others.</param>
    public Reloading(Func<IReadOnlyList<string>> files, Func<Task> reload, TimeProvider time)
    {
        (this.files, this.reload, this.time) = (files, reload, time);
        watching = Watch();
    }

    async Task Watch()
    {
        var seen = Stamp();
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
            {
                var now = Stamp();
                if (now == seen) continue;
                // Looked at before they are read: what is changed meanwhile is read again. So it is, once, where they name other files.
                seen = now;
                await reload().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway ends.
        }
    }

    string Stamp() => string.Join('|', files().Select(f => new FileInfo(f))
        .Select(f => f.Exists ? $"{f.FullName}:{f.LastWriteTimeUtc.Ticks}:{f.Length}" : f.FullName));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        stopping.Dispose();
    }
}
