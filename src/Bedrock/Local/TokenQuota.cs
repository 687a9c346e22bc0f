namespace Assay.Bedrock;

/// <summary>Tokens a minute of each account, region and model: reserved with all a call may answer, settled when it has.</summary>
sealed class TokenQuota(BedrockLocalOptions options)
{
    readonly Dictionary<(string Account, string Region, string Model), (long Minute, long Tokens)> used = [];
    readonly Lock gate = new();

    /// <summary>A reservation; <see cref="Settle"/> gives back what was not used, if the minute is still the same.</summary>
    public readonly record struct Reservation(long Minute, long Tokens);

    /// <exception cref="LocalRefusalException">The minute has fewer tokens left.</exception>
    public Reservation Reserve(LocalCall call, long tokens)
    {
        var limit = options.TokensPerMinuteOf.GetValueOrDefault(call.BareModel, options.TokensPerMinute);
        if (limit == 0) return default;
        var minute = Minute();
        lock (gate)
        {
            var before = used.GetValueOrDefault(Key(call));
            var taken = before.Minute == minute ? before.Tokens : 0;
            if (taken + tokens > limit)
                throw new LocalRefusalException(BedrockError.Throttling, "Too many tokens, please wait before trying again.");
            used[Key(call)] = (minute, taken + tokens);
        }
        return new(minute, tokens);
    }

    public void Settle(LocalCall call, Reservation reserved, LocalUsage usage)
    {
        if (reserved.Tokens == 0) return;
        // Tokens read from a cache are free of the quota in the end, and output may weigh more than input.
        var tokens = usage.Input + usage.CacheWrite + usage.Output * options.OutputBurnOf.GetValueOrDefault(call.BareModel, 1);
        lock (gate)
        {
            if (used.TryGetValue(Key(call), out var now) && now.Minute == reserved.Minute)
                used[Key(call)] = (now.Minute, now.Tokens - reserved.Tokens + tokens);
        }
    }

    long Minute() => options.Time.GetUtcNow().ToUnixTimeSeconds() / 60;

    static (string, string, string) Key(LocalCall call) => (call.Account, call.Region, call.BareModel);
}
