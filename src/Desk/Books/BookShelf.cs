using System.Globalization;
using Assay.Desk.Input;
using Assay.Planning;
using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Desk.Books;

/// <summary>Finds price books: the built-in ones beside the program, by name and date, or a CSV file of the user's.</summary>
public sealed class BookShelf
{
    public const string Default = "aws";

    /// <summary>The book of other vendors' prices, under <c>vendor:model</c>.</summary>
    public const string Vendors = "vendors";

    readonly string folder;
    ModelCatalog? catalog;

    public BookShelf(string? folder = null) => this.folder = folder ?? Path.Combine(AppContext.BaseDirectory, "prices");

    /// <summary>Names of the built-in books.</summary>
    public IReadOnlyList<string> Names =>
        [.. Directory.GetDirectories(folder).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    public ModelCatalog Catalog => catalog ??= ReadCatalog();

    /// <summary>Where each model can be called: regions by the id it is called with.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Regions
    {
        get
        {
            using var text = new StreamReader(Path.Combine(folder, "regions.csv"));
            return RegionAvailability.Read(text, "regions.csv");
        }
    }

    /// <summary>The reviewed table of which model elsewhere stands for a model on Bedrock.</summary>
    public IReadOnlyList<Equivalent> Equivalents
    {
        get
        {
            using var text = new StreamReader(Path.Combine(folder, "equivalents.csv"));
            return VendorTables.ReadEquivalents(text, "equivalents.csv");
        }
    }

    /// <summary>Dated facts of the platforms models can be bought on.</summary>
    public IReadOnlyList<Platform> Platforms
    {
        get
        {
            using var text = new StreamReader(Path.Combine(folder, "platforms.csv"));
            return VendorTables.ReadPlatforms(text, "platforms.csv");
        }
    }

    /// <summary>What the guide claims in figures, and what it states besides prices.</summary>
    public (IReadOnlyList<GuideClaim> Claims, StatedInputs Inputs) Guide()
    {
        using var claims = new StreamReader(Path.Combine(folder, "guide-claims.csv"));
        using var inputs = new StreamReader(Path.Combine(folder, "guide-inputs.csv"));
        return (GuideFiles.Claims(claims, "guide-claims.csv"), GuideFiles.Inputs(inputs, "guide-inputs.csv"));
    }

    /// <param name="spec"><c>aws</c>, <c>guide</c>, a name with a day such as <c>aws@2026-06-30</c>, or the path of a CSV file.</param>
    /// <exception cref="InputException">There is no such book.</exception>
    /// <exception cref="PriceBookException">A file of the book is not one.</exception>
    public PriceBook Open(string spec)
    {
        if (File.Exists(spec)) return OpenFile(spec);
        var (name, asOf) = Split(spec);
        var path = Path.Combine(folder, name);
        if (name.Length == 0 || name.AsSpan().IndexOfAny("/\\.") >= 0 || !Directory.Exists(path))
            throw new InputException($"there is no price book '{spec}'. Accepted: {string.Join(", ", Names)}, "
                + $"each with a day as in {Default}@2026-06-30, or a CSV file; 'assay prices list' shows them.");
        var files = Directory.GetFiles(path, "*.csv").Order(StringComparer.Ordinal)
            .Where(f => !Path.GetFileName(f).StartsWith("unclassified", StringComparison.Ordinal));
        return Read(name, files, asOf);
    }

    static PriceBook OpenFile(string path) => Read(Path.GetFileNameWithoutExtension(path), [path], null);

    static PriceBook Read(string name, IEnumerable<string> files, DateOnly? asOf)
    {
        var open = new List<TextReader>();
        try
        {
            return PriceBooks.Read(name, files.Select(f =>
            {
                var reader = new StreamReader(f);
                open.Add(reader);
                return (Path.GetFileName(f), (TextReader)reader);
            }).ToList(), asOf);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"price book '{name}': {LogFiles.Reason(fault)}.");
        }
        finally
        {
            foreach (var reader in open) reader.Dispose();
        }
    }

    static (string Name, DateOnly? AsOf) Split(string spec)
    {
        var at = spec.IndexOf('@', StringComparison.Ordinal);
        if (at < 0) return (spec, null);
        return DateOnly.TryParseExact(spec[(at + 1)..], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? (spec[..at], day)
            : throw new InputException($"'{spec[(at + 1)..]}' in '{spec}' is not a day; write it as {Default}@2026-06-30.");
    }

    ModelCatalog ReadCatalog()
    {
        using var text = new StreamReader(Path.Combine(folder, "models.csv"));
        return ModelCatalogFile.Read(text, "models.csv");
    }
}
