using Assay.Control.Policies;
using Assay.Testing;

namespace Assay.Control.Tests.Policies;

/// <summary>An editor, a reader of the documentation and the reader of files know the same keys.</summary>
public class PolicySchemaTests
{
    static readonly KeyPages Pages = new("Assay policy", "A policy for 'assay policy'. Every key, unit and default: docs/policy.md",
        PolicyKeys.Tables, ["Policy", "Account", "Team", "Allow", "Deny", "Limit", "Budget", "Alarms", "Logging", "Export"]);

    [Fact]
    public void The_schema_says_what_the_reader_accepts() => Pages.SchemaMatches("samples/policy.schema.json");

    [Fact]
    public void The_documentation_lists_every_key() => Pages.PageMatches("docs/policy.md");

    [Fact]
    public void The_sample_uses_every_section()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "samples", "policy.yaml"));
        Assert.All(PolicyKeys.Policy.Keys.Where(k => k.Name != "mantle"), k => Assert.Contains($"\n{k.Name}:", "\n" + text));
    }
}
