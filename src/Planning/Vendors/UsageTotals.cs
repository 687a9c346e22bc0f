using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Planning.Vendors;

/// <summary>
/// Usage of one model on one day, summed. What a price depends on is kept apart (region, scope, mode, tier, term, whether prompts are
/// long), so that the sum costs what its parts cost, in every book.
/// </summary>
/// <param name="Record">The sums as one record; its band is decided by <paramref name="IsLong"/>, never by its own length.</param>
/// <param name="IsLong">True when each prompt was above 200,000 tokens.</param>
/// <param name="Calls">How many records were summed.</param>
public sealed record TotalledUsage(UsageRecord Record, bool IsLong, long Calls)
{
    /// <summary>The usage as its own book is asked for it. A stated band stands.</summary>
    internal UsageRecord On(PriceBook book) =>
        Record.Context is null ? Record with { Context = Band(book, Record.Model) } : Record;

    /// <summary>
    /// The usage relabelled: in the long band where the other model has one in that book, and where it must: the same weights charged by
    /// the band on Bedrock would be taken for cheap if a list that merely omits the band counted as having none.
    /// </summary>
    internal UsageRecord As(ModelRef model, PriceBook book, bool mustBeLong) =>
        Record with { Model = model, Context = mustBeLong ? ContextBand.Long : Band(book, model) };

    ContextBand Band(PriceBook book, ModelRef model) =>
        IsLong && (model.Facts?.HasLongBand ?? book.HasLongBand(model.Id)) ? ContextBand.Long : ContextBand.Standard;
}

/// <summary>Sums records of usage as they stream by, to a few totals for each model and day.</summary>
public sealed class UsageTotals
{
    readonly Dictionary<Key, Sum> sums = [];

    /// <summary>First and last UTC day of what was added; null when nothing was.</summary>
    public (DateOnly First, DateOnly Last)? Days { get; private set; }

    public long Calls { get; private set; }

    /// <summary>Adds records. Failed calls count nothing.</summary>
    public void Add(ReadOnlySpan<UsageRecord> records)
    {
        foreach (ref readonly var record in records) Add(record);
    }

    public void Add(in UsageRecord record)
    {
        var day = DateOnly.FromDateTime(record.Time);
        Days = Days is { } days ? (day < days.First ? day : days.First, day > days.Last ? day : days.Last) : (day, day);
        if (record.Failed || (record.Tokens.IsNone && record.Amounts is null)) return;
        Calls++;
        var isLong = record.Context is { } stated ? stated == ContextBand.Long : record.Tokens.Prompt > Rater.LongContextAbove;
        var key = new Key(record.Model.Id, record.Model.Scope, record.Model.Kind, record.Region, record.Mode, record.Tier, record.Term,
            isLong, record.Context, day);
        if (!sums.TryGetValue(key, out var sum)) sums[key] = sum = new(record);
        sum.Add(record);
    }

    /// <summary>The totals, in an order that does not depend on that of the records.</summary>
    public IReadOnlyList<TotalledUsage> Totals =>
        [.. sums.OrderBy(p => p.Key.Model, StringComparer.Ordinal).ThenBy(p => p.Key.Scope).ThenBy(p => p.Key.Region,
            StringComparer.Ordinal)
            .ThenBy(p => p.Key.Day).ThenBy(p => p.Key.Mode).ThenBy(p => p.Key.Tier).ThenBy(p => p.Key.Term).ThenBy(p => p.Key.IsLong)
            .ThenBy(p => p.Key.Kind).ThenBy(p => p.Key.Stated)
            .Select(p => new TotalledUsage(p.Value.Record(p.Key), p.Key.IsLong, p.Value.Calls))];

    readonly record struct Key(
        string Model, Scope Scope, ModelKind Kind, string Region, Mode Mode, Tier Tier, Term Term, bool IsLong,
        ContextBand? Stated, DateOnly Day);

    sealed class Sum(UsageRecord first)
    {
        TokenCounts tokens;
        readonly SortedDictionary<Meter, decimal> amounts = [];

        public long Calls { get; private set; }

        public void Add(in UsageRecord record)
        {
            var more = record.Tokens;
            tokens = new()
            {
                Input = tokens.Input + more.Input, Output = tokens.Output + more.Output, CacheRead = tokens.CacheRead + more.CacheRead,
                CacheWrite5m = tokens.CacheWrite5m + more.CacheWrite5m, CacheWrite30m = tokens.CacheWrite30m + more.CacheWrite30m,
                CacheWrite1h = tokens.CacheWrite1h + more.CacheWrite1h,
                CacheWriteUnknown = tokens.CacheWriteUnknown + more.CacheWriteUnknown,
            };
            foreach (var amount in record.Amounts ?? [])
                amounts[amount.Meter] = amounts.GetValueOrDefault(amount.Meter) + amount.Amount;
            Calls++;
        }

        public UsageRecord Record(Key key) => new()
        {
            Caller = Caller.Nobody, Region = key.Region, Model = first.Model, Mode = key.Mode, Tier = key.Tier, Term = key.Term,
            Context = key.Stated,
            Time = key.Day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), Tokens = tokens, Operation = "",
            Amounts = amounts.Count == 0 ? null : [.. amounts.Select(a => new MeteredAmount(a.Key, a.Value))],
        };
    }
}
