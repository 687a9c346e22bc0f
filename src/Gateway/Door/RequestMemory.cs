using Assay.Gateway.Admission;
using Assay.Gateway.Calls;

namespace Assay.Gateway.Door;

/// <summary>The memory that requests hold, all together and each until its call ends.</summary>
sealed class RequestMemory
{
    // What a body that does not say its length takes first; then it takes as much again whenever it is full.
    const long Unsaid = 64 * 1024;

    long held;

    /// <summary>Bytes that are held now.</summary>
    public long Held => Interlocked.Read(ref held);

    /// <summary>Takes room for so many bytes of a call's body, those it has among them.</summary>
    /// <param name="most">What all requests may hold. One alone may always be as long as a request may be.</param>
    public Refusal? Take(Passage call, long bytes, long most)
    {
        if (bytes <= call.BytesHeld) return null;
        var more = Math.Max(bytes - call.BytesHeld, call.BytesHeld == 0 ? 0 : Math.Min(call.BytesHeld, Reception.BodyMax - call.BytesHeld));
        call.BytesHeld += more;
        var all = Interlocked.Add(ref held, more);
        return all <= most || all == call.BytesHeld ? null
            : new(RefusalKind.Unavailable, "memory", $"The gateway holds {most / 1_000_000:N0} MB of requests already; try again.");
    }

    public Refusal? TakeFirst(Passage call, long? length, long most) => Take(call, length ?? Unsaid, most);

    public void GiveBack(Passage call)
    {
        Interlocked.Add(ref held, -call.BytesHeld);
        call.BytesHeld = 0;
    }
}
