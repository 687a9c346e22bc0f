using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Assay.Control.Policies;

namespace Assay.Control.Budgets;

/// <summary>
/// What is spent and reserved of every budget. A call reserves in all budgets that are about it, or in none; what it cost replaces the
/// reservation. So at every moment a hard budget's spent, reserved and held money together are within its limit, however many calls run
/// at once, as long as no call costs more than the most it reserved.
/// </summary>
/// <remarks>
/// <para>A lease that is not settled in <see cref="LeaseTime"/> is held, never given back: the call was sent, AWS bills it, and money that
/// may be owed is not free. It counts as before and shows as held; its settlement, whenever it comes, replaces the hold by the cost.</para>
/// <para>One lock is enough: an admission takes a fraction of a microsecond and holds it for less.</para>
/// </remarks>
public sealed class BudgetBook
{
    // The longest window is 31 days. What was held twice that long ago weighs on nothing any more.
    static readonly TimeSpan Forgotten = TimeSpan.FromDays(62);

    readonly Lock gate = new();
    Dictionary<(string Name, string Value), BudgetCounter> counters = [];
    IReadOnlyList<BudgetRule> rules = [];
    SpenderRules about = new(null);
    Coming? coming;
    volatile ConcurrentDictionary<Spender, BudgetSet> sets = [];
    int version;

    // Places of leases, used again and again: an admission allocates nothing.
    OpenLease[] leases = new OpenLease[1024];
    int leaseCount;
    int freeLease = -1;
    long serial;

    public BudgetBook(IReadOnlyList<BudgetRule> rules, PolicyFile? policy)
    {
        Prepare(rules, policy);
        TakeUp();
    }

    /// <summary>Rules that are to be asked next. Those that are new count calls already.</summary>
    sealed record Coming(IReadOnlyList<BudgetRule> Rules, SpenderRules About, IReadOnlyList<BudgetRule> Fresh)
    {
        public Dictionary<(string Name, string Value), BudgetCounter> Counters { get; } = [];
    }

    /// <summary>How long a call may take to be settled before its reservation shows as held.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The counters that are about a spender: the same object until the rules are read again, and good for ever.</summary>
    public BudgetSet For(Spender spender)
    {
        if (sets.TryGetValue(spender, out var known)) return known;
        lock (gate) return SetOf(spender);
    }

    /// <summary>Reserves in every budget of the set, or in none: the worst cost in hard ones, the likely cost in soft ones.</summary>
    public Admission TryReserve(BudgetSet set, decimal worst, decimal likely, DateTime utcNow, out Lease lease)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfNegative(worst);
        ArgumentOutOfRangeException.ThrowIfNegative(likely);
        var ticks = Ticks(utcNow);
        lock (gate)
        {
            if (set.Version != version) set = SetOf(set.Spender);
            foreach (var (rule, counter) in set.Asked)
            {
                if (rule.Stop == BudgetStop.Tells) continue;
                var amount = rule.Stop == BudgetStop.Hard ? worst : likely;
                var headroom = counter.Headroom(rule.Usd, counter.At(ticks));
                if (amount <= headroom) continue;
                lease = default;
                return Refused(rule, counter, amount, headroom, ticks);
            }
            foreach (var (rule, counter) in set.Counted)
                if (rule.Stop != BudgetStop.Tells) counter.Reserve(counter.At(ticks), rule.Stop == BudgetStop.Hard ? worst : likely);
            lease = new(Open(set, worst, likely, ticks), serial, utcNow);
            return Admission.Admitted;
        }
    }

    /// <summary>The least that is free in the hard and soft budgets of a set, at least zero; the largest decimal where none stops
    /// anything.</summary>
    public decimal Headroom(BudgetSet set, DateTime utcNow)
    {
        ArgumentNullException.ThrowIfNull(set);
        var ticks = Ticks(utcNow);
        lock (gate)
        {
            if (set.Version != version) set = SetOf(set.Spender);
            var least = decimal.MaxValue;
            foreach (var (rule, counter) in set.Asked)
                if (rule.Stop != BudgetStop.Tells) least = Math.Min(least, counter.Headroom(rule.Usd, counter.At(ticks)));
            return Math.Max(0m, least);
        }
    }

    /// <summary>Replaces what a call reserved by what it cost, in the windows of its admission.</summary>
    /// <param name="events">Gets the steps that are reached; null to tell nobody.</param>
    public void Settle(in Lease lease, decimal cost, List<BudgetEvent>? events)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        lock (gate)
        {
            if (!IsOpen(lease)) return;
            ref var open = ref leases[lease.Slot];
            GiveBack(open);
            foreach (var (rule, counter) in open.Set.Counted)
                if (counter.Past(open.Admitted) is { } slice) Spend(rule, counter, slice, cost, lease.Admitted, events);
            Close(lease.Slot);
        }
    }

    /// <summary>Gives back what a call reserved that was never sent, or for which nothing is owed.</summary>
    public void Release(in Lease lease)
    {
        lock (gate)
        {
            if (!IsOpen(lease)) return;
            GiveBack(leases[lease.Slot]);
            Close(lease.Slot);
        }
    }

    /// <summary>Holds what a call reserved until its windows end: it was answered, and nobody can say for how much.</summary>
    public void SettleUnpriced(in Lease lease)
    {
        lock (gate)
        {
            if (!IsOpen(lease)) return;
            ref var open = ref leases[lease.Slot];
            Hold(ref open);
            foreach (var (_, counter) in open.Set.Counted)
                if (counter.Past(open.Admitted) is { } slice) slice.Unpriced++;
            Close(lease.Slot);
        }
    }

    /// <summary>Counts a call of the journal, in whatever order they come.</summary>
    /// <param name="time">The time of the journal's line: of admission.</param>
    /// <param name="events">Gets the steps that are reached; null when they were told before.</param>
    /// <param name="isForNew">Count it only in the budgets that <see cref="Prepare"/> found to be new.</param>
    public void Restore(Spender spender, DateTime time, decimal cost, List<BudgetEvent>? events, bool isForNew = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        var ticks = Ticks(time);
        lock (gate)
        {
            foreach (var (rule, counter) in CountedFor(spender, isForNew))
                if (counter.Past(ticks) is { } slice) Spend(rule, counter, slice, cost, time, events);
        }
    }

    /// <summary>Holds an amount until the windows of a time end: a lease left by a crash, or an unpriced call of the journal.</summary>
    /// <param name="isForNew">Hold it only in the budgets that <see cref="Prepare"/> found to be new.</param>
    public void Hold(Spender spender, DateTime time, decimal amount, bool isUnpriced = false, bool isForNew = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        var ticks = Ticks(time);
        lock (gate)
        {
            foreach (var (rule, counter) in CountedFor(spender, isForNew))
            {
                if (counter.Past(ticks) is not { } slice) continue;
                if (rule.Stop != BudgetStop.Tells) counter.Hold(slice, amount);
                if (isUnpriced) slice.Unpriced++;
            }
        }
    }

    /// <summary>Whether a window that holds <paramref name="time"/> still counts for a spender's calls: as long as it does, a lease left by
    /// a crash is held.</summary>
    public bool Counts(Spender spender, DateTime time, DateTime utcNow)
    {
        lock (gate)
        {
            foreach (var (_, counter) in SetOf(spender).Counted)
                if (counter.WindowOf(Ticks(utcNow)).Start <= Ticks(time)) return true;
            return false;
        }
    }

    /// <summary>
    /// Gets other rules ready: those before are asked until <see cref="TakeUp"/>. A rule that counts the same calls in the same windows as
    /// one before, by the same name, will go on with its sums, whatever its amount, stop and steps are then. Any other is new: it counts
    /// from now on, beginning with what is reserved by calls under way, and the caller restores it from the journal's lines written until
    /// now. So nothing is let in against sums that are not there yet.
    /// </summary>
    /// <returns>Names of the rules that are new.</returns>
    public IReadOnlyList<string> Prepare(IReadOnlyList<BudgetRule> rules, PolicyFile? policy)
    {
        ArgumentNullException.ThrowIfNull(rules);
        foreach (var rule in rules) rule.Check();
        if (rules.GroupBy(r => r.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Two budgets are called '{twice.Key}'; accepted: a name once.", nameof(rules));
        lock (gate)
        {
            coming = new([.. rules], new(policy), [.. rules.Where(r => !this.rules.Any(r.CountsAs))]);
            Regroup();
            return [.. coming.Fresh.Select(r => r.Name)];
        }
    }

    /// <summary>From now on the rules that were got ready last are asked, and no others.</summary>
    public void TakeUp()
    {
        lock (gate)
        {
            if (coming is not { } next) return;
            var before = rules.ToDictionary(r => r.Name);
            foreach (var (key, counter) in counters)
            {
                if (next.Rules.FirstOrDefault(r => r.Name == key.Name) is not { } rule || next.Fresh.Contains(rule)) continue;
                if (rule.Usd != before[key.Name].Usd) counter.Limit(rule.Usd);
                counter.LookAgain();
                next.Counters.Add(key, counter);
            }
            (counters, rules, about, coming) = (next.Counters, next.Rules, next.About, null);
            Regroup();
            foreach (var rule in rules)
                if (rule.Per == BudgetPer.All) CounterOf(counters, rule, "");
        }
    }

    // Calls under way go on under the rules that count now, and are settled there.
    void Regroup()
    {
        sets = [];
        version++;
        for (var i = 0; i < leaseCount; i++)
            if (leases[i].Set is not null) Move(ref leases[i]);
    }

    /// <summary>Every counter, as it stands.</summary>
    public BudgetState Snapshot(DateTime utcNow)
    {
        var ticks = Ticks(utcNow);
        lock (gate)
        {
            Expire(ticks);
            var byName = rules.ToDictionary(r => r.Name);
            return new(utcNow, [.. counters.Values.OrderBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Value, StringComparer.Ordinal)
                .Select(c => (Rule: byName[c.Name], Counter: c, Sums: c.Sums(ticks)))
                .Select(c => new BudgetCounterState(c.Counter.Name, c.Rule.Per, c.Counter.Value, c.Counter.Window, c.Rule.Stop, c.Rule.Usd,
                    c.Sums.Spent, c.Sums.Reserved, c.Sums.Held, Utc(c.Sums.Start), Utc(c.Sums.End), c.Sums.Unpriced))]);
        }
    }

    static void Spend(
        BudgetRule rule, BudgetCounter counter, BudgetSlice slice, decimal cost, DateTime time, List<BudgetEvent>? events)
    {
        counter.Spend(slice, cost);
        counter.Tell(rule, slice, time, events);
    }

    static Admission Refused(BudgetRule rule, BudgetCounter counter, decimal amount, decimal headroom, long ticks)
    {
        var sums = counter.Sums(ticks);
        return new()
        {
            Budget = rule.Name, Value = counter.Value, Per = rule.Per, Stop = rule.Stop, Limit = rule.Usd, Spent = sums.Spent,
            Reserved = sums.Reserved, Held = sums.Held, Headroom = Math.Max(0m, headroom), Until = counter.FitsAt(rule.Usd, amount, ticks),
            WindowStart = Utc(sums.Start), WindowEnd = Utc(sums.End), Owners = rule.Owners,
        };
    }

    BudgetSet SetOf(Spender spender)
    {
        if (sets.TryGetValue(spender, out var known)) return known;
        var asked = Counted(rules, about, counters, spender);
        var fresh = coming is { } next ? Counted(next.Fresh, next.About, next.Counters, spender) : [];
        return sets[spender] = new(spender, [.. asked, .. fresh], asked.Length, version);
    }

    ReadOnlySpan<(BudgetRule Rule, BudgetCounter Counter)> CountedFor(Spender spender, bool isForNew)
    {
        var set = SetOf(spender);
        return isForNew ? set.Coming : set.Counted;
    }

    static (BudgetRule Rule, BudgetCounter Counter)[] Counted(
        IReadOnlyList<BudgetRule> rules, SpenderRules about, Dictionary<(string Name, string Value), BudgetCounter> counters,
        Spender spender) =>
        [.. rules.Where(r => about.IsAbout(r.Who, r.Apps, spender))
            .Select(r => (r, CounterOf(counters, r, about.ValueOf(r.Per, spender))))];

    static BudgetCounter CounterOf(
        Dictionary<(string Name, string Value), BudgetCounter> counters, BudgetRule rule, string value)
    {
        ref var counter = ref CollectionsMarshal.GetValueRefOrAddDefault(counters, (rule.Name, value), out _);
        return counter ??= new(rule.Name, value, rule.Window);
    }

    // Leases: an admission's place in the array, found by its number and known by its serial, which no other lease ever has.
    struct OpenLease
    {
        public BudgetSet Set;
        public long Serial;
        public long Admitted;
        public decimal Worst;
        public decimal Likely;
        public bool IsHeld;
        public int NextFree;
    }

    int Open(BudgetSet set, decimal worst, decimal likely, long ticks)
    {
        var slot = freeLease;
        if (slot >= 0) freeLease = leases[slot].NextFree;
        else
        {
            if (leaseCount == leases.Length) Array.Resize(ref leases, leases.Length * 2);
            slot = leaseCount++;
        }
        leases[slot] = new() { Set = set, Serial = ++serial, Admitted = ticks, Worst = worst, Likely = likely };
        return slot;
    }

    bool IsOpen(in Lease lease) => lease.Serial > 0 && lease.Slot < leaseCount && leases[lease.Slot].Serial == lease.Serial;

    void Close(int slot)
    {
        leases[slot] = new() { NextFree = freeLease };
        freeLease = slot;
    }

    static decimal Reservation(BudgetRule rule, decimal worst, decimal likely) => rule.Stop switch
    {
        BudgetStop.Hard => worst,
        BudgetStop.Soft => likely,
        _ => 0m,
    };

    static void GiveBack(in OpenLease open)
    {
        foreach (var (rule, counter) in open.Set.Counted)
        {
            var amount = Reservation(rule, open.Worst, open.Likely);
            if (amount == 0m || counter.Find(open.Admitted) is not { } slice) continue;
            if (open.IsHeld) counter.Hold(slice, -amount);
            else counter.Reserve(slice, -amount);
        }
    }

    static void Hold(ref OpenLease open)
    {
        if (open.IsHeld) return;
        GiveBack(open);
        open.IsHeld = true;
        Reserve(open);
    }

    static void Reserve(in OpenLease open)
    {
        foreach (var (rule, counter) in open.Set.Counted)
        {
            var amount = Reservation(rule, open.Worst, open.Likely);
            if (amount == 0m || counter.Past(open.Admitted) is not { } slice) continue;
            if (open.IsHeld) counter.Hold(slice, amount);
            else counter.Reserve(slice, amount);
        }
    }

    void Move(ref OpenLease open)
    {
        GiveBack(open);
        open.Set = SetOf(open.Set.Spender);
        Reserve(open);
    }

    void Expire(long ticks)
    {
        for (var i = 0; i < leaseCount; i++)
        {
            if (leases[i].Set is null || ticks - leases[i].Admitted < LeaseTime.Ticks) continue;
            Hold(ref leases[i]);
            if (ticks - leases[i].Admitted > Forgotten.Ticks) Close(i);
        }
    }

    static DateTime Utc(long ticks) => new(ticks, DateTimeKind.Utc);

    static long Ticks(DateTime time) => time.Kind != DateTimeKind.Local ? time.Ticks
        : throw new ArgumentException("A budget's time is UTC.", nameof(time));
}
