using Assay.Pricing;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>What a plan is worked out from beside the traffic.</summary>
public sealed record PlanSources(PriceBook Book, ModelCatalog Catalog);

/// <summary>Works out what to change.</summary>
public static class Planner
{
    /// <summary>The cheapest lawful arrangement of a period's traffic, each saving a replay of its calls.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static Plan Of(Traffic traffic, PlanSources sources, PlanConstraints constraints, CancellationToken cancel) =>
        throw new NotImplementedException();
}
