using Assay.Estate;

namespace Assay.Planning;

/// <summary>A way to pay for tokens one by one.</summary>
/// <param name="Name">On demand, cached, flex, batch.</param>
/// <param name="UsdPerMillion">Of a token of this workload, input and output mixed as it mixes them.</param>
/// <param name="Reach">Where calls may then be computed.</param>
/// <param name="HasToWait">True where an answer comes when it can: flex and batch.</param>
public sealed record TokenMode(string Name, decimal UsdPerMillion, Residency Reach, bool HasToWait);

/// <summary>A workload over the months of a plan.</summary>
/// <param name="Model">Which of the horizon's models it calls.</param>
/// <param name="TokensPerMinute">By month, then by hour of the day: the mean of that hour.</param>
/// <param name="Residency">Where its calls may be computed.</param>
/// <param name="MayWait">Whether its answers may take until they come.</param>
/// <param name="MayShareUnits">False for what bought capacity is too slow for.</param>
public sealed record HorizonWorkload(string Name, int Model, IReadOnlyList<decimal[]> TokensPerMinute, Residency Residency, bool MayWait,
    bool MayShareUnits, IReadOnlyList<TokenMode> Modes);

/// <summary>Capacity already bought: units paid from the first month until it runs out.</summary>
public sealed record ExistingCapacity(int Units, int Months, decimal UsdPerUnitMonth);

/// <summary>
/// A model and the capacity sold for it: model units (none, 1, 6 months) or reserved tokens a minute (1, 3 months), in units of one size,
/// computed in the region. Its workloads share it.
/// </summary>
/// <param name="UsdPerUnitHour">Of a unit without a commitment, switched on by the hour of the day; null where not sold.</param>
public sealed record HorizonModel(string Name, decimal UnitTokensPerMinute, decimal? UsdPerUnitHour, IReadOnlyList<CapacityTerm> Terms,
    IReadOnlyList<ExistingCapacity> Existing);

/// <summary>Spend promised for a year of the plan, and what of it other services spend.</summary>
public sealed record HorizonCommitment(decimal AnnualUsd, decimal OrganicUsd);

/// <summary>Months of workloads to be arranged at the least cost. A month is 30 days; years are runs of twelve months.</summary>
/// <param name="Commitments">One a year, or none: a year pays at least what is promised.</param>
public sealed record Horizon(int Months, IReadOnlyList<HorizonModel> Models, IReadOnlyList<HorizonWorkload> Workloads,
    IReadOnlyList<HorizonCommitment> Commitments);

/// <summary>Units without a commitment, on in one hour of every day of a month.</summary>
public sealed record HourlyUnits(int Model, int Month, int Hour, int Units);

/// <summary>A share of a workload's hour of a month: what units carry, what a token mode does.</summary>
/// <param name="Mode">Place among the workload's modes of what units do not carry.</param>
public sealed record ServedHour(int Workload, int Month, int Hour, decimal ByUnits, int Mode, decimal ByMode);

/// <summary>Why nothing is cheaper: prices that <see cref="HorizonCertificate"/> turns into a bound.</summary>
/// <param name="UnitMonthPrices">By model, then by month: what a unit there is worth, in weighted USD.</param>
/// <param name="YearWeights">By year, from 0 to 1: what a dollar spent counts; less than 1 where a commitment pays for it anyway.</param>
public sealed record HorizonProof(IReadOnlyList<IReadOnlyList<decimal>> UnitMonthPrices, IReadOnlyList<decimal> YearWeights);

/// <summary>A whole arrangement: what is bought, who serves what, what it costs.</summary>
/// <param name="Bought">By model.</param>
/// <param name="YearSpend">USD of each year, without organic spend and shortfall.</param>
/// <param name="Cost">USD over all months, organic spend and shortfalls included where spend is committed.</param>
/// <param name="Bound">No arrangement costs less: proven, not believed.</param>
public sealed record HorizonPlan(IReadOnlyList<IReadOnlyList<BoughtTerm>> Bought, IReadOnlyList<HourlyUnits> Hourly,
    IReadOnlyList<ServedHour> Served, IReadOnlyList<decimal> YearSpend, decimal Cost, decimal Bound,
    HorizonProof Proof)
{
    /// <summary>How far the cost may lie above the least possible, as a share of it.</summary>
    public double Gap => Bound <= 0m ? (Cost == 0m ? 0 : double.PositiveInfinity) : (double)((Cost - Bound) / Bound);
}
