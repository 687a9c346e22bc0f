using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>Weighs every mode, tier and scope for a workload: what it costs a month, whether it is allowed, and why.</summary>
public sealed class ModesWeighed
{
    static readonly TimeSpan BatchWindow = TimeSpan.FromHours(24);
    static readonly TimeSpan[] Lifetimes = [TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)];
    static readonly Tier[] Tiers = Enum.GetValues<Tier>();
    static readonly Scope[] Scopes = [Scope.Global, Scope.Geo, Scope.InRegion];

    readonly EstateModel model;
    readonly DescribedWorkload workload;
    readonly Tally tally;
    readonly string region;
    readonly Residency residency;
    readonly HourlyDemand[] demands;
    readonly int main;
    readonly Dictionary<(Scope, Tier, int Model), (decimal Cost, string? Reason)> onDemand = [];
    readonly Dictionary<WorkloadTerms, ExpectedUsage> usages = [];
    readonly Dictionary<(int Model, decimal Capacity), CapacityFit> fits = [];
    readonly decimal[]?[] levels;
    readonly Dictionary<(Scope, TimeSpan), WorkloadTerms> cacheTerms = [];

    ModesWeighed(EstateModel model, DescribedWorkload workload)
    {
        (this.model, this.workload) = (model, workload);
        tally = new(model.Estate, model.Sources.Book, model.Day, model.Likely, withLines: false);
        region = workload.Region ?? model.Estate.Region;
        residency = workload.Residency ?? model.Estate.Residency;
        demands = [.. workload.Models.Select(m => HourlyDemand.Of(workload, m.Share.In(model.Likely), model.Likely, byChance: true))];
        levels = new decimal[demands.Length][];
        for (var i = 1; i < workload.Models.Count; i++)
            if (workload.Models[i].Share.Likely > workload.Models[main].Share.Likely) main = i;
    }

    public static WeighedWorkload Of(EstateModel model, DescribedWorkload workload) => new ModesWeighed(model, workload).Weigh();

    public static IReadOnlyList<WeighedWorkload> OfAll(EstateModel model) =>
        [.. model.Estate.Workloads.Select(w => Of(model, w))];

    /// <summary>Modes of a workload as it is described.</summary>
    public static IReadOnlyList<string> InUse(DescribedWorkload workload, Draw draw)
    {
        var modes = new List<string>();
        var inBatch = workload.BatchShare.In(draw);
        if (workload.Provisioned is not null) modes.Add(BillCategories.Provisioned);
        if (workload.Reserved is not null) modes.Add(BillCategories.Reserved);
        if (inBatch > 0m) modes.Add(BillCategories.Batch);
        if (inBatch < 1m && workload.Prefix is { IsCached: true }) modes.Add(BillCategories.Caching);
        if (inBatch < 1m && workload.Provisioned is null or { SpillsOver: true }) modes.Add(BillCategories.OnDemand);
        return modes;
    }

    WeighedWorkload Weigh()
    {
        var options = new List<ModeOption>();
        foreach (var each in Scopes) AddScope(options, each);
        options = [.. options.OrderBy(o => Place(o.Mode)).ThenBy(o => o.Tier).ThenBy(o => o.BatchShare).ThenBy(o => o.Term)
            .ThenByDescending(o => o.Cache, StringComparer.Ordinal).ThenByDescending(o => o.Scope)];
        // Of what costs the same, the scope that is described: nothing is moved elsewhere for nothing.
        var scope = workload.Models[0].Model.Scope;
        var allowed = options.Where(o => o.IsAllowed && o.Monthly is not null).OrderBy(o => o.Monthly)
            .ThenByDescending(o => o.Scope == scope).ToList();
        if (allowed.Count > 0)
        {
            var best = allowed[0];
            options[options.IndexOf(best)] = allowed[0] = best with { IsRecommended = true };
        }
        var recommended = allowed.FirstOrDefault();
        var everywhere = options.Where(o => (o.IsAllowed || !o.KeepsResidency) && o.Monthly is not null).MinBy(o => o.Monthly);
        return new(workload.Name, options, recommended, allowed.FirstOrDefault(o => o.Mode != recommended!.Mode),
            InUse(workload, model.Likely), recommended?.Monthly - everywhere?.Monthly,
                [.. Lifetimes.Select(Cache).OfType<CacheBreakEven>()])
        {
            Scope = scope,
        };
    }

    void AddScope(List<ModeOption> options, Scope scope)
    {
        var callable = workload.Models.Select(m => CallableFrom.Obstacle(m.Model.Id, scope, region, model.Sources.Regions))
            .FirstOrDefault(o => o is not null);
        // Another scope is of interest only where it exists: the one that is described is shown whatever it is.
        if (callable is not null && workload.Models.All(m => m.Model.Scope != scope)) return;
        var before = options.Count;
        foreach (var tier in Tiers)
        {
            Add(OnDemand(scope, tier), tier == Tier.Flex && workload.Deadline is null ? "someone waits; flex answers when it can" : null);
        }
        foreach (var lifetime in Lifetimes) Add(Cached(scope, lifetime), CacheObstacle(lifetime));
        AddBatch(options.Add, scope);
        foreach (var term in (Term[])[Term.None, Term.OneMonth, Term.SixMonth]) Add(Provisioned(scope, term), UnitsObstacle());
        foreach (var term in (Term[])[Term.OneMonth, Term.ThreeMonth]) Add(Reserved(scope, term), null);
        if (scope == workload.Models[0].Model.Scope) options.Add(Customised(scope));
        for (var i = before; i < options.Count; i++) options[i] = Lawful(options[i], callable);

        void Add(ModeOption option, string? obstacle) =>
            options.Add(obstacle is null || option.Monthly is null ? option : option with { IsAllowed = false, Why = obstacle });
    }

    ModeOption Lawful(ModeOption option, string? callable)
    {
        if (option.Mode == BillCategories.Customisation) return option;
        if (callable is not null) return option with { IsAllowed = false, Why = callable };
        var lawful = residency switch
        {
            Residency.Region => option.Scope == Scope.InRegion,
            Residency.Geography => option.Scope != Scope.Global,
            _ => true,
        };
        // What was allowed but for the rule is what keeping the rule is compared with.
        return lawful || !option.IsAllowed ? option : option with
        {
            IsAllowed = false, KeepsResidency = false,
            Why = residency == Residency.Region ? $"residency: computed in {region} alone" : "residency: computed within the geography",
        };
    }

    ModeOption OnDemand(Scope scope, Tier tier) =>
        OnDemandCost(scope, tier) switch
        {
            (_, { } reason) => new() { Mode = BillCategories.OnDemand, Tier = tier, Scope = scope, Why = reason },
            var (cost, _) => new() { Mode = BillCategories.OnDemand, Tier = tier, Scope = scope, Why = "", Monthly = cost,
                IsAllowed = true },
        };

    // Of all models, or of one of the mix. Asked for again by every option that leaves a rest on demand.
    (decimal Cost, string? Reason) OnDemandCost(Scope scope, Tier tier, int only = -1)
    {
        if (onDemand.TryGetValue((scope, tier, only), out var known)) return known;
        tally.Begin();
        var terms = new WorkloadTerms(Mode.OnDemand, tier, scope);
        var cost = only < 0 ? Cost(terms) : tally.RateModel(Usage(terms), only, 1m, "", "").Cost;
        return onDemand[(scope, tier, only)] = (cost, tally.FirstReason);
    }

    ExpectedUsage Usage(WorkloadTerms terms)
    {
        if (usages.TryGetValue(terms, out var known)) return known;
        return usages[terms] = new(model.Estate, workload, terms, model.Day, model.Scoped);
    }

    ModeOption Cached(Scope scope, TimeSpan lifetime)
    {
        var name = CacheHits.NameOf(lifetime);
        if (workload.Prefix is null)
            return new() { Mode = BillCategories.Caching, Scope = scope, Cache = name, Why = "its prompts have no prefix in common" };
        var terms = Terms(scope, lifetime);
        var why = Hits(lifetime, terms.NotCached) + (terms.WritesAsInput ? "; no price of writing, counted as input" : "");
        return Priced(new() { Mode = BillCategories.Caching, Scope = scope, Cache = name, Why = why },
            () => Cost(terms));
    }

    // A book that prices reading and not writing leaves the written tokens at the price of plain input, and says so.
    WorkloadTerms Terms(Scope scope, TimeSpan lifetime)
    {
        if (cacheTerms.TryGetValue((scope, lifetime), out var known)) return known;
        var plain = Usage(new(Mode.OnDemand, Tier.Standard, scope));
        var prices = CachePrices.Of(workload, plain, Tier.Standard, lifetime, tally.Book, model.Day);
        // Where no model can be cached, the price of reading is asked for, so that what lacks is said.
        return cacheTerms[(scope, lifetime)] = new(Mode.OnDemand, Tier.Standard, scope, lifetime, !prices.CanWrite)
        {
            NotCached = prices.CanRead ? prices.Unread : null,
        };
    }

    string? CacheObstacle(TimeSpan lifetime)
    {
        if (workload.Prefix is not { } prefix) return "its prompts have no prefix in common";
        // A model of a mix that cannot be cached leaves the others theirs.
        var obstacles = workload.Models.Select(m => CacheHits.Obstacle(m.Model, prefix.Tokens.In(model.Likely), lifetime)).ToList();
        return obstacles.TrueForAll(o => o is not null) ? obstacles[0] : null;
    }

    string Hits(TimeSpan lifetime, IReadOnlyList<string>? notCached)
    {
        var hits = new CachePrices(notCached ?? [], true, true, null).Hits(workload, 1m, lifetime, model.Likely);
        var without = workload.Models.Where(m => notCached?.Contains(m.Model.Id) == true
            || CacheHits.Obstacle(m.Model, workload.Prefix!.Tokens.In(model.Likely), lifetime) is not null)
            .Select(m => m.Model.Id).ToList();
        return $"{hits:0.#%} of the calls hit" + (without.Count == 0 ? "" : $"; not cached: {string.Join(", ", without)}");
    }

    void AddBatch(Action<ModeOption> add, Scope scope)
    {
        var share = Math.Clamp(workload.BatchShare.In(model.Likely), 0m, 1m);
        var unsupported = workload.Models.FirstOrDefault(m => m.Model.Facts is { Batch: false }) is { } without
            ? $"batch does not support {without.Model.Id}" : null;
        var late = workload.Deadline is { } deadline
            ? deadline < BatchWindow ? $"needed within {Span(deadline)}; batch takes up to 24 h" : null
            : share >= 1m ? null : "someone waits for the answers";
        AddOne(1m, null, late);
        if (share is <= 0m or >= 1m) return;
        AddOne(share, null, null);
        if (workload.Prefix is null) return;
        foreach (var lifetime in Lifetimes)
            if (CacheObstacle(lifetime) is null) AddOne(share, lifetime, null);

        void AddOne(decimal inBatch, TimeSpan? lifetime, string? obstacle)
        {
            var option = new ModeOption
            {
                Mode = BillCategories.Batch, Scope = scope, BatchShare = inBatch,
                Cache = lifetime is { } life ? CacheHits.NameOf(life) : null,
                Why = inBatch >= 1m ? "answers within 24 h"
                    : $"the {inBatch:0.##%} that may wait; the rest {(lifetime is null ? "on demand" : "cached")}",
            };
            var rest = lifetime is { } cached ? Terms(scope, cached) : new WorkloadTerms(Mode.OnDemand, Tier.Standard, scope);
            option = Priced(option, () => Cost(new(Mode.Batch, Tier.Standard, scope), inBatch) + Cost(rest, 1m - inBatch));
            var reason = unsupported ?? (option.Monthly is null ? null : obstacle);
            add(reason is null ? option : option with { IsAllowed = false, Why = reason });
        }
    }

    string? UnitsObstacle() => workload.Provisioned?.TokensPerMinutePerUnit is null
        ? $"throughput per unit unknown; {WorkloadBill.AssumedTokensPerMinutePerUnit:#,##0} tokens a minute taken" : null;

    // Units and reservations are of one model: each of a mix buys for itself, and one for which that does not pay stays on demand.
    ModeOption OfModels(ModeOption option, Func<int, ModeOption> own)
    {
        if (workload.Models.Count == 1) return own(0);
        var bought = new List<(int Model, ModeOption Own, decimal Plain)>();
        var (monthly, reason) = (0m, "no traffic to carry");
        for (var i = 0; i < workload.Models.Count; i++)
        {
            var (plain, unpriced) = OnDemandCost(option.Scope, Tier.Standard, i);
            if (unpriced is not null) return option with { Why = unpriced };
            monthly += plain;
            var one = own(i);
            if (one.Monthly is not null) bought.Add((i, one, plain));
            else reason = one.Why;
        }
        if (bought.Count == 0) return option with { Why = reason };
        var pays = bought.Where(b => b.Own.Monthly < b.Plain).ToList();
        if (pays.Count == 0) pays = [bought.MinBy(b => b.Own.Monthly - b.Plain)];
        var capacities = pays.ConvertAll(b => b.Own.Capacity!);
        var (price, idle) = (capacities.Sum(c => c.Monthly), capacities.Sum(c => c.Idle));
        // Fully used, the capacity would carry this much of what on-demand charges for.
        var worth = capacities.Sum(c => c.BreakEven > 0m ? c.Monthly / c.BreakEven : 0m);
        var rest = pays.Count < workload.Models.Count ? "; the rest on demand" : "";
        return option with
        {
            Monthly = monthly + pays.Sum(b => b.Own.Monthly!.Value - b.Plain), IsAllowed = true,
            Why = string.Join("; ", pays.Select(b => $"{workload.Models[b.Model].Model.Id}: {b.Own.Why}")) + rest,
            Capacity = new(capacities.Sum(c => c.Units), price, idle, price > 0m ? (price - idle) / price : 0m,
                monthly > 0m ? pays.Sum(b => b.Own.Capacity!.Carried * b.Plain) / monthly : 0m, worth > 0m ? price / worth : 0m),
        };
    }

    ModeOption Provisioned(Scope scope, Term term)
    {
        var option = new ModeOption { Mode = BillCategories.Provisioned, Scope = scope, Term = term, Why = "" };
        return OfModels(option, i => Provisioned(option, i));
    }

    ModeOption Provisioned(ModeOption option, int which)
    {
        var stated = workload.Provisioned?.TokensPerMinutePerUnit?.In(model.Likely);
        // What a unit carries is stated of the model most of the calls go to.
        if (stated is not null && which != main)
            return option with { Why = $"throughput per unit is stated for {workload.Models[main].Model.Id} alone" };
        var perUnit = stated ?? WorkloadBill.AssumedTokensPerMinutePerUnit;
        var kind = Kind(which, option.Scope, Mode.Provisioned, option.Term);
        return Cheapest(option, which, Levels(which).Select(level => Math.Max(1m, decimal.Ceiling(level / perUnit))).Distinct(),
            units => Fit(which, units * perUnit), units => tally.Rate(kind, Meter.ModelUnitHour, units * 720m, "", "").Cost,
            (units, fit) => $"{units:0} unit{(units == 1m ? "" : "s")}, {fit.Utilisation:0%} used{Spilled(fit)}");
    }

    ModeOption Reserved(Scope scope, Term term)
    {
        var option = new ModeOption { Mode = BillCategories.Reserved, Scope = scope, Term = term, Why = "" };
        return OfModels(option, i => Reserved(option, i));
    }

    ModeOption Reserved(ModeOption option, int which)
    {
        var kind = Kind(which, option.Scope, Mode.Reserved, option.Term);
        var outputShare = workload.OutputTokens.Mean.In(model.Likely) is var output && output > 0m
            ? output / (output + workload.InputTokens.Mean.In(model.Likely)) : 0m;
        return Cheapest(option, which, Levels(which).Where(level => level > 0m),
            level => Fit(which, level),
            level => tally.Rate(kind, Meter.InputTpmHour, level * (1m - outputShare) * 720m, "", "").Cost
                + tally.Rate(kind, Meter.OutputTpmHour, level * outputShare * 720m, "", "").Cost,
            (level, fit) => $"{level:#,##0} tokens a minute, {fit.Utilisation:0%} used{Spilled(fit)}");
    }

    // The cheapest amount of capacity with the rest on demand: between two hours' needs the cost is a straight line but for chance, which
    // is tried in steps around each need.
    ModeOption Cheapest(ModeOption option, int which, IEnumerable<decimal> amounts, Func<decimal, CapacityFit> fitOf,
        Func<decimal, decimal> priceOf, Func<decimal, CapacityFit, string> describe)
    {
        var (rest, unpriced) = OnDemandCost(option.Scope, Tier.Standard, which);
        if (unpriced is not null) return option with { Why = unpriced };
        tally.Begin();
        priceOf(1m);
        if (tally.FirstReason is { } noPrice) return option with { Why = noPrice };
        foreach (var amount in amounts)
        {
            var (fit, price) = (fitOf(amount), priceOf(amount));
            var monthly = price + (rest * (1m - fit.Carried));
            if (option.Monthly <= monthly) continue;
            // Fully used, the capacity would carry this much of what on-demand charges for.
            var worth = fit.Utilisation > 0m ? rest * fit.Carried / fit.Utilisation : 0m;
            option = option with
            {
                Monthly = monthly, IsAllowed = true, Why = describe(amount, fit),
                Capacity = new(amount, price, price * (1m - fit.Utilisation), fit.Utilisation, fit.Carried,
                    worth > 0m ? price / worth : 0m),
            };
        }
        return option.Monthly is null ? option with { Why = "no traffic to carry" } : option;
    }

    // What the hours of a day need, each need once.
    decimal[] Levels(int which) => levels[which] ??=
        [.. Enumerable.Range(0, demands[which].Input.Length).Select(demands[which].At).Distinct().SelectMany(need => Around(which, need))
            .Distinct()];

    // An hour's need with its peak, and from two and a half deviations of a minute below it to as much above.
    IEnumerable<decimal> Around(int which, decimal need)
    {
        yield return need * demands[which].Peak;
        var deviation = (decimal)Math.Sqrt((double)(need * demands[which].Request));
        for (var half = -5; half <= 5; half++)
            if (half != 0 && need + (half * deviation / 2m) is > 0m and var level) yield return decimal.Round(level, 2);
    }

    // Neither scope nor term changes how capacity meets the day, and each of them asks.
    CapacityFit Fit(int which, decimal capacity)
    {
        if (fits.TryGetValue((which, capacity), out var known)) return known;
        return fits[(which, capacity)] = CapacityFit.Of(demands[which], capacity);
    }

    CallKind Kind(int which, Scope scope, Mode mode, Term term) =>
        new(Caller.Nobody, region, model.Scoped.In(workload.Models[which].Model, scope)) { Mode = mode, Term = term };

    ModeOption Customised(Scope scope)
    {
        var own = model.Estate.CustomModels.FirstOrDefault(c => workload.Models.Any(m => m.Model.Id == c.Base.Id));
        return new()
        {
            Mode = BillCategories.Customisation, Scope = scope,
            Why = own is null ? "no custom model of its base is described" : $"'{own.Name}' is compared for itself",
        };
    }

    CacheBreakEven? Cache(TimeSpan lifetime)
    {
        if (workload.Prefix is not { } prefix || CacheObstacle(lifetime) is not null) return null;
        var (input, read, write) = (One(new() { Input = 1_000_000 }), One(new() { CacheRead = 1_000_000 }),
            One(lifetime.TotalHours >= 1d ? new() { CacheWrite1h = 1_000_000 } : new() { CacheWrite5m = 1_000_000 }));
        if (input is not > 0m || read is null || write is null) return null;
        var draw = model.Likely;
        var calls = workload.CallsPerRequest.Mean.In(draw);
        var rate = workload.RequestsPerMonth.In(draw) / Math.Max(1m, prefix.Variants.In(draw)) / (720m * 60m);
        return new(CacheHits.NameOf(lifetime), rate,
            CacheHits.BreakEvenPerMinute(read.Value / input.Value, write.Value / input.Value, calls, lifetime),
            CacheHits.Share(workload, workload.Models[0].Share.In(draw), lifetime, draw));

        decimal? One(TokenCounts tokens)
        {
            var kind = Kind(0, workload.Models[0].Model.Scope, Mode.OnDemand, Term.None) with { Context = ContextBand.Standard };
            tally.Begin();
            var cost = tally.Rate(new UsageRecord(kind) { Time = tally.Time, Tokens = tokens }, "", "").List;
            return tally.FirstReason is null ? cost : null;
        }
    }

    decimal Cost(WorkloadTerms terms, decimal share = 1m) =>
        tally.Rate(Usage(terms), share, "", "").Cost;

    ModeOption Priced(ModeOption option, Func<decimal> cost)
    {
        tally.Begin();
        var monthly = cost();
        return tally.FirstReason is { } reason
            ? option with { Why = reason }
            : option with { Monthly = monthly, IsAllowed = true };
    }

    static string Spilled(CapacityFit fit) => fit.Carried >= 1m ? "" : $", {1m - fit.Carried:0%} on demand";

    static string Span(TimeSpan span) => span.TotalHours >= 1d ? $"{span.TotalHours:0.#} h" : $"{span.TotalMinutes:0.#} min";

    static int Place(string mode)
    {
        for (var i = 0; i < BillCategories.All.Count; i++)
            if (BillCategories.All[i] == mode) return i;
        return BillCategories.All.Count;
    }
}
