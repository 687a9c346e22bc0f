using System.Globalization;
using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>Reads the units of AWS's price lists into <see cref="SourceUnits"/>. What does not state its scale stays unread.</summary>
public static class PriceUnits
{
    /// <summary>The source unit a price is quoted in, or null.</summary>
    /// <param name="unit">The price's unit. <c>Units</c> says nothing: the scale is then the third field of the description.</param>
    /// <param name="meter">What the usage type counts: tells the noun where a description states a scale alone.</param>
    public static string? Read(string unit, string description, Meter meter)
    {
        if (unit.Trim().ToLowerInvariant() is not ("units" or "unit" or "")) return FromUnit(unit);
        return FromDescription(description) ?? (Measures("1M tokens", meter) ? ScaleAlone(description) : null);
    }

    /// <summary>Why a unit cannot be what its description says, or null when the two agree as far as both can be read.</summary>
    public static string? Contradiction(string unit, string sourceUnit, decimal price, string description)
    {
        if (unit.Trim().ToLowerInvariant() is not ("units" or "unit" or "")
            && FromDescription(description) is { } described && described != sourceUnit)
            return $"the unit says '{unit}' and the description says '{described}'";
        // "$0.15 per 1K text units for …" over a price of 0.00015 a text unit: two scales, one price.
        if (StatedPrice(description) is not { } stated || stated == 0 || price == 0) return null;
        var ratio = price / SourceUnits.Scale(sourceUnit) / stated;
        return ratio is >= 100m or <= 0.01m
            ? $"the price is {Usd.Plain(price)} per {sourceUnit} and the description says '{description}'" : null;
    }

    /// <summary>True when a source unit measures a meter: tokens for token meters, hours for model units.</summary>
    public static bool Measures(string sourceUnit, Meter meter) => meter switch
    {
        <= Meter.CacheWrite1h or Meter.Training => sourceUnit is "1M tokens" or "1K tokens" or "token",
        Meter.Image => sourceUnit is "image" or "1K images",
        Meter.VideoSecond or Meter.AudioSecond => sourceUnit is "second" or "1K seconds",
        Meter.StorageMonth => sourceUnit is "month",
        Meter.ModelUnitHour => sourceUnit is "hour",
        Meter.CustomUnitMinute => sourceUnit is "minute",
        Meter.InputTpmHour or Meter.OutputTpmHour => sourceUnit is "1K TPM hour" or "1M TPM hour",
        Meter.IndexGbMonth => sourceUnit is "GB-month",
        Meter.Search or Meter.Rerank or Meter.Retrieval => sourceUnit is "query" or "1K queries" or "request" or "1K requests",
        _ => meter.IsGuardrail() && sourceUnit is "text unit" or "1K text units",
    };

    static string? FromUnit(string unit)
    {
        var text = unit.Trim().ToLowerInvariant().Replace(",", "", StringComparison.Ordinal);
        var (scale, noun) = SplitScale(text);
        return noun switch
        {
            "token" or "tokens" => scale switch { 1 => "token", 1_000 => "1K tokens", 1_000_000 => "1M tokens", _ => null },
            "textunit" or "textunits" or "text unit" or "text units" =>
                scale switch { 1 => "text unit", 1_000 => "1K text units", _ => null },
            "tpm hour" or "tpm-hour" or "tpm hours" => scale switch { 1_000 => "1K TPM hour", 1_000_000 => "1M TPM hour", _ => null },
            "image" or "images" or "images processed" => scale switch { 1 => "image", 1_000 => "1K images", _ => null },
            "second" or "seconds" => scale switch { 1 => "second", 1_000 => "1K seconds", _ => null },
            "search unit" or "search units" or "query" or "queries" => scale switch { 1 => "query", 1_000 => "1K queries", _ => null },
            "request" or "requests" => scale switch { 1 => "request", 1_000 => "1K requests", _ => null },
            "hour" or "hours" or "hrs" or "hr" when scale == 1 => "hour",
            "minute" or "minutes" or "min" or "cmu-min" or "cmu-minute" or "custom model unit per min" when scale == 1 => "minute",
            "month" or "months" or "model-month" or "model/month" or "model month" or "per model / month" or "cmu-month"
                when scale == 1 => "month",
            "gb-month" or "gb-mo" when scale == 1 => "GB-month",
            _ => null,
        };
    }

    // "AWS Marketplace software usage|us-east-1|Million Cache Read Input Tokens Long Context Regional"
    static string? FromDescription(string description)
    {
        var fields = description.Split('|');
        if (fields.Length < 3) return null;
        var text = fields[2].Trim().ToLowerInvariant().Replace(",", "", StringComparison.Ordinal);
        bool Has(string word) => text.Contains(word, StringComparison.Ordinal);

        var isMillion = Has("million") || Has("1m ") || Has("1000000");
        var isThousand = Has("thousand") || Has("1k ") || Has("1000 ");
        if (isMillion && isThousand) return null;
        if (Has("tpm")) return Has("hour") && isThousand ? "1K TPM hour" : Has("hour") && isMillion ? "1M TPM hour" : null;
        if (Has("token")) return isMillion ? "1M tokens" : isThousand ? "1K tokens" : null;
        if (isMillion) return null;
        if (Has("search unit") || Has("quer")) return isThousand ? "1K queries" : "query";
        if (Has("image")) return isThousand ? "1K images" : "image";
        if (Has("second")) return isThousand ? "1K seconds" : "second";
        if (isThousand) return null;
        if (Has("storage") && Has("month")) return "month";
        if (Has("hourly price") || Has("per hour") || Has("model unit hour")) return "hour";
        return null;
    }

    // "…|us-east-1|Million Batch Response" of a usage type that counts tokens: no other noun contradicts it.
    static string? ScaleAlone(string description)
    {
        var fields = description.Split('|');
        if (fields.Length < 3) return null;
        var words = fields[2].ToLowerInvariant().Split([' ', ',', '-', '('], StringSplitOptions.RemoveEmptyEntries);
        string[] others = ["hour", "hourly", "minute", "second", "month", "image", "images", "unit", "units", "request", "requests",
            "query", "queries", "search", "character", "characters", "word", "words"];
        if (words.Any(others.Contains) || words.Contains("million") == words.Contains("thousand")) return null;
        return words.Contains("million") ? "1M tokens" : "1K tokens";
    }

    static (int Scale, string Noun) SplitScale(string text)
    {
        foreach (var (prefix, scale) in ((string, int)[])[("1k ", 1_000), ("1000 ", 1_000), ("thousand ", 1_000),
            ("1m ", 1_000_000), ("1 million ", 1_000_000), ("1000000 ", 1_000_000), ("million ", 1_000_000), ("1 ", 1)])
            if (text.StartsWith(prefix, StringComparison.Ordinal)) return (scale, text[prefix.Length..].Trim());
        return (1, text);
    }

    // "$0.000015 per 1K tokens for …" as USD of one.
    static decimal? StatedPrice(string description)
    {
        if (!description.StartsWith('$')) return null;
        var per = description.IndexOf(" per ", StringComparison.Ordinal);
        if (per < 0 || !decimal.TryParse(description.AsSpan(1, per - 1).Trim(), NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var price))
            return null;
        var noun = description[(per + " per ".Length)..].ToLowerInvariant().Replace(",", "", StringComparison.Ordinal);
        return price / SplitScale(noun).Scale;
    }
}

/// <summary>Reads the numbers of price lists exactly; nothing passes through a double.</summary>
static class PriceNumber
{
    /// <summary>A price as written, such as <c>0.0001500000</c> or <c>3e-07</c>; otherwise the reason it is none.</summary>
    public static string? Read(string text, out decimal price)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out price))
            return $"'{text}' is not a price";
        if (price < 0) return $"'{text}' is below zero";
        if (price > PriceBookFile.RateMax) return $"'{text}' is above {PriceBookFile.RateMax:0}, the largest price a book holds";
        // Below 1e-28 a decimal silently becomes zero, and a missing price is never zero.
        var mantissa = text.Split('e', 'E')[0];
        return price == 0 && mantissa.Any(c => c is >= '1' and <= '9') ? $"'{text}' is too small to be exact" : null;
    }
}
