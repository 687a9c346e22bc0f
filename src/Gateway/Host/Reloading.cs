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
    readonly Action<string> warn;
    readonly TimeProvider time;
    readonly Task watching;
    bool isBlind;

    /// <param name="files">The files, by path; asked again after each change, since a configuration may name others.</param>
    /// <param name="warn">Is told once when they cannot be looked at, and once when they can again.</param>
    public Reloading(Func<IReadOnlyList<string>> files, Func<Task> reload, Action<string> warn, TimeProvider time)
    {
        (this.files, this.reload, this.warn, this.time) = (files, reload, warn, time);
        watching = Watch();
    }

    async Task Watch()
    {
        var seen = Look();
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
            {
                if (Look() is not { } now || now == seen) continue;
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

    /// <returns>What the files are like; null where that cannot be said just now.</returns>
    string? Look()
    {
        try
        {
            var stamp = Stamp();
            if (isBlind) warn("the files of the configuration can be looked at again.");
            isBlind = false;
            return stamp;
        }
        // Whatever it is, it may pass; who stopped looking would never see that a key is revoked.
        catch (Exception wrong)
        {
            if (!isBlind)
                warn($"the files of the configuration cannot be looked at; until they can, no change is taken up: {wrong.Message}");
            isBlind = true;
            return null;
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
