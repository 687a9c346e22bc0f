using System.Text.Json;
using Assay.Planning;
using Assay.Pricing;

namespace Assay.Desk.Reports;

/// <summary>What came of a plan, as JSON: <c>docs/prove.md</c>. Money is decimal text, USD a month of 30 days.</summary>
static class ProofJson
{
    public static void Write(Utf8JsonWriter json, Proof proof)
    {
        json.WriteStartObject();
        json.WriteString("book", proof.Book);
        json.WriteString("from", Dimensions.Day(proof.From));
        json.WriteString("to", Dimensions.Day(proof.To));
        json.WriteNumber("days", proof.Days);
        json.WriteNumber("requests", proof.Requests);
        json.WriteStartObject("plan");
        json.WriteString("book", proof.Promise.Book);
        json.WriteString("from", Dimensions.Day(proof.Promise.From));
        json.WriteString("to", Dimensions.Day(proof.Promise.To));
        Money(json, "current_monthly", proof.Promise.CurrentMonthly);
        Money(json, "saving_monthly", proof.Promise.SavingMonthly);
        json.WriteEndObject();
        Money(json, "growth_monthly", proof.GrowthMonthly);
        Money(json, "without_monthly", proof.WithoutMonthly);
        Money(json, "realised_monthly", proof.RealisedMonthly);
        Money(json, "expected_monthly", proof.ForThisTraffic);
        Money(json, "now_monthly", proof.NowMonthly);
        json.WriteStartArray("actions");
        foreach (var action in proof.Actions) Action(json, action);
        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in proof.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Action(Utf8JsonWriter json, ProvenAction proven)
    {
        json.WriteStartObject();
        json.WriteString("lever", PlanWords.Name(proven.Action.Lever));
        json.WriteString("name", proven.Action.Name);
        json.WriteStartObject("workload");
        var key = proven.Action.Workload;
        json.WriteString("account", key.Account);
        json.WriteString("principal", key.Principal);
        json.WriteString("app", key.App);
        json.WriteString("model", key.Model);
        json.WriteEndObject();
        json.WriteString("change", proven.Action.Change);
        Money(json, "promised_monthly", proven.Promised);
        Money(json, "expected_monthly", proven.ForThisTraffic);
        Money(json, "realised_monthly", proven.Realised);
        json.WriteString("state", PlanWords.Name(proven.State));
        json.WriteString("how", proven.How);
        json.WriteEndObject();
    }

    static void Money(Utf8JsonWriter json, string name, decimal? usd)
    {
        if (usd is { } known) json.WriteString(name, Usd.Plain(known));
        else json.WriteNull(name);
    }
}
