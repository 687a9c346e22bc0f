using System.Text.Json;
using Assay.Planning.Vendors;
using Assay.Pricing;

namespace Assay.Desk.Reports;

/// <summary>The pack as JSON. Its fields are a contract: add freely, change nothing. Money is decimal text in USD; shares are
/// numbers.</summary>
static class PackJson
{
    public static void Write(Utf8JsonWriter json, PackReport report)
    {
        json.WriteStartObject();
        json.WriteString("book", report.Book);
        json.WriteString("from", Dimensions.Day(report.Span.From));
        json.WriteString("to", Dimensions.Day(report.Span.To));
        json.WriteNumber("days", report.Span.Days);
        json.WriteNumber("days_asked", PackReport.DaysAsked);
        json.WriteNumber("whole_weeks", report.Weeks);
        Money(json, "total", report.Counts.Cost);
        Money(json, "monthly", report.Monthly);
        Money(json, "annual", report.Annual);
        json.WriteNumber("requests", report.Counts.Requests);
        json.WriteNumber("requests_unpriced", report.Counts.Unpriced);
        json.WriteNumber("throttled", report.Counts.Throttled);
        json.WriteStartObject("stability");
        Steady(json, report.Steadiness);
        if (report.LeastMonth is { } least) Money(json, "least_30_days", least);
        json.WriteStartArray("models");
        foreach (var (model, steadiness, cost) in report.ModelSteadiness)
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            Money(json, "cost", cost);
            Steady(json, steadiness);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        Mix(json, "by_model", report.ByModel);
        Mix(json, "by_mode", report.ByMode);
        Mix(json, "by_scope", report.ByScope);
        json.WriteStartArray("by_day");
        for (var i = 0; i < report.Days.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("day", Dimensions.Day(report.Span.From.AddDays(i)));
            Money(json, "cost", report.Days[i]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("utilisation");
        foreach (var hours in report.Hours)
        {
            json.WriteStartObject();
            json.WriteString("model", hours.Model);
            json.WriteNumber("mean_hour_tokens", decimal.Round(hours.MeanTokens, 2));
            json.WriteNumber("busy_hour_tokens", hours.BusyTokens);
            json.WriteNumber("peak_hour_tokens", hours.PeakTokens);
            json.WriteNumber("hours_in_use", hours.BusyHours);
            if (hours.Utilisation is { } used) json.WriteNumber("utilisation", used); else json.WriteNull("utilisation");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Growth(json, report);
        Commitment(json, report);
        Vendors(json, report);
        json.WriteStartArray("discounts");
        foreach (var discount in report.Discounts)
        {
            json.WriteStartObject();
            json.WriteNumber("discount", discount);
            Money(json, "monthly_saving", report.Monthly * discount);
            Money(json, "annual_saving", report.Annual * discount);
            Money(json, "annual_saving_without_marketplace", (report.Monthly - report.MarketplaceMonthly) * 12m * discount);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("unpriced");
        foreach (var unpriced in report.Unpriced)
        {
            json.WriteStartObject();
            json.WriteString("reason", unpriced.Reason);
            json.WriteNumber("count", unpriced.RequestsAfter);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Steady(Utf8JsonWriter json, Steadiness steadiness)
    {
        Money(json, "mean_day", steadiness.Mean);
        Money(json, "p10_day", steadiness.Low);
        Money(json, "median_day", steadiness.Median);
        Money(json, "p90_day", steadiness.High);
        Money(json, "peak_day", steadiness.Peak);
        if (steadiness.DaysVary is { } days) json.WriteNumber("variation_of_days", days); else json.WriteNull("variation_of_days");
        if (steadiness.WeeksVary is { } weeks) json.WriteNumber("variation_of_weeks", weeks); else json.WriteNull("variation_of_weeks");
    }

    static void Growth(Utf8JsonWriter json, PackReport report)
    {
        if (report.Trend is not { } trend)
        {
            json.WriteNull("growth");
            return;
        }
        json.WriteStartObject("growth");
        json.WriteNumber("monthly", Math.Round(trend.Monthly, 6));
        json.WriteNumber("monthly_low", Math.Round(trend.MonthlyLow, 6));
        json.WriteNumber("monthly_high", Math.Round(trend.MonthlyHigh, 6));
        json.WriteBoolean("shown", !trend.IsFlat);
        if (trend.Coming is { } coming)
        {
            json.WriteNumber("weeks_ahead", trend.WeeksAhead);
            Money(json, "expected", coming.Usd);
            Money(json, "low", coming.Low);
            Money(json, "high", coming.High);
        }
        json.WriteEndObject();
    }

    static void Commitment(Utf8JsonWriter json, PackReport report)
    {
        if (report.Position is not { } position)
        {
            json.WriteNull("commitment");
            return;
        }
        json.WriteStartObject("commitment");
        json.WriteNumber("years", position.Years);
        Money(json, "gap", position.Stay.Years.Sum(y => y.Gap));
        Money(json, "absorbed", position.Stay.Years.Sum(y => y.Absorbed));
        Money(json, "shortfall", position.Stay.Years.Sum(y => y.Shortfall));
        Money(json, "incremental_cost", position.Stay.IncrementalCost);
        json.WriteEndObject();
    }

    static void Vendors(Utf8JsonWriter json, PackReport report)
    {
        json.WriteStartArray("vendors");
        foreach (var quote in report.Vendors.Vendors)
        {
            json.WriteStartObject();
            json.WriteString("vendor", quote.Platform.Vendor);
            json.WriteNumber("share_covered", Math.Round(quote.ShareCovered, 6));
            Money(json, "bedrock", quote.Here);
            Money(json, "there", quote.Total);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("portable", Math.Round(report.LockIn.Portable, 6));
        json.WriteStartArray("makers");
        foreach (SpendShare share in report.LockIn.ByMaker.Shares)
        {
            json.WriteStartObject();
            json.WriteString("maker", share.Vendor);
            Money(json, "cost", share.Usd);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Mix(Utf8JsonWriter json, string name, IReadOnlyList<MixPart> parts)
    {
        json.WriteStartArray(name);
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteString("key", part.Key);
            Money(json, "cost", part.Cost);
            Money(json, "earlier", part.Earlier);
            Money(json, "later", part.Later);
            json.WriteNumber("requests_unpriced", part.Unpriced);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Money(Utf8JsonWriter json, string name, decimal usd) => json.WriteString(name, Usd.Plain(usd));
}
