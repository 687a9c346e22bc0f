namespace Assay.Planning;

/// <summary>Some levers of a workload set at once, and what its calls then cost over the period, USD.</summary>
public sealed record Arrangement(IReadOnlyList<LeverOption> Options, decimal Cost);

/// <summary>Every lawful combination of a workload's levers, replayed together: levers take from the same money, so none is added
/// up.</summary>
static class Arrangements
{
    // Levers with more ways than this keep the best of them: the product of all is replayed.
    const int WaysMax = 4;

    /// <summary>
    /// The cheapest arrangement for each number of changes, from none up. Each lever in it earns its minimum beside the others.
    /// </summary>
    /// <param name="minimum">What a change must save over the period, USD.</param>
    public static IReadOnlyList<Arrangement> Frontier(WorkloadView view, IReadOnlyList<LeverOption> options, decimal minimum)
    {
        var best = new SortedDictionary<int, Arrangement>();
        foreach (var arrangement in All(view, options, minimum))
        {
            var changes = arrangement.Options.Count;
            if (!best.TryGetValue(changes, out var known) || arrangement.Cost < known.Cost) best[changes] = arrangement;
        }
        return [.. best.Values];
    }

    /// <summary>Every arrangement in which each lever earns its minimum beside the others; the first leaves all as it is.</summary>
    public static IReadOnlyList<Arrangement> All(WorkloadView view, IReadOnlyList<LeverOption> options, decimal minimum)
    {
        var today = view.Replay.Recorded;
        var levers = options.Where(o => o.Kind == ActionKind.Saving).GroupBy(o => o.Lever).OrderBy(g => g.Key)
            .Select(g => g.Select(o => (Option: o, Saving: view.Saving(o))).Where(o => o.Saving is not null)
                .OrderByDescending(o => o.Saving).Take(WaysMax).Select(o => o.Option).ToList()).Where(g => g.Count > 0).ToList();
        var costs = new Dictionary<string, decimal?>(StringComparer.Ordinal);
        List<Arrangement> all = [new([], today.Cost)];
        foreach (var ways in Ways(levers))
        {
            if (CostOf(ways) is not { } cost) continue;
            var chosen = Chosen(levers, ways);
            if (chosen.Count == 0 || !Enumerable.Range(0, ways.Length).All(i => ways[i] == 0 || EarnsItsKeep(ways, i, cost))) continue;
            all.Add(new(chosen, cost));
        }
        return all;

        decimal? CostOf(int[] ways)
        {
            var key = string.Join(',', ways);
            if (costs.TryGetValue(key, out var known)) return known;
            var (plan, terms) = (CallPlan.AsRecorded, CallTerms.AsRecorded);
            foreach (var option in Chosen(levers, ways)) (plan, terms) = option.On(plan, terms);
            var replayed = view.Replay.Cost(plan, terms);
            return costs[key] = replayed.Unpriced > today.Unpriced ? null : replayed.Cost;
        }

        bool EarnsItsKeep(int[] ways, int lever, decimal cost)
        {
            int[] without = [.. ways];
            without[lever] = 0;
            // A loop is a fault whatever it costs.
            var least = levers[lever][0].Lever == Lever.Agents ? 0m : minimum;
            return CostOf(without) is not { } more || more - cost >= least;
        }
    }

    static List<LeverOption> Chosen(List<List<LeverOption>> levers, int[] ways) =>
        [.. ways.Select((way, lever) => way == 0 ? null : levers[lever][way - 1]).OfType<LeverOption>()];

    // Every choice of one way, or none (0), a lever.
    static IEnumerable<int[]> Ways(List<List<LeverOption>> levers)
    {
        var ways = new int[levers.Count];
        while (true)
        {
            yield return [.. ways];
            var at = 0;
            while (at < ways.Length && ++ways[at] > levers[at].Count) ways[at++] = 0;
            if (at == ways.Length) yield break;
        }
    }
}

/// <summary>
/// Which arrangement of each workload, when no more than so many changes can be made in all: dynamic programming over workloads and
/// numbers of changes. Exact; the least cost is found a second time from the other end, and the two must agree.
/// </summary>
static class JointChoice
{
    /// <param name="frontiers">Of each workload, its cheapest arrangement for some numbers of changes; the first is for none.</param>
    /// <returns>The place of the choice in each frontier, and the share by which the cost may lie above the least possible.</returns>
    public static (int[] Choices, decimal Gap) Of(IReadOnlyList<IReadOnlyList<Arrangement>> frontiers, int? changesMax)
    {
        var most = Math.Min(changesMax ?? int.MaxValue, frontiers.Sum(f => f[^1].Options.Count));
        var least = new decimal[most + 1];
        var taken = new int[frontiers.Count][];
        for (var w = 0; w < frontiers.Count; w++)
        {
            taken[w] = new int[most + 1];
            var next = new decimal[most + 1];
            for (var budget = 0; budget <= most; budget++)
            {
                var (cost, choice) = (decimal.MaxValue, 0);
                for (var c = 0; c < frontiers[w].Count; c++)
                {
                    var changes = frontiers[w][c].Options.Count;
                    // Of equal costs the one of fewer changes, which comes first, stands.
                    if (changes <= budget && least[budget - changes] + frontiers[w][c].Cost < cost)
                        (cost, choice) = (least[budget - changes] + frontiers[w][c].Cost, c);
                }
                (next[budget], taken[w][budget]) = (cost, choice);
            }
            least = next;
        }
        var choices = new int[frontiers.Count];
        var left = most;
        for (var w = frontiers.Count - 1; w >= 0; w--)
        {
            choices[w] = taken[w][left];
            left -= frontiers[w][choices[w]].Options.Count;
        }
        var cost0 = Enumerable.Range(0, frontiers.Count).Sum(w => frontiers[w][choices[w]].Cost);
        var bound = Bound(frontiers, changesMax ?? int.MaxValue, most);
        return (choices, cost0 > 0m ? Math.Max(0m, cost0 - bound) / cost0 : 0m);
    }

    // From the last workload to the first, by what is taken off today's bill, a change at a time: shares no step with the choice above.
    static decimal Bound(IReadOnlyList<IReadOnlyList<Arrangement>> frontiers, int changesMax, int most)
    {
        var saved = new Dictionary<int, decimal> { [0] = 0m };
        foreach (var frontier in frontiers.Reverse())
        {
            var more = new Dictionary<int, decimal>();
            foreach (var (changes, so) in saved)
            {
                foreach (var arrangement in frontier)
                {
                    var all = changes + arrangement.Options.Count;
                    if (all > changesMax || all > most) continue;
                    var saving = so + frontier[0].Cost - arrangement.Cost;
                    if (!more.TryGetValue(all, out var known) || saving > known) more[all] = saving;
                }
            }
            saved = more;
        }
        return frontiers.Sum(f => f[0].Cost) - saved.Values.Max();
    }
}
