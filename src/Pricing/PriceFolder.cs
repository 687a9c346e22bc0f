using System.Globalization;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Pricing;

/// <summary>
/// A folder of price books: one folder a book, of CSV files, and the table of models beside them. Opens books by name, by name and
/// day, several laid over each other, or a CSV file of the user's.
/// </summary>
/// <param name="Path">The folder.</param>
public sealed record PriceFolder(string Path)
{
    /// <summary>The book that counts when none is asked for.</summary>
    public const string Default = "aws";

    /// <summary>The books that come with the program.</summary>
    public static PriceFolder BuiltIn => new(System.IO.Path.Combine(AppContext.BaseDirectory, "prices"));

    /// <summary>Names of its books.</summary>
    public IReadOnlyList<string> Names =>
        [.. Directory.GetDirectories(Path).Select(d => System.IO.Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    /// <exception cref="FormatException">A line of the table does not describe a model.</exception>
    public ModelCatalog ReadCatalog()
    {
        using var text = new StreamReader(System.IO.Path.Combine(Path, "models.csv"));
        return ModelCatalogFile.Read(text, "models.csv");
    }

    /// <summary>From which regions each model id is called.</summary>
    /// <exception cref="PriceBookException">A line of the table is none.</exception>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ReadAvailability()
    {
        using var text = new StreamReader(System.IO.Path.Combine(Path, "regions.csv"));
        return RegionAvailability.Read(text, "regions.csv");
    }

    /// <param name="spec">
    /// <c>aws</c>, <c>guide</c>, a name with a day such as <c>aws@2026-06-30</c>, the path of a CSV file, or names joined as in
    /// <c>aws+vendors</c>.
    /// </param>
    /// <exception cref="PriceBookException">There is no such book, or a file of it is not one.</exception>
    public PriceBook Open(string spec)
    {
        if (File.Exists(spec)) return Read(System.IO.Path.GetFileNameWithoutExtension(spec), [spec], null);
        var (name, asOf) = Split(spec);
        return Read(name, [.. name.Split('+').SelectMany(n => FilesOf(n, spec))], asOf);
    }

    IEnumerable<string> FilesOf(string name, string spec)
    {
        var folder = System.IO.Path.Combine(Path, name);
        if (name.Length == 0 || name.AsSpan().IndexOfAny("/\\.") >= 0 || !Directory.Exists(folder))
            throw new PriceBookException($"there is no price book '{spec}'. Accepted: {string.Join(", ", Names)}, "
                + $"each with a day as in {Default}@2026-06-30, or a CSV file; 'assay prices list' shows them.");
        return Directory.GetFiles(folder, "*.csv").Order(StringComparer.Ordinal)
            .Where(f => !System.IO.Path.GetFileName(f).StartsWith("unclassified", StringComparison.Ordinal));
    }

    static PriceBook Read(string name, IReadOnlyList<string> files, DateOnly? asOf)
    {
        var open = new List<TextReader>();
        try
        {
            return PriceBooks.Read(name, files.Select(f =>
            {
                var reader = new StreamReader(f);
                open.Add(reader);
                return (System.IO.Path.GetFileName(f), (TextReader)reader);
            }).ToList(), asOf);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PriceBookException($"price book '{name}': {fault.Message}");
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
            : throw new PriceBookException($"'{spec[(at + 1)..]}' in '{spec}' is not a day; write it as {Default}@2026-06-30.");
    }
}
