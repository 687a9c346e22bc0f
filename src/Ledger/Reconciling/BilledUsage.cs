using Assay.Ledger.Bills;
using Assay.Ledger.Making;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Ledger.Reconciling;

/// <summary>A line of usage that logs can be held against, one meter.</summary>
readonly record struct BilledLine(BillLine Line, UsageFamily Family, Meter Meter, decimal Quantity, Rate? Rate, DateOnly Day)
{
    /// <summary>
    /// How far rounding alone can carry a cost: half the last of ten decimals, for every hour and owner a line may have been summed from.
    /// </summary>
    public decimal Tolerance
    {
        get
        {
            const decimal half = 0.00000000005m;
            var hours = (decimal)(Line.End - Line.Start).TotalHours;
            return hours <= 1m ? half : half * hours * 64m;
        }
    }
}

/// <summary>The slots of time a bill tells apart: hours, or days, or only the whole of it.</summary>
sealed class Slots
{
    readonly int hours;

    public Slots(IReadOnlyList<BilledLine> lines, DateTime start, DateTime end)
    {
        var longest = lines.Count == 0 ? TimeSpan.FromHours(1) : lines.Max(l => l.Line.End - l.Line.Start);
        hours = longest <= TimeSpan.FromHours(1) ? 1 : longest <= TimeSpan.FromDays(1) ? 24 : int.MaxValue;
        Start = HourlyUsage.HourNumber(start);
        End = HourlyUsage.HourNumber(end);
        BillEnd = lines.Count == 0 ? End : lines.Max(l => HourlyUsage.HourNumber(l.Line.End.AddTicks(-1)) + 1);
    }

    /// <summary>First hour of the billing period, and the first after it.</summary>
    public int Start { get; }
    public int End { get; }

    /// <summary>The first hour of which the bill has nothing yet.</summary>
    public int BillEnd { get; }
    public bool AreHours => hours == 1;
    public bool AreDays => hours == 24;

    public bool Holds(int hour) => hour >= Start && hour < End;

    /// <summary>The first hour of the slot an hour lies in.</summary>
    public int Of(int hour) => hours == int.MaxValue ? Start : hour - (hour % hours);

    public int Length => hours == int.MaxValue ? End - Start : hours;
    public static DateOnly Day(int slot) => DateOnly.FromDateTime(HourlyUsage.TimeOf(slot));
}

/// <summary>What the bill has of one family, by slot.</summary>
sealed class BilledFamily(UsageFamily family)
{
    public UsageFamily Family { get; } = family;
    public Dictionary<int, Quantities> Slots { get; } = [];
}

/// <summary>How the bill spells the usage types of families, so that what it leaves out can be named in its own words.</summary>
sealed class BilledNames
{
    readonly Dictionary<(FamilyKey, Meter), string> known = [];
    UsageTypeStyle style = UsageTypeStyle.MarketplaceCamel;

    public void Learn(UsageFamily family, Meter meter, string usageType)
    {
        known.TryAdd((family.Key, meter), usageType);
        known.TryAdd((family.Key with { Account = "*" }, meter), usageType);
        if (usageType.EndsWith("_standard-Units", StringComparison.Ordinal)) style = UsageTypeStyle.MarketplaceSnake;
    }

    public string Of(UsageFamily family, Meter meter)
    {
        if (known.TryGetValue((family.Key, meter), out var own)) return own;
        if (known.TryGetValue((family.Key with { Account = "*" }, meter), out var elsewhere)) return elsewhere;
        var isGlobal = family.Key.Scope == Scope.Global;
        return known[(family.Key, meter)] =
            BillSpelling.Of(family.Kind, family.Key.Context, meter, family.Key.Region, isGlobal, style) ?? meter.Name();
    }
}
