namespace Assay.Patterns.Caching;

/// <summary>The beginning of a prompt up to a cache point.</summary>
/// <param name="Hash">Fingerprint of everything up to the point.</param>
/// <param name="Tokens">Length of it.</param>
public readonly record struct CachePrefix(ulong Hash, long Tokens);

/// <summary>What a call reads from the cache and writes to it; the rest of its prompt is plain input.</summary>
public readonly record struct CacheUse(long Read, long Written);

/// <summary>
/// The prompt cache of one account, serving region and model: prefixes live for a while after they were last used, and each use renews
/// them and what they begin with.
/// </summary>
public sealed class PrefixCache(TimeSpan lifetime)
{
    readonly Dictionary<ulong, DateTime> used = [];

    /// <summary>One call. Calls come in the order of their times.</summary>
    /// <param name="prefixes">Up to where it may be cached, the shortest first; each begins with the one before.</param>
    public CacheUse Use(DateTime time, ReadOnlySpan<CachePrefix> prefixes)
    {
        if (prefixes.Length == 0) return default;
        var hit = prefixes.Length - 1;
        while (hit >= 0 && !(used.TryGetValue(prefixes[hit].Hash, out var last) && time - last <= lifetime)) hit--;
        foreach (var prefix in prefixes) used[prefix.Hash] = time;
        var read = hit >= 0 ? prefixes[hit].Tokens : 0;
        return new(read, prefixes[^1].Tokens - read);
    }
}
