using Assay.Control.Budgets;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Metering;

namespace Assay.Gateway.Door;

/// <summary>
/// The money of calls: set aside before, written down after. A lease is in its file before the call leaves, a line is in the journal
/// before the answer ends, and only then does the lease go; so whatever stops the process, each call's money is in one of the two.
/// </summary>
sealed class Ledgering(Journal journal, LeaseFile leases, Action<BudgetEvent> tell)
{
    /// <summary>How long an answer waits for a journal that cannot be written.</summary>
    static readonly TimeSpan StuckAtMost = TimeSpan.FromSeconds(10);

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
        var written = journal.Append(JournalLine.Of(call, metered, refused));
        if (!written.IsCompletedSuccessfully)
        {
            try
            {
                await written.WaitAsync(StuckAtMost).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                _ = SettleLater(written, live, call, metered);
                return false;
            }
        }
        Settle(live, call, metered);
        return true;
    }

    /// <summary>Writes a call down that was not let in, or that its server never answered.</summary>
    public async ValueTask CloseRefused(Live live, Passage call, Refusal refusal)
    {
        call.Target ??= live.Models.Find(call.Asked, call.Dialect) is [var first, ..] ? first : live.Models.Stranger(call.Asked);
        call.Decision = refusal.Message;
        var error = Replies.ErrorOf(refusal.Kind).Name;
        var metered = call.MayBeBilled ? live.Meter.Of(call, new() { Failure = error }) : live.Meter.OfFailure(call, error);
        if (journal.IsStuck is null) await Close(live, call, metered, refusal.Reason).ConfigureAwait(false);
        else GiveBack(live, call);
    }

    async Task SettleLater(Task written, Live live, Passage call, Metered metered)
    {
        await written.ConfigureAwait(false);
        Settle(live, call, metered);
    }

    void Settle(Live live, Passage call, in Metered metered)
    {
        if (call.Taken is { } taken)
            live.Rates.Correct(taken, metered.Record.Tokens.Prompt + metered.Record.Tokens.Output, metered.Cost);
        if (call.Worst is not null)
        {
            if (metered.Unpriced is not null) live.Budgets.SettleUnpriced(call.Lease);
            else
            {
                List<BudgetEvent> events = [];
                live.Budgets.Settle(call.Lease, metered.Cost, events);
                foreach (var reached in events) tell(reached);
            }
            Free(call);
        }
    }
}
