using Assay.Ledger.Bills;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Ledger.Reconciling;

/// <summary>
/// The bill beside the logs: what agrees, and a cause for every difference. Pure. A cause is given only where its own marks are seen; what
/// fits none of them stays unexplained, for a name put on everything explains nothing.
/// </summary>
public static class Reconciliation
{
    /// <param name="logs">The logs of the bill's period; hours outside it are left out, and counted.</param>
    /// <param name="bill">The lines of a bill, lines read twice already set aside.</param>
    /// <param name="metrics">What CloudWatch counted; a third witness where there is one.</param>
    public static Reconciled Reconcile(HourlyUsage logs, IReadOnlyList<BillLine> bill, IReadOnlyList<MeteredHour>? metrics = null) =>
        new Workings(logs, bill, metrics ?? []).Run();

    /// <summary>True where a bill names the accounts its usage belongs to.</summary>
    public static bool NamesAccounts(IReadOnlyList<BillLine> bill) => bill.Any(l => l.Charge == BillCharge.Usage && l.Account.Length > 0);
}

/// <summary>One reconciliation on its way.</summary>
sealed class Workings
{
    readonly HourlyUsage logs;
    readonly PriceBook book;
    readonly IReadOnlyList<BillLine> bill;
    readonly Differences found = new();
    readonly BilledNames names = new();
    readonly List<BilledLine> usage = [];
    readonly Dictionary<FamilyKey, UsageFamily> families = [];
    readonly Dictionary<(CallKind, ContextBand), UsageFamily> ofKind = [];
    readonly IReadOnlyList<MeteredHour> metrics;

    public Workings(HourlyUsage logs, IReadOnlyList<BillLine> bill, IReadOnlyList<MeteredHour> metrics)
    {
        (this.logs, this.bill, this.metrics) = (logs, bill, metrics);
        book = logs.Book;
    }

    public Reconciled Run()
    {
        foreach (var line in WithoutDuplicates()) Sort(line);
        var (start, end) = Period();
        var slots = new Slots(usage, start, end);
        PriceCauses.Find(usage, found);
        var billed = new Dictionary<FamilyKey, BilledFamily>();
        foreach (var line in usage)
        {
            if (!billed.TryGetValue(line.Family.Key, out var family)) billed[line.Family.Key] = family = new(line.Family);
            ref var slot = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
                family.Slots, slots.Of(HourlyUsage.HourNumber(line.Line.Start)), out _);
            slot.Add((int)line.Meter, line.Quantity);
        }
        var witnesses = new MetricWitness(metrics, slots, logs);
        var quantities = new QuantityCauses(logs, slots, found, names, witnesses,
            usage.Select(l => l.Family.Key.Account).ToHashSet(StringComparer.Ordinal));
        quantities.Find(billed.Values);
        var last = end.AddDays(-1);
        return new()
        {
            Book = book.Id, First = DateOnly.FromDateTime(start), Last = DateOnly.FromDateTime(last),
            Billed = bill.Sum(l => l.Cost), Rated = quantities.Rated, Matched = found.Matched, Residuals = found.Named,
            Findings = found.Findings, UnexplainedRows = found.Open, BillLines = bill.Count, HoursOutside = quantities.HoursOutside,
            Witnesses = witnesses.Table(quantities.Compared),
        };
    }

    // The same line twice, under two ids: the second is charged on top.
    IEnumerable<BillLine> WithoutDuplicates()
    {
        var seen = new HashSet<(DateTime, DateTime, string, string, string, string, string, decimal, decimal)>();
        foreach (var line in bill)
        {
            var tags = line.Tags.Count == 0 ? ""
                : string.Join('\n', line.Tags.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => t.Key + "=" + t.Value));
            var isFirst = line.Charge != BillCharge.Usage || seen.Add((line.Start, line.End, line.Account, line.Region,
                line.UsageType, line.Operation, string.Join('\n', line.ProductName, line.ResourceId, line.Principal, tags), line.Quantity,
                line.Cost));
            if (isFirst)
            {
                yield return line;
                continue;
            }
            if (line.Cost == 0m) continue;
            var day = DateOnly.FromDateTime(line.Start);
            found.Add(Cause.DuplicateLineItems, line.Account, day, line.UsageType, line.Cost);
            found.Fault(Cause.DuplicateLineItems, line.Account, line.Region, "", line.UsageType, day, line.Cost,
                "lines that repeat another in everything but their id; ask AWS Support for a refund, naming the ids");
        }
    }

    // What logs could never show has its cause by what it is; the rest is held against them.
    void Sort(BillLine line)
    {
        if (CauseOf(line) is { } cause)
        {
            Name(cause, line);
            return;
        }
        if (line.Charge is not (BillCharge.Usage or BillCharge.Commitment))
        {
            found.Add(null, line.Account, DateOnly.FromDateTime(line.Start), line.UsageType, line.Cost);
            found.Fault("unknown_charge", line.Account, line.Region, line.ChargeName, line.UsageType, DateOnly.FromDateTime(line.Start),
                line.Cost, $"lines of type '{line.ChargeName}', which nobody has explained; ask AWS what they are");
            return;
        }
        if (line.Usage is not { } record)
        {
            Name(Cause.UnclassifiedUsageType, line);
            if (line.Cost == 0m) return;
            found.Fault(Cause.UnclassifiedUsageType, line.Account, line.Region, line.UsageType, line.UsageType,
                DateOnly.FromDateTime(line.Start), line.Cost,
                $"'{line.UsageType}' could not be read: {line.Unclassified ?? "no usage of a known meter"}");
            return;
        }
        Compare(line, record);
    }

    void Compare(BillLine line, in UsageRecord record)
    {
        var (meter, quantity) = MeterOf(record);
        var day = DateOnly.FromDateTime(line.Start);
        var family = meter.IsGuardrail()
            ? UsageFamily.Guardrails(logs.NamesAccounts ? line.Account : "", record.Region)
            : FamilyOf(record.Kind, record.Context ?? ContextBand.Standard);
        families.TryAdd(family.Key, family);
        var rate = families[family.Key].RateOf(meter, book, day);
        names.Learn(family, meter, line.UsageType);
        usage.Add(new(line, families[family.Key], meter, quantity, rate, day));
        if (rate is null) Name(Cause.Unpriced, line);
    }

    UsageFamily FamilyOf(CallKind kind, ContextBand context)
    {
        if (ofKind.TryGetValue((kind, context), out var known)) return known;
        return ofKind[(kind, context)] = UsageFamily.Of(kind, context, book, logs.NamesAccounts);
    }

    void Name(string cause, BillLine line) =>
        found.Add(cause, line.Account, DateOnly.FromDateTime(line.Start), line.UsageType, line.Cost);

    static string? CauseOf(BillLine line) => line.Charge switch
    {
        BillCharge.Credit => Cause.Credit,
        BillCharge.Refund => Cause.Refund,
        BillCharge.Tax => Cause.Tax,
        BillCharge.Fee => Cause.Fee,
        BillCharge.Commitment when line.Usage is null => Cause.Commitment,
        BillCharge.ProgrammeDiscount => Cause.ProgrammeDiscount,
        BillCharge.PrivateDiscount => Cause.PrivateDiscount,
        BillCharge.Usage when line.IsMantle => Cause.Mantle,
        BillCharge.Usage or BillCharge.Commitment when line.Usage is { } usage => Unlogged(usage),
        _ => null,
    };

    static string? Unlogged(in UsageRecord usage) => MeterOf(usage).Meter switch
    {
        Meter.Training or Meter.StorageMonth => Cause.Customisation,
        Meter.OcuHour or Meter.IndexGbMonth or Meter.Retrieval or Meter.Rerank => Cause.KnowledgeBase,
        Meter.LogGb or Meter.MetricMonth or Meter.AlarmMonth or Meter.GbMonth => Cause.Monitoring,
        Meter.ModelUnitHour or Meter.CustomUnitMinute or Meter.InputTpmHour or Meter.OutputTpmHour => Cause.Capacity,
        _ => usage.Mode is Mode.Provisioned or Mode.Reserved or Mode.Custom ? Cause.Capacity : null,
    };

    static (Meter Meter, decimal Quantity) MeterOf(in UsageRecord usage)
    {
        if (usage.Amounts is [var amount, ..]) return (amount.Meter, amount.Amount);
        var tokens = usage.Tokens;
        return tokens switch
        {
            { Output: > 0 } => (Meter.Output, tokens.Output),
            { CacheRead: > 0 } => (Meter.CacheRead, tokens.CacheRead),
            { CacheWrite5m: > 0 } => (Meter.CacheWrite5m, tokens.CacheWrite5m),
            { CacheWrite30m: > 0 } => (Meter.CacheWrite30m, tokens.CacheWrite30m),
            { CacheWrite1h: > 0 } => (Meter.CacheWrite1h, tokens.CacheWrite1h),
            { CacheWriteUnknown: > 0 } => (Meter.CacheWrite5m, tokens.CacheWriteUnknown),
            _ => (Meter.Input, tokens.Input),
        };
    }

    // The months the bill is about.
    (DateTime Start, DateTime End) Period()
    {
        var periods = bill.Where(l => l.Charge == BillCharge.Usage).DefaultIfEmpty(bill.Count > 0 ? bill[0] : null)
            .Select(l => l is null ? DateOnly.MinValue : l.Period > DateOnly.MinValue ? l.Period : DateOnly.FromDateTime(l.Start)).ToList();
        var (first, last) = (periods.Min(), periods.Max());
        var start = new DateTime(first.Year, first.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        return (start, new DateTime(last.Year, last.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1));
    }
}
