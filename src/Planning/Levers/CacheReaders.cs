using Assay.Patterns.Prompts;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// Who else reads what a workload writes to the cache. A cache is an account's, so a role that warms it for another only ever writes.
/// Tokens alone do not tell who reads what: reads that a reader's own writes cannot explain are held to be of whoever wrote before them,
/// unless prompts are known on both sides and have no prefix in common.
/// </summary>
static class CacheReaders
{
    // What others may lose by it beside what stopping saves, to leave it a saving.
    const decimal Little = .25m;

    static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5), Hour = TimeSpan.FromHours(1);

    /// <summary>Takes back what would break the caching of others: to stop it, or to cache for less long or elsewhere.</summary>
    public static void Spare(IReadOnlyList<WorkloadView> views, List<LeverOption>[] options)
    {
        var caching = Enumerable.Range(0, views.Count).Where(i => !views[i].Workload.IsSums && CachingLever.IsCachedNow(views[i]));
        foreach (var account in caching.GroupBy(i => (views[i].Workload.Key.Account, views[i].Model.Id)).Where(g => g.Count() > 1))
        {
            List<int> members = [.. account];
            var orphans = new Dictionary<int, IReadOnlyList<int>>();
            foreach (var writer in members.Where(i => options[i].Exists(o => o.Lever == Lever.Caching)))
            {
                foreach (var reader in members.Where(r => r != writer && !orphans.ContainsKey(r)))
                    orphans[reader] = Unexplained(views[reader].Workload.Span);
                List<int> readers = [.. members.Where(r => r != writer && orphans[r].Count > 0)];
                if (readers.Count == 0 || Writes(views[writer].Workload) is not { Count: > 0 } written) continue;
                var prefixes = Prefixes(views[writer].Workload);
                List<(int Reader, IReadOnlyList<int> Calls)> served = [.. readers
                    .Select(r => (r, Served(written, prefixes, views[r].Workload, orphans[r]))).Where(s => s.Item2.Count > 0)];
                if (served.Count > 0) Weigh(views, writer, served, options[writer]);
            }
        }
    }

    // What stopping saves the writer, less what it costs those who read.
    static void Weigh(
        IReadOnlyList<WorkloadView> views, int writer, List<(int Reader, IReadOnlyList<int> Calls)> served, List<LeverOption> options)
    {
        var lost = served.Sum(s => CostOfNotReading(views[s.Reader], s.Calls));
        var read = served.Sum(s => s.Calls.Sum(c => views[s.Reader].Workload.Span[c].Tokens.CacheRead));
        for (var i = options.Count - 1; i >= 0; i--)
        {
            var option = options[i];
            if (option is not { Lever: Lever.Caching, Kind: ActionKind.Saving }) continue;
            var isStop = option.Plan?.CacheOff ?? false;
            // Whoever reads most of its cache itself may set it as suits it.
            if (!isStop && views[writer].Workload.Calls.Sum(c => c.Tokens.CacheRead) >= read) continue;
            var saving = views[writer].Saving(option) ?? 0m;
            if (!isStop || lost >= saving)
            {
                options.RemoveAt(i);
                continue;
            }
            var (least, most) = option.Evidence.Interval ?? (saving, saving);
            options[i] = option with
            {
                Kind = lost > saving * Little ? ActionKind.Candidate : ActionKind.Saving, Confidence = Confidence.Low,
                Evidence = option.Evidence with { Interval = (least - lost, most) },
                Breaks = $"{Names(views, served)} may read what it writes: without the cache that would cost up to {Say.Usd(lost)} more",
            };
        }
    }

    static string Names(IReadOnlyList<WorkloadView> views, List<(int Reader, IReadOnlyList<int> Calls)> served)
    {
        var names = served.OrderByDescending(s => s.Calls.Count).Select(s => $"'{views[s.Reader].Workload.Name}'").ToList();
        return names.Count <= 2 ? string.Join(" and ", names) : $"{names[0]} and {names.Count - 1} more";
    }

    static decimal CostOfNotReading(WorkloadView reader, IReadOnlyList<int> calls)
    {
        var uses = new Patterns.Caching.CacheUse?[reader.Workload.Calls.Count];
        foreach (var call in calls) uses[call] = new(0, 0);
        // Without a price it is not known, and no more than all that is paid.
        return Math.Max(0m, -reader.Saving(new() { Caching = new(uses, FiveMinutes) }, CallTerms.AsRecorded)
            ?? reader.Replay.Recorded.Cost);
    }

    /// <summary>Calls that read more than any earlier call of their own workload can have left alive in their region.</summary>
    static List<int> Unexplained(ReadOnlySpan<UsageRecord> calls)
    {
        var unexplained = new List<int>();
        var living = new Dictionary<string, List<Left>>(StringComparer.Ordinal);
        for (var i = 0; i < calls.Length; i++)
        {
            ref readonly var call = ref calls[i];
            var cached = call.Tokens.Prompt - call.Tokens.Input;
            if (cached == 0) continue;
            var region = PlannedCaching.ServedIn(call);
            if (!living.TryGetValue(region, out var own)) living[region] = own = [];
            var (time, read) = (call.Time, call.Tokens.CacheRead);
            own.RemoveAll(l => time > l.Until);
            var source = own.FindIndex(l => l.Tokens >= read);
            if (read > 0 && source < 0) unexplained.Add(i);
            // A use renews what it reads; what somebody else wrote and this workload reads is still not of its making.
            if (source >= 0 && read > 0) own[source] = own[source] with { Until = time + own[source].Lives };
            if (cached == read) continue;
            var lives = call.Tokens.CacheWrite1h + call.Tokens.CacheWriteUnknown > 0 ? Hour : FiveMinutes;
            // Of equal length and life one is enough: the later.
            own.RemoveAll(l => l.Tokens <= cached && l.Lives <= lives);
            own.Add(new(cached, time + lives, lives));
        }
        return unexplained;
    }

    readonly record struct Left(long Tokens, DateTime Until, TimeSpan Lives);

    // Of a reader's unexplained reads those that the writer may have left the text for: in its region, while it lived, and not longer.
    static List<int> Served(
        List<(DateTime Time, string Region, long Tokens, TimeSpan Lives)> written, HashSet<ulong> prefixes, RecordedWorkload reader,
        IReadOnlyList<int> orphans)
    {
        var served = new List<int>();
        var calls = reader.Span;
        var next = 0;
        var living = new Dictionary<string, List<Left>>(StringComparer.Ordinal);
        foreach (var orphan in orphans)
        {
            ref readonly var call = ref calls[orphan];
            for (; next < written.Count && written[next].Time <= call.Time; next++)
            {
                var (time, region, tokens, lives) = written[next];
                if (!living.TryGetValue(region, out var all)) living[region] = all = [];
                all.RemoveAll(l => time > l.Until || (l.Tokens <= tokens && l.Lives <= lives));
                all.Add(new(tokens, time + lives, lives));
            }
            if (!living.TryGetValue(PlannedCaching.ServedIn(call), out var left)) continue;
            var (now, read) = (call.Time, call.Tokens.CacheRead);
            var source = left.FindIndex(l => l.Tokens >= read && now <= l.Until);
            if (source < 0) continue;
            if (prefixes.Count > 0 && call.Content?.Prompt is { Count: > 0 } said && !CacheLayout.BeginsWithAny(said, prefixes)) continue;
            left[source] = left[source] with { Until = now + left[source].Lives };
            served.Add(orphan);
        }
        return served;
    }

    static List<(DateTime Time, string Region, long Tokens, TimeSpan Lives)> Writes(RecordedWorkload writer)
    {
        var written = new List<(DateTime, string, long, TimeSpan)>();
        foreach (ref readonly var call in writer.Span)
        {
            var cached = call.Tokens.Prompt - call.Tokens.Input;
            if (cached > call.Tokens.CacheRead)
                written.Add((call.Time, PlannedCaching.ServedIn(call), cached,
                    call.Tokens.CacheWrite1h + call.Tokens.CacheWriteUnknown > 0 ? Hour : FiveMinutes));
        }
        return written;
    }

    // Empty where the prompts or their marks are not known.
    static HashSet<ulong> Prefixes(RecordedWorkload writer)
    {
        var prefixes = new HashSet<ulong>();
        foreach (ref readonly var call in writer.Span)
        {
            if (call.Tokens.Prompt - call.Tokens.Input == call.Tokens.CacheRead) continue;
            if (call.Content?.Prompt is not { Count: > 0 } prompt || !CacheLayout.AddMarkedTo(prefixes, prompt)) return [];
        }
        return prefixes;
    }
}
