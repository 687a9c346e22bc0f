using System.Globalization;
using System.Text.RegularExpressions;

namespace Assay.Pricing;

/// <summary>
/// Puts a book together from its files. A file says what it is in notes at its top: <c># source: NAME</c>, <c># date: 2026-07-24</c>,
/// and, when it may only speak where the others are silent, <c># fills-gaps: yes</c> with <c># order: 1</c> for its turn.
/// What the notes leave out is taken from the file name <c>2026-07-24-NAME.csv</c>.
/// </summary>
public static partial class PriceBooks
{
    /// <summary>Files of a book's folder that hold no rates: what an importer could not classify.</summary>
    public const string UnclassifiedPrefix = "unclassified-";

    /// <param name="name">The name every charge will print, such as <c>aws</c>.</param>
    /// <param name="files">Each file with its name; files of unclassified rows are passed over.</param>
    /// <param name="asOf">
    /// The book as it was known on a day: sources read later are left out. What only fills gaps stays in, so that the id printed on a
    /// charge (<c>aws@2026-07-24</c>) brings back the book that priced it.
    /// </param>
    /// <exception cref="PriceBookException">A file cannot be read as rates, or nothing is left.</exception>
    public static PriceBook Read(string name, IEnumerable<(string File, TextReader Text)> files, DateOnly? asOf = null)
    {
        var sources = files.Where(f => !Path.GetFileName(f.File).StartsWith(UnclassifiedPrefix, StringComparison.Ordinal))
            .Select(f => ReadSource(f.Text, f.File)).ToList();
        if (sources.Count == 0) throw new PriceBookException($"Book '{name}' has no files. A book is one CSV file, or a folder of them.");
        var known = sources.Where(s => asOf is null || s.FillsGaps || s.Date <= asOf).ToList();
        if (known.All(s => s.FillsGaps) && sources.Any(s => !s.FillsGaps))
            throw new PriceBookException($"Book '{name}' knows nothing on {asOf:yyyy-MM-dd}: its first source is of "
                + $"{sources.Where(s => !s.FillsGaps).Min(s => s.Date):yyyy-MM-dd}. See 'assay prices list'.");
        return new(name, known);
    }

    /// <summary>One file as a source of a book.</summary>
    public static PriceSource ReadSource(TextReader text, string file)
    {
        var all = text.ReadToEnd();
        var notes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match note in Note().Matches(all)) notes.TryAdd(note.Groups[1].Value, note.Groups[2].Value.Trim());
        var rates = PriceBookFile.Read(new StringReader(all), file).ToList();
        var stem = Path.GetFileNameWithoutExtension(file);
        var (date, name) = FromName().Match(stem) is { Success: true } dated
            ? (ParseDate(dated.Groups[1].Value, file), dated.Groups[2].Value)
            : (null, stem);
        return new(notes.GetValueOrDefault("source", name),
            notes.TryGetValue("date", out var stated) ? ParseDate(stated, file)!.Value : date ?? LastDate(rates),
            notes.GetValueOrDefault("fills-gaps", "no") == "yes", rates)
        {
            Order = int.TryParse(notes.GetValueOrDefault("order", "0"), CultureInfo.InvariantCulture, out var order)
                ? order
                : throw new PriceBookException($"{file}: '{notes["order"]}' is not a turn. Write '# order: 1', '# order: 2', ….")
        };
    }

    // A file without a date of its own is as old as the youngest date it mentions.
    static DateOnly LastDate(List<Rate> rates) => rates
        .SelectMany(r => Day().Matches(r.Source)
            .Select(m => DateOnly.TryParse(m.Value, CultureInfo.InvariantCulture, out var day) ? day : default).Append(r.From ?? default))
        .DefaultIfEmpty().Max();

    static DateOnly? ParseDate(string text, string file) => DateOnly.TryParseExact(text, "yyyy-MM-dd", out var date)
        ? date
        : throw new PriceBookException($"{file}: '{text}' is not a date; write it as 2026-07-24.");

    [GeneratedRegex(@"^#\s*(source|date|fills-gaps|order):\s*(.*?)\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Note();

    [GeneratedRegex(@"^(\d{4}-\d{2}-\d{2})-(.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex FromName();

    [GeneratedRegex(@"\d{4}-\d{2}-\d{2}", RegexOptions.CultureInvariant)]
    private static partial Regex Day();
}
