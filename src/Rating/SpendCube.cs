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
    /// <summary>Requests for which the meter has no price.</summary>
    public long Unpriced { get; init; }

    /// <summary>True when none of it has a price: its cost is not zero but unknown.</summary>
    public bool HasNoPrice => UnpricedQuantity > 0m && UnpricedQuantity == Quantity;

    public static MeterSum operator +(in MeterSum left, in MeterSum right) => new(
        left.Meter, left.Quantity + right.Quantity, left.Cost + right.Cost, left.CostMax + right.CostMax,
        left.UnpricedQuantity + right.UnpricedQuantity, left.Requests + right.Requests)
    { Unpriced = left.Unpriced + right.Unpriced };
}

/// <summary>What every request in a cell has in common.</summary>
public readonly record struct CellKey(CallKind Kind, DateOnly Day, ContextBand Context)
{
    public Caller Caller => Kind.Caller;
    public ModelRef Model => Kind.Model;
    public string Region => Kind.Region;
    public string Operation => Kind.Operation;
    public Mode Mode => Kind.Mode;
    public Tier Tier => Kind.Tier;

    // Kinds are made once each by a reader, and their addresses hash fast. Two objects of equal content make two cells, which every
    // grouping joins again.
    public bool Equals(CellKey other) => ReferenceEquals(Kind, other.Kind) && Day == other.Day && Context == other.Context;
    public override int GetHashCode() => unchecked((((RuntimeHelpers.GetHashCode(Kind) * 31) + Day.DayNumber) * 3) + (int)Context);
}

/// <summary>Requests of one kind, by one caller, on one day, and what they came to.</summary>
/// <remarks>
/// Quantities are summed, and each sum is multiplied by its rate once: exact arithmetic gives the same as summing the charges,
/// and a reading of a hundred million calls costs an addition a meter.
/// </remarks>
public sealed class Cell(CellKey key)
{
    Slot[] slots = [];

    public CellKey Key { get; } = key;
    public long Requests { get; internal set; }
    public long Failed { get; internal set; }

    /// <summary>Of the failed ones, those that a gateway did not let in.</summary>
    public long Refused { get; internal set; }

    /// <summary>Requests of which at least one meter has no price.</summary>
    public long WithUnpriced { get; internal set; }

    /// <summary>One sum a meter, in the order of the meters.</summary>
    public IReadOnlyList<MeterSum> Meters => [.. slots.Select(s => s.Sum).GroupBy(s => s.Meter).OrderBy(g => g.Key)
        .Select(g => g.Aggregate((left, right) => left + right))];

    public decimal Cost => slots.Sum(s => s.Cost);
    public decimal CostMax => slots.Sum(s => s.Cost + s.Open);

    internal void Add(in Charge charge)
    {
        ref var slot = ref SlotOf(charge.Meter, charge.Rate);
        slot.Add(charge.Quantity);
        slot.Requests++;
        if (charge.CostMax is { } max) slot.Open += max - charge.Cost;
    }

    internal void Add(in QuantitySum sum, in MeterQuote quote, long records)
    {
        ref var slot = ref SlotOf(sum.Meter, quote.Rate);
        slot.Add(sum.Quantity);
        slot.Requests += records;
        slot.Open += sum.Open * quote.UsdAbove;
    }

    ref Slot SlotOf(Meter meter, Rate? rate)
    {
        for (var i = 0; i < slots.Length; i++)
            if (slots[i].Meter == meter && ReferenceEquals(slots[i].Rate, rate)) return ref slots[i];
        Array.Resize(ref slots, slots.Length + 1);
        slots[^1] = new Slot { Meter = meter, Rate = rate };
        return ref slots[^1];
    }

    struct Slot
    {
        public Meter Meter;
        public Rate? Rate;
        decimal quantity;

        // Whole units not yet in the quantity: words add up faster than decimals, and as exactly.
        long whole;

        // What the charges may come to above their cost.
        public decimal Open;
        public long Requests;

        public readonly decimal Quantity => quantity + whole;

        public void Add(decimal units)
        {
            Span<int> bits = stackalloc int[4];
            decimal.GetBits(units, bits);
            if ((bits[2] | bits[3]) != 0 || bits[1] < 0) { quantity += units; return; }
            whole += unchecked(((long)bits[1] << 32) | (uint)bits[0]);
            if (whole < long.MaxValue / 2) return;
            (quantity, whole) = (quantity + whole, 0);
        }

        public readonly decimal Cost => Rate is null ? 0m : Quantity * Rate.UsdPerUnit;
        public readonly MeterSum Sum => new(Meter, Quantity, Cost, Cost + Open, Rate is null ? Quantity : 0m, Requests)
        {
            Unpriced = Rate is null ? Requests : 0,
        };
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
    readonly Dictionary<(string Reason, string Code), long> refusals = [];
    readonly Dictionary<(ModelRef, string, UnpricedCause, Meter, Mode, Tier, ContextBand), string> reasons = [];

    // Neighbours are of few kinds: the cell of each is mostly found at one look.
    const int RecentCells = 1024;
    readonly Cell?[] recent = new Cell?[RecentCells];
    DateTime first = DateTime.MaxValue, latest = DateTime.MinValue;
    long records;

    public IEnumerable<Cell> Cells => cells.Values;
    public DateTime? First => records > 0 ? first : null;
    public DateTime? Last => records > 0 ? latest : null;

    /// <summary>Calls. What stands for many of them without telling how many, a bill's row, is none.</summary>
    public long Requests { get; private set; }
    public long Failed { get; private set; }

    /// <summary>Reasons and how many meters of how many requests they left without a price.</summary>
    public IReadOnlyDictionary<string, long> Unpriced => unpriced;

    /// <summary>Failed calls by the service's error code.</summary>
    public IReadOnlyDictionary<string, long> Errors => errors;

    /// <summary>Of the failed calls, those that a gateway did not let in: by its word for why, and the error code they were told.</summary>
    public IReadOnlyDictionary<(string Reason, string Code), long> Refusals => refusals;

    public decimal Total => cells.Values.Sum(c => c.Cost);
    public decimal TotalMax => cells.Values.Sum(c => c.CostMax);

    /// <summary>Adds a rated record. Each record may be added once; who adds it has made sure of that.</summary>
    public void Add(in UsageRecord usage, ReadOnlySpan<Charge> charges, PriceBook book)
    {
        if (usage.Time < first) first = usage.Time;
        if (usage.Time > latest) latest = usage.Time;
        var context = charges.Length > 0 ? charges[0].Context : ContextBand.Standard;
        var key = new CellKey(usage.Kind, DateOnly.FromDateTime(usage.Time), context);
        ref var cell = ref recent[key.GetHashCode() & (RecentCells - 1)];
        if (cell is null || !cell.Key.Equals(key)) cell = CellOf(key);
        records++;
        if (!usage.Kind.IsSum)
        {
            Requests++;
            cell.Requests++;
        }
        if (usage.Failed)
        {
            Failed++;
            cell.Failed++;
            CollectionsMarshal.GetValueRefOrAddDefault(errors, usage.ErrorCode!, out _)++;
            if (usage.Refused is { } reason)
            {
                cell.Refused++;
                CollectionsMarshal.GetValueRefOrAddDefault(refusals, (reason, usage.ErrorCode!), out _)++;
            }
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

    /// <summary>Adds sums of records that are alike, priced by a book: the same as adding the records.</summary>
    public void Add(UsageSum sum, PriceBook book)
    {
        Span<MeterQuote> quotes = new MeterQuote[sum.Meters.Count];
        for (var i = 0; i < quotes.Length; i++) quotes[i] = MeterQuote.Of(sum.Kind, sum.IsLong, sum.Day, sum.Meters[i].Meter, book);
        Add(sum, quotes);
    }

    /// <summary>The same at prices that are at hand: one quote for each meter of the sum, in its order.</summary>
    public void Add(UsageSum sum, ReadOnlySpan<MeterQuote> quotes)
    {
        if (sum.First < first) first = sum.First;
        if (sum.Last > latest) latest = sum.Last;
        var cell = CellOf(new(sum.Kind, sum.Day, quotes.Length > 0 ? quotes[0].Context : ContextBand.Standard));
        records += sum.Records;
        if (!sum.Kind.IsSum)
        {
            Requests += sum.Records;
            cell.Requests += sum.Records;
        }
        if (sum.Failed)
        {
            Failed += sum.Records;
            cell.Failed += sum.Records;
            CollectionsMarshal.GetValueRefOrAddDefault(errors, sum.ErrorCode!, out _) += sum.Records;
        }
        var anyUnpriced = false;
        for (var i = 0; i < quotes.Length; i++)
        {
            cell.Add(sum.Meters[i], quotes[i], sum.Records);
            if (quotes[i].Rate is not null) continue;
            anyUnpriced = true;
            CollectionsMarshal.GetValueRefOrAddDefault(unpriced, quotes[i].Reason, out _) += sum.Records;
        }
        if (anyUnpriced) cell.WithUnpriced += sum.Records;
    }

    /// <summary>Cost and requests by a name of each cell, largest cost first, then by name.</summary>
    public IReadOnlyList<Group> GroupBy(Func<Cell, string> keyOf)
    {
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        foreach (var cell in cells.Values)
        {
            var key = keyOf(cell);
            var group = groups.GetValueOrDefault(key, new(key, 0m, 0m, 0));
            groups[key] = group with
            {
                Cost = group.Cost + cell.Cost, CostMax = group.CostMax + cell.CostMax, Requests = group.Requests + cell.Requests,
                Unpriced = group.Unpriced + cell.WithUnpriced,
            };
        }
        return Ordered(groups.Values);
    }

    /// <summary>Cost by a name that depends on the meter too. A request counts in each group whose meters it used.</summary>
    public IReadOnlyList<Group> GroupByMeter(Func<Cell, Meter, string> keyOf)
    {
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        foreach (var cell in cells.Values)
        {
            foreach (var sum in cell.Meters)
            {
                var key = keyOf(cell, sum.Meter);
                var group = groups.GetValueOrDefault(key, new(key, 0m, 0m, 0));
                groups[key] = group with
                {
                    Cost = group.Cost + sum.Cost, CostMax = group.CostMax + sum.CostMax, Requests = group.Requests + sum.Requests,
                    Unpriced = group.Unpriced + sum.Unpriced,
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
            foreach (var sum in cell.Meters)
                sums[sum.Meter] = sums.TryGetValue(sum.Meter, out var known) ? known + sum : sum;
        return [.. sums.Values];
    }

    static List<Group> Ordered(IEnumerable<Group> groups) =>
        [.. groups.OrderByDescending(g => g.Cost).ThenBy(g => g.Key, StringComparer.Ordinal)];

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
public sealed record Group(string Key, decimal Cost, decimal CostMax, long Requests)
{
    /// <summary>Requests of which at least one meter has no price.</summary>
    public long Unpriced { get; init; }
}
