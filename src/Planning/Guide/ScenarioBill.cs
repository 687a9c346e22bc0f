using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>The sums of the lines the guide prints for its scenario, USD a month.</summary>
static class PrintedScenario
{
    public static decimal Inference(Worksheet sheet)
    {
        var (onDemand, batch) = (sheet.Stated("printed_on_demand"), sheet.Stated("printed_batch"));
        var caching = sheet.Stated("printed_caching");
        var sum = onDemand + batch - caching;
        sheet.Step("inference as printed", $"{onDemand} + {batch} − {caching}", sum);
        return sum;
    }

    public static decimal Services(Worksheet sheet)
    {
        var (stores, agents, guardrails, monitoring) = (sheet.Stated("printed_knowledge_bases"), sheet.Stated("printed_agents"),
            sheet.Stated("printed_guardrails"), sheet.Stated("printed_monitoring"));
        var sum = stores + agents + guardrails + monitoring;
        sheet.Step("services as printed", $"{stores} + {agents} + {guardrails} + {monitoring}", sum);
        return sum;
    }

    public static decimal Total(Worksheet sheet)
    {
        var (inference, services) = (Inference(sheet), Services(sheet));
        sheet.Step("the month as printed", $"{inference} + {services}", inference + services);
        return inference + services;
    }
}

/// <summary>
/// What the scenario's assumptions cost, line by line: its tokens, mix, batch share and hit rate, each rated. Input and output are
/// split as the estate says, which is our assumption; the ceilings do without it.
/// </summary>
/// <remarks>
/// Not an <see cref="EstateModel"/>, because a derivation shows every step with its rate, because the guide takes its batch price as a
/// discount that its book does not list, and because it finds hits in batch input, too, and in prefixes of any length. Where they speak
/// of the same, a test holds them equal.
/// </remarks>
sealed class ScenarioBill(Worksheet sheet, DescribedEstate estate)
{
    readonly DescribedWorkload workload = estate.Workloads[0];

    /// <summary>Tokens of a month, input and output.</summary>
    public decimal Tokens => Used(
        workload.RequestsPerMonth.Likely * (workload.InputTokens.Mean.Likely + workload.OutputTokens.Mean.Likely), "scenario_tokens");

    public decimal BatchTokens => Tokens * BatchShare;
    public decimal OnDemandTokens => Tokens - BatchTokens;

    decimal Input => Used(workload.RequestsPerMonth.Likely * workload.InputTokens.Mean.Likely, "scenario_tokens", "input_to_output");
    decimal Output => Tokens - Input;
    decimal BatchShare => Used(workload.BatchShare.Likely, "scenario_batch");
    decimal HitRate => Used(workload.Prefix!.HitRate!.Value.Likely, "scenario_hit_rate");

    public decimal? OnDemand() => Sum("on-demand inference", Mixed(Meter.Input, Input * (1m - BatchShare)),
        Mixed(Meter.Output, Output * (1m - BatchShare)));

    public decimal? Batch() => Sum("batch inference", Mixed(Meter.Input, Input * BatchShare, inBatch: true),
        Mixed(Meter.Output, Output * BatchShare, inBatch: true));

    /// <summary>What reading the hits from the cache saves over reading them anew; writes left out, as the guide leaves them out.</summary>
    public decimal? CachingSaved() => CachingSaved(Input);

    /// <summary>The most it can save: every token input.</summary>
    public decimal? CachingSavedMost() => CachingSaved(Tokens);

    /// <summary>The most it can cost: every token output.</summary>
    public decimal? OnDemandMost() => Mixed(Meter.Output, OnDemandTokens);

    public decimal? BatchMost() => Mixed(Meter.Output, BatchTokens, inBatch: true);

    /// <summary>All input, none of it cached.</summary>
    public decimal? AllInput() => Mixed(Meter.Input, Input);

    /// <summary>Everything on the baseline model, on demand, nothing cached.</summary>
    public decimal? Unoptimised() => Sum("all of it on the baseline model", On(Meter.Input, Input), On(Meter.Output, Output));

    public decimal? UnoptimisedMost() => On(Meter.Output, Tokens);

    decimal? Sum(string text, decimal? input, decimal? output) => sheet.Step(text, $"{input} + {output}", input + output);

    decimal? On(Meter meter, decimal tokens)
    {
        var cost = sheet.Cost(estate.Baseline.Id, meter, tokens);
        var name = GuideModels.Name(sheet, estate.Baseline.Id);
        return sheet.Priced($"{Millions(tokens)} MTok as {meter.Name()} of {name}, USD", tokens, cost);
    }

    decimal? CachingSaved(decimal input)
    {
        var hits = input * HitRate;
        var (plain, read) = (Mixed(Meter.Input, hits), Mixed(Meter.CacheRead, hits));
        return sheet.Step("saved by reading the hits from the cache", $"{plain} − {read}", plain - read);
    }

    static string Millions(decimal tokens) => FigureText.Number(tokens / 1_000_000m);

    // The estate was made of stated inputs; the sheet lists those that entered this figure.
    decimal Used(decimal figure, params ReadOnlySpan<string> stated)
    {
        foreach (var key in stated) sheet.Stated(key);
        return figure;
    }

    // The tokens spread over the models by their shares.
    decimal? Mixed(Meter meter, decimal tokens, bool inBatch = false)
    {
        decimal? sum = 0m;
        var parts = new List<string>();
        foreach (var (model, share) in workload.Models)
        {
            var part = tokens * Used(share.Likely, "scenario_haiku", "scenario_sonnet", "scenario_opus");
            var cost = inBatch ? sheet.BatchCost(model.Id, meter, part) : sheet.Cost(model.Id, meter, part);
            parts.Add($"{Millions(part)} × {(part > 0m && cost is { } usd ? FigureText.Number(usd / part * 1_000_000m) : "no price")}");
            sum += cost;
        }
        return sheet.Step($"{Millions(tokens)} MTok as {meter.Name()}{(inBatch ? " in batch" : "")} over the mix, each at USD a MTok",
            $"{string.Join(" + ", parts)}", sum);
    }
}
