using Assay.Desk.Input;
using Assay.Ledger.Allocation;
using Assay.Rating;

namespace Assay.Desk.Reports;

/// <summary>A statement, and what its reader must know of the spend behind it.</summary>
/// <param name="Days">Observed days, at least 1.</param>
/// <param name="Unpriced">Requests with usage that has no price: their cost is missing from the statement.</param>
sealed record AllocatedSpend(AllocationStatement Statement, string Book, DateOnly? From, DateOnly? To, int Days, long Unpriced)
{
    /// <summary>Allocates a rated stream. <c>report --allocate</c> does the same with its own cube.</summary>
    /// <exception cref="InputException">The rules cannot be followed with this spend.</exception>
    public static AllocatedSpend Of(SpendCube cube, string book, AllocationRules rules, AllocationView view)
    {
        var (from, to) = (Day(cube.First), Day(cube.Last));
        var days = from is { } first && to is { } last ? last.DayNumber - first.DayNumber + 1 : 1;
        try
        {
            return new(Allocator.Allocate(cube.Cells.Select(SpendLine.Of), rules, view, days), book, from, to, days,
                cube.Cells.Sum(c => c.WithUnpriced));
        }
        catch (AllocationException refused)
        {
            throw new InputException(refused.Message);
        }
    }

    static DateOnly? Day(DateTime? time) => time is { } known ? DateOnly.FromDateTime(known) : null;
}
