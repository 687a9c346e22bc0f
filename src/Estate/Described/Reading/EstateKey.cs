namespace Assay.Estate;

/// <summary>What may stand behind a key.</summary>
abstract record Shape
{
    Shape() { }

    public sealed record Words(string Kind) : Shape;
    public sealed record OneOf(params string[] Values) : Shape;
    public sealed record SomeOf(params string[] Values) : Shape;
    public sealed record YesNo : Shape;
    public sealed record Day : Shape;
    public sealed record Figure(Unit Unit) : Shape;

    /// <summary>A figure for each year, or one for all.</summary>
    public sealed record Figures(Unit Unit) : Shape;

    /// <summary>A figure, or <c>{mean, p95}</c>.</summary>
    public sealed record Spread(Unit Unit) : Shape;

    /// <summary>A time without a range.</summary>
    public sealed record Time : Shape;
    public sealed record Model : Shape;

    /// <summary>Models with their shares of the calls.</summary>
    public sealed record Mix : Shape;
    public sealed record Arrivals : Shape;
    public sealed record Paths : Shape;
    public sealed record Section(KeyTable Keys) : Shape;

    /// <summary>Sections by name; where <see cref="ByModel"/>, the name is a model.</summary>
    public sealed record Sections(KeyTable Keys, bool ByModel = false) : Shape;

    /// <summary>A figure for each model.</summary>
    public sealed record FigureByModel(Unit Unit) : Shape;
}

/// <summary>A key of the estate file: the reader, the JSON schema and the documentation are held against this one description.</summary>
/// <param name="Default">What counts when the key is left out, as people read it.</param>
sealed record EstateKey(string Name, Shape Shape, string Summary, string Default = "", bool IsRequired = false);

/// <summary>The keys of one kind of section.</summary>
/// <param name="Name">As messages say it: <c>a workload</c>.</param>
sealed record KeyTable(string Name, params EstateKey[] Keys)
{
    public EstateKey? Find(string name) => Array.Find(Keys, k => k.Name == name);
}
