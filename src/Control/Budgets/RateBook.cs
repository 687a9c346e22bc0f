using System.Collections.Concurrent;
using Assay.Control.Policies;

namespace Assay.Control.Budgets;

/// <summary>How much a minute somebody may ask for. Null for no limit.</summary>
/// <param name="Name">One rule's alone.</param>
/// <param name="Apps">The apps it is about, with wildcards; empty for any.</param>
public sealed record RateRule(
    string Name, Who Who, IReadOnlyList<string> Apps, BudgetPer Per, long? RequestsPerMinute, long? TokensPerMinute, decimal? UsdPerMinute);

/// <summary>What of a rate is used up.</summary>
public enum RateMeter : byte { Requests, Tokens, Usd }

/// <summary>What a call has taken, to be corrected once by what it really used.</summary>
public readonly record struct RateTake
{
    internal RateTake(RateSet set, long second, long tokens, decimal usd) => (Set, Second, Tokens, Usd) = (set, second, tokens, usd);

    internal RateSet? Set { get; }
    internal long Second { get; }
    public long Tokens { get; }
    public decimal Usd { get; }
}

/// <summary>Whether a call keeps to its rates, and which one says no.</summary>
public readonly record struct RateAdmission
{
    public static readonly RateAdmission Admitted = new() { IsAdmitted = true };

    public bool IsAdmitted { get; init; }

    /// <summary>The rate that refuses; null when the call is admitted.</summary>
    public string? Rule { get; init; }

    /// <summary>The key, app, team or environment whose counter refuses; empty for the one counter of all.</summary>
    public string? Value { get; init; }
    public RateMeter Meter { get; init; }
    public decimal Limit { get; init; }
    public decimal Used { get; init; }

    /// <summary>Seconds after which the same call fits if nothing else is taken, 1 to 60; null when a minute never has as much.</summary>
    public int? RetryAfter { get; init; }
}

/// <summary>The rates that are about a spender.</summary>
public sealed class RateSet
{
    internal RateSet(Spender spender, (RateRule Rule, RateCounter Counter)[] counted, int version) =>
        (Spender, Counted, Version) = (spender, counted, version);

    public Spender Spender { get; }
    internal (RateRule Rule, RateCounter Counter)[] Counted { get; }
    internal int Version { get; }
}

/// <summary>Requests, tokens and dollars of the last minute, by the second. A call takes of all its rates, or of none.</summary>
public sealed class RateBook
{
    readonly Lock gate = new();
    readonly Dictionary<(string Name, BudgetPer Per, string Value), RateCounter> counters = [];
    IReadOnlyList<RateRule> rules = [];
    SpenderRules about = new(null);
    volatile ConcurrentDictionary<Spender, RateSet> sets = [];
    readonly TimeProvider time;
    readonly long began;
    int version;

    /// <param name="time">Its timestamps count: a clock that people set back would give a minute out twice, or none for hours.</param>
    public RateBook(IReadOnlyList<RateRule> rules, PolicyFile? policy, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (this.time, began) = (time, time.GetTimestamp());
        Reload(rules, policy);
    }

    /// <summary>The rates that are about a spender: the same object until the rules are read again, and good for ever.</summary>
    public RateSet For(Spender spender)
    {
        if (sets.TryGetValue(spender, out var known)) return known;
        lock (gate) return SetOf(spender);
    }

    /// <summary>Takes one request, its tokens and dollars of every rate of the set, or of none.</summary>
    /// <param name="tokens">The tokens it is expected to use.</param>
    public RateAdmission TryTake(RateSet set, long tokens, decimal usd, out RateTake take)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfNegative(usd);
        lock (gate) return Take(set, 1, tokens, usd, out take);
    }

    /// <summary>Takes for a call that goes on to a dearer model: all that it may use now, in place of what it took before. It stays one
    /// request. Where there is no room it keeps what it had.</summary>
    /// <param name="tokens">The tokens it is expected to use by now; fewer than before change nothing.</param>
    public RateAdmission TryTakeMore(RateTake before, long tokens, decimal usd, out RateTake take)
    {
        take = before;
        if (before.Set is not { } set || (tokens <= before.Tokens && usd <= before.Usd)) return RateAdmission.Admitted;
        lock (gate)
        {
            Change(before, -before.Tokens, -before.Usd);
            var admission = Take(set, 0, Math.Max(tokens, before.Tokens), Math.Max(usd, before.Usd), out var more);
            if (admission.IsAdmitted) take = more;
            else Change(before, before.Tokens, before.Usd);
            return admission;
        }
    }

    RateAdmission Take(RateSet set, long requests, long tokens, decimal usd, out RateTake take)
    {
        if (set.Version != version) set = SetOf(set.Spender);
        var second = time.GetElapsedTime(began).Ticks / TimeSpan.TicksPerSecond;
        foreach (var (rule, counter) in set.Counted)
        {
            counter.Reach(second);
            if (Refusal(rule, counter, requests, tokens, usd) is not { } refused) continue;
            take = default;
            return refused;
        }
        foreach (var (_, counter) in set.Counted) counter.Add(second, requests, tokens, usd);
        take = new(set, second, tokens, usd);
        return RateAdmission.Admitted;
    }

    static void Change(in RateTake take, long tokens, decimal usd)
    {
        foreach (var (_, counter) in take.Set!.Counted) counter.Add(take.Second, 0, tokens, usd);
    }

    /// <summary>Replaces what a call has taken by what it used, in the second it was admitted. Once a call.</summary>
    public void Correct(in RateTake take, long actualTokens, decimal actualUsd)
    {
        if (take.Set is null) return;
        lock (gate) Change(take, actualTokens - take.Tokens, actualUsd - take.Usd);
    }

    /// <summary>Takes other rules. A rule of the same name and kind of counter goes on with its last minute.</summary>
    public void Reload(IReadOnlyList<RateRule> rules, PolicyFile? policy)
    {
        ArgumentNullException.ThrowIfNull(rules);
        if (rules.GroupBy(r => r.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Two rates are called '{twice.Key}'; accepted: a name once.", nameof(rules));
        lock (gate)
        {
            var gone = counters.Keys.Where(k => !rules.Any(r => r.Name == k.Name && r.Per == k.Per)).ToList();
            foreach (var key in gone) counters.Remove(key);
            (this.rules, about, sets) = ([.. rules], new(policy), []);
            version++;
        }
    }

    static RateAdmission? Refusal(RateRule rule, RateCounter counter, long requests, long tokens, decimal usd)
    {
        if (requests > 0 && rule.RequestsPerMinute is { } requestsMost && counter.Total.Requests + requests > requestsMost)
            return Refused(
                RateMeter.Requests, requestsMost, counter.Total.Requests, counter.Wait(s => s.Requests, requests, requestsMost));
        if (rule.TokensPerMinute is { } tokensMost && counter.Total.Tokens + tokens > tokensMost)
            return Refused(RateMeter.Tokens, tokensMost, counter.Total.Tokens, counter.Wait(s => s.Tokens, tokens, tokensMost));
        if (rule.UsdPerMinute is { } usdMost && counter.Total.Usd + usd > usdMost)
            return Refused(RateMeter.Usd, usdMost, counter.Total.Usd, counter.Wait(s => s.Usd, usd, usdMost));
        return null;

        RateAdmission Refused(RateMeter meter, decimal limit, decimal used, int? retryAfter) => new()
        {
            Rule = rule.Name, Value = counter.Value, Meter = meter, Limit = limit, Used = used, RetryAfter = retryAfter,
        };
    }

    RateSet SetOf(Spender spender)
    {
        if (sets.TryGetValue(spender, out var known)) return known;
        List<(RateRule, RateCounter)> counted = [];
        foreach (var rule in rules.Where(r => about.IsAbout(r.Who, r.Apps, spender)))
        {
            var key = (rule.Name, rule.Per, about.ValueOf(rule.Per, spender));
            if (!counters.TryGetValue(key, out var counter)) counters[key] = counter = new(key.Item3);
            counted.Add((rule, counter));
        }
        return sets[spender] = new(spender, [.. counted], version);
    }
}

/// <summary>One rate's use for one value in the last 60 seconds. Not locked: the book's lock holds.</summary>
sealed class RateCounter(string value)
{
    public const int Seconds = 60;

    readonly Slice[] slices = new Slice[Seconds];
    long last;
    Slice total;

    public struct Slice
    {
        public long Requests;
        public long Tokens;
        public decimal Usd;
    }

    public string Value { get; } = value;
    public ref readonly Slice Total => ref total;

    /// <summary>Drops what a moment has left behind. What is past already changes nothing: time never opens a minute a second
    /// time.</summary>
    public void Reach(long second)
    {
        if (second - last >= Seconds)
        {
            Array.Clear(slices);
            (total, last) = (default, second);
        }
        while (last < second)
        {
            ref var old = ref slices[(int)(++last % Seconds)];
            total.Requests -= old.Requests;
            total.Tokens -= old.Tokens;
            total.Usd -= old.Usd;
            old = default;
        }
    }

    /// <summary>Adds to a second, unless it has left the minute.</summary>
    public void Add(long second, long requests, long tokens, decimal usd)
    {
        if (second > last || last - second >= Seconds) return;
        Add(ref slices[(int)(second % Seconds)]);
        Add(ref total);

        void Add(ref Slice to)
        {
            to.Requests += requests;
            to.Tokens += tokens;
            to.Usd += usd;
        }
    }

    /// <summary>Seconds until an amount fits; null when it never will.</summary>
    public int? Wait(Func<Slice, decimal> meter, decimal amount, decimal most)
    {
        if (amount > most) return null;
        var left = meter(total);
        for (var after = 1; after < Seconds; after++)
        {
            left -= meter(slices[(int)((last + after) % Seconds)]);
            if (left + amount <= most) return after;
        }
        return Seconds;
    }
}
