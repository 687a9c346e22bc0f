namespace Assay.Patterns.Caching;

/// <summary>The beginning of a prompt up to a cache point.</summary>
/// <param name="Hash">Fingerprint of everything up to the point.</param>
/// <param name="Tokens">Length of it.</param>
public readonly record struct CachePrefix(ulong Hash, long Tokens);

/// <summary>What a call reads from the cache and writes to it; the rest of its prompt is plain input.</summary>
public readonly record struct CacheUse(long Read, long Written);

/// <summary>
/// The prompt cache of one account, serving region and model: prefixes live for a while after they were last used, and each use renews
/// them and what they begin with. What is dead is let go, so it holds no more than twice what lives.
/// </summary>
public sealed class PrefixCache(TimeSpan lifetime)
{
    const int SweepMin = 1024;

    readonly Dictionary<ulong, DateTime> used = [];
    int sweepAt = SweepMin;

    /// <summary>Prefixes held, the dead among them that were not let go yet.</summary>
    public int Count => used.Count;

    /// <summary>One call. Calls come in the order of their times.</summary>
    /// <param name="prefixes">Up to where it may be cached, the shortest first; each begins with the one before.</param>
    public CacheUse Use(DateTime time, ReadOnlySpan<CachePrefix> prefixes)
    {
        if (prefixes.Length == 0) return default;
        if (used.Count >= sweepAt) LetGo(time);
        // Looked up before anything is renewed: a place may be named twice, and no call reads what it writes itself.
        var hit = prefixes.Length - 1;
        while (hit >= 0 && !(used.TryGetValue(prefixes[hit].Hash, out var last) && time - last <= lifetime)) hit--;
        foreach (var prefix in prefixes) used[prefix.Hash] = time;
        var read = hit >= 0 ? prefixes[hit].Tokens : 0;
        return new(read, prefixes[^1].Tokens - read);
    }

    // Done each time the cache has doubled, so a call pays for it no more than once.
    void LetGo(DateTime time)
    {
        foreach (var (hash, last) in used)
            if (time - last > lifetime) used.Remove(hash);
        sweepAt = Math.Max(SweepMin, used.Count * 2);
    }
}
