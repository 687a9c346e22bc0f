namespace Assay.Planning;

/// <summary>What a position leaves open: what to beware of, and what only the contract or the account team can answer.</summary>
public static class CommitmentAdvice
{
    /// <summary>Questions for the AWS account team; each changes the result by its answer.</summary>
    public static IReadOnlyList<string> Questions { get; } =
    [
        "Which bill rows draw the commitment down, told by billing entity and legal entity? Claude on Bedrock is billed through "
            + "AWS Marketplace: does it count in full, up to a cap, or not at all, and do our other Marketplace purchases use up that cap?",
        "Is the commitment measured before or after private rates, the programme discount, credits, refunds, support and tax?",
        "Does the programme discount reach Bedrock, and its rows that are billed through AWS Marketplace?",
        "Does usage that credits paid for draw the commitment down?",
        "Is a shortfall due each contract year or at the end of the term? May a surplus of one year, or a shortfall, move to the next?",
        "Does any Savings Plan or private term of ours cover Bedrock usage? Where is that written?",
        "Do model units, reserved tokens and custom models have rates of their own in our agreement?",
    ];

    /// <summary>What the reader of this position should know before acting on it.</summary>
    public static IReadOnlyList<string> Warnings(
        CommitmentTerms terms, IReadOnlyList<YearSpend> years, Credits credits, Func<decimal, string> dollars)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(credits);
        ArgumentNullException.ThrowIfNull(dollars);
        var position = Commitments.Position(terms, years, credits);
        return [.. OfTheGap(position, dollars), .. OfEligibility(terms, position, credits, dollars),
            .. OfCredits(terms, years, credits, position, dollars),
            "Savings Plans do not cover Bedrock unless your agreement says so; here they cover none of the AI."];
    }

    static IEnumerable<string> OfTheGap(CommitmentPosition position, Func<decimal, string> dollars)
    {
        var (gap, shortfall) = (position.Years.Sum(y => y.Gap), position.Years.Sum(y => y.Shortfall));
        if (gap == 0m)
            yield return "There is no gap: the commitment is met without AI, which costs its price less the discounts.";
        else if (shortfall > 0m)
        {
            yield return $"{dollars(shortfall)} stays unfilled with this AI and is paid at the end for nothing. "
                + "Other spend can fill it too; AI is free in the gap only while nothing better would fill it.";
        }
    }

    static IEnumerable<string> OfEligibility(
        CommitmentTerms terms, CommitmentPosition position, Credits credits, Func<decimal, string> dollars)
    {
        var credited = terms.CreditedUsageCounts || credits.All.Count == 0 ? 0m : position.Years.Sum(y => y.CreditsUsed);
        var barred = position.Years.Sum(y => y.NotCounted) - credited;
        if (barred > 0m)
            yield return $"{dollars(barred)} of AI as invoiced draws nothing down, by the rules stated: it is paid beside the commitment.";
    }

    static IEnumerable<string> OfCredits(
        CommitmentTerms terms, IReadOnlyList<YearSpend> years, Credits credits, CommitmentPosition position, Func<decimal, string> dollars)
    {
        if (credits.All.Count == 0) yield break;
        var other = Commitments.Position(terms with { CreditedUsageCounts = !terms.CreditedUsageCounts }, years, credits);
        var effect = other.IncrementalCost == position.IncrementalCost
            ? "Here AI adds the same either way."
            : $"If it does{(terms.CreditedUsageCounts ? " not" : "")}, AI adds {dollars(other.IncrementalCost)} "
                + $"instead of {dollars(position.IncrementalCost)}.";
        yield return $"Usage paid with credits is taken {(terms.CreditedUsageCounts ? "to" : "not to")} draw the commitment down; "
            + $"ask which holds. {effect}";
        if (position.CreditsUnused > 0m)
            yield return $"{dollars(position.CreditsUnused)} of credit finds no AI to pay for before it expires or the last year ends.";
        if (credits.Start is null)
        {
            yield return "The day the first contract year begins is not stated: the credits are taken to pay in all of that year, "
                + "and in no later one.";
        }
    }
}
