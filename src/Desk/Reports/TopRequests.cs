using Assay.Usage;

namespace Assay.Desk.Reports;

/// <summary>
/// Keeps the dearest requests of a stream. Of equals, the earlier and then the smaller id stays, whatever the order of arrival.
/// </summary>
public sealed class TopRequests(int count)
{
    readonly SortedSet<TopRequest> kept = new(Comparer<TopRequest>.Create(Compare));
    decimal least;

    public IReadOnlyList<TopRequest> InOrder => [.. kept];

    public void Offer(in UsageRecord usage, decimal cost)
    {
        if (cost <= 0m || (kept.Count == count && cost < least)) return;
        kept.Add(new(usage.RequestId, usage.Time, usage.Model.Id, usage.Caller.App, usage.Caller.Principal, usage.Tokens, cost));
        if (kept.Count > count) kept.Remove(kept.Max!);
        least = kept.Max!.Cost;
    }

    static int Compare(TopRequest? a, TopRequest? b)
    {
        var byCost = b!.Cost.CompareTo(a!.Cost);
        if (byCost != 0) return byCost;
        var byTime = a.Time.CompareTo(b.Time);
        return byTime != 0 ? byTime : a.Id.Key.CompareTo(b.Id.Key);
    }
}
