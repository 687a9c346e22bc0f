namespace Assay.Ledger.Changes;

/// <summary>UTC days from <paramref name="From"/> up to, and without, <paramref name="To"/>.</summary>
public readonly record struct DaySpan(DateOnly From, DateOnly To)
{
    public int Days => To.DayNumber - From.DayNumber;

    /// <summary>The last day that counts.</summary>
    public DateOnly Last => To.AddDays(-1);

    public bool Contains(DateOnly day) => day >= From && day < To;

    /// <summary>As many days, just before these.</summary>
    public DaySpan Before => new(From.AddDays(-Days), From);
}

/// <summary>What a bill consists of, in the order in which reports name it. Each call's cost is the product of them.</summary>
public enum ChangeFactor : byte
{
    /// <summary>How many calls; workloads that came or went are nothing else.</summary>
    Volume,

    /// <summary>Which models a workload's calls go to.</summary>
    ModelMix,

    /// <summary>How a model's calls are bought: on demand or batch, tier, profile scope, region.</summary>
    Mode,

    /// <summary>Prompt and answer tokens, and other units, a call; and whether prompts are long enough for the long band.</summary>
    TokensPerRequest,

    /// <summary>How the prompt's tokens are split over plain input, cache reads and cache writes.</summary>
    CacheRate,

    /// <summary>What a unit costs.</summary>
    Price,
}

/// <summary>A change of spend in USD, exact, taken apart. The parts add up to the change, to the last decimal.</summary>
/// <param name="Unlike">Of meters that had a price in one of the periods only: their cost says nothing of the usage's change.</param>
public readonly record struct ChangeParts(
    decimal Volume, decimal ModelMix, decimal Mode, decimal TokensPerRequest, decimal CacheRate, decimal Price, decimal Unlike)
{
    public decimal Total => Volume + ModelMix + Mode + TokensPerRequest + CacheRate + Price + Unlike;

    public decimal this[ChangeFactor factor] => factor switch
    {
        ChangeFactor.Volume => Volume,
        ChangeFactor.ModelMix => ModelMix,
        ChangeFactor.Mode => Mode,
        ChangeFactor.TokensPerRequest => TokensPerRequest,
        ChangeFactor.CacheRate => CacheRate,
        _ => Price,
    };

    public static ChangeParts operator +(in ChangeParts left, in ChangeParts right) => new(
        left.Volume + right.Volume, left.ModelMix + right.ModelMix, left.Mode + right.Mode,
        left.TokensPerRequest + right.TokensPerRequest, left.CacheRate + right.CacheRate, left.Price + right.Price,
        left.Unlike + right.Unlike);
}

/// <summary>Whose calls are compared with whose: the same caller's, whatever the model.</summary>
/// <param name="Unit">
/// What its volume is counted in: <c>call</c>; where rows of a bill tell no calls, the unit of the meter, such as <c>token</c>.
/// </param>
public sealed record SpendingWorkload(string Account, string Principal, string App, string Team, string Env, string Unit);

/// <summary>One workload's spend on one model in two periods.</summary>
/// <param name="Before">USD, exact, of what has a price.</param>
/// <param name="UnitsBefore">Calls that did not fail, or the workload's other unit.</param>
public sealed record ChangeLine(
    SpendingWorkload Workload, string Model, decimal Before, decimal After, decimal UnitsBefore, decimal UnitsAfter, ChangeParts Parts)
{
    public decimal Change => After - Before;

    /// <summary>Requests of which something has no price: what they cost is not in the amounts, and not zero.</summary>
    public required long UnpricedBefore { get; init; }
    public required long UnpricedAfter { get; init; }
}

/// <summary>Lines of a change added up under a name. Every grouping adds up to the whole.</summary>
public sealed record ChangeGroup(string Key, decimal Before, decimal After, ChangeParts Parts, IReadOnlyList<ChangeLine> Lines)
{
    public decimal Change => After - Before;

    public bool IsNew => Before == 0m && Lines.All(l => l.UnitsBefore == 0m);
    public bool IsGone => After == 0m && Lines.All(l => l.UnitsAfter == 0m);
}

/// <summary>Requests without a price for some of their meters, by the reason; never counted as zero.</summary>
public sealed record UnpricedChange(string Reason, long RequestsBefore, long RequestsAfter);

/// <summary>What was spent in two periods, and what changed. Money is USD, exact.</summary>
/// <param name="Lines">One a workload and model, the largest change first.</param>
/// <param name="Unpriced">Most requests first.</param>
public sealed record SpendChange(
    DaySpan BeforeDays, DaySpan AfterDays, decimal Before, decimal After, ChangeParts Parts, IReadOnlyList<ChangeLine> Lines,
    IReadOnlyList<UnpricedChange> Unpriced)
{
    public decimal Change => After - Before;

    /// <summary>The change by a name of each line, the largest first, then by name.</summary>
    public IReadOnlyList<ChangeGroup> By(Func<ChangeLine, string> keyOf) =>
    [
        .. Lines.GroupBy(keyOf, StringComparer.Ordinal)
            .Select(g => new ChangeGroup(g.Key, g.Sum(l => l.Before), g.Sum(l => l.After),
                g.Aggregate(default(ChangeParts), (sum, line) => sum + line.Parts), [.. g]))
            .OrderByDescending(g => Math.Abs(g.Change)).ThenBy(g => g.Key, StringComparer.Ordinal),
    ];
}
