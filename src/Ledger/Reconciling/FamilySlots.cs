using System.Runtime.InteropServices;
using Assay.Usage;

namespace Assay.Ledger.Reconciling;

/// <summary>One family's logs and bill side by side, slot by slot.</summary>
sealed class FamilySlots
{
    static readonly Meter[] CacheMeters = [Meter.CacheRead, Meter.CacheWrite5m, Meter.CacheWrite30m, Meter.CacheWrite1h];

    readonly Dictionary<int, Quantities> logged = [];
    readonly Dictionary<int, Quantities> before = [];
    readonly Dictionary<int, Quantities> lastHours = [];
    readonly Dictionary<int, Quantities> billed;
    readonly Dictionary<int, bool?> verdicts = [];
    readonly Slots slots;
    readonly HourlyUsage.PlaceHours? place;
    readonly bool isAccountBilled;

    public FamilySlots(UsageFamily family, HourlyUsage.Series? series, HourlyUsage.PlaceHours? place, BilledFamily? bill, Slots slots,
        bool isAccountBilled)
    {
        (Family, this.place, this.slots, this.isAccountBilled) = (family, place, slots, isAccountBilled);
        billed = bill?.Slots ?? [];
        foreach (var hour in series is null ? [] : series.Hours)
        {
            if (!slots.Holds(hour.Hour))
            {
                HoursOutside++;
                if (hour.Hour == slots.Start - 1) before[hour.Hour] = hour.Read();
                continue;
            }
            var read = hour.Read();
            CollectionsMarshal.GetValueRefOrAddDefault(logged, slots.Of(hour.Hour), out _).Add(read);
            if (slots.AreDays && hour.Hour % 24 == 23) lastHours[slots.Of(hour.Hour)] = read;
        }
        All = [.. logged.Keys.Union(billed.Keys).Order()];
    }

    public UsageFamily Family { get; }
    public IReadOnlyList<int> All { get; }
    public long HoursOutside { get; }

    public bool Has(int slot) => logged.ContainsKey(slot) || billed.ContainsKey(slot);
    public Quantities Logged(int slot) => logged.GetValueOrDefault(slot);
    public Quantities Billed(int slot) => billed.GetValueOrDefault(slot);

    /// <summary>The hour before the period, which belongs to another bill but may reach into this one.</summary>
    public Quantities Before(int slot) => before.GetValueOrDefault(slot);

    /// <summary>The last hour of a day, where the bill tells days and no hours.</summary>
    public Quantities LastHour(int slot) => lastHours.GetValueOrDefault(slot);

    /// <summary>
    /// Days of which each passes calls of its last minutes on to the next: how much, day by day; null where the differences are no such
    /// chain, for what one day lacks the next must have.
    /// </summary>
    public Dictionary<int, decimal>? Chain(Func<int, decimal> difference, Func<int, decimal> lastHour)
    {
        var moved = new Dictionary<int, decimal>();
        var carried = 0m;
        if (All.Count == 0) return null;
        for (var slot = All[0]; slot <= All[^1]; slot += slots.Length)
        {
            var at = Has(slot) ? difference(slot) : 0m;
            carried -= at;
            if (carried < 0m || carried > lastHour(slot)) return null;
            moved[slot] = at;
        }
        return carried == 0m || All[^1] + slots.Length == slots.End ? moved : null;
    }

    public Standing StandingOf(int slot) => new(IsLost(slot), slot >= slots.BillEnd || !isAccountBilled);

    // Within a slot of many hours, one silent hour may hold what is missing.
    bool IsLost(int slot)
    {
        if (place is null) return true;
        for (var hour = slot; hour < slot + slots.Length; hour++)
            if (!place.Logged(hour)) return true;
        return false;
    }

    /// <summary>True for the last hour of a day, of which the first of the next is told apart.</summary>
    public bool IsDaysEnd(int slot) => slots.AreHours && slot % 24 == 23;
    public bool IsDaysStart(int slot) => slots.AreHours && slot % 24 == 0;

    /// <summary>Tokens read from and written to the cache, by the bill's own rows.</summary>
    public decimal CacheBilled(int slot)
    {
        var rows = Billed(slot);
        return CacheMeters.Sum(m => rows[m]);
    }

    /// <summary>What the bill charges as input, less the cache tokens where it was found to charge them too.</summary>
    public decimal NetBilled(int slot, Meter meter) =>
        Billed(slot)[meter] - (meter == Meter.Input && IsDoubled(slot) ? CacheBilled(slot) : 0m);

    public bool IsDoubled(int slot) => verdicts.GetValueOrDefault(slot) == true && Billed(slot)[Meter.Input] >= CacheBilled(slot);
    public IEnumerable<(int Slot, bool IsDoubled)> Decided => verdicts.Where(v => v.Value is not null).Select(v => (v.Key, v.Value!.Value));

    /// <summary>
    /// Decides, where the figures do by themselves, whether input holds the cache's tokens: exactly equal to the logs with them or without,
    /// alone or together with the hour on the other side of midnight.
    /// </summary>
    public void Judge(MetricWitness metrics)
    {
        foreach (var slot in All)
        {
            if (verdicts.ContainsKey(slot) || StandingOf(slot).IsLate) continue;
            if (IsDaysEnd(slot)) JudgePair(slot, slot + 1);
            else if (IsDaysStart(slot)) JudgePair(slot - 1, slot);
            else verdicts[slot] = Exact(slot);
        }
        if (slots.AreDays && !Decided.Any()) JudgeDays();
        foreach (var slot in All)
            if (verdicts.GetValueOrDefault(slot) is null && CacheBilled(slot) > 0m && metrics.Of(Family, slot) is { } metered)
                verdicts[slot] = metered.Input == Billed(slot)[Meter.Input] ? false
                    : metered.Input == Billed(slot)[Meter.Input] - CacheBilled(slot) ? true : null;
    }

    // No day is exact by itself: all of them together may be, once the last minutes of each are the next one's.
    void JudgeDays()
    {
        foreach (var doubled in (bool[])[false, true])
        {
            decimal Difference(int slot) => Billed(slot)[Meter.Input] - (doubled ? CacheBilled(slot) : 0m) - Logged(slot)[Meter.Input];
            if (Chain(Difference, slot => LastHour(slot)[Meter.Input]) is null) continue;
            foreach (var slot in All.Where(s => CacheBilled(s) > 0m)) verdicts[slot] = doubled;
            return;
        }
    }

    bool? Exact(int slot)
    {
        var (cache, input) = (CacheBilled(slot), Billed(slot)[Meter.Input]);
        if (cache == 0m || IsSilent(slot)) return null;
        var logs = Logged(slot)[Meter.Input];
        return input == logs ? false : input - cache == logs ? true : null;
    }

    // An hour without any log says nothing; one of a day says the rest of the day.
    bool IsSilent(int slot) => slots.AreHours && IsLost(slot);

    void JudgePair(int last, int first)
    {
        (verdicts[last], verdicts[first]) = (Exact(last), Exact(first));
        if (IsSilent(last) || !slots.Holds(last) || !slots.Holds(first)) return;
        decimal Net(int slot, bool doubled) => Billed(slot)[Meter.Input] - (doubled ? CacheBilled(slot) : 0m);

        var logs = Logged(last)[Meter.Input] + Logged(first)[Meter.Input];
        // Equal answers first: what is charged twice at eleven is charged twice at midnight.
        foreach (var (one, other) in ((bool, bool)[])[(false, false), (true, true), (true, false), (false, true)])
        {
            if (one && CacheBilled(last) == 0m || other && CacheBilled(first) == 0m) continue;
            var (atLast, atFirst) = (Net(last, one), Net(first, other));
            if (atLast < 0m || atFirst < 0m || atLast > Logged(last)[Meter.Input] || atLast + atFirst != logs) continue;
            if (CacheBilled(last) > 0m) verdicts[last] = one;
            if (CacheBilled(first) > 0m) verdicts[first] = other;
            return;
        }
    }

    /// <summary>Where the figures do not decide, the nearest slot that did speaks; where none did, the product's other families.</summary>
    public void Settle(bool? elsewhere)
    {
        var decided = Decided.OrderBy(d => d.Slot).ToList();
        foreach (var slot in All)
            if (verdicts.GetValueOrDefault(slot) is null && CacheBilled(slot) > 0m)
                verdicts[slot] = decided.Count > 0 ? Nearest(decided, slot) : elsewhere;
    }

    static bool Nearest(List<(int Slot, bool IsDoubled)> decided, int slot)
    {
        var at = decided.BinarySearch((slot, false), Comparer<(int Slot, bool)>.Create((l, r) => l.Slot.CompareTo(r.Slot)));
        if (at >= 0) return decided[at].IsDoubled;
        var after = ~at;
        if (after == decided.Count) return decided[^1].IsDoubled;
        var isAfterNearer = after == 0 || decided[after].Slot - slot < slot - decided[after - 1].Slot;
        return decided[isAfterNearer ? after : after - 1].IsDoubled;
    }
}
