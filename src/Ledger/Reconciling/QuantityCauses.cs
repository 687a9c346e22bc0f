using Assay.Usage;

namespace Assay.Ledger.Reconciling;

/// <summary>
/// Why the bill counts other quantities than the logs. Hours are judged one by one; the two about midnight together, and what is charged
/// twice before what moved or is missing, because each hides the others.
/// </summary>
sealed class QuantityCauses(
    HourlyUsage logs, Slots slots, Differences found, BilledNames names, MetricWitness metrics, IReadOnlySet<string> accounts)
{
    static readonly Meter[] Meters = Enum.GetValues<Meter>();

    /// <summary>The logs of the period at the book's prices.</summary>
    public decimal Rated { get; private set; }
    public long HoursOutside { get; private set; }

    /// <summary>What was compared, for the table of witnesses.</summary>
    public List<FamilySlots> Compared { get; } = [];

    public void Find(IEnumerable<BilledFamily> billed)
    {
        var bills = billed.ToDictionary(b => b.Family.Key);
        var series = logs.Families.ToDictionary(s => s.Family.Key);
        foreach (var key in series.Keys.Union(bills.Keys))
        {
            var (own, bill) = (series.GetValueOrDefault(key), bills.GetValueOrDefault(key));
            Compared.Add(new(bill?.Family ?? own!.Family, own, own?.Place ?? logs.PlaceOf(key.Account, key.Region), bill, slots,
                accounts.Contains(key.Account)));
        }
        metrics.Attach(Compared);
        foreach (var family in Compared) family.Judge(metrics);
        foreach (var product in Compared.GroupBy(f => (f.Family.Key.Region, f.Family.Key.Product)))
        {
            // Families nobody could decide follow those of the same account, else of the same product.
            foreach (var family in product) family.Settle(Majority(product.Where(f => f.Family.Key.Account == family.Family.Key.Account))
                ?? Majority(product));
        }
        foreach (var family in Compared) Find(family);
    }

    static bool? Majority(IEnumerable<FamilySlots> families)
    {
        var votes = families.SelectMany(f => f.Decided).Sum(d => d.IsDoubled ? 1 : -1);
        return votes == 0 ? null : votes > 0;
    }

    void Find(FamilySlots family)
    {
        HoursOutside += family.HoursOutside;
        foreach (var slot in family.All)
        {
            Rate(family, slot);
            if (IsElsewhere(family)) Each(family, slot, family.Family.IsGuardrail ? Cause.Guardrails : Cause.Batch);
            else
            {
                DoubleCharged(family, slot);
                if (slots.AreDays) continue;
                // A day's start is taken with the end of the day before, unless that hour has nothing of its own.
                if (family.IsDaysEnd(slot)) Pair(family, slot, slot + 1);
                else if (!family.IsDaysStart(slot)) Alone(family, slot);
                else if (!family.Has(slot - 1)) Pair(family, slot - 1, slot);
            }
        }
        if (slots.AreDays && !IsElsewhere(family)) Days(family);
    }

    // What logs do not show at all: batch jobs, and guardrails of accounts that log no traces.
    bool IsElsewhere(FamilySlots family) => family.Family.Key.Mode == Mode.Batch || family.Family.IsGuardrail
        && logs.PlaceOf(family.Family.Key.Account, family.Family.Key.Region)?.TracesGuardrails != true;

    // A bill that tells days: each may have passed its last minutes on to the next.
    void Days(FamilySlots family)
    {
        var isOpen = family.All.Any(s => family.Logged(s).OpenWrites > 0m);
        foreach (var meter in Meters)
        {
            if (isOpen && IsTimedWrite(meter)) continue;
            decimal Difference(int slot) => family.NetBilled(slot, meter) - family.Logged(slot)[meter];
            var moved = family.Chain(Difference, slot => family.LastHour(slot)[meter]);
            foreach (var slot in family.All)
                Put(family, slot, meter, moved is null ? Seen(family, slot, meter, DayEdge.Alone(Difference(slot), family.StandingOf(slot)))
                    : new(moved[slot], 0m, null));
        }
        if (!isOpen) return;
        decimal Written(int slot) => Writes(family.Billed(slot)) - Writes(family.Logged(slot));
        var passed = family.Chain(Written, slot => Writes(family.LastHour(slot)));
        foreach (var slot in family.All)
            SplitWrites(family, slot, passed is null ? Seen(family, slot, null, DayEdge.Alone(Written(slot), family.StandingOf(slot)))
                : new(passed[slot], 0m, null), 0m);
    }

    void Rate(FamilySlots family, int slot)
    {
        var (logged, billed) = (family.Logged(slot), family.Billed(slot));
        if (logged.IsNone) return;
        foreach (var meter in Meters)
        {
            var quantity = logged[meter] + (meter == Meter.CacheWrite5m ? logged.OpenWrites : 0m);
            if (quantity == 0m || family.Family.RateOf(meter, logs.Book, Slots.Day(slot)) is not { } rate) continue;
            Rated += quantity * rate.UsdPerUnit;
            found.Matched += Math.Min(quantity, billed[meter]) * rate.UsdPerUnit;
        }
    }

    void Each(FamilySlots family, int slot, string cause)
    {
        foreach (var meter in Meters) Add(family, slot, meter, family.Billed(slot)[meter] - family.Logged(slot)[meter], cause);
    }

    void DoubleCharged(FamilySlots family, int slot)
    {
        if (!family.IsDoubled(slot)) return;
        var (key, day, twice) = (family.Family.Key, Slots.Day(slot), family.CacheBilled(slot));
        Add(family, slot, Meter.Input, twice, Cause.DoubleChargedCache);
        if (family.Family.RateOf(Meter.Input, logs.Book, day) is { } rate)
            found.Fault(Cause.DoubleChargedCache, key.Account, key.Region, key.Product, names.Of(family.Family, Meter.Input), day,
                twice * rate.UsdPerUnit, $"{key.Product}: tokens of the cache are charged as input too; dispute it with AWS");
    }

    void Alone(FamilySlots family, int slot)
    {
        var standing = family.StandingOf(slot);
        var (logged, billed) = (family.Logged(slot), family.Billed(slot));
        var isOpen = logged.OpenWrites > 0m;
        foreach (var meter in Meters)
            if (!(isOpen && IsTimedWrite(meter)))
                Put(family, slot, meter, Seen(family, slot, meter, DayEdge.Alone(family.NetBilled(slot, meter) - logged[meter], standing)));
        if (!isOpen) return;
        var parted = Seen(family, slot, null, DayEdge.Alone(Writes(billed) - Writes(logged), standing));
        SplitWrites(family, slot, parted, 0m);
    }

    void Pair(FamilySlots family, int last, int first)
    {
        // The hour before the period is on another bill: what reaches out of it is told by the logs alone.
        if (!slots.Holds(last))
        {
            Reaching(family, last, first);
            return;
        }
        var isLastOfPeriod = !slots.Holds(first);
        var standings = (family.StandingOf(last), isLastOfPeriod ? default : family.StandingOf(first));
        var logged = (Last: family.Logged(last), First: isLastOfPeriod ? default : family.Logged(first));
        var isOpen = logged.Last.OpenWrites > 0m || logged.First.OpenWrites > 0m;
        foreach (var meter in Meters)
        {
            if (isOpen && IsTimedWrite(meter)) continue;
            var (one, other) = DayEdge.Take((logged.Last[meter], logged.First[meter]),
                (family.NetBilled(last, meter), isLastOfPeriod ? 0m : family.NetBilled(first, meter)), standings.Item1, standings.Item2,
                isLastOfPeriod);
            Put(family, last, meter, Seen(family, last, meter, one));
            if (!isLastOfPeriod) Put(family, first, meter, Seen(family, first, meter, other));
        }
        if (!isOpen) return;
        var billed = (Last: family.Billed(last), First: isLastOfPeriod ? default : family.Billed(first));
        var (before, after) = DayEdge.Take((Writes(logged.Last), Writes(logged.First)), (Writes(billed.Last), Writes(billed.First)),
            standings.Item1, standings.Item2, isLastOfPeriod);
        // Of what moved, that was written for an hour for certain which the last hour is short of.
        var hourly = Math.Clamp(logged.Last[Meter.CacheWrite1h] - billed.Last[Meter.CacheWrite1h], 0m, Math.Max(0m, -before.Edge));
        SplitWrites(family, last, Seen(family, last, null, before), -hourly);
        if (!isLastOfPeriod) SplitWrites(family, first, Seen(family, first, null, after), hourly);
    }

    void Reaching(FamilySlots family, int last, int first)
    {
        var standing = family.StandingOf(first);
        var isBeforeLost = family.StandingOf(last).IsLost;
        Parted Part(decimal extra, decimal before) =>
            extra > 0m && !standing.IsLost && extra <= before ? new(extra, 0m, null)
            : extra > 0m && isBeforeLost ? new(0m, extra, Cause.MissingLogHours)
            : DayEdge.Alone(extra, standing);

        var (logged, before, billed) = (family.Logged(first), family.Before(last), family.Billed(first));
        var isOpen = logged.OpenWrites + before.OpenWrites > 0m;
        foreach (var meter in Meters)
            if (!(isOpen && IsTimedWrite(meter)))
                Put(family, first, meter, Seen(family, first, meter,
                    Part(family.NetBilled(first, meter) - logged[meter], before[meter])));
        if (isOpen) SplitWrites(family, first, Seen(family, first, null, Part(Writes(billed) - Writes(logged), Writes(before))), 0m);
    }

    /// <summary>
    /// Writes to the cache whose lifetime the logs leave open: the bill tells it. What it charges for an hour, the logs were rated for
    /// five minutes.
    /// </summary>
    /// <param name="hourly">Of the edge, what is known to have been written for an hour.</param>
    void SplitWrites(FamilySlots family, int slot, Parted total, decimal hourly)
    {
        var (logged, billed) = (family.Logged(slot), family.Billed(slot));
        var brief = total.Edge - hourly;
        var (fiveMinutes, hour) = (logged[Meter.CacheWrite5m] + logged.OpenWrites + brief, logged[Meter.CacheWrite1h] + hourly);
        var open = Math.Max(0m, logged.OpenWrites + Math.Max(0m, brief));
        var told = Math.Clamp(billed[Meter.CacheWrite1h] - hour, 0m, open);
        Add(family, slot, Meter.CacheWrite5m, brief, Cause.TimeZoneEdge);
        Add(family, slot, Meter.CacheWrite1h, hourly, Cause.TimeZoneEdge);
        Add(family, slot, Meter.CacheWrite5m, -told, Cause.TtlUnknown);
        Add(family, slot, Meter.CacheWrite1h, told, Cause.TtlUnknown);
        Add(family, slot, Meter.CacheWrite5m, billed[Meter.CacheWrite5m] - (fiveMinutes - told), total.Cause);
        Add(family, slot, Meter.CacheWrite1h, billed[Meter.CacheWrite1h] - (hour + told), total.Cause);
    }

    // What neither hour nor neighbour explains, another witness may.
    Parted Seen(FamilySlots family, int slot, Meter? meter, Parted parted)
    {
        if (parted.Rest == 0m || parted.Cause is not null) return parted;
        if (parted.Rest > 0m && family.Family.IsGuardrail) return parted with { Cause = Cause.Guardrails };
        if (parted.Rest > 0m && metrics.Of(family.Family, slot) is { } metered)
        {
            var counted = meter switch
            {
                Meter.Input => metered.Input, Meter.Output => metered.Output, Meter.CacheRead => metered.CacheRead,
                null or Meter.CacheWrite5m or Meter.CacheWrite1h => Written(metered), _ => -1L,
            };
            // A metric tells no lifetimes: writes are held against it together.
            var billed = meter is { } one && !IsTimedWrite(one) ? family.NetBilled(slot, one) : Writes(family.Billed(slot));
            if (counted == billed) return parted with { Cause = Cause.MissingLogHours };
        }
        // The end of a bill that has not all arrived: rows missing in its last hour.
        if (parted.Rest < 0m && slot + slots.Length >= slots.BillEnd && slots.BillEnd < slots.End && meter is { } row
            && family.Billed(slot)[row] == 0m)
            return parted with { Cause = Cause.MissingBillRows };
        return parted;
    }

    void Put(FamilySlots family, int slot, Meter meter, Parted parted)
    {
        Add(family, slot, meter, parted.Edge, Cause.TimeZoneEdge);
        Add(family, slot, meter, parted.Rest, parted.Cause);
    }

    void Add(FamilySlots family, int slot, Meter meter, decimal quantity, string? cause)
    {
        if (quantity == 0m || family.Family.RateOf(meter, logs.Book, Slots.Day(slot)) is not { } rate) return;
        found.Add(cause, family.Family.Key.Account, Slots.Day(slot), names.Of(family.Family, meter), quantity * rate.UsdPerUnit);
    }

    static bool IsTimedWrite(Meter meter) => meter is Meter.CacheWrite5m or Meter.CacheWrite1h;
    static decimal Writes(in Quantities used) => used[Meter.CacheWrite5m] + used[Meter.CacheWrite1h] + used.OpenWrites;

    static long Written(in TokenCounts tokens) =>
        tokens.CacheWriteUnknown + tokens.CacheWrite5m + tokens.CacheWrite30m + tokens.CacheWrite1h;
}
