using Assay.Gateway.Calls;
using Assay.Gateway.Identity;
using Assay.Gateway.Upstreams;
using Assay.Usage;

namespace Assay.Gateway.Door;

/// <summary>A model that can be asked for.</summary>
/// <param name="Owner">Who makes it, or has it.</param>
readonly record struct ListedModel(string Id, string Owner);

/// <summary>
/// Which models there are: the names of the configuration in its order, then the ids that a key may call, each where it can be called
/// and has a price. What differs from call to call (tags, a guardrail, what it may cost) is not asked here.
/// </summary>
static class ModelList
{
    static readonly Dialect[] Dialects = Enum.GetValues<Dialect>();

    /// <param name="holder">Whose key came; null where none came that is good, who learns the names alone.</param>
    public static IEnumerable<ListedModel> Of(Live live, KeyHolder? holder, DateTime now)
    {
        var names = live.Settings.Models.Select(m => new ListedModel(m.Name, "assay")).ToList();
        if (holder is null) return names;
        var ids = Ids(live).DistinctBy(i => i.Id).Where(i => MayCall(live, holder, i.Id, now))
            .ExceptBy(names.Select(n => n.Id), i => i.Id);
        return names.Concat(ids.OrderBy(i => i.Id, StringComparer.Ordinal));
    }

    static IEnumerable<ListedModel> Ids(Live live)
    {
        foreach (var (id, regions) in live.Availability)
            if (live.Upstreams.FirstOrDefault(u => u.Kind == UpstreamKind.Bedrock) is { } bedrock && regions.Contains(bedrock.Region))
                yield return new(id, live.Catalog.Find(ModelIdentity.SplitScope(id).Id)?.Provider ?? "bedrock");
        // A book has the models of other servers by the server's name.
        foreach (var upstream in live.Upstreams.Where(u => u.Kind != UpstreamKind.Bedrock).DistinctBy(u => u.Kind))
            foreach (var model in live.Book.Models)
                if (model.StartsWith(upstream.Name + ":", StringComparison.Ordinal))
                    yield return new(model[(upstream.Name.Length + 1)..], upstream.Name);
    }

    static bool MayCall(Live live, KeyHolder holder, string id, DateTime now) => Dialects.Any(dialect =>
        (holder.Key.Dialects.Count == 0 || holder.Key.Dialects.Contains(dialect.Name()))
        && live.Models.Find(id, dialect) is [var target, ..] && target.IsKnown
        && holder.May(target, "", []) is var permission && (permission.Forbidden is null || permission.DependsOnCall)
        && live.Admitter.RatesOf(target, Tier.Standard, isGuarded: false, now).Unpriced is null);
}
