namespace Assay.Ledger.Reconciling;

/// <summary>A difference between bill and logs that has a name. The amount is the bill minus the rated logs.</summary>
public sealed record Residual(string Cause, string Account, DateOnly Day, string UsageType, decimal Amount);

/// <summary>A fault of the bill itself, or of what the reconciliation was given, with the money at stake.</summary>
/// <param name="Kind">One of the names of <see cref="Cause"/>, or <c>unknown_charge</c>.</param>
/// <param name="Text">What was seen, as a sentence with what to do.</param>
public sealed record BillFinding(string Kind, string Account, string Region, string UsageType, DateOnly First, DateOnly Last,
    long Lines, decimal AtStake, string Text);

/// <summary>
/// A bill beside the logs it is for: <see cref="Billed"/> − <see cref="Rated"/> = the sum of the residuals + <see cref="Unexplained"/>,
/// to the last decimal.
/// </summary>
public sealed record Reconciled
{
    public required string Book { get; init; }

    /// <summary>First and last UTC day the bill is about.</summary>
    public required DateOnly First { get; init; }
    public required DateOnly Last { get; init; }

    /// <summary>Everything on the bill's lines about Bedrock, USD.</summary>
    public required decimal Billed { get; init; }

    /// <summary>The logs of the bill's period at the book's prices, USD.</summary>
    public required decimal Rated { get; init; }

    /// <summary>Of it, what the bill charges for the same usage at the same price.</summary>
    public required decimal Matched { get; init; }

    /// <summary>Largest amount first.</summary>
    public required IReadOnlyList<Residual> Residuals { get; init; }
    public required IReadOnlyList<BillFinding> Findings { get; init; }

    /// <summary>Where the unexplained money is, so that someone can look.</summary>
    public required IReadOnlyList<Residual> UnexplainedRows { get; init; }
    public decimal Unexplained => Billed - Rated - Residuals.Sum(r => r.Amount);

    public required long BillLines { get; init; }

    /// <summary>Logged hours of a family outside the bill's period, which were left out.</summary>
    public required long HoursOutside { get; init; }

    /// <summary>Tokens by the three witnesses, where CloudWatch's metrics were given.</summary>
    public IReadOnlyList<Witnesses> Witnesses { get; init; } = [];
}

/// <summary>One day of an account and model as logs, CloudWatch and bill count it, in tokens.</summary>
public sealed record Witnesses(string Account, string Region, string Model, DateOnly Day, decimal Logged, decimal Metered, decimal Billed);
