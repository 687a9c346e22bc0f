namespace Assay.Gateway.Door;

/// <summary>
/// How long a call is still waited for. Its server is given its times one after the other; once the client hung up one last time runs,
/// and no other begins.
/// </summary>
/// <param name="leaving">The gateway is about to end: nobody is waited for whose client hung up.</param>
/// <param name="ending">The gateway ends.</param>
sealed class Patience(TimeSpan afterHangUp, CancellationToken leaving, CancellationToken ending) : IDisposable
{
    readonly CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ending);
    readonly Lock gate = new();
    CancellationTokenRegistration leave;
    bool hasHungUp, isDone;

    public CancellationToken Token => limit.Token;
    public bool IsOver => limit.IsCancellationRequested;

    /// <summary>Begins a time of the server's.</summary>
    public void Begin(TimeSpan time)
    {
        lock (gate)
        {
            if (!hasHungUp) limit.CancelAfter(time);
        }
    }

    /// <summary>The client is waited for, not the server.</summary>
    public void Pause() => Begin(Timeout.InfiniteTimeSpan);

    /// <summary>The client hung up: what it asked for is read on for a while, for what it cost.</summary>
    public void HangUp()
    {
        lock (gate)
        {
            if (hasHungUp || isDone) return;
            hasHungUp = true;
            limit.CancelAfter(afterHangUp);
            leave = leaving.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
        }
    }

    public void Dispose()
    {
        lock (gate) isDone = true;
        leave.Dispose();
        limit.Dispose();
    }
}
