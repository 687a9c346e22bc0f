using Assay.Pricing;
using Assay.Usage;

namespace Assay.Rating;

/// <summary>
/// Records that are alike, summed before they are priced: of one kind and day, on the same side of the long-context line, with the
/// same meters and the same ending. All of them are priced alike, so their sums are.
/// </summary>
public sealed record UsageSum
{
    public required CallKind Kind { get; init; }
    public required DateOnly Day { get; init; }

    /// <summary>True for prompts above <see cref="Rater.LongContextAbove"/>; whether the model has the band, a book says.</summary>
    public bool IsLong { get; init; }

    /// <inheritdoc cref="UsageRecord.Failed"/>
    public bool Failed { get; init; }
    public string? ErrorCode { get; init; }
    public required long Records { get; init; }
    public required DateTime First { get; init; }
    public required DateTime Last { get; init; }

    /// <summary>In the order of the meters. Every one of the records has used each of them.</summary>
    public required IReadOnlyList<QuantitySum> Meters { get; init; }
}

/// <summary>Units of a meter.</summary>
/// <param name="Open">Those of them that may cost more: tokens written to the cache for nobody knows how long.</param>
public readonly record struct QuantitySum(Meter Meter, decimal Quantity, decimal Open);

/// <summary>What a unit of a meter costs calls of a kind on a day; without a rate, why not.</summary>
/// <param name="UsdAbove">What an open unit may cost above the rate.</param>
public readonly record struct MeterQuote(
    Meter Meter, ContextBand Context, Rate? Rate, decimal UsdAbove, UnpricedCause Cause, string Reason)
{
    public static MeterQuote Of(CallKind kind, bool isLong, DateOnly day, Meter meter, PriceBook book) =>
        Rater.Quote(kind, isLong, day, meter, book);
}
