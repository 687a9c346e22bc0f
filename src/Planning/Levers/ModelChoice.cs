using System.Globalization;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// Which models may answer a workload's calls instead of its own: under which id, in which scope, and which of them are current.
/// </summary>
static class ModelChoice
{
    // A model that costs no more than this share of what the middle one of its maker's would is one of its small ones.
    const decimal SmallShare = .5m;

    // A family of models is replaced, then withdrawn: what is so many generations behind its newest is on its way out.
    const int GenerationsBehind = 2;

    // 2402 is a month, no generation.
    const decimal GenerationMax = 100m;

    /// <param name="InUse">The cheapest of those somebody here calls already, where it is another, and what it would save.</param>
    public readonly record struct Choice(ModelRef Model, (ModelRef Model, decimal Saving)? InUse);

    /// <summary>
    /// The cheapest model of the same maker that can be called and holds the prompts: among the approved; where nobody says what is
    /// approved, among the current ones. Null where none is cheaper.
    /// </summary>
    public static Choice? Cheapest(WorkloadView view)
    {
        if (view.Approved is { } approved) return Cheaper(view, approved) is [var best, ..] ? new Choice(best.Model, null) : null;
        var all = OfMaker(view, view.Context.Sources.Catalog.Models.Select(m => m.Id)).ToList();
        var current = Cheaper(view, all.Where(id => IsCurrent(view, id)));
        if (current.Count == 0) return null;
        var inUse = Cheaper(view, view.Context.InUse.Select(m => m.Id));
        // A small model may do small work; what undercuts it is older or smaller yet, and nobody here has cleared that.
        if (inUse.Count == 0 && IsSmall(view, all)) return null;
        var isOther = inUse is [var used, ..] && used.Model.Id != current[0].Model.Id;
        return new Choice(current[0].Model, isOther ? inUse[0] : null);
    }

    /// <summary>
    /// The models of a list, each under one id: an id that can be called in the scope in use, else in another, else the first of the table.
    /// </summary>
    public static IEnumerable<ModelRef> OneOfEach(WorkloadView view, IEnumerable<string> ids) =>
        ids.Distinct(StringComparer.Ordinal).GroupBy(id => Product(view, id), StringComparer.Ordinal).Select(g =>
        {
            var models = view.Context.Sources.Catalog.Models;
            List<ModelRef> doors = [.. g.OrderBy(id => models.TakeWhile(m => m.Id != id).Count()).Select(id => Target(view, id))];
            return doors.Find(m => m.Scope == view.Model.Scope && IsCallable(view, m)) ?? doors.Find(m => IsCallable(view, m)) ?? doors[0];
        });

    /// <summary>The first of the ids sold under a model's name: what is one model behind two doors has one.</summary>
    public static string Product(WorkloadView view, string id) =>
        view.Context.Sources.Catalog.Find(id) is { Names: [var name, ..] }
            ? view.Context.Sources.Catalog.FindByName(name)?.Id ?? id : id;

    public static bool IsItself(WorkloadView view, string id) => Product(view, id) == Product(view, view.Model.Id);

    /// <summary>A model in the scope in use where it can be had so, else in the region.</summary>
    public static ModelRef Target(WorkloadView view, string id)
    {
        var facts = view.Context.Sources.Catalog.Find(id);
        var region = view.Workload.Calls[0].Kind.Region;
        var scopes = (Scope[])[view.Model.Scope, Scope.Geo, Scope.InRegion, Scope.Global];
        var allowed = view.Residency switch { Estate.Residency.Region => Scope.InRegion, Estate.Residency.Geography => Scope.Geo, _ =>
            Scope.Global };
        var scope = scopes.Where(s => s <= allowed || s == view.Model.Scope)
            .FirstOrDefault(s => CallableFrom.Obstacle(id, s, region, view.Context.Sources.Regions) is null, view.Model.Scope);
        return new(id, scope, ModelKind.Foundation, facts);
    }

    /// <summary>What to call it by: with the prefix of its profile.</summary>
    public static string IdOf(WorkloadView view, ModelRef model) =>
        CallableFrom.IdOf(model, view.Workload.Calls[0].Kind.Region, view.Context.Sources.Regions);

    /// <summary>True where its window takes the longest call.</summary>
    public static bool HoldsLongest(WorkloadView view, ModelRef model) =>
        model.Facts is not { ContextLimit: > 0 and var limit } || view.Workload.Calls.All(c => c.Tokens.Prompt + c.Tokens.Output <= limit);

    static bool IsCallable(WorkloadView view, ModelRef model) => CallableFrom.Obstacle(
        model.Id, model.Scope, view.Workload.Calls[0].Kind.Region, view.Context.Sources.Regions) is null;

    static List<(ModelRef Model, decimal Saving)> Cheaper(WorkloadView view, IEnumerable<string> ids) =>
        [.. OneOfEach(view, OfMaker(view, ids).Where(id => !IsItself(view, id)))
            .Where(m => IsCallable(view, m) && HoldsLongest(view, m))
            .Select(m => (Model: m, Saving: view.Saving(CallPlan.AsRecorded, new() { Model = m }) ?? 0m))
            .Where(c => c.Saving > 0m).OrderByDescending(c => c.Saving).ThenBy(c => c.Model.Id, StringComparer.Ordinal)];

    static IEnumerable<string> OfMaker(WorkloadView view, IEnumerable<string> ids)
    {
        var maker = Maker(view.Model.Id);
        return ids.Where(id => Maker(id) == maker);
    }

    internal static string Maker(string id) => id.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? id[..dot] : id;

    // By the same calls' cost on every model of the maker that the book prices, its own among them.
    static bool IsSmall(WorkloadView view, IEnumerable<string> ofMaker)
    {
        var today = view.Replay.Recorded.Cost;
        List<decimal> costs = [today, .. ofMaker.Where(id => id != view.Model.Id)
            .Select(id => view.Saving(CallPlan.AsRecorded, new() { Model = Target(view, id) })).OfType<decimal>().Select(s => today - s)];
        costs.Sort();
        return today <= SmallShare * costs[costs.Count / 2];
    }

    /// <summary>
    /// True for a model that the table of regions still names, whose window the catalogue knows, and that is not two generations behind
    /// the newest of its family there.
    /// </summary>
    internal static bool IsCurrent(WorkloadView view, string id) =>
        IsCurrent(view.Context.Sources.Catalog, view.Context.Sources.Regions, id);

    /// <inheritdoc cref="IsCurrent(WorkloadView, string)"/>
    internal static bool IsCurrent(ModelCatalog catalog, IReadOnlyDictionary<string, IReadOnlyList<string>> regions, string id)
    {
        // What makes pictures or speech is listed without a window of text.
        if (!IsSold(id) || catalog.Find(id) is not { ContextLimit: > 0 }) return false;
        if (FamilyOf(id) is not (var family, > 0 and var generation)) return true;
        var newest = catalog.Models.Where(m => Maker(m.Id) == Maker(id) && IsSold(m.Id)).Select(m => FamilyOf(m.Id))
            .Where(f => f.Family == family).Max(f => f.Generation);
        return generation > newest - GenerationsBehind;

        bool IsSold(string model) => regions.Count == 0 || CallableFrom.IsListed(model, regions);
    }

    /// <summary>
    /// The first word of a model's name, and the generation its id tells: claude and 4 of <c>anthropic.claude-haiku-4-5-20251001-v1:0</c>,
    /// llama and 3 of <c>meta.llama3-1-8b-instruct-v1:0</c>; 0 where it tells none.
    /// </summary>
    internal static (string Family, int Generation) FamilyOf(string id)
    {
        var words = ModelNames.Short(id).Split('-');
        var family = words[0].TrimEnd("0123456789.".ToCharArray());
        foreach (var word in words.Skip(1).Prepend(words[0][family.Length..]))
        {
            if (decimal.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number < GenerationMax)
                return (family, (int)number);
        }
        return (family, 0);
    }
}
