using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Desk.Reports;

/// <summary>Writes the dollars of one report alike: to the cent, or finer where the whole is less than a dollar.</summary>
public readonly record struct Money(bool IsFine)
{
    public static Money For(decimal total) => new(total < 1m);

    public string Show(decimal usd) => IsFine && usd != 0m
        ? "$" + decimal.Round(usd, 6, MidpointRounding.ToEven).ToString("0.000000", CultureInfo.InvariantCulture)
        : Text.Dollars(usd);

    /// <summary>What a sum of usage cost, or that it has no price: a missing price is never zero dollars.</summary>
    public string Show(decimal usd, long unpriced) => usd == 0m && unpriced > 0 ? NoPrice : Show(usd);

    public const string NoPrice = "no price";
}

/// <summary>How figures are written for people. Money is rounded here and nowhere before.</summary>
public static partial class Text
{
    /// <summary>
    /// Dollars to the cent with thousands marked; amounts below a cent keep up to six decimals, so that small is not nothing.
    /// </summary>
    public static string Dollars(decimal usd)
    {
        var small = usd != 0m && Math.Abs(usd) < 0.01m;
        return small
            ? "$" + decimal.Round(usd, 6, MidpointRounding.ToEven).ToString("0.######", CultureInfo.InvariantCulture)
            : "$" + decimal.Round(usd, 2, MidpointRounding.ToEven).ToString("#,##0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>A quantity with thousands marked and no needless decimals.</summary>
    public static string Number(decimal value) => value.ToString("#,##0.####", CultureInfo.InvariantCulture);

    /// <summary>", 3 of them refused by the gateway (2 budget, 1 rate)", or nothing.</summary>
    public static string OfThemRefused(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Refused.Count == 0 ? "" : $", {Number(report.Refused.Sum(r => r.Count))} of them refused by the gateway ("
            + string.Join(", ", report.Refused.Select(r => $"{Number(r.Count)} {r.Reason}")) + ")";
    }

    public static string Percent(double share) => share.ToString("0.0%", CultureInfo.InvariantCulture);

    public static string Percent(decimal part, decimal whole) =>
        whole == 0m ? "–" : (part / whole).ToString("0.0%", CultureInfo.InvariantCulture);

    /// <summary>A model id without what every id of its family repeats: vendor, date and version; ARNs lose their middle.</summary>
    public static string ShortModel(string id)
    {
        if (id.StartsWith("arn:", StringComparison.Ordinal)) return ShortArns(id);
        var dot = id.IndexOf('.', StringComparison.Ordinal);
        var name = dot >= 0 ? id[(dot + 1)..] : id;
        var parts = name.Split('-').TakeWhile(p => !(p.Length == 8 && p.All(char.IsAsciiDigit))
            && !(p.Length >= 2 && p[0] == 'v' && p[1..].All(c => char.IsAsciiDigit(c) || c == ':')));
        var shortened = string.Join('-', parts);
        return shortened.Length == 0 ? name : shortened;
    }

    /// <summary>ARNs in a text without what comes before the resource, whose name may hold colons itself.</summary>
    public static string ShortArns(string text) => Arn().Replace(text, "…");

    [GeneratedRegex("arn:[^: ']*:[^: ']*:[^: ']*:[^: ']*:", RegexOptions.CultureInvariant)]
    private static partial Regex Arn();

    /// <summary>What stands for an empty key.</summary>
    public static string Key(string key) => key.Length == 0 ? "(untagged)" : key;

    /// <summary>One line of eighths: a bar of a share of a width.</summary>
    public static string Bar(decimal part, decimal whole, int width)
    {
        if (whole <= 0m || part <= 0m) return "";
        var eighths = (int)decimal.Round(part / whole * width * 8m);
        return new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : "▏▎▍▌▋▊▉"[(eighths % 8) - 1]);
    }

    /// <summary>Values as a line of small columns, the largest as high as the line.</summary>
    public static string Sparkline(IReadOnlyList<decimal> values)
    {
        const string levels = "▁▂▃▄▅▆▇█";
        var max = values.DefaultIfEmpty(0m).Max();
        return string.Concat(values.Select(v => max <= 0m || v <= 0m ? levels[0] : levels[(int)Math.Min(7m, Math.Floor(v / max * 8m))]));
    }
}
