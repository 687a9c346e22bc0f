namespace Assay.Patterns.Caching;

/// <summary>How a call uses the cache.</summary>
public enum CacheChoice : byte
{
    /// <summary>Neither read nor written.</summary>
    None,

    FiveMinutes,
    Hour,
}

/// <summary>What a token costs, in one unit of any kind.</summary>
/// <param name="Input">Plain input.</param>
/// <param name="FiveMinutes">Written for five minutes.</param>
/// <param name="Hour">Written for an hour.</param>
/// <param name="Read">Read from the cache.</param>
public sealed record CacheCosts(decimal Input, decimal FiveMinutes, decimal Hour, decimal Read)
{
    /// <summary>Shares of plain input, as Claude models are priced.</summary>
    public static readonly CacheCosts Shares = new(1m, 1.25m, 2m, 0.1m);

    /// <summary>What a prompt costs; whatever is neither read nor written is plain.</summary>
    public decimal Of(CacheChoice choice, long prompt, CacheUse use) => choice == CacheChoice.None
        ? prompt * Input
        : use.Read * Read + use.Written * (choice == CacheChoice.Hour ? Hour : FiveMinutes) + (prompt - use.Read - use.Written) * Input;
}

/// <summary>
/// Chooses a session's use of the cache call by call, knowing the past only: it keeps an account of what each use would have cost so far
/// had it been kept to, and takes the cheapest. An hour is given an allowance, because pauses come late in a session and what it costs
/// more, it costs at once; leaving the cache needs as much evidence.
/// </summary>
public sealed class CacheChooser(CacheCosts costs)
{
    // Fixed by cross-validation over agent sessions: of an hour's excess over an all-read prompt a tenth is forgiven.
    const decimal Allowance = 1.25m, Excess = 0.9m;

    decimal none, five, hour;

    /// <summary>The choice for a call that is about to be made.</summary>
    /// <param name="prompt">Its prompt tokens.</param>
    /// <param name="fiveMinutes">What it would read and write had every call been cached for five minutes: a cache replayed beside.</param>
    /// <param name="hour">The same for an hour.</param>
    public CacheChoice Choose(long prompt, CacheUse fiveMinutes, CacheUse hour)
    {
        // Every account is counted above what a prompt read from end to end would have cost.
        var least = prompt * costs.Read;
        none += costs.Of(CacheChoice.None, prompt, default) - least;
        five += costs.Of(CacheChoice.FiveMinutes, prompt, fiveMinutes) - least;
        this.hour += Excess * (costs.Of(CacheChoice.Hour, prompt, hour) - least);
        var allowance = Allowance * prompt * costs.Input;
        var choice = this.hour - allowance < five ? CacheChoice.Hour : CacheChoice.FiveMinutes;
        return none + allowance < Math.Min(this.hour, five) ? CacheChoice.None : choice;
    }
}
