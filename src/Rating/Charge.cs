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

/// <summary>What one meter of one record came to. A struct without allocations: the bulk path fills spans of them.</summary>
/// <param name="Quantity">Units of the meter; never zero.</param>
/// <param name="Rate">The rate applied; null when unpriced.</param>
/// <param name="Cost">USD, exact; zero and meaningless when unpriced.</param>
/// <param name="CostMax">Upper bound in USD where the record leaves the cost open (cache lifetime unknown); null where it does not.</param>
/// <param name="Context">The band the prompt fell into.</param>
public readonly record struct Charge(
    Meter Meter, decimal Quantity, Rate? Rate, decimal Cost, decimal? CostMax, ContextBand Context, UnpricedCause Unpriced);

/// <summary>What became of one meter of one record, for people and for code that reads like prose.</summary>
public abstract record Outcome
{
    Outcome() { }

    /// <param name="Max">Upper bound where the record leaves the cost open; null where it does not.</param>
    public sealed record Rated(Meter Meter, decimal Quantity, Rate Rate, Usd Cost, Usd? Max, ContextBand Context) : Outcome;

    /// <summary>A missing price is news, not zero dollars.</summary>
    public sealed record Unpriced(Meter Meter, decimal Quantity, UnpricedCause Cause, ContextBand Context, string Reason) : Outcome;
}
