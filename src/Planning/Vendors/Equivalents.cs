using System.Globalization;

namespace Assay.Planning.Vendors;

/// <summary>In what sense a model elsewhere stands for one on Bedrock.</summary>
public enum EquivalenceKind : byte
{
    /// <summary>The user says so, with <c>--map</c>.</summary>
    Stated,

    /// <summary>The same model: its price is compared at face value.</summary>
    SameWeights,

    /// <summary>A sibling release: a candidate whose quality has to be shown.</summary>
    SameFamily,

    /// <summary>Another model of about the same place in its maker's range: a candidate whose quality has to be shown.</summary>
    Nearest,
}

/// <summary>
/// A model at a vendor that stands for one on Bedrock: a row of <c>prices/equivalents.csv</c>, or what the user states.
/// </summary>
/// <param name="Model">The foundation-model id on Bedrock.</param>
/// <param name="VendorModel">The vendor's own name of the model; its rates are listed under <c>vendor:name</c>.</param>
/// <param name="Tokenizer">
/// The vendor's tokens for one of Bedrock's on the same text; null where nobody has measured it.
/// </param>
/// <param name="AsOf">When the vendor was last seen to sell it; null for what the user states.</param>
public sealed record Equivalent(
    string Model, string Vendor, string VendorModel, EquivalenceKind Kind, decimal? Tokenizer, string Note, DateOnly? AsOf, string Source)
{
    /// <summary>The vendor of published weights on rented hardware: it has no rates a token.</summary>
    public const string SelfHosted = "self_hosted";

    /// <summary>The id the model's rates stand under in a book of vendors.</summary>
    public string PricedAs => $"{Vendor}:{VendorModel}";

    /// <summary>True where a price can be compared without evidence of quality.</summary>
    public bool IsAtFaceValue => Kind is EquivalenceKind.SameWeights or EquivalenceKind.Stated;
}

/// <summary>Where models can be bought: whose bill it is, what the platform brings, how new features arrive. Dated facts.</summary>
/// <param name="Vendor">The name before the colon of a priced model; <c>bedrock</c> for Bedrock itself.</param>
/// <param name="Cloud">Who is paid.</param>
/// <param name="Commitment">Whose committed spend the usage draws down; <c>none</c> where it draws down none.</param>
public sealed record Platform(
    string Vendor, string Name, string Cloud, string Commitment, string Integration, string FeatureLag, DateOnly AsOf, string Source)
{
    public const string Bedrock = "bedrock";
}

/// <summary>Names of the kinds, as files and JSON spell them.</summary>
public static class EquivalenceKinds
{
    static readonly string[] Names = ["stated", "same_weights", "same_family", "nearest"];

    public static string Name(this EquivalenceKind kind) => Names[(int)kind];

    internal static bool TryParse(string name, out EquivalenceKind kind)
    {
        var index = Array.IndexOf(Names, name);
        kind = index < 0 ? default : (EquivalenceKind)index;
        return index >= 0;
    }
}

/// <summary>Reads the reviewed tables of vendors: CSV without commas in fields; lines starting with <c>#</c> are notes.</summary>
public static class VendorTables
{
    public const string EquivalentsHeader = "model,vendor,vendor_model,kind,tokenizer,note,as_of,source";
    public const string PlatformsHeader = "vendor,name,cloud,commitment,integration,feature_lag,as_of,source";

    /// <exception cref="FormatException">The first line that is not a pair of models, with its number.</exception>
    public static IReadOnlyList<Equivalent> ReadEquivalents(TextReader text, string file)
    {
        var pairs = new List<Equivalent>();
        var seen = new HashSet<(string, string, string)>();
        foreach (var (f, line) in Rows(text, file, EquivalentsHeader))
        {
            if (!EquivalenceKinds.TryParse(f[3], out var kind) || kind == EquivalenceKind.Stated)
                throw Wrong(file, line, $"'{f[3]}' is not a kind; accepted: same_weights, same_family, nearest");
            if (f[0].Length == 0 || f[1].Length == 0 || f[2].Length == 0) throw Wrong(file, line, "a model or the vendor is missing");
            if (!seen.Add((f[0], f[1], f[2]))) throw Wrong(file, line, $"'{f[0]}' stands for '{f[1]}:{f[2]}' twice");
            pairs.Add(new(f[0], f[1], f[2], kind, Factor(f[4], file, line), f[5], Day(f[6], file, line), f[7]));
        }
        return pairs;
    }

    /// <exception cref="FormatException">The first line that is not a platform, with its number.</exception>
    public static IReadOnlyList<Platform> ReadPlatforms(TextReader text, string file) =>
        [.. Rows(text, file, PlatformsHeader).Select(r =>
            new Platform(r.Fields[0], r.Fields[1], r.Fields[2], r.Fields[3], r.Fields[4], r.Fields[5], Day(r.Fields[6], file, r.Line),
                r.Fields[7]))];

    static IEnumerable<(string[] Fields, int Line)> Rows(TextReader text, string file, string header)
    {
        var number = 0;
        var sawHeader = false;
        while (text.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            var fields = line.Split(',');
            if (!sawHeader)
            {
                if (line != header) throw Wrong(file, number, $"the first line must be the header '{header}'");
                sawHeader = true;
            }
            else if (fields.Length != 8) throw Wrong(file, number, $"{fields.Length} fields where 8 are expected ({header})");
            else yield return (fields, number);
        }
        if (!sawHeader) throw Wrong(file, 1, $"the file is empty; its first line must be the header '{header}'");
    }

    static decimal? Factor(string field, string file, int line) => field.Length == 0 ? null
        : decimal.TryParse(field, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor is > 0m and <= 10m
            ? factor
            : throw Wrong(file, line, $"'{field}' is not a factor of tokens; write a decimal above 0 such as 1.12, or nothing");

    static DateOnly Day(string field, string file, int line) => DateOnly.TryParseExact(field, "yyyy-MM-dd", out var day)
        ? day
        : throw Wrong(file, line, $"'{field}' is not a date; write it as 2026-07-24");

    static FormatException Wrong(string file, int line, string what) =>
        new($"{file}:{line}: {what}. Fix the line and run the command again.");
}
