using Assay.Planning;

namespace Assay.Desk.Reports;

/// <summary>
/// The money of a plan, rounded so that what is printed adds up as printed: exact amounts of a month have as many digits as a division
/// by days leaves, and no two programs add those alike.
/// </summary>
sealed class PlanFigures
{
    // As many as a bill has.
    const int DecimalsOfMonths = 10;

    // What rounding can part; anything more is a plan that does not add up.
    const decimal Tolerance = 0.001m;

    readonly Plan plan;
    readonly Money money;
    readonly int shownDecimals;

    /// <exception cref="InvalidOperationException">The joint savings are not the difference between the two bills.</exception>
    public PlanFigures(Plan plan)
    {
        this.plan = plan;
        money = Money.For(plan.CurrentMonthly);
        shownDecimals = money.IsFine ? 6 : 2;
        Joint = [.. plan.Actions.Select(a => a.Kind == ActionKind.Saving ? OfMonth(a.JointSaving) : 0m)];
        SavingMonthly = Joint.Sum();
        CurrentMonthly = OfMonth(plan.CurrentMonthly);
        PlannedMonthly = CurrentMonthly - SavingMonthly;
        if (Math.Abs(SavingMonthly - plan.SavingMonthly) > Tolerance || Math.Abs(PlannedMonthly - plan.PlannedMonthly) > Tolerance)
            throw new InvalidOperationException("The joint savings of a plan do not add up to what it saves.");
        ShownCurrent = Shown(CurrentMonthly);
        ShownPlanned = Shown(PlannedMonthly);
        ShownJoint = Parts(Joint);
        ShownWaterfall = Parts([.. plan.Waterfall.Select(s => Scaled(s.Joint))]);
    }

    /// <summary>Joint savings of a month, one an action; zero where it is not counted.</summary>
    public IReadOnlyList<decimal> Joint { get; }

    /// <summary>The sum of <see cref="Joint"/>.</summary>
    public decimal SavingMonthly { get; }
    public decimal CurrentMonthly { get; }
    public decimal PlannedMonthly { get; }

    /// <summary>What the counted actions save a month, each by itself, added up.</summary>
    public decimal SumOfAlone => plan.Actions.Where(a => a.Kind == ActionKind.Saving).Sum(a => OfMonth(a.MonthlySaving));

    // The same figures in cents, for people.
    public decimal ShownCurrent { get; }
    public decimal ShownPlanned { get; }
    public decimal ShownSaving => ShownCurrent - ShownPlanned;
    public IReadOnlyList<decimal> ShownJoint { get; }
    public IReadOnlyList<decimal> ShownWaterfall { get; }

    /// <summary>An amount of a month as JSON has it.</summary>
    public static decimal OfMonth(decimal usd) => decimal.Round(usd, DecimalsOfMonths, MidpointRounding.ToEven);

    /// <summary>An amount of the period as one of a month.</summary>
    public decimal Scaled(decimal usd) => OfMonth(usd * 30m / Math.Max(1, plan.Days));

    public string Show(decimal usd) => usd < 0m ? "−" + money.Show(-usd) : money.Show(usd);

    /// <summary>What is taken off: a minus before it; a plus where it adds.</summary>
    public string Taken(decimal usd) => usd > 0m ? "−" + money.Show(usd) : usd < 0m ? "+" + money.Show(-usd) : money.Show(0m);

    public string ShareSaved => Text.Percent(SavingMonthly, CurrentMonthly);

    /// <summary>An amount in the decimals people are shown, so that what stands in a column adds up as it stands.</summary>
    public decimal Shown(decimal usd) => decimal.Round(usd, shownDecimals, MidpointRounding.ToEven);

    // Each part is rounded down, and the cents that then lack go to those that lost most: parts add up to the saving, and hardly any of
    // them is other than its own rounding.
    List<decimal> Parts(IReadOnlyList<decimal> exact)
    {
        var unit = shownDecimals == 2 ? 0.01m : 0.000001m;
        List<decimal> parts = [.. exact.Select(e => Math.Floor(e / unit) * unit)];
        int[] order = [.. Enumerable.Range(0, parts.Count).Where(i => exact[i] != 0m).OrderByDescending(i => exact[i] - parts[i])];
        for (var lacks = (int)((ShownSaving - parts.Sum()) / unit); lacks != 0 && order.Length > 0; lacks -= Math.Sign(lacks))
            parts[lacks > 0 ? order[(lacks - 1) % order.Length] : order[^1]] += Math.Sign(lacks) * unit;
        return parts;
    }
}
