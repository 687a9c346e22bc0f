namespace Assay.Planning;

public enum ProofState : byte
{
    /// <summary>At least nine tenths of what was promised for such traffic.</summary>
    Made,

    /// <summary>Some of it.</summary>
    Partly,

    /// <summary>Less than a tenth of it.</summary>
    NotMade,

    /// <summary>What was read does not tell.</summary>
    NotVisible,
}

/// <summary>What came of one promised action. Money is USD a month of 30 days.</summary>
/// <param name="Promised">As the plan said it, for the traffic of its period.</param>
/// <param name="ForThisTraffic">The same share of what this traffic would have cost; null where none of it was seen.</param>
/// <param name="Realised">What this traffic would cost more had the change not been made; null where that cannot be told.</param>
/// <param name="How">How that is known.</param>
public sealed record ProvenAction(
    PromisedAction Action, decimal Promised, decimal? ForThisTraffic, decimal? Realised, ProofState State, string How);

/// <summary>
/// A plan held against the calls that came after it. The bill of the plan's period and today's are a month's; between them stands what
/// today's traffic would have cost without the changes, so that growth and another mix of work are no one's saving and no one's fault.
/// </summary>
public sealed record Proof
{
    public required Promise Promise { get; init; }
    public required string Book { get; init; }
    public required DateOnly From { get; init; }
    public required DateOnly To { get; init; }
    public required int Days { get; init; }
    public required long Requests { get; init; }

    /// <summary>What this traffic costs, USD a month.</summary>
    public required decimal NowMonthly { get; init; }

    /// <summary>Most telling first: what was promised most.</summary>
    public required IReadOnlyList<ProvenAction> Actions { get; init; }

    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The sum of what was realised, USD a month.</summary>
    public decimal RealisedMonthly => Actions.Sum(a => a.Realised ?? 0m);

    /// <summary>What was promised of the actions that can be seen, for this traffic.</summary>
    public decimal ForThisTraffic => Actions.Sum(a => a.ForThisTraffic ?? 0m);

    /// <summary>What this traffic would cost had nothing been changed.</summary>
    public decimal WithoutMonthly => NowMonthly + RealisedMonthly;

    /// <summary>What growth and another mix of work added to the bill since, changes aside.</summary>
    public decimal GrowthMonthly => WithoutMonthly - Promise.CurrentMonthly;
}
