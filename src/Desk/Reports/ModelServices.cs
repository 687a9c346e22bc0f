using Assay.Planning;
using Spectre.Console;
using static Assay.Desk.Reports.ModelTerminal;

namespace Assay.Desk.Reports;

/// <summary>What a modelled estate says beside its bill, in a terminal: agents, vector stores, custom models, throttling.</summary>
static class ModelServices
{
    const int NoteWidth = 52;

    public static void Write(IAnsiConsole console, ModelledEstate modelled)
    {
        Agents(console, modelled);
        Stores(console, modelled);
        CustomModels(console, modelled);
        Throttling(console, modelled);
        Commitment(console, modelled);
    }

    static void Commitment(IAnsiConsole console, ModelledEstate modelled)
    {
        if (modelled.Commitment is not { } position) return;
        console.MarkupLine("[bold]Committed spend[/]  [grey]USD a contract year; AI is what the book prices of the bill, discounted[/]");
        var grid = NewGrid(Left(2), Right(2), Right(2), Right(2), Right(2), Right(2), Right(2), Right(0));
        grid.AddRow("", Grey("committed"), Grey("without AI"), Grey("gap"), Grey("AI invoiced"), Grey("fills"), Grey("shortfall"),
            Grey("AI adds"));
        foreach (var year in position.Years)
            grid.AddRow($"  year {year.Year}", Whole(year.Commitment), Whole(year.Organic), Whole(year.Gap), Whole(year.AiInvoiced),
                Whole(year.Absorbed), Whole(year.Shortfall), $"[bold]{Whole(year.IncrementalCost)}[/]");
        console.Write(grid);
        console.MarkupLine("  [grey]AI that fills a gap is paid for already. "
            + "Marketplace rules and credits: assay edp, assay compare.[/]\n");

        static string Whole(decimal usd) => usd.ToString("#,##0", System.Globalization.CultureInfo.InvariantCulture);
    }

    static void Agents(IAnsiConsole console, ModelledEstate modelled)
    {
        if (modelled.Agents.Count == 0) return;
        console.MarkupLine("[bold]Agents[/]  [grey]a request on average and in the dearest twentieth[/]");
        var grid = NewGrid(Left(2), Right(2), Right(2), Right(2), Right(2), Right(2), Right(0));
        grid.AddRow("", Grey("calls"), Grey("p95"), Grey("a request"), Grey("p95"), Grey("a month"), Grey("p95"));
        foreach (var agent in modelled.Agents)
            grid.AddRow($"  {Markup.Escape(Cut(agent.Workload, 30))}", $"{agent.CallsMean:0.#}", $"{agent.CallsP95:0.#}",
                Fine(agent.RequestMean),
                Fine(agent.RequestP95), Text.Dollars(agent.MonthMean), Text.Dollars(agent.MonthP95));
        console.Write(grid);
        console.MarkupLine($"  [grey]Counted above as inference. The guide counts calls beyond the first as a service: "
            + $"{Text.Dollars(modelled.Agents.Sum(a => a.AsAncillary))} of it.[/]\n");
    }

    static void Stores(IAnsiConsole console, ModelledEstate modelled)
    {
        foreach (var store in modelled.KnowledgeBases)
        {
            var once = store.FirstEmbeddingUsd is { } first ? $", first embedding {Text.Dollars(first)} once" : "";
            console.MarkupLine($"[bold]{Markup.Escape(store.KnowledgeBase)}[/]  [grey]"
                + $"{Text.Number(decimal.Round(store.Queries))} queries a month{once}; "
                + "where its vectors might lie[/]");
            var grid = NewGrid(Left(1), Left(2), Right(2), Left(0));
            foreach (var choice in store.Choices.OrderBy(c => c.MonthlyUsd ?? decimal.MaxValue))
                grid.AddRow($"  {(choice.IsUsed ? "►" : " ")}", Markup.Escape(choice.Name), choice.MonthlyUsd is { } usd
                    ? Text.Dollars(usd) : "–",
                    Grey(Markup.Escape(Cut(choice.Note, NoteWidth))));
            console.Write(grid);
            console.WriteLine();
        }
    }

    static void CustomModels(IAnsiConsole console, ModelledEstate modelled)
    {
        foreach (var custom in modelled.CustomModels)
        {
            console.MarkupLine($"[bold]{Markup.Escape(custom.Name)}[/]  [grey]a custom model "
                + "beside what might do the same, over a year[/]");
            var grid = NewGrid(Left(2), Right(2), Left(0));
            foreach (var alternative in custom.Alternatives)
                grid.AddRow($"  {Markup.Escape(alternative.Name)}", alternative.AnnualUsd is { } usd ? Text.Dollars(usd) : "–",
                    Grey(Markup.Escape(Cut(ModelModes.ShortReason(alternative.Note, []), NoteWidth))));
            console.Write(grid);
            console.WriteLine();
        }
    }

    static void Throttling(IAnsiConsole console, ModelledEstate modelled)
    {
        // What goes as batch jobs has a quota of its own.
        var risks = modelled.Throttling.Where(r => r.PeakRequestsPerMinute > 0m).ToList();
        if (risks.Count == 0) return;
        console.MarkupLine("[bold]Throttling[/]  [grey]the busiest minute, max_tokens set aside, beside the quotas stated[/]");
        var grid = NewGrid(Left(2), Left(2), Right(2), Right(2), Right(2), Left(0));
        grid.AddRow("", "", Grey("tokens/min"), Grey("quota"), Grey("calls/min"), Grey("hours at risk a month"));
        var likely = modelled.Model.Likely;
        // Workloads that call one model share its quota.
        foreach (var group in risks.GroupBy(r => (r.Model.Id, r.Model.Scope))
            .OrderByDescending(g => g.First().HoursAtRisk ?? -1m).ThenByDescending(g => g.First().PeakTokensPerMinute).Take(12))
        {
            var risk = group.First();
            var callers = Cut(risk.Workload, 16) + (group.Count() > 1 ? $" + {group.Count() - 1}" : "");
            var hours = risk.HoursAtRisk switch
            {
                null => Grey("no quota stated"),
                0m => "[green]none[/]",
                { } some => $"[red]{some:0}[/]{(risk.AtRiskUsd is { } usd ? $", worth ${usd:#,##0}" : "")}",
            };
            grid.AddRow($"  {Markup.Escape(callers)}", Grey(Cut(Text.ShortModel(risk.Model.Id), 18)),
                $"{risk.PeakTokensPerMinute:#,##0}", risk.Quota?.TokensPerMinute is { } limit ? $"{limit.In(likely):#,##0}" : "–",
                $"{risk.PeakRequestsPerMinute:#,##0.#}", hours);
        }
        console.Write(grid);
        foreach (var risk in risks.Where(r => r.Escapes.Count > 0).DistinctBy(r => r.Model.Id).Take(4))
        {
            console.MarkupLine($"  [grey]Ways out for {Markup.Escape(risk.Workload)}, a month beside on-demand now:[/]");
            var ways = NewGrid(Left(2), Right(2), Left(0));
            foreach (var escape in risk.Escapes)
                ways.AddRow($"    {Markup.Escape(escape.Name)}", escape.MonthlyUsd is { } usd ? Signed(usd) : "–",
                    Grey(Markup.Escape(Cut(ModelModes.ShortReason(escape.Note, [risk.Model.Id]), NoteWidth))));
            console.Write(ways);
        }
        console.WriteLine();
    }

    static string Signed(decimal usd) => usd > 0m ? "+" + Text.Dollars(usd) : usd < 0m ? "−" + Text.Dollars(-usd) : Text.Dollars(0m);

    static string Fine(decimal usd) => "$" + usd.ToString(usd < 1m ? "0.0000" : "#,##0.00",
        System.Globalization.CultureInfo.InvariantCulture);
}
