namespace Assay.Planning;

/// <summary>A figure: one number, or the two ends of a range.</summary>
/// <param name="Low">The number, or the lower end.</param>
/// <param name="High">The number, or the upper end.</param>
public readonly record struct Extent(decimal Low, decimal High, bool IsRange)
{
    public static Extent Of(decimal number) => new(number, number, IsRange: false);

    /// <summary>The range between two ends, in whichever order they come.</summary>
    public static Extent Between(decimal one, decimal other) => new(Math.Min(one, other), Math.Max(one, other), IsRange: true);
}

/// <summary>How a claimed figure is to be read.</summary>
public enum ClaimKind : byte
{
    /// <summary>A number or a range that the derived figure should meet.</summary>
    Figure,

    /// <summary>The derived figure should lie above the claimed one.</summary>
    Floor,

    /// <summary>The derived figure is the most the claimed one can be.</summary>
    Ceiling,
}

/// <summary>
/// A claim of the guide: its figure, and in our own words what the figure is of. One row of <c>prices/guide-claims.csv</c>.
/// </summary>
/// <param name="Unit">Of the claimed figure, and so of the derived one: <c>x</c>, <c>fraction</c>, <c>usd/month</c>, ….</param>
/// <param name="Precision">What a ceiling is rounded to before it is compared; null where it is not.</param>
public sealed record GuideClaim(
    string Id, string Topic, string Statement, Extent Claimed, string Unit, ClaimKind Kind, decimal? Precision);

/// <summary>What the guide states besides prices: a quantity, a share, a printed line. One row of <c>prices/guide-inputs.csv</c>.</summary>
public sealed record StatedInput(string Key, Extent Value, string Unit, string What);

/// <summary>Everything the guide states besides prices, by key.</summary>
public sealed class StatedInputs(IEnumerable<StatedInput> inputs)
{
    readonly Dictionary<string, StatedInput> byKey = inputs.ToDictionary(i => i.Key, StringComparer.Ordinal);

    /// <exception cref="FormatException">There is no such input: the table and the derivations have parted.</exception>
    public StatedInput this[string key] => byKey.TryGetValue(key, out var input)
        ? input
        : throw new FormatException($"the guide's inputs have no '{key}', which a derivation needs. "
            + "Add the row to prices/guide-inputs.csv; it holds what the guide states besides prices.");

    public IEnumerable<StatedInput> All => byKey.Values;
}
