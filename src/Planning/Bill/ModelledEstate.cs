using Assay.Estate;

namespace Assay.Planning;

/// <summary>Everything that is worked out of an estate: its bill and the unoptimised one, the modes weighed, and what follows from
/// them.</summary>
public sealed record ModelledEstate(
    EstateModel Model, ModelledBill Bill, ModelledBill Unoptimised, IReadOnlyList<WeighedWorkload> Workloads,
    IReadOnlyList<AgentCost> Agents, IReadOnlyList<VectorStores> KnowledgeBases, IReadOnlyList<ThrottlingRisk> Throttling,
    IReadOnlyList<CustomModelComparison> CustomModels)
{
    public static ModelledEstate Of(DescribedEstate estate, BillSources sources)
    {
        var model = new EstateModel(estate, sources);
        var (bill, weighed) = (model.Bill(), ModesWeighed.OfAll(model));
        return new(model, bill, model.UnoptimisedBill(), weighed, AgentCost.OfAll(model, bill), VectorStores.OfAll(model),
            ThrottlingRisk.OfAll(model, weighed), CustomModelComparison.OfAll(model));
    }

    /// <summary>What the unoptimised year costs more than the described one, USD.</summary>
    public decimal AnnualSaving => Unoptimised.Annual - Bill.Annual;

    public decimal SavingShare => Unoptimised.Total > 0m ? (Unoptimised.Total - Bill.Total) / Unoptimised.Total : 0m;

    /// <summary>Modes in use over all workloads and custom models; the guide expects three at least.</summary>
    public IReadOnlyList<string> ModesInUse =>
    [
        .. Workloads.SelectMany(w => w.InUse).Concat(Model.Estate.CustomModels.Count > 0 ? [BillCategories.Customisation] : [])
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// Where the estate's commitment stands with this bill, each year's AI being a year of it as its private rates have it; null without
    /// a commitment.
    /// </summary>
    public CommitmentPosition? Commitment => Model.Estate.Commitment is { } terms
        ? CommitmentPosition.Of(terms, Math.Max(0m, Bill.Annual), Model.Likely) : null;

    /// <summary>What services cost beside inference; null without inference.</summary>
    public decimal? AncillaryShare => Bill.Inference > 0m ? Bill.Ancillary / Bill.Inference : null;
}
