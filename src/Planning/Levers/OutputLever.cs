using Assay.Usage;

namespace Assay.Planning;

/// <summary>Answers: their lengths beside what was asked for at most, and the shape they keep to.</summary>
static class OutputLever
{
    // Fewer answers show no distribution.
    const int AnswersMin = 50;

    // From here on what is longest is worth a word: it takes this share of all output beyond the limit.
    const double TailShare = .15;

    // So many of the answers must look alike before a shape is spoken of.
    const double AlikeShare = .8;

    const double CutShare = .05;

    public static IEnumerable<LeverOption> Options(WorkloadView view)
    {
        if (!view.IsMovable || view.Workload.IsSums || Lengths(view) is not { } lengths) yield break;
        if (Outliers(view, lengths) is { } cap) yield return cap;
        if (Shape(view) is { } shape) yield return shape;
        if (Reserved(view, lengths) is { } reserved) yield return reserved;
    }

    /// <summary>Answers that ended because they were not allowed to go on: paid for, and as a rule asked for again.</summary>
    public static PlanAction? Cut(WorkloadView view)
    {
        var calls = view.Workload.Calls;
        var cut = 0;
        foreach (ref readonly var call in view.Workload.Span)
            if (IsCut(call)) cut++;
        if (cut < 10 || cut < view.Workload.Answered * CutShare) return null;
        return Warnings.Make(view, WarningCause.Anomaly, "answers cut off", "a higher maxTokens, or shorter answers asked for",
            $"{Say.Share((double)cut / view.Workload.Answered)} of the answers ended at maxTokens, unfinished; each is paid for and may "
                + $"be asked for again.",
            cut, view.Replay.CostOf(i => IsCut(calls[i])), Lever.Output);

        static bool IsCut(in UsageRecord call) => call.StopReason is "max_tokens" or "length";
    }

    sealed record Answers(long[] Sorted)
    {
        public long At(double share) => Sorted[Math.Min(Sorted.Length - 1, (int)(share * Sorted.Length))];
    }

    static Answers? Lengths(WorkloadView view)
    {
        var lengths = new List<long>();
        foreach (ref readonly var call in view.Workload.Span)
            if (call.Tokens.Output > 0) lengths.Add(call.Tokens.Output);
        if (lengths.Count < AnswersMin) return null;
        lengths.Sort();
        return new([.. lengths]);
    }

    // A few answers far beyond all others: a limit there leaves ninety-nine in a hundred as they are.
    static LeverOption? Outliers(WorkloadView view, Answers lengths)
    {
        var limit = ((lengths.At(.99) + 63) / 64) * 64;
        var beyond = lengths.Sorted.Sum(l => Math.Max(0L, l - limit));
        if (limit < 3 * lengths.At(.5) || beyond < TailShare * lengths.Sorted.Sum()) return null;
        var count = lengths.Sorted.Count(l => l > limit);
        return new()
        {
            Lever = Lever.Output, Kind = ActionKind.Candidate, From = "answers of any length", To = $"maxTokens {limit}",
            Plan = new() { OutputMax = limit }, Confidence = Confidence.Medium, Effort = Effort.Low,
            Breaks = $"{Say.Calls(count)} of {Say.Count(lengths.Sorted.Length)} would have been cut off",
                Setup = $"\"inferenceConfig\": {{\"maxTokens\": {limit}}}",
            Evidence = view.Evidence($"Half of the answers have {Say.Count(lengths.At(.5))} tokens at most, 99 % no more than "
                + $"{Say.Count(lengths.At(.99))}, the longest "
                + $"{Say.Count(lengths.Sorted[^1])}: what lies beyond {Say.Count(limit)} is "
                + $"{Say.Share((double)beyond / lengths.Sorted.Sum())} of all output.", count),
        };
    }

    // No saving is claimed: how much shorter such answers get, only a trial shows.
    static LeverOption? Shape(WorkloadView view)
    {
        var known = 0;
        foreach (ref readonly var call in view.Workload.Span)
            if (call.Content?.Answer is { Form: not AnswerForm.Unknown }) known++;
        if (known < AnswersMin) return null;
        var same = MostAlike(view, a => a.Form == AnswerForm.Json ? a.Keys : 0);
        if (same >= AlikeShare * known)
        {
            return Finding(view, same, "JSON in free text", "a JSON schema or a tool for the answer",
                $"{Say.Share((double)same / known)} of the answers are JSON objects with the same members: a schema keeps them to "
                    + $"these, and a stop sequence "
                + "ends them with the object.");
        }
        var alike = MostAlike(view, a => a.Form == AnswerForm.Prose ? a.Opening : 0);
        return alike < AlikeShare * known ? null
            : Finding(view, alike, "answers that begin alike", "a template: have the model begin behind it",
                $"{Say.Share((double)alike / known)} of the answers begin with the same words, paid for as output each time.");
    }

    // How many answers have the feature that most of them have; few or none where no feature is most answers'. Answers that differ are
    // struck out in pairs, and what is left is counted: a million answers begin in as many ways.
    static int MostAlike(WorkloadView view, Func<AnswerShape, ulong> feature)
    {
        var (most, lead) = (0UL, 0);
        foreach (ref readonly var call in view.Workload.Span)
        {
            if (call.Content?.Answer is not { Form: not AnswerForm.Unknown } answer) continue;
            var said = feature(answer);
            if (lead == 0) most = said;
            lead += said == most ? 1 : -1;
        }
        if (most == 0) return 0;
        var count = 0;
        foreach (ref readonly var call in view.Workload.Span)
            if (call.Content?.Answer is { Form: not AnswerForm.Unknown } answer && feature(answer) == most) count++;
        return count;
    }

    static LeverOption Finding(WorkloadView view, int requests, string from, string to, string text) => new()
    {
        Lever = Lever.Output, Kind = ActionKind.Candidate, From = from, To = to, IsFinding = true, Confidence = Confidence.Low,
            Effort = Effort.Low,
        Breaks = "answers change their form: what reads them must agree", Evidence = view.Evidence(text, requests),
    };

    // The service sets maxTokens aside when a call begins: where calls are refused for quota, asking for less is the cheapest remedy.
    static LeverOption? Reserved(WorkloadView view, Answers lengths)
    {
        var refused = view.Workload.Calls.Count(c => c.ErrorCode is "ThrottlingException");
        var asked = view.Workload.Calls.Max(c => c.Content?.MaxTokens ?? 0);
        var enough = ((lengths.Sorted[^1] * 5 / 4) + 63) / 64 * 64;
        if (refused < 3 || asked < 2 * enough) return null;
        return Finding(view, refused, $"maxTokens {asked}", $"maxTokens {enough}",
            $"{Say.Calls(refused)} were refused for quota. Each call sets {Say.Count(asked)} tokens aside for an answer; the longest had "
            + $"{Say.Count(lengths.Sorted[^1])}.") with { Breaks = "nothing that was answered so far would have been cut off" };
    }
}
