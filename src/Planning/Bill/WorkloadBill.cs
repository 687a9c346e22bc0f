using Assay.Estate;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>What one workload costs as it is described: its batch share, its units or reservations, what is left on demand, its
/// cache.</summary>
sealed class WorkloadBill
{
    /// <summary>
    /// Tokens a minute a model unit is taken to carry where the estate does not say: a figure of ours, warned of wherever it is used,
    /// for AWS publishes none.
    /// </summary>
    public const decimal AssumedTokensPerMinutePerUnit = 20_000m;

    const decimal HoursPerMonth = 720m;

    readonly DescribedWorkload workload;
    readonly ExpectedUsage plain, batch;
    readonly ExpectedUsage? cached;
    readonly CachePrices cache;
    readonly int main;
    readonly CallKind? units, reserved;

    public WorkloadBill(DescribedEstate estate, DescribedWorkload workload, PriceBook book, DateOnly day, ScopedModels models)
    {
        this.workload = workload;
        plain = new(estate, workload, new(Mode.OnDemand, workload.Tier), day, models);
        batch = new(estate, workload, new(Mode.Batch), day, models);
        if (workload.Prefix is { IsCached: true } prefix)
        {
            cache = CachePrices.Of(workload, plain, workload.Tier, prefix.Lifetime, book, day);
            if (cache.CanRead)
            {
                cached = new(estate, workload,
                    new(Mode.OnDemand, workload.Tier, null, prefix.Lifetime, !cache.CanWrite) { NotCached = cache.Unread }, day, models);
            }
        }
        for (var i = 1; i < workload.Models.Count; i++)
            if (workload.Models[i].Share.Likely > workload.Models[main].Share.Likely) main = i;
        var called = workload.Models[main].Model;
        var kind = new CallKind(Caller.Nobody, plain.Region, models.In(called, called.Scope));
        if (workload.Provisioned is { } provisioned) units = kind with { Mode = Mode.Provisioned, Term = provisioned.Term };
        if (workload.Reserved is { } reservation) reserved = kind with { Mode = Mode.Reserved, Term = reservation.Term };
    }

    public void AddTo(Tally tally)
    {
        var name = workload.Name;
        var inBatch = Math.Clamp(workload.BatchShare.In(tally.Draw), 0m, 1m);
        if (inBatch > 0m)
        {
            if (tally.WithLines) WarnOfBatch(tally);
            tally.Add(name, BillCategories.Batch, tally.Rate(batch, inBatch, name, BillCategories.Batch), $"{inBatch:0.##%} of the calls");
        }
        var live = 1m - inBatch;
        var left = live * (1m - Carried(tally, live));
        // With all of it in batch or on bought capacity there is nothing on demand: not even a line of zero.
        if (live <= 0m || (left <= 0m && workload.Models.Count == 1)) return;
        AddOnDemand(tally, live, left);
    }

    /// <summary>
    /// Share of the calls to one model of the mix, by its place there, that are made on demand: neither in batch nor on bought capacity.
    /// </summary>
    public decimal OnDemandShare(int model, Draw draw)
    {
        var live = 1m - Math.Clamp(workload.BatchShare.In(draw), 0m, 1m);
        if (model != main || Fit(draw, live) is not { } fit) return live;
        return workload.Provisioned is { SpillsOver: false } ? 0m : live * (1m - fit.Carried);
    }

    // How bought capacity meets the main model's live calls; null where none is bought.
    CapacityFit? Fit(Draw draw, decimal live)
    {
        var share = live * workload.Models[main].Share.In(draw);
        if (workload.Provisioned is { } bought)
        {
            var perUnit = bought.TokensPerMinutePerUnit is { } stated ? stated.In(draw) : AssumedTokensPerMinutePerUnit;
            return CapacityFit.Of(HourlyDemand.Of(workload, share, draw), bought.Units.In(draw) * perUnit);
        }
        return workload.Reserved is not { } reservation ? null
            : CapacityFit.Of(HourlyDemand.Of(workload, share, draw),
                reservation.InputTokensPerMinute.In(draw), reservation.OutputTokensPerMinute.In(draw));
    }

    // What bought capacity carries of the main model's live calls; adds its hours to the bill.
    decimal Carried(Tally tally, decimal live)
    {
        var draw = tally.Draw;
        if (Fit(draw, live) is not { } fit) return 0m;
        if (units is not null && workload.Provisioned is { } bought)
        {
            var count = bought.Units.In(draw);
            var cost = tally.Rate(units, Meter.ModelUnitHour, count * HoursPerMonth, workload.Name, BillCategories.Provisioned);
            tally.Add(workload.Name, BillCategories.Provisioned, cost,
                tally.WithLines ? $"{count:0.##} unit{(count == 1m ? "" : "s")}, "
                    + $"{fit.Utilisation:0%} used, {fit.Carried:0%} of the calls" : "");
            if (tally.WithLines) WarnOfUnits(tally, bought, fit);
            return bought.SpillsOver ? fit.Carried : 1m;
        }
        if (reserved is not null && workload.Reserved is { } reservation)
        {
            var (input, output) = (reservation.InputTokensPerMinute.In(draw), reservation.OutputTokensPerMinute.In(draw));
            var cost = tally.Rate(reserved, Meter.InputTpmHour, input * HoursPerMonth, workload.Name, BillCategories.Reserved)
                + tally.Rate(reserved, Meter.OutputTpmHour, output * HoursPerMonth, workload.Name, BillCategories.Reserved);
            tally.Add(workload.Name, BillCategories.Reserved, cost,
                tally.WithLines ? $"{fit.Utilisation:0%} used, {fit.Carried:0%} of the calls" : "");
        }
        return fit.Carried;
    }

    void AddOnDemand(Tally tally, decimal live, decimal left)
    {
        var name = workload.Name;
        var withCache = Sum(tally, cached ?? plain, live, left, BillCategories.OnDemand);
        if (!tally.WithLines)
        {
            tally.Add(name, BillCategories.OnDemand, withCache, "");
            return;
        }
        var detail = workload.Tier == Tier.Standard ? "" : $"tier {workload.Tier.Name()}";
        if (workload.Prefix is not { IsCached: true } prefix)
        {
            tally.Add(name, BillCategories.OnDemand, withCache, detail);
            return;
        }
        if (cache.Reason is { } reason)
            tally.Lacks(name, BillCategories.Caching,
                cache.Unread.Count == 0 ? $"{reason}; counted as plain input" : $"{reason}; not cached here");
        foreach (var (model, _) in workload.Models)
            if (CacheHits.Obstacle(model, prefix.Tokens.In(tally.Draw), prefix.Lifetime) is { } obstacle)
                tally.Warn($"{name}: {obstacle}; priced without the cache");
        // The line of caching is what it changes: reading and writing, less the same tokens as plain input.
        var without = Sum(tally, plain, live, left, BillCategories.OnDemand);
        var hits = cache.Hits(workload, left, prefix.Lifetime, tally.Draw);
        tally.Add(name, BillCategories.OnDemand, without, detail);
        tally.Add(name, BillCategories.Caching, withCache - without, $"{hits:0.#%} of the calls hit");
    }

    Priced Sum(Tally tally, ExpectedUsage usage, decimal live, decimal left, string category)
    {
        if (left == live) return tally.Rate(usage, live, workload.Name, category);
        var sum = default(Priced);
        for (var i = 0; i < workload.Models.Count; i++)
            sum += tally.RateModel(usage, i, i == main ? left : live, workload.Name, category);
        return sum;
    }

    void WarnOfBatch(Tally tally)
    {
        foreach (var (model, _) in workload.Models)
            if (model.Facts is { Batch: false }) tally.Warn($"{workload.Name}: batch does not support {model.Id}");
    }

    void WarnOfUnits(Tally tally, ProvisionedUse bought, CapacityFit fit)
    {
        if (bought.TokensPerMinutePerUnit is null)
        {
            tally.Warn($"{workload.Name}: a model unit is taken to carry {AssumedTokensPerMinutePerUnit:#,##0} tokens a minute; "
                + "AWS publishes no figure: measure it and state tokens_per_minute_per_unit");
        }
        if (!bought.SpillsOver && fit.Carried < 1m)
            tally.Warn($"{workload.Name}: its units cannot carry {1m - fit.Carried:0.#%} of the tokens, which are refused");
    }
}

/// <summary>Whether a book prices what a cache does, for the models of a mix that can cache the prefix at all.</summary>
/// <param name="Unread">Models, by id, without a price of reading: they are not cached.</param>
/// <param name="CanRead">True when some model of the mix is left to be cached.</param>
/// <param name="Reason">What is missing; null when nothing is.</param>
readonly record struct CachePrices(IReadOnlyList<string> Unread, bool CanRead, bool CanWrite, string? Reason)
{
    public static CachePrices Of(
        DescribedWorkload workload, ExpectedUsage usage, Tier tier, TimeSpan lifetime, PriceBook book, DateOnly day)
    {
        var one = lifetime.TotalHours >= 1d ? new TokenCounts { CacheWrite1h = 1 }
            : lifetime.TotalMinutes > 5d ? new() { CacheWrite30m = 1 } : new TokenCounts { CacheWrite5m = 1 };
        var prefix = workload.Prefix?.Tokens.Likely ?? 0m;
        List<ModelRef> able = [.. usage.Models.Where(m => CacheHits.Obstacle(m, prefix, lifetime) is null)];
        var unread = able.Select(m => (m.Id, Missing: Missing(m, new() { CacheRead = 1 }))).Where(m => m.Missing is not null).ToList();
        string[] without = [.. unread.Select(m => m.Id)];
        var write = able.Where(m => !without.Contains(m.Id)).Select(m => Missing(m, one)).FirstOrDefault(m => m is not null);
        return new(without, able.Count == 0 || without.Length < able.Count, write is null, unread.FirstOrDefault().Missing ?? write);

        string? Missing(ModelRef model, TokenCounts tokens)
        {
            var record = new UsageRecord(new CallKind(Caller.Nobody, usage.Region, model) { Tier = tier, Context = ContextBand.Standard })
            {
                Time = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), Tokens = tokens,
            };
            foreach (var outcome in Rater.Rate(record, book))
                if (outcome is Outcome.Unpriced none) return none.Reason;
            return null;
        }
    }

    /// <summary>Share of the calls to all models of the mix that hit.</summary>
    /// <param name="share">Share of the workload's calls that is bought so.</param>
    public decimal Hits(DescribedWorkload workload, decimal share, TimeSpan lifetime, Draw draw)
    {
        var (hits, all) = (0m, 0m);
        foreach (var (model, part) in workload.Models)
        {
            var ofModel = part.In(draw);
            all += ofModel;
            if (Unread?.Contains(model.Id) != true && CacheHits.Obstacle(model, workload.Prefix?.Tokens.In(draw) ?? 0m, lifetime) is null)
                hits += ofModel * CacheHits.Share(workload, share * ofModel, lifetime, draw);
        }
        return all > 0m ? hits / all : 0m;
    }
}
