using Assay.Pricing;
using Assay.Testing;
using Assay.Usage;

namespace Assay.Planning.Tests.Guide;

/// <summary>The guide's tables and both books, read once, and ways to change them.</summary>
static class TheGuide
{
    public static readonly ModelCatalog Catalog = Read("models.csv", ModelCatalogFile.Read);
    public static readonly IReadOnlyList<GuideClaim> Claims = Read("guide-claims.csv", GuideFiles.Claims);
    public static readonly StatedInputs Inputs = Read("guide-inputs.csv", GuideFiles.Inputs);
    public static readonly PriceBook Book = ReadBook("guide");
    public static readonly PriceBook Aws = ReadBook("aws");
    public static readonly GuideSources Sources = new(Book, Aws, Inputs, Catalog);

    static readonly Lazy<Dictionary<string, CheckedClaim>> Checked = new(() => GuideCheck.All(Claims, Sources).ToDictionary(c => c.Claim.Id));

    public static CheckedClaim Check(string id) => Checked.Value[id];
    public static IReadOnlyCollection<CheckedClaim> CheckAll() => Checked.Value.Values;

    public static GuideClaim Claim(string id) => Claims.Single(c => c.Id == id);

    /// <summary>The figure of a claim with some prices of the guide changed; a null takes the price out.</summary>
    public static Derivation With(string id, Func<Rate, decimal?> price)
    {
        var changed = new PriceBook("guide", Book.Sources.Select(s => s with
        {
            Rates = [.. from rate in s.Rates let usd = price(rate) where usd is not null
                        select new Rate(rate.Sku, rate.Key, rate.SourceUnit, usd.Value, rate.From, rate.Until, rate.Source)],
        }));
        return GuideCheck.One(Claim(id), Sources with { Guide = changed }).Derived;
    }

    /// <summary>The figure of a claim with one stated input changed.</summary>
    public static Derivation With(string id, string key, decimal value) =>
        GuideCheck.One(Claim(id), Sources with
        {
            Inputs = new(Inputs.All.Select(i => i.Key == key ? i with { Value = Extent.Of(value) } : i)),
        }).Derived;

    static T Read<T>(string name, Func<TextReader, string, T> read)
    {
        using var text = File.OpenText(Path.Combine(Repository.Root, "prices", name));
        return read(text, name);
    }

    static PriceBook ReadBook(string name) => PriceBooks.Read(name, Directory.GetFiles(Path.Combine(Repository.Root, "prices", name), "*.csv")
        .Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), (TextReader)new StringReader(File.ReadAllText(f)))));
}
