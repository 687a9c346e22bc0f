using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Control.Files;
using Assay.Control.Policies;

namespace Assay.Control.Tests.Policies;

/// <summary>The JSON schema and the tables of the documentation, as the reader's own key tables have them.</summary>
static class PolicySchema
{
    static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, IndentSize = 2, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static readonly Dictionary<string, string> Titles = new()
    {
        ["a policy"] = "Policy", ["an account"] = "Account", ["a team"] = "Team", ["an allow rule"] = "Allow", ["a deny rule"] = "Deny",
        ["a limit"] = "Limit", ["a budget"] = "Budget", ["alarms of some accounts"] = "Alarms", ["invocation logging"] = "Logging",
        ["a data export"] = "Export",
    };

    public static string Json()
    {
        JsonObject definitions = [];
        foreach (var table in PolicyKeys.Tables.Skip(1)) definitions[Id(table)] = Table(table);
        var schema = Table(PolicyKeys.Policy);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Assay policy");
        schema.Insert(2, "description", "A policy for 'assay policy'. Every key, unit and default: docs/policy.md");
        schema["$defs"] = definitions;
        return schema.ToJsonString(Readable).ReplaceLineEndings("\n") + "\n";
    }

    public static string Markdown() => string.Join('\n', PolicyKeys.Tables.Select(table =>
        $"### {Titles[table.Name]}\n| key | takes | default | what it is |\n|---|---|---|---|\n" + string.Concat(table.Keys.Select(key =>
            $"| `{key.Name}` | {Takes(key.Shape)} | {(key.IsRequired ? "**needed**" : key.Default.Length > 0 ? key.Default : "–")} | {key.Summary} |\n"))));

    static string Id(KeyTable table) => Titles[table.Name].ToLowerInvariant();

    static string Takes(Shape shape) => shape switch
    {
        Shape.Section section => $"a map: [{Id(section.Keys)}](#{Id(section.Keys)})",
        Shape.Sections sections => $"names, each with: [{Id(sections.Keys)}](#{Id(sections.Keys)})",
        Shape.OneOf one => string.Join(", ", one.Values.Select(v => $"`{v}`")),
        Shape.SomeOf some => "one or a list of " + string.Join(", ", some.Values.Select(v => $"`{v}`")),
        Shape.Amount amount => $"{amount.Unit.Name}, `{amount.Unit.Example}`",
        Shape.Texts texts => $"{texts.Kind}, or a list: `{texts.Example}`",
        _ => shape.Accepted,
    };

    static JsonObject Table(KeyTable table)
    {
        JsonObject properties = [];
        foreach (var key in table.Keys)
        {
            var value = Value(key.Shape);
            value.Insert(0, "description", key.Summary + (key.Default.Length > 0 ? $" Left out: {key.Default}." : ""));
            properties[key.Name] = value;
        }
        JsonObject schema = new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (table.Keys.Where(k => k.IsRequired).Select(k => (JsonNode)k.Name).ToArray() is { Length: > 0 } needed)
            schema["required"] = new JsonArray(needed);
        return schema;
    }

    static JsonObject Value(Shape shape) => shape switch
    {
        Shape.YesNo => new() { ["enum"] = new JsonArray(true, false, "yes", "no") },
        Shape.OneOf one => new() { ["enum"] = Strings(one.Values) },
        Shape.SomeOf some => OneOrMore(new() { ["enum"] = Strings(some.Values) }),
        Shape.Texts => OneOrMore(new() { ["type"] = new JsonArray("string", "number") }),
        Shape.Amount amount => Plain(amount.Unit),
        Shape.Amounts amounts => OneOrMore(Plain(amounts.Unit)),
        Shape.Section section => new() { ["$ref"] = $"#/$defs/{Id(section.Keys)}" },
        Shape.Sections sections => new() { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["$ref"] = $"#/$defs/{Id(sections.Keys)}" } },
        Shape.Groups => new() { ["type"] = "object", ["additionalProperties"] = OneOrMore(new() { ["type"] = "string" }) },
        _ => new() { ["type"] = new JsonArray("string", "number") },
    };

    // Where a unit is needed, a bare number is a mistake that an editor can already see.
    static JsonObject Plain(AmountUnit unit) => unit.IsNeeded
        ? new() { ["type"] = "string", ["pattern"] = "^(?!\\s*\\$?\\s*-).*[^0-9., ]", ["examples"] = new JsonArray(unit.Example) }
        : new() { ["type"] = new JsonArray("number", "string"), ["minimum"] = 0, ["examples"] = new JsonArray(unit.Example) };

    static JsonObject OneOrMore(JsonObject one) => new()
    {
        ["anyOf"] = new JsonArray(one, new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = one.DeepClone() }),
    };

    static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);
}
