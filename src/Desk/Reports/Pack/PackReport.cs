using Assay.Ledger.Changes;
using Assay.Planning.Vendors;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>How evenly something was spent: percentiles of its days, and how far days and weeks lie from their mean.</summary>
/// <param name="DaysVary">Standard deviation of the days over their mean; null below two weeks of days.</param>
/// <param name="WeeksVary">The same of whole weeks; null below four of them.</param>
public sealed record Steadiness(
    decimal Mean, decimal Low, decimal Median, decimal High, decimal Peak, DateOnly PeakDay, decimal? DaysVary, decimal? WeeksVary)
{
    public const int DaysMin = 14, WeeksMin = 4;

    /// <param name="days">USD of consecutive days, at least one.</param>
    public static Steadiness Of(IReadOnlyList<decimal> days, DateOnly first)
    {
        decimal[] sorted = [.. days.Order()];
        // The nearest rank: a day that there was.
        decimal At(decimal share) => sorted[(int)Math.Max(0m, Math.Ceiling(share * sorted.Length) - 1m)];
        var weeks = WholeWeeks(days);
        return new(days.Average(), At(0.1m), At(0.5m), At(0.9m), sorted[^1], first.AddDays(days.ToList().IndexOf(sorted[^1])),
            days.Count >= DaysMin ? Variation(days) : null, weeks.Count >= WeeksMin ? Variation(weeks) : null);
    }

    /// <summary>Sums of whole weeks, the last of them ending with the last day.</summary>
    public static IReadOnlyList<decimal> WholeWeeks(IReadOnlyList<decimal> days) =>
        [.. days.Skip(days.Count % 7).Chunk(7).Select(w => w.Sum())];

    static decimal? Variation(IReadOnlyList<decimal> values)
    {
        var mean = values.Average();
        if (mean <= 0m) return null;
        var variance = values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1);
        return decimal.Round((decimal)Math.Sqrt((double)variance) / mean, 6);
    }
}

/// <summary>How busy a model's hours were.</summary>
/// <param name="MeanTokens">Tokens of the mean hour, idle ones counted.</param>
/// <param name="BusyTokens">Tokens of the hour that 19 of 20 stay below.</param>
/// <param name="BusyHours">Share of the hours with any call.</param>
public sealed record ModelHours(string Model, decimal MeanTokens, decimal BusyTokens, decimal PeakTokens, decimal BusyHours)
{
    /// <summary>How much of capacity bought for the busy hour would be used; null where nothing ran.</summary>
    public decimal? Utilisation => BusyTokens == 0m ? null : decimal.Round(Math.Min(1m, MeanTokens / BusyTokens), 6);
}

/// <summary>A part of the spend, and its share in the earlier and the later half of the days.</summary>
public sealed record MixPart(string Key, decimal Cost, decimal Earlier, decimal Later, long Unpriced);

/// <summary>What a negotiation pack says, before anyone decides how it looks. All money is exact USD.</summary>
public sealed record PackReport
{
    /// <summary>Days a seller asks for.</summary>
    public const int DaysAsked = 90;

    public required string Book { get; init; }
    public required DaySpan Span { get; init; }
    public required UsageCounts Counts { get; init; }

    /// <summary>USD of each day.</summary>
    public required IReadOnlyList<decimal> Days { get; init; }

    public required Steadiness Steadiness { get; init; }

    /// <summary>The least that any thirty consecutive days cost; null below sixty days.</summary>
    public decimal? LeastMonth { get; init; }

    public required IReadOnlyList<(string Model, Steadiness Steadiness, decimal Cost)> ModelSteadiness { get; init; }

    /// <summary>USD of whole weeks by model, largest first, the rest together.</summary>
    public required IReadOnlyList<(string Model, IReadOnlyList<decimal> Weeks)> WeeksByModel { get; init; }

    public required IReadOnlyList<MixPart> ByModel { get; init; }
    public required IReadOnlyList<MixPart> ByMode { get; init; }
    public required IReadOnlyList<MixPart> ByScope { get; init; }
    public required IReadOnlyList<ModelHours> Hours { get; init; }

    /// <summary>Null where there are too few weeks.</summary>
    public Trend? Trend { get; init; }

    public required VendorComparison Vendors { get; init; }
    public required LockIn LockIn { get; init; }

    /// <summary>Null where no commitment was stated.</summary>
    public CommittedPosition? Position { get; init; }

    /// <summary>Discounts to reckon with, as fractions of one.</summary>
    public required IReadOnlyList<decimal> Discounts { get; init; }

    /// <summary>Requests without a price, by reason.</summary>
    public required IReadOnlyList<UnpricedChange> Unpriced { get; init; }

    public decimal Monthly => Counts.Cost * 30m / Span.Days;
    public decimal Annual => Counts.Cost * 360m / Span.Days;

    /// <summary>The month at this pace on the models billed through AWS Marketplace: Claude.</summary>
    public decimal MarketplaceMonthly =>
        Vendors.Models.Where(m => m.Model.StartsWith("anthropic.", StringComparison.Ordinal)).Sum(m => m.Usd) * 30m / Span.Days;

    public int Weeks => Span.Days / 7;
}

/// <summary>Takes the hours of records as they stream by.</summary>
public sealed class HourlyTokens
{
    readonly Dictionary<(string Model, long Hour), long> tokens = [];

    public void Add(ReadOnlySpan<UsageRecord> records)
    {
        foreach (ref readonly var record in records)
        {
            // The rows of a bill stand for an hour or a day of calls, and do not tell when they came.
            if (record.Kind.IsSum || record.Tokens.IsNone || record.Mode == Mode.Batch) continue;
            var key = (record.Model.Id, record.Time.Ticks / TimeSpan.TicksPerHour);
            tokens[key] = tokens.GetValueOrDefault(key) + record.Tokens.Prompt + record.Tokens.Output;
        }
    }

    public IReadOnlyList<ModelHours> Of(DaySpan span)
    {
        var first = span.From.ToDateTime(TimeOnly.MinValue).Ticks / TimeSpan.TicksPerHour;
        var count = span.Days * 24;
        return [.. tokens.Where(t => t.Key.Hour >= first && t.Key.Hour < first + count).GroupBy(t => t.Key.Model, StringComparer.Ordinal)
            .Select(g =>
            {
                // Idle hours are hours too.
                List<decimal> hours = [.. Enumerable.Repeat(0m, count - g.Count()), .. g.Select(t => (decimal)t.Value).Order()];
                return new ModelHours(g.Key, hours.Sum() / count, hours[(int)Math.Ceiling(count * 0.95) - 1], hours[^1],
                    decimal.Round((decimal)g.Count() / count, 6));
            })
            .OrderByDescending(h => h.MeanTokens).ThenBy(h => h.Model, StringComparer.Ordinal)];
    }
}
