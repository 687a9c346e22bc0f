using Assay.Usage;

namespace Assay.Planning;

/// <summary>
/// Vector stores that run day and night: what they cost beside what is asked of them. Bills show their hours; logs do not, and what an
/// index elsewhere would cost depends on its size, which neither tells.
/// </summary>
static class KnowledgeBaseLever
{
    // The least OpenSearch Serverless runs with, redundancy aside.
    const decimal FloorUnits = 2m;

    public static IEnumerable<LeverOption> Options(WorkloadView view)
    {
        decimal hours = 0m, asked = 0m;
        foreach (ref readonly var call in view.Workload.Span)
        {
            foreach (var amount in call.Amounts ?? [])
            {
                if (amount.Meter == Meter.OcuHour) hours += amount.Amount;
                else if (amount.Meter == Meter.Retrieval) asked += amount.Amount;
            }
        }
        if (hours == 0m) yield break;
        var calls = view.Workload.Calls;
        var cost = view.Replay.CostOf(i => calls[i].Amounts is { } amounts && amounts.Any(a => a.Meter == Meter.OcuHour));
        var units = hours / (view.Context.Days * 24m);
        var (running, used) = (FormattableString.Invariant($"{units:0.#} OCU"), FormattableString.Invariant($"{hours:#,0.#} OCU-hours"));
        var questions = asked > 0m
            ? $"with {Say.Count((long)asked)} retrievals charged beside them" : "and what was asked of them is not in these files";
        yield return new()
        {
            Lever = Lever.KnowledgeBase, Kind = ActionKind.Candidate, IsFinding = true,
            From = $"OpenSearch Serverless, {running} on average", To = "a managed index, S3 Vectors or pgvector, charged by size",
            Confidence = Confidence.Low, Effort = Effort.High,
            Breaks = "documents are embedded again and searched by another engine: try its answers first",
            Evidence = view.Evidence($"{used} cost {Say.Usd(cost)}, {questions}; "
                + FormattableString.Invariant($"{Math.Min(units, FloorUnits):0.#} OCU of it run whatever is asked. ")
                + "Describe the index in an estate file and 'assay plan' prices the others.", calls.Count),
        };
    }
}
