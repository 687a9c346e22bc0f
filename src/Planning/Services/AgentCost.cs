using Assay.Estate;

namespace Assay.Planning;

/// <summary>What a user's request to an agent costs: on average, and in the dearest twentieth.</summary>
/// <param name="CallsMean">Model calls a request.</param>
/// <param name="RequestP95">USD of a request that takes as many calls as 95 % of them do not exceed.</param>
/// <param name="MonthP95">USD of a month that 95 % of months do not exceed, calls a request varying by themselves.</param>
/// <param name="AsAncillary">
/// The guide counts what agents' calls beyond the first cost as a service around the inference: that part of the month, USD.
/// </param>
public sealed record AgentCost(
    string Workload, decimal CallsMean, decimal CallsP95, decimal RequestMean, decimal RequestP95, decimal MonthMean, decimal MonthP95,
    decimal AsAncillary)
{
    const decimal P95Deviate = 1.6448536m;

    /// <summary>Of each workload that is an agent: its inference as billed, spread over its calls.</summary>
    public static IReadOnlyList<AgentCost> OfAll(EstateModel model, ModelledBill bill) =>
        [.. model.Estate.Workloads.Where(w => w.IsAgent).Select(w => Of(w, bill, model.Likely))];

    static AgentCost Of(DescribedWorkload workload, ModelledBill bill, Draw draw)
    {
        var month = bill.Lines.Where(l => l.Name == workload.Name && BillCategories.IsInference(l.Category)).Sum(l => l.Cost);
        var requests = workload.RequestsPerMonth.In(draw);
        var calls = SpreadShape.Of(workload.CallsPerRequest, draw);
        var perCall = requests * calls.Mean > 0m ? month / (requests * calls.Mean) : 0m;
        // A sum of many requests spreads with the root of their number: a month is far steadier than a request.
        var monthSpread = calls.StandardDeviation * (decimal)Math.Sqrt((double)Math.Max(0m, requests)) * perCall;
        return new(workload.Name, calls.Mean, calls.P95, perCall * calls.Mean, perCall * calls.P95, month, month
            + (P95Deviate * monthSpread),
            calls.Mean > 1m ? month * (calls.Mean - 1m) / calls.Mean : 0m);
    }
}
