using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Desk.Input;

/// <summary>Amounts and rates as people type them: <c>20M</c>, <c>$3M</c>, <c>20,000,000</c>; <c>0.09</c>, <c>9%</c>.</summary>
static partial class Amounts
{
    // Far above any bill, and far below where products of decimals overflow.
    const decimal Most = 1_000_000_000_000m;

    const string Accepted = "Accepted: 20M, 1.5M, $3M, 250K, 20,000,000";

    /// <summary>USD, at least zero.</summary>
    /// <exception cref="InputException">It is none.</exception>
    public static decimal Usd(string text, string option)
    {
        var trimmed = text.Trim();
        if (NegativeAmount().IsMatch(trimmed))
            throw new InputException($"{option} '{text}' is below zero; an amount is zero or more. {Accepted}.");
        if (AmountText().Match(trimmed) is not { Success: true } match)
            throw new InputException($"{option} '{text}' is not an amount of dollars. {Accepted}.");
        var scale = match.Groups["unit"].Value.ToUpperInvariant() switch
        {
            "K" => 1_000m, "M" => 1_000_000m, "B" => 1_000_000_000m, _ => 1m,
        };
        var number = match.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        var isNumber = decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        return isNumber && value <= Most / scale
            ? value * scale
            : throw new InputException($"{option} '{text}' is more than a trillion dollars; check its zeros. {Accepted}.");
    }

    /// <summary>One amount, or one a year. Commas divide years unless they mark the thousands of a single number.</summary>
    /// <exception cref="InputException">One of them is none.</exception>
    public static decimal[] UsdOfYears(string text, string option)
    {
        if (ThousandsOnly().IsMatch(text.Trim())) return [Usd(text, option)];
        var parts = text.Split(text.Contains(';', StringComparison.Ordinal) ? ';' : ',');
        // 1,5M and 1,500,00 are slips of one number, not years.
        var hasUnit = parts.Any(p => p.Trim() is { Length: > 0 } part && char.IsAsciiLetter(part[^1]));
        var slip = parts.FirstOrDefault(p => LeadingZero().IsMatch(p.Trim()) || (hasUnit && SmallBare().IsMatch(p.Trim())));
        if (slip is not null && parts.Length > 1)
        {
            throw new InputException($"{option} '{text}' may be one number or several years: '{slip.Trim()}' is in doubt. "
                + "Accepted: 1.5M, 1,500,000, or years with their units as in 18M,20M.");
        }
        return [.. parts.Select(part => Usd(part, option))];
    }

    /// <summary>A fraction of one, or a percentage with its sign.</summary>
    /// <exception cref="InputException">It is none, below zero, or over 100 %.</exception>
    public static decimal Rate(string text, string option)
    {
        var trimmed = text.Trim();
        var isPercent = trimmed.EndsWith('%');
        if (!decimal.TryParse(trimmed.TrimEnd('%').TrimEnd(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture, out var number) || trimmed.EndsWith("%%", StringComparison.Ordinal))
            throw new InputException($"{option} '{text}' is not a rate. Accepted: 0.09 or 9%.");
        var rate = isPercent ? number / 100m : number;
        return rate switch
        {
            < 0m => throw new InputException($"{option} '{text}' is below zero. Accepted: from 0 to 1, such as 0.09 or 9%."),
            > 1m => throw new InputException($"{option} '{text}' is over 100 %. Accepted: from 0 to 1, such as 0.09 or 9%."),
            _ => rate,
        };
    }

    [GeneratedRegex(@"^\$?\s*(?<number>\d{1,3}(,\d{3})+(\.\d+)?|\d+(_\d+)*(\.\d+)?|\.\d+)\s*(?<unit>[KkMmBb]?)$")]
    private static partial Regex AmountText();

    [GeneratedRegex(@"^0\d+$")]
    private static partial Regex LeadingZero();

    [GeneratedRegex(@"^\$?(?!0+$)\d{1,3}$")]
    private static partial Regex SmallBare();

    [GeneratedRegex(@"^(\$?\s*[-−]|[-−]\s*\$?)\s*[\d.]")]
    private static partial Regex NegativeAmount();

    [GeneratedRegex(@"^\$?\s*\d{1,3}(,\d{3})+(\.\d+)?\s*[KkMmBb]?$")]
    private static partial Regex ThousandsOnly();
}
