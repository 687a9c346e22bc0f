using Assay.Usage;

namespace Assay.Pricing;

/// <summary>
/// Everything a price depends on. <see cref="Model"/> is a foundation-model id, or empty for what is charged whatever the model
/// (guardrails, knowledge bases, monitoring). <see cref="Region"/> is an AWS region name, or <c>*</c> for every region.
/// </summary>
public readonly record struct RateKey(
    string Model, Meter Meter, Mode Mode, Tier Tier, Scope Scope, ContextBand Context, string Region, Term Term)
{
    public const string EveryRegion = "*";

    // Books are dictionaries of this key with thousands of entries; the compiler's field-by-field hash is what reading one would cost.
    public override int GetHashCode() => HashCode.Combine(
        Model.GetHashCode(StringComparison.Ordinal), Region.GetHashCode(StringComparison.Ordinal),
        (int)Meter << 16 | (int)Mode << 12 | (int)Tier << 8 | (int)Scope << 6 | (int)Context << 4 | (int)Term);

    public bool Equals(RateKey other) => Meter == other.Meter && Mode == other.Mode && Tier == other.Tier && Scope == other.Scope
        && Context == other.Context && Term == other.Term && Region == other.Region && Model == other.Model;
}

/// <summary>One dated price, as a source states it.</summary>
/// <param name="Sku">AWS's SKU, or a stable made-up one such as <c>page:2026-07-24:MODEL:input:on_demand:standard:global</c>.</param>
/// <param name="Key">What the price is for.</param>
/// <param name="SourceUnit">The unit as the source has it, such as <c>1M tokens</c>; one of <see cref="SourceUnits"/>.</param>
/// <param name="SourceRate">USD per source unit, to the last digit printed.</param>
/// <param name="From">First UTC day it holds; null means it always did.</param>
/// <param name="Until">First UTC day it no longer holds; null means it still does.</param>
/// <param name="Source">Where the figure was read, such as <c>aws-pricing-page 2026-07-24</c>.</param>
public sealed record Rate(
    string Sku, RateKey Key, string SourceUnit, decimal SourceRate, DateOnly? From, DateOnly? Until, string Source)
{
    /// <summary>USD per one unit of the meter: per token, per text unit, per hour.</summary>
    public decimal UsdPerUnit { get; } = SourceRate / SourceUnits.Scale(SourceUnit);

    /// <summary>USD for a whole number of units, exact.</summary>
    public decimal CostOf(long units) => digits.Times(units) ?? units * UsdPerUnit;

    readonly Digits digits = Digits.Of(SourceRate / SourceUnits.Scale(SourceUnit));

    /// <summary>The book file the rate was read from, for people who want to look it up; empty when it came from elsewhere.</summary>
    public string File { get; init; } = "";
}

/// <summary>
/// A price as its digits and its number of decimals. A rate per token is a short number with many decimals: one multiplication of
/// words gives the digits of a cost, and the cost is exact.
/// </summary>
/// <param name="Value">The digits; 0 when they do not fit a word.</param>
readonly record struct Digits(ulong Value, byte Decimals)
{
    public static Digits Of(decimal price)
    {
        var plain = Usd.Shortest(price);
        Span<int> words = stackalloc int[4];
        decimal.GetBits(plain, words);
        return price < 0m || words[2] != 0 ? default : new(unchecked(((ulong)(uint)words[1] << 32) | (uint)words[0]), plain.Scale);
    }

    /// <summary>The product, or null when it takes more than a decimal's three words.</summary>
    public decimal? Times(long units)
    {
        if (Value == 0 || units < 0) return null;
        var high = Math.BigMul((ulong)units, Value, out var low);
        return high > uint.MaxValue ? null
            : new decimal(unchecked((int)low), unchecked((int)(low >> 32)), unchecked((int)high), isNegative: false, Decimals);
    }
}

/// <summary>The units sources quote in, and how many units of a meter one of them is.</summary>
public static class SourceUnits
{
    static readonly Dictionary<string, decimal> Scales = new(StringComparer.Ordinal)
    {
        ["1M tokens"] = 1_000_000m, ["1K tokens"] = 1_000m, ["token"] = 1m,
        ["1K text units"] = 1_000m, ["text unit"] = 1m,
        ["1K TPM hour"] = 1_000m, ["1M TPM hour"] = 1_000_000m, ["hour"] = 1m, ["minute"] = 1m, ["month"] = 1m,
        ["second"] = 1m, ["1K seconds"] = 1_000m, ["image"] = 1m, ["1K images"] = 1_000m,
        ["1K queries"] = 1_000m, ["query"] = 1m, ["GB"] = 1m, ["GB-month"] = 1m, ["OCU-hour"] = 1m,
        ["metric-month"] = 1m, ["alarm-month"] = 1m, ["1K requests"] = 1_000m, ["request"] = 1m,
    };

    public static bool IsKnown(string unit) => Scales.ContainsKey(unit);

    /// <summary>Units of the meter in one source unit.</summary>
    public static decimal Scale(string unit) => Scales.TryGetValue(unit, out var scale)
        ? scale
        : throw new PriceBookException($"'{unit}' is not a unit a price may have. Accepted: {Accepted}.");

    public static string Accepted => string.Join(", ", Scales.Keys);
}

/// <summary>A price book cannot be used as it is. The message says what was wrong, where, and what is accepted.</summary>
public sealed class PriceBookException(string message) : Exception(message);
