using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Rating;

/// <summary>Exact sums of one meter: what was used, what it cost, and the most it can have cost.</summary>
/// <param name="Requests">Requests that used the meter.</param>
public readonly record struct MeterSum(
    Meter Meter, decimal Quantity, decimal Cost, decimal CostMax, decimal UnpricedQuantity, long Requests)
{
    public static MeterSum operator +(in MeterSum left, in MeterSum right) => new(left.Meter, left.Quantity + right.Quantity,
        left.Cost + right.Cost, left.CostMax + right.CostMax, left.UnpricedQuantity + right.UnpricedQuantity, left.Requests + right.Requests);
}

/// <summary>What every request in a cell has in common.</summary>
public readonly record struct CellKey(
    Caller Caller, ModelRef Model, string Region, string Operation, DateOnly Day, Mode Mode, Tier Tier, ContextBand Context)
{
    // Callers, models and names are interned by the reader: equal ones are mostly one object, and their addresses hash fast.
    // Two objects of equal content make two cells, which every grouping joins again.
    public bool Equals(CellKey other) => ReferenceEquals(Caller, other.Caller) && ReferenceEquals(Model, other.Model)
        && ReferenceEquals(Region, other.Region) && ReferenceEquals(Operation, other.Operation)
        && Day == other.Day && Mode == other.Mode && Tier == other.Tier && Context == other.Context;

    public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(Caller), RuntimeHelpers.GetHashCode(Model),
        RuntimeHelpers.GetHashCode(Region), RuntimeHelpers.GetHashCode(Operation), Day.DayNumber, ((int)Mode << 16) | ((int)Tier << 8) | (int)Context);
}

/// <summary>Requests of one kind, by one caller, on one day, and what they came to.</summary>
public sealed class Cell(CellKey key)
{
    MeterSum[] meters = [];

    public CellKey Key { get; } = key;
    public long Requests { get; internal set; }
    public long Failed { get; internal set; }

    /// <summary>Requests of which at least one meter has no price.</summary>
    public long WithUnpriced { get; internal set; }

    public ReadOnlySpan<MeterSum> Meters => meters;
    public decimal Cost { get; private set; }
    public decimal CostMax { get; private set; }

    internal void Add(in Charge charge)
    {
        ref var sum = ref SlotOf(charge.Meter);
        var max = charge.CostMax ?? charge.Cost;
        sum = sum with
        {
            Quantity = sum.Quantity + charge.Quantity,
            Cost = sum.Cost + charge.Cost,
            CostMax = sum.CostMax + max,
            Requests = sum.Requests + 1,
            UnpricedQuantity = charge.Unpriced == UnpricedCause.None ? sum.UnpricedQuantity : sum.UnpricedQuantity + charge.Quantity,
        };
        Cost += charge.Cost;
        CostMax += max;
    }

    ref MeterSum SlotOf(Meter meter)
    {
        for (var i = 0; i < meters.Length; i++)
            if (meters[i].Meter == meter) return ref meters[i];
        Array.Resize(ref meters, meters.Length + 1);
        meters[^1] = new MeterSum(meter, 0m, 0m, 0m, 0m, 0);
        return ref meters[^1];
    }
}

/// <summary>
/// The exact sums of a rated stream, in cells fine enough for every grouping a report asks for. Sums of decimals do not depend on
/// order, so cubes of parts merge into the cube of the whole, to the last digit.
/// </summary>
public sealed class SpendCube
{
    readonly Dictionary<CellKey, Cell> cells = [];
    readonly Dictionary<string, long> unpriced = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> errors = new(StringComparer.Ordinal);
    readonly Dictionary<(ModelRef, string, UnpricedCause, Meter, Mode, Tier, ContextBand), string> reasons = [];
    Cell? last;

    public IEnumerable<Cell> Cells => cells.Values;
    public DateTime? First { get; private set; }
    public DateTime? Last { get; private set; }
    public long Requests { get; private set; }
    public long Failed { get; private set; }

    /// <summary>Reasons and how many meters of how many requests they left without a price.</summary>
    public IReadOnlyDictionary<string, long> Unpriced => unpriced;

    /// <summary>Failed calls by the service's error code.</summary>
    public IReadOnlyDictionary<string, long> Errors => errors;

    public decimal Total => cells.Values.Sum(c => c.Cost);
    public decimal TotalMax => cells.Values.Sum(c => c.CostMax);

    /// <summary>Adds a rated record. Each record may be added once; who adds it has made sure of that.</summary>
    public void Add(in UsageRecord usage, ReadOnlySpan<Charge> charges, PriceBook book)
    {
        if (First is null || usage.Time < First) First = usage.Time;
        if (Last is null || usage.Time > Last) Last = usage.Time;
        var context = charges.Length > 0 ? charges[0].Context : ContextBand.Standard;
        var key = new CellKey(usage.Caller, usage.Model, usage.Region, usage.Operation ?? "", DateOnly.FromDateTime(usage.Time), usage.Mode, usage.Tier, context);
        var cell = last is not null && last.Key.Equals(key) ? last : last = CellOf(key);
        Requests++;
        cell.Requests++;
        if (usage.Failed)
        {
            Failed++;
            cell.Failed++;
            CollectionsMarshal.GetValueRefOrAddDefault(errors, usage.ErrorCode!, out _)++;
        }
        var anyUnpriced = false;
        foreach (ref readonly var charge in charges)
        {
            cell.Add(charge);
            if (charge.Unpriced == UnpricedCause.None) continue;
            anyUnpriced = true;
            CollectionsMarshal.GetValueRefOrAddDefault(unpriced, ReasonOf(usage, charge, book), out _)++;
        }
        if (anyUnpriced) cell.WithUnpriced++;
    }

    /// <summary>Cost and requests by a name of each cell, largest cost first, then by name.</summary>
    public IReadOnlyList<Group> GroupBy(Func<Cell, string> keyOf)
    {
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        foreach (var cell in cells.Values)
        {
            var key = keyOf(cell);
            var group = groups.GetValueOrDefault(key, new(key, 0m, 0m, 0));
            groups[key] = group with { Cost = group.Cost + cell.Cost, CostMax = group.CostMax + cell.CostMax, Requests = group.Requests + cell.Requests };
        }
        return Ordered(groups.Values);
    }

    /// <summary>Cost by a name that depends on the meter too. A request counts in each group whose meters it used.</summary>
    public IReadOnlyList<Group> GroupByMeter(Func<Cell, Meter, string> keyOf)
    {
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        foreach (var cell in cells.Values)
        {
            foreach (ref readonly var sum in cell.Meters)
            {
                var key = keyOf(cell, sum.Meter);
                var group = groups.GetValueOrDefault(key, new(key, 0m, 0m, 0));
                groups[key] = group with
                {
                    Cost = group.Cost + sum.Cost, CostMax = group.CostMax + sum.CostMax, Requests = group.Requests + sum.Requests,
                };
            }
        }
        return Ordered(groups.Values);
    }

    /// <summary>The sums of each meter over all cells, in the order of the meters.</summary>
    public IReadOnlyList<MeterSum> Meters()
    {
        var sums = new SortedDictionary<Meter, MeterSum>();
        foreach (var cell in cells.Values)
            foreach (ref readonly var sum in cell.Meters)
                sums[sum.Meter] = sums.TryGetValue(sum.Meter, out var known) ? known + sum : sum;
        return [.. sums.Values];
    }

    static List<Group> Ordered(IEnumerable<Group> groups) => [.. groups.OrderByDescending(g => g.Cost).ThenBy(g => g.Key, StringComparer.Ordinal)];

    Cell CellOf(in CellKey key)
    {
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, key, out _);
        return cell ??= new Cell(key);
    }

    string ReasonOf(in UsageRecord usage, in Charge charge, PriceBook book)
    {
        var key = (usage.Model, usage.Region, charge.Unpriced, charge.Meter, usage.Mode, usage.Tier, charge.Context);
        return reasons.TryGetValue(key, out var reason) ? reason : reasons[key] = Rater.Reason(usage, charge, book);
    }
}

/// <summary>One line of a grouping.</summary>
/// <param name="Cost">USD, exact. Costs of all lines of a grouping add up to the total.</param>
/// <param name="CostMax">Upper bound in USD.</param>
public sealed record Group(string Key, decimal Cost, decimal CostMax, long Requests);
