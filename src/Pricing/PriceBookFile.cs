using System.Globalization;
using Assay.Usage;

namespace Assay.Pricing;

/// <summary>
/// Prices as readable data: one CSV file a source and date, one line a rate, reviewed as a diff. Fields never hold commas.
/// Lines starting with <c>#</c> are notes of the source.
/// </summary>
public static class PriceBookFile
{
    public const string Header = "sku,model,meter,mode,tier,scope,context,regions,term,unit,rate,from,until,source";

    /// <summary>Largest rate a source unit may have; anything above is a typing error.</summary>
    public const decimal RateMax = 1_000_000m;

    /// <summary>
    /// Most decimals a rate may have. AWS prints up to ten. A price of a million tokens with twelve has eighteen a token, and a decimal
    /// then holds sums to the last digit up to 79 billion dollars; with more it would begin to round them without a word.
    /// </summary>
    public const int DecimalsMax = 12;

    /// <summary>Reads rates from CSV text. A line that names several regions (separated by spaces) yields a rate for each.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="PriceBookException">The first line that is not a rate, with its number.</exception>
    public static IEnumerable<Rate> Read(TextReader text, string file)
    {
        var number = 0;
        var sawHeader = false;
        while (text.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            if (!sawHeader)
            {
                if (line != Header) throw Wrong(file, number, $"the first line must be the header '{Header}'");
                sawHeader = true;
                continue;
            }
            foreach (var rate in ReadLine(line, file, number)) yield return rate;
        }
        if (!sawHeader) throw Wrong(file, 1, $"the file is empty; its first line must be the header '{Header}'");
    }

    /// <summary>Writes rates in the order given; rates that differ only in region share a line.</summary>
    public static void Write(TextWriter text, IEnumerable<Rate> rates, IEnumerable<string>? notes = null)
    {
        foreach (var note in notes ?? []) text.Write($"# {note}\n");
        text.Write(Header + "\n");
        foreach (var group in rates.GroupBy(r => r with { Key = r.Key with { Region = "" } }))
        {
            var (rate, key) = (group.Key, group.Key.Key);
            var regions = string.Join(' ', group.Select(r => r.Key.Region).Distinct().Order(StringComparer.Ordinal));
            text.Write(string.Join(',', rate.Sku, key.Model, key.Meter.Name(), key.Mode.Name(), key.Tier.Name(), key.Scope.Name(),
                key.Context.Name(), regions, key.Term.Name(), rate.SourceUnit, rate.SourceRate.ToString(CultureInfo.InvariantCulture),
                Date(rate.From), Date(rate.Until), rate.Source) + "\n");
        }
    }

    static string Date(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    static IEnumerable<Rate> ReadLine(string line, string file, int number)
    {
        var f = line.Split(',');
        if (f.Length != 14) throw Wrong(file, number, $"{f.Length} fields where 14 are expected ({Header})");
        if (!DimensionNames.TryParse(f[2], out Meter meter)) throw Wrong(file, number, $"'{f[2]}' is not a meter");
        if (!DimensionNames.TryParse(f[3], out Mode mode)) throw Wrong(file, number, $"'{f[3]}' is not a mode");
        if (!DimensionNames.TryParse(f[4], out Tier tier)) throw Wrong(file, number, $"'{f[4]}' is not a tier");
        if (!DimensionNames.TryParse(f[5], out Scope scope)) throw Wrong(file, number, $"'{f[5]}' is not a scope");
        if (!DimensionNames.TryParse(f[6], out ContextBand context)) throw Wrong(file, number, $"'{f[6]}' is not a context");
        if (!DimensionNames.TryParse(f[8], out Term term)) throw Wrong(file, number, $"'{f[8]}' is not a term");
        if (!SourceUnits.IsKnown(f[9])) throw Wrong(file, number, $"'{f[9]}' is not a unit; accepted: {SourceUnits.Accepted}");
        const NumberStyles plain = NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(f[10], plain, CultureInfo.InvariantCulture, out var usd) || usd > RateMax)
        {
            throw Wrong(file, number,
                $"'{f[10]}' is not a price: write a plain decimal from 0 to {RateMax:0} such as 3.00, in USD per {f[9]}");
        }
        if (Decimals(f[10]) > DecimalsMax)
        {
            throw Wrong(file, number,
                $"'{f[10]}' has more than {DecimalsMax} decimals, and sums of such rates could not be exact; round it to {DecimalsMax}");
        }
        if (f[7].Length == 0) throw Wrong(file, number, $"no region; name one or several, or '{RateKey.EveryRegion}' for every region");
        var (from, until) = (ParseDate(f[11]), ParseDate(f[12]));
        foreach (var region in f[7].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var key = new RateKey(f[1], meter, mode, tier, scope, context, region, term);
            yield return new Rate(f[0], key, f[9], usd, from, until, f[13]) { File = file };
        }

        DateOnly? ParseDate(string text) => text.Length == 0 ? null
            : DateOnly.TryParseExact(text, "yyyy-MM-dd", out var date) ? date
            : throw Wrong(file, number, $"'{text}' is not a date; write it as 2026-07-24");
    }

    static int Decimals(string text) =>
        text.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? text.TrimEnd('0').Length - point - 1 : 0;

    static PriceBookException Wrong(string file, int line, string what) =>
        new($"{file}:{line}: {what}. See 'assay prices import --help' for making a book from a price list.");
}
