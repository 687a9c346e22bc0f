using System.Globalization;

namespace Assay.Usage;

/// <summary>
/// Reads <c>prices/models.csv</c>: one line a model, names separated by semicolons, cache lifetimes by spaces, yes or no for flags.
/// Lines starting with <c>#</c> are notes.
/// </summary>
public static class ModelCatalogFile
{
    public const string Header = "id,provider,names,gross_input,cache_minimum,cache_ttls,context_limit,long_band,batch";

    static readonly string[] Ttls = ["5m", "30m", "1h"];

    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="FormatException">The first line that does not describe a model, with its number.</exception>
    public static ModelCatalog Read(TextReader text, string file)
    {
        var models = new List<ModelFacts>();
        var lineOf = new Dictionary<string, int>(StringComparer.Ordinal);
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
            var model = ReadLine(line, file, number);
            if (!lineOf.TryAdd(model.Id, number)) throw Wrong(file, number, $"'{model.Id}' stands on line {lineOf[model.Id]} already");
            models.Add(model);
        }
        if (!sawHeader) throw Wrong(file, 1, $"the file is empty; its first line must be the header '{Header}'");
        return new(models);
    }

    static ModelFacts ReadLine(string line, string file, int number)
    {
        var f = line.Split(',');
        if (f.Length != 9) throw Wrong(file, number, $"{f.Length} fields where 9 are expected ({Header})");
        if (f[0].IndexOf('.', StringComparison.Ordinal) <= 0)
            throw Wrong(file, number, $"'{f[0]}' is not a model id; write it as 'amazon.nova-lite-v1:0'");
        var ttls = f[5].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (ttls.FirstOrDefault(t => !Ttls.Contains(t)) is { } odd)
            throw Wrong(file, number, $"'{odd}' is not a cache lifetime; accepted: {string.Join(", ", Ttls)}");
        return new(f[0], f[1], f[2].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            Flag(f[3]), Count(f[4]), ttls, Count(f[6]), Flag(f[7]), Flag(f[8]));

        bool Flag(string field) => field switch
        {
            "yes" => true,
            "no" => false,
            _ => throw Wrong(file, number, $"'{field}' is neither yes nor no"),
        };
        int Count(string field) => int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw Wrong(file, number, $"'{field}' is not a number of tokens; write 0 when there is none");
    }

    static FormatException Wrong(string file, int line, string what) =>
        new($"{file}:{line}: {what}. Fix the line; 'assay prices list' reads the table again.");
}
