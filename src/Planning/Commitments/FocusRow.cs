using System.Globalization;

namespace Assay.Planning;

/// <summary>A row of a spend agreement's bill as its FOCUS columns have it.</summary>
sealed class FocusRow(string file, int line, string[] cells, Dictionary<string, int> columns)
{
    // What is counted one by one is no currency; anything else that a purchase is priced in may be a vendor's.
    static readonly string[] CountedUnits =
    [
        "", "count", "unit", "user", "seat", "license", "licence", "subscription", "host", "hour", "day", "month", "year", "gb", "tb",
    ];

    static readonly string[] WordsOfPrepayment = ["usage", "commit", "prepa", "pre-pa", "credit", "drawdown", "draw-down", "minimum spend"];

    // The first that is there says what is charged.
    static readonly string[] Descriptions = ["ChargeDescription", "SkuMeter", "ResourceName", "ServiceName", "SkuId"];

    public int Line => line;
    public string Account => Cell("BillingAccountId");
    public string Issuer => Cell("InvoiceIssuerName") is { Length: > 0 } issuer ? issuer : Cell("ProviderName");
    public string Currency => Cell("BillingCurrency");
    public string Sku => Cell("SkuId");
    public string Service => Cell("ServiceName");
    public bool IsPurchase => Is("ChargeCategory", "Purchase");
    public bool IsUsage => Is("ChargeCategory", "Usage") && !IsUnusedFee;

    /// <summary>A one-time charge of the category usage that consumed nothing.</summary>
    public bool IsUnusedFee => Is("ChargeCategory", "Usage") && Cell("ConsumedQuantity").Length == 0 && Is("ChargeFrequency", "One-Time");

    /// <summary>A purchase of a vendor's own currency.</summary>
    public bool BuysTokens => IsPurchase && Cell("PricingCurrency").Length > 0 && !IsMoney(Cell("PricingUnit"))
        && !CountedUnits.Contains(Cell("PricingUnit").ToLowerInvariant().TrimEnd('s'));

    public bool IsPricedInTokens => Cell("PricingCurrency") is { Length: > 0 } currency && !IsMoney(currency)
        && !currency.Equals(Currency, StringComparison.OrdinalIgnoreCase);

    public UnitPrice Usd => new(Number("ListUnitPrice"), Number("ContractedUnitPrice"));
    public UnitPrice Tokens => new(Number("PricingCurrencyListUnitPrice"), Number("PricingCurrencyContractedUnitPrice"));
    public decimal Quantity => Number("PricingQuantity");

    /// <summary>What this row's prices make a token cost; null where it says nothing of it.</summary>
    public UnitPrice? TokenUsd => BuysTokens ? Usd
        : IsPricedInTokens && Tokens is { List: > 0m, Contracted: > 0m } each ? new(Usd.List / each.List, Usd.Contracted / each.Contracted)
        : null;

    public StatedCosts Stated => new(Number("BilledCost"), Number("EffectiveCost"), Number("ContractedCost"), Number("ListCost"));

    public string What => Descriptions.Select(Cell).FirstOrDefault(c => c.Length > 0) ?? Cell("ChargeCategory");

    /// <summary>What it is charged for; null where the file does not say from when to when.</summary>
    public Period? Charged => Day("ChargePeriodStart") is { } from && Day("ChargePeriodEnd") is { } to && from < to ? new(from, to) : null;

    /// <summary>When it happens: a fee at the end of what it is for, anything else at its beginning.</summary>
    public DateOnly? When => IsUnusedFee
        ? Charged?.To ?? Day("BillingPeriodEnd") ?? Day("BillingPeriodStart")
        : Day("ChargePeriodStart") ?? Day("BillingPeriodStart");

    /// <summary>Whether usage consumes this purchase, so that the usage is the cost and the purchase only the payment.</summary>
    public bool IsDrawnDownBy(IReadOnlyList<FocusRow> rows)
    {
        if (BuysTokens || Cell("CommitmentDiscountId").Length > 0 || rows.Any(r => r.IsUnusedFee && Named(r.Sku, Sku))) return true;
        var used = rows.Where(r => r.IsUsage).ToList();
        // The thing itself is sold here, not money for it; so too where another service is used than bought.
        var isProduct = used.Any(r => Named(r.Sku, Sku)) || (Service.Length > 0 && !used.Any(r => r.Service == Service)
            && !WordsOfPrepayment.Any(w => What.Contains(w, StringComparison.OrdinalIgnoreCase)));
        return used.Count > 0 && !isProduct;

        static bool Named(string one, string other) => one.Length > 0 && one == other;
    }

    /// <summary>Called paid up front, and billed after its period began.</summary>
    public string? BilledLate =>
        IsPurchase && Cell("ChargeDescription").Contains("upfront", StringComparison.OrdinalIgnoreCase)
        && Day("BillingPeriodStart") is { } billed && Day("ChargePeriodStart") is { } from && billed > from
            ? $"line {line}: called an upfront payment for a period from {from:yyyy-MM-dd}, and billed in full in the month of "
                + $"{billed:yyyy-MM-dd}."
            : null;

    public FormatException NotDerived() => new($"{file}:{line}: ChargeCategory '{Cell("ChargeCategory")}' is not derived here. "
        + "Accepted: Purchase, Usage.");

    decimal Number(string column)
    {
        // The sign of a currency, or its code, may stand on either side.
        var text = Cell(column).Trim('$', '€', '£', '¥', ' ', '\u00A0');
        if (Currency.Length > 0) text = text.Replace(Currency, "", StringComparison.OrdinalIgnoreCase).Trim();
        if (text.Length == 0) return 0m;
        const NumberStyles plain = NumberStyles.Number | NumberStyles.AllowExponent;
        return decimal.TryParse(text, plain, CultureInfo.InvariantCulture, out var number) ? number
            : throw new FormatException($"{file}:{line}: {column} '{Cell(column)}' is not a number.");
    }

    DateOnly? Day(string column) =>
        DateTime.TryParse(Cell(column), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
            out var day) ? DateOnly.FromDateTime(day) : null;

    // National currencies are written as three capitals (ISO 4217), as FOCUS asks.
    static bool IsMoney(string currency) => currency.Length == 3 && currency.All(char.IsAsciiLetterUpper);

    bool Is(string column, string value) => Cell(column).Equals(value, StringComparison.OrdinalIgnoreCase);

    string Cell(string column) => columns.TryGetValue(column, out var at) && at < cells.Length ? cells[at].Trim() : "";
}
