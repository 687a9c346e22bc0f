using Assay.Pricing;

namespace Assay.Ledger.Allocation;

/// <summary>Allocates spend to owners by declared rules. Pure: the same lines, in any order, give the same statement.</summary>
public static class Allocator
{
    const decimal DaysOfMonth = 30m;

    // What stands in the way of rounding when the statement has lines that are no owner's. No owner can have this name.
    const string UnallocatedLine = "\0unallocated";

    /// <summary>Allocates.</summary>
    /// <param name="days">Days the lines cover: what monthly amounts are scaled by.</param>
    /// <exception cref="AllocationException">A chargeback is asked for and something would land on nobody.</exception>
    public static AllocationStatement Allocate(IEnumerable<SpendLine> lines, AllocationRules rules, AllocationView view, int days)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(rules);
        var sorted = Sort(lines, rules);
        List<string> notes = [];
        var usage = sorted.Owners.Values.Sum(o => o.Direct) + sorted.Unallocated.Values.Sum(u => u.Cost) + sorted.Pools.Sum();
        var owners = sorted.Owners;
        // Shares are weighed by direct costs alone: the order of the pools must not matter.
        var direct = owners.ToDictionary(o => o.Key, o => o.Value, StringComparer.Ordinal);
        List<PoolCosts> pools = [];
        foreach (var (shared, i) in rules.Shared.Select((s, i) => (s, i)))
        {
            var amount = shared.Source switch
            {
                PoolSource.Used => sorted.Pools[i],
                PoolSource.Amount fixedAmount => fixedAmount.Usd,
                PoolSource.Monthly monthly => Apportion.Rounded(monthly.Usd * days / DaysOfMonth, rules.Unit),
                PoolSource.Share share => Apportion.Rounded(usage * share.Of, rules.Unit),
                _ => throw new InvalidOperationException($"No amount for {shared.Source}."),
            };
            var portions = Portions(amount, shared.Split, direct, rules.Unit);
            if (portions is null && amount != 0m)
                notes.Add($"'{shared.Name}' is split {shared.Split.Name}, and nobody has any: {Usd.Plain(amount)} USD stays unallocated.");
            foreach (var name in shared.Split.Among.Where(n => !direct.ContainsKey(n)))
                notes.Add($"'{name}', among whom '{shared.Name}' is split, has no usage in this period.");
            foreach (var portion in portions ?? [])
            {
                var owner = owners.GetValueOrDefault(portion.Name) ?? new(portion.Name);
                owners[portion.Name] = owner with { Shared = [.. owner.Shared, portion with { Name = shared.Name }] };
            }
            pools.Add(new(shared.Name, amount, shared.Source is PoolSource.Used, shared.Split.Name, portions is null ? amount : 0m));
        }
        if (view == AllocationView.Chargeback) ChargeUnallocated(owners, direct, sorted.Unallocated.Values.Sum(u => u.Cost), rules, pools);
        return State(sorted, pools, rules, view, notes, usage);
    }

    static AllocationStatement State(
        Sorted sorted, List<PoolCosts> pools, AllocationRules rules, AllocationView view, List<string> notes, decimal usage)
    {
        List<UnallocatedCosts> unallocated = [.. sorted.Unallocated.Values.OrderByDescending(u => u.Cost)
            .ThenBy(u => u.Account, StringComparer.Ordinal).ThenBy(u => u.Principal, StringComparer.Ordinal)];
        var left = (view == AllocationView.Showback ? unallocated.Sum(u => u.Cost) : 0m) + pools.Sum(p => p.Unsplit);
        IEnumerable<Portion> exact = sorted.Owners.Values.Select(o => new Portion(o.Owner, o.Total));
        if (left != 0m) exact = exact.Append(new(UnallocatedLine, left));
        var charged = Apportion.Round([.. exact], rules.Unit).ToDictionary(p => p.Name, p => p.Amount, StringComparer.Ordinal);
        return new()
        {
            Name = rules.Name, View = view, Unit = rules.Unit, Pools = pools, Unallocated = unallocated, Notes = notes, Usage = usage,
            Total = usage + pools.Where(p => !p.IsUsage).Sum(p => p.Amount),
            Owners = [.. sorted.Owners.Values.Select(o => o with { Charged = charged[o.Owner] })
                .OrderByDescending(o => o.Total).ThenBy(o => o.Owner, StringComparer.Ordinal)],
            UnallocatedCharged = charged.GetValueOrDefault(UnallocatedLine),
        };
    }

    static void ChargeUnallocated(
        Dictionary<string, OwnerCosts> owners, Dictionary<string, OwnerCosts> direct, decimal unallocated, AllocationRules rules,
        List<PoolCosts> pools)
    {
        if (pools.FirstOrDefault(p => p.Unsplit != 0m) is { } stuck)
        {
            throw new AllocationException($"{Usd.Plain(stuck.Unsplit)} USD of '{stuck.Name}' would land on nobody: it is split "
                + $"{stuck.SplitBy}, and no owner has any. Split it evenly or by weights, or look at '--view showback'.");
        }
        if (unallocated == 0m) return;
        IReadOnlyList<Portion> portions = rules.Unallocated switch
        {
            UnallocatedRule.To to => [new(to.Owner, unallocated)],
            UnallocatedRule.Split split => Portions(unallocated, split.Rule, direct, rules.Unit)
                ?? throw new AllocationException($"{Usd.Plain(unallocated)} USD name no owner, and nobody has what 'unallocated' is split "
                    + $"by ({split.Rule.Name}). Split it evenly or by weights, or look at '--view showback'."),
            _ => throw new AllocationException($"{Usd.Plain(unallocated)} USD of spend name no owner, and the rules do not say who pays "
                + "for it. Add 'unallocated: {to: OWNER}' or 'unallocated: {split: by cost}', or look at '--view showback'."),
        };
        foreach (var portion in portions)
        {
            var owner = owners.GetValueOrDefault(portion.Name) ?? new(portion.Name);
            owners[portion.Name] = owner with { Unallocated = portion.Amount };
        }
    }

    // Null when nobody has what the split goes by.
    static IReadOnlyList<Portion>? Portions(decimal amount, SplitRule split, Dictionary<string, OwnerCosts> direct, decimal unit)
    {
        IEnumerable<string> names = split.Among.Count > 0 ? split.Among.Distinct(StringComparer.Ordinal) : direct.Keys;
        List<Weight> weights = split.Key == SplitKey.Weights
            ? [.. split.Weights]
            : [.. names.Select(n => new Weight(n, WeightOf(direct.GetValueOrDefault(n), split.Key)))];
        if (!weights.Any(w => w.Value > 0m)) return null;
        return [.. Apportion.Split(amount, weights, unit).Where(p => p.Amount != 0m)];
    }

    static decimal WeightOf(OwnerCosts? owner, SplitKey key) => key switch
    {
        SplitKey.Evenly => 1m,
        SplitKey.Requests => owner?.Requests ?? 0m,
        SplitKey.Tokens => owner?.Tokens ?? 0m,
        // Credits may leave an owner below zero; nobody is paid for having others' costs.
        _ => Math.Max(0m, owner?.Direct ?? 0m),
    };

    sealed record Sorted(
        Dictionary<string, OwnerCosts> Owners, Dictionary<(string, string), UnallocatedCosts> Unallocated, decimal[] Pools);

    static Sorted Sort(IEnumerable<SpendLine> lines, AllocationRules rules)
    {
        var tagKeys = rules.TagKeys;
        Sorted sorted = new(new(StringComparer.Ordinal), [], new decimal[rules.Shared.Count]);
        foreach (var line in lines)
        {
            var (cost, tokens, isTaken) = (0m, 0m, false);
            foreach (var part in line.Parts)
            {
                if (PoolOf(line, part, rules, tagKeys) is >= 0 and var pool)
                {
                    sorted.Pools[pool] += part.Cost;
                    // A pool of whole calls takes their requests along; one of a meter leaves them with their owner.
                    isTaken |= rules.Shared[pool].Source is PoolSource.Used { Match.HasMeter: false };
                    continue;
                }
                cost += part.Cost;
                if (SpendLine.IsToken(part.Meter)) tokens += part.Quantity;
            }
            if (isTaken || (cost == 0m && line.Requests == 0 && line.Parts.Count == 0)) continue;
            if (OwnerOf(line, rules, tagKeys) is { } name)
            {
                var owner = sorted.Owners.GetValueOrDefault(name) ?? new(name);
                sorted.Owners[name] = owner with
                {
                    Direct = owner.Direct + cost, Requests = owner.Requests + line.Requests, Tokens = owner.Tokens + tokens,
                    Unpriced = owner.Unpriced + line.Unpriced,
                };
            }
            else
            {
                var key = (line.Caller.Account, line.Caller.Principal);
                var known = sorted.Unallocated.GetValueOrDefault(key) ?? new(key.Account, key.Principal, 0m, 0, 0);
                sorted.Unallocated[key] = known with
                {
                    Cost = known.Cost + cost, Requests = known.Requests + line.Requests, Unpriced = known.Unpriced + line.Unpriced,
                };
            }
        }
        return sorted;
    }

    static int PoolOf(SpendLine line, SpendPart part, AllocationRules rules, IReadOnlyList<string> tagKeys)
    {
        for (var i = 0; i < rules.Shared.Count; i++)
        {
            var isOfIt = rules.Shared[i].Source is PoolSource.Used { Match: var match }
                && match.Holds(part.Meter) && match.Holds(line, tagKeys);
            if (isOfIt) return i;
        }
        return -1;
    }

    static string? OwnerOf(SpendLine line, AllocationRules rules, IReadOnlyList<string> tagKeys) =>
        rules.Owners.FirstOrDefault(o => o.Matches.Any(m => m.Holds(line, tagKeys)))?.Name
        ?? rules.By.Select(d => d.Of(line, tagKeys)).FirstOrDefault(v => v.Length > 0);
}
