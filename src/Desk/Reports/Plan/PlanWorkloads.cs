using Assay.Planning;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>The workloads of a plan by how long their answers can wait.</summary>
static class PlanWorkloads
{
    const int RowsMax = 25;

    // Beside the bars stand a name, four figures and the guide's.
    const int BesideBars = 82, BarsLeast = 8, BarsMost = 20;

    // The guide's target for what goes into batch, of all tokens.
    public const string GuideShare = "30–50 %";

    /// <summary>One class of urgency with what it costs over the period.</summary>
    public sealed record Class(Urgency Urgency, IReadOnlyList<PlannedWorkload> Workloads)
    {
        public decimal Cost { get; } = Workloads.Sum(w => w.Cost);
        public long Tokens { get; } = Workloads.Sum(w => w.Tokens);

        public string Amount(PlanFigures figures) => Cost == 0m && Workloads.Any(w => w.IsUnpriced) ? "no price"
            : figures.Show(figures.Scaled(Cost));
    }

    /// <summary>All classes, the most urgent first.</summary>
    public static IReadOnlyList<Class> Classes(Plan plan) => [.. Enum.GetValues<Urgency>().Select(u => plan.Workloads
        .Where(w => w.Urgency == u).OrderByDescending(w => w.Cost).ThenBy(w => w.Name, StringComparer.Ordinal).ToList())
        .Select((w, i) => new Class((Urgency)i, w))];

    /// <summary>
    /// An amount of a workload as a person reads it: nothing is known of what has no price, and what has some is the least.
    /// </summary>
    public static string Amount(PlannedWorkload workload, decimal usd, PlanFigures figures) => workload.IsUnpriced ? "no price"
        : $"{(workload.WithoutPrice is null ? "" : "≥ ")}{figures.Show(figures.Scaled(usd))}";

    public static void Write(IAnsiConsole console, Plan plan, PlanFigures figures)
    {
        if (plan.Workloads.Count == 0) return;
        var classes = Classes(plan);
        var (total, tokens) = (classes.Sum(c => c.Cost), classes.Sum(c => c.Tokens));
        var table = new FittedTable([new("How urgent", Least: 14), new("workloads", Right: true), new("a month", Right: true),
            new("of spend", Right: true), new("of tokens", Right: true), new("the guide's", Spare: 1), new("", Spare: 2)]);
        var bars = Math.Clamp(console.Profile.Width - BesideBars, BarsLeast, BarsMost);
        foreach (var one in classes)
            table.AddRow(PlanWords.Urgency(one.Urgency), Text.Number(one.Workloads.Count), one.Amount(figures),
                Text.Percent(one.Cost, total), Text.Percent(one.Tokens, tokens),
                one.Urgency == Urgency.BatchEligible ? $"[grey]{GuideShare}[/]" : "",
                $"[blue]{Text.Bar(one.Cost, total, bars)}[/]");
        console.Write(table);
        console.WriteLine();
        Each(console, plan, figures, [.. classes.SelectMany(c => c.Workloads)]);
    }

    static void Each(IAnsiConsole console, Plan plan, PlanFigures figures, List<PlannedWorkload> workloads)
    {
        var table = new FittedTable([new("Workloads", Least: 16), new("waits"), new("today", Right: true), new("planned", Right: true),
            new("if it may wait", Right: true, Spare: 1), new("why", Least: 24, Spare: 2)]);
        foreach (var workload in workloads.Take(RowsMax))
        {
            var isCheaper = workload.Planned < workload.Cost;
            table.AddRow(Markup.Escape(PlanWords.OneLine(workload.Name)), PlanWords.Urgency(workload.Urgency),
                Amount(workload, workload.Cost, figures),
                $"{(isCheaper ? "[green]" : "[grey]")}{Amount(workload, workload.Planned, figures)}[/]",
                workload.IfItMayWait is { } saved ? $"[yellow]{figures.Taken(figures.Scaled(saved))}[/]" : "",
                $"[grey]{Markup.Escape(PlanWords.OneLine(workload.Why))}[/]");
        }
        console.Write(table);
        if (workloads.Count > RowsMax) console.MarkupLine($"  [grey]{workloads.Count - RowsMax} more with --json[/]");
        if (plan.Workloads.Any(w => w.IfItMayWait is not null))
            console.Say(2, "[grey]If it may wait: what batch would take off were a day soon enough; say so with 'max_wait: 24 h' in "
                + "--constraints, and it is counted.[/]");
        console.WriteLine();
    }
}
