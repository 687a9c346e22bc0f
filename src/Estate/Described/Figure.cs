namespace Assay.Estate;

/// <summary>
/// A figure of an estate: one number, or a range of which it is not known where in it the truth lies. Whoever computes with it says for
/// which <see cref="Draw"/>.
/// </summary>
/// <param name="Likely">The number, or the most likely one of the range.</param>
/// <param name="Range">Position in the estate's list of ranges; -1 for a plain number.</param>
public readonly record struct Figure(decimal Likely, int Range = -1)
{
    // Counted from one: a figure nobody set is the plain number nought, not the first range.
    readonly int place = Range + 1;

    /// <summary>Position in the estate's list of ranges; -1 for a plain number.</summary>
    public int Range { get => place - 1; init => place = value + 1; }

    /// <summary>The number this draw gives it.</summary>
    public decimal In(Draw draw) => Range < 0 ? Likely : draw[Range];

    public static implicit operator Figure(decimal number) => new(number);
}

/// <summary>What an estate does not know for certain: a triangle over [low, high] with its top at the likely value.</summary>
/// <param name="Name">Where it stands, as people read it: <c>workloads.chat.requests</c>.</param>
/// <param name="Line">Its line in the file.</param>
public sealed record FigureRange(string Name, string File, int Line, decimal Low, decimal Likely, decimal High);

/// <summary>One possible world: a number for each range of an estate.</summary>
public sealed class Draw(decimal[] numbers)
{
    /// <summary>Every range at its likely value.</summary>
    public static Draw Likely(IReadOnlyList<FigureRange> ranges) => new([.. ranges.Select(r => r.Likely)]);

    public decimal this[int range] => numbers[range];
    public int Count => numbers.Length;

    /// <summary>The same world but for one figure.</summary>
    public Draw With(int range, decimal number)
    {
        var changed = (decimal[])numbers.Clone();
        changed[range] = number;
        return new(changed);
    }
}

/// <summary>
/// How large something is, call by call: a mean, and a 95th percentile where the spread matters (log-normal); else all alike.
/// </summary>
public readonly record struct Spread(Figure Mean, Figure? P95 = null);
