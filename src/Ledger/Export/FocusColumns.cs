using Assay.Ledger.Bills;
using Assay.Pricing;

namespace Assay.Ledger.Export;

/// <summary>
/// The columns of FOCUS 1.2 (https://focus.finops.org/focus-specification/v1-2/), in alphabetical order, and a few of our own behind them.
/// Rated usage is at list price: the four costs are the same, and what only an invoice knows is null.
/// </summary>
static class FocusColumns
{
    const string Aws = "AWS";
    const string Currency = "USD";

    public static IReadOnlyList<ExportColumn> All { get; } =
    [
        Null("AvailabilityZone"),
        Amount("BilledCost", r => Cost(r)),
        new("BillingAccountId", ColumnKind.Text, (r, t) => BillingAccount(r, t)),
        new("BillingAccountName", ColumnKind.Text, (r, t) => BillingAccount(r, t)),
        Text("BillingAccountType", _ => "Payer Account"),
        Text("BillingCurrency", _ => Currency),
        Moment("BillingPeriodEnd", r => Month(r).AddMonths(1)),
        Moment("BillingPeriodStart", r => Month(r)),
        Null("CapacityReservationId"),
        Null("CapacityReservationStatus"),
        Text("ChargeCategory", r => Category(r)),
        Null("ChargeClass"),
        Text("ChargeDescription", r => FocusWords.Description(r)),
        Text("ChargeFrequency", r => r.Charge == BillCharge.Usage ? "Usage-Based" : "One-Time"),
        Moment("ChargePeriodEnd", r => r.End),
        Moment("ChargePeriodStart", r => r.Start),
        Null("CommitmentDiscountCategory"),
        Null("CommitmentDiscountId"),
        Null("CommitmentDiscountName"),
        new("CommitmentDiscountQuantity", ColumnKind.Amount, (_, _) => null),
        Null("CommitmentDiscountStatus"),
        Null("CommitmentDiscountType"),
        Null("CommitmentDiscountUnit"),
        Amount("ConsumedQuantity", r => IsUsage(r) ? r.Quantity : null),
        Text("ConsumedUnit", r => IsUsage(r) ? FocusWords.ConsumedUnit(r.Meter!.Value) : null),
        Amount("ContractedCost", r => Cost(r)),
        Amount("ContractedUnitPrice", r => UnitPrice(r)),
        Amount("EffectiveCost", r => Cost(r)),
        Null("InvoiceId"),
        Text("InvoiceIssuerName", _ => Aws),
        Amount("ListCost", r => Cost(r)),
        Amount("ListUnitPrice", r => UnitPrice(r)),
        Text("PricingCategory", r => !IsUsage(r) ? null : r.Term == Usage.Term.None ? "Standard" : "Other"),
        Text("PricingCurrency", _ => Currency),
        Amount("PricingCurrencyContractedUnitPrice", r => UnitPrice(r)),
        Amount("PricingCurrencyEffectiveCost", r => Cost(r)),
        Amount("PricingCurrencyListUnitPrice", r => UnitPrice(r)),
        Amount("PricingQuantity", r => IsUsage(r) ? r.Quantity / FocusWords.PricingScale(r.Meter!.Value) : null),
        Text("PricingUnit", r => IsUsage(r) ? FocusWords.PricingUnit(r.Meter!.Value) : null),
        Text("ProviderName", _ => Aws),
        Text("PublisherName", r => r.Model?.Facts?.Provider is { } maker and not "Amazon" ? maker : Aws),
        Text("RegionId", r => r.Region),
        Text("RegionName", r => r.Region.Length == 0 ? null : AwsRegions.NameOf(r.Region) ?? r.Region),
        Null("ResourceId"),
        Null("ResourceName"),
        Null("ResourceType"),
        Text("ServiceCategory", _ => "AI and Machine Learning"),
        Text("ServiceName", _ => "Amazon Bedrock"),
        Text("ServiceSubcategory", _ => "Generative AI"),
        Text("SkuId", r => IsUsage(r) ? r.Sku : null),
        Text("SkuMeter", r => IsUsage(r) ? FocusWords.MeterName(r.Meter!.Value) : null),
        Text("SkuPriceDetails", r => IsUsage(r) ? FocusWords.PriceDetails(r) : null),
        Text("SkuPriceId", r => IsUsage(r) ? FocusWords.SkuPriceId(r) : null),
        Text("SubAccountId", r => r.Caller.Account),
        Text("SubAccountName", r => r.Caller.Account),
        Text("SubAccountType", r => r.Caller.Account.Length > 0 ? "Linked Account" : null),
        new("Tags", ColumnKind.Text, (r, t) => FocusWords.Tags(r.Caller, t.TagKeys)),
        Amount("x_BilledCostMax", r => r.CostMax),
        Text("x_PriceBook", r => r.Book),
        Text("x_Principal", r => r.Caller.Principal),
        new("x_RequestCount", ColumnKind.Count, (r, _) => r.Requests),
    ];

    static bool IsUsage(ExportRow row) => row.Charge == BillCharge.Usage && row.Meter is not null;

    // What FOCUS has no word of its own for is an adjustment of what is billed; the description keeps the bill's word.
    static string Category(ExportRow row) => row.Charge switch
    {
        BillCharge.Usage => "Usage",
        BillCharge.Tax => "Tax",
        BillCharge.Credit => "Credit",
        _ => "Adjustment",
    };

    static decimal Cost(ExportRow row) =>
        row.Cost ?? throw new InvalidOperationException("A row without a price has no place in FOCUS; it is left out before.");

    static decimal? UnitPrice(ExportRow row) => IsUsage(row) ? row.Rate * FocusWords.PricingScale(row.Meter!.Value) : null;

    static DateTime Month(ExportRow row) => new(row.Start.Year, row.Start.Month, 1, 0, 0, 0, DateTimeKind.Utc);

    // A log knows no payer: an account that nobody says is somebody's member pays for itself.
    static string BillingAccount(ExportRow row, ExportTerms terms) =>
        ChargeColumns.BillingAccount(row, terms) is { Length: > 0 } payer ? payer
        : row.Caller.Account is { Length: > 0 } account ? account
        : throw new ExportException("FOCUS needs the account that is billed, and some usage names no account. "
            + "Say it with '--billing-account ID'.");

    static ExportColumn Null(string name) => new(name, ColumnKind.Text, (_, _) => null);
    static ExportColumn Amount(string name, Func<ExportRow, decimal?> of) => new(name, ColumnKind.Amount, (row, _) => of(row));
    static ExportColumn Moment(string name, Func<ExportRow, DateTime> of) => new(name, ColumnKind.Moment, (row, _) => of(row));

    static ExportColumn Text(string name, Func<ExportRow, string?> of) =>
        new(name, ColumnKind.Text, (row, _) => of(row) is { Length: > 0 } text ? text : null);
}
