using System.IO.Hashing;
using System.Runtime.InteropServices;
using Assay.Gateway.Calls;

namespace Assay.Gateway.Runaways;

/// <summary>What a session, or an agent within it, came to so far. Calls of it may come at the same time.</summary>
sealed class SessionTally
{
    // A client tries again within seconds: further back nobody looks.
    const int RequestsKept = 8;

    readonly Lock gate = new();
    readonly ulong[] uses = new ulong[ToolLoop.WindowMax];
    readonly ulong[] requests = new ulong[RequestsKept];
    int useCount, requestCount, large;
    ulong latestUseId;
    int latestUseCount;
    long calls, tokens;
    decimal usd;

    public (long Calls, long Tokens, decimal Usd) Sums
    {
        get
        {
            lock (gate) return (calls, tokens, usd);
        }
    }

    /// <summary>Counts a request; one that its client only tries again was counted before.</summary>
    public void Begin(Passage call)
    {
        lock (gate)
        {
            if (IsNew(call.ClientRequestId)) calls++;
            NoteUse(call.Facts);
        }
    }

    bool IsNew(string clientRequestId)
    {
        if (clientRequestId.Length == 0) return true;
        var id = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(clientRequestId.AsSpan()));
        if (requests.AsSpan(0, Math.Min(requestCount, RequestsKept)).Contains(id)) return false;
        requests[requestCount++ % RequestsKept] = id;
        return true;
    }

    // The history of a session stands in each of its requests; only what is new in it happened since.
    void NoteUse(CallFacts facts)
    {
        if (facts.ToolUseCount == 0) return;
        var isNew = facts.LatestToolUseId != 0 ? facts.LatestToolUseId != latestUseId : facts.ToolUseCount > latestUseCount;
        (latestUseId, latestUseCount) = (facts.LatestToolUseId, facts.ToolUseCount);
        if (!isNew) return;
        Span<ulong> latest = stackalloc ulong[1];
        facts.LatestToolUses(latest);
        uses[useCount++ % uses.Length] = latest[0];
    }

    /// <summary>The latest requests for tools over all calls, the last one last.</summary>
    public int LatestToolUses(Span<ulong> into)
    {
        lock (gate)
        {
            var count = Math.Min(Math.Min(useCount, uses.Length), into.Length);
            for (var i = 0; i < count; i++) into[i] = uses[(useCount - count + i) % uses.Length];
            return count;
        }
    }

    /// <summary>Notes whether a request was out of the ordinary.</summary>
    /// <returns>How many were in a row.</returns>
    public int Large(bool isLarge)
    {
        lock (gate) return large = isLarge ? large + 1 : 0;
    }

    /// <summary>Adds what a call came to.</summary>
    public void Learn(long callTokens, decimal callUsd)
    {
        lock (gate)
        {
            tokens += callTokens;
            usd += callUsd;
        }
    }
}
