using Assay.Estate;

namespace Assay.Planning;

/// <summary>The simple formula, in which a list dollar of AI fills a dollar of the gap.</summary>
/// <param name="Gap">Committed and not spent without AI.</param>
/// <param name="Absorbed">AI that fits into the gap.</param>
/// <param name="IncrementalCost">The rest of it, less the programme discount.</param>
/// <param name="SavingVersusDirect">AI at list price less that.</param>
public readonly record struct SimplePosition(decimal Gap, decimal Absorbed, decimal IncrementalCost, decimal SavingVersusDirect)
{
    public static SimplePosition Of(decimal commitment, decimal organic, decimal ai, decimal discount)
    {
        var gap = Math.Max(0m, commitment - organic);
        var absorbed = Math.Min(ai, gap);
        var incremental = (ai - absorbed) * (1m - discount);
        return new(gap, absorbed, incremental, ai - incremental);
    }

    public static SimplePosition operator +(SimplePosition a, SimplePosition b) => new(
        a.Gap + b.Gap, a.Absorbed + b.Absorbed, a.IncrementalCost + b.IncrementalCost, a.SavingVersusDirect + b.SavingVersusDirect);
}

/// <summary>
/// One contract year drawn down to the dollar: what AWS invoices, what of it counts, the shortfall paid at its end, with AI on AWS and
/// without. All USD.
/// </summary>
public sealed record YearPosition
{
    /// <summary>The contract year, from 1.</summary>
    public required int Year { get; init; }

    public required decimal Commitment { get; init; }
    public required decimal Organic { get; init; }

    /// <summary>AI at list price.</summary>
    public required decimal Ai { get; init; }

    public required SimplePosition Simple { get; init; }

    /// <summary>What is missing to the commitment without AI.</summary>
    public required decimal Gap { get; init; }

    /// <summary>AI as invoiced: after private rates, after the programme discount, before credits.</summary>
    public required decimal AiInvoiced { get; init; }

    /// <summary>Credits that pay for it.</summary>
    public required decimal CreditsUsed { get; init; }

    /// <summary>AI that counts towards the commitment.</summary>
    public required decimal AiCounted { get; init; }

    /// <summary>Of it what fills the gap.</summary>
    public required decimal Absorbed { get; init; }

    /// <summary>AI at list price, in this year's mix, that would fill the gap; null when no amount of it does.</summary>
    public required decimal? ListUsageThatFillsGap { get; init; }

    /// <summary>Paid at the end of the year for nothing, with AI on AWS.</summary>
    public required decimal Shortfall { get; init; }

    public required decimal OutOfPocketWithoutAi { get; init; }
    public required decimal OutOfPocketWithAi { get; init; }

    /// <summary>What one more list dollar of AI costs; null without AI.</summary>
    public required decimal? MarginalPrice { get; init; }

    /// <summary>What AI adds to all that is paid. Below zero only where credited usage counts: credits then pay for it.</summary>
    public decimal IncrementalCost => OutOfPocketWithAi - OutOfPocketWithoutAi;

    public decimal SavingVersusDirect => Ai - IncrementalCost;

    /// <summary>AI that draws nothing down because of an eligibility rule or because a credit paid for it.</summary>
    public decimal NotCounted => AiInvoiced - AiCounted;
}

/// <summary>What a list dollar of AI on AWS really costs once the commitment is counted; null without AI.</summary>
/// <param name="Marginal">The next dollar, mixed and spread over the years as the others are.</param>
/// <param name="Average">All of them.</param>
public readonly record struct EffectivePrice(decimal? Marginal, decimal? Average);

/// <summary>Where a commitment stands, year by year and in all.</summary>
public sealed record CommitmentPosition(IReadOnlyList<YearPosition> Years)
{
    /// <summary>Credit that nothing used before it expired or the last year ended.</summary>
    public decimal CreditsUnused { get; init; }

    public SimplePosition Simple => Years.Aggregate(default(SimplePosition), (sum, year) => sum + year.Simple);
    public decimal Ai => Years.Sum(y => y.Ai);
    public decimal IncrementalCost => Years.Sum(y => y.IncrementalCost);
    public decimal SavingVersusDirect => Ai - IncrementalCost;

    public EffectivePrice EffectivePrice => Ai == 0m
        ? default
        : new(Years.Sum(y => (y.MarginalPrice ?? 0m) * y.Ai) / Ai, IncrementalCost / Ai);

    /// <summary>The position of an estate's commitment.</summary>
    /// <param name="annualAiUsd">AI a year at list price, the same each contract year.</param>
    /// <param name="draw">The world to compute in; null for the likely one.</param>
    /// <exception cref="ArgumentException">Organic spend is stated for some of the years.</exception>
    public static CommitmentPosition Of(Commitment commitment, decimal annualAiUsd, Draw? draw = null)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        var (terms, organic) = TermsOf(commitment, draw);
        return Commitments.Position(terms, [.. organic.Select(usd => YearSpend.Of(usd, annualAiUsd))]);
    }

    /// <summary>An estate's commitment as terms, and its organic spend, one figure a contract year.</summary>
    /// <exception cref="ArgumentException">Organic spend is stated for some of the years.</exception>
    public static (CommitmentTerms Terms, IReadOnlyList<decimal> OrganicUsd) TermsOf(Commitment commitment, Draw? draw)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        var organic = commitment.OrganicUsd;
        if (organic.Count != 1 && organic.Count != commitment.AnnualUsd.Count)
        {
            throw new ArgumentException($"a commitment of {commitment.AnnualUsd.Count} years has organic spend of {organic.Count}; "
                + "state it once, or for each year", nameof(commitment));
        }
        CommitmentTerms terms = new([.. commitment.AnnualUsd.Select(In)], In(commitment.Discount));
        return (terms, [.. terms.AnnualUsd.Select((_, year) => In(organic[organic.Count == 1 ? 0 : year]))]);

        decimal In(Figure figure) => draw is null ? figure.Likely : figure.In(draw);
    }
}
