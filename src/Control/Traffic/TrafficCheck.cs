using System.Runtime.CompilerServices;
using Assay.Control.Policies;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Control.Traffic;

/// <summary>What calls of one kind came to that break one rule in one way.</summary>
/// <param name="Cost">USD, exact.</param>
/// <param name="CostMax">Upper bound in USD.</param>
/// <param name="Unpriced">Calls of which some part has no price.</param>
public sealed record TrafficBreak(PolicyBreak Break, CallKind Kind, string Env, long Requests, decimal Cost, decimal CostMax, long Unpriced)
{
    public DateTime First { get; init; }
    public DateTime Last { get; init; }
}

/// <summary>Calls of which the input does not tell whether they keep to the policy.</summary>
public sealed record Undecided(string Reason, long Requests, decimal Cost);

/// <summary>A budget in one calendar month of UTC.</summary>
/// <param name="Spent">USD, exact; a lower bound where calls are <paramref name="Unpriced"/>.</param>
/// <param name="Days">Days from the first to the last call of the month.</param>
/// <param name="Steps">The steps that were reached, each with its first day.</param>
public sealed record BudgetMonth(
    PolicyBudget Budget, DateOnly Month, decimal Spent, long Unpriced, int Days, IReadOnlyList<(decimal Step, DateOnly Day)> Steps)
{
    public decimal Share => Spent / Budget.UsdPerMonth;

    /// <summary>What a month of 30 days costs at the pace of these days, USD.</summary>
    public decimal PerMonth => Spent * 30m / Days;
    public bool IsOver => Spent > Budget.UsdPerMonth;
}

/// <summary>What real traffic says of a policy.</summary>
/// <param name="Breaking">Calls that break the policy in any way; each counts once.</param>
public sealed record TrafficFindings(
    long Requests, decimal Cost, long Breaking, decimal BreakingCost, IReadOnlyList<TrafficBreak> Breaks,
    IReadOnlyList<Undecided> Undecided, IReadOnlyList<BudgetMonth> Budgets)
{
    /// <summary>Calls of which some part has no price: costs are lower bounds by theirs.</summary>
    public long Unpriced { get; init; }
}

/// <summary>
/// Holds rated records against a policy. What a rule says of a kind of call is worked out once for the kind; what depends on the single
/// call, its guardrail and its cost, for each.
/// </summary>
public sealed class TrafficCheck(PolicyFile policy, IReadOnlyList<string> tagKeys)
{
    sealed class Sum
    {
        public long Requests, Unpriced;
        public decimal Cost, CostMax;
        public DateTime First = DateTime.MaxValue, Last = DateTime.MinValue;
    }

    sealed class Judged(CallKind kind, string env, List<PolicyBreak> breaks, string undecided, List<int> budgets, List<LimitRule> single)
    {
        public CallKind Kind => kind;
        public string Env => env;
        public List<PolicyBreak> Breaks => breaks;
        public string Undecided => undecided;
        public List<int> Budgets => budgets;

        /// <summary>Limits that depend on the single call.</summary>
        public List<LimitRule> Limits => single;
        public Sum All { get; } = new();
        public Dictionary<PolicyBreak, Sum> Single { get; } = [];
    }

    const string Opaque = "the model behind an application inference profile is not known; name it with --profiles FILE";
    const string NoPrice = "some of a call has no price, so whether it kept to its ceiling is not known";
    const string Unseen = "bodies were not delivered, so whether a guardrail was there is not visible";

    static readonly List<PolicyBreak> None = [];

    readonly Dictionary<CallKind, Judged> byAddress = new(ByAddress.Same);
    readonly Dictionary<string, Sum> unseen = new(StringComparer.Ordinal);
    readonly SortedDictionary<(int Budget, DateOnly Day), Sum> spent = [];
    long requests, breaking, withoutPrice;
    decimal cost, breakingCost;

    /// <summary>Adds a record and what it was rated at. Failed calls cost nothing and break nothing.</summary>
    public void Add(in UsageRecord record, ReadOnlySpan<Charge> charges)
    {
        if (record.Failed) return;
        if (!byAddress.TryGetValue(record.Kind, out var judged)) byAddress.Add(record.Kind, judged = Judge(record.Kind));
        decimal charged = 0m, most = 0m;
        var unpriced = false;
        foreach (ref readonly var charge in charges)
        {
            charged += charge.Cost;
            most += charge.CostMax ?? charge.Cost;
            unpriced |= charge.Unpriced is not (UnpricedCause.None or UnpricedCause.CoveredByModelUnits);
        }
        var count = record.Kind.IsSum ? 0 : 1;
        Add(judged.All, record, count, charged, most, unpriced);
        requests += count;
        cost += charged;
        if (unpriced) withoutPrice++;
        foreach (var budget in judged.Budgets)
            Add(SumOf(spent, (budget, DateOnly.FromDateTime(record.Time))), record, count, charged, most, unpriced);
        var breaks = judged.Breaks.Count > 0;
        if (judged.Limits.Count > 0)
            foreach (var single in Single(judged, record, charged, unpriced))
            {
                breaks = true;
                Add(SumOf(judged.Single, single), record, count, charged, most, unpriced);
            }
        if (!breaks) return;
        breaking += count;
        breakingCost += charged;
    }

    /// <summary>What was found so far: breaks by cost, the dearest first.</summary>
    public TrafficFindings Findings()
    {
        var kinds = byAddress.Values.ToList();
        var breaks = kinds.SelectMany(k => k.Breaks.Select(b => (Kind: k, Break: b, Sum: k.All)))
            .Concat(kinds.SelectMany(k => k.Single.Select(s => (Kind: k, Break: s.Key, Sum: s.Value))))
            .Where(b => b.Sum.First <= b.Sum.Last)
            .GroupBy(b => (b.Break, b.Kind.Kind.Caller, b.Kind.Kind.Model, b.Kind.Kind.Region))
            .Select(g => new TrafficBreak(g.Key.Break, g.First().Kind.Kind, g.First().Kind.Env, g.Sum(b => b.Sum.Requests), g.Sum(b =>
                b.Sum.Cost),
                g.Sum(b => b.Sum.CostMax), g.Sum(b => b.Sum.Unpriced))
            {
                First = g.Min(b => b.Sum.First), Last = g.Max(b => b.Sum.Last),
            });
        var undecided = kinds.Where(k => k.Undecided.Length > 0).GroupBy(k => k.Undecided)
            .Select(g => new Undecided(g.Key, g.Sum(k => k.All.Requests), g.Sum(k => k.All.Cost)))
            .Concat(unseen.Select(u => new Undecided(u.Key, u.Value.Requests, u.Value.Cost)));
        return new(requests, cost, breaking, breakingCost,
            [.. breaks.OrderByDescending(b => b.Cost).ThenByDescending(b => b.Requests).ThenBy(b => b.Break.Rule, StringComparer.Ordinal)
                .ThenBy(b => b.Kind.Caller.Account, StringComparer.Ordinal).ThenBy(b => b.Kind.Caller.Principal, StringComparer.Ordinal)
                .ThenBy(b => b.Kind.Model.Id, StringComparer.Ordinal).ThenBy(b => b.Break.Detail, StringComparer.Ordinal)],
            [.. undecided.OrderBy(u => u.Reason, StringComparer.Ordinal)], [.. BudgetMonths()]) { Unpriced = withoutPrice };
    }

    IEnumerable<BudgetMonth> BudgetMonths()
    {
        foreach (var month in spent.GroupBy(s => (s.Key.Budget, Month: new DateOnly(s.Key.Day.Year, s.Key.Day.Month, 1))))
        {
            var budget = policy.Budgets[month.Key.Budget];
            List<(decimal, DateOnly)> steps = [];
            var sum = 0m;
            foreach (var day in month)
            {
                var before = sum;
                sum += day.Value.Cost;
                steps.AddRange(budget.Steps.Append(1m).Distinct().Where(s => before < s * budget.UsdPerMonth
                    && sum >= s * budget.UsdPerMonth)
                    .Select(s => (s, day.Key.Day)));
            }
            yield return new(budget, month.Key.Month, sum, month.Sum(d => d.Value.Unpriced),
                month.Last().Key.Day.DayNumber - month.First().Key.Day.DayNumber + 1, steps);
        }
    }

    Judged Judge(CallKind kind)
    {
        var caller = kind.Caller;
        var isBill = kind.IsSum;
        HashSet<string> tags = new(StringComparer.Ordinal);
        if (caller.App.Length > 0) tags.Add("app");
        if (caller.Team.Length > 0) tags.Add("team");
        if (caller.Env.Length > 0) tags.Add("env");
        string? key = isBill ? null : "";
        for (var i = 0; i < tagKeys.Count && i < caller.Tags.Count; i++)
        {
            if (caller.Tags[i] is not { Length: > 0 } value) continue;
            tags.Add(tagKeys[i]);
            if (tagKeys[i] == CallTags.Key) key = value;
        }
        // A bill's row need not say who called; what it says counts.
        string? Known(string text) => isBill && text.Length == 0 ? null : text;
        PolicyCall call = new()
        {
            Account = caller.Account, Env = Known(caller.Env), Team = Known(caller.Team), Principal = Known(caller.Principal), Key = key,
            Model = kind.Model.Id, Scope = kind.Model.Scope, Region = kind.Region, Guardrail = null, Tags = tags,
        };
        var isOpaque = kind.Model.Kind == ModelKind.OpaqueProfile;
        // Usage without a model (a guardrail's units on a bill, storage) calls none.
        var breaks = isOpaque || kind.Model.Id.Length == 0 ? [] : PolicyMeaning.Breaks(policy, call).ToList();
        List<LimitRule> limits = isBill || isOpaque ? [] : [.. policy.Limits.Where(l => (l.Guardrail.Length > 0
            || l.RequestUsdMax is not null)
            && PolicyMeaning.IsAbout(policy, l.Who, call) && (l.Models.Count == 0 || PolicyMeaning.HasModel(l.Models, call.Model)))];
        return new(kind, policy.EnvOf(caller.Account, caller.Env) ?? "", breaks, isOpaque ? Opaque : "",
            [.. Enumerable.Range(0, policy.Budgets.Count).Where(b => PolicyMeaning.IsAbout(policy, policy.Budgets[b].Who, call))], limits);
    }

    List<PolicyBreak> Single(Judged judged, in UsageRecord record, decimal charged, bool unpriced)
    {
        // Which guardrail it was the counts do not say: that there was one is taken for the right one.
        var hasGuardrail = record.Amounts is { } amounts && Array.Exists(amounts, a => a.Meter.IsGuardrail());
        var guardrail = hasGuardrail || record.StopReason is null ? null : "";
        if (!hasGuardrail && guardrail is null && judged.Limits.Exists(l => l.Guardrail.Length > 0))
            Add(SumOf(unseen, Unseen), record, 1, charged, charged, false);
        if (unpriced && judged.Limits.Exists(l => charged <= l.RequestUsdMax))
            Add(SumOf(unseen, NoPrice), record, 1, charged, charged, true);
        List<PolicyBreak>? breaks = null;
        foreach (var limit in judged.Limits)
            foreach (var found in PolicyMeaning.OfCall(limit, guardrail, charged)) (breaks ??= []).Add(found);
        return breaks ?? None;
    }

    static void Add(Sum sum, in UsageRecord record, int count, decimal charged, decimal most, bool unpriced)
    {
        sum.Requests += count;
        sum.Cost += charged;
        sum.CostMax += most;
        if (unpriced) sum.Unpriced++;
        if (record.Time < sum.First) sum.First = record.Time;
        if (record.Time > sum.Last) sum.Last = record.Time;
    }

    static Sum SumOf<T>(IDictionary<T, Sum> sums, T key) where T : notnull
    {
        if (!sums.TryGetValue(key, out var sum)) sums.Add(key, sum = new());
        return sum;
    }

    // Readers make one object of each kind, and its address is quicker told than its content.
    sealed class ByAddress : IEqualityComparer<CallKind>
    {
        public static readonly ByAddress Same = new();

        public bool Equals(CallKind? x, CallKind? y) => ReferenceEquals(x, y);
        public int GetHashCode(CallKind kind) => RuntimeHelpers.GetHashCode(kind);
    }
}
