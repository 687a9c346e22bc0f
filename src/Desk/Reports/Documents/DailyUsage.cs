using System.Globalization;
using Assay.Desk.Sending;
using Assay.Ledger.Changes;
using Assay.Ledger.Store;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>Usage summed and priced as it is read, so that any days of it can be looked at afterwards.</summary>
public sealed class DailyUsage(PriceBook book)
{
    readonly Charge[] charges = new Charge[Rater.ChargesMax];
    readonly Dictionary<(DateOnly Day, string Code), long> errors = [];

    public PriceBook Book => book;
    public SpendCube Cube { get; } = new();

    /// <summary>Failed calls by day and the service's error code.</summary>
    public IReadOnlyDictionary<(DateOnly Day, string Code), long> Errors => errors;

    public void Add(ReadOnlySpan<UsageRecord> records)
    {
        foreach (ref readonly var record in records)
        {
            Cube.Add(record, charges.AsSpan(0, Rater.Rate(record, book, charges)), book);
            if (record.Failed) Count(DateOnly.FromDateTime(record.Time), record.ErrorCode!, 1);
        }
    }

    /// <summary>Adds the sums of a ledger: the same as adding its records.</summary>
    public void Add(LedgerCells cells)
    {
        foreach (var sum in cells.Sums)
        {
            Cube.Add(sum, book);
            if (sum.Failed) Count(sum.Day, sum.ErrorCode ?? "", sum.Records);
        }
    }

    void Count(DateOnly day, string code, long records) => errors[(day, code)] = errors.GetValueOrDefault((day, code)) + records;

    /// <summary>USD of every day of a span, in order; days without usage are zero.</summary>
    public IReadOnlyList<decimal> Days(DaySpan span)
    {
        var days = new decimal[Math.Max(0, span.Days)];
        foreach (var cell in Cube.Cells)
            if (span.Contains(cell.Key.Day)) days[cell.Key.Day.DayNumber - span.From.DayNumber] += cell.Cost;
        return days;
    }

    public UsageCounts Counts(DaySpan span)
    {
        var cells = Cube.Cells.Where(c => span.Contains(c.Key.Day)).ToList();
        return new()
        {
            Cost = cells.Sum(c => c.Cost), CostMax = cells.Sum(c => c.CostMax), Requests = cells.Sum(c => c.Requests),
            Failed = cells.Sum(c => c.Failed), Unpriced = cells.Sum(c => c.WithUnpriced),
            Throttled = errors.Where(e => span.Contains(e.Key.Day) && IsThrottling(e.Key.Code)).Sum(e => e.Value),
            Prompt = cells.Sum(c => c.Prompt()), CacheRead = cells.Sum(c => c.Quantity(Meter.CacheRead)),
            Output = cells.Sum(c => c.Quantity(Meter.Output)),
            Untagged = cells.Where(c => c.Key.Caller.App.Length == 0).Sum(c => c.Cost),
            IsOfBill = cells.Any(c => c.Key.Kind.IsSum),
        };
    }

    /// <summary>
    /// What a span's usage is known by, 32 hexadecimal digits: its accounts, and of each its requests, its failures and its tokens, and
    /// of rows of a bill their USD. Prices of calls are not in it.
    /// </summary>
    public string Fingerprint(DaySpan span)
    {
        var accounts = Cube.Cells.Where(c => span.Contains(c.Key.Day)).GroupBy(c => c.Key.Caller.Account)
            .OrderBy(a => a.Key, StringComparer.Ordinal);
        return Message.Digest(string.Join('\n', accounts.Select(a => string.Create(CultureInfo.InvariantCulture,
            $"{a.Key} {a.Sum(c => c.Requests)} {a.Sum(c => c.Failed)} {a.Sum(c => c.Prompt()):0.####} "
            + $"{a.Sum(c => c.Quantity(Meter.Output)):0.####} {a.Where(c => c.Key.Kind.IsSum).Sum(c => c.Cost):0.############}"))));
    }

    static bool IsThrottling(string code) => code.Contains("Throttling", StringComparison.OrdinalIgnoreCase)
        || code.Contains("TooManyRequests", StringComparison.OrdinalIgnoreCase)
        || code.Contains("ServiceQuotaExceeded", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The span that whole days fill: from the first record's day to the last one's, which does not count while it is not over.
    /// </summary>
    /// <returns>Null when nothing was added, or nothing but a day that is not over.</returns>
    public DaySpan? WholeDays(DateOnly today)
    {
        if (Cube.First is not { } first || Cube.Last is not { } last) return null;
        var end = DateOnly.FromDateTime(last) < today ? DateOnly.FromDateTime(last).AddDays(1) : today;
        var start = DateOnly.FromDateTime(first);
        return start < end ? new(start, end) : null;
    }
}

/// <summary>What a span of days came to. Money is USD, exact, of what has a price.</summary>
public sealed record UsageCounts
{
    public required decimal Cost { get; init; }

    /// <summary>At most, where cache lifetimes are unknown.</summary>
    public required decimal CostMax { get; init; }
    public required long Requests { get; init; }
    public required long Failed { get; init; }
    public required long Throttled { get; init; }

    /// <summary>Requests of which something has no price.</summary>
    public required long Unpriced { get; init; }

    /// <summary>Tokens read by models, from wherever.</summary>
    public required decimal Prompt { get; init; }
    public required decimal CacheRead { get; init; }
    public required decimal Output { get; init; }

    /// <summary>USD of calls that name no application.</summary>
    public required decimal Untagged { get; init; }

    /// <summary>True where rows of a bill are in it, which count no requests.</summary>
    public required bool IsOfBill { get; init; }
}
