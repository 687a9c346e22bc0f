namespace Assay.Planning;

/// <summary>
/// Tells the contracts of one account with one vendor apart, and reads the terms of each: several services may have commitments of
/// their own, and a commitment may be renewed.
/// </summary>
static class AgreementContracts
{
    const int LongestPartDays = 100;

    /// <summary>A commitment, or a payment that usage consumes: of what, and for when.</summary>
    sealed record Commitment(string Sku, string Service, Period? Term)
    {
        public bool Covers(FocusRow row) => Term is not { } term || row.Charged is not { } charged || term.Holds(charged.From);
        public bool IsOf(FocusRow row) => Service.Length == 0 || row.Service.Length == 0 || Service == row.Service;
        public bool Names(FocusRow row) => Sku.Length > 0 && Sku == row.Sku;
    }

    /// <summary>The contracts of one account's rows; what contradicts itself is added to the findings.</summary>
    public static IEnumerable<AgreementContract> Of(IReadOnlyList<FocusRow> rows, List<string> findings)
    {
        if (rows.FirstOrDefault(r => !r.IsPurchase && !r.IsUsage && !r.IsUnusedFee) is { } other) throw other.NotDerived();
        var drawnDown = rows.Where(r => r.IsPurchase && r.IsDrawnDownBy(rows)).ToHashSet();
        var commitments = Commitments(rows, drawnDown);
        foreach (var contract in rows.GroupBy(r => Place(r, commitments, drawnDown)).OrderBy(g => g.Min(r => r.Line)))
            yield return Read(InTime([.. contract]), drawnDown, findings);
    }

    // Fees for what was left unused are of one commitment each; without any, what was paid ahead is, a later payment within its term
    // adding to it.
    static List<Commitment> Commitments(IReadOnlyList<FocusRow> rows, HashSet<FocusRow> drawnDown)
    {
        List<Commitment> found = [];
        foreach (var fee in rows.Where(r => r.IsUnusedFee && !IsOfAPart(r, rows)))
            if (!found.Exists(c => c.Names(fee) && c.Term == fee.Charged)) found.Add(new(fee.Sku, fee.Service, fee.Charged));
        // Months' fees whose term has not ended in this file.
        foreach (var fee in rows.Where(r => r.IsUnusedFee && IsOfAPart(r, rows)))
            if (!found.Exists(c => c.Names(fee) && c.Covers(fee))) found.Add(new(fee.Sku, fee.Service, null));
        foreach (var paid in rows.Where(drawnDown.Contains))
        {
            var isKnown = found.Exists(c => (c.Names(paid) || c.IsOf(paid))
                && (c.Term is not { } term || paid.Charged is not { } charged || term.Meets(charged)));
            if (!isKnown) found.Add(new(paid.Sku, paid.Service, paid.Charged));
        }
        return found;
    }

    // Where a row belongs: -1 for usage under no commitment and for what is bought for itself.
    static int Place(FocusRow row, List<Commitment> commitments, HashSet<FocusRow> drawnDown)
    {
        if (row.IsPurchase && !drawnDown.Contains(row)) return -1;
        var own = commitments.FindIndex(c => c.Names(row) && c.Covers(row));
        if (own < 0) own = commitments.FindIndex(c => c.Covers(row) && c.Service.Length > 0 && c.Service == row.Service);
        return own < 0 ? commitments.FindIndex(c => c.Covers(row) && c.IsOf(row)) : own;
    }

    // A fee is of a part of its term, a month's, where another of the same commitment is for longer, or where there are several for
    // short times and what they and the usage come to is less than the commitment.
    static bool IsOfAPart(FocusRow fee, IReadOnlyList<FocusRow> rows)
    {
        if (fee.Charged is not { } own) return false;
        var others = rows.Where(r => r.IsUnusedFee && r.Sku == fee.Sku && r.Charged is { } charged && charged != own).ToList();
        return others.Exists(r => r.Charged!.Value.Days > own.Days + 3 && r.Charged!.Value.Meets(own))
            || (others.Count > 0 && own.Days <= LongestPartDays && Shown(fee, rows) < fee.Usd.Contracted);
    }

    static List<FocusRow> InTime(List<FocusRow> rows) => rows.Any(r => r.When is null)
        ? rows
        : [.. rows.OrderBy(r => r.When).ThenBy(r => r.IsPurchase ? 0 : r.IsUsage ? 1 : 2).ThenBy(r => r.Line)];

    static AgreementContract Read(IReadOnlyList<FocusRow> rows, HashSet<FocusRow> drawnDown, List<string> findings)
    {
        var isPrepaid = rows.Any(drawnDown.Contains);
        var tokenUsd = rows.Select(r => r.TokenUsd).FirstOrDefault(p => p is not null);
        AgreementTerms terms = new()
        {
            Payment = isPrepaid ? AgreementPayment.UpFront : AgreementPayment.AsYouGo,
            // A fee is so much of a commitment, which is its price.
            CommitmentUsd = rows.FirstOrDefault(r => r.IsUnusedFee)?.Usd.Contracted,
            TokenUsd = tokenUsd,
            // Tokens are bought in one file and used in others.
            TokensHeld = null,
        };
        List<AgreementRow> read = [.. rows.Select(r => new AgreementRow(r.Line, Event(r, rows, drawnDown), r.Stated, r.Currency))];
        foreach (var row in rows)
        {
            if (row.TokenUsd is { } own && tokenUsd is { } first && own != first)
            {
                findings.Add($"line {row.Line}: its unit prices make a token {own.List:0.##########} at list and "
                    + $"{own.Contracted:0.##########} as contracted, rows before it {first.List:0.##########} and "
                    + $"{first.Contracted:0.##########}.");
            }
        }
        var (billed, cost) = (read.Sum(r => r.Stated.Billed), read.Sum(r => r.Stated.Effective));
        if (isPrepaid && rows.Any(r => r.IsUnusedFee) && billed != cost)
        {
            findings.Add($"it invoices {billed:0.##} in all for a cost of {cost:0.##}: the commitment is paid up front, and its unused "
                + "part is invoiced once more at the end.");
        }
        return new(terms, read);
    }

    static AgreementEvent Event(FocusRow row, IReadOnlyList<FocusRow> rows, HashSet<FocusRow> drawnDown)
    {
        if (row.IsPurchase)
            return new AgreementEvent.Purchase(row.What, row.Quantity, row.Usd, drawnDown.Contains(row)) { IsTokens = row.BuysTokens };
        // So many units of money rather than a share of a commitment: the row says all there is.
        if (row.IsUnusedFee && row.Quantity > 1m) return new AgreementEvent.Use(row.What, row.Quantity, row.Usd);
        if (row.IsUnusedFee)
        {
            return row.Charged is { } part && IsOfAPart(row, rows)
                ? new AgreementEvent.PartEnds(row.What, part, Minimum(row, rows))
                : new AgreementEvent.End(row.What);
        }
        return row.IsPricedInTokens
            ? new AgreementEvent.UseOfTokens(row.What, row.Quantity, row.Tokens)
            : new AgreementEvent.Use(row.What, row.Quantity, row.Usd) { On = row.Charged?.From ?? row.When };
    }

    // The minimum of a month is what its usage and its fee come to, in this month as in others: a fee that no other month bears out
    // is derived from the minimum that the others show.
    static decimal Minimum(FocusRow fee, IReadOnlyList<FocusRow> rows)
    {
        var own = Shown(fee, rows);
        var all = rows.Where(r => r.IsUnusedFee && r.Sku == fee.Sku && IsOfAPart(r, rows)).Select(r => Shown(r, rows)).ToList();
        if (all.Count(usd => usd == own) > 1) return own;
        var most = all.GroupBy(usd => usd).MaxBy(g => g.Count())!;
        return most.Count() > 1 ? most.Key : own;
    }

    static decimal Shown(FocusRow fee, IReadOnlyList<FocusRow> rows) => (fee.Quantity * fee.Usd.Contracted)
        + rows.Where(r => r.IsUsage && !r.IsPricedInTokens && r.Charged is { } used && fee.Charged is { } part && part.Holds(used.From)
            && (r.Service == fee.Service || r.Service.Length == 0 || fee.Service.Length == 0))
            .Sum(r => r.Quantity * r.Usd.Contracted);
}
