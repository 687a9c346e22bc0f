using Assay.Testing;
using Assay.Usage;

namespace Assay.Pricing.Tests;

/// <summary>The books of the repository, read once.</summary>
static class BuiltInBooks
{
    public static readonly ModelCatalog Catalog = ReadCatalog();
    public static readonly PriceBook Aws = Read("aws");
    public static readonly PriceBook Guide = Read("guide");

    public static IEnumerable<string> Files(string book) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "prices", book), "*.csv").Order(StringComparer.Ordinal);

    public static PriceBook Read(string book, DateOnly? asOf = null) =>
        PriceBooks.Read(book, from file in Files(book)
                              let text = (TextReader)new StringReader(File.ReadAllText(file))
                              select (Path.GetRelativePath(Repository.Root, file), text), asOf);

    /// <summary>USD per million tokens on demand, standard tier; null when the book has no price.</summary>
    public static decimal? PerMillion(
        PriceBook book, string model, Meter meter, string region = "us-east-1", string day = "2026-07-24",
        Mode mode = Mode.OnDemand, Tier tier = Tier.Standard)
    {
        var (scope, id) = ModelIdentity.SplitScope(model);
        var key = new RateKey(id, meter, mode, tier, scope, ContextBand.Standard, region, Term.None);
        return book.Find(key, DateOnly.Parse(day))?.UsdPerUnit * 1_000_000m;
    }

    static ModelCatalog ReadCatalog()
    {
        using var text = File.OpenText(Path.Combine(Repository.Root, "prices", "models.csv"));
        return ModelCatalogFile.Read(text, "prices/models.csv");
    }
}
