using Assay.Gateway.Calls;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Gateway.Routing;

/// <summary>What tokens of a model cost on a day, for the comparison of two models on one call: the Rater's own quotes.</summary>
/// <param name="Input">USD a token read plainly.</param>
/// <param name="Read">Read from a cache; as dear as plain input where the model has no cache.</param>
/// <param name="Write">Written to a cache.</param>
sealed record TokenPrices(decimal Input, decimal Read, decimal Write, decimal Output)
{
    /// <returns>Null where input or output has no price.</returns>
    public static TokenPrices? Of(ModelTarget target, Tier tier, bool isLong, DateOnly day, PriceBook book)
    {
        var kind = new CallKind(Caller.Nobody, target.Region, target.Model) { Tier = tier };
        decimal? Quote(Meter meter) => Rater.Quote(kind, isLong, day, meter, book).Rate?.UsdPerUnit;
        return Quote(Meter.Input) is { } input && Quote(Meter.Output) is { } output
            ? new(input, Quote(Meter.CacheRead) ?? input, Quote(Meter.CacheWrite5m) ?? input, output)
            : null;
    }

    /// <summary>What a call comes to when so many of its tokens are in the model's cache already.</summary>
    /// <param name="writes">Whether what is not cached is written to the cache, as a call with cache points does.</param>
    public decimal Cost(long input, long cached, long output, bool writes) =>
        (cached * Read) + ((input - cached) * (writes ? Write : Input)) + (output * Output);
}
