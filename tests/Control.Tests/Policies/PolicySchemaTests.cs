using Assay.Control.Policies;
using Assay.Testing;

namespace Assay.Control.Tests.Policies;

/// <summary>An editor, a reader of the documentation and the reader of files know the same keys.</summary>
public class PolicySchemaTests
{
    const string Begin = "<!-- keys: written by tests -->\n";
    const string End = "<!-- end of keys -->";

    static string SchemaPath => Path.Combine(Repository.Root, "samples", "policy.schema.json");
    static string PagePath => Path.Combine(Repository.Root, "docs", "policy.md");
    static bool IsUpdate => Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    [Fact]
    public void The_schema_says_what_the_reader_accepts()
    {
        if (IsUpdate) File.WriteAllText(SchemaPath, PolicySchema.Json());
        Assert.True(PolicySchema.Json() == File.ReadAllText(SchemaPath), "samples/policy.schema.json is out of date: UPDATE_GOLDEN=1 ./test rewrites it");
    }

    [Fact]
    public void The_documentation_lists_every_key()
    {
        var page = File.ReadAllText(PagePath);
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        if (IsUpdate) File.WriteAllText(PagePath, page = page[..from] + PolicySchema.Markdown() + page[to..]);
        Assert.True(page.Contains(Begin + PolicySchema.Markdown() + End, StringComparison.Ordinal),
            "The tables of docs/policy.md are out of date: UPDATE_GOLDEN=1 ./test rewrites them.");
    }

    [Fact]
    public void The_sample_uses_every_section()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "samples", "policy.yaml"));
        Assert.All(PolicyKeys.Policy.Keys.Where(k => k.Name != "mantle"), k => Assert.Contains($"\n{k.Name}:", "\n" + text));
    }
}
