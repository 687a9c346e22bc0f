using Assay.Usage;

namespace Assay.Ledger.Store;

/// <summary>A meter of a record that can be charged.</summary>
/// <param name="Whole">Whole units.</param>
/// <param name="Fraction">What is not whole; null for tokens counted one by one.</param>
/// <param name="Open">Tokens written to the cache for nobody knows how long.</param>
readonly record struct UsedMeter(Meter Meter, long Whole, decimal? Fraction, long Open)
{
    public decimal Quantity => Whole + (Fraction ?? 0m);

    /// <summary>The meters of a record in their order: what a rater would charge. Gives their number.</summary>
    public static int Of(in UsageRecord usage, Span<UsedMeter> into)
    {
        var tokens = usage.Tokens;
        var count = 0;
        if (tokens.Input > 0) into[count++] = new(Meter.Input, tokens.Input, null, 0);
        if (tokens.Output > 0) into[count++] = new(Meter.Output, tokens.Output, null, 0);
        if (tokens.CacheRead > 0) into[count++] = new(Meter.CacheRead, tokens.CacheRead, null, 0);
        var write5m = tokens.CacheWrite5m + tokens.CacheWriteUnknown;
        if (write5m > 0) into[count++] = new(Meter.CacheWrite5m, write5m, null, tokens.CacheWriteUnknown);
        if (tokens.CacheWrite30m > 0) into[count++] = new(Meter.CacheWrite30m, tokens.CacheWrite30m, null, 0);
        if (tokens.CacheWrite1h > 0) into[count++] = new(Meter.CacheWrite1h, tokens.CacheWrite1h, null, 0);
        if (usage.Amounts is not { } amounts) return count;
        var counted = count;
        foreach (var amount in amounts)
            if (amount.Amount > 0) into[count++] = Of(amount);
        // Amounts come in any order; records of the same meters are alike only when their meters stand alike.
        if (count - counted > 1) into[counted..count].Sort(static (a, b) => a.Meter.CompareTo(b.Meter));
        return count;
    }

    /// <summary>The meter as one bit; tokens and amounts of a meter are told apart.</summary>
    public long Bit => 1L << ((int)Meter + (Fraction is null ? 0 : 32));

    static UsedMeter Of(in MeteredAmount amount)
    {
        var whole = decimal.Truncate(amount.Amount);
        return whole <= long.MaxValue
            ? new(amount.Meter, (long)whole, amount.Amount - whole, 0)
            : throw new LedgerException($"{amount.Amount} {amount.Meter.Unit()}s of {amount.Meter.Name()} in one record is more than "
                + "a ledger holds; the input is wrong there. 'assay rate' shows the record.");
    }

    /// <summary>Puts the meters of a record back into it.</summary>
    public static UsageRecord Restore(in UsageRecord bare, ReadOnlySpan<UsedMeter> used, bool failed)
    {
        var tokens = default(TokenCounts);
        List<MeteredAmount>? amounts = null;
        foreach (var meter in used)
        {
            if (meter.Fraction is not null) (amounts ??= []).Add(new(meter.Meter, meter.Quantity));
            else tokens = With(tokens, meter);
        }
        // A call that failed has neither tokens nor amounts; one with an error that did not fail had amounts, if only of nothing.
        if (!failed && bare.ErrorCode is not null && used.Length == 0) amounts = [];
        return bare with { Tokens = tokens, Amounts = amounts?.ToArray() };
    }

    static TokenCounts With(TokenCounts tokens, in UsedMeter used) => used.Meter switch
    {
        Meter.Input => tokens with { Input = used.Whole },
        Meter.Output => tokens with { Output = used.Whole },
        Meter.CacheRead => tokens with { CacheRead = used.Whole },
        Meter.CacheWrite5m => tokens with { CacheWrite5m = used.Whole - used.Open, CacheWriteUnknown = used.Open },
        Meter.CacheWrite30m => tokens with { CacheWrite30m = used.Whole },
        _ => tokens with { CacheWrite1h = used.Whole },
    };
}
