using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// A smaller model for what an estate describes as labels: short answers, one call a request. Nobody recorded what they say, so it is a
/// candidate for a trial and never counted.
/// </summary>
static class EstateRouting
{
    // Tokens of a label, an object of two members around it included.
    const decimal LabelMax = 24m;

    /// <param name="planned">What the workload costs a month as planned.</param>
    /// <param name="catalog">The models to choose among.</param>
    /// <returns>
    /// The model, what it saves a month today, and as planned, null where its cheapest way is not known; null where the answers are long or
    /// no model is cheaper.
    /// </returns>
    public static (ModelRef Model, decimal Alone, decimal? AfterPlan)? Of(EstateModel model, DescribedWorkload workload, decimal planned,
        IReadOnlyCollection<string>? approved, ModelCatalog catalog)
    {
        var draw = model.Likely;
        if (workload.Models.Count != 1 || workload.IsAgent || P95(workload.OutputTokens) is not (> 0m and <= LabelMax)) return null;
        var mine = workload.Models[0].Model;
        var region = workload.Region ?? model.Estate.Region;
        var regions = model.Sources.Regions;
        var longest = P95(workload.InputTokens) + P95(workload.OutputTokens);
        var today = OnDemand(mine);
        (ModelRef Model, decimal Alone, decimal? AfterPlan)? best = null;
        foreach (var facts in catalog.Models)
        {
            if (facts.Id == mine.Id || ModelChoice.Maker(facts.Id) != ModelChoice.Maker(mine.Id) || facts.ContextLimit < longest) continue;
            if (approved?.Contains(facts.Id) == false || (approved is null && !ModelChoice.IsCurrent(catalog, regions, facts.Id))) continue;
            var other = new ModelRef(facts.Id, mine.Scope, ModelKind.Foundation, facts);
            if (CallableFrom.Obstacle(facts.Id, mine.Scope, region, regions) is not null) continue;
            if (today - OnDemand(other) is not { } alone || alone <= (best?.Alone ?? 0m)) continue;
            best = (other, alone, planned - Cheapest(other));
        }
        return best;

        decimal P95(Spread spread) => spread.P95?.In(draw) ?? spread.Mean.In(draw);

        decimal? OnDemand(ModelRef one) => Weighed(one)
            .FirstOrDefault(o => o.Mode == BillCategories.OnDemand && o.Tier == Tier.Standard && o.Scope == mine.Scope)?.Monthly;

        decimal? Cheapest(ModelRef one) => Weighed(one).Where(o => o.IsAllowed && o.Scope == mine.Scope).Min(o => o.Monthly);

        IReadOnlyList<ModeOption> Weighed(ModelRef one) =>
            ModesWeighed.Of(model, workload with { Models = [new(one, 1m)] }).Options;
    }
}
