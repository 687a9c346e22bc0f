using Assay.Planning;
using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Desk.Books;

/// <summary>Finds price books: the built-in ones beside the program, by name and date, or a CSV file of the user's.</summary>
public sealed class BookShelf
{
    public const string Default = PriceFolder.Default;

    /// <summary>The book of other vendors' prices, under <c>vendor:model</c>.</summary>
    public const string Vendors = "vendors";

    readonly string folder;
    ModelCatalog? catalog;

    public BookShelf(string? folder = null) => this.folder = folder ?? PriceFolder.BuiltIn.Path;

    /// <summary>Names of the built-in books.</summary>
    public IReadOnlyList<string> Names => new PriceFolder(folder).Names;

    public ModelCatalog Catalog => catalog ??= new PriceFolder(folder).ReadCatalog();

    /// <summary>Where each model can be called: regions by the id it is called with.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Regions => new PriceFolder(folder).ReadAvailability();

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

    /// <inheritdoc cref="PriceFolder.Open"/>
    public PriceBook Open(string spec) => new PriceFolder(folder).Open(spec);
}
