namespace Assay.Bedrock;

/// <summary>The prompt caches of all accounts, regions and models.</summary>
/// <remarks>
/// https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
/// A cache point closes the prefix before it. The longest prefix that is still cached is read, and reading it makes its life start again;
/// every longer prefix with a point, if it has the model's minimum of tokens, is written for the point's lifetime.
/// </remarks>
sealed class PromptCache(TimeProvider time)
{
    const int EntriesMax = 100_000;
    const int MinimumUnlisted = 1_024;

    readonly Dictionary<CacheKey, (DateTimeOffset Until, TimeSpan Lifetime)> entries = [];
    readonly Lock gate = new();

    readonly record struct CacheKey(string Account, string Region, string Model, ulong Prefix);

    /// <summary>Splits the input of a call into what is new, read and written, and remembers what was written.</summary>
    public LocalUsage Split(LocalCall call)
    {
        var minimum = call.Facts is { } facts ? facts.CacheMinimum : MinimumUnlisted;
        if (!call.HasCachePoints || minimum == 0) return new(call.InputTokens, 0, 0, 0, 0);
        Span<(ulong Prefix, long Tokens, CacheLifetime Lifetime)> points = stackalloc (ulong, long, CacheLifetime)[4];
        var (count, prefix, tokens) = (0, 0UL, 0L);
        foreach (var piece in call.InCacheOrder())
        {
            if (piece.Lifetime == CacheLifetime.None)
            {
                prefix = Prose.Mix(prefix ^ piece.Fingerprint ^ ((ulong)piece.Section << 60));
                tokens += piece.Tokens;
                continue;
            }
            if (count > 0 && piece.Lifetime > points[count - 1].Lifetime)
                throw LocalRefusalException.Invalid("A cache point with a ttl of 1h must not come after a cache point with a ttl of 5m.");
            points[count++] = (prefix, tokens, piece.Lifetime);
        }
        return Use(call, points[..count], minimum);
    }

    LocalUsage Use(LocalCall call, ReadOnlySpan<(ulong Prefix, long Tokens, CacheLifetime Lifetime)> points, int minimum)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            var (read, last) = (0L, points.Length - 1);
            for (; last >= 0; last--)
            {
                var key = new CacheKey(call.Account, call.Region, call.BareModel, points[last].Prefix);
                if (points[last].Tokens < minimum || !entries.TryGetValue(key, out var entry) || entry.Until <= now) continue;
                entries[key] = (now + entry.Lifetime, entry.Lifetime);
                read = points[last].Tokens;
                break;
            }
            var (covered, written5m, written1h) = (read, 0L, 0L);
            foreach (var (prefix, tokens, lifetime) in points[(last + 1)..])
            {
                if (tokens < minimum) continue;
                // A model without the long lifetime keeps for five minutes whatever it is asked.
                var isLong = lifetime == CacheLifetime.OneHour && (call.Facts is null || call.Facts.CacheTtls.Contains("1h"));
                if (isLong) written1h += tokens - covered;
                else written5m += tokens - covered;
                covered = tokens;
                Keep(new(call.Account, call.Region, call.BareModel, prefix), isLong ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(5), now);
            }
            return new(call.InputTokens - covered, 0, read, written5m, written1h);
        }
    }

    void Keep(CacheKey key, TimeSpan lifetime, DateTimeOffset now)
    {
        if (entries.Count >= EntriesMax)
        {
            foreach (var old in entries.Where(e => e.Value.Until <= now).Select(e => e.Key).ToList()) entries.Remove(old);
            // All of them alive: a simulator forgets rather than grows.
            if (entries.Count >= EntriesMax) entries.Clear();
        }
        entries[key] = (now + lifetime, lifetime);
    }
}
