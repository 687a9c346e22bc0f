using System.Globalization;

namespace Assay.Planning;

/// <summary>How figures of claims are written for people: rounded here and nowhere before.</summary>
public static class FigureText
{
    /// <summary>A figure in its unit: <c>107.14×</c>, <c>10–40%</c>, <c>$35,280</c>.</summary>
    public static string Show(Extent figure, string unit)
    {
        var (before, after, one) = unit switch
        {
            "x" => ("", "×", (Func<decimal, string>)(n => Rounded(n, "#,##0.##"))),
            "fraction" => ("", "%", n => Rounded(100m * n, "#,##0.#")),
            _ when unit.StartsWith("usd", StringComparison.Ordinal) => ("$", "", Dollars),
            _ => ("", "", n => Rounded(n, "#,##0.##")),
        };
        var sign = !figure.IsRange && figure.Low < 0m ? "-" : "";
        return figure.IsRange
            ? $"{before}{one(figure.Low)}–{one(figure.High)}{after}"
            : $"{sign}{before}{one(Math.Abs(figure.Low))}{after}";
    }

    /// <summary>The claimed figure; a floor is marked as one.</summary>
    public static string Claimed(GuideClaim claim) =>
        (claim.Kind == ClaimKind.Floor ? "> " : "") + Show(claim.Claimed, claim.Unit);

    /// <summary>
    /// A figure derived for a claim, in thousands without cents; the most it can be is marked as such, and a dash stands for none.
    /// </summary>
    public static string Derived(GuideClaim claim, Derivation derived) => derived.Result is { } figure
        ? (claim.Kind == ClaimKind.Ceiling ? "≤ " : "")
            + Show(figure with { Low = Whole(figure.Low), High = Whole(figure.High) }, claim.Unit)
        : "–";

    static decimal Whole(decimal figure) => Math.Abs(figure) < 1_000m ? figure : decimal.Round(figure, MidpointRounding.AwayFromZero);

    /// <summary>A number of a formula: thousands marked, six decimals at most.</summary>
    public static string Number(decimal number) => Rounded(number, "#,##0.######");

    // Whole dollars without cents, small amounts with the digits they need.
    static string Dollars(decimal usd) => Rounded(usd,
        usd == decimal.Truncate(usd) || Math.Abs(usd) >= 10_000m ? "#,##0" : Math.Abs(usd) < 0.1m ? "0.00####" : "#,##0.00");

    static string Rounded(decimal number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
