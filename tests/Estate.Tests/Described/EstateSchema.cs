using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Estate.Tests.Described;

/// <summary>The JSON schema and the tables of the documentation, as the reader's own key tables have them.</summary>
static class EstateSchema
{
    static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, IndentSize = 2, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Json()
    {
        var definitions = new JsonObject();
        foreach (var table in EstateKeys.Tables.Skip(1)) definitions[Id(table)] = Table(table, isTop: false);
        var schema = Table(EstateKeys.Estate, isTop: true);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Assay estate");
        schema.Insert(2, "description",
            "An estate for 'assay model', or a file included by one. Every key, unit and default: docs/estates.md");
        schema["$defs"] = definitions;
        return schema.ToJsonString(Readable).ReplaceLineEndings("\n") + "\n";
    }

    public static string Markdown() => string.Join('\n', EstateKeys.Tables.Select(table =>
        $"### {Title(table)}\n| key | takes | default | what it is |\n|---|---|---|---|\n" + string.Concat(table.Keys.Select(key =>
            $"| `{key.Name}` | {Takes(key.Shape)} | {Default(key)} | {key.Summary} |\n"))));

    static string Default(EstateKey key) => key.IsRequired ? "**needed**" : key.Default.Length > 0 ? key.Default : "–";

    static string Id(KeyTable table) => table.Name[(table.Name.StartsWith('a') ? table.Name.IndexOf(' ') + 1 : 0)..].Replace(' ', '_');

    static string Title(KeyTable table)
    {
        var words = Id(table).Replace('_', ' ');
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    static string Takes(Shape shape) => shape switch
    {
        Shape.OneOf one => string.Join(", ", one.Values.Select(v => $"`{v}`")),
        Shape.SomeOf some => "a list of " + string.Join(", ", some.Values.Select(v => $"`{v}`")),
        Shape.YesNo => "`yes`, `no`",
        Shape.Day => "a day, `2026-07-01`",
        Shape.Figure figure => Takes(figure.Unit),
        Shape.Figures figures => $"{Takes(figures.Unit)}, or a list of them",
        Shape.Spread spread => $"{Takes(spread.Unit)}, or a [spread](#spread)",
        Shape.Time => Takes(Unit.Seconds),
        Shape.Model => "a [model](#models)",
        Shape.Mix => "[models with shares](#models)",
        Shape.Arrivals => "`flat`, `office`, `consumers`, `machines`, `nightly`, or 24 numbers",
        Shape.Paths => "a path, or a list of them",
        Shape.Section section => $"a map: [{Title(section.Keys).ToLowerInvariant()}](#{Id(section.Keys).Replace('_', '-')})",
        Shape.Sections sections =>
            (sections.ByModel ? "models" : "names") + $", each with: [{Title(sections.Keys).ToLowerInvariant()}]"
                + $"(#{Id(sections.Keys).Replace('_', '-')})",
        Shape.FigureByModel by => $"models, each with {Takes(by.Unit)}",
        Shape.Words words => words.Kind,
        _ => throw new InvalidOperationException(),
    };

    static string Takes(Unit unit) => $"{unit.Name}, `{unit.Example}`";

    static JsonObject Table(KeyTable table, bool isTop)
    {
        var properties = new JsonObject();
        foreach (var key in table.Keys)
        {
            var value = Value(key.Shape);
            value.Insert(0, "description", key.Summary + (key.Default.Length > 0 ? $" Left out: {key.Default}." : ""));
            properties[key.Name] = value;
        }
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        // An included file need not name the estate; the model of a mix may be the key of the entry.
        var required = table.Keys.Where(k => k.IsRequired && !isTop && table != EstateKeys.ModelChoice)
            .Select(k => (JsonNode)k.Name).ToArray();
        if (required.Length > 0) schema["required"] = new JsonArray(required);
        return schema;
    }

    static JsonObject Value(Shape shape) => shape switch
    {
        Shape.Words => new() { ["type"] = new JsonArray("string", "number") },
        Shape.OneOf one => new() { ["enum"] = Strings(one.Values) },
        Shape.SomeOf some => new() { ["type"] = "array", ["minItems"] = 1, ["items"] = new JsonObject { ["enum"] = Strings(some.Values) } },
        Shape.YesNo => new() { ["enum"] = new JsonArray(true, false, "yes", "no") },
        Shape.Day => new() { ["type"] = "string", ["format"] = "date", ["examples"] = new JsonArray("2026-07-01") },
        Shape.Figure figure => AnyOf(Plain(figure.Unit), Reference(EstateKeys.Range)),
        Shape.Figures figures => AnyOf(Plain(figures.Unit), Reference(EstateKeys.Range),
            new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = AnyOf(Plain(figures.Unit), Reference(EstateKeys.Range)) }),
        Shape.Spread spread => AnyOf(Plain(spread.Unit), Reference(EstateKeys.Range), Reference(EstateKeys.Spread)),
        Shape.Time => Plain(Unit.Seconds),
        Shape.Model => AnyOf(new JsonObject { ["type"] = "string", ["examples"] = new JsonArray("Claude Sonnet 4.5") },
            Reference(EstateKeys.ModelChoice)),
        Shape.Mix => AnyOf(
            new JsonObject
            {
                ["type"] = "object", ["minProperties"] = 1,
                ["additionalProperties"] = AnyOf(Plain(Unit.Share), Reference(EstateKeys.Range), Reference(EstateKeys.ModelChoice)),
            },
            new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = Reference(EstateKeys.ModelChoice) }),
        Shape.Arrivals => AnyOf(
            new JsonObject { ["enum"] = Strings(["flat", "office", "consumers", "machines", "nightly"]) },
            new JsonObject
            {
                ["type"] = "array", ["minItems"] = 24, ["maxItems"] = 24,
                ["items"] = new JsonObject { ["type"] = "number", ["minimum"] = 0 },
            }),
        Shape.Paths => AnyOf(new JsonObject { ["type"] = "string" },
            new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } }),
        Shape.Section section => Reference(section.Keys),
        Shape.Sections sections => new() { ["type"] = "object", ["additionalProperties"] = Reference(sections.Keys) },
        Shape.FigureByModel by => new()
        {
            ["type"] = "object", ["additionalProperties"] = AnyOf(Plain(by.Unit), Reference(EstateKeys.Range)),
        },
        _ => throw new InvalidOperationException(),
    };

    // Where a unit is needed, a bare number is a mistake that an editor can already see.
    static JsonObject Plain(Unit unit) => unit.IsNeeded
        ? new()
        {
            ["type"] = "string", ["examples"] = new JsonArray(unit.Example),
            ["pattern"] = NotNegative + (unit.Most == 1m ? ShareAtMost100 : ".*[^0-9., _]"),
        }
        : new()
        {
            ["type"] = new JsonArray("number", "string"), ["minimum"] = unit.Least, ["pattern"] = NotNegative,
            ["examples"] = new JsonArray(unit.Example),
        };

    const string NotNegative = "^(?!\\s*\\$?\\s*[-−])";
    const string ShareAtMost100 = "(?!.*\\b(?:10[1-9]|1[1-9]\\d|[2-9]\\d\\d|\\d{4,}))(?=.*(?:%|[pP]ercent))";

    static JsonObject AnyOf(params JsonNode[] schemas) => new() { ["anyOf"] = new JsonArray(schemas) };
    static JsonObject Reference(KeyTable table) => new() { ["$ref"] = $"#/$defs/{Id(table)}" };
    static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);
}
