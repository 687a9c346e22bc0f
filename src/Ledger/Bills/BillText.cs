using System.Globalization;

namespace Assay.Ledger.Bills;

/// <summary>The cells of bills: numbers that stay exact, times in UTC, words fit for a message.</summary>
static class BillText
{
    const int QuotedMax = 60;

    /// <summary>A number as written, with an exponent or without; blank is null.</summary>
    /// <returns>False when it is neither blank nor a number.</returns>
    public static bool Number(string text, out decimal? number)
    {
        number = null;
        var trimmed = text.AsSpan().Trim();
        if (trimmed.IsEmpty) return true;
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!decimal.TryParse(trimmed, styles, CultureInfo.InvariantCulture, out var value)) return false;
        number = value;
        return true;
    }

    /// <summary>A time of a bill, UTC; the year stands first, so that no day is taken for a month.</summary>
    public static bool Time(string text, out DateTime time)
    {
        time = default;
        var words = text.Trim();
        if (words.EndsWith(" UTC", StringComparison.Ordinal)) words = words[..^4];
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return words is [_, _, _, _, '-', _, _, '-', _, _, ..] && words.Length <= 40
            && DateTime.TryParse(words, CultureInfo.InvariantCulture, utc, out time) && time.Year is >= 2000 and <= 2099;
    }

    /// <summary>The text between quotes, cut where it is long, and without what a terminal would obey.</summary>
    public static string Quoted(string text)
    {
        var cut = text.Length > QuotedMax ? text[..QuotedMax] + "…" : text;
        return $"'{(cut.Any(char.IsControl) ? new([.. cut.Select(c => char.IsControl(c) ? '\uFFFD' : c)]) : cut)}'";
    }
}
