using Assay.Control.Budgets;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Metering;
using Assay.Gateway.Telemetry;

namespace Assay.Gateway.Door;

/// <summary>Budgets that are new, and what of the journal is to be counted in them.</summary>
/// <param name="Files">The journal as far as it was written then.</param>
/// <param name="Counted">Calls that count themselves when they are settled, or did.</param>
sealed record BudgetChange(IReadOnlyList<string> Fresh, IReadOnlyList<JournalPart> Files, IReadOnlySet<UInt128> Counted);

/// <summary>
/// The money of calls: set aside before, written down after. A lease is in its file before the call leaves, a line is in the journal
/// before the answer ends, and only then does the lease go; so whatever stops the process, each call's money is in one of the two.
/// </summary>
/// <param name="tell">Takes the steps that budgets reach.</param>
/// <param name="tellRefused">Takes the budgets that refused a call, and when it came.</param>
/// <param name="warn">Takes what a person should know of calls that failed by a mistake of ours.</param>
sealed class Ledgering(
    Journal journal, LeaseFile leases, Action<BudgetEvent> tell, Action<Control.Budgets.Admission, DateTime> tellRefused,
    Action<string> warn, Instruments instruments, TimeProvider time)
{
    /// <summary>How long an answer waits for a journal that cannot be written.</summary>
    static readonly TimeSpan StuckAtMost = TimeSpan.FromSeconds(10);

    readonly Lock settling = new();

    // Calls settled since the budgets were changed, while the change is going on; null otherwise.
    HashSet<UInt128>? settled;

    public Journal Journal => journal;

    /// <summary>Puts the lease of an admitted call where a crash leaves it.</summary>
    public Refusal? Open(Live live, Passage call)
    {
        if (call.Worst is not { } worst) return null;
        if (leases.Take(CallMeter.KeyOf(call.Id), call.Time, worst, call.Holder!.Spender) is { } slot)
        {
            call.LeaseSlot = slot;
            return null;
        }
        live.Budgets.Release(call.Lease);
        return new(RefusalKind.Unavailable, "leases", $"More than {leases.Slots:N0} calls are on their way; try again.");
    }

    /// <summary>Gives back what was set aside for a call that never was answered.</summary>
    public void GiveBack(Live live, Passage call)
    {
        if (call.Worst is null) return;
        live.Budgets.Release(call.Lease);
        Free(call);
        call.Worst = null;
    }

    void Free(Passage call)
    {
        if (call.LeaseSlot >= 0) leases.Free(call.LeaseSlot);
        call.LeaseSlot = -1;
    }

    /// <summary>Writes a call down and settles its money.</summary>
    /// <returns>Whether the line is in the journal. Where it is not, it is kept and tried again, and its money stays set aside.</returns>
    public async ValueTask<bool> Close(Live live, Passage call, Metered metered, string refused = "")
    {
        call.LatencyMs = (int)Math.Min(time.GetElapsedTime(call.Started).TotalMilliseconds, int.MaxValue);
        var written = journal.Append(JournalLine.Of(call, metered, refused));
        // The journal has it now. What fails from here on must not write it a second time.
        call.IsClosed = true;
        var isWritten = written.IsCompletedSuccessfully || await IsWritten(written, live, call, metered).ConfigureAwait(false);
        if (isWritten) Settle(live, call, metered);
        instruments.Closed(call, metered, refused, time);
        return isWritten;
    }

    async ValueTask<bool> IsWritten(Task written, Live live, Passage call, Metered metered)
    {
        try
        {
            await written.WaitAsync(StuckAtMost).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            _ = SettleLater(written, live, call, metered);
            return false;
        }
        catch (OperationCanceledException)
        {
            // The gateway ends before the line could be written. Its lease stays in the file: the next run holds the money.
            return false;
        }
    }

    /// <summary>Writes a call down that was not let in, or that its server never answered.</summary>
    public async ValueTask CloseRefused(Live live, Passage call, Refusal refusal)
    {
        call.Target ??= live.Models.Find(call.Asked, call.Dialect) is [var first, ..] ? first : live.Models.Stranger(call.Asked);
        call.Decision = refusal.Message;
        if (refusal.Budget is { } full) tellRefused(full, call.Time);
        var error = Replies.ErrorOf(refusal.Kind).Name;
        var metered = call.MayBeBilled ? live.Meter.Of(call, new() { Failure = error }) : live.Meter.OfFailure(call, error);
        // Where a server failed, or the gateway itself, nobody refused.
        if (refusal.Kind is not (RefusalKind.UpstreamFailed or RefusalKind.Failed))
            metered = metered with { Record = metered.Record with { Refused = refusal.Reason } };
        if (journal.IsStuck is null || call.MayBeBilled) await Close(live, call, metered, refusal.Reason).ConfigureAwait(false);
        else
        {
            GiveBack(live, call);
            if (call.Taken is { } taken) live.Rates.Correct(taken, 0, 0m);
        }
    }

    /// <summary>
    /// Writes a call down at which the gateway itself failed. Nothing that goes wrong may leave its money set aside for ever, or out of
    /// the journal; where even that goes wrong, what a server may bill is held until its windows end, and after a restart too.
    /// </summary>
    /// <returns>What its client is to be told.</returns>
    public async ValueTask<Refusal> CloseFailed(Live live, Passage call, Exception wrong)
    {
        Say(call.Id, wrong);
        var refusal = Refusal.Failed(wrong);
        if (call.IsClosed) return refusal;
        call.MayBeBilled |= call.Attempts > 0;
        try
        {
            await CloseRefused(live, call, refusal).ConfigureAwait(false);
        }
        catch (Exception again)
        {
            Say(call.Id, again);
            if (call.IsClosed) return refusal;
            if (!call.MayBeBilled) GiveBack(live, call);
            else if (call.Worst is not null) live.Budgets.SettleUnpriced(call.Lease);
        }
        return refusal;
    }

    /// <summary>Says in one line what went wrong with a request, and where.</summary>
    public void Say(Guid request, Exception wrong) =>
        warn($"request {request} failed: {wrong.GetType().Name}: {wrong.Message.ReplaceLineEndings(" ")}"
            + $" {wrong.StackTrace?.Split('\n')[0].Trim()}".TrimEnd());

    async Task SettleLater(Task written, Live live, Passage call, Metered metered)
    {
        await written.ConfigureAwait(false);
        Settle(live, call, metered);
    }

    // Money first: what else is learned of a call must not keep it from being settled.
    void Settle(Live live, Passage call, in Metered metered)
    {
        if (call.Worst is { } worst)
        {
            List<BudgetEvent> events = [];
            lock (settling)
            {
                settled?.Add(CallMeter.KeyOf(call.Id));
                if (metered.Unpriced is not null) live.Budgets.SettleUnpriced(call.Lease);
                else live.Budgets.Settle(call.Lease, metered.Cost, events);
                // Nobody knows what such a call is billed at: budgets go on holding the rest of what it may have come to.
                if (metered.Counts == CountsFrom.Estimated && metered.Unpriced is null && worst > metered.Cost)
                    live.Budgets.Hold(call.Holder!.Spender, call.Time, worst - metered.Cost);
                Free(call);
            }
            foreach (var reached in events) tell(reached);
        }
        if (call.Taken is { } taken)
            live.Rates.Correct(taken, metered.Record.Tokens.Prompt + metered.Record.Tokens.Output, metered.Cost);
        live.Router.Learn(call, metered.Record);
        live.Watch.Learn(call, metered);
    }

    /// <summary>
    /// Changes the budgets between two settlements. A call that is settled later counts itself in a budget that is new, so its line must
    /// not be counted there a second time, though it may be in the journal already.
    /// </summary>
    /// <param name="change">Gives the names of the budgets that are new.</param>
    public BudgetChange Change(string folder, Func<IReadOnlyList<string>> change)
    {
        IReadOnlyList<string> fresh;
        lock (settling)
        {
            settled = [];
            fresh = change();
        }
        try
        {
            // In this order: whose line is within these lengths is settled before the change, is under way still, or was noted since.
            var files = JournalFiles.Now(folder);
            var counted = leases.UnderWay();
            lock (settling) counted.UnionWith(settled);
            return new(fresh, files, counted);
        }
        finally
        {
            lock (settling) settled = null;
        }
    }
}
