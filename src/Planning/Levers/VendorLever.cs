using Assay.Planning.Vendors;
using Assay.Pricing;

namespace Assay.Planning;

/// <summary>What the same models cost where their makers and other clouds sell them.</summary>
/// <param name="Book">Their list prices, under <c>vendor:model</c>.</param>
public sealed record VendorPrices(PriceBook Book, IReadOnlyList<Platform> Platforms, IReadOnlyList<Equivalent> Equivalents);

/// <summary>
/// The calls as planned, bought from another vendor: only models of the same weights, only where nobody asked that they stay, and with
/// what a spend commitment makes of dollars that leave AWS. A contract is somebody's to sign: a candidate, never counted.
/// </summary>
static class VendorLever
{
    const decimal MonthsPerYear = 12m;

    // USD a month below which nobody signs another contract.
    const decimal LeastMonthly = 100m;

    // Of one vendor: 4,095 sets of them.
    const int ModelsTried = 12;

    sealed record Offer(VendorQuote Quote, IReadOnlyList<ModelQuote> Models)
    {
        public decimal Here => Models.Sum(m => m.Here);
        public decimal There => Models.Sum(m => m.There);
        public decimal Saving => Here - There;
    }

    /// <summary>The offer that saves most, or a note of why the best one does not pay; nothing where none is cheaper.</summary>
    public static (PlanAction? Candidate, string? Note) Of(
        IReadOnlyList<(WorkloadView View, Arrangement Arrangement)> chosen, decimal plannedMonthly, LeverContext context)
    {
        var free = chosen.Where(c => c.View.IsMovable
            && c.View.Residency is null or Estate.Residency.Anywhere).ToList();
        if (context.Sources.Vendors is not { } vendors || free.Count == 0) return (null, null);
        var totals = new UsageTotals();
        foreach (var (view, arrangement) in free)
        {
            var (plan, terms) = (CallPlan.AsRecorded, CallTerms.AsRecorded);
            foreach (var option in arrangement.Options) (plan, terms) = option.On(plan, terms);
            // What Bedrock's own wider profile would save is no merit of another vendor.
            if (ScopeLever.Options(view).FirstOrDefault() is { } wider) (plan, terms) = wider.On(plan, terms);
            foreach (var sum in view.Replay.Usage(plan, terms)) totals.Add(sum);
        }
        var compared = VendorComparison.Of(new()
        {
            Usage = totals.Totals, Book = context.Book, Vendors = vendors.Book, Platforms = vendors.Platforms,
            Equivalents = [.. vendors.Equivalents.Where(e => e.Kind == EquivalenceKind.SameWeights)],
        });
        // Of each vendor what it sells cheaper, whole models: the rest stays.
        var offers = compared.Vendors
            .Select(q => new Offer(q, [.. q.Models.Where(m => m.There > 0m && m.Delta < 0m && m.Unpriced.Count == 0)]))
            .Where(o => o.Models.Count > 0)
            .OrderBy(o => o.Quote.Platform.Vendor, StringComparer.Ordinal).ToList();
        if (offers.Count == 0) return (null, null);
        var (best, net) = offers.Select(o => Leaving(o, plannedMonthly, context)).MaxBy(o => o.Net);
        if (best.Models.Count == 0 || context.Monthly(net) < Math.Max(LeastMonthly, context.Constraints.MinimumMonthlySaving))
            return (null, WhyNot(offers.MaxBy(o => o.Saving)!, plannedMonthly, context));
        var paidAnyway = best.Saving - net;
        var models = Names(best);
        var views = free.Select(c => c.View).Where(v => best.Models.Any(m => m.Model == v.Model.Id)).ToList();
        if (views.Count == 0) views = [.. free.Select(c => c.View)];
        net = Planner.Round(net);
        return (new()
        {
            Lever = Lever.Commitment, Kind = ActionKind.Candidate, Workload = new("", "", "", ""), Name = best.Quote.Platform.Name,
            From = "Bedrock", To = $"{best.Quote.Platform.Name} for {models}",
            PeriodSaving = net, MonthlySaving = Planner.Round(context.Monthly(net)),
            Confidence = Confidence.Medium, Effort = Effort.High,
            Breaks = "another contract, other limits and regions, prompts leave AWS, and nothing of it counts towards an AWS commitment",
            Evidence = new(views.Sum(v => (long)v.Workload.Answered), views.Min(v => v.Workload.First), views.Max(v => v.Workload.Last),
                "The same weights at list price, for the calls as planned and through the widest profile that is cheaper: "
                + $"{Say.Usd(best.There)} beside {Say.Usd(best.Here)} here."
                + (paidAnyway > 0m ? $" {Say.Usd(paidAnyway)} of what leaves AWS is promised and paid all the same, and is taken off." : "")
                + " 'assay compare' shows every vendor."),
        }, null);
    }

    /// <summary>
    /// The models of an offer that are worth most elsewhere, all sets of them tried: where spend is promised, the first dollars that leave
    /// save, and those below the promise are paid twice. A model beyond the dozen that save most stays.
    /// </summary>
    static (Offer Offer, decimal Net) Leaving(Offer offer, decimal plannedMonthly, LeverContext context)
    {
        var models = offer.Models.OrderBy(m => m.Delta).ThenBy(m => m.Model, StringComparer.Ordinal).Take(ModelsTried).ToList();
        var (best, most) = (offer with { Models = [] }, 0m);
        for (var set = 1; set < 1 << models.Count; set++)
        {
            var some = offer with { Models = [.. models.Where((_, i) => (set >> i & 1) == 1)] };
            var net = some.Saving - PaidAnyway(some, plannedMonthly, context);
            if (net > most) (best, most) = (some, net);
        }
        return (best, most);
    }

    static string? WhyNot(Offer offer, decimal plannedMonthly, LeverContext context)
    {
        var paidAnyway = PaidAnyway(offer, plannedMonthly, context);
        return paidAnyway <= 0m || context.Monthly(offer.Saving) < LeastMonthly ? null
            : $"{offer.Quote.Platform.Name} sells {Names(offer)} for {Say.Usd(offer.Saving)} less at list price, and of what would leave "
            + $"AWS {Say.Usd(paidAnyway)} is promised and paid all the same: it does not pay.";
    }

    static string Names(Offer offer) => string.Join(", ", offer.Models.Select(m => Say.Model(m.Model)));

    // Over the period: what leaves AWS, less what AWS then no longer gets.
    static decimal PaidAnyway(Offer offer, decimal plannedMonthly, LeverContext context)
    {
        if (context.Constraints.Commitment is not { } commitment) return 0m;
        var leaving = context.Monthly(offer.Here) * MonthsPerYear;
        var worth = SavingUnderCommitment.Of(commitment, plannedMonthly * MonthsPerYear, (plannedMonthly * MonthsPerYear) - leaving);
        return Math.Max(0m, context.Period((leaving - worth.Worth) / MonthsPerYear));
    }
}
