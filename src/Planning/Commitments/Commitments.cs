namespace Assay.Planning;

/// <summary>
/// The arithmetic of committed spend. What counts towards a commitment is what is invoiced, so discounted dollars fill its gap, and what
/// is missing at the end of a contract year is paid for nothing.
/// </summary>
public static class Commitments
{
    /// <summary>Where a commitment stands when the years are spent so.</summary>
    /// <exception cref="ArgumentException">The years spent are not the years committed, or an amount or discount is impossible.</exception>
    public static CommitmentPosition Position(CommitmentTerms terms, IReadOnlyList<YearSpend> years, Credits? credits = null)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(years);
        Check(terms, years);
        credits ??= Credits.None;
        var left = credits.All.Select(c => c.Usd).ToArray();
        YearPosition[] positions = [.. years.Select((year, at) => Draw(terms, at, year, credits, left))];
        return new(positions) { CreditsUnused = left.Sum() };
    }

    /// <summary>What a list dollar of AI on AWS costs in one year of a commitment, its first.</summary>
    public static EffectivePrice EffectivePrice(CommitmentTerms terms, YearSpend year) =>
        Position(terms with { AnnualUsd = [terms.AnnualUsd[0]] }, [year]).EffectivePrice;

    static YearPosition Draw(CommitmentTerms terms, int at, YearSpend spend, Credits credits, decimal[] creditLeft)
    {
        var commitment = terms.AnnualUsd[at];
        var organic = spend.Lines.Where(l => !l.IsAi).ToList();
        var ai = spend.Lines.Where(l => l.IsAi).ToList();
        var aiInvoiced = ai.Sum(l => l.Invoiced(terms));
        var (paidByCredit, freeShare) = PayByCredit(aiInvoiced, at, credits, creditLeft);

        Count count = new(terms, commitment);
        foreach (var line in organic) count.Add(line, line.Invoiced(terms));
        var gap = Math.Max(0m, commitment - count.Counted);
        var fills = ListUsageThatFills(terms, commitment, gap, organic, ai);

        var countedOrganic = count.Counted;
        var countedShare = aiInvoiced == 0m || terms.CreditedUsageCounts ? 1m : 1m - (paidByCredit / aiInvoiced);
        foreach (var line in ai) count.Add(line, line.Invoiced(terms) * countedShare);
        var aiCounted = count.Counted - countedOrganic;
        var shortfall = Math.Max(0m, gap - aiCounted);

        var organicPaid = organic.Sum(l => l.Invoiced(terms));
        return new()
        {
            Year = at + 1, Commitment = commitment, Organic = organicPaid, Ai = spend.AiUsd,
            Simple = SimplePosition.Of(commitment, organicPaid, spend.AiUsd, terms.Discount),
            Gap = gap, AiInvoiced = aiInvoiced, CreditsUsed = paidByCredit, AiCounted = aiCounted, Absorbed = Math.Min(gap, aiCounted),
            ListUsageThatFillsGap = fills, Shortfall = shortfall,
            OutOfPocketWithoutAi = organicPaid + gap,
            OutOfPocketWithAi = organicPaid + aiInvoiced - paidByCredit + shortfall,
            MarginalPrice = spend.AiUsd == 0m ? null : Marginal(terms, ai, count, freeShare, shortfall > 0m) / spend.AiUsd,
        };
    }

    // Credits pay in the order they expire, for usage on the days they are valid on. The share of a further dollar that they would pay
    // is that of the last credit which ran out of usage rather than of money.
    static (decimal Paid, decimal FreeShare) PayByCredit(decimal invoiced, int year, Credits credits, decimal[] left)
    {
        var (paid, freeShare) = (0m, 0m);
        foreach (var at in Enumerable.Range(0, left.Length).OrderBy(i => credits.All[i].Expires))
        {
            var share = credits.Share(credits.All[at], year);
            var payable = Math.Max(0m, (invoiced * share) - paid);
            var pays = Math.Min(left[at], payable);
            if (left[at] > payable) freeShare = Math.Max(freeShare, share);
            left[at] -= pays;
            paid += pays;
        }
        return (paid, freeShare);
    }

    // What all of a year's AI costs more when each of its lines grows by the same factor, per unit of that factor.
    static decimal Marginal(CommitmentTerms terms, List<SpendLine> ai, Count count, decimal freeShare, bool hasShortfall)
    {
        var paid = 0m;
        foreach (var line in ai)
        {
            var invoiced = line.Invoiced(terms);
            var cash = invoiced * (1m - freeShare);
            paid += cash;
            if (hasShortfall && count.HasRoom(line)) paid -= terms.CreditedUsageCounts ? invoiced : cash;
        }
        return paid;
    }

    // The AI at list price, credits apart, that fills the gap: along the kinks where a rule's cap is reached.
    static decimal? ListUsageThatFills(
        CommitmentTerms terms, decimal commitment, decimal gap, List<SpendLine> organic, List<SpendLine> ai)
    {
        var list = ai.Sum(l => l.Usd);
        if (gap == 0m) return 0m;
        if (list == 0m) return null;
        return ShareThatFills(terms, commitment, gap, organic, ai) is { } share ? share * list : null;
    }

    static decimal? ShareThatFills(
        CommitmentTerms terms, decimal commitment, decimal gap, List<SpendLine> organic, List<SpendLine> ai)
    {
        var before = 0m;
        foreach (var kink in Kinks(terms, commitment, organic, ai).Append(decimal.MaxValue))
        {
            Count here = new(terms, commitment);
            foreach (var line in organic) here.Add(line, line.Invoiced(terms));
            var counted = here.Counted;
            foreach (var line in ai) here.Add(line, line.Invoiced(terms) * before);
            var slope = ai.Where(here.HasRoom).Sum(l => l.Invoiced(terms));
            if (slope > 0m && before + ((gap - (here.Counted - counted)) / slope) is var reached && reached <= kink) return reached;
            before = kink;
            if (slope == 0m) return null;
        }
        return null;
    }

    // The shares of a year's AI at which a rule stops counting, in order.
    static IEnumerable<decimal> Kinks(CommitmentTerms terms, decimal commitment, List<SpendLine> organic, List<SpendLine> ai)
    {
        Count room = new(terms, commitment);
        foreach (var line in organic) room.Add(line, line.Invoiced(terms));
        return ai.GroupBy(terms.RuleFor)
            .Select(g => (Left: room.Left(g.Key), Spent: g.Sum(l => l.Invoiced(terms))))
            .Where(g => g.Left is > 0m && g.Spent > 0m)
            .Select(g => g.Left!.Value / g.Spent)
            .Order();
    }

    /// <summary>The same AI bought directly from its vendor, beside buying it on AWS and beside the best division of the two.</summary>
    /// <param name="directDiscount">What the vendor takes off the list price, as a fraction of one.</param>
    public static DirectComparison AgainstDirect(
        CommitmentTerms terms, IReadOnlyList<YearSpend> years, decimal directDiscount, Credits? credits = null)
    {
        var onAws = Position(terms, years, credits);
        var unburdened = years.Sum(y => y.Lines.Where(l => l.IsAi).Sum(l => l.Invoiced(terms)));
        // A part on AWS, the rest direct: what AWS adds bends only where the gap is full or a cap is reached, so the best part is one of
        // those, none, or all. Found without credits, then paid with them.
        decimal[] shares = [.. years.Select((year, at) => BestShare(terms, at, year, directDiscount))];
        var divided = Position(terms, [.. years.Select((year, at) => year.WithAiTimes(shares[at]))], credits);
        var dividedCost = divided.IncrementalCost + ((onAws.Ai - divided.Ai) * (1m - directDiscount));
        var direct = onAws.Ai * (1m - directDiscount);
        var plain = Math.Min(onAws.IncrementalCost, direct);
        var (partOnAws, best) = dividedCost < plain ? (divided.Ai, dividedCost)
            : onAws.IncrementalCost <= direct ? (onAws.Ai, onAws.IncrementalCost) : (0m, direct);
        return new(directDiscount, onAws.Ai, direct, onAws.IncrementalCost, partOnAws, best)
        {
            CostIgnoringCommitment = unburdened <= direct ? onAws.IncrementalCost : direct,
        };
    }

    static decimal BestShare(CommitmentTerms terms, int at, YearSpend year, decimal directDiscount)
    {
        var one = terms with { AnnualUsd = [terms.AnnualUsd[at]] };
        var (organic, ai) = (year.Lines.Where(l => !l.IsAi).ToList(), year.Lines.Where(l => l.IsAi).ToList());
        var gap = Position(one, [year]).Years[0].Gap;
        List<decimal> candidates = [1m, 0m, .. Kinks(one, one.AnnualUsd[0], organic, ai)];
        if (year.AiUsd > 0m && gap > 0m && ShareThatFills(one, one.AnnualUsd[0], gap, organic, ai) is { } fills) candidates.Add(fills);
        return candidates.Where(share => share <= 1m).MinBy(share =>
            Position(one, [year.WithAiTimes(share)]).IncrementalCost + (year.AiUsd * (1m - share) * (1m - directDiscount)));
    }

    static void Check(CommitmentTerms terms, IReadOnlyList<YearSpend> years)
    {
        if (terms.AnnualUsd.Count == 0 || terms.AnnualUsd.Count != years.Count)
            throw new ArgumentException($"{terms.AnnualUsd.Count} years committed and {years.Count} spent", nameof(years));
        var lines = years.SelectMany(y => y.Lines).ToList();
        if (terms.AnnualUsd.Concat(lines.Select(l => l.Usd)).Any(usd => usd < 0m))
            throw new ArgumentException("an amount of a commitment is below zero", nameof(terms));
        if (lines.Select(l => l.PrivateDiscount).Append(terms.Discount).Any(d => d is < 0m or > 1m))
            throw new ArgumentException("a discount is not between 0 and 1", nameof(terms));
    }

    /// <summary>Counts invoiced dollars towards one year's commitment, each rule to its cap.</summary>
    sealed class Count(CommitmentTerms terms, decimal commitment)
    {
        readonly Dictionary<EligibilityRule, decimal> used = [];

        public decimal Counted { get; private set; }

        public void Add(SpendLine line, decimal invoiced)
        {
            var rule = terms.RuleFor(line);
            var counts = Left(rule) is { } left ? Math.Min(left, invoiced) : invoiced;
            used[rule] = used.GetValueOrDefault(rule) + counts;
            Counted += counts;
        }

        public decimal? Left(EligibilityRule rule) => rule.Counts.Limit(commitment) - used.GetValueOrDefault(rule);

        public bool HasRoom(SpendLine line) => Left(terms.RuleFor(line)) is not <= 0m;
    }
}

/// <summary>AI from AWS beside the same from its vendor. All USD over all years.</summary>
/// <param name="Ai">At list price.</param>
/// <param name="DirectCost">Paid to the vendor when all of it is bought there, beside a commitment that is owed anyway.</param>
/// <param name="AwsCost">Added to what is paid when all of it is on AWS.</param>
/// <param name="BestOnAws">The part, at list price, that is best on AWS; the rest goes direct.</param>
/// <param name="BestCost">What that division costs.</param>
public sealed record DirectComparison(
    decimal DirectDiscount, decimal Ai, decimal DirectCost, decimal AwsCost, decimal BestOnAws, decimal BestCost)
{
    /// <summary>
    /// The vendor's discount at which both cost the same; a larger one wins for the vendor. At most zero: AWS dearer than list price,
    /// so no discount is needed. Null without AI.
    /// </summary>
    public decimal? BreakEvenDiscount => Ai == 0m ? null : (Ai - AwsCost) / Ai;

    /// <summary>What whoever compares prices alone ends up paying, the commitment being there all the same.</summary>
    public required decimal CostIgnoringCommitment { get; init; }

    public decimal LostByIgnoring => CostIgnoringCommitment - BestCost;
}
