using Assay.Patterns.Prompts;
using Assay.Patterns.Sessions;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// A cache is an account's, not a principal's: workloads of one account and model whose prompts begin alike keep each other's prefix
/// warm. Where they do, their calls are replayed together.
/// </summary>
static class CachePools
{
    public static void Join(IReadOnlyList<WorkloadView> views, List<LeverOption>[] options, CancellationToken cancel)
    {
        var able = Enumerable.Range(0, views.Count)
            .Where(i => views[i].IsMovable && views[i].Workload.HasPrompts && views[i].Model.Facts is { CacheMinimum: > 0 });
        foreach (var account in able.GroupBy(i => (views[i].Workload.Key.Account, views[i].Model.Id)).Where(g => g.Count() > 1))
        {
            foreach (var pool in Alike(views, [.. account]))
            {
                cancel.ThrowIfCancellationRequested();
                if (Best(views, pool) is not { } found) continue;
                var alone = pool.Sum(i => Math.Max(0m, options[i].Where(IsCaching).Max(o => views[i].Saving(o)) ?? 0m));
                if (found.Ways.Sum(w => w.Saving ?? 0m) <= alone) continue;
                for (var m = 0; m < found.Members.Count; m++)
                {
                    var (at, way) = (found.Members[m], found.Ways[m]);
                    options[at].RemoveAll(o => o.Lever == Lever.Caching && o.IsFinding || IsCaching(o) && !(o.Plan?.CacheOff ?? false));
                    var option = CachingLever.Option(views[at], found.Layout, way, [way], ActionKind.Saving);
                    options[at].Add(option with
                    {
                        Evidence = option.Evidence with { Text = $"{option.Evidence.Text} The same text begins the prompts of "
                            + $"{found.Members.Count - 1} more {(found.Members.Count == 2 ? "workload" : "workloads")} of the account: "
                            + $"they share its cache, and all of them must mark it." },
                    });
                }
            }
        }
    }

    static bool IsCaching(LeverOption option) => option is { Lever: Lever.Caching, Kind: ActionKind.Saving };

    // Workloads that share a text with one another, directly or by way of a third.
    static List<List<int>> Alike(IReadOnlyList<WorkloadView> views, IReadOnlyList<int> members)
    {
        var pools = new List<(HashSet<ulong> Keys, List<int> Members)>();
        foreach (var member in members)
        {
            var joined = (Keys: views[member].Shared.All.Select(s => s.Key).ToHashSet(), Members: new List<int> { member });
            if (joined.Keys.Count == 0) continue;
            foreach (var pool in pools.Where(p => p.Keys.Overlaps(joined.Keys)).ToList())
            {
                pools.Remove(pool);
                joined.Keys.UnionWith(pool.Keys);
                joined.Members.AddRange(pool.Members);
            }
            pools.Add(joined);
        }
        return [.. pools.Where(p => p.Members.Count > 1).Select(p => p.Members.Order().ToList())];
    }

    sealed record Pooled(CacheLayout Layout, IReadOnlyList<int> Members, IReadOnlyList<CachingLever.CachedWay> Ways);

    // A member to whom it brings nothing will not mark its calls: without it the others are replayed again.
    static Pooled? Best(IReadOnlyList<WorkloadView> views, List<int> members)
    {
        Pooled? best = null;
        var facts = views[members[0]].Model.Facts!;
        var (calls, owners) = Merged(views, members);
        var conversations = Conversations.Of(calls);
        foreach (var layout in CacheLayouts.Worth(calls, facts.CacheMinimum, SharedPrompts.Of(calls, conversations), conversations))
        {
            foreach (var lifetime in CachingLever.Lifetimes(facts.CacheTtls))
            {
                if (Replayed(views, members, calls, owners, layout, lifetime) is not { } way) continue;
                if (best is null || way.Ways.Sum(w => w.Saving) > best.Ways.Sum(w => w.Saving)) best = way;
            }
        }
        return best;
    }

    static Pooled? Replayed(
        IReadOnlyList<WorkloadView> views, List<int> members, UsageRecord[] calls, int[] owners, CacheLayout layout, TimeSpan lifetime)
    {
        var apart = Parts(members.Count, owners, PlannedCaching.Of(calls, layout, lifetime, inOneCache: false));
        var together = Parts(members.Count, owners, PlannedCaching.Of(calls, layout, lifetime, inOneCache: true));
        var ways = members.Select((at, m) => new CachingLever.CachedWay(lifetime, apart[m],
            views[at].Saving(new() { Caching = apart[m] }, CallTerms.AsRecorded),
                views[at].Saving(new() { Caching = together[m] }, CallTerms.AsRecorded))).ToList();
        List<int> glad = [.. Enumerable.Range(0, members.Count).Where(m => ways[m].Saving > 0m)];
        if (glad.Count < 2) return null;
        if (glad.Count == members.Count) return new(layout, members, ways);
        List<int> fewer = [.. glad.Select(m => members[m])];
        var (rest, whose) = Merged(views, fewer);
        return Replayed(views, fewer, rest, whose, layout, lifetime);
    }

    static List<PlannedCaching> Parts(int members, int[] owners, PlannedCaching all)
    {
        var parts = Enumerable.Range(0, members).Select(_ => new List<Patterns.Caching.CacheUse?>()).ToList();
        for (var i = 0; i < owners.Length; i++) parts[owners[i]].Add(all.Uses[i]);
        return [.. parts.Select(p => new PlannedCaching([.. p], all.Lifetime))];
    }

    // In the order of their times; calls of one moment in that of the workloads.
    static (UsageRecord[] Calls, int[] Owners) Merged(IReadOnlyList<WorkloadView> views, List<int> members)
    {
        var places = members.SelectMany((at, m) => Enumerable.Range(0, views[at].Workload.Calls.Count).Select(c => (Member: m, Call: c)))
            .OrderBy(p => views[members[p.Member]].Workload.Calls[p.Call].Time).ThenBy(p => p.Member).ThenBy(p => p.Call).ToArray();
        return (Array.ConvertAll(places, p => views[members[p.Member]].Workload.Calls[p.Call]), Array.ConvertAll(places, p => p.Member));
    }
}
