using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Testing;
using Assay.Usage;

namespace Assay.Planning.Tests.Vendors;

/// <summary>A small world with round prices, and the tables of the repository.</summary>
static class SomeVendors
{
    public const string Big = "acme.big-v1:0";
    public const string Small = "acme.small-v1:0";

    public static readonly Platform Elsewhere =
        new("other", "Other", "other", "none", "own bill", "unknown", new(2026, 8, 1), "a test");

    public static readonly IReadOnlyList<Platform> Platforms = [Elsewhere];

    public static Rate Price(
        string model, Meter meter, decimal perMillion, Mode mode = Mode.OnDemand, Scope scope = Scope.InRegion,
        ContextBand band = ContextBand.Standard) =>
        new($"{model}:{meter}:{mode}:{scope}:{band}",
            new(model, meter, mode, Tier.Standard, scope, band, RateKey.EveryRegion, Term.None), "1M tokens", perMillion, null, null,
                "a test");

    public static PriceBook Book(params Rate[] rates) => new("test", [new PriceSource("test", new(2026, 8, 1), false, rates)]);

    public static Equivalent Pair(
        string model, string there, EquivalenceKind kind = EquivalenceKind.SameWeights, decimal? tokenizer = null,
            string vendor = "other") =>
        new(model, vendor, there, kind, tokenizer, "", new(2026, 8, 1), "a test");

    public static UsageRecord Call(
        string model, TokenCounts tokens, Mode mode = Mode.OnDemand, Scope scope = Scope.InRegion, int day = 1,
        params MeteredAmount[] amounts) => new()
        {
            Caller = Caller.Nobody, Region = "us-east-1", Model = new(model, scope, ModelKind.Foundation, null), Mode = mode,
            Time = new DateTime(2026, 8, day, 10, 0, 0, DateTimeKind.Utc), Tokens = tokens, Operation = "Converse",
            Amounts = amounts.Length == 0 ? null : amounts,
        };

    public static VendorComparison Compare(
        PriceBook here, PriceBook there, IReadOnlyList<Equivalent> pairs, params UsageRecord[] usage) =>
        Compare(here, there, pairs, new Dictionary<string, decimal>(), usage);

    public static VendorComparison Compare(
        PriceBook here, PriceBook there, IReadOnlyList<Equivalent> pairs, IReadOnlyDictionary<string, decimal> tokenizers,
        params UsageRecord[] usage)
    {
        var totals = new UsageTotals();
        totals.Add(usage);
        return VendorComparison.Of(new()
        {
            Usage = totals.Totals, Book = here, Vendors = there, Platforms = Platforms, Equivalents = pairs, Tokenizers = tokenizers,
        });
    }

    public static readonly ModelCatalog Catalog = Read("models.csv", ModelCatalogFile.Read);
    public static readonly IReadOnlyList<Equivalent> Equivalents = Read("equivalents.csv", VendorTables.ReadEquivalents);
    public static readonly IReadOnlyList<Platform> RealPlatforms = Read("platforms.csv", VendorTables.ReadPlatforms);
    public static readonly PriceBook VendorBook = Shelved("vendors");
    public static readonly PriceBook AwsBook = Shelved("aws");

    static PriceBook Shelved(string book) => PriceBooks.Read(book,
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "prices", book), "*.csv").Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), (TextReader)new StringReader(File.ReadAllText(file)))));

    static T Read<T>(string file, Func<TextReader, string, T> read)
    {
        using var text = File.OpenText(Path.Combine(Repository.Root, "prices", file));
        return read(text, file);
    }
}
