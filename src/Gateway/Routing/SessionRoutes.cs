using Assay.Gateway.Calls;

namespace Assay.Gateway.Routing;

/// <summary>What is remembered of sessions for their calls to come. It outlives a change of the configuration.</summary>
sealed class SessionRoutes(TimeProvider time)
{
    const int SessionsMax = 100_000;

    // Longer than a cache of an hour, so that who comes back to a warm cache finds the way to it.
    static readonly TimeSpan Idle = TimeSpan.FromMinutes(90);

    /// <summary>Tiers of sessions by rule: a session only ever goes up.</summary>
    public RecentMemory<(string Rule, string Key, string Session), SessionTier> Tiers { get; } = new(SessionsMax, Idle, time);

    /// <summary>Caches of sessions; of calls without one, by the model they ask for: a key's calls begin alike.</summary>
    public RecentMemory<(string Key, string Session, string Asked), CacheWarmth> Caches { get; } = new(SessionsMax, Idle, time);

    public static (string Key, string Session, string Asked) CacheOf(Passage call) =>
        (call.Holder!.Key.Name, call.Session, call.Session.Length > 0 ? "" : call.Asked);
}

/// <summary>The tier of a session. Calls of it may come at the same time.</summary>
sealed class SessionTier
{
    int known = -1;

    /// <summary>The tier for a call that would go to another one: its session's, or the harder one of both.</summary>
    /// <param name="before">The session's; -1 for its first call.</param>
    public int Raise(int wanted, out int before)
    {
        while (true)
        {
            before = Volatile.Read(ref known);
            if (before >= wanted) return before;
            if (Interlocked.CompareExchange(ref known, wanted, before) == before) return wanted;
        }
    }
}
