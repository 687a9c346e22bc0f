using Assay.Estate;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>A way out of throttling and what it costs a month; null where no price or figure tells.</summary>
public sealed record ThrottlingEscape(string Name, decimal? MonthlyUsd, string Note);

/// <summary>What a workload asks of a model in its busiest minute, beside what the account may use.</summary>
/// <param name="PeakTokensPerMinute">
/// Tokens the service counts: input, cache writes and the output asked for at most; without a limit, the output produced.
/// </param>
/// <param name="HoursAtRisk">Hours a month whose busiest minute exceeds a quota; null when no quota is stated.</param>
/// <param name="AtRiskUsd">Those hours at what the estate says one is worth; null when it does not say.</param>
public sealed record ThrottlingRisk(
    string Workload, ModelRef Model, decimal PeakTokensPerMinute, decimal PeakRequestsPerMinute, Quota? Quota, decimal? HoursAtRisk,
    decimal? AtRiskUsd, IReadOnlyList<ThrottlingEscape> Escapes)
{
    const decimal DaysPerMonth = 30m;
    const decimal MinutesPerMonthOfOneHour = DaysPerMonth * 60m;

    /// <summary>One a workload and model of its mix, calls sent as batch left out: they have quotas of their own.</summary>
    public static IReadOnlyList<ThrottlingRisk> OfAll(EstateModel model, IReadOnlyList<WeighedWorkload> weighed)
    {
        // Workloads of one account, region and model share a quota; the file states one a model, so all of its callers share it.
        var needs = model.Estate.Workloads.SelectMany(w => w.Models.Select(m => Need(model, w, m))).ToList();
        var shared = needs.GroupBy(n => (n.Model.Id, n.Model.Scope)).ToDictionary(g => g.Key, Total);
        var byName = weighed.DistinctBy(w => w.Name).ToDictionary(w => w.Name, StringComparer.Ordinal);
        return [.. needs.Select(n => Of(model, n, shared[(n.Model.Id, n.Model.Scope)], byName.GetValueOrDefault(n.Workload.Name)))];
    }

    sealed record Demand(DescribedWorkload Workload, ModelRef Model, decimal[] Tokens, decimal[] Requests, decimal Reserved,
        decimal Produced);

    sealed record Together(decimal[] Tokens, decimal[] Requests);

    static Together Total(IEnumerable<Demand> needs)
    {
        var (tokens, requests) = (new decimal[24], new decimal[24]);
        foreach (var need in needs)
        {
            for (var hour = 0; hour < need.Tokens.Length; hour++)
            {
                tokens[hour] += need.Tokens[hour];
                requests[hour] += need.Requests[hour];
            }
        }
        return new(tokens, requests);
    }

    static Demand Need(EstateModel model, DescribedWorkload workload, ModelShare share)
    {
        var draw = model.Likely;
        var calls = ExpectedUsage.Calls(workload, draw) * share.Share.In(draw) * (1m - workload.BatchShare.In(draw));
        var input = workload.InputTokens.Mean.In(draw);
        if (workload.Prefix is { IsCached: true } prefix
            && CacheHits.Obstacle(share.Model, prefix.Tokens.In(draw), prefix.Lifetime) is null)
        {
            // What is read from the cache takes nothing of the quota.
            input -= Math.Min(input, prefix.Tokens.In(draw)) * CacheHits.Share(workload, share.Share.In(draw), prefix.Lifetime, draw);
        }
        var burn = QuotaOf(model.Estate, share.Model)?.OutputBurndown?.In(draw) ?? 1m;
        var produced = workload.OutputTokens.Mean.In(draw) * burn;
        // The service sets the most that was asked for aside when a call begins; what was produced counts at its burn-down rate.
        var reserved = Math.Max(workload.MaxTokens?.In(draw) ?? 0m, produced);
        var weights = workload.Arrivals.HourWeights;
        var sum = Math.Max(weights.Sum(), 0.000001m);
        var peak = Math.Max(1m, workload.Arrivals.PeakFactor.In(draw));
        decimal[] requests = [.. weights.Select(w => calls * w / sum / MinutesPerMonthOfOneHour * peak)];
        return new(workload, share.Model, [.. requests.Select(r => r * (input + reserved))], requests, reserved, produced);
    }

    static Quota? QuotaOf(DescribedEstate estate, ModelRef model) =>
        estate.Quotas.FirstOrDefault(q => q.Model == model.Id && q.Scope == model.Scope)
        ?? estate.Quotas.FirstOrDefault(q => q.Model == model.Id);

    static ThrottlingRisk Of(EstateModel model, Demand need, Together together, WeighedWorkload? weighed)
    {
        var draw = model.Likely;
        var (tokens, requests) = together;
        var quota = QuotaOf(model.Estate, need.Model);
        decimal? atRisk = quota is null ? null : Enumerable.Range(0, tokens.Length).Count(h =>
            tokens[h] > (quota.TokensPerMinute?.In(draw) ?? decimal.MaxValue)
            || requests[h] > (quota.RequestsPerMinute?.In(draw) ?? decimal.MaxValue)) * DaysPerMonth;
        return new(need.Workload.Name, need.Model, tokens.Max(), requests.Max(), quota, atRisk,
            model.Estate.ServiceLevelUsdPerHour is { } worth ? atRisk * worth.In(draw) : null,
            atRisk is > 0m && weighed is not null ? WaysOut(model, need, tokens, quota!, weighed) : []);
    }

    static List<ThrottlingEscape> WaysOut(
        EstateModel model, Demand need, decimal[] tokens, Quota quota, WeighedWorkload weighed)
    {
        var escapes = new List<ThrottlingEscape>();
        if (need.Reserved > need.Produced)
        {
            var peakRequests = need.Requests.Max();
            var spared = peakRequests * (need.Reserved - need.Produced);
            escapes.Add(new("lower max_tokens", 0m, $"to what is produced: {tokens.Max() - spared:#,##0} tokens in the busiest minute"
                + (quota.TokensPerMinute is { } limit && tokens.Max() - spared <= limit.In(model.Likely) ? ", within the quota" : "")));
        }
        var now = weighed.Options.Where(o => o.Mode == BillCategories.OnDemand && o.Tier == need.Workload.Tier
            && o.Scope == need.Model.Scope)
            .Select(o => o.Monthly).FirstOrDefault();
        foreach (var scope in (Scope[])[Scope.Geo, Scope.Global])
        {
            if (scope == need.Model.Scope) continue;
            var other = weighed.Options.FirstOrDefault(o =>
                o.Mode == BillCategories.OnDemand && o.Tier == need.Workload.Tier && o.Scope == scope);
            if (other is null) continue;
            escapes.Add(new($"{scope.Name()} profile", other.IsAllowed ? other.Monthly - now : null,
                other.IsAllowed ? "a quota of its own, over more regions" : other.Why));
        }
        foreach (var mode in (string[])[BillCategories.Reserved, BillCategories.Provisioned])
        {
            var best = weighed.Options.Where(o => o.Mode == mode && o.Monthly is not null).MinBy(o => o.Monthly);
            if (best is null)
            {
                escapes.Add(new(mode, null, weighed.Options.FirstOrDefault(o => o.Mode == mode)?.Why ?? "not offered"));
                continue;
            }
            escapes.Add(new(mode, best.Monthly - now, best.Why));
        }
        return escapes;
    }
}
