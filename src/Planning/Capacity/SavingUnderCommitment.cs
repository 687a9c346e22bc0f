namespace Assay.Planning;

/// <summary>
/// What a plan's saving is worth to somebody who has promised spend: dollars below the promise are paid anyway. The arithmetic is that of
/// <see cref="Commitments"/>. All USD a year.
/// </summary>
/// <param name="Saving">Off the list price.</param>
/// <param name="Worth">Off all that is paid: after the discount, and without what only deepens the shortfall.</param>
/// <param name="ShortfallBefore">Paid for nothing already.</param>
/// <param name="ShortfallAfter">Paid for nothing once the plan is carried out: moving other spend to AWS fills it.</param>
public sealed record SavingUnderCommitment(decimal Saving, decimal Worth, decimal ShortfallBefore, decimal ShortfallAfter)
{
    /// <summary>Of the discounted saving what is paid anyway.</summary>
    public decimal LostToShortfall => ShortfallAfter - ShortfallBefore;

    /// <param name="currentAi">AI at list price now.</param>
    /// <param name="plannedAi">AI at list price as planned.</param>
    /// <exception cref="ArgumentException">An amount or the discount is impossible.</exception>
    public static SavingUnderCommitment Of(SpendCommitment commitment, decimal currentAi, decimal plannedAi)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        CommitmentTerms terms = new([commitment.Annual], commitment.Discount);
        var (now, then) = (Year(currentAi), Year(plannedAi));
        return new(currentAi - plannedAi, now.OutOfPocketWithAi - then.OutOfPocketWithAi, now.Shortfall, then.Shortfall);

        YearPosition Year(decimal ai) => Commitments.Position(terms, [YearSpend.Of(commitment.Organic, ai)]).Years[0];
    }
}
