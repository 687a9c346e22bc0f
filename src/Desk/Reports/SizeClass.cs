using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>
/// The three sizes the guide routes between: Nova and Haiku, Sonnet, Opus. Told by price, so that a model nobody listed by name is
/// classed too: small below the first bound of USD per million output tokens, large above the second.
/// </summary>
enum SizeClass { Unknown, Small, Middle, Large }

static class Sizes
{
    const decimal SmallBelow = 6m;
    const decimal LargeAbove = 20m;

    /// <summary>The class of a model at its everyday output rate, in the region and scope of the cell.</summary>
    public static SizeClass Of(Cell cell, PriceBook book)
    {
        var key = cell.Key;
        if (key.Model.Kind != ModelKind.Foundation) return SizeClass.Unknown;
        var rate = RateOf(cell, book, Meter.Output);
        return rate is null ? SizeClass.Unknown
            : rate.UsdPerUnit * 1_000_000m < SmallBelow ? SizeClass.Small
            : rate.UsdPerUnit * 1_000_000m > LargeAbove ? SizeClass.Large
            : SizeClass.Middle;
    }

    public static Rate? RateOf(Cell cell, PriceBook book, Meter meter) => book.Find(
        new(cell.Key.Model.Id, meter, Mode.OnDemand, Tier.Standard, cell.Key.Model.Scope, ContextBand.Standard, cell.Key.Region, Term.None),
        cell.Key.Day);

    public static bool CanBatch(Cell cell, PriceBook book) => book.Find(
        new(cell.Key.Model.Id, Meter.Input, Mode.Batch, Tier.Standard, cell.Key.Model.Scope, ContextBand.Standard,
            cell.Key.Region, Term.None),
        cell.Key.Day) is not null;
}

/// <summary>Readings of a cell that several parts of a report share.</summary>
static class CellReadings
{
    public static decimal Quantity(this Cell cell, Meter meter)
    {
        foreach (var sum in cell.Meters)
            if (sum.Meter == meter) return sum.Quantity;
        return 0m;
    }

    public static decimal CostOf(this Cell cell, Meter meter)
    {
        foreach (var sum in cell.Meters)
            if (sum.Meter == meter) return sum.Cost;
        return 0m;
    }

    public static decimal CacheWrites(this Cell cell) =>
        cell.Quantity(Meter.CacheWrite5m) + cell.Quantity(Meter.CacheWrite30m) + cell.Quantity(Meter.CacheWrite1h);

    public static decimal CacheWriteCost(this Cell cell) =>
        cell.CostOf(Meter.CacheWrite5m) + cell.CostOf(Meter.CacheWrite30m) + cell.CostOf(Meter.CacheWrite1h);

    /// <summary>Everything the model read, from wherever.</summary>
    public static decimal Prompt(this Cell cell) => cell.Quantity(Meter.Input) + cell.Quantity(Meter.CacheRead) + cell.CacheWrites();

    public static decimal GuardrailCost(this Cell cell)
    {
        var cost = 0m;
        foreach (var sum in cell.Meters)
            if (sum.Meter.IsGuardrail()) cost += sum.Cost;
        return cost;
    }
}
