using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Control.Files;

namespace Assay.Testing;

/// <summary>The JSON schema of a kind of file and the tables of its documentation, as the reader's own key tables have them.</summary>
/// <param name="tables">The top first.</param>
/// <param name="titles">What the documentation calls the tables, in their order.</param>
sealed class KeyPages(string title, string description, IReadOnlyList<KeyTable> tables, IReadOnlyList<string> titles)
{
    const string Begin = "<!-- keys: written by tests -->\n";
    const string End = "<!-- end of keys -->";

    static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, IndentSize = 2, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static bool IsUpdate => Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    /// <summary>A schema file, relative to the root, says what the reader accepts.</summary>
    public void SchemaMatches(string file)
    {
        var path = Path.Combine(Repository.Root, file);
        if (IsUpdate) File.WriteAllText(path, Json());
        Assert.True(File.Exists(path) && Json() == File.ReadAllText(path), $"{file} is out of date: UPDATE_GOLDEN=1 ./test rewrites it");
    }

    /// <summary>A page, relative to the root, lists every key between its two marks.</summary>
    public void PageMatches(string file)
    {
        var path = Path.Combine(Repository.Root, file);
        var page = File.ReadAllText(path);
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        if (IsUpdate) File.WriteAllText(path, page = page[..from] + Markdown() + page[to..]);
        Assert.True(page.Contains(Begin + Markdown() + End, StringComparison.Ordinal),
            $"The tables of {file} are out of date: UPDATE_GOLDEN=1 ./test rewrites them.");
    }

    string Json()
    {
        JsonObject definitions = [];
        foreach (var table in tables.Skip(1)) definitions[Id(table)] = Table(table);
        var schema = Table(tables[0]);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", title);
        schema.Insert(2, "description", description);
        schema["$defs"] = definitions;
        return schema.ToJsonString(Readable).ReplaceLineEndings("\n") + "\n";
    }

    string Markdown() => string.Join('\n', tables.Select((table, i) =>
        $"### {titles[i]}\n| key | takes | default | what it is |\n|---|---|---|---|\n" + string.Concat(table.Keys.Select(key =>
            $"| `{key.Name}` | {Takes(key.Shape)} | {(key.IsRequired ? "**needed**" : key.Default.Length > 0 ? key.Default : "–")} | {key.Summary} |\n"))));

    string Id(KeyTable table) => titles[tables.ToList().IndexOf(table)].ToLowerInvariant();

    string Takes(Shape shape) => shape switch
    {
        Shape.Section section => $"a map: [{Id(section.Keys)}](#{Id(section.Keys)})",
        Shape.Sections sections => $"names, each with: [{Id(sections.Keys)}](#{Id(sections.Keys)})",
        Shape.OneOf one => string.Join(", ", one.Values.Select(v => $"`{v}`")),
        Shape.SomeOf some => "one or a list of " + string.Join(", ", some.Values.Select(v => $"`{v}`")),
        Shape.Amount amount => $"{amount.Unit.Name}, `{amount.Unit.Example}`",
        Shape.Texts texts => $"{texts.Kind}, or a list: `{texts.Example}`",
        _ => shape.Accepted,
    };

    JsonObject Table(KeyTable table)
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

    JsonObject Value(Shape shape) => shape switch
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
