using System.Text.Json;
using Assay.Planning;
using Assay.Pricing;

namespace Assay.Desk.Reports;

/// <summary>
/// The checked guide as JSON. Figures of claims are numbers, a range an array of its two ends; dollars of the scenario are decimal text.
/// </summary>
static class GuideJson
{
    public static void Claims(Utf8JsonWriter json, IReadOnlyList<CheckedClaim> claims, bool withSteps)
    {
        json.WriteStartArray();
        foreach (var check in claims)
        {
            json.WriteStartObject();
            json.WriteString("id", check.Claim.Id);
            json.WriteString("topic", check.Claim.Topic);
            json.WriteString("statement", check.Claim.Statement);
            Figure(json, "claimed", check.Claim.Claimed);
            Figure(json, "derived", check.Derived.Result);
            json.WriteString("unit", check.Claim.Unit);
            json.WriteString("kind", KindName(check.Claim.Kind));
            json.WriteString("verdict", check.Judgement.Verdict.Name());
            json.WriteString("because", check.Judgement.Because);
            if (check.Today.Result is { } today) Figure(json, "today", today);
            else json.WriteString("no_today", check.Today.Missing);
            if (check.TodayJudgement is { } judgement) json.WriteString("today_verdict", judgement.Verdict.Name());
            if (withSteps)
            {
                Derivation(json, "derivation", check.Derived);
                Derivation(json, "today_derivation", check.Today);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void Scenario(Utf8JsonWriter json, IReadOnlyList<ScenarioLine> lines, GuideSources sources)
    {
        json.WriteStartObject();
        json.WriteString("book", sources.Guide.Id);
        json.WriteString("today_book", sources.Today.Id);
        json.WriteStartArray("lines");
        foreach (var line in lines.Where(l => l.IsMoney))
        {
            json.WriteStartObject();
            json.WriteString("name", line.Name);
            json.WriteString("category", line.Category);
            json.WriteString("printed", Usd.Plain(line.Printed));
            if (line.Derived.Result is { } derived)
            {
                json.WriteString("derived", Usd.Plain(derived.Low));
                json.WriteString("difference", Usd.Plain(line.Printed - derived.Low));
            }
            if (line.Today.Result is { } today) json.WriteString("today", Usd.Plain(today.Low));
            json.WriteString("why", line.Why);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        foreach (var line in lines.Where(l => !l.IsMoney))
        {
            json.WriteStartObject("saving");
            json.WriteNumber("printed", line.Printed);
            Figure(json, "derived", line.Derived.Result);
            Figure(json, "today", line.Today.Result);
            json.WriteString("why", line.Why);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static void Derivation(Utf8JsonWriter json, string name, Derivation derivation)
    {
        json.WriteStartObject(name);
        json.WriteString("book", derivation.Book);
        if (derivation.Missing is { } missing) json.WriteString("missing", missing);
        json.WriteStartArray("steps");
        foreach (var step in derivation.Steps)
        {
            json.WriteStartObject();
            json.WriteString("text", step.Text);
            if (step.Formula.Length > 0) json.WriteString("formula", step.Formula);
            json.WriteStartArray("rates");
            foreach (var rate in step.Rates)
            {
                json.WriteStartObject();
                json.WriteString("sku", rate.Sku);
                json.WriteString("rate", Usd.Plain(rate.UsdPerUnit));
                json.WriteString("source_rate", Usd.Plain(rate.SourceRate));
                json.WriteString("source_unit", rate.SourceUnit);
                json.WriteString("source", rate.Source);
                json.WriteString("file", rate.File);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("inputs");
        foreach (var input in derivation.Inputs)
        {
            json.WriteStartObject();
            json.WriteString("key", input.Key);
            Figure(json, "value", input.Value);
            json.WriteString("unit", input.Unit);
            json.WriteString("what", input.What);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Figure(Utf8JsonWriter json, string name, Extent? figure)
    {
        json.WritePropertyName(name);
        if (figure is not { } known)
        {
            json.WriteNullValue();
            return;
        }
        if (known.IsRange) json.WriteStartArray();
        json.WriteNumberValue(Usd.Shortest(known.Low));
        if (!known.IsRange) return;
        json.WriteNumberValue(Usd.Shortest(known.High));
        json.WriteEndArray();
    }

    static string KindName(ClaimKind kind) => kind switch
    {
        ClaimKind.Floor => "floor",
        ClaimKind.Ceiling => "ceiling",
        _ => "figure",
    };
}
