using System.Collections;
using System.Runtime.InteropServices;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// The same calls to a smaller model. What looks simple is a candidate for a trial; only what a trial has shown, at a quality the user
/// accepts, is counted.
/// </summary>
static class RoutingLever
{
    // An answer of a word or two is eight tokens at most in any vocabulary; what the reader knows for a label may be longer.
    const int ShortTokens = 8, LabelTokens = 16;

    const int ObjectTokens = 24;

    // So many answers must be seen to tell whether they come back.
    const int AnswersMin = 4;

    // Below this share of simple answers a workload is no classifier, and its short answers are chance.
    const double SimpleShare = .8;

    // A model that costs no more than this share of what the middle one of its maker's would is one of its small ones.
    const decimal SmallShare = .5m;

    public static IEnumerable<LeverOption> Options(WorkloadView view)
    {
        if (!view.IsMovable || view.Workload.IsSums) yield break;
        foreach (var trial in view.Context.Constraints.Trials.Where(t => t.For.Holds(view.Workload.Key)))
            if (Trial(view, trial) is { } shown) yield return shown;
        if (Classifier(view) is { } candidate) yield return candidate;
    }

    static LeverOption? Trial(WorkloadView view, QualityEvidence trial)
    {
        if (view.Approved is { } approved && !approved.Contains(trial.Model)) return null;
        var model = Target(view, trial.Model);
        var enough = view.QualityFloor is { } floor && trial.Kept >= floor;
        var calls = Simplest(view.Workload, trial.Share);
        var quality = $"{trial.Kept:0.#%} of the answers stay as good ({trial.Source})"
            + (view.QualityFloor is { } asked ? $"; asked for: {asked:0.#%}" : "; no quality floor is stated");
        return new()
        {
            Lever = Lever.Routing, Kind = enough ? ActionKind.Saving : ActionKind.Candidate, From = Say.Model(view.Model.Id),
            To = $"{Say.Model(trial.Model)} for {trial.Share:0.#%} of the calls", Terms = new() { Model = model, ModelFor = calls },
            Confidence = enough ? Confidence.High : Confidence.Medium, Effort = Effort.Medium, Quality = quality,
            Breaks = "answers change: watch the quality the trial measured", Setup = $"modelId: {Id(view, model)}",
            Evidence = view.Evidence($"Trial: {trial.Source}. Replayed on the {Say.Calls(calls.Cast<bool>().Count(b => b))} with the "
                + $"shortest answers.",
                calls.Cast<bool>().Count(b => b)),
        };
    }

    static LeverOption? Classifier(WorkloadView view)
    {
        var calls = view.Workload.Span;
        var simple = new BitArray(calls.Length);
        var answers = new Dictionary<ulong, int>();
        var (count, seen, longest) = (0, 0, ShortTokens);
        for (var i = 0; i < calls.Length; i++)
        {
            var answer = calls[i].Content?.Answer ?? AnswerShape.Unknown;
            // A label may come with a full stop, or in an object of its own.
            var most = answer.Form switch { AnswerForm.Json => ObjectTokens, AnswerForm.Label => LabelTokens, _ => ShortTokens };
            if (calls[i].Tokens.Output == 0 || calls[i].Tokens.Output > most
                || answer.Form is AnswerForm.Empty or AnswerForm.ToolUse) continue;
            simple[i] = true;
            count++;
            longest = Math.Max(longest, (int)calls[i].Tokens.Output);
            if (answer.Form == AnswerForm.Unknown) continue;
            seen++;
            // The same label with another confidence is the same label.
            CollectionsMarshal.GetValueRefOrAddDefault(answers, answer.WithoutScores != 0 ? answer.WithoutScores : answer.Hash, out _)++;
        }
        if (count == 0 || (double)count / view.Workload.Calls.Count(c => c.Tokens.Output > 0) < SimpleShare) return null;
        if (Cheapest(view) is not { } model) return null;
        // Labels come back again and again; words that do not are answers, however short.
        if (seen >= AnswersMin && answers.Values.Where(times => times > 1).Sum() * 2 < seen) return null;
        var labels = seen == 0 ? "what they say is not in the log" : $"{answers.Count} different answers in all";
        var option = new LeverOption
        {
            Lever = Lever.Routing, Kind = ActionKind.Candidate, From = Say.Model(view.Model.Id), To = Say.Model(model.Id),
            Terms = new() { Model = model, ModelFor = simple }, Confidence = seen >= 20 ? Confidence.Medium : Confidence.Low,
                Effort = Effort.Low,
            Quality = "not measured: try it on some hundred of these calls and compare the labels before moving",
            Breaks = "some labels may change", Setup = $"modelId: {Id(view, model)}",
            Evidence = view.Evidence($"{Say.Sentence(Say.Share((double)count / view.Workload.Answered))} of the calls are answered with "
                + $"at most "
                + $"{longest} tokens; {labels}.", count),
        };
        return view.Saving(option) > 0m ? option : null;
    }

    /// <summary>
    /// The cheapest model of the same maker that may be used: among the approved, else among those already in use here, for somebody has
    /// cleared them; if none of those is cheaper, among all that the book prices.
    /// </summary>
    static ModelRef? Cheapest(WorkloadView view)
    {
        var provider = Provider(view.Model.Id);
        IEnumerable<string>[] pools = view.Approved is { } approved ? [approved]
            : [view.Context.InUse.Select(m => m.Id), view.Context.Sources.Catalog.Models.Select(m => m.Id)];
        foreach (var pool in pools)
        {
            var priced = pool.Distinct(StringComparer.Ordinal).Where(id => Provider(id) == provider && id != view.Model.Id)
                .Select(id => Target(view, id))
                .Select(m => (Model: m, Saving: view.Saving(CallPlan.AsRecorded, new() { Model = m })))
                .Where(c => c.Saving is not null).ToList();
            var cheaper = priced.Where(c => c.Saving > 0m).OrderByDescending(c => c.Saving)
                .ThenBy(c => c.Model.Id, StringComparer.Ordinal).ToList();
            if (cheaper.Count == 0) continue;
            // A small model may do small work; what undercuts it is older or smaller yet, and nobody here has cleared that.
            if (pool == pools[^1] && view.Approved is null && IsSmall(view, [.. priced.Select(c => c.Saving!.Value)])) continue;
            return cheaper[0].Model;
        }
        return null;
    }

    // By the same calls' cost on every model of the maker that the book prices, its own among them.
    static bool IsSmall(WorkloadView view, List<decimal> savings)
    {
        var today = view.Replay.Recorded.Cost;
        var costs = savings.Append(0m).Select(saving => today - saving).Order().ToList();
        return today <= SmallShare * costs[costs.Count / 2];
    }

    static string Provider(string id) => id.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? id[..dot] : id;

    // In the scope in use where the model can be had so, else in the region.
    public static ModelRef Target(WorkloadView view, string id)
    {
        var facts = view.Context.Sources.Catalog.Find(id);
        var region = view.Workload.Calls[0].Kind.Region;
        var scopes = (Scope[])[view.Model.Scope, Scope.Geo, Scope.InRegion, Scope.Global];
        var allowed = view.Residency switch { Estate.Residency.Region => Scope.InRegion, Estate.Residency.Geography => Scope.Geo, _ =>
            Scope.Global };
        var scope = scopes.Where(s => s <= allowed || s == view.Model.Scope)
            .FirstOrDefault(s => CallableFrom.Obstacle(id, s, region, view.Context.Sources.Regions) is null, view.Model.Scope);
        return new(id, scope, ModelKind.Foundation, facts);
    }

    static string Id(WorkloadView view, ModelRef model) =>
        CallableFrom.IdOf(model, view.Workload.Calls[0].Kind.Region, view.Context.Sources.Regions);

    // So many of the calls, those with the shortest answers: a saving replayed on them is not overstated.
    static BitArray Simplest(RecordedWorkload workload, decimal share)
    {
        var calls = workload.Calls;
        var answered = Enumerable.Range(0, calls.Count).Where(i => !calls[i].Tokens.IsNone)
            .OrderBy(i => calls[i].Tokens.Output).ThenBy(i => i).ToList();
        var chosen = new BitArray(calls.Count);
        foreach (var call in answered.Take((int)(answered.Count * share))) chosen[call] = true;
        return chosen;
    }
}
