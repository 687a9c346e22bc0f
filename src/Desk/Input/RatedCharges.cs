using Assay.Pricing;
using Assay.Rating;
using Assay.Usage;

namespace Assay.Desk.Input;

/// <summary>Takes a record and its charges as they are rated.</summary>
delegate void RatedRecord(in UsageRecord record, ReadOnlySpan<Charge> charges);

/// <summary>Rates the records of a stream within a period, for whoever wants the charges one by one.</summary>
sealed class RatedCharges(PriceBook book, DateOnly? from, DateOnly? to, RatedRecord deliver)
{
    readonly Charge[] charges = new Charge[Rater.ChargesMax];

    /// <summary>Records within the period.</summary>
    public long Records { get; private set; }

    public void Add(ReadOnlySpan<UsageRecord> records)
    {
        foreach (ref readonly var record in records)
        {
            var day = DateOnly.FromDateTime(record.Time);
            if ((from is not null && day < from) || (to is not null && day >= to)) continue;
            Records++;
            deliver(record, charges.AsSpan(0, Rater.Rate(record, book, charges)));
        }
    }
}
