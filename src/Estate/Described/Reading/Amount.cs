using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Estate;

/// <summary>Reads amounts as people write them: <c>40,000 a day</c>, <c>$1.2 M a year</c>, <c>800..1,500 tokens</c>.</summary>
static partial class Amount
{
    const int LengthMax = 100;

    static readonly Dictionary<string, decimal> Scales = new(StringComparer.Ordinal)
    {
        ["k"] = 1_000, ["K"] = 1_000, ["thousand"] = 1_000, ["M"] = 1_000_000, ["mn"] = 1_000_000, ["million"] = 1_000_000,
        ["bn"] = 1_000_000_000, ["B"] = 1_000_000_000, ["billion"] = 1_000_000_000,
    };

    /// <summary>A number or a range of them.</summary>
    /// <param name="wrong">What is wrong with it, the value in quotes; null when nothing is.</param>
    public static (decimal Low, decimal Likely, decimal High)? Read(string text, Unit unit, out string? wrong)
    {
        wrong = null;
        if (text.Length is 0 or > LengthMax)
        {
            wrong = $"{Quoted.Text(text)} is not an amount; accepted: {unit.Accepted}";
            return null;
        }
        var parts = text.Split("..", StringSplitOptions.TrimEntries);
        if (parts.Length > 3)
        {
            wrong = $"{Quoted.Text(text)} is not a range; accepted: 'low..high' or 'low..likely..high'";
            return null;
        }
        // The last part may carry the scale and the unit of all: '0.8..1.2 M a month'.
        if (Parts(parts[^1]) is not { } last)
        {
            wrong = Explain(text, parts[^1], unit);
            return null;
        }
        var numbers = new decimal[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (Parts(parts[i]) is not { } part)
            {
                wrong = Explain(text, parts[i], unit);
                return null;
            }
            if (part.Words.Length == 0) part = part with { Words = last.Words };
            else if (Scales.ContainsKey(part.Words) && unit.HasScales)
                part = part with { Words = $"{part.Words} {Unscaled(last.Words)}".TrimEnd() };
            if (Number(text, part, unit, out wrong) is not { } number) return null;
            numbers[i] = number;
        }
        var (low, high) = (numbers[0], numbers[^1]);
        var likely = numbers.Length == 3 ? numbers[1] : low + (high - low) / 2;
        if (low <= likely && likely <= high) return (low, likely, high);
        wrong = $"{Quoted.Text(text)} does not rise; accepted: 'low..high' or 'low..likely..high'";
        return null;
    }

    static decimal? Number(string text, Written part, Unit unit, out string? wrong)
    {
        wrong = null;
        var words = part.Words;
        var number = part.Number;
        var space = words.IndexOf(' ', StringComparison.Ordinal);
        if (unit.HasScales && Scales.TryGetValue(space < 0 ? words : words[..space], out var scale))
        {
            number *= scale;
            words = space < 0 ? "" : words[(space + 1)..];
        }
        if (part.IsDollars && !unit.IsMoney)
            wrong = $"{Quoted.Text(text)} is money; accepted: {unit.Accepted}";
        else if (words.Length == 0)
        {
            if (unit.IsNeeded && number != 0) wrong = $"{Quoted.Text(text)} has no unit; accepted: {unit.Accepted}";
        }
        else if (unit.Words.TryGetValue(Spoken(words), out var worth)) number *= worth;
        else wrong = $"{Quoted.Text(text)} has the unit '{Quoted.Cut(words)}'; accepted: {unit.Accepted}";
        if (wrong is not null) return null;
        if (number > unit.Most)
            wrong = unit.MostName.Length > 0
                ? $"{Quoted.Text(text)} is more than {unit.MostName}; accepted: up to {unit.MostName}"
                : $"{Quoted.Text(text)} is too large; accepted: {unit.Accepted}";
        else if (number < unit.Least)
            wrong = $"{Quoted.Text(text)} is too small; accepted: {unit.Name}, {unit.Least.ToString(CultureInfo.InvariantCulture)} or more";
        return wrong is null ? number : null;
    }

    static string Explain(string text, string part, Unit unit)
    {
        if (part.StartsWith('-')) return $"{Quoted.Text(text)} is negative; accepted: {unit.Accepted}";
        if (unit.IsMoney && part.Any(c => c is '€' or '£' or '¥'))
            return $"{Quoted.Text(text)} is not in US dollars; accepted: {unit.Accepted}";
        return part.Contains(',', StringComparison.Ordinal)
            ? $"{Quoted.Text(text)} is not a number: commas part thousands and a dot parts decimals; accepted: {unit.Accepted}"
            : $"{Quoted.Text(text)} is not a number; accepted: {unit.Accepted}";
    }

    static Written? Parts(string part)
    {
        var match = Form().Match(part);
        if (!match.Success) return null;
        var digits = match.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        // Fifteen digits before the dot and twelve behind it are more than any estate needs, and leave room to multiply.
        var dot = digits.IndexOf('.', StringComparison.Ordinal);
        if ((dot < 0 ? digits.Length : dot) > 15 || dot >= 0 && digits.Length - dot > 13) return null;
        var number = decimal.Parse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        var words = match.Groups["words"].Value.Replace("/", " a ", StringComparison.Ordinal);
        return new(number, Spaces().Replace(words, " ").Trim(), match.Groups["dollar"].Length > 0);
    }

    static string Spoken(string words) => Spaces().Replace(Article().Replace(words.ToLowerInvariant(), " a "), " ").Trim();

    static string Unscaled(string words)
    {
        var space = words.IndexOf(' ', StringComparison.Ordinal);
        var first = space < 0 ? words : words[..space];
        return !Scales.ContainsKey(first) ? words : space < 0 ? "" : words[(space + 1)..];
    }

    readonly record struct Written(decimal Number, string Words, bool IsDollars);

    [GeneratedRegex(@"^(?<dollar>\$)?\s*(?<number>[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|[0-9]+(_[0-9]+)*(\.[0-9]+)?)(?<words>[^0-9,.].*)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();

    // 'per day', 'each day' and 'an hour' are one way of saying it.
    [GeneratedRegex(@"\b(per|each|every|an|a)\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Article();
}
