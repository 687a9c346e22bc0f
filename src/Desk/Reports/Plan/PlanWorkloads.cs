using Assay.Planning;
using Spectre.Console;

namespace Assay.Desk.Reports;

/// <summary>The workloads of a plan by how long their answers can wait.</summary>
static class PlanWorkloads
{
    const int RowsMax = 25;

    // Beside the bars stand a name, three figures and the guide's.
    const int BesideBars = 71, BarsLeast = 8, BarsMost = 20;

    // "Target 30–50% of total token volume for batch migration", the guide says; here are shares of spend.
    public const string GuideShare = "30–50 %";

    /// <summary>One class of urgency with what it costs a month.</summary>
    public sealed record Class(Urgency Urgency, IReadOnlyList<PlannedWorkload> Workloads, decimal Cost);

    /// <summary>All classes, the most urgent first.</summary>
    public static IReadOnlyList<Class> Classes(Plan plan) => [.. Enum.GetValues<Urgency>().Select(u => plan.Workloads
        .Where(w => w.Urgency == u).OrderByDescending(w => w.Cost).ThenBy(w => w.Name, StringComparer.Ordinal).ToList())
        .Select((w, i) => new Class((Urgency)i, w, w.Sum(x => x.Cost)))];

    public static void Write(IAnsiConsole console, Plan plan, PlanFigures figures)
    {
        if (plan.Workloads.Count == 0) return;
        var classes = Classes(plan);
        var total = classes.Sum(c => c.Cost);
        var table = new FittedTable([new("How long it can wait", Least: 14), new("workloads", Right: true), new("a month", Right: true),
            new("of spend", Right: true), new("guide, tokens", Spare: 1), new("", Spare: 2)]);
        var bars = Math.Clamp(console.Profile.Width - BesideBars, BarsLeast, BarsMost);
        foreach (var one in classes)
            table.AddRow(PlanWords.Urgency(one.Urgency), Text.Number(one.Workloads.Count), figures.Show(figures.Scaled(one.Cost)),
                Text.Percent(one.Cost, total), one.Urgency == Urgency.BatchEligible ? $"[grey]{GuideShare}[/]" : "",
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
                figures.Show(figures.Scaled(workload.Cost)),
                $"{(isCheaper ? "[green]" : "[grey]")}{figures.Show(figures.Scaled(workload.Planned))}[/]",
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
