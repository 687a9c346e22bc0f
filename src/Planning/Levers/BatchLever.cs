using System.Collections;
using Assay.Usage;

namespace Assay.Planning;

/// <summary>Calls that can wait, collected into batch jobs: half the price on most models, answers within 24 hours.</summary>
static class BatchLever
{
    static readonly TimeSpan BatchWindow = TimeSpan.FromHours(24);

    // A pause as long as this parts two runs of a scheduled job.
    static readonly TimeSpan BetweenRuns = TimeSpan.FromHours(6);

    public static IEnumerable<LeverOption> Options(WorkloadView view)
    {
        if (!view.IsMovable || view.Urgency != Urgency.BatchEligible || Jobs(view) is not { } jobs) yield break;
        if (view.Model.Facts is { Batch: false }) yield break;
        if (view.Workload.IsSums)
        {
            yield return OfABill(view, jobs);
            yield break;
        }
        var count = jobs.Cast<bool>().Count(b => b);
        var rest = view.Workload.Answered - count;
        var declared = view.Rule?.MaxWait is not null;
        yield return new()
        {
            Lever = Lever.Batch, Kind = ActionKind.Saving, From = "on demand", To = "batch",
            Plan = new() { InBatch = jobs }, Terms = new() { Batch = true },
            Confidence = declared ? Confidence.High : Confidence.Medium, Effort = Effort.Medium,
            Breaks = "answers come within 24 hours instead of seconds; what reads them must not expect them earlier",
            Setup = "write the prompts as JSON lines to S3 and start them with CreateModelInvocationJob",
            Evidence = view.Evidence($"{Say.Sentence(view.Why)}."
                + (rest > 0 ? $" {Say.Calls(rest)} stay on demand: their runs have fewer than {view.Context.Constraints.BatchMinimum} "
                + $"records." : ""),
                count),
        };
    }

    // A bill has no records to count: whether a job has enough of them, those who make it know.
    static LeverOption OfABill(WorkloadView view, BitArray jobs) => new()
    {
        Lever = Lever.Batch, Kind = ActionKind.Candidate, From = "on demand", To = "batch",
        Plan = new() { InBatch = jobs }, Terms = new() { Batch = true }, Confidence = Confidence.Medium, Effort = Effort.Medium,
        Breaks = "answers come within 24 hours instead of seconds; what reads them must not expect them earlier",
        Setup = "write the prompts as JSON lines to S3 and start them with CreateModelInvocationJob",
        Evidence = view.Evidence($"{Say.Sentence(view.Why)}. Whether its jobs have {view.Context.Constraints.BatchMinimum} records or more "
            + "a bill does not tell."),
    };

    /// <summary>What batch would save, were the answers allowed to wait a day; null where it is not to be had.</summary>
    public static decimal? IfItMayWait(WorkloadView view)
    {
        if (!view.IsMovable || view.Model.Facts is { Batch: false }) return null;
        // Nothing is known of what nothing has a price of.
        if (view.Replay.Recorded is { Cost: 0m, Reason: not null }) return null;
        if (InRuns(view, TimeSpan.FromDays(1)) is not { } jobs) return null;
        return view.Saving(new() { InBatch = jobs }, new() { Batch = true });
    }

    // Which calls go into a job that is large enough. A declared wait leaves the time above the window to collect them in.
    static BitArray? Jobs(WorkloadView view)
    {
        if (view.Rule?.MaxWait is not { } wait) return view.Workload.IsSums ? null : InRuns(view, null);
        var collect = wait - BatchWindow;
        return InRuns(view, collect < TimeSpan.FromHours(1) ? TimeSpan.FromHours(1) : collect);
    }

    /// <param name="span">How long a job collects; null to part runs at their pauses.</param>
    static BitArray? InRuns(WorkloadView view, TimeSpan? span)
    {
        var calls = view.Workload.Span;
        var jobs = new BitArray(calls.Length);
        if (view.Workload.IsSums)
        {
            jobs.SetAll(true);
            return jobs;
        }
        var minimum = view.Context.Constraints.BatchMinimum;
        var any = false;
        var run = new List<int>();
        for (var i = 0; i <= calls.Length; i++)
        {
            if (i < calls.Length && (calls[i].Tokens.IsNone || calls[i].Kind.Mode != Mode.OnDemand)) continue;
            var ends = run.Count > 0 && (i == calls.Length || (span is { } most
                ? calls[i].Time - calls[run[0]].Time >= most
                : calls[i].Time - calls[run[^1]].Time >= BetweenRuns || calls[i].Time - calls[run[0]].Time >= BatchWindow));
            if (ends)
            {
                if (run.Count >= minimum)
                {
                    any = true;
                    foreach (var call in run) jobs[call] = true;
                }
                run.Clear();
            }
            if (i < calls.Length) run.Add(i);
        }
        return any ? jobs : null;
    }
}
