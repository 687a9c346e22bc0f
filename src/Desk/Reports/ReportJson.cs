using System.Text.Json;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>The report as JSON. Its fields are a contract: add freely, change nothing. Money is decimal text in USD.</summary>
public static class ReportJson
{
    public static void Write(Report report, Stream into)
    {
        using var json = new Utf8JsonWriter(into,
            new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("book", report.Book);
        Money(json, "total", report.Total);
        if (report.TotalMax > report.Total) Money(json, "total_max", report.TotalMax);
        Money(json, "monthly", report.Monthly);
        json.WriteNumber("requests", report.Requests);
        json.WriteNumber("failed", report.Failed);
        json.WriteNumber("uncounted", report.Uncounted);
        json.WriteNumber("duplicates", report.Reading.Duplicates);
        json.WriteNumber("requests_unpriced", report.RequestsUnpriced);
        if (report.From is { } from) json.WriteString("from", Dimensions.Day(from)); else json.WriteNull("from");
        if (report.To is { } to) json.WriteString("to", Dimensions.Day(to)); else json.WriteNull("to");
        json.WriteNumber("days", report.Days);
        Groups(json, "by_model", report.ByModel);
        Groups(json, "by_app", report.ByApp);
        Groups(json, "by_team", report.ByTeam);
        Groups(json, "by_env", report.ByEnv);
        Groups(json, "by_principal", report.ByPrincipal);
        Groups(json, "by_account", report.ByAccount);
        Groups(json, "by_meter", report.ByMeter);
        Groups(json, "by_mode", report.ByMode);
        Groups(json, "by_day", report.ByDay);
        if (report.Groups is { } grouping) Grouped(json, grouping);
        Meters(json, report);
        Top(json, report);
        Reasons(json, "unpriced", report.Unpriced);
        json.WriteStartObject("errors");
        foreach (var (code, count) in report.Errors) json.WriteNumber(code, count);
        json.WriteEndObject();
        Reasons(json, "refused", report.Refused);
        Skipped(json, report);
        if (report.Reading.Bill is { } bill) Bill(json, bill);
        json.WriteStartObject("tag_coverage");
        foreach (var tag in report.Tags) json.WriteNumber(tag.Key, tag.Share);
        json.WriteEndObject();
        json.WriteStartObject("untagged");
        foreach (var tag in report.Tags) Money(json, tag.Key, tag.Untagged);
        json.WriteEndObject();
        Norms(json, report);
        json.WriteStartArray("highlights");
        foreach (var highlight in report.Highlights)
        {
            json.WriteStartObject();
            json.WriteString("id", highlight.Id);
            json.WriteString("text", highlight.Text);
            Money(json, "cost", highlight.Cost);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("not_visible");
        foreach (var unseen in report.NotVisible) json.WriteStringValue(unseen);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        into.WriteByte((byte)'\n');
    }

    static void Money(Utf8JsonWriter json, string name, decimal usd) => json.WriteString(name, Usd.Plain(usd));

    static void Groups(Utf8JsonWriter json, string name, IReadOnlyList<Group> groups)
    {
        json.WriteStartArray(name);
        foreach (var group in groups)
        {
            json.WriteStartObject();
            json.WriteString("key", group.Key);
            Money(json, "cost", group.Cost);
            if (group.CostMax > group.Cost) Money(json, "cost_max", group.CostMax);
            json.WriteNumber("requests", group.Requests);
            if (group.Unpriced > 0) json.WriteNumber("unpriced", group.Unpriced);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    internal static void Grouped(Utf8JsonWriter json, Grouping grouping)
    {
        json.WriteStartArray("groups");
        foreach (var line in grouping.Lines)
        {
            json.WriteStartObject();
            for (var i = 0; i < grouping.Dimensions.Count; i++) json.WriteString(grouping.Dimensions[i], line.Values[i]);
            Money(json, "cost", line.Cost);
            if (line.CostMax > line.Cost) Money(json, "cost_max", line.CostMax);
            json.WriteNumber("requests", line.Requests);
            if (line.Unpriced > 0) json.WriteNumber("unpriced", line.Unpriced);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Meters(Utf8JsonWriter json, Report report)
    {
        json.WriteStartArray("meters");
        foreach (var sum in report.Meters)
        {
            json.WriteStartObject();
            json.WriteString("meter", sum.Meter.Name());
            json.WriteNumber("quantity", Usd.Shortest(sum.Quantity));
            json.WriteNumber("unpriced_quantity", Usd.Shortest(sum.UnpricedQuantity));
            Money(json, "cost", sum.Cost);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Top(Utf8JsonWriter json, Report report)
    {
        json.WriteStartArray("top");
        foreach (var request in report.Top)
        {
            json.WriteStartObject();
            json.WriteString("request_id", request.Id.ToString());
            json.WriteString("time", request.Time.ToString("yyyy-MM-ddTHH:mm:ssZ"));
            json.WriteString("model", request.Model);
            json.WriteString("app", request.App);
            json.WriteString("principal", request.Principal);
            json.WriteNumber("prompt_tokens", request.Tokens.Prompt);
            json.WriteNumber("output_tokens", request.Tokens.Output);
            Money(json, "cost", request.Cost);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>An array of <c>{reason, count}</c>.</summary>
    internal static void Reasons(Utf8JsonWriter json, string name, IReadOnlyList<(string Reason, long Count)> counted)
    {
        json.WriteStartArray(name);
        foreach (var (reason, count) in counted)
        {
            json.WriteStartObject();
            json.WriteString("reason", reason);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Skipped(Utf8JsonWriter json, Report report)
    {
        json.WriteStartObject("skipped");
        json.WriteStartArray("files");
        foreach (var file in report.Reading.SkippedFiles)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteString("reason", file.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("lines", report.Reading.SkippedLines);
        Notes(json, "first", report.Reading.FirstSkippedLines);
        json.WriteNumber("differences", report.Reading.Differences);
        Notes(json, "first_differences", report.Reading.FirstDifferences);
        json.WriteNumber("body_files", report.Reading.BodyFiles);
        json.WriteEndObject();
    }

    static void Bill(Utf8JsonWriter json, Input.BillSummary bill)
    {
        json.WriteStartObject("bill");
        Money(json, "billed", bill.BilledUsd);
        json.WriteNumber("lines", bill.Lines);
        json.WriteNumber("left_out", bill.LeftOut);
        Money(json, "left_out_billed", bill.LeftOutUsd);
        json.WriteNumber("duplicates", bill.Duplicates);
        json.WriteNumber("other_services", bill.OtherServices);
        json.WriteStartArray("not_usage");
        foreach (var (charge, usd) in bill.Charges)
        {
            json.WriteStartObject();
            json.WriteString("charge", charge);
            Money(json, "billed", usd);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("unclassified");
        foreach (var (type, reason, lines, usd) in bill.Unclassified)
        {
            json.WriteStartObject();
            json.WriteString("usage_type", type);
            json.WriteString("reason", reason);
            json.WriteNumber("lines", lines);
            Money(json, "billed", usd);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("skipped", bill.Skipped.Count);
        json.WriteStartArray("unread_columns");
        foreach (var column in bill.UnreadColumns) json.WriteStringValue(column);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Notes(Utf8JsonWriter json, string name, List<Usage.Logs.LineNote> notes)
    {
        json.WriteStartArray(name);
        foreach (var note in notes)
        {
            json.WriteStartObject();
            json.WriteString("path", note.Path);
            json.WriteNumber("line", note.Line);
            json.WriteString("reason", note.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Norms(Utf8JsonWriter json, Report report)
    {
        json.WriteStartArray("norms");
        foreach (var norm in report.Norms)
        {
            json.WriteStartObject();
            json.WriteString("id", norm.Id);
            json.WriteString("title", norm.Title);
            if (norm.Yours is { } yours) json.WriteNumber("yours", yours); else json.WriteNull("yours");
            json.WriteStartArray("guide");
            json.WriteNumberValue(norm.GuideLow);
            json.WriteNumberValue(norm.GuideHigh);
            json.WriteEndArray();
            json.WriteString("unit", norm.Unit);
            if (norm.AtStake is { } stake) Money(json, "at_stake", stake);
            json.WriteString("about", norm.Yours is null ? $"not visible in these files: {norm.About}" : norm.About);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
