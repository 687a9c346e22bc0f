using Assay.Usage;

namespace Assay.Estate;

/// <summary>Something an estate file says that cannot be meant.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Message">What was wrong, with the value in quotes, and what is accepted.</param>
public sealed record EstateError(string File, int Line, string Message)
{
    public override string ToString() => $"{File}:{Line}: {Message}{(Message.EndsWith('?') ? "" : ".")}";
}

/// <summary>What came of reading an estate file: the estate, or everything that is wrong with it.</summary>
public abstract record EstateReading
{
    EstateReading() { }

    public sealed record Described(DescribedEstate Estate) : EstateReading;

    /// <param name="Errors">At least one, in the order of the file; those of included files after it.</param>
    public sealed record Mistaken(IReadOnlyList<EstateError> Errors) : EstateReading;
}

/// <summary>
/// Reads estate files: YAML for people who know their traffic, not YAML. Every key, unit and default: <c>docs/estates.md</c>.
/// </summary>
public static class EstateReader
{
    /// <summary>Reads an estate. Never throws for what a file says.</summary>
    /// <param name="path">The file's path: named in messages, and what includes are relative to.</param>
    /// <param name="text">Its content.</param>
    /// <param name="openInclude">The content of an included file by its path, relative as <paramref name="path"/> is; or null.</param>
    /// <param name="catalog">The models there are.</param>
    public static EstateReading Read(string path, string text, Func<string, string?> openInclude, ModelCatalog catalog)
    {
        var errors = new List<EstateError>();
        var files = IncludedFiles.Read(path, text, openInclude, errors);
        if (files.Count == 0) return new EstateReading.Mistaken(errors);

        // The first reading finds the mistakes and the ranges; the second knows each range's place in the order of the file.
        var refused = errors.Count;
        var reading = new Reading(catalog, errors, [.. files.Select(f => f.File)]);
        var estate = EstateBuilder.Build(path, files, reading);
        if (errors.Count > 0) return new EstateReading.Mistaken(reading.InOrder(errors, refused));
        return new EstateReading.Described(reading.Ranges.Count == 0 ? estate! : EstateBuilder.Build(path, files, reading.Again())!);
    }
}
