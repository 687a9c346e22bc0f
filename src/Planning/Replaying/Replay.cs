using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Assay.Estate;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>What calls came to under an arrangement.</summary>
/// <param name="Cost">USD, exact.</param>
/// <param name="CostMax">Upper bound where records leave the cost open.</param>
/// <param name="Unpriced">Meters of sums that have no price: the same as today, or the arrangement cannot be judged.</param>
/// <param name="Reason">Why the first of them has none; null when all have one.</param>
public readonly record struct ReplayedCost(decimal Cost, decimal CostMax, long Unpriced, string? Reason);

/// <summary>Takes a call as it was recorded, and as it is planned: null where it is no longer made.</summary>
public delegate void PlannedCall(in UsageRecord recorded, UsageRecord? planned);

/// <summary>
/// A workload's recorded calls under other terms, priced by the one rater. Calls that are alike are summed before they are priced, and
/// exact arithmetic gives what rating each of them gives: a plan of calls costs a pass over them, terms cost next to nothing.
/// </summary>
public sealed class Replay(RecordedWorkload workload, PriceBook book)
{
    readonly Dictionary<(CallPlan Plan, BitArray? Apart), Dictionary<SumKey, CallSum>> sums = [];
    readonly Dictionary<(CallKind, CallTerms, bool), CallKind> kinds = [];
    readonly ScopedModels models = new();

    public RecordedWorkload Workload => workload;

    /// <summary>Today.</summary>
    public ReplayedCost Recorded => field.Cost == 0m && field.Reason is null ? field = Cost(CallPlan.AsRecorded, CallTerms.AsRecorded)
        : field;

    /// <summary>Recorded calls of which something has no price, by the first reason; the commonest first.</summary>
    public IReadOnlyList<(string Reason, long Calls)> WithoutPrice()
    {
        var reasons = new SortedDictionary<string, long>(StringComparer.Ordinal);
        Span<Charge> charges = new Charge[Rater.ChargesMax];
        foreach (var (key, sum) in SumsOf(CallPlan.AsRecorded, null))
        {
            var record = Priceable(key, sum, CallTerms.AsRecorded);
            var count = Rater.Rate(record, book, charges);
            foreach (ref readonly var charge in charges[..count])
            {
                if (charge.Rate is not null) continue;
                var reason = Rater.Reason(record, charge, book);
                reasons[reason] = reasons.GetValueOrDefault(reason) + sum.Calls;
                break;
            }
        }
        return [.. reasons.OrderByDescending(r => r.Value).Select(r => (r.Key, r.Value))];
    }

    /// <summary>The calls as planned, bought on these terms.</summary>
    public ReplayedCost Cost(CallPlan plan, CallTerms terms)
    {
        decimal cost = 0m, max = 0m;
        long unpriced = 0;
        string? reason = null;
        Span<Charge> charges = new Charge[Rater.ChargesMax];
        foreach (var (key, sum) in SumsOf(plan, terms.ModelFor))
        {
            var record = Priceable(key, sum, terms);
            var count = Rater.Rate(record, book, charges);
            foreach (ref readonly var charge in charges[..count])
            {
                cost += charge.Cost;
                max += charge.CostMax ?? charge.Cost;
                if (charge.Rate is not null) continue;
                unpriced++;
                reason ??= Rater.Reason(record, charge, book);
            }
        }
        return new(cost, max, unpriced, reason);
    }

    /// <summary>The calls as planned, on these terms, alike ones summed: what <see cref="Cost"/> rates.</summary>
    public IEnumerable<UsageRecord> Usage(CallPlan plan, CallTerms terms) =>
        [.. SumsOf(plan, terms.ModelFor).Select(s => Priceable(s.Key, s.Value, terms))];

    /// <summary>Hands over each call that is still made one by one, as planned, with what it costs; batch jobs are none.</summary>
    public void Each(CallPlan plan, CallTerms terms, Action<DateTime, TokenCounts, decimal> deliver)
    {
        Span<Charge> charges = new Charge[Rater.ChargesMax];
        var calls = workload.Span;
        for (var i = 0; i < calls.Length; i++)
        {
            ref readonly var call = ref calls[i];
            if (call.Tokens.IsNone || plan.Dropped?[i] == true || (terms.Batch && plan.InBatch?[i] == true)) continue;
            var sum = new CallSum();
            sum.Add(plan.TokensOf(call, i), call.Amounts);
            var record = Priceable(KeyOf(call, plan, terms.ModelFor, i), sum, terms);
            var count = Rater.Rate(record, book, charges);
            var cost = 0m;
            foreach (ref readonly var charge in charges[..count]) cost += charge.Cost;
            deliver(call.Time, record.Tokens, cost);
        }
    }

    /// <summary>Hands over each answered call as it was, and as it is planned; null where it is no longer made.</summary>
    public void Deliver(CallPlan plan, CallTerms terms, PlannedCall deliver)
    {
        var calls = workload.Span;
        for (var i = 0; i < calls.Length; i++)
        {
            ref readonly var call = ref calls[i];
            if (call.Tokens.IsNone && call.Amounts is null) continue;
            UsageRecord? planned = null;
            if (plan.Dropped?[i] != true)
            {
                var sum = new CallSum();
                sum.Add(plan.TokensOf(call, i), call.Amounts);
                planned = Priceable(KeyOf(call, plan, terms.ModelFor, i), sum, terms) with { Time = call.Time, RequestId = call.RequestId };
            }
            deliver(call, planned);
        }
    }

    /// <summary>Cost of single calls as they were recorded.</summary>
    /// <param name="isWanted">Which of them.</param>
    public decimal CostOf(Func<int, bool> isWanted)
    {
        Span<Charge> charges = new Charge[Rater.ChargesMax];
        var calls = workload.Span;
        var cost = 0m;
        for (var i = 0; i < calls.Length; i++)
        {
            if (!isWanted(i)) continue;
            var count = Rater.Rate(calls[i], book, charges);
            foreach (ref readonly var charge in charges[..count]) cost += charge.Cost;
        }
        return cost;
    }

    /// <summary>The same, had none of them been above the line from which a long prompt costs more.</summary>
    public decimal StandardBandCostOf(Func<int, bool> isWanted)
    {
        Span<Charge> charges = new Charge[Rater.ChargesMax];
        var calls = workload.Span;
        var cost = 0m;
        for (var i = 0; i < calls.Length; i++)
        {
            if (!isWanted(i)) continue;
            var count = Rater.Rate(calls[i] with { Context = ContextBand.Standard }, book, charges);
            foreach (ref readonly var charge in charges[..count]) cost += charge.Cost;
        }
        return cost;
    }

    // What a sum is called in the book, under the terms asked for.
    UsageRecord Priceable(in SumKey key, CallSum sum, CallTerms terms)
    {
        var kind = KindOf(key, terms);
        var context = key.IsLong && (kind.Model.Facts?.HasLongBand ?? book.HasLongBand(kind.Model.Id)) ? ContextBand.Long
            : ContextBand.Standard;
        var day = DateOnly.FromDayNumber(key.Day);
        var tokens = sum.Tokens;
        // Where cached tokens are not sold on other terms (batch, a model without a cache), they are read as plain input.
        if (!ReferenceEquals(kind, key.Kind) && tokens.Prompt > tokens.Input && IsOtherwiseSold(key.Kind, kind))
        {
            if (book.CardFor(kind, context, day)[Meter.CacheRead] is null) tokens = CallPlan.Plain(tokens);
        }
        return new(kind.Context is null ? WithContext(kind, context) : kind)
        {
            Time = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), Tokens = tokens, Amounts = sum.Amounts,
        };
    }

    static bool IsOtherwiseSold(CallKind from, CallKind to) => from.Mode != to.Mode || from.Model.Id != to.Model.Id;

    readonly Dictionary<(CallKind, ContextBand), CallKind> stated = [];

    CallKind WithContext(CallKind kind, ContextBand context)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(stated, (kind, context), out _);
        return known ??= kind with { Context = context };
    }

    CallKind KindOf(in SumKey key, CallTerms terms)
    {
        if (ReferenceEquals(terms, CallTerms.AsRecorded)) return key.Kind;
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(kinds,
            (key.Kind, terms with { ModelFor = null }, key.InBatch && terms.Batch), out _);
        if (terms.ModelFor is null || key.IsApart) return known ??= Changed(key.Kind, terms, key.InBatch && terms.Batch);
        return Changed(key.Kind, terms with { Model = null }, key.InBatch && terms.Batch);
    }

    CallKind Changed(CallKind kind, CallTerms terms, bool inBatch)
    {
        var model = terms.Model ?? kind.Model;
        // Only a foundation model sold by the token has other scopes, tiers and a batch price; what is in batch has no tier.
        var mode = terms.OnDemand && kind.Mode == Mode.Batch ? Mode.OnDemand : kind.Mode;
        if (model.Kind != ModelKind.Foundation || mode is not (Mode.OnDemand or Mode.Batch)) return kind;
        var scope = terms.Scope ?? (terms.Model is null ? kind.Model.Scope : terms.Model.Scope);
        model = models.In(model, scope);
        var tier = inBatch || mode == Mode.Batch ? Tier.Standard : terms.Tier ?? kind.Tier;
        return kind with { Model = model, Tier = tier, Mode = inBatch ? Mode.Batch : mode };
    }

    Dictionary<SumKey, CallSum> SumsOf(CallPlan plan, BitArray? apart)
    {
        if (sums.TryGetValue((plan, apart), out var known)) return known;
        var made = new Dictionary<SumKey, CallSum>();
        var calls = workload.Span;
        for (var i = 0; i < calls.Length; i++)
        {
            ref readonly var call = ref calls[i];
            if (plan.Dropped?[i] == true || (call.Tokens.IsNone && call.Amounts is null)) continue;
            var key = KeyOf(call, plan, apart, i);
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(made, key, out _);
            (sum ??= new()).Add(plan.TokensOf(call, i), call.Amounts);
        }
        return sums[(plan, apart)] = made;
    }

    static SumKey KeyOf(in UsageRecord call, CallPlan plan, BitArray? apart, int index) => new(
        call.Kind, (int)(call.Time.Ticks / TimeSpan.TicksPerDay),
        call.Context is { } said ? said == ContextBand.Long : call.Tokens.Prompt > Rater.LongContextAbove,
        plan.InBatch?[index] == true, apart?[index] == true);

    /// <summary>What calls have in common that are priced alike.</summary>
    readonly record struct SumKey(CallKind Kind, int Day, bool IsLong, bool InBatch, bool IsApart)
    {
        public bool Equals(SumKey other) => ReferenceEquals(Kind, other.Kind) && Day == other.Day && IsLong == other.IsLong
            && InBatch == other.InBatch && IsApart == other.IsApart;

        public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(Kind), Day, IsLong, InBatch, IsApart);
    }

    sealed class CallSum
    {
        // Most calls have tokens alone, and there are many sums.
        SortedDictionary<Meter, decimal>? amounts;

        public TokenCounts Tokens { get; private set; }
        public long Calls { get; private set; }

        public MeteredAmount[]? Amounts => amounts is null ? null : [.. amounts.Select(a => new MeteredAmount(a.Key, a.Value))];

        public void Add(in TokenCounts more, MeteredAmount[]? others)
        {
            Calls++;
            var sum = Tokens;
            Tokens = new()
            {
                Input = sum.Input + more.Input, Output = sum.Output + more.Output, CacheRead = sum.CacheRead + more.CacheRead,
                CacheWrite5m = sum.CacheWrite5m + more.CacheWrite5m, CacheWrite30m = sum.CacheWrite30m + more.CacheWrite30m,
                CacheWrite1h = sum.CacheWrite1h + more.CacheWrite1h, CacheWriteUnknown = sum.CacheWriteUnknown + more.CacheWriteUnknown,
            };
            if (others is null or []) return;
            amounts ??= [];
            foreach (var amount in others) amounts[amount.Meter] = amounts.GetValueOrDefault(amount.Meter) + amount.Amount;
        }
    }
}
