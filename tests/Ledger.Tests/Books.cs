using Assay.Pricing;
using Assay.Testing;
using Assay.Usage;

namespace Assay.Ledger.Tests;

/// <summary>The built-in book and the reviewed table of models, read once.</summary>
static class Books
{
    public static readonly ModelCatalog Catalog = ReadCatalog();
    public static readonly PriceBook Aws = ReadAws();

    static ModelCatalog ReadCatalog()
    {
        using var text = File.OpenText(Path.Combine(Repository.Root, "prices", "models.csv"));
        return ModelCatalogFile.Read(text, "models.csv");
    }

    static PriceBook ReadAws() => PriceBooks.Read("aws", Directory.GetFiles(Path.Combine(Repository.Root, "prices", "aws"), "*.csv")
        .Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), (TextReader)new StringReader(File.ReadAllText(f)))));
}
