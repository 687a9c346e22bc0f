using Assay.Usage;

namespace Assay.Planning;

/// <summary>One promised workload among the new calls: where its calls went, and what each change of it is worth there.</summary>
sealed class ProvenWorkload
{
    readonly WorkloadKey key;
    readonly Promise promise;
    readonly LeverContext context;
    readonly PromisedWorkload promised;
    readonly decimal before;

    // Its calls to the model it had; to the model it was moved to; and what runs as batch.
    readonly List<WorkloadView> same, moved, batch;

    // Which part of the moved calls, and of the batch, are this workload's: others may have had such calls before, or have them now.
    readonly decimal movedShare, batchShare;

    /// <param name="name">What the plan calls it: calls, batch records and rows of a bill of one key are workloads of their own.</param>
    public ProvenWorkload(WorkloadKey key, string name, Promise promise, IReadOnlyList<WorkloadView> views, LeverContext context)
    {
        (this.key, this.promise, this.context) = (key, promise, context);
        promised = promise.Workloads.FirstOrDefault(w => w.Key == key && w.Name == name) ?? new(key, name, 0m, 0);
        before = promised.Cost;
        var mine = promise.Actions.Where(a => a.Workload == key && a.Name == name).ToList();
        same = [.. views.Where(v => v.Workload is { IsBatch: false, IsSums: false } && v.Workload.Key == key)];
        var model = mine.FirstOrDefault(a => a.Applies.Model is not null)?.Applies.Model;
        var there = key with { Model = model ?? "" };
        moved = model is null ? [] : [.. views.Where(v => v.Workload is { IsBatch: false, IsSums: false } && v.Workload.Key == there)];
        movedShare = ShareMoved(there);
        var isBatch = mine.Exists(a => a.Applies.IsBatch);
        batch = isBatch ? [.. views.Where(v => v.Workload.IsBatch && IsSameBatch(v.Workload.Key))] : [];
        batchShare = ShareOfBatch();
    }

    // Batch output names nobody, and a bill only the account: what is not said does not speak against it.
    bool IsSameBatch(WorkloadKey other) =>
        (other.Model == key.Model || promise.Actions.Any(a => a.Workload == key && a.Applies.Model == other.Model))
        && Fits(other.Account, key.Account) && Fits(other.Principal, key.Principal) && Fits(other.App, key.App);

    static bool Fits(string said, string wanted) => said.Length == 0 || said == wanted;

    // Calls there were to that model before are no move: as many a day as then are taken to be the same.
    decimal ShareMoved(WorkloadKey there)
    {
        var now = moved.Sum(v => (decimal)v.Workload.Requests) / context.Days;
        var then = (decimal)promise.Workloads.Where(w => w.Key == there).Sum(w => w.Requests) / promise.Days;
        return now == 0m ? 0m : Math.Clamp((now - then) / now, 0m, 1m);
    }

    // Batches that fit several promises are parted as the promises are.
    decimal ShareOfBatch()
    {
        var all = promise.Actions
            .Where(a => a.Applies.IsBatch && a.Workload.Model == key.Model && a.Workload.Account == key.Account).ToList();
        if (all.Count < 2 || batch.Exists(v => v.Workload.Key.Principal.Length > 0 || v.Workload.Key.App.Length > 0)) return 1m;
        var sum = all.Sum(a => a.Joint);
        return sum <= 0m ? 1m : all.Where(a => a.Workload == key).Sum(a => a.Joint) / sum;
    }

    // Null where something has no price on these terms that has one today: what is missing is not nothing.
    decimal? Cost(Func<WorkloadView, (CallPlan Plan, CallTerms Terms)> undone) =>
        CostOf(same, undone) + (CostOf(moved, undone) * movedShare) + (CostOf(batch, undone) * batchShare);

    static decimal? CostOf(List<WorkloadView> views, Func<WorkloadView, (CallPlan Plan, CallTerms Terms)> undone)
    {
        var sum = 0m;
        foreach (var view in views)
        {
            var (plan, terms) = undone(view);
            var replayed = view.Replay.Cost(plan, terms);
            if (replayed.Unpriced > view.Replay.Recorded.Unpriced) return null;
            sum += replayed.Cost;
        }
        return sum;
    }

    /// <param name="actions">Those of this workload.</param>
    public IReadOnlyList<ProvenAction> Of(IReadOnlyList<PromisedAction> actions)
    {
        if (!actions.Any(a => IsUndone(a) || IsSeen(a))) return [.. actions.Select(a => Unseen(a, Elsewhere))];
        if (!same.Concat(moved).Concat(batch).Any(v => v.Workload.Answered > 0))
            return [.. actions.Select(a => Unseen(a, "no call of it was found in what was read"))];
        // Undone from the last step of the waterfall to the first: each adds what it took off.
        var steps = actions.OrderByDescending(a => Planner.StepOf(a.Lever)).ToList();
        var realised = new Dictionary<PromisedAction, decimal>();
        var cost = Cost(_ => (CallPlan.AsRecorded, CallTerms.AsRecorded))!.Value;
        List<PromisedAction> undone = [];
        foreach (var action in steps.Where(IsUndone))
        {
            List<PromisedAction> more = [.. undone, action];
            if (Cost(v => Undo(v, more)) is not { } without) continue;
            realised[action] = without - cost;
            (cost, undone) = (without, more);
        }
        // What leaves no trace to undo: the promised share of the cost without it, less what the same fault still costs.
        var byRate = steps.Where(a => !IsUndone(a) && IsSeen(a)).ToList();
        var rates = byRate.ToDictionary(a => a, a => before > 0m ? a.Joint / before : 0m);
        var left = 1m - rates.Values.Sum();
        if (left > 0m)
        {
            var still = byRate.ToDictionary(a => a, Still);
            var whole = (cost - still.Values.Sum()) / left;
            foreach (var action in byRate) realised[action] = (whole * rates[action]) - still[action];
            cost += byRate.Sum(a => realised[a]);
        }
        return [.. actions.Select(a => Told(a, realised, cost))];
    }

    ProvenAction Told(PromisedAction action, Dictionary<PromisedAction, decimal> realised, decimal without)
    {
        if (!realised.TryGetValue(action, out var saved))
            return Unseen(action, IsUndone(action) ? $"book '{context.Book.Id}' has no price for these calls as they were" : Elsewhere);
        // A batch job leaves no log: calls that are gone may have gone there.
        if (action.Applies.IsBatch && batch.Count == 0 && !StillCalls()) return Unseen(action, How(action));
        var expected = before > 0m ? action.Joint / before * without : 0m;
        return new(action, Prover.Monthly(action.Joint, promise.Days), Prover.Monthly(expected, context.Days),
            Prover.Monthly(saved, context.Days), Prover.StateOf(saved, expected), How(action));
    }

    const string Elsewhere = "it is bought by the hour, or changes what these files do not show: the bill tells";

    bool StillCalls() => same.Sum(v => (decimal)v.Workload.Requests) / context.Days * 2m >= (decimal)promised.Requests / promise.Days;

    ProvenAction Unseen(PromisedAction action, string why) =>
        new(action, Prover.Monthly(action.Joint, promise.Days), null, null, ProofState.NotVisible, why);

    static bool IsUndone(PromisedAction action) => action.Applies is { Model: not null } or { Scope: not null } or { Tier: not null }
        or { IsBatch: true } or { CacheLifetime: not null, WasCached: false };

    static bool IsSeen(PromisedAction action) =>
        action.Applies is { IsCacheOff: true } or { CacheLifetime: not null } or { MaxCalls: not null };

    string How(PromisedAction action) => action.Applies switch
    {
        { Model: { } model } => $"calls to {ModelNames.Short(model)} rated on {ModelNames.Short(key.Model)}"
            + (movedShare is > 0m and < 1m ? $", those aside that went there before ({1m - movedShare:0.#%})" : ""),
        { IsBatch: true } => batch.Count == 0 ? "no batch of it was found; batch jobs leave no log: give their output or the bill as well"
            : "batch records rated on demand" + (batchShare < 1m ? $"; {batchShare:0.#%} of a batch that fits several promises" : ""),
        { Scope: { } scope } => $"calls rated through the {Say.Scope(scope.From)}",
        { Tier: { } tier } => $"calls rated at the {tier.From.Name().Replace('_', ' ')} tier",
        { CacheLifetime: not null, WasCached: false } => "cached tokens rated as plain input",
        { CacheLifetime: not null } => "the promised share, as far as what is written lives as long as promised",
        { IsCacheOff: true } => "the promised share, less what writes still cost more than plain input",
        { MaxCalls: { } most } => $"the promised share, less what loops beyond {most} calls still cost",
        _ => "",
    };

    (CallPlan Plan, CallTerms Terms) Undo(WorkloadView view, List<PromisedAction> actions)
    {
        var (plan, terms) = (CallPlan.AsRecorded, CallTerms.AsRecorded);
        foreach (var change in actions.Select(a => a.Applies))
        {
            if (change is { CacheLifetime: not null, WasCached: false }) plan = plan with { CacheOff = true };
            if (change.Model is not null && view.Model.Id != key.Model)
            {
                var facts = context.Sources.Catalog.Find(key.Model);
                terms = terms with { Model = new(key.Model, view.Model.Scope, ModelKind.Foundation, facts) };
            }
            if (change.Scope is { } scope) terms = terms with { Scope = scope.From };
            if (change.Tier is { } tier) terms = terms with { Tier = tier.From };
            if (change.IsBatch) terms = terms with { OnDemand = true };
        }
        return (plan, terms);
    }

    // What the fault a change was to end costs now.
    decimal Still(PromisedAction action)
    {
        if (action.Applies.IsCacheOff) return Math.Max(0m, same.Sum(v => v.Saving(new() { CacheOff = true }, CallTerms.AsRecorded) ?? 0m));
        if (action.Applies.MaxCalls is { } most) return same.Sum(v => AgentsLever.CostBeyond(v, most));
        if (action.Applies.CacheLifetime is not { } lifetime) return 0m;
        // Written for another time than promised, its share of the promise is still to come.
        var asked = lifetime > TimeSpan.FromMinutes(30);
        var (right, all) = (0L, 0L);
        foreach (var tokens in same.SelectMany(v => v.Workload.Calls).Select(c => c.Tokens))
        {
            var (shorter, longer) = (tokens.CacheWrite5m + tokens.CacheWrite30m + tokens.CacheWriteUnknown, tokens.CacheWrite1h);
            right += asked ? longer : shorter;
            all += shorter + longer;
        }
        var cost = same.Sum(v => v.Replay.Recorded.Cost);
        return all == 0 || before <= 0m ? 0m : (all - right) / (decimal)all * action.Joint / before * cost;
    }
}
