using System.Text;
using Assay.Planning;
using Assay.Usage;
using DiffPlex.Renderer;

namespace Assay.Desk.Reports;

/// <summary>A file of an emitted plan.</summary>
public sealed record PlanFile(string Name, string Content);

/// <summary>
/// A plan as files to review and apply: how each workload is to be bought and called, a policy under which that is permitted, and what both
/// change beside today. Only counted changes are in it.
/// </summary>
static class PlanEmission
{
    /// <param name="today">A policy that permits the traffic as it is; empty where none could be drafted.</param>
    /// <param name="planned">A policy that permits the traffic as planned.</param>
    public static IReadOnlyList<PlanFile> Files(Plan plan, string today, string planned)
    {
        var (before, after) = (Workloads(plan, isPlanned: false), Workloads(plan, isPlanned: true));
        using var page = new StringWriter { NewLine = "\n" };
        PlanMarkdown.Write(plan, page);
        List<PlanFile> files = [new("workloads.yaml", after), new("plan.md", page.ToString()), new("plan.json", Json(plan))];
        var diff = Diff("workloads.yaml", before, after);
        if (planned.Length > 0)
        {
            files.Add(new("policy.yaml", planned));
            diff += Diff("policy.yaml", today, planned);
        }
        files.Add(new("plan.diff", diff));
        files.Add(new("README.md", Readme(plan)));
        return [.. files.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    // The last line's end would be taken for another line.
    static string Diff(string name, string before, string after) => before == after ? ""
        : UnidiffRenderer.GenerateUnidiff(before.TrimEnd('\n'), after.TrimEnd('\n'), $"a/{name}", $"b/{name}")
            .ReplaceLineEndings("\n").TrimEnd('\n') + "\n";

    static string Json(Plan plan)
    {
        using var bytes = new MemoryStream();
        PriceJson.Write(bytes, json => PlanJson.Write(json, plan));
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    // Every workload in the same shape, so that a change is a line.
    static string Workloads(Plan plan, bool isPlanned)
    {
        var text = new StringBuilder("# How each workload is bought and called. Written by 'assay plan --emit'; "
            + "plan.diff shows what is new.\nworkloads:\n");
        foreach (var workload in plan.Workloads.OrderBy(w => w.Name, StringComparer.Ordinal))
        {
            List<PlanAction> actions = isPlanned
                ? [.. plan.Actions.Where(a => a is { Kind: ActionKind.Saving, Applies: not null } && a.Workload == workload.Key
                    && a.Name == workload.Name)]
                : [];
            var changes = actions.ConvertAll(a => a.Applies!);
            var key = workload.Key;
            Line($"  - name: {Quoted(workload.Name)}");
            Line($"    match: {{account: {Quoted(key.Account)}, principal: {Quoted(key.Principal)}, app: {Quoted(key.App)}}}");
            Line($"    model: {Quoted(key.Model)}");
            if (changes.Find(c => c.Model is not null) is { Model: { } model } routed)
                Line($"    routed: {{model: {Quoted(model)}, share: {routed.ModelShare:0.####}}}");
            var bought = workload.Bought;
            var scope = changes.Select(c => c.Scope?.To).FirstOrDefault(s => s is not null) ?? bought.Scope;
            var tier = changes.Select(c => c.Tier?.To).FirstOrDefault(t => t is not null) ?? bought.Tier;
            var mode = changes.Exists(c => c.IsBatch) ? Mode.Batch : bought.Mode;
            Line($"    scope: {scope.Name()}");
            Line($"    mode: {mode.Name()}");
            if (mode == Mode.OnDemand) Line($"    tier: {tier.Name()}");
            Line($"    cache: {Cache(actions, bought.IsCached)}");
            if (changes.Find(c => c.MaxCalls is not null) is { MaxCalls: { } most }) Line($"    max_calls: {most}");
        }
        return text.ToString();

        void Line(FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');
    }

    static string Cache(List<PlanAction> actions, bool isCached)
    {
        if (actions.Exists(a => a.Applies!.IsCacheOff)) return "none";
        return actions.Find(a => a.Applies!.CacheLifetime is not null) is { } set ? Quoted(set.To) : isCached ? "as it is" : "none";
    }

    static string Quoted(string text) => $"'{PlanWords.OneLine(text).Replace("'", "''", StringComparison.Ordinal)}'";

    static string Readme(Plan plan)
    {
        var figures = new PlanFigures(plan);
        var text = new StringBuilder($"# The plan of {Dimensions.Day(plan.From)} to {Dimensions.Day(plan.To)}\n\n"
            + $"{figures.Show(figures.ShownSaving)} a month of {figures.Show(figures.ShownCurrent)}. Nothing here has been applied.\n\n"
            + "| file | is |\n|---|---|\n"
            + "| `plan.diff` | what changes, to be reviewed: how workloads are bought and called, and who may call what |\n"
            + "| `workloads.yaml` | every workload as planned: what deployments are to be set to |\n"
            + "| `policy.yaml` | a policy that permits the traffic as planned and no more; "
            + "`assay policy emit policy.yaml --format terraform` turns it into what AWS applies |\n"
            + "| `plan.md` | the plan to read: reasons, evidence, candidates, warnings |\n"
            + "| `plan.json` | the plan to keep: `assay prove --plan plan.json PATH` tells later what came of it |\n");
        var todo = plan.Actions.Where(a => a.Kind == ActionKind.Saving).ToList();
        if (todo.Count == 0) return text.Append("\nNo change is counted.\n").ToString();
        text.Append("\n## To do\n\n");
        foreach (var action in todo)
        {
            text.Append($"- [ ] **{ReportText.Cell(PlanWords.OneLine(action.Name))}**: {ReportText.Cell(PlanWords.Change(action))}\n");
            if (action.Setup.Length > 0) text.Append($"  `{PlanWords.OneLine(action.Setup)}`\n");
        }
        return text.ToString();
    }
}
