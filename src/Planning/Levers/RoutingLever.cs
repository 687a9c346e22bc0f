using System.Collections;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// The same calls to a smaller model. What looks simple is a candidate for a trial; only what a trial has shown, at a quality the user
/// accepts, is counted.
/// </summary>
static class RoutingLever
{
    // Below this share of simple answers a workload is no classifier, and its short answers are chance.
    const double SimpleShare = .8;

    const int ExamplesMax = 3;

    public static IEnumerable<LeverOption> Options(WorkloadView view)
    {
        if (!view.IsMovable || view.Workload.IsSums) yield break;
        var simple = new SimpleCalls(view.Workload);
        var tried = new HashSet<string>(StringComparer.Ordinal);
        // A trial of a name is one of each id sold under it.
        foreach (var trials in view.Context.Constraints.Trials
            .Where(t => t.For.Holds(view.Workload.Key) && view.Approved?.Contains(t.Model) != false)
            .GroupBy(t => t with { For = new(), Model = ModelChoice.Product(view, t.Model) }))
        {
            yield return Trial(view, trials.Key, ModelChoice.OneOfEach(view, trials.Select(t => t.Model)).First(), simple);
            tried.Add(trials.Key.Model);
        }
        if (Classifier(view, simple, tried) is { } candidate) yield return candidate;
    }

    static LeverOption Trial(WorkloadView view, QualityEvidence trial, ModelRef model, SimpleCalls simple)
    {
        var enough = view.QualityFloor is { } floor && trial.Kept >= floor;
        var calls = Simplest(view.Workload, trial.Share);
        var count = calls.Cast<bool>().Count(b => b);
        var quality = $"{trial.Kept:0.#%} of the answers stay as good ({trial.Source})"
            + (view.QualityFloor is { } asked ? $"; asked for: {asked:0.#%}" : "; no quality floor is stated");
        return new()
        {
            Lever = Lever.Routing, Kind = enough ? ActionKind.Saving : ActionKind.Candidate, From = Say.Model(view.Model.Id),
            To = $"{Say.Model(model.Id)} for {trial.Share:0.#%} of the calls", Terms = new() { Model = model, ModelFor = calls },
            Confidence = enough ? Confidence.High : Confidence.Medium, Effort = Effort.Medium, Quality = quality,
            Breaks = "answers change: watch the quality the trial measured", Setup = $"modelId: {ModelChoice.IdOf(view, model)}",
            Evidence = view.Evidence($"Trial: {trial.Source}. Replayed on the {Say.Calls(count)} with the shortest answers.", count) with
            {
                Examples = Some(view, calls), Figures = simple.Figures,
            },
        };
    }

    // A trial of the same model has measured what could only be supposed here.
    static LeverOption? Classifier(WorkloadView view, SimpleCalls simple, HashSet<string> tried)
    {
        if (simple.Count == 0 || simple.Share < SimpleShare || !simple.AreLabels) return null;
        if (ModelChoice.Cheapest(view) is not var (model, inUse) || tried.Contains(ModelChoice.Product(view, model.Id))) return null;
        var labels = simple.Seen == 0 ? "what they say is not in the log" : $"{simple.Different} different answers in all";
        var other = inUse is var (used, saving)
            ? $" Of the models somebody here calls already, {Say.Model(used.Id)} would save {Say.Usd(saving)} over the period." : "";
        var option = new LeverOption
        {
            Lever = Lever.Routing, Kind = ActionKind.Candidate, From = Say.Model(view.Model.Id), To = Say.Model(model.Id),
            Terms = new() { Model = model, ModelFor = simple.Which },
            Confidence = simple.Seen >= 20 ? Confidence.Medium : Confidence.Low, Effort = Effort.Low,
            Quality = "not measured: try it on some hundred of these calls and compare the labels before moving",
            Breaks = "some labels may change", Setup = $"modelId: {ModelChoice.IdOf(view, model)}",
            Evidence = view.Evidence($"{Say.Sentence(Say.Share(simple.Share))} of {Say.Calls(simple.Answered)} are answered with at most "
                + $"{simple.Longest} tokens (95 % interval: {simple.Bounds}); {labels}.{other}", simple.Count) with
            {
                Examples = Some(view, simple.Which), Figures = simple.Figures,
            },
        };
        return view.Saving(option) > 0m ? option : null;
    }

    // The first, the last, and one between.
    static IReadOnlyList<RequestId> Some(WorkloadView view, BitArray calls)
    {
        List<int> moved = [.. Enumerable.Range(0, calls.Count).Where(i => calls[i])];
        var some = Math.Min(ExamplesMax, moved.Count);
        return [.. Enumerable.Range(0, some).Select(i => moved[i * (moved.Count - 1) / Math.Max(1, some - 1)])
            .Select(i => view.Workload.Calls[i].RequestId)];
    }

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
