using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Control.Emit;

/// <summary>A line of what the monitoring itself costs.</summary>
/// <param name="UsdPerMonth">USD a month; null where there is no price or no quantity.</param>
/// <param name="Source">Who says the price.</param>
public sealed record MonitoringLine(string What, decimal Quantity, string Unit, decimal? UsdPerMonth, string Source);

/// <summary>What the monitoring itself costs a month.</summary>
public sealed record MonitoringCost(IReadOnlyList<MonitoringLine> Lines)
{
    /// <summary>Days after which a log is moved to cheaper storage, and to the cheapest that answers at once.</summary>
    public const int InfrequentAfterDays = 30, ArchiveAfterDays = 90;

    // USD a GB-month, us-east-1. No price book holds S3, and AWS's page was not at hand: an assumption, and said to be one.
    const decimal Standard = 0.023m, Infrequent = 0.0125m, Archive = 0.004m;
    const string StorageSource = "assumed for us-east-1; check aws.amazon.com/s3/pricing";

    /// <summary>USD a month of what has a price.</summary>
    public decimal Total => Lines.Sum(l => l.UsdPerMonth ?? 0m);

    /// <summary>The estimate, at the newest prices of a book.</summary>
    public static MonitoringCost Of(MonitoringSet set, PriceBook book)
    {
        List<MonitoringLine> lines = [];
        foreach (var region in set.Accounts.GroupBy(a => a.Region).OrderBy(g => g.Key, StringComparer.Ordinal))
            Alarms($"CloudWatch alarms in {region.Key}", region.Key, region.Sum(a => a.Alarms.Sum(m => m.Metrics)));
        Alarms("CloudWatch alarms on charges in us-east-1", "us-east-1", set.Budgets.Sum(b => b.Alarms.Sum(a => a.Metrics)));
        var kept = set.Accounts.Select(a => a.Logs).OfType<LogBucket>().ToList();
        if (kept.Count > 0 && kept.TrueForAll(k => k.GigabytesPerMonth is null))
            lines.Add(new("invocation logs in S3", 0m, "GB-months", null, "needs 'logging: size', such as 20 GB a month"));
        else if (kept.Count > 0)
        {
            // Once as many months are kept as the policy says: each month's logs stand in the class of their age.
            decimal Months(int from, int to, int keep) => Math.Max(0, Math.Min(to, keep) - from) / 30m;
            var classes = new (string Name, int From, int To, decimal Price)[]
            {
                ("S3 Standard", 0, InfrequentAfterDays, Standard), ("S3 Standard-IA", InfrequentAfterDays, ArchiveAfterDays, Infrequent),
                ("S3 Glacier Instant Retrieval", ArchiveAfterDays, int.MaxValue, Archive),
            };
            foreach (var (name, from, to, price) in classes)
                if (kept.Sum(k => (k.GigabytesPerMonth ?? 0m) * Months(from, to, k.KeepDays)) is > 0m and var stored)
                    lines.Add(new($"invocation logs in {name}", stored, "GB-months", stored * price, StorageSource));
        }
        lines.Add(new("AWS Budgets, Cost Anomaly Detection, Data Exports, metrics of AWS/Bedrock, e-mails by SNS up to 1,000 a month",
            set.Budgets.Count + set.Anomalies.Count, "set up", 0m, "assumed free; check aws.amazon.com/aws-cost-management/pricing"));
        return new(lines);

        void Alarms(string what, string region, int count)
        {
            if (count == 0) return;
            var kind = new CallKind(Caller.Nobody, region, new("", Scope.InRegion, ModelKind.Foundation, null)) { Context =
                ContextBand.Standard };
            var quote = Rater.Quote(kind, isLong: false, book.Sources.Max(s => s.Date), Meter.AlarmMonth, book);
            lines.Add(new(what, count, "metrics watched", quote.Rate is { } rate ? count * rate.UsdPerUnit : null,
                quote.Rate is { } known ? $"{known.Source}, book {book.Id}" : quote.Reason));
        }
    }
}
