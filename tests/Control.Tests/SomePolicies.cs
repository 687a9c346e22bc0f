using Assay.Control.Files;
using Assay.Control.Policies;
using Assay.Testing;
using Assay.Usage;

namespace Assay.Control.Tests;

/// <summary>Policies to test with.</summary>
static class SomePolicies
{
    static readonly Lazy<ModelCatalog> Read = new(() =>
    {
        using var text = new StreamReader(Path.Combine(Repository.Root, "prices", "models.csv"));
        return ModelCatalogFile.Read(text, "models.csv");
    });

    public static ModelCatalog Catalog => Read.Value;

    public static PolicyFile Of(string text) => PolicyReader.Read("test.yaml", text, Catalog) switch
    {
        PolicyReading.Read read => read.Policy,
        PolicyReading.Mistaken wrong => throw new InvalidOperationException(string.Join('\n', wrong.Errors)),
        _ => throw new InvalidOperationException(),
    };

    public static IReadOnlyList<FileError> Errors(string text) =>
        Assert.IsType<PolicyReading.Mistaken>(PolicyReader.Read("test.yaml", text, Catalog)).Errors;
}
