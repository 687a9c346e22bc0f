using Assay.Testing;
using Assay.Usage;

namespace Assay.Estate.Tests.Described;

/// <summary>Estate files for tests.</summary>
static class Estates
{
    public static readonly ModelCatalog Catalog = ReadCatalog();

    /// <summary>The lines every estate needs, five of them.</summary>
    public const string Head = "estate: Test\nregion: eu-central-1\nbaseline: Claude Sonnet 4.5\nscope: geo\nworkloads:\n";

    /// <summary>A workload without mistakes, from line 6 on.</summary>
    public const string Chat =
        "  chat:\n    model: Nova Micro\n    requests: 40,000 a day\n    input_tokens: 1,000\n    output_tokens: 200\n";

    public static EstateReading Reading(string text) => EstateReader.Read("test.yaml", text, _ => null, Catalog);

    /// <summary>The estate of a text that has no mistakes.</summary>
    public static DescribedEstate Described(string text) => Reading(text) switch
    {
        EstateReading.Described good => good.Estate,
        EstateReading.Mistaken bad => throw new InvalidOperationException(string.Join('\n', bad.Errors)),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>The chat with further lines (or other values of its keys).</summary>
    public static DescribedWorkload Workload(string lines) => Described(Head + With(lines)).Workloads[0];

    public static string With(string lines)
    {
        var keys = lines.Split('\n').Where(l => !l.StartsWith(' ')).Select(l => l.Split(':')[0]).ToHashSet();
        if (keys.Contains("models")) keys.Add("model");
        var kept = Chat.Split('\n').Where(l => l.Length > 0 && !keys.Contains(l.Trim().Split(':')[0]));
        return string.Join('\n', kept) + "\n" + string.Concat(lines.Split('\n').Select(l => $"    {l}\n"));
    }

    /// <summary>The one error of a text, as it is printed.</summary>
    public static string Error(string text) => Assert.Single(Errors(text)).ToString();

    public static IReadOnlyList<EstateError> Errors(string text) => Assert.IsType<EstateReading.Mistaken>(Reading(text)).Errors;

    public static string SamplePath(string name) => Path.Combine(Repository.Root, "samples", name);

    public static EstateReading Sample(string name) => EstateReader.Read(SamplePath(name), File.ReadAllText(SamplePath(name)),
        path => File.Exists(path) ? File.ReadAllText(path) : null, Catalog);

    static ModelCatalog ReadCatalog()
    {
        using var text = File.OpenText(Path.Combine(Repository.Root, "prices", "models.csv"));
        return ModelCatalogFile.Read(text, "prices/models.csv");
    }
}
