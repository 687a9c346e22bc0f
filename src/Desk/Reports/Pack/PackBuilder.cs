using Assay.Ledger.Changes;
using Assay.Planning.Vendors;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>Makes a negotiation pack of usage that was read.</summary>
/// <param name="VendorBook">The vendors' prices.</param>
sealed record PackBuilder(
    DailyUsage Usage, UsageTotals Totals, HourlyTokens Hours, PriceBook VendorBook, IReadOnlyList<Platform> Platforms,
    IReadOnlyList<Equivalent> Equivalents)
{
    // Further models share one colour.
    const int ModelsDrawn = 5;

    public PackReport Build(DaySpan span, CommittedSpend? committed, IReadOnlyList<decimal> discounts)
    {
        var cells = Usage.Cube.Cells.Where(c => span.Contains(c.Key.Day)).ToList();
        var days = Usage.Days(span);
        IReadOnlyList<TotalledUsage> totals = [.. Totals.Totals.Where(t => span.Contains(DateOnly.FromDateTime(t.Record.Time)))];
        var vendors = VendorComparison.Of(new()
        {
            Usage = totals, Book = Usage.Book, Vendors = VendorBook, Platforms = Platforms, Equivalents = Equivalents,
        });
        var models = cells.GroupBy(c => c.Key.Model.Id, StringComparer.Ordinal)
            .Select(g => (Model: g.Key, Cost: g.Sum(c => c.Cost), Days: DaysOf(g, span))).Where(m => m.Cost > 0m)
            .OrderByDescending(m => m.Cost).ThenBy(m => m.Model, StringComparer.Ordinal).ToList();
        List<(string, IReadOnlyList<decimal>)> drawn =
            [.. models.Take(ModelsDrawn).Select(m => (m.Model, Steadiness.WholeWeeks(m.Days)))];
        if (models.Count > ModelsDrawn)
        {
            var rest = models.Skip(ModelsDrawn).Select(m => Steadiness.WholeWeeks(m.Days)).ToList();
            drawn.Add(("other", [.. Enumerable.Range(0, rest[0].Count).Select(i => rest.Sum(r => r[i]))]));
        }
        return new()
        {
            Book = Usage.Book.Id, Span = span, Counts = Usage.Counts(span), Days = days, Steadiness = Steadiness.Of(days, span.From),
            LeastMonth = days.Count < 60 ? null : Enumerable.Range(0, days.Count - 29).Min(i => days.Skip(i).Take(30).Sum()),
            ModelSteadiness = [.. models.Take(8).Select(m => (m.Model, Steadiness.Of(m.Days, span.From), m.Cost))],
            WeeksByModel = drawn, Hours = Hours.Of(span), Trend = Trend.Of(Steadiness.WholeWeeks(days)),
            ByModel = Mix(cells, span, c => c.Key.Model.Id), ByMode = Mix(cells, span, Bought),
            ByScope = Mix(cells, span, c => c.Key.Model.Scope.Name()),
            Vendors = vendors, LockIn = LockIn.Of(vendors, Equivalents, new Dictionary<string, decimal>()),
            Position = committed is null ? null : new(committed, vendors.Models, span.Days), Discounts = discounts,
            // One period: the other is empty.
            Unpriced = Decomposition.Of(Usage.Cube, new(span.From, span.From), span, Usage.Book).Unpriced,
        };
    }

    static string Bought(Cell cell) => cell.Key.Tier == Tier.Standard ? cell.Key.Mode.Name()
        : $"{cell.Key.Mode.Name()}, {cell.Key.Tier.Name()}";

    static decimal[] DaysOf(IEnumerable<Cell> cells, DaySpan span)
    {
        var days = new decimal[span.Days];
        foreach (var cell in cells) days[cell.Key.Day.DayNumber - span.From.DayNumber] += cell.Cost;
        return days;
    }

    static List<MixPart> Mix(List<Cell> cells, DaySpan span, Func<Cell, string> keyOf)
    {
        var middle = span.From.AddDays(span.Days / 2);
        return [.. cells.GroupBy(keyOf, StringComparer.Ordinal)
            .Select(g => new MixPart(g.Key, g.Sum(c => c.Cost), g.Where(c => c.Key.Day < middle).Sum(c => c.Cost),
                g.Where(c => c.Key.Day >= middle).Sum(c => c.Cost), g.Sum(c => c.WithUnpriced)))
            .OrderByDescending(p => p.Cost).ThenBy(p => p.Key, StringComparer.Ordinal)];
    }
}
