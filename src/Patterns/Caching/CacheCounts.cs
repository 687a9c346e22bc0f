namespace Assay.Patterns.Caching;

/// <summary>A call of which no more is known than its time and how long its prompt was.</summary>
/// <param name="PromptTokens">All of the prompt: what was read from a cache, written to it, and plain.</param>
public readonly record struct CountedCall(DateTime Time, string Model, long PromptTokens);

/// <summary>A share of prompt tokens read from the cache, from 0 to 1, and where nine of ten such shares lie.</summary>
public readonly record struct CacheRate(double Value, double Low, double High);

/// <summary>
/// What a cache would make of a session whose prompts nobody kept: each prompt is taken to begin with the one before. That holds for
/// agents, on whose recorded sessions the figures here were fixed; of calls that have nothing in common it says nothing.
/// </summary>
public static class CacheCounts
{
    // A prompt that shrank by a tenth was replaced: what stays is what stood before the conversation, three tenths of it.
    const double Shrunk = 0.9, Kept = 0.3;

    static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5), Hour = TimeSpan.FromHours(1);

    /// <summary>
    /// The hit rate of calls that were made. It errs upwards, because a prompt may change in the middle without getting shorter; the
    /// interval allows for that.
    /// </summary>
    /// <param name="calls">Of one session, in the order of their times.</param>
    /// <param name="lifetime">Five minutes or an hour.</param>
    /// <param name="from">The first call that counts; those before it only fill the cache.</param>
    /// <returns>0 where no call counts.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Another lifetime, or no place in <paramref name="calls"/>.</exception>
    public static CacheRate Estimate(ReadOnlySpan<CountedCall> calls, TimeSpan lifetime, int from = 0)
    {
        var isHour = IsHour(lifetime);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, calls.Length);
        var last = new Dictionary<string, CountedCall>(StringComparer.Ordinal);
        double read = 0, all = 0;
        for (var i = 0; i < calls.Length; i++)
        {
            var call = calls[i];
            if (i >= from)
            {
                all += call.PromptTokens;
                if (last.TryGetValue(call.Model, out var before)) read += ReadBy(call, before, lifetime);
            }
            last[call.Model] = call;
        }
        return all > 0 ? Within(read / all, isHour ? 0.035 : 0.03, 0.001) : default;
    }

    /// <summary>What each call of a session to one model would read from a cache and write to it, all of its prompt being marked.</summary>
    /// <param name="calls">In the order of their times.</param>
    /// <param name="least">Shorter prompts are not cached: tokens.</param>
    public static CacheUse[] Uses(ReadOnlySpan<CountedCall> calls, TimeSpan lifetime, long least)
    {
        _ = IsHour(lifetime);
        var uses = new CacheUse[calls.Length];
        CountedCall? last = null;
        for (var i = 0; i < calls.Length; i++)
        {
            var call = calls[i];
            if (call.PromptTokens < least) continue;
            var read = last is { } before ? (long)ReadBy(call, before, lifetime) : 0;
            uses[i] = read < least ? new(0, call.PromptTokens) : new(read, call.PromptTokens - read);
            last = call;
        }
        return uses;
    }

    static double ReadBy(CountedCall call, CountedCall before, TimeSpan lifetime) => call.Time - before.Time > lifetime ? 0
        : call.PromptTokens < Shrunk * before.PromptTokens ? Kept * call.PromptTokens : Math.Min(call.PromptTokens, before.PromptTokens);

    /// <summary>
    /// The hit rate of what a session has yet to do, of which not even the times are known. Five minutes are missed as often as pauses
    /// were longer, and the less is known of those, the nearer to other sessions; of an hour the past of a session tells nothing that
    /// other sessions do not.
    /// </summary>
    /// <param name="past">The session so far, in the order of its times.</param>
    /// <param name="lifetime">Five minutes or an hour.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another lifetime.</exception>
    public static CacheRate Forecast(ReadOnlySpan<CountedCall> past, TimeSpan lifetime)
    {
        if (IsHour(lifetime)) return Within(0.976, 0.049, 0.019);
        var longer = 0;
        for (var i = 1; i < past.Length; i++)
            if (past[i].Time - past[i - 1].Time > lifetime) longer++;
        // One pause in twenty calls is what is thought beforehand. The root draws busy and slow sessions together, for what one half of a
        // session does tells little of the other.
        var slow = Math.Sqrt((longer + 1.0) / (Math.Max(0, past.Length - 1) + 20.0));
        return Within(1 - 0.333 * slow, 0.82 * slow, 0.30 * slow);
    }

    static bool IsHour(TimeSpan lifetime) => lifetime == Hour || (lifetime == FiveMinutes
        ? false
        : throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "A cache lives for five minutes or an hour."));

    static CacheRate Within(double value, double below, double above) =>
        new(value, Math.Max(0, value - below), Math.Min(1, value + above));
}
