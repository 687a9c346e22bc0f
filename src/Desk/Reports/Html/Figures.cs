using System.Globalization;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Desk.Reports.Html;

/// <summary>Figures as the page shows them: rounded for the eye, with the exact amount behind them.</summary>
static class Figures
{
    const string NotVisibleText = "not visible in these files";

    /// <summary>Dollars to the cent, halves to the even cent; below a cent six decimals, so that small is not nothing.</summary>
    public static string Dollars(decimal usd)
    {
        var size = Math.Abs(usd);
        var sign = usd < 0m ? "−" : "";
        if (size is 0m or >= 0.01m)
            return sign + "$" + new Usd(size).RoundedToCents().Amount.ToString("#,##0.00", CultureInfo.InvariantCulture);
        var fine = decimal.Round(size, 6, MidpointRounding.ToEven);
        return fine == 0m ? sign + "<$0.000001" : sign + "$" + fine.ToString("0.000000", CultureInfo.InvariantCulture);
    }

    /// <summary>Dollars for an axis: no cents where the steps are whole dollars.</summary>
    public static string AxisDollars(decimal usd, decimal step) => "$" + usd.ToString(
        step >= 1m ? "#,##0" : step >= 0.01m ? "0.00" : "0.########", CultureInfo.InvariantCulture);

    /// <summary>Money with its exact amount as value and as title.</summary>
    public static Fragment Money(decimal usd)
    {
        var exact = Usd.Plain(usd);
        return Fragment.Of($"""<data value="{exact}" title="exactly {exact} USD">{Dollars(usd)}</data>""");
    }

    /// <summary>What a sum of usage cost, or that it has no price: a missing price is never zero dollars.</summary>
    public static Fragment Money(decimal usd, decimal usdMax, long unpriced) =>
        usd == 0m && unpriced > 0 ? Fragment.Of($"""<data value="0">{Reports.Money.NoPrice}</data>""") : Money(usd, usdMax);

    /// <summary>Money, and below it how much it may be at most where that is more.</summary>
    public static Fragment Money(decimal usd, decimal usdMax) =>
        usdMax > usd ? Fragment.Of($"{Money(usd)}<small>to {Money(usdMax)}</small>") : Money(usd);

    public static Fragment Count(decimal count) => Fragment.Of($"""<data value="{Usd.Plain(count)}">{Number(count)}</data>""");

    public static string Number(decimal count) => count.ToString("#,##0.####", CultureInfo.InvariantCulture);

    public static string Share(decimal part, decimal whole) => whole == 0m ? "–" : Percent(part / whole);

    /// <summary>The share of a whole as a percentage for a drawing, 0 to 100.</summary>
    public static double Percentage(decimal part, decimal whole) => whole <= 0m ? 0 : (double)Math.Clamp(part / whole * 100m, 0m, 100m);

    public static string Percent(decimal share) =>
        share > 0m && share < 0.0005m ? "<0.1%"
        : share < 1m && share >= 0.9995m ? ">99.9%"
        : share.ToString("0.0%", CultureInfo.InvariantCulture);

    /// <summary>What a unit of a meter came to, in the unit prices are quoted in.</summary>
    public static string EffectiveRate(Rating.MeterSum sum)
    {
        var priced = sum.Quantity - sum.UnpricedQuantity;
        if (priced <= 0m) return "–";
        var (units, name) = sum.Meter.Unit() switch
        {
            "token" => (1_000_000m, "M tokens"),
            "text_unit" => (1_000m, "1,000 text units"),
            var unit => (1m, Spoken(unit)),
        };
        var rate = decimal.Round(sum.Cost / priced * units, 4, MidpointRounding.ToEven);
        return $"${rate.ToString("#,##0.00##", CultureInfo.InvariantCulture)} per {name}";
    }

    public static string Units(Meter meter) => meter.Unit() switch
    {
        "query" => "queries",
        "search" => "searches",
        "gb" => "GB",
        "gb_month" => "GB-months",
        "tpm_hour" => "TPM-hours",
        "ocu_hour" => "OCU-hours",
        var unit => Spoken(unit) + "s",
    };

    /// <summary>A figure of a norm in its unit.</summary>
    public static string Norm(double? figure, string unit) => figure switch
    {
        null => NotVisibleText,
        { } share when unit == "share" => share.ToString("0.#%", CultureInfo.InvariantCulture),
        1 when unit == "modes" => "1 mode",
        { } value => $"{value.ToString("#,##0.#", CultureInfo.InvariantCulture)} {Spoken(unit)}",
    };

    /// <summary>The guide's figure: one number or the range it gives.</summary>
    public static string Guide(Norm norm)
    {
        if (norm.GuideLow.Equals(norm.GuideHigh)) return Norm(norm.GuideLow, norm.Unit);
        if (!double.IsFinite(norm.GuideHigh)) return "at least " + Norm(norm.GuideLow, norm.Unit);
        if (norm.GuideLow <= 0) return "at most " + Norm(norm.GuideHigh, norm.Unit);
        var low = norm.Unit == "share" ? norm.GuideLow * 100 : norm.GuideLow;
        return $"{low.ToString("#,##0.#", CultureInfo.InvariantCulture)}–{Norm(norm.GuideHigh, norm.Unit)}";
    }

    /// <summary>A code word as a person would write it: meters and modes have names, others lose their underscores.</summary>
    public static string Spoken(string code) => code switch
    {
        "input" => "Input, paid in full",
        "output" => "Output",
        "cache_read" => "Input read from cache",
        "cache_write_5m" => "Cache writes, 5 minutes",
        "cache_write_30m" => "Cache writes, 30 minutes",
        "cache_write_1h" => "Cache writes, 1 hour",
        "guardrail_content" => "Guardrail: content filters",
        "guardrail_topic" => "Guardrail: denied topics",
        "guardrail_sensitive" => "Guardrail: sensitive information",
        "guardrail_grounding" => "Guardrail: grounding check",
        "guardrail_reasoning" => "Guardrail: automated reasoning",
        "on_demand" => "On demand",
        "batch" => "Batch",
        "provisioned" => "Provisioned",
        "reserved" => "Reserved",
        "custom" => "Custom model",
        "calls" => "calls a request",
        "modes" => "modes",
        _ => code.Replace('_', ' '),
    };

    public static string Capitalised(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string Period(DateOnly? from, DateOnly? to) => (from, to) switch
    {
        ({ } first, { } last) when first == last => Day(first),
        ({ } first, { } last) when first.Year == last.Year && first.Month == last.Month => $"{first.Day}–{Day(last)}",
        ({ } first, { } last) when first.Year == last.Year => $"{first.ToString("d MMMM", CultureInfo.InvariantCulture)} – {Day(last)}",
        ({ } first, { } last) => $"{Day(first)} – {Day(last)}",
        _ => "no requests",
    };

    public static string Plural(decimal count, string one, string many) => $"{Number(count)} {(count == 1m ? one : many)}";

    static string Day(DateOnly day) => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
}
