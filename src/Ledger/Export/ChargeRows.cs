using System.Runtime.InteropServices;
using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Ledger.Export;

/// <summary>
/// Sums charges into rows for an export: one a day or an hour, caller, model, way of buying, meter and rate. Costs are sums of quantities
/// times a rate, exact, so that they add up to the total of a report on the same records.
/// </summary>
public sealed class ChargeRows(PriceBook book, bool isHourly)
{
    readonly record struct Key(CallKind Kind, DateTime Start, ContextBand Context, Meter Meter, Rate? Rate, UnpricedCause Cause);

    struct Sum
    {
        public decimal Quantity, Open;
        public long Requests;
        public string? Unpriced;
    }

    readonly Dictionary<Key, Sum> sums = [];

    /// <summary>Adds a rated record. Each record may be added once; who adds it has made sure of that.</summary>
    public void Add(in UsageRecord usage, ReadOnlySpan<Charge> charges)
    {
        var time = usage.Time;
        var start = isHourly ? time.Date.AddHours(time.Hour) : time.Date;
        foreach (ref readonly var charge in charges)
        {
            Key key = new(usage.Kind, start, charge.Context, charge.Meter, charge.Rate, charge.Unpriced);
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out var isKnown);
            if (!isKnown && charge.Unpriced != UnpricedCause.None) sum.Unpriced = Rater.Reason(usage, charge, book);
            sum.Quantity += charge.Quantity;
            if (charge.CostMax is { } max) sum.Open += max - charge.Cost;
            if (!usage.Kind.IsSum) sum.Requests++;
        }
    }

    /// <summary>The rows, in an order that does not depend on the order of the records.</summary>
    public IEnumerable<ExportRow> Rows()
    {
        // Kinds differ in what is no column here, such as the operation, and equal ones may be different objects.
        var joined = new Dictionary<ExportRow, Sum>();
        foreach (var (key, sum) in sums)
        {
            ref var all = ref CollectionsMarshal.GetValueRefOrAddDefault(joined, RowOf(key, sum.Unpriced), out _);
            all.Quantity += sum.Quantity;
            all.Open += sum.Open;
            all.Requests += sum.Requests;
        }
        return joined.Select(j => Filled(j.Key, j.Value)).OrderBy(r => r.Start).ThenBy(r => r.Caller.Account, StringComparer.Ordinal)
            .ThenBy(r => r.Caller.Principal, StringComparer.Ordinal).ThenBy(r => r.Caller.App, StringComparer.Ordinal)
            .ThenBy(r => r.Caller.Team, StringComparer.Ordinal).ThenBy(r => r.Caller.Env, StringComparer.Ordinal)
            .ThenBy(r => Tags(r.Caller), StringComparer.Ordinal)
            .ThenBy(r => r.Model!.Id, StringComparer.Ordinal).ThenBy(r => r.Region, StringComparer.Ordinal).ThenBy(r => r.Mode)
            .ThenBy(r => r.Tier).ThenBy(r => r.Model!.Scope).ThenBy(r => r.Context).ThenBy(r => r.Term).ThenBy(r => r.Meter)
            .ThenBy(r => r.Sku, StringComparer.Ordinal).ThenBy(r => r.Unpriced, StringComparer.Ordinal);
    }

    ExportRow RowOf(in Key key, string? unpriced) => new(key.Start, End(key.Start), key.Kind.Caller)
    {
        Model = key.Kind.Model, Region = key.Kind.Region, Mode = key.Kind.Mode, Tier = key.Kind.Tier, Term = key.Kind.Term,
        Context = key.Context, Meter = key.Meter, Rate = key.Rate?.UsdPerUnit, Sku = key.Rate?.Sku ?? "", Unpriced = unpriced,
        Book = book.Id,
    };

    DateTime End(DateTime start) => isHourly ? start.AddHours(1) : start.AddDays(1);

    static ExportRow Filled(ExportRow row, in Sum sum)
    {
        var cost = sum.Quantity * row.Rate;
        return row with
        {
            Quantity = sum.Quantity, Cost = cost, Requests = sum.Requests, CostMax = sum.Open > 0m ? cost + sum.Open : null,
        };
    }

    static string Tags(Caller caller) => string.Join('\u001F', Enumerable.Range(0, caller.Tags.Count).Select(i => caller.Tags[i]));
}
