using System.Numerics;
using System.Text.Json;
using Assay.Control.Access;
using Assay.Control.Emit;
using Assay.Control.Files;
using Assay.Control.Policies;
using Assay.Control.Traffic;
using Assay.Desk.Commands;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>What the commands of a policy print as JSON. Money is decimal text in USD.</summary>
static class PolicyJson
{
    static readonly string[] Kinds = ["not_allowed", "denied", "region", "scope", "guardrail", "tag", "request_cost"];
    static readonly string[] Answers = ["allowed", "explicit_deny", "implicit_deny"];

    public static string Name(BreakKind kind) => Kinds[(int)kind];

    public static void Write(Utf8JsonWriter json, CheckedPolicy result)
    {
        var policy = result.Policy;
        json.WriteStartObject();
        json.WriteString("policy", policy.Name);
        json.WriteString("file", policy.Place.File);
        json.WriteNumber("accounts", policy.Accounts.Count);
        json.WriteNumber("rules", policy.Allow.Count + policy.Deny.Count + policy.Limits.Count);
        json.WriteNumber("budgets", policy.Budgets.Count);
        Each(json, "conflicts", result.Conflicts, c =>
        {
            json.WriteString("kind", c.Kind == ConflictKind.Contradiction ? "contradiction" : "unreachable");
            json.WriteString("rule", c.Rule);
            json.WriteString("other", c.Other);
            Place(json, c.Place);
            json.WriteString("message", c.Message);
        });
        Strings(json, "warnings", result.Access.Warnings);
        Strings(json, "notes", result.Access.Notes);
        if (result.Traffic is { } traffic) Traffic(json, traffic, result.Book);
        json.WriteEndObject();
    }

    static void Traffic(Utf8JsonWriter json, TrafficFindings traffic, string book)
    {
        json.WriteStartObject("traffic");
        json.WriteString("book", book);
        json.WriteNumber("requests", traffic.Requests);
        json.WriteString("cost", Usd.Plain(traffic.Cost));
        json.WriteNumber("requests_breaking", traffic.Breaking);
        json.WriteString("cost_breaking", Usd.Plain(traffic.BreakingCost));
        json.WriteNumber("requests_unpriced", traffic.Unpriced);
        Each(json, "by_rule", RuleSum.Of(traffic), r =>
        {
            json.WriteString("rule", r.Rule);
            json.WriteString("kind", Name(r.Kind));
            Place(json, r.Place);
            json.WriteNumber("requests", r.Requests);
            json.WriteString("cost", Usd.Plain(r.Cost));
        });
        Each(json, "breaks", traffic.Breaks, b =>
        {
            var caller = b.Kind.Caller;
            json.WriteString("rule", b.Break.Rule);
            json.WriteString("kind", Name(b.Break.Kind));
            json.WriteString("detail", b.Break.Detail);
            json.WriteString("account", caller.Account);
            json.WriteString("env", b.Env);
            json.WriteString("team", caller.Team);
            json.WriteString("app", caller.App);
            json.WriteString("principal", caller.Principal);
            json.WriteString("model", b.Kind.Model.Id);
            json.WriteString("scope", b.Kind.Model.Scope.Name());
            json.WriteString("region", b.Kind.Region);
            json.WriteNumber("requests", b.Requests);
            json.WriteString("cost", Usd.Plain(b.Cost));
            if (b.CostMax > b.Cost) json.WriteString("cost_max", Usd.Plain(b.CostMax));
            if (b.Unpriced > 0) json.WriteNumber("requests_unpriced", b.Unpriced);
            json.WriteString("first", b.First.ToString("yyyy-MM-ddTHH:mm:ssZ"));
            json.WriteString("last", b.Last.ToString("yyyy-MM-ddTHH:mm:ssZ"));
        });
        Each(json, "undecided", traffic.Undecided, u =>
        {
            json.WriteString("reason", u.Reason);
            json.WriteNumber("requests", u.Requests);
            json.WriteString("cost", Usd.Plain(u.Cost));
        });
        Each(json, "budgets", traffic.Budgets, b =>
        {
            json.WriteString("budget", b.Budget.Name);
            json.WriteString("month", b.Month.ToString("yyyy-MM"));
            json.WriteString("amount", Usd.Plain(b.Budget.UsdPerMonth));
            json.WriteString("spent", Usd.Plain(b.Spent));
            json.WriteNumber("share", (double)b.Share);
            json.WriteNumber("days", b.Days);
            json.WriteString("month_at_this_pace", Usd.Plain(b.PerMonth));
            json.WriteBoolean("over", b.IsOver);
            Each(json, "steps", b.Steps, s =>
            {
                json.WriteNumber("step", (double)s.Step);
                json.WriteString("day", Dimensions.Day(s.Day));
            });
        });
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, string format, IReadOnlyList<EmittedFile> files, EmittedAccess access,
        MonitoringCost? cost,
        bool withContent)
    {
        json.WriteStartObject();
        json.WriteString("format", format);
        Strings(json, "warnings", access.Warnings);
        Strings(json, "notes", access.Notes);
        Each(json, "files", files, f =>
        {
            json.WriteString("path", f.Path);
            json.WriteString("about", f.About);
            if (withContent) json.WriteString("content", f.Content);
        });
        if (cost is not null)
        {
            json.WriteStartObject("monitoring_cost");
            json.WriteString("monthly", Usd.Plain(cost.Total));
            Each(json, "lines", cost.Lines, l =>
            {
                json.WriteString("what", l.What);
                json.WriteNumber("quantity", l.Quantity);
                json.WriteString("unit", l.Unit);
                json.WriteString("monthly", l.UsdPerMonth is { } usd ? Usd.Plain(usd) : null);
                json.WriteString("source", l.Source);
            });
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, ExplainedCall explained)
    {
        json.WriteStartObject();
        json.WriteBoolean("allowed", explained.IsAllowed);
        json.WriteStartObject("policy");
        json.WriteBoolean("permitted", explained.Breaks.Count == 0);
        json.WriteString("allowed_by", explained.By?.Name);
        if (explained.By is { } by) Place(json, by.Place);
        Each(json, "breaks", explained.Breaks, b =>
        {
            json.WriteString("rule", b.Rule);
            json.WriteString("kind", Name(b.Kind));
            if (b.Place is { } place) Place(json, place);
            json.WriteString("detail", b.Detail);
        });
        json.WriteEndObject();
        Each(json, "requests", explained.Decisions, d =>
        {
            json.WriteString("action", d.Request.Action);
            json.WriteString("resource", d.Request.Resource);
            json.WriteString("answer", Answers[(int)d.Decision.Answer]);
            json.WriteString("layer", d.Decision.Layer?.Name);
            json.WriteString("document", d.Decision.Document.Length > 0 ? d.Decision.Document : null);
            json.WriteString("statement", d.Decision.Statement?.Sid);
        });
        json.WriteEndObject();
    }

    static void Place(Utf8JsonWriter json, Place? place)
    {
        if (place is null) return;
        json.WriteNumber("line", place.Line);
        json.WriteNumber("column", place.Column);
    }

    static void Strings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    static void Each<T>(Utf8JsonWriter json, string name, IEnumerable<T> values, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStartObject();
            write(value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}

/// <summary>What breaks of one rule in one way came to. A call that breaks two rules is in both.</summary>
sealed record RuleSum(string Rule, BreakKind Kind, Place? Place, long Requests, decimal Cost, IReadOnlyList<TrafficBreak> Breaks)
{
    public static IReadOnlyList<RuleSum> Of(TrafficFindings traffic) =>
        [.. traffic.Breaks.GroupBy(b => (b.Break.Rule, b.Break.Kind)).Select(g => new RuleSum(g.Key.Rule, g.Key.Kind, g.First().Break.Place,
                Once(g, b => b.Requests), Once(g, b => b.Cost), [.. g]))
            .OrderByDescending(r => r.Cost).ThenByDescending(r => r.Requests).ThenBy(r => r.Rule, StringComparer.Ordinal)];

    // Calls that miss two tags a rule asks for break it in two ways, and are the same calls.
    static T Once<T>(IEnumerable<TrafficBreak> breaks, Func<TrafficBreak, T> figure) where T : INumber<T> => breaks
        .GroupBy(b => (b.Kind.Caller, b.Kind.Model, b.Kind.Region)).Aggregate(T.Zero, (sum, g) => sum + g.Max(figure)!);
}
