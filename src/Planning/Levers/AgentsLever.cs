using System.Collections;
using Assay.Patterns.Sessions;

namespace Assay.Planning;

/// <summary>Agents that go round: a tool called again and again with the same arguments, each call carrying all before it.</summary>
static class AgentsLever
{
    public static IEnumerable<LeverOption> Options(WorkloadView view)
    {
        if (view.Rule?.IsFixed == true || Looping(view, view.MaxCalls) is not { } found) yield break;
        var dropped = new BitArray(view.Workload.Calls.Count);
        foreach (var call in found.Beyond) dropped[call] = true;
        yield return new()
        {
            Lever = Lever.Agents, Kind = ActionKind.Saving, From = "no limit on calls a task", To = $"at most {view.MaxCalls} calls a task",
            Plan = new() { Dropped = dropped }, Confidence = Confidence.High, Effort = Effort.Low,
            Breaks = $"a task that would need more than {view.MaxCalls} calls ends unfinished: of {found.Tasks} tasks without a loop "
                + $"{(found.LongTasks == 0 ? "none" : Say.Count(found.LongTasks))} did",
            Setup = $"end the agent's loop after {view.MaxCalls} model calls, or at the third equal tool call",
            Evidence = view.Evidence(Words(found), found.Beyond.Count) with
            {
                First = view.Workload.Calls[found.Beyond[0]].Time, Last = view.Workload.Calls[found.Beyond[^1]].Time,
                Examples = [.. found.Beyond.Take(3).Select(i => view.Workload.Calls[i].RequestId)],
                Figures =
                [
                    ("calls a task, median", Say.Count(found.Median)), ("calls a task, longest", Say.Count(found.Longest)),
                    ("tokens a prompt grows by, a call", Say.Count((long)found.Growth)),
                ],
            },
        };
    }

    public static PlanAction? Runaway(WorkloadView view)
    {
        if (Looping(view, view.MaxCalls) is not { } found) return null;
        return Warnings.Make(view, WarningCause.Runaway, "loops", "stop at the third equal tool call", Words(found), found.Beyond.Count,
            CostBeyond(view, view.MaxCalls), Lever.Agents);
    }

    /// <summary>What loops cost beyond so many calls a task, over the period.</summary>
    public static decimal CostBeyond(WorkloadView view, int maxCalls)
    {
        if (Looping(view, maxCalls) is not { } found) return 0m;
        var beyond = found.Beyond.ToHashSet();
        return view.Replay.CostOf(beyond.Contains);
    }

    sealed record Loop(List<int> Beyond, int Sessions, int Times, int Tasks, int LongTasks, int Median, int Longest, double Growth);

    static string Words(Loop found) =>
        $"{(found.Sessions == 1 ? "1 task" : $"{found.Sessions} tasks")} called the same tool with the same arguments, up to "
            + $"{found.Times} times, "
        + "each call carrying all before it.";

    // Long is no fault: people talk on, and tasks differ. Repeating oneself is.
    static Loop? Looping(WorkloadView view, int maxCalls)
    {
        var conversations = view.Conversations;
        if (conversations.All.Count == 0) return null;
        var loops = Loops.Of(view.Workload.Calls, conversations, maxCalls);
        // A tool asked three times, and most of what was done done before.
        var repeating = loops.Repeats.Select(r => r.Conversation).ToHashSet();
        repeating.IntersectWith(loops.GoingRound);
        repeating.IntersectWith(loops.Runaways);
        if (repeating.Count == 0) return null;
        List<int> beyond = [.. loops.Beyond.Where(i => repeating.Contains(conversations.Ids[i]) && !view.Workload.Calls[i].Tokens.IsNone)];
        return beyond.Count == 0 ? null : new(beyond, repeating.Count, loops.Repeats.Where(r => repeating.Contains(r.Conversation))
            .Max(r => r.Times),
            conversations.All.Count - repeating.Count, loops.Runaways.Count - repeating.Count,
                loops.CallsPerTask[loops.CallsPerTask.Count / 2],
            loops.CallsPerTask[^1], repeating.Average(c => conversations.All[c].GrowthPerCall));
    }
}
