namespace Assay.Planning;

/// <summary>
/// The cheapest purchases of whole units. Every unit is a path from the first month to the end: bought for a term, or not bought and
/// paying what then remains. Terms cover runs of months, so this is a flow of least cost with convex costs, and its whole-numbered optimum
/// is the optimum (an interval matrix is totally unimodular). Exact in decimals; needs no solver.
/// </summary>
/// <param name="UnitMonthPrices">
/// What a unit is worth in each month at the optimum: the dual prices, from which <see cref="LadderCertificate"/> proves it.
/// </param>
public sealed record LadderOptimum(IReadOnlyList<BoughtTerm> Bought, decimal Cost, IReadOnlyList<decimal> UnitMonthPrices)
{
    /// <exception cref="ArgumentException">A month's remaining cost is not convex, or rises.</exception>
    public static LadderOptimum Of(LadderProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        problem.Check();
        Paths paths = new(problem);
        // One path more than is of use, so that some unit is always left unbought and its price bounds the others.
        for (var path = 0; path <= problem.UnitsMax; path++) paths.Add();
        var bought = paths.Bought();
        return new(bought, problem.Cost(bought), paths.Prices());
    }

    /// <summary>The successive shortest paths of that flow; months are nodes, the end is the last.</summary>
    sealed class Paths
    {
        enum Step : byte { Unbought, UndoUnbought, Idle, UndoIdle, Buy, UndoBuy }

        readonly LadderProblem problem;
        readonly int months, unitsMax;
        readonly int[] unbought, idle, from, term;
        readonly int[,] bought;
        readonly decimal[,] cost;
        readonly decimal?[] distance;
        readonly Step[] step;

        public Paths(LadderProblem problem)
        {
            this.problem = problem;
            (months, unitsMax) = (problem.Months, problem.UnitsMax + 1);
            (unbought, idle, from, term) = (new int[months], new int[months], new int[months + 1], new int[months + 1]);
            (distance, step) = (new decimal?[months + 1], new Step[months + 1]);
            bought = new int[months, problem.Terms.Count];
            cost = new decimal[months, problem.Terms.Count];
            for (var m = 0; m < months; m++)
                for (var t = 0; t < problem.Terms.Count; t++) cost[m, t] = problem.TermCost(m, problem.Terms[t]);
        }

        public void Add()
        {
            Measure();
            for (var at = months; at != 0; at = from[at])
            {
                var (start, kind) = (from[at], step[at]);
                switch (kind)
                {
                    case Step.Unbought: unbought[start]++; break;
                    case Step.UndoUnbought: unbought[at]--; break;
                    case Step.Idle: idle[at]++; break;
                    case Step.UndoIdle: idle[start]--; break;
                    case Step.Buy: bought[start, term[at]]++; break;
                    default: bought[at, term[at]]--; break;
                }
            }
        }

        public List<BoughtTerm> Bought()
        {
            List<BoughtTerm> all = [];
            for (var m = 0; m < months; m++)
                for (var t = 0; t < problem.Terms.Count; t++)
                    if (bought[m, t] > 0) all.Add(new(m, problem.Terms[t], bought[m, t]));
            return all;
        }

        public decimal[] Prices()
        {
            Measure();
            return [.. Enumerable.Range(0, months).Select(m => distance[m + 1]!.Value - distance[m]!.Value)];
        }

        // Bellman and Ford over what can still be done or undone; there is no negative cycle, so it ends.
        void Measure()
        {
            Array.Clear(distance);
            distance[0] = 0m;
            for (var changed = true; changed;)
            {
                changed = false;
                for (var m = 0; m < months; m++)
                {
                    if (unbought[m] < unitsMax) changed |= Relax(m, m + 1, Last(m, unbought[m] + 1), Step.Unbought);
                    if (unbought[m] > 0) changed |= Relax(m + 1, m, -Last(m, unbought[m]), Step.UndoUnbought);
                    changed |= Relax(m + 1, m, 0m, Step.Idle);
                    if (idle[m] > 0) changed |= Relax(m, m + 1, 0m, Step.UndoIdle);
                    for (var t = 0; t < problem.Terms.Count; t++)
                    {
                        var end = problem.End(m, problem.Terms[t]);
                        changed |= Relax(m, end, cost[m, t], Step.Buy, t);
                        if (bought[m, t] > 0) changed |= Relax(end, m, -cost[m, t], Step.UndoBuy, t);
                    }
                }
            }
        }

        // What remains more when the k-th unit goes unbought.
        decimal Last(int month, int k) => problem.RemainingAt(month, unitsMax - k) - problem.RemainingAt(month, unitsMax - k + 1);

        bool Relax(int start, int end, decimal usd, Step kind, int of = 0)
        {
            if (distance[start] is not { } far || (distance[end] is { } known && known <= far + usd)) return false;
            (distance[end], from[end], step[end], term[end]) = (far + usd, start, kind, of);
            return true;
        }
    }
}

/// <summary>
/// Proof that no purchases are cheaper than a bound, from prices of a unit in each month. Where the months of every term are together worth
/// no more than the term costs, a plan pays at least those prices for what it covers, so it costs at least, month by month, the least of
/// price times units plus what then remains. Nothing is asked of how the prices were found.
/// </summary>
public static class LadderCertificate
{
    /// <summary>A cost that no purchases undercut; null when the prices prove nothing.</summary>
    public static decimal? Bound(LadderProblem problem, IReadOnlyList<decimal> unitMonthPrices)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(unitMonthPrices);
        if (unitMonthPrices.Count != problem.Months || unitMonthPrices.Any(p => p < 0m)) return null;
        for (var m = 0; m < problem.Months; m++)
        {
            foreach (var term in problem.Terms)
            {
                var worth = 0m;
                for (var k = m; k < problem.End(m, term); k++) worth += unitMonthPrices[k];
                if (worth > problem.TermCost(m, term)) return null;
            }
        }
        var bound = 0m;
        for (var m = 0; m < problem.Months; m++)
        {
            var least = decimal.MaxValue;
            for (var c = 0; c < problem.Remaining[m].Length; c++)
                least = Math.Min(least, problem.Remaining[m][c] + (unitMonthPrices[m] * c));
            bound += least;
        }
        return bound;
    }
}
