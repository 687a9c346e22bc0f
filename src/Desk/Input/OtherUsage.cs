using Assay.Ledger.Bills;
using Assay.Ledger.Store;
using Assay.Usage;
using Assay.Usage.Batches;
using Assay.Usage.Logs;

namespace Assay.Desk.Input;

/// <summary>What bills among the inputs came to. Money is USD as billed, exact.</summary>
public sealed record BillSummary
{
    /// <summary>Lines about Bedrock, of every kind.</summary>
    public required long Lines { get; init; }

    /// <summary>Lines of usage that the logs given beside the bill show call by call: counted once, from the logs.</summary>
    public required long LeftOut { get; init; }

    /// <summary>What those lines cost.</summary>
    public required decimal LeftOutUsd { get; init; }

    public required long OtherServices { get; init; }
    public required long Duplicates { get; init; }
    public required IReadOnlyList<BillNote> Skipped { get; init; }

    /// <summary>Columns nobody reads here.</summary>
    public required IReadOnlyList<string> UnreadColumns { get; init; }

    /// <summary>What the lines cost together, credits, taxes and discounts included.</summary>
    public required decimal BilledUsd { get; init; }

    /// <summary>What is no usage, by kind: credits, taxes, discounts.</summary>
    public required IReadOnlyList<(string Charge, decimal Usd)> Charges { get; init; }

    /// <summary>Usage nobody could read, with its money.</summary>
    public required IReadOnlyList<(string UsageType, string Reason, long Lines, decimal Usd)> Unclassified { get; init; }
}

/// <summary>
/// What is no log: ledgers, the output of batch jobs, bills. What a bill tells and something before it told call by call is counted from
/// the calls alone.
/// </summary>
sealed class OtherUsage(LogReaderOptions options, BatchStatement batches)
{
    readonly HashSet<(string Account, string Region)> calls = [];
    readonly HashSet<string> batchModels = new(StringComparer.Ordinal);

    /// <summary>Takes note of what was read call by call.</summary>
    public void See(ReadOnlySpan<UsageRecord> records)
    {
        CallKind? last = null;
        foreach (ref readonly var record in records)
        {
            if (ReferenceEquals(record.Kind, last)) continue;
            See(last = record.Kind);
        }
    }

    public void See(CallKind kind)
    {
        if (kind.IsSum) return;
        if (kind.Mode == Mode.Batch) batchModels.Add(kind.Model.Id);
        else calls.Add((kind.Caller.Account, kind.Region));
    }

    /// <exception cref="BillException">A bill cannot be used at all.</exception>
    /// <exception cref="LedgerException">A ledger cannot be used.</exception>
    public void Read(LogFiles files, ReadingSummary summary, RecordBatch take, Action<FileReading> finished, CancellationToken cancel)
    {
        List<BillReading> bills = [];
        foreach (var path in files.Ledgers)
        {
            using var ledger = DuckDbLedger.OpenToRead(path, options.Catalog);
            var range = new LedgerRange { TagKeys = options.TagKeys };
            ledger.Read(range, records =>
            {
                summary.Records += records.Length;
                take(records);
            }, cancel);
            if (BillOf(ledger, range) is { } kept) bills.Add(kept);
        }
        if (files.BatchOutputs.Count > 0)
        {
            var read = new BatchOutputReader(options, batches).Read(
                [.. files.BatchOutputs.Select(p => new BatchFile(p, new LogFile(p).Open, File.GetLastWriteTimeUtc(p)))], take, cancel);
            foreach (var file in read.Files) finished(file);
            summary.BatchDifferences.AddRange(read.Jobs.SelectMany(j => j.Differences.Select(d => $"{j.Folder}: {d}")));
        }
        if (files.Bills.Count > 0) bills.Add(Bills.Read(files.Bills, options.Catalog, options.Profiles, options.TagKeys, cancel));
        if (bills.Count > 0) summary.Bill = Deliver(bills, summary, take);
    }

    /// <summary>The bills that a ledger keeps; null when there are none.</summary>
    public static BillReading? BillOf(DuckDbLedger ledger, LedgerRange range) =>
        ledger.BillLines(range with { Origins = [SourceOrigin.Bill] }) is { Count: > 0 } lines ? new() { Lines = lines } : null;

    /// <summary>Delivers what of the bills' usage is not known call by call, and says what they came to.</summary>
    public BillSummary Deliver(IReadOnlyList<BillReading> bills, ReadingSummary summary, RecordBatch take)
    {
        List<BillLine> lines = [.. bills.SelectMany(b => b.Lines)], known = [];
        List<UsageRecord> usage = [];
        foreach (var line in lines)
            if (line.Usage is { } record)
            {
                if (IsKnown(line, record)) known.Add(line);
                else usage.Add(record);
            }
        summary.Records += usage.Count + known.Count;
        if (usage.Count > 0) take(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(usage));
        return new()
        {
            Lines = lines.Count, LeftOut = known.Count, LeftOutUsd = known.Sum(l => l.Cost),
            OtherServices = bills.Sum(b => b.OtherServices), Duplicates = bills.Sum(b => b.Duplicates.Count),
            Skipped = [.. bills.SelectMany(b => b.Skipped)],
            UnreadColumns = [.. bills.SelectMany(b => b.UnknownColumns).Distinct(StringComparer.Ordinal)],
            BilledUsd = lines.Sum(l => l.Cost),
            Charges = [.. lines.Where(l => l.Charge != BillCharge.Usage).GroupBy(l => l.ChargeName, StringComparer.Ordinal)
                .Select(g => (g.Key, g.Sum(l => l.Cost))).OrderBy(c => c.Key, StringComparer.Ordinal)],
            Unclassified = [.. lines.Where(l => l.Unclassified is not null).GroupBy(l => (l.UsageType, l.Unclassified!))
                .Select(g => (g.Key.UsageType, g.Key.Item2, (long)g.Count(), g.Sum(l => l.Cost)))
                .OrderByDescending(u => u.Item4).ThenBy(u => u.UsageType, StringComparer.Ordinal)],
        };
    }

    // Calls through mantle leave no log; model units, storage and the like are in no log either.
    bool IsKnown(BillLine line, in UsageRecord usage)
    {
        if (line.IsMantle) return false;
        if (usage.Mode == Mode.Batch) return batchModels.Contains(usage.Model.Id);
        var isOfCall = usage.Mode == Mode.OnDemand
            && (!usage.Tokens.IsNone
                || (usage.Amounts is [var amount, ..] && (amount.Meter <= Meter.Search || amount.Meter.IsGuardrail())));
        return isOfCall && calls.Contains((usage.Caller.Account, usage.Region));
    }
}
