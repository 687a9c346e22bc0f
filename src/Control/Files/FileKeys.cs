namespace Assay.Control.Files;

/// <summary>What may stand behind a key.</summary>
/// <param name="Accepted">As messages and the documentation say it.</param>
public abstract record Shape(string Accepted)
{
    public sealed record Words(string Kind) : Shape(Kind);
    public sealed record YesNo() : Shape("yes or no");
    public sealed record OneOf(params string[] Values) : Shape("one of " + string.Join(", ", Values));

    /// <summary>One text, or a list of them.</summary>
    public sealed record Texts(string Kind, string Example) : Shape($"{Kind}, or a list of them, such as {Example}");
    public sealed record SomeOf(params string[] Values) : Shape("one or a list of " + string.Join(", ", Values));
    public sealed record Amount(AmountUnit Unit) : Shape(Unit.Accepted);
    public sealed record Amounts(AmountUnit Unit) : Shape($"{Unit.Accepted}, or a list of them");
    public sealed record Section(KeyTable Keys) : Shape($"{Keys.Name}: {string.Join(", ", Keys.Keys.Select(k => k.Name))}");

    /// <summary>Sections by name.</summary>
    public sealed record Sections(KeyTable Keys) : Shape($"names, each with {Keys.Name}");

    /// <summary>Lists by name.</summary>
    public sealed record Groups(string Of) : Shape($"names, each with a list of {Of}");
}

/// <summary>A key of a file: the reader, the JSON schema and the documentation are held against this one description.</summary>
/// <param name="Default">What counts when the key is left out, as people read it.</param>
public sealed record FileKey(string Name, Shape Shape, string Summary, string Default = "", bool IsRequired = false);

/// <summary>The keys of one kind of section.</summary>
/// <param name="Name">As messages say it: <c>an account</c>.</param>
public sealed record KeyTable(string Name, params FileKey[] Keys)
{
    public FileKey? Find(string name) => Array.Find(Keys, k => k.Name == name);
}
