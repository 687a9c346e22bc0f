using Assay.Rating;
using Assay.Usage;

namespace Assay.Ledger.Allocation;

/// <summary>What one meter of a line came to.</summary>
public readonly record struct SpendPart(Meter Meter, decimal Quantity, decimal Cost);

/// <summary>Spend of one kind by one caller, as allocation sees it: costs are exact USD.</summary>
public sealed record SpendLine(Caller Caller, string Model, string Region)
{
    public Mode Mode { get; init; }
    public Tier Tier { get; init; }
    public long Requests { get; init; }

    /// <summary>Requests of which something has no price: what they cost is missing from the parts.</summary>
    public long Unpriced { get; init; }
    public IReadOnlyList<SpendPart> Parts { get; init; } = [];
    public decimal Cost => Parts.Sum(p => p.Cost);

    public static SpendLine Of(Cell cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return new(cell.Key.Caller, cell.Key.Model.Id, cell.Key.Region)
        {
            Mode = cell.Key.Mode, Tier = cell.Key.Tier, Requests = cell.Requests, Unpriced = cell.WithUnpriced,
            Parts = [.. cell.Meters.Select(m => new SpendPart(m.Meter, m.Quantity, m.Cost))],
        };
    }

    /// <summary>Whether a meter counts tokens that a call used.</summary>
    internal static bool IsToken(Meter meter) => meter <= Meter.CacheWrite1h;
}
