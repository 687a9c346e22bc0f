using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// An estate made ready to be priced by one book: its month as a bill, and its total for as many draws of its ranges as are wanted.
/// Immutable; draws may be totalled from several threads.
/// </summary>
public sealed class EstateModel
{
    readonly WorkloadBill[] workloads, unoptimised;
    readonly ServicesBill services;
    readonly CustomModelBill[] customModels;

    public EstateModel(DescribedEstate estate, BillSources sources)
    {
        (Estate, Sources) = (estate, sources);
        Day = estate.On ?? sources.Book.Date;
        Likely = Draw.Likely(estate.Ranges);
        workloads = [.. estate.Workloads.Select(w => new WorkloadBill(estate, w, sources.Book, Day, Scoped))];
        unoptimised = [.. estate.Workloads.Select(w => new WorkloadBill(estate, Unoptimised(w), sources.Book, Day, Scoped))];
        services = new(estate);
        customModels = [.. estate.CustomModels.Select(m => new CustomModelBill(estate, m))];
    }

    public DescribedEstate Estate { get; }
    public BillSources Sources { get; }

    /// <summary>The day whose prices count.</summary>
    public DateOnly Day { get; }

    /// <summary>Its models, one object a scope.</summary>
    internal ScopedModels Scoped { get; } = new();

    /// <summary>The draw of every range at its likely value.</summary>
    public Draw Likely { get; }

    /// <summary>The month as the estate describes it.</summary>
    public ModelledBill Bill() => Bill(Likely);

    public ModelledBill Bill(Draw draw)
    {
        var tally = Filled(workloads, draw, withLines: true);
        foreach (var workload in Estate.Workloads)
            foreach (var (model, _) in workload.Models)
                if (CallableFrom.Obstacle(model.Id, model.Scope, workload.Region ?? Estate.Region, Sources.Regions) is { } obstacle)
                    tally.Warn($"{workload.Name}: {obstacle}; priced as described");
        return tally.ToBill();
    }

    /// <summary>
    /// The month had nobody thought about it: each text workload on the estate's baseline model, on demand, nothing cached; everything
    /// else as it is.
    /// </summary>
    public ModelledBill UnoptimisedBill() => Filled(unoptimised, Likely, withLines: true).ToBill();

    /// <summary>The month's total of one draw, USD: the same as its bill's.</summary>
    public decimal Total(Draw draw) => Filled(workloads, draw, withLines: false).Total;

    /// <summary>
    /// Share of a workload's calls to one model of its mix, by its place there, that are made on demand, in the likely draw: what an
    /// invocation log shows with tokens to be paid for.
    /// </summary>
    public decimal OnDemandShare(DescribedWorkload workload, int model)
    {
        for (var i = 0; i < workloads.Length; i++)
            if (ReferenceEquals(Estate.Workloads[i], workload)) return workloads[i].OnDemandShare(model, Likely);
        throw new ArgumentException($"'{workload.Name}' is not a workload of '{Estate.Name}'.", nameof(workload));
    }

    /// <summary>Queries a knowledge base is asked in a month.</summary>
    public decimal Queries(KnowledgeBase store, Draw draw) => services.Queries(store, draw);

    Tally Filled(WorkloadBill[] bills, Draw draw, bool withLines)
    {
        var tally = new Tally(Estate, Sources.Book, Day, draw, withLines);
        foreach (var bill in bills) bill.AddTo(tally);
        foreach (var custom in customModels) custom.AddTo(tally);
        services.AddTo(tally);
        return tally;
    }

    DescribedWorkload Unoptimised(DescribedWorkload workload) => workload.OutputTokens.Mean.Likely <= 0m
        ? workload
        : workload with
        {
            Models = [new(Estate.Baseline, 1m)], Prefix = null, BatchShare = 0m, Tier = Tier.Standard, Provisioned = null, Reserved = null,
        };
}
