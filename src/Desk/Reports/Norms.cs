using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>
/// The figures of the guide beside those of this usage. Each names the dollars it is about: what a change would touch, never what it
/// would save, which only a replay can tell.
/// </summary>
static class GuideNorms
{
    public static IReadOnlyList<Norm> Of(SpendCube cube, PriceBook book)
    {
        var cells = cube.Cells.ToList();
        var total = cube.Total;
        return
        [
            Modes(cells),
            Batch(cells, book),
            Routing("routing_small", "Requests on small models (Nova, Haiku)", cells, book, SizeClass.Small, 0.50, 0.60),
            Routing("routing_middle", "Requests on middle models (Sonnet)", cells, book, SizeClass.Middle, 0.30, 0.40),
            Routing("routing_large", "Requests on large models (Opus)", cells, book, SizeClass.Large, 0.00, 0.10),
            CacheHits(cells),
            new("provisioned_utilisation", "Use of provisioned units", null, 0.70, 1.00, "share", null,
                "model units stand in the bill, not in the log"),
            new("agent_calls", "Model calls an agent request", null, 3, 8, "calls", null, "a log does not join the calls of one request"),
            Guardrails(cells),
            Ancillary(cells),
            LargeInDevelopment(cells, book),
            Tagged(cells, total),
        ];
    }

    // On-demand, batch, provisioned, caching, customisation: the five modes of the guide, as far as a log shows them.
    static Norm Modes(List<Cell> cells)
    {
        var modes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cell in cells.Where(c => c.Requests > c.Failed || c.Key.Kind.IsSum))
        {
            modes.Add(cell.Key.Model.Kind == ModelKind.Custom ? "customisation" : cell.Key.Mode.Name());
            if (cell.Quantity(Meter.CacheRead) + cell.CacheWrites() > 0m) modes.Add("caching");
        }
        return new("modes_in_use", "Billing modes in use", modes.Count, 3, 5, "modes", null,
            string.Join(", ", modes.Order(StringComparer.Ordinal)));
    }

    static Norm Batch(List<Cell> cells, PriceBook book)
    {
        var batch = cells.Where(c => c.Key.Mode == Mode.Batch).ToList();
        var eligible = cells.Where(c => c.Key.Mode == Mode.OnDemand && Sizes.CanBatch(c, book)).Sum(c => c.Cost);
        if (batch.Count == 0)
            return new("batch_share", "Tokens on batch", null, 0.30, 0.50, "share", eligible,
                "batch jobs leave no invocation log; at stake: on-demand spend on models with a batch price");
        var tokens = cells.Sum(Tokens);
        return new("batch_share", "Tokens on batch", Ratio(batch.Sum(Tokens), tokens), 0.30, 0.50, "share", eligible,
            "at stake: on-demand spend on models with a batch price");
    }

    static Norm Routing(string id, string title, List<Cell> cells, PriceBook book, SizeClass size, double low, double high)
    {
        var text = cells.Where(c => c.Quantity(Meter.Output) > 0m).Select(c => (Cell: c, Size: Sizes.Of(c, book)))
            .Where(c => c.Size != SizeClass.Unknown).ToList();
        var requests = text.Sum(c => c.Cell.Requests);
        var own = text.Where(c => c.Size == size).ToList();
        return new(id, title, requests == 0 ? null : Ratio(own.Sum(c => c.Cell.Requests), requests), low, high, "share",
            requests == 0 ? null : own.Sum(c => c.Cell.Cost), "classed by output price; at stake: their spend");
    }

    static Norm CacheHits(List<Cell> cells)
    {
        var caching = cells.Where(c => c.Key.Model.Facts is { CacheMinimum: > 0 } && c.Prompt() > 0m).ToList();
        var prompt = caching.Sum(c => c.Prompt());
        return new("cache_hit_rate", "Input tokens read from cache",
            prompt == 0m ? null : Ratio(caching.Sum(c => c.Quantity(Meter.CacheRead)), prompt), 0.60, 1.00, "share",
            prompt == 0m ? null : caching.Sum(c => c.CostOf(Meter.Input)), "on models that cache; at stake: input paid in full");
    }

    static Norm Guardrails(List<Cell> cells)
    {
        var cost = cells.Sum(c => c.GuardrailCost());
        var inference = cells.Sum(c => c.Cost) - cost;
        var seen = cells.Any(c => c.Meters.Any(m => m.Meter.IsGuardrail()));
        return new("guardrails_share", "Guardrails on top of inference",
            seen && inference > 0m ? Ratio(cost, inference) : null, 0.05, 0.15, "share", seen ? cost : null,
            "units are read from response bodies; calls logged without bodies show none");
    }

    // A log shows guardrails alone of them, and less is not what a share of all is to be held against.
    static Norm Ancillary(List<Cell> cells)
    {
        var services = cells.Sum(c => c.Meters.Where(m => m.Meter.IsGuardrail() || m.Meter >= Meter.OcuHour).Sum(m => m.Cost));
        var inference = cells.Sum(c => c.Cost) - services;
        var seen = cells.Any(c => c.Key.Kind.IsSum) && services > 0m && inference > 0m;
        return new("ancillary_share", "Ancillary services on top of inference", seen ? Ratio(services, inference) : null, 0.40, 1.00,
            "share", seen ? services : null, "knowledge bases, agents and monitoring stand in the bill, not in the log");
    }

    static Norm LargeInDevelopment(List<Cell> cells, PriceBook book)
    {
        var development = cells.Where(c => c.Key.Caller.Env is "dev" or "development" or "test" or "sandbox").ToList();
        var spend = development.Sum(c => c.Cost);
        var large = development.Where(c => Sizes.Of(c, book) == SizeClass.Large).Sum(c => c.Cost);
        return new("large_models_in_dev", "Development spend on large models",
            development.Count == 0 ? null : Ratio(large, spend), 0.00, 0.00, "share",
            development.Count == 0 ? null : large, "the guide keeps development on Haiku and Nova");
    }

    static Norm Tagged(List<Cell> cells, decimal total)
    {
        var tagged = cells.Where(c => c.Key.Caller is { App.Length: > 0, Team.Length: > 0, Env.Length: > 0 }).Sum(c => c.Cost);
        return new("tagged_share", "Spend tagged with app, team and environment",
            total == 0m ? null : Ratio(tagged, total), 1.00, 1.00, "share", total - tagged, "at stake: spend nobody can be asked about");
    }

    static decimal Tokens(Cell cell) => cell.Prompt() + cell.Quantity(Meter.Output);

    // A share is a figure to look at, not money: a double carries it.
    static double Ratio(decimal part, decimal whole) => whole == 0m ? 0 : (double)decimal.Round(part / whole, 6);
}
