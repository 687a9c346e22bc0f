using Assay.Estate;

namespace Assay.Planning.Vendors;

/// <summary>What is committed with AWS, as a comparison asks of it.</summary>
/// <param name="OrganicUsd">What is spent with AWS without AI, one figure a contract year, as it is invoiced.</param>
public sealed record CommittedSpend(CommitmentTerms Terms, IReadOnlyList<decimal> OrganicUsd)
{
    public Credits Credits { get; init; } = Credits.None;

    /// <summary>Share of the AI that is billed through AWS Marketplace, as a fraction of one.</summary>
    public decimal MarketplaceShare { get; init; }

    /// <summary>What private rates take off a model's list price, as a fraction of one.</summary>
    public Func<string, decimal> PrivateDiscount { get; init; } = _ => 0m;

    /// <summary>What was not stated and had to be assumed.</summary>
    public IReadOnlyList<string> Assumed { get; init; } = [];

    /// <summary>The commitment an estate describes, its private rates with it.</summary>
    public static CommittedSpend Of(DescribedEstate estate, Draw draw)
    {
        var commitment = estate.Commitment ?? throw new ArgumentException($"'{estate.Name}' has no commitment.", nameof(estate));
        var (terms, organic) = CommitmentPosition.TermsOf(commitment, draw);
        return new(terms, organic)
        {
            PrivateDiscount = model => estate.PrivateDiscount(model, draw),
            Assumed = ["All AI is taken to be billed by AWS and to count; state your contract's rule for AWS Marketplace with --commit, "
                + "--organic, --marketplace and --marketplace-share."],
        };
    }
}

/// <summary>
/// What is committed with AWS, and what that makes of every price: dollars that fill a gap in the commitment are paid for already, dollars
/// spent elsewhere are new. Over all contract years, each of them with the usage of the compared days. The arithmetic is
/// <see cref="Commitments"/>'.
/// </summary>
/// <param name="Models">The usage on Bedrock by model, at list price.</param>
/// <param name="Days">Days it is of.</param>
public sealed record CommittedPosition(CommittedSpend Committed, IReadOnlyList<ModelSpend> Models, int Days)
{
    const decimal DaysPerYear = 360m;

    /// <summary>Everything stays on Bedrock.</summary>
    public CommitmentPosition Stay { get; } =
        Commitments.Position(Committed.Terms, YearsOf(Committed, Models, Days, null), Committed.Credits);

    public int Years => Committed.Terms.AnnualUsd.Count;

    /// <summary>What the reader should know before acting on it.</summary>
    public IReadOnlyList<string> Warnings(Func<decimal, string> dollars) => [.. Committed.Assumed,
        .. CommitmentAdvice.Warnings(Committed.Terms, YearsOf(Committed, Models, Days, null), Committed.Credits, dollars)];

    /// <summary>The usage at one vendor, the gap counted.</summary>
    public MovedPosition At(VendorQuote quote)
    {
        var there = OfAYear(quote.Total, Days) * Years;
        var rest = Commitments.Position(Committed.Terms, YearsOf(Committed, Models, Days, quote), Committed.Credits).IncrementalCost;
        // What the moved part would have cost on Bedrock is the most its price there may be.
        var worth = Stay.IncrementalCost - rest;
        return new(quote.Platform, Stay.IncrementalCost, there + rest, there == 0m ? null : (double)(1m - (worth / there)));
    }

    /// <summary>A period's dollars as a year's: twelve months of 30 days.</summary>
    static decimal OfAYear(decimal usd, int days) => usd * DaysPerYear / days;

    static IReadOnlyList<YearSpend> YearsOf(
        CommittedSpend committed, IReadOnlyList<ModelSpend> models, int days, VendorQuote? moved)
    {
        var ai = new List<SpendLine>();
        foreach (var model in models)
        {
            var gone = moved?.Models.Where(m => m.Model == model.Model).Sum(m => m.Here) ?? 0m;
            var usd = OfAYear(model.Usd - gone, days);
            var byAws = new SpendLine(model.Model, usd * (1m - committed.MarketplaceShare), IsAi: true, SpendBasis.List)
            {
                PrivateDiscount = committed.PrivateDiscount(model.Model),
            };
            ai.Add(byAws);
            if (committed.MarketplaceShare > 0m)
                ai.Add(byAws with { Usd = usd * committed.MarketplaceShare, BillingEntity = EligibilityRule.Marketplace });
        }
        return [.. committed.OrganicUsd.Select(organic =>
            new YearSpend([new("organic", organic, IsAi: false, SpendBasis.Invoiced), .. ai]))];
    }
}

/// <summary>
/// What all contract years cost beyond the commitment: staying on Bedrock, or moving what a vendor sells of it.
/// </summary>
/// <param name="DiscountToWin">
/// The discount on the vendor's list price at which moving costs no more than staying: 0 or less where it wins at list price, 1 where
/// only a gift would; null where there is nothing to move.
/// </param>
public sealed record MovedPosition(Platform Platform, decimal Stay, decimal Move, double? DiscountToWin);
