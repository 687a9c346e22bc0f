using System.Text.Json;
using Assay.Testing;

namespace Assay.Estate.Tests.Described;

/// <summary>An editor, a reader of the documentation and the reader of files know the same keys.</summary>
public class EstateSchemaTests
{
    const string Begin = "<!-- keys: written by tests -->\n";
    const string End = "<!-- end of keys -->";

    static string SchemaPath => Estates.SamplePath("estate.schema.json");
    static string PagePath => Path.Combine(Repository.Root, "docs", "estates.md");

    [Fact]
    public void The_schema_has_the_keys_the_reader_has()
    {
        if (IsUpdate) File.WriteAllText(SchemaPath, EstateSchema.Json());
        using var schema = JsonDocument.Parse(File.ReadAllText(SchemaPath));
        var tables = schema.RootElement.GetProperty("$defs").EnumerateObject().Select(d => d.Value).Prepend(schema.RootElement);
        Assert.Equal(EstateKeys.Tables.Select(t => string.Join(' ', t.Keys.Select(k => k.Name))),
            tables.Select(t => string.Join(' ', t.GetProperty("properties").EnumerateObject().Select(p => p.Name))));
    }

    [Fact]
    public void The_schema_says_what_the_reader_accepts() =>
        Assert.True(EstateSchema.Json() == File.ReadAllText(SchemaPath),
            "samples/estate.schema.json is out of date: UPDATE_GOLDEN=1 ./test rewrites it");

    [Fact]
    public void The_documentation_lists_every_key()
    {
        var page = File.ReadAllText(PagePath);
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        if (IsUpdate) File.WriteAllText(PagePath, page = page[..from] + EstateSchema.Markdown() + page[to..]);
        Assert.True(page.Contains(Begin + EstateSchema.Markdown() + End, StringComparison.Ordinal),
            "The tables of docs/estates.md are out of date: UPDATE_GOLDEN=1 ./test rewrites them.");
    }

    static bool IsUpdate => Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";
}
