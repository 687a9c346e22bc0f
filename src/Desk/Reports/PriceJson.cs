using System.Text.Json;
using Assay.Pricing;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>
/// What the <c>prices</c> commands say as JSON. Rates are decimal text, USD per one unit of the meter; the source's own
/// figure stands beside them.
/// </summary>
static class PriceJson
{
    public static void Write(Action<Utf8JsonWriter> content)
    {
        using var output = Console.OpenStandardOutput();
        Write(output, content);
    }

    /// <summary>The same into a stream, with a line end behind it.</summary>
    public static void Write(Stream output, Action<Utf8JsonWriter> content)
    {
        using var json = new Utf8JsonWriter(output,
            new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        content(json);
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    public static void Books(Utf8JsonWriter json, IReadOnlyList<PriceBook> books)
    {
        json.WriteStartArray();
        foreach (var book in books)
        {
            json.WriteStartObject();
            json.WriteString("book", book.Id);
            json.WriteNumber("rates", book.Rates.Count());
            json.WriteNumber("models", book.Rates.Select(r => r.Key.Model).Distinct().Count());
            json.WriteStartArray("sources");
            foreach (var source in book.Sources)
            {
                json.WriteStartObject();
                json.WriteString("source", source.Name);
                json.WriteString("date", Dimensions.Day(source.Date));
                json.WriteNumber("rates", source.Rates.Count);
                json.WriteBoolean("fills_gaps", source.FillsGaps);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void Rates(Utf8JsonWriter json, IEnumerable<Rate> rates)
    {
        json.WriteStartArray();
        foreach (var rate in rates) Write(json, rate, withSource: true);
        json.WriteEndArray();
    }

    public static void Modes(Utf8JsonWriter json, ModeMatrix matrix)
    {
        json.WriteStartObject();
        json.WriteString("book", matrix.Book);
        json.WriteString("date", Dimensions.Day(matrix.Date));
        json.WriteStartArray("models");
        foreach (var model in matrix.Models)
        {
            json.WriteStartObject();
            json.WriteString("model", model.Model);
            json.WriteString("provider", model.Provider);
            json.WriteBoolean("on_demand", model.OnDemand);
            json.WriteBoolean("batch", model.Batch);
            json.WriteBoolean("batch_priced", model.BatchPriced);
            Strings(json, "caching", model.CacheTtls);
            Strings(json, "provisioned", model.Provisioned.Select(t => t.Name()));
            Strings(json, "reserved", model.Reserved.Select(t => t.Name()));
            json.WriteBoolean("customisation", model.Customisation);
            json.WriteBoolean("long_context_band", model.LongBand);
            Strings(json, "tiers", model.Tiers.Select(t => t.Name()));
            Strings(json, "scopes", model.Scopes.Select(s => s.Name()));
            Strings(json, "regions", model.Regions);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Diff(Utf8JsonWriter json, PriceBook before, PriceBook after, PriceDiff diff)
    {
        json.WriteStartObject();
        json.WriteString("before", before.Id);
        json.WriteString("after", after.Id);
        List(json, "added", diff.Added);
        List(json, "removed", diff.Removed);
        json.WriteStartArray("changed");
        foreach (var change in diff.Changed)
        {
            json.WriteStartObject();
            Key(json, change.Key);
            json.WriteString("before", Usd.Plain(change.Before.UsdPerUnit));
            json.WriteString("after", Usd.Plain(change.After.UsdPerUnit));
            if (change.Ratio is { } ratio) json.WriteNumber("ratio", (double)ratio); else json.WriteNull("ratio");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Findings(Utf8JsonWriter json, PriceBook book, IReadOnlyList<PriceFinding> findings)
    {
        json.WriteStartObject();
        json.WriteString("book", book.Id);
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("sku", finding.Sku);
            Key(json, finding.Key);
            json.WriteString("what", finding.What);
            json.WriteString("sibling", finding.Sibling);
            json.WriteNumber("ratio", (double)finding.Ratio);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Import(Utf8JsonWriter json, ImportResult result)
    {
        json.WriteStartObject();
        json.WriteStartArray("imported");
        foreach (var rate in result.Imported) Write(json, rate, withSource: true);
        json.WriteEndArray();
        json.WriteStartArray("unclassified");
        foreach (var row in result.Unclassified)
        {
            json.WriteStartObject();
            json.WriteString("sku", row.Sku);
            json.WriteString("usagetype", row.UsageType);
            json.WriteString("reason", row.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, Rate rate, bool withSource)
    {
        json.WriteStartObject();
        Key(json, rate);
        json.WriteString("unit", rate.Key.Meter.Unit());
        json.WriteString("rate", Usd.Plain(rate.UsdPerUnit));
        if (withSource)
        {
            json.WriteString("source_unit", rate.SourceUnit);
            json.WriteString("source_rate", Usd.Plain(rate.SourceRate));
            json.WriteString("from", rate.From is { } from ? Dimensions.Day(from) : null);
            json.WriteString("until", rate.Until is { } until ? Dimensions.Day(until) : null);
            json.WriteString("source", rate.Source);
        }
        json.WriteEndObject();
    }

    static void Key(Utf8JsonWriter json, Rate rate)
    {
        json.WriteString("sku", rate.Sku);
        Key(json, rate.Key);
    }

    static void Key(Utf8JsonWriter json, RateKey key)
    {
        json.WriteString("model", key.Model);
        json.WriteString("meter", key.Meter.Name());
        json.WriteString("mode", key.Mode.Name());
        json.WriteString("tier", key.Tier.Name());
        json.WriteString("scope", key.Scope.Name());
        json.WriteString("context", key.Context.Name());
        json.WriteString("region", key.Region);
        json.WriteString("term", key.Term.Name());
    }

    static void List(Utf8JsonWriter json, string name, IReadOnlyList<Rate> rates)
    {
        json.WriteStartArray(name);
        foreach (var rate in rates) Write(json, rate, withSource: true);
        json.WriteEndArray();
    }

    static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
