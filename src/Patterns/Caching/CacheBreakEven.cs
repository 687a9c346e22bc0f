namespace Assay.Patterns.Caching;

/// <summary>
/// When a cache pays. Prices are USD a token, or in any other unit that all three share: of plain input, of a token written to the cache,
/// and of a token read from it.
/// </summary>
public static class CacheBreakEven
{
    /// <summary>
    /// The share of cached tokens that must be reads, or else plain input costs no more: at that very rate both cost the same. With
    /// five minutes' writes at 1.25 and reads at 0.1 of plain input it is 0.217, with an hour's at 2 it is 0.526.
    /// </summary>
    /// <returns>From 0, where writing costs no more than plain input; above 1 where no rate pays.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A price is negative, or a read costs as much as a write or more.</exception>
    public static decimal HitRate(decimal input, decimal write, decimal read)
    {
        Check(input, write, read);
        return Math.Max(0m, (write - input) / (write - read));
    }

    /// <summary>How often a written token must be read before its write is paid for: 0.28 times, and 1.11 times for an hour's.</summary>
    /// <returns>Null where reading costs no less than plain input: then nothing pays for a write that costs more.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A price is negative, or a read costs as much as a write or more.</exception>
    public static decimal? ReadsPerWrite(decimal input, decimal write, decimal read)
    {
        Check(input, write, read);
        if (write <= input) return 0m;
        return input > read ? (write - input) / (input - read) : null;
    }

    /// <summary>
    /// Whether caching these tokens cost less than not caching them. Exact: unlike a rate beside <see cref="HitRate"/> nothing is divided.
    /// </summary>
    public static bool Pays(long tokensRead, long tokensWritten, decimal input, decimal write, decimal read) =>
        tokensRead * read + tokensWritten * write < ((decimal)tokensRead + tokensWritten) * input;

    static void Check(decimal input, decimal write, decimal read)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(input);
        ArgumentOutOfRangeException.ThrowIfNegative(read);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(write, read);
    }
}
