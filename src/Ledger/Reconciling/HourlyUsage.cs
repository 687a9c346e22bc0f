using System.Runtime.InteropServices;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Ledger.Reconciling;

/// <summary>
/// The logs, summed by the hour: what a reconciliation needs of them, in memory that grows with the kinds of usage and the hours and
/// not with the calls. Add each call once. Not safe for several threads.
/// </summary>
/// <param name="namesAccounts">False where the bill names no accounts: then all are one.</param>
public sealed class HourlyUsage(PriceBook book, bool namesAccounts = true)
{
    readonly Dictionary<FamilyKey, Series> families = [];
    readonly Dictionary<CallKind, Series?[]> byKind = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<(string Account, string Region), PlaceHours> places = [];
    CallKind? lastKind;
    Series?[] lastSeries = [];

    /// <summary>Records added, failed ones included.</summary>
    public long Records { get; private set; }

    internal PriceBook Book => book;
    internal bool NamesAccounts => namesAccounts;
    internal IEnumerable<Series> Families => families.Values;

    internal PlaceHours? PlaceOf(string account, string region) => places.GetValueOrDefault((account, region));

    public void Add(ReadOnlySpan<UsageRecord> records)
    {
        foreach (ref readonly var record in records) Add(record);
    }

    public void Add(in UsageRecord record)
    {
        var kind = record.Kind;
        // A row of a bill is no witness for a bill.
        if (kind.IsSum) return;
        Records++;
        if (!ReferenceEquals(kind, lastKind))
        {
            lastKind = kind;
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(byKind, kind, out _);
            lastSeries = known ??= new Series?[3];
        }
        var hour = HourNumber(record.Time);
        var context = Rater.ContextOf(record, book);
        var series = lastSeries[(int)context] ??= SeriesOf(UsageFamily.Of(kind, context, book, namesAccounts));
        series.Place.Mark(hour);
        if (!record.Tokens.IsNone) series.At(hour).Add(record.Tokens);
        if (record.Amounts is { } amounts) Add(kind, hour, series, amounts);
    }

    void Add(CallKind kind, int hour, Series series, MeteredAmount[] amounts)
    {
        foreach (var amount in amounts)
        {
            var to = series;
            if (amount.Meter.IsGuardrail())
            {
                to = lastSeries[2] ??= SeriesOf(UsageFamily.Guardrails(namesAccounts ? kind.Caller.Account : "", kind.Region));
                if (amount.Amount > 0m) to.Place.TracesGuardrails = true;
            }
            ref var slot = ref to.At(hour);
            CollectionsMarshal.GetValueRefOrAddDefault(slot.Amounts ??= [], amount.Meter, out _) += amount.Amount;
        }
    }

    Series SeriesOf(UsageFamily family)
    {
        ref var series = ref CollectionsMarshal.GetValueRefOrAddDefault(families, family.Key, out _);
        if (series is not null) return series;
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, (family.Key.Account, family.Key.Region), out _);
        return series = new(family, place ??= new());
    }

    internal static int HourNumber(DateTime time) => (int)(time.Ticks / TimeSpan.TicksPerHour);
    internal static DateTime TimeOf(int hour) => new(hour * TimeSpan.TicksPerHour, DateTimeKind.Utc);

    /// <summary>An account in a region: in which hours it logged anything at all.</summary>
    internal sealed class PlaceHours
    {
        readonly HashSet<int> hours = [];
        int last = -1;

        public bool TracesGuardrails { get; set; }

        public void Mark(int hour)
        {
            if (hour == last) return;
            last = hour;
            hours.Add(hour);
        }

        public bool Logged(int hour) => hours.Contains(hour);
    }

    /// <summary>The hours of one family.</summary>
    internal sealed class Series(UsageFamily family, PlaceHours place)
    {
        readonly Dictionary<int, int> at = [];
        HourTokens[] slots = new HourTokens[4];
        int count, last = -1;

        public UsageFamily Family { get; } = family;
        public PlaceHours Place { get; } = place;
        public ReadOnlySpan<HourTokens> Hours => slots.AsSpan(0, count);

        public ref HourTokens At(int hour)
        {
            if (last >= 0 && slots[last].Hour == hour) return ref slots[last];
            if (!at.TryGetValue(hour, out last))
            {
                if (count == slots.Length) Array.Resize(ref slots, count * 2);
                at[hour] = last = count++;
                slots[last].Hour = hour;
            }
            return ref slots[last];
        }
    }
}

/// <summary>What CloudWatch counted in an hour: a second witness of what was used, beside the logs.</summary>
/// <param name="Model">As the metric's <c>ModelId</c> names it, resolved.</param>
/// <param name="Tokens">Writes to the cache are <see cref="TokenCounts.CacheWriteUnknown"/>: the metric does not tell lifetimes.</param>
public sealed record MeteredHour(string Account, string Region, ModelRef Model, DateTime Hour, TokenCounts Tokens, long Calls);
