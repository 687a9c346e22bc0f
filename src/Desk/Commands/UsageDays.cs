using Assay.Desk.Books;
using Assay.Desk.Input;
using Assay.Desk.Reports;
using Assay.Ledger.Changes;
using Assay.Planning;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Desk.Commands;

/// <summary>Where the usage of a report over days comes from.</summary>
sealed record UsageDays(string[] Paths, BookShelf Shelf, string Book)
{
    public string? Profiles { get; init; }
    public string? Batch { get; init; }
    public int Workers { get; init; } = 1;

    /// <summary>Reads all of it, summed by the day.</summary>
    /// <param name="also">Takes the records as well; null where sums will do, which a ledger has at hand.</param>
    public (DailyUsage Usage, ReadingSummary Reading) Read(RecordBatch? also, CancellationToken cancel)
    {
        DailyUsage usage = new(Shelf.Open(Book));
        var stream = Stream(withContent: false);
        using var progress = Progress.OnTerminal("reading");
        var logs = LogFiles.Under(Paths);
        void Take(ReadOnlySpan<UsageRecord> records)
        {
            usage.Add(records);
            also?.Invoke(records);
            progress.Add(records.Length);
        }
        var reading = also is null && logs is { Ledgers: [var ledger], Count: 1 }
            ? KeptUsage.Sum(ledger, stream.Options, null, null, usage.Add, Take)
            : stream.Read(logs, Take, cancel);
        progress.Dispose();
        Shared.NeedRecords(reading, Paths);
        return (usage, reading);
    }

    /// <summary>Reads some days again, with what the calls said, and plans them.</summary>
    /// <returns>The plan, or null and why there is none.</returns>
    public (Plan? Plan, string Why) PlanOf(DaySpan days, PlanConstraints constraints, CancellationToken cancel)
    {
        if (Paths.Contains("-")) return (null, "Not planned: standard input cannot be read twice. Name files instead.");
        var traffic = new Traffic();
        var asked = new List<UsageRecord>();
        using var progress = Progress.OnTerminal("planning");
        Stream(withContent: true).Read(LogFiles.Under(Paths), records =>
        {
            asked.Clear();
            foreach (ref readonly var record in records)
                if (days.Contains(DateOnly.FromDateTime(record.Time))) asked.Add(record);
            if (asked.Count > 0) traffic.Add([.. asked]);
            progress.Add(records.Length);
        }, cancel);
        progress.Dispose();
        if (traffic.Records == 0) return (null, "Not planned: the week has no usage.");
        PlanSources sources = new(Shelf.Open(Book), Shelf.Catalog) { Regions = Shelf.Regions };
        return (Planner.Of(traffic, sources, constraints, cancel), "");
    }

    DistinctUsage Stream(bool withContent) =>
        new(Shared.ReaderOptions(Shelf, Profiles, []) with { WithContent = withContent }, Workers) { Batches = Shared.ParseBatch(Batch) };
}
