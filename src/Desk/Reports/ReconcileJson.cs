using System.Text.Json;
using Assay.Ledger.Bills;
using Assay.Ledger.Reconciling;
using Assay.Pricing;

namespace Assay.Desk.Reports;

/// <summary>A reconciliation as JSON. Money is decimal text; amounts are the bill minus the rated logs.</summary>
static class ReconcileJson
{
    public static void Write(Utf8JsonWriter json, Reconciled result, BillReading bill)
    {
        json.WriteStartObject();
        json.WriteString("book", result.Book);
        json.WriteString("from", Dimensions.Day(result.First));
        json.WriteString("to", Dimensions.Day(result.Last));
        Money(json, "rated", result.Rated);
        Money(json, "billed", result.Billed);
        Money(json, "matched", result.Matched);
        json.WriteStartArray("by_cause");
        foreach (var cause in ByCause.Of(result.Residuals))
        {
            json.WriteStartObject();
            json.WriteString("cause", cause.Cause);
            Money(json, "amount", cause.Amount);
            json.WriteNumber("days", cause.Days);
            json.WriteString("first", Dimensions.Day(cause.First));
            json.WriteString("last", Dimensions.Day(cause.Last));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Residuals(json, "residuals", result.Residuals, isNamed: true);
        Findings(json, result.Findings);
        Money(json, "unexplained", result.Unexplained);
        Residuals(json, "unexplained_rows", result.UnexplainedRows, isNamed: false);
        Witnesses(json, result.Witnesses);
        json.WriteStartObject("bill");
        json.WriteNumber("lines", result.BillLines);
        json.WriteNumber("other_services", bill.OtherServices);
        json.WriteNumber("duplicates", bill.Duplicates.Count);
        json.WriteStartArray("skipped");
        foreach (var note in bill.Skipped)
        {
            json.WriteStartObject();
            json.WriteString("path", note.Path);
            json.WriteNumber("row", note.Row);
            json.WriteString("reason", note.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("unknown_columns");
        foreach (var column in bill.UnknownColumns) json.WriteStringValue(column);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Residuals(Utf8JsonWriter json, string name, IReadOnlyList<Residual> residuals, bool isNamed)
    {
        json.WriteStartArray(name);
        foreach (var residual in residuals)
        {
            json.WriteStartObject();
            if (isNamed) json.WriteString("cause", residual.Cause);
            json.WriteString("account", residual.Account);
            json.WriteString("day", Dimensions.Day(residual.Day));
            json.WriteString("usage_type", residual.UsageType);
            Money(json, "amount", residual.Amount);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // Tokens are numbers: they are counted, not paid.
    static void Witnesses(Utf8JsonWriter json, IReadOnlyList<Witnesses> days)
    {
        json.WriteStartArray("witnesses");
        foreach (var day in days)
        {
            json.WriteStartObject();
            json.WriteString("account", day.Account);
            json.WriteString("region", day.Region);
            json.WriteString("model", day.Model);
            json.WriteString("day", Dimensions.Day(day.Day));
            json.WriteNumber("logged", Usd.Shortest(day.Logged));
            json.WriteNumber("metered", Usd.Shortest(day.Metered));
            json.WriteNumber("billed", Usd.Shortest(day.Billed));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Findings(Utf8JsonWriter json, IReadOnlyList<BillFinding> findings)
    {
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("kind", finding.Kind);
            json.WriteString("account", finding.Account);
            json.WriteString("region", finding.Region);
            json.WriteString("usage_type", finding.UsageType);
            json.WriteString("from", Dimensions.Day(finding.First));
            json.WriteString("to", Dimensions.Day(finding.Last));
            json.WriteNumber("lines", finding.Lines);
            Money(json, "at_stake", finding.AtStake);
            json.WriteString("text", finding.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Money(Utf8JsonWriter json, string name, decimal usd) => json.WriteString(name, Usd.Plain(usd));
}

/// <summary>All residuals of one cause.</summary>
/// <param name="Days">Different days it has.</param>
sealed record ByCause(string Cause, decimal Amount, int Days, DateOnly First, DateOnly Last, string LargestUsageType)
{
    /// <summary>Largest amount first.</summary>
    public static IReadOnlyList<ByCause> Of(IReadOnlyList<Residual> residuals) => [.. residuals.GroupBy(r => r.Cause)
        .Select(g => new ByCause(g.Key, g.Sum(r => r.Amount), g.Select(r => r.Day).Distinct().Count(), g.Min(r => r.Day), g.Max(r => r.Day),
            g.GroupBy(r => r.UsageType).OrderByDescending(t => Math.Abs(t.Sum(r => r.Amount))).First().Key))
        .OrderByDescending(c => Math.Abs(c.Amount)).ThenBy(c => c.Cause, StringComparer.Ordinal)];
}
