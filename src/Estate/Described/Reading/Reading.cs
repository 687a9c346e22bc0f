using System.Collections.Frozen;
using Assay.Usage;

namespace Assay.Estate;

/// <summary>What all sections of one reading share: the models there are, the mistakes found, and the ranges with their places.</summary>
sealed class Reading(ModelCatalog catalog, List<EstateError> errors, IReadOnlyList<string> files)
{
    // A nearest match costs a look at every model; a file with more mistakes than this is not one somebody mistyped.
    const int SuggestionsMax = 200;

    readonly Dictionary<Node, int> places = new(ReferenceEqualityComparer.Instance);
    readonly List<(Node Node, FigureRange Range)> found = [];

    public bool HasErrors => errors.Count > 0;

    /// <summary>The ranges read so far; in the order of the file in a reading made by <see cref="Again"/>.</summary>
    public IReadOnlyList<FigureRange> Ranges => [.. found.Select(f => f.Range)];

    /// <summary>A second reading of the same nodes, which knows the order of the ranges in the file.</summary>
    public Reading Again()
    {
        var again = new Reading(catalog, errors, files);
        again.found.AddRange(found.OrderBy(f => Place(f.Range.File)).ThenBy(f => f.Node.Line).ThenBy(f => f.Node.Column));
        for (var i = 0; i < again.found.Count; i++) again.places[again.found[i].Node] = i;
        return again;
    }

    /// <summary>The errors in the order of the files.</summary>
    /// <param name="refused">
    /// How many of the first are about the text itself: what else is wrong on their lines follows from what was refused there.
    /// </param>
    public List<EstateError> InOrder(List<EstateError> wrong, int refused)
    {
        var lines = wrong.Take(refused).Select(e => (e.File, e.Line)).ToHashSet();
        return [.. wrong.Where((e, i) => i < refused || !lines.Contains((e.File, e.Line))).Distinct()
            .OrderBy(e => Place(e.File)).ThenBy(e => e.Line)];
    }

    int Place(string file)
    {
        for (var i = 0; i < files.Count; i++)
            if (files[i] == file) return i;
        return files.Count;
    }

    public void Wrong(Node node, string message) => errors.Add(new(node.File, node.Line, message));

    /// <summary>", did you mean 'x'?" or nothing.</summary>
    public string Suggestion(string word, IEnumerable<string> candidates) =>
        errors.Count < SuggestionsMax && Nearest.Of(word, candidates) is { } near ? $"; did you mean '{near}'?" : "";

    public Figure RangeOf(Node node, string path, decimal low, decimal likely, decimal high)
    {
        if (low == high) return likely;
        if (!places.TryGetValue(node, out var place))
        {
            places[node] = place = found.Count;
            found.Add((node, new(path, node.File, node.Line, low, likely, high)));
        }
        return new(likely, place);
    }

    /// <summary>The model a text names, by id, profile id or name; null and an error where it names none.</summary>
    /// <param name="scope">What the file states beside it, or null.</param>
    /// <param name="otherwise">The scope of models that do not state one.</param>
    public ModelRef? Model(Node at, string text, Scope? scope, Scope otherwise)
    {
        var (prefixed, bare) = ModelIdentity.SplitScope(text);
        var facts = ModelIdentity.Resolve(text, catalog, FrozenDictionary<string, MappedProfile>.Empty).Facts ?? catalog.FindByName(bare);
        if (facts is null)
        {
            var near = Suggestion(bare, catalog.Models.SelectMany(m => m.Names).Concat(catalog.Models.Select(m => m.Id)));
            Wrong(at, $"{Quoted.Text(text)} is not a known model; accepted: an id, a profile id or a name of prices/models.csv, such as "
                + $"'Claude Sonnet 4.5'{near}");
            return null;
        }
        if (prefixed == Scope.InRegion) return new(facts.Id, scope ?? otherwise, ModelKind.Foundation, facts);
        if (scope is { } stated && stated != prefixed)
            Wrong(at, $"{Quoted.Text(text)} is a profile of scope '{prefixed.Name()}', but 'scope' says '{stated.Name()}'; "
                + "leave one of them out");
        return new(facts.Id, prefixed, ModelKind.Foundation, facts);
    }
}
