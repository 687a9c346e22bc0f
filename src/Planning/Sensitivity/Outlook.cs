using Assay.Estate;

namespace Assay.Planning;

/// <summary>What a range moves: the total with it at its low and its high end, every other figure at its likely value.</summary>
/// <param name="AtLow">USD.</param>
/// <param name="AtHigh">USD.</param>
public sealed record Influence(FigureRange Range, decimal AtLow, decimal AtHigh)
{
    /// <summary>How far the total moves, USD; never negative.</summary>
    public decimal Swing => Math.Abs(AtHigh - AtLow);
}

/// <summary>
/// How sure a total is when figures of its estate are ranges: seeded draws of all of them at once, and each of them moved by itself.
/// </summary>
/// <param name="Draws">Draws made.</param>
/// <param name="Likely">The total with every range at its likely value, USD.</param>
/// <param name="Mean">The mean of the draws, USD.</param>
/// <param name="Sorted">The total of each draw, ascending, USD.</param>
/// <param name="Influences">One a range, the one that moves the total most first: a tornado.</param>
public sealed record Outlook(
    int Draws, ulong Seed, decimal Likely, decimal Mean, IReadOnlyList<decimal> Sorted, IReadOnlyList<Influence> Influences)
{
    /// <summary>The total that this share of the draws does not exceed: the nearest-rank percentile.</summary>
    /// <param name="share">0.5 for the median, 0.95 for the 95th percentile.</param>
    public decimal Percentile(decimal share) =>
        Sorted[Math.Clamp((int)Math.Ceiling(share * Sorted.Count) - 1, 0, Sorted.Count - 1)];

    /// <summary>
    /// Draws an estate's ranges and totals each draw. The same seed gives the same figures, whatever the number of workers.
    /// </summary>
    /// <param name="total">The total of one draw, USD. Pure; called from several threads at once.</param>
    /// <param name="progress">Told now and then how many draws are done.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one draw.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Outlook Of(IReadOnlyList<FigureRange> ranges, Func<Draw, decimal> total, int draws, ulong seed, int workers,
        Action<int>? progress, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        var totals = new decimal[draws];
        var done = 0;
        // Progress is told a hundred times, not once a draw: the threads would stand in line for it.
        var step = Math.Max(1, draws / 100);
        Parallel.For(0, draws, new() { MaxDegreeOfParallelism = Math.Max(1, workers), CancellationToken = cancel }, i =>
        {
            totals[i] = total(DrawOf(ranges, seed, i));
            if (Interlocked.Increment(ref done) is var count && count % step == 0) progress?.Invoke(count);
        });
        var mean = totals.Sum() / draws;
        Array.Sort(totals);
        var likely = Draw.Likely(ranges);
        return new(draws, seed, total(likely), mean, totals, [.. ranges
            .Select((r, i) => new Influence(r, total(likely.With(i, r.Low)), total(likely.With(i, r.High))))
            .OrderByDescending(i => i.Swing).ThenBy(i => i.Range.Name, StringComparer.Ordinal)]);
    }

    /// <summary>A draw by its number: it depends on nothing drawn before it, so that draws can be made in any order.</summary>
    internal static Draw DrawOf(IReadOnlyList<FigureRange> ranges, ulong seed, int number)
    {
        if (ranges.Count == 0) return new([]);
        var random = SeededRandom.For(seed, "outlook", number);
        var numbers = new decimal[ranges.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = Triangular(ranges[i], random.NextShare());
        return new(numbers);
    }

    // The inverse of the triangle's distribution. Square roots are rounded alike on every machine; the digits kept are those of a double.
    static decimal Triangular(FigureRange range, double share)
    {
        var (low, top, high) = ((double)range.Low, (double)range.Likely, (double)range.High);
        if (high <= low) return range.Likely;
        var rising = (top - low) / (high - low);
        var number = share < rising
            ? low + Math.Sqrt(share * (high - low) * (top - low))
            : high - Math.Sqrt((1 - share) * (high - low) * (high - top));
        return Math.Clamp((decimal)number, range.Low, range.High);
    }
}
