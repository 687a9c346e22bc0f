using Assay.Pricing;
using Assay.Usage;

namespace Assay.Rating;

/// <summary>Why a meter has no cost. A missing price is news, never zero dollars.</summary>
public enum UnpricedCause : byte
{
    /// <summary>It has one.</summary>
    None,

    /// <summary>The book has no rate for this model, meter, mode, tier, scope, context and region.</summary>
    NoRate,

    /// <summary>An application inference profile nobody has mapped.</summary>
    OpaqueProfile,

    /// <summary>Tokens of purchased model units: the hours are charged, the tokens are not.</summary>
    CoveredByModelUnits,

    /// <summary>A custom or imported model: how it is served decides its price, and a log does not say.</summary>
    CustomModel,

    /// <summary>Images: their price depends on size and quality, which the log's counts do not carry.</summary>
    ImageSize,
}

/// <summary>
/// What one meter of one record came to. A struct without allocations: the bulk path fills spans of them, in place, for a copy of
/// each would cost as much as its price.
/// </summary>
public record struct Charge
{
    public Meter Meter { get; internal set; }

    /// <summary>The band the prompt fell into.</summary>
    public ContextBand Context { get; internal set; }
    public UnpricedCause Unpriced { get; internal set; }

    /// <summary>The rate applied; null when unpriced.</summary>
    public Rate? Rate { get; internal set; }

    /// <summary>Units of the meter; never zero.</summary>
    public decimal Quantity { get; internal set; }

    /// <summary>USD, exact; zero and meaningless when unpriced.</summary>
    public decimal Cost { get; internal set; }

    /// <summary>
    /// Upper bound in USD where the record leaves the cost open (cache lifetime unknown); null where it does not.
    /// </summary>
    public decimal? CostMax { get; internal set; }
}

/// <summary>What became of one meter of one record, for people and for code that reads like prose.</summary>
public abstract record Outcome
{
    Outcome() { }

    /// <param name="Max">Upper bound where the record leaves the cost open; null where it does not.</param>
    public sealed record Rated(Meter Meter, decimal Quantity, Rate Rate, Usd Cost, Usd? Max, ContextBand Context) : Outcome;

    /// <summary>A missing price is news, not zero dollars.</summary>
    public sealed record Unpriced(Meter Meter, decimal Quantity, UnpricedCause Cause, ContextBand Context, string Reason) : Outcome;
}
