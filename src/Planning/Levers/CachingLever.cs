using Assay.Patterns.Caching;
using Assay.Patterns.Prompts;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>What prompts have in common, kept in the prompt cache; and caching that loses money, stopped.</summary>
static class CachingLever
{
    // A change of what is cached already must bring this share of the bill: replay is exact, the length of a prefix in tokens is not.
    const decimal ChangeWorthwhile = .03m;

    const int ExamplesMax = 3;

    static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5), Hour = TimeSpan.FromHours(1);

    public static IEnumerable<LeverOption> Options(WorkloadView view)
    {
        if (!view.IsMovable) yield break;
        if (Stop(view) is { } stop) yield return stop;
        if (view.Model.Facts is not { CacheMinimum: > 0 } facts) yield break;
        if (!view.Workload.HasPrompts)
        {
            if (Grown(view, facts) is { } supposed) yield return supposed;
            yield break;
        }
        var calls = view.Workload.Calls;
        var findings = new List<LeverOption>();
        var pays = false;
        foreach (var layout in CacheLayouts.Worth(calls, facts.CacheMinimum, view.Shared, view.Conversations))
        {
            var ways = Lifetimes(facts.CacheTtls).Select(l => Way(view, layout, l)).Where(w => w.Saving is not null)
                .OrderByDescending(w => w.Saving).ToList();
            if (ways.Count == 0) continue;
            var worthwhile = IsCachedNow(view) ? view.Replay.Recorded.Cost * ChangeWorthwhile : 0m;
            foreach (var way in ways.Where(w => w.Saving > worthwhile))
            {
                pays = true;
                yield return Option(view, layout, way, ways, ActionKind.Saving);
            }
            // Caches of many regions are each too cold, where one would pay: a finding all the same.
            if (!IsCachedNow(view) && (layout.Kind is CacheLayoutKind.Static or CacheLayoutKind.Moved) && ways[0].Saving <= 0m
                && ways.Max(w => w.InOneCache) > 0m)
                findings.Add(Option(view, layout, ways[0], ways, ActionKind.Candidate) with { IsFinding = true });
        }
        if (pays) yield break;
        foreach (var finding in findings) yield return finding;
    }

    /// <summary>A layout of cache points with a lifetime, replayed.</summary>
    /// <param name="Saving">With a cache in each serving region; null where a price is missing.</param>
    public sealed record CachedWay(TimeSpan Lifetime, PlannedCaching Caching, decimal? Saving, decimal? InOneCache);

    static CachedWay Way(WorkloadView view, CacheLayout layout, TimeSpan lifetime)
    {
        var apart = PlannedCaching.Of(view.Workload.Span, layout, lifetime, inOneCache: false);
        var together = PlannedCaching.Of(view.Workload.Span, layout, lifetime, inOneCache: true);
        return new(lifetime, apart, view.Saving(new() { Caching = apart }, CallTerms.AsRecorded),
            view.Saving(new() { Caching = together }, CallTerms.AsRecorded));
    }

    public static LeverOption Option(WorkloadView view, CacheLayout layout, CachedWay way, IReadOnlyList<CachedWay> ways, ActionKind kind)
    {
        var regions = view.Workload.Calls.Select(c => c.Content?.ServingRegion ?? "").Where(r => r.Length > 0).Distinct().Count();
        var moved = layout.Kind == CacheLayoutKind.Moved;
        var (read, prompt) = (way.Caching.Read, view.Workload.Calls.Sum(c => c.Tokens.Prompt));
        var one = ways.Max(w => w.InOneCache);
        var text = CachedText.IsOpen(layout) ? layout.Text : null;
        List<(string, string)> figures = [.. ways.Select(w => ($"over the period, kept {Say.Lifetime(w.Lifetime)}",
            Say.Usd(w.Saving ?? 0m))), .. CachedText.Recognised(view, layout, way)];
        if (regions > 1) figures.Add(($"were the {regions} serving regions one", Say.Usd(one ?? 0m)));
        return new()
        {
            Lever = Lever.Caching, Kind = kind,
            From = layout.Kind == CacheLayoutKind.AsMarked ? "cached for another time" : moved ? "shared text behind text that varies"
                : IsCachedNow(view) ? "cached in other places" : "not cached",
            To = $"a cache point {layout.Where}, for {Say.Lifetime(way.Lifetime)}",
            Plan = new() { Caching = way.Caching }, Effort = moved ? Effort.Medium : Effort.Low,
            Confidence = moved || (text is not null && CachedText.IsDoubtful(text)) ? Confidence.Medium : Confidence.High,
            Breaks = moved ? "the model reads the prompt in another order: compare some answers" : "nothing: answers stay the same",
            Setup = way.Lifetime == Hour
                ? """{"cachePoint": {"type": "default", "ttl": "1h"}}""" : """{"cachePoint": {"type": "default"}}""",
            Evidence = view.Evidence($"{Say.Share(prompt == 0 ? 0 : (double)read / prompt)} of the prompts' tokens would be read from "
                + $"the cache"
                + (kind == ActionKind.Saving ? "" : ", too few to pay for writing them")
                + (regions > 1 ? $"; each of {regions} serving regions keeps a cache of its own, and one alone would save "
                + $"{Say.Usd(one ?? 0m)} over the period." : ".")
                + (text is null ? "" : $" The text has between {Say.Count(text.TokensLeast)} and {Say.Count(text.TokensMost)} tokens: what "
                + "stands beside it hardly varies in length, so what was charged does not tell them apart.")) with
            {
                Figures = figures,
                Examples = [.. CachedText.Using(view, way).Take(ExamplesMax).Select(i => view.Workload.Calls[i].RequestId)],
                Interval = CachedText.Interval(view, text, way.Saving, regions > 1 ? one : null),
            },
        };
    }

    // Without prompts, sessions still show how they grow. What an agent says next begins with what it said before; that this is so here
    // is supposed and not seen, so it is nothing to count.
    static LeverOption? Grown(WorkloadView view, ModelFacts facts)
    {
        if (view.Workload.IsSums || IsCachedNow(view)) return null;
        var calls = view.Workload.Calls;
        var chains = view.Conversations.All.Where(c => c.IsNamed).SelectMany(c => c.Calls.Where(i => calls[i].Tokens.Prompt > 0)
            .GroupBy(i => calls[i].Content?.ServingRegion ?? "").Select(g => g.ToArray())).Where(c => c.Length > 1).ToList();
        var ways = Lifetimes(facts.CacheTtls).Select(l => (Lifetime: l, Caching: Supposed(l)))
            .Select(w => (w.Lifetime, w.Caching, Saving: view.Saving(new() { Caching = w.Caching }, CallTerms.AsRecorded) ?? 0m)).ToList();
        if (ways.Count == 0 || ways.MaxBy(w => w.Saving) is not { Saving: > 0m } best) return null;
        var prompt = calls.Sum(c => c.Tokens.Prompt);
        var inVain = view.Saving(new() { Caching = new([.. best.Caching.Uses.Select(u => u is { } use
            ? new CacheUse(0, use.Read + use.Written) : (CacheUse?)null)], best.Lifetime) }, CallTerms.AsRecorded) ?? 0m;
        return new()
        {
            Lever = Lever.Caching, Kind = ActionKind.Candidate, From = "not cached",
            To = $"a cache point at the end of the messages, for {Say.Lifetime(best.Lifetime)}", Plan = new() { Caching = best.Caching },
            Confidence = Confidence.Low, Effort = Effort.Low, Breaks = "nothing: answers stay the same",
            Setup = best.Lifetime == Hour
                ? """{"cachePoint": {"type": "default", "ttl": "1h"}}""" : """{"cachePoint": {"type": "default"}}""",
            Evidence = view.Evidence("Prompts are not in these logs; times, lengths and sessions are. If each prompt of a session begins "
                + $"with the one before, {Say.Share((double)best.Caching.Read / prompt)} of the prompts' tokens would be read from the "
                + $"cache; if they share nothing, writing them costs {Say.Usd(-inVain)} more. A day's log with bodies tells.",
                chains.Sum(c => c.Length)) with
            {
                Figures = [.. ways.Select(w => ($"over the period, kept {Say.Lifetime(w.Lifetime)}", Say.Usd(w.Saving)))],
                Interval = (inVain, best.Saving),
            },
        };

        PlannedCaching Supposed(TimeSpan lifetime)
        {
            var uses = new CacheUse?[calls.Count];
            foreach (var chain in chains)
            {
                var used = CacheCounts.Uses([.. chain.Select(i => new CountedCall(calls[i].Time, "", calls[i].Tokens.Prompt))], lifetime,
                    facts.CacheMinimum);
                for (var i = 0; i < chain.Length; i++) uses[chain[i]] = used[i];
            }
            return new(uses, lifetime);
        }
    }

    public static IEnumerable<TimeSpan> Lifetimes(IReadOnlyList<string> offered)
    {
        if (offered.Contains("5m")) yield return FiveMinutes;
        if (offered.Contains("1h")) yield return Hour;
    }

    public static bool IsCachedNow(WorkloadView view) => view.Workload.Calls.Any(c => c.Tokens.Prompt > c.Tokens.Input);

    /// <summary>
    /// The most caching can save where no prompt is in the logs: from times and counts alone. No prompt shares more than the shortest one
    /// has, and what all share is read as often as the times allow; the least is nothing.
    /// </summary>
    public static decimal AtMost(WorkloadView view)
    {
        if (!view.IsMovable || view.Workload.IsSums || IsCachedNow(view) || view.Model.Facts is not { CacheMinimum: > 0 } facts) return 0m;
        var calls = view.Workload.Calls;
        var shortest = calls.Where(c => c.Tokens.Prompt > 0).Min(c => c.Tokens.Prompt);
        if (shortest < facts.CacheMinimum) return 0m;
        return Lifetimes(facts.CacheTtls).Max(lifetime =>
        {
            var cache = new PrefixCache(lifetime);
            var uses = new CacheUse?[calls.Count];
            for (var i = 0; i < calls.Count; i++)
                if (calls[i].Tokens.Prompt > 0) uses[i] = cache.Use(calls[i].Time, [new(1, shortest)]);
            return view.Saving(new() { Caching = new(uses, lifetime) }, CallTerms.AsRecorded) ?? 0m;
        });
    }

    // Writes cost more than plain input, and only reads pay for them.
    static LeverOption? Stop(WorkloadView view)
    {
        long read = 0, written = 0;
        var writes = 0;
        var examples = new List<RequestId>(ExamplesMax);
        foreach (ref readonly var call in view.Workload.Span)
        {
            var tokens = call.Tokens;
            var wrote = tokens.CacheWrite5m + tokens.CacheWrite30m + tokens.CacheWrite1h + tokens.CacheWriteUnknown;
            (read, written) = (read + tokens.CacheRead, written + wrote);
            if (wrote == 0) continue;
            writes++;
            if (examples.Count < ExamplesMax) examples.Add(call.RequestId);
        }
        if (written == 0) return null;
        var option = new LeverOption
        {
            Lever = Lever.Caching, Kind = ActionKind.Saving, From = read == 0 ? "written, never read" : "written more than it is read",
            To = "no cache point", Plan = new() { CacheOff = true }, Confidence = Confidence.High, Effort = Effort.Low,
            Breaks = "nothing: answers stay the same", Setup = "leave cachePoint (cache_control) out of the request",
            Evidence = view.Evidence($"{Say.Count(written)} tokens were written to the cache and "
                + $"{(read == 0 ? "none was" : $"{Say.Count(read)} were")} read "
                + "from it; billed as plain input they cost less.", writes) with { Examples = examples },
        };
        if (view.Saving(option) is not { } saving) return null;
        // Writes of unknown lifetime are charged at the five minutes' rate, and may cost the hour's.
        var recorded = view.Replay.Recorded;
        var most = saving + recorded.CostMax - recorded.Cost;
        if (most <= saving) return saving > 0m ? option : null;
        return saving <= 0m ? null : option with { Evidence = option.Evidence with { Interval = (saving, most) } };
    }
}
