using Assay.Planning;

namespace Assay.Desk.Reports;

/// <summary>A plan as Markdown, for a ticket or a wiki: a table a section, no HTML.</summary>
static class PlanMarkdown
{
    public static void Write(Plan plan, TextWriter text)
    {
        var figures = new PlanFigures(plan);
        text.Write(figures.ShownSaving == 0m ? "# Bedrock plan: nothing to change was found\n\n"
            : $"# Bedrock plan: {figures.Show(figures.ShownSaving)} a month to save\n\n");
        text.Write($"{PlanWords.Period(plan)}, {PlanWords.Requests(plan)}, prices `{plan.Book}`. "
            + $"Today {PlanWords.Today(plan, figures)}");
        text.Write(figures.ShownSaving == 0m ? $". {PlanWords.Nothing(plan)} {PlanWords.NothingMeans}\n\n"
            : $", planned {figures.Show(figures.ShownPlanned)}: {figures.ShareSaved} saved. {PlanWords.Proof(plan)}\n\n");
        if (figures.ShownSaving != 0m) Waterfall(plan, figures, text);
        Savings(plan, figures, text);
        Candidates(plan, figures, text);
        Details(plan, text);
        Warnings(plan, figures, text);
        Workloads(plan, figures, text);
        if (plan.Unpriced.Count > 0)
            Table(text, "Without a price (in no figure)", ["calls:", "reason"],
                plan.Unpriced.Select(u => (string[])[Text.Number(u.Count), u.Reason]));
        if (plan.Notes.Count > 0)
        {
            text.Write("## What this plan could not see or do\n\n");
            foreach (var note in plan.Notes) text.Write($"- {Cell(note)}\n");
            text.Write('\n');
        }
    }

    static void Waterfall(Plan plan, PlanFigures figures, TextWriter text)
    {
        List<string[]> rows = [["today", "", figures.Show(figures.ShownCurrent), ""]];
        for (var i = 0; i < plan.Waterfall.Count; i++)
        {
            var step = plan.Waterfall[i];
            rows.Add([PlanWords.Lever(step.Lever), $"{step.Actions}", figures.Taken(figures.ShownWaterfall[i]),
                figures.Taken(figures.Scaled(step.Alone))]);
        }
        rows.Add(["**planned**", "", $"**{figures.Show(figures.ShownPlanned)}**", ""]);
        Table(text, "From today to the plan", ["", "changes:", "a month:", "each alone:"], rows);
        if (plan.WhyTheyDiffer.Length > 0)
            text.Write($"Each alone, the changes would save {figures.Show(figures.SumOfAlone)} a month. {Cell(plan.WhyTheyDiffer)}\n\n");
    }

    static void Savings(Plan plan, PlanFigures figures, TextWriter text) => Table(text, "What to do",
        ["#:", "lever", "what", "where", "change", "a month:", "alone:", "confidence", "effort"],
        Numbered(plan, ActionKind.Saving).Select(a => (string[])[$"{a.Number}", PlanWords.Lever(a.Action.Lever), a.Action.Name,
            PlanWords.Where(a.Action.Workload), PlanWords.Change(a.Action), figures.Show(figures.ShownJoint[a.Index]),
            figures.Show(a.Action.MonthlySaving), PlanWords.Name(a.Action.Confidence), PlanWords.Name(a.Action.Effort)]));

    static void Candidates(Plan plan, PlanFigures figures, TextWriter text) => Table(text,
        "Not counted: needs a trial, or somebody's consent",
        ["#:", "lever", "what", "where", "change", "a month:", "beside the plan:", "quality", "confidence", "effort"],
        Numbered(plan, ActionKind.Candidate).Select(a => (string[])[$"{a.Number}", PlanWords.Lever(a.Action.Lever), a.Action.Name,
            PlanWords.Where(a.Action.Workload), PlanWords.Change(a.Action), figures.Show(a.Action.MonthlySaving),
            a.Action.AfterPlan is { } after ? figures.Show(after) : "–", a.Action.Quality,
            PlanWords.Name(a.Action.Confidence), PlanWords.Name(a.Action.Effort)]));

    static void Details(Plan plan, TextWriter text)
    {
        var actions = Numbered(plan, ActionKind.Saving).Concat(Numbered(plan, ActionKind.Candidate)).ToList();
        Table(text, "Why, and what it would break", ["#:", "why", "figures", "breaks"], actions.Select(a => (string[])[$"{a.Number}",
            PlanWords.Because(a.Action.Evidence) + (a.Action is { Kind: ActionKind.Saving, Quality.Length: > 0 }
                ? $" Quality: {a.Action.Quality}" : ""),
            PlanWords.Figures(a.Action.Evidence), a.Action.Breaks]));
        if (actions.All(a => a.Action.Setup.Length == 0)) return;
        text.Write("## How it is set up\n\n");
        foreach (var (number, _, action) in actions)
        {
            if (action.Setup.Length == 0) continue;
            var lines = action.Setup.ReplaceLineEndings("\n").Trim('\n');
            // A fence is longer than any within it.
            var fence = lines.Contains("```", StringComparison.Ordinal) ? "`````" : "```";
            text.Write($"{number}. {Cell(action.Name)}\n\n{fence}\n{lines}\n{fence}\n\n");
        }
    }

    static void Warnings(Plan plan, PlanFigures figures, TextWriter text) => Table(text, "What is wrong",
        ["#:", "kind", "what", "where", "why", "change", $"at stake, {PlanWords.Counted(plan.Days, "day")}:", "look at"],
        Numbered(plan, ActionKind.Warning).Select(a => (string[])[$"{a.Number}", PlanWords.Cause(a.Action.Warning), a.Action.Name,
            PlanWords.Where(a.Action.Workload), PlanWords.Because(a.Action.Evidence), PlanWords.Change(a.Action),
            a.Action.Evidence.AtStake is { } stake ? figures.Show(stake) : "–",
            a.Action.Evidence.Examples is [var first, ..] ? $"`{first}`" : ""]));

    static void Workloads(Plan plan, PlanFigures figures, TextWriter text)
    {
        if (plan.Workloads.Count == 0) return;
        var classes = PlanWorkloads.Classes(plan);
        var (total, tokens) = (classes.Sum(c => c.Cost), classes.Sum(c => c.Tokens));
        Table(text, "How urgent", ["", "workloads:", "a month:", "of spend:", "of tokens:", "the guide's, of tokens"],
            classes.Select(c => (string[])[PlanWords.Urgency(c.Urgency), $"{c.Workloads.Count}", c.Amount(figures),
                Text.Percent(c.Cost, total), Text.Percent(c.Tokens, tokens),
                c.Urgency == Urgency.BatchEligible ? PlanWorkloads.GuideShare : ""]));
        Table(text, "Workloads", ["", "waits", "today:", "planned:", "if it may wait:", "why", "from", "to"],
            classes.SelectMany(c => c.Workloads).Select(w => (string[])[w.Name, PlanWords.Urgency(w.Urgency),
                PlanWorkloads.Amount(w, w.Cost, figures), PlanWorkloads.Amount(w, w.Planned, figures),
                w.IfItMayWait is { } saved ? figures.Taken(figures.Scaled(saved)) : "", w.Why, w.From, w.To]));
    }

    // Numbers run through the kinds, as on the terminal.
    static IEnumerable<(int Number, int Index, PlanAction Action)> Numbered(Plan plan, ActionKind kind)
    {
        var before = plan.Actions.Count(a => a.Kind < kind);
        return plan.Actions.Select((action, index) => (action, index)).Where(a => a.action.Kind == kind)
            .Select((a, i) => (before + i + 1, a.index, a.action));
    }

    /// <param name="columns">Names; a colon at the end aligns right.</param>
    static void Table(TextWriter text, string title, string[] columns, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0) return;
        // A column without a single entry says nothing.
        int[] kept = [.. Enumerable.Range(0, columns.Length).Where(i => all.Any(r => r[i].Length > 0))];
        text.Write($"## {title}\n\n|{string.Concat(kept.Select(i => $" {columns[i].TrimEnd(':')} |"))}\n");
        text.Write($"|{string.Concat(kept.Select(i => columns[i].EndsWith(':') ? "---:|" : "---|"))}\n");
        foreach (var row in all) text.Write($"|{string.Concat(kept.Select(i => $" {Cell(row[i])} |"))}\n");
        text.Write('\n');
    }

    static string Cell(string value) => ReportText.Cell(PlanWords.OneLine(value));
}
