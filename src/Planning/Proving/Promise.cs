namespace Assay.Planning;

/// <summary>A counted action of a plan that was made earlier. Money is USD over the plan's period.</summary>
/// <param name="Alone">Its replayed saving by itself.</param>
/// <param name="Joint">What it took off after those before it.</param>
/// <param name="Change">From what to what, in the plan's words.</param>
/// <param name="Applies">The same for programs.</param>
public sealed record PromisedAction(Lever Lever, WorkloadKey Workload, string Name, decimal Alone, decimal Joint, string Change,
    PlanChange Applies);

/// <summary>What a workload cost over the plan's period, and how many calls that were.</summary>
public sealed record PromisedWorkload(WorkloadKey Key, string Name, decimal Cost, long Requests);

/// <summary>A plan as it was saved: what was promised, to be held against what came of it.</summary>
public sealed record Promise(string Book, DateOnly From, DateOnly To, int Days, decimal CurrentMonthly, decimal SavingMonthly,
    IReadOnlyList<PromisedAction> Actions, IReadOnlyList<PromisedWorkload> Workloads)
{
    /// <summary>What a plan promises: its counted actions.</summary>
    public static Promise Of(Plan plan) => new(plan.Book, plan.From, plan.To, plan.Days, plan.CurrentMonthly, plan.SavingMonthly,
        [.. plan.Actions.Where(a => a.Kind == ActionKind.Saving).Select(a => new PromisedAction(a.Lever, a.Workload, a.Name, a.PeriodSaving,
            a.JointPeriodSaving, $"{a.From} → {a.To}", a.Applies ?? new()))],
        [.. plan.Workloads.Select(w => new PromisedWorkload(w.Key, w.Name, w.Cost, w.Requests))]);
}
