namespace Assay.Planning;

/// <summary>A term capacity is sold for.</summary>
/// <param name="Months">How long it is paid, whether used or not.</param>
/// <param name="UsdPerUnitMonth">What one unit costs each month of it.</param>
public sealed record CapacityTerm(string Name, int Months, decimal UsdPerUnitMonth);

/// <summary>Units bought at the start of a month, counted from 0, for a term.</summary>
public sealed record BoughtTerm(int Month, CapacityTerm Term, int Units);

/// <summary>
/// Whole units to be bought for terms over months. A term that outlasts the last month is paid to the end of it.
/// </summary>
/// <param name="Remaining">
/// USD that remain to be paid in a month when so many units are there: by month, then by units from 0. Each row must be convex (a further
/// unit never saves more than the one before it) and must not rise: the exactness of <see cref="LadderOptimum"/> rests on that.
/// </param>
/// <param name="Weights">What a dollar of a term counts in each month; null for one. Rows of Remaining are weighted by the caller.</param>
public sealed record LadderProblem(
    IReadOnlyList<decimal[]> Remaining, IReadOnlyList<CapacityTerm> Terms, IReadOnlyList<decimal>? Weights = null)
{
    public int Months => Remaining.Count;

    /// <summary>More units than this are of no use in any month.</summary>
    public int UnitsMax => Remaining.Count == 0 ? 0 : Remaining.Max(r => r.Length) - 1;

    public decimal RemainingAt(int month, int units) => Remaining[month][Math.Min(units, Remaining[month].Length - 1)];

    /// <summary>The first month after a term bought in this one.</summary>
    public int End(int month, CapacityTerm term) => Math.Min(Months, month + term.Months);

    public decimal TermCost(int month, CapacityTerm term)
    {
        if (Weights is null) return (End(month, term) - month) * term.UsdPerUnitMonth;
        var cost = 0m;
        for (var m = month; m < End(month, term); m++) cost += Weights[m] * term.UsdPerUnitMonth;
        return cost;
    }

    /// <summary>What a set of purchases costs in all, the remaining included.</summary>
    public decimal Cost(IEnumerable<BoughtTerm> bought)
    {
        var units = new int[Months];
        var cost = 0m;
        foreach (var each in bought)
        {
            cost += each.Units * TermCost(each.Month, each.Term);
            for (var m = each.Month; m < End(each.Month, each.Term); m++) units[m] += each.Units;
        }
        for (var m = 0; m < Months; m++) cost += RemainingAt(m, units[m]);
        return cost;
    }

    internal void Check()
    {
        for (var m = 0; m < Months; m++)
        {
            var row = Remaining[m];
            for (var c = 1; c < row.Length; c++)
            {
                if (row[c] > row[c - 1] || (c > 1 && row[c - 1] - row[c] > row[c - 2] - row[c - 1]))
                    throw new ArgumentException($"what remains in month {m} rises or is not convex at {c} units");
            }
        }
    }
}
