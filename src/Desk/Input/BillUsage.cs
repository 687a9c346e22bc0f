using Assay.Ledger.Bills;
using Assay.Usage;
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

    /// <summary>What the lines cost together, credits, taxes and discounts included.</summary>
    public required decimal BilledUsd { get; init; }

    /// <summary>What is no usage, by kind: credits, taxes, discounts.</summary>
    public required IReadOnlyList<(string Charge, decimal Usd)> Charges { get; init; }

    /// <summary>Usage nobody could read, with its money.</summary>
    public required IReadOnlyList<(string UsageType, string Reason, long Lines, decimal Usd)> Unclassified { get; init; }
}

/// <summary>The usage of bills, beside that of logs: what logs and a bill both show is counted from the logs alone.</summary>
sealed class BillUsage
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
            last = record.Kind;
            if (last.Mode == Mode.Batch) batchModels.Add(last.Model.Id);
            else calls.Add((last.Caller.Account, last.Region));
        }
    }

    /// <summary>Reads bills and delivers what of their usage is not known from logs.</summary>
    /// <exception cref="BillException">A bill cannot be used at all.</exception>
    public BillSummary Deliver(IReadOnlyList<string> bills, LogReaderOptions options, RecordBatch deliver, CancellationToken cancel)
    {
        var reading = Bills.Read(bills, options.Catalog, options.Profiles, options.TagKeys, cancel);
        var usage = new List<UsageRecord>();
        var (leftOut, leftOutUsd) = (0L, 0m);
        foreach (var line in reading.Lines)
        {
            if (line.Usage is not { } record) continue;
            if (IsKnown(line, record))
            {
                leftOut++;
                leftOutUsd += line.Cost;
            }
            else usage.Add(record);
        }
        if (usage.Count > 0) deliver(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(usage));
        return new()
        {
            Lines = reading.Lines.Count, LeftOut = leftOut, LeftOutUsd = leftOutUsd, OtherServices = reading.OtherServices,
            Duplicates = reading.Duplicates.Count, Skipped = reading.Skipped, BilledUsd = reading.Lines.Sum(l => l.Cost),
            Charges = [.. reading.Lines.Where(l => l.Charge != BillCharge.Usage).GroupBy(l => l.ChargeName, StringComparer.Ordinal)
                .Select(g => (g.Key, g.Sum(l => l.Cost))).OrderBy(c => c.Key, StringComparer.Ordinal)],
            Unclassified = [.. reading.Lines.Where(l => l.Unclassified is not null).GroupBy(l => (l.UsageType, l.Unclassified!))
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
            && (!usage.Tokens.IsNone || (usage.Amounts is [var amount, ..] && (amount.Meter <= Meter.Search || amount.Meter.IsGuardrail())));
        return isOfCall && calls.Contains((usage.Caller.Account, usage.Region));
    }
}
