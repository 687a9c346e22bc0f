using Assay.Usage;

namespace Assay.Ledger.Reconciling;

/// <summary>CloudWatch's counts, where they can be held against one family: a metric tells no tier, mode or price band.</summary>
sealed class MetricWitness
{
    readonly Dictionary<(string Account, string Region, string Product, Scope Scope, int Slot), TokenCounts> counted = [];
    readonly HashSet<FamilyKey> alone = [];

    public MetricWitness(IReadOnlyList<MeteredHour> metrics, Slots slots, HourlyUsage logs)
    {
        foreach (var hour in metrics)
        {
            var number = HourlyUsage.HourNumber(hour.Hour);
            if (!slots.Holds(number)) continue;
            var kind = new CallKind(Caller.Nobody with { Account = hour.Account }, hour.Region, hour.Model);
            var key = UsageFamily.Of(kind, ContextBand.Standard, logs.Book, logs.NamesAccounts).Key;
            var at = (key.Account, key.Region, key.Product, key.Scope, slots.Of(number));
            counted[at] = Sum(counted.GetValueOrDefault(at), hour.Tokens);
        }
    }

    /// <summary>Learns which families share a model with no other, so that its counts are theirs.</summary>
    public void Attach(IEnumerable<FamilySlots> families)
    {
        if (counted.Count == 0) return;
        foreach (var group in families.Select(f => f.Family.Key).GroupBy(k => (k.Account, k.Region, k.Product, k.Scope)))
            if (group.Count() == 1) alone.Add(group.Single());
    }

    public TokenCounts? Of(UsageFamily family, int slot)
    {
        var key = family.Key;
        if (!alone.Contains(key)) return null;
        return counted.TryGetValue((key.Account, key.Region, key.Product, key.Scope, slot), out var tokens) ? tokens : null;
    }

    /// <summary>Days on which the three do not agree, the largest difference first.</summary>
    public IReadOnlyList<Witnesses> Table(IReadOnlyList<FamilySlots> families)
    {
        if (counted.Count == 0) return [];
        var days = new Dictionary<(string, string, string, DateOnly), (decimal Logged, decimal Metered, decimal Billed)>();
        void Put(string account, string region, string product, int slot, decimal logged, decimal metered, decimal billed)
        {
            var at = (account, region, product, Slots.Day(slot));
            var sum = days.GetValueOrDefault(at);
            days[at] = (sum.Logged + logged, sum.Metered + metered, sum.Billed + billed);
        }

        foreach (var (at, tokens) in counted) Put(at.Account, at.Region, at.Product, at.Slot, 0m, tokens.Prompt + tokens.Output, 0m);
        foreach (var family in families.Where(f => !f.Family.IsGuardrail && f.Family.Key.Mode == Mode.OnDemand))
            foreach (var slot in family.All)
                Put(family.Family.Key.Account, family.Family.Key.Region, family.Family.Key.Product, slot, Tokens(family.Logged(slot)), 0m,
                    Tokens(family.Billed(slot)) - (family.IsDoubled(slot) ? family.CacheBilled(slot) : 0m));
        return [.. days.Where(d => d.Value.Logged != d.Value.Metered || d.Value.Metered != d.Value.Billed)
            .Select(d => new Witnesses(d.Key.Item1, d.Key.Item2, d.Key.Item3, d.Key.Item4, d.Value.Logged, d.Value.Metered, d.Value.Billed))
            .OrderByDescending(w => Math.Max(Math.Abs(w.Metered - w.Logged), Math.Abs(w.Metered - w.Billed))).ThenBy(w => w.Day)
            .ThenBy(w => w.Account, StringComparer.Ordinal).ThenBy(w => w.Model, StringComparer.Ordinal)];
    }

    static decimal Tokens(in Quantities used)
    {
        var sum = used.OpenWrites;
        for (var meter = Meter.Input; meter <= Meter.CacheWrite1h; meter++) sum += used[meter];
        return sum;
    }

    static TokenCounts Sum(in TokenCounts left, in TokenCounts right) => new()
    {
        Input = left.Input + right.Input, Output = left.Output + right.Output, CacheRead = left.CacheRead + right.CacheRead,
        CacheWrite5m = left.CacheWrite5m + right.CacheWrite5m, CacheWrite30m = left.CacheWrite30m + right.CacheWrite30m,
        CacheWrite1h = left.CacheWrite1h + right.CacheWrite1h, CacheWriteUnknown = left.CacheWriteUnknown + right.CacheWriteUnknown,
    };
}
