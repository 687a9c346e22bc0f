using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Assay.Ledger.Tests.Export;

/// <summary>
/// Holds a table against FOCUS 1.2 (https://focus.finops.org/focus-specification/v1-2/): the columns, their types and formats, which may
/// be null and when, the allowed values, and how columns must agree. The order of columns and rows does not matter.
/// </summary>
static partial class FocusValidator
{
    enum Kind { Text, Money, Number, Price, Moment, Currency, Json, Unit }

    enum Level { Mandatory, Recommended, Conditional }

    sealed record Column(string Name, Kind Kind, Level Level, bool MayBeNull, params string[] Allowed);

    static readonly Column[] Columns =
    [
        new("AvailabilityZone", Kind.Text, Level.Recommended, true),
        new("BilledCost", Kind.Money, Level.Mandatory, false),
        new("BillingAccountId", Kind.Text, Level.Mandatory, false),
        new("BillingAccountName", Kind.Text, Level.Mandatory, true),
        new("BillingAccountType", Kind.Text, Level.Conditional, false),
        new("BillingCurrency", Kind.Currency, Level.Mandatory, false),
        new("BillingPeriodEnd", Kind.Moment, Level.Mandatory, false),
        new("BillingPeriodStart", Kind.Moment, Level.Mandatory, false),
        new("CapacityReservationId", Kind.Text, Level.Conditional, true),
        new("CapacityReservationStatus", Kind.Text, Level.Conditional, true, "Used", "Unused"),
        new("ChargeCategory", Kind.Text, Level.Mandatory, false, "Usage", "Purchase", "Tax", "Credit", "Adjustment"),
        new("ChargeClass", Kind.Text, Level.Mandatory, true, "Correction"),
        new("ChargeDescription", Kind.Text, Level.Mandatory, true),
        new("ChargeFrequency", Kind.Text, Level.Recommended, false, "One-Time", "Recurring", "Usage-Based"),
        new("ChargePeriodEnd", Kind.Moment, Level.Mandatory, false),
        new("ChargePeriodStart", Kind.Moment, Level.Mandatory, false),
        new("CommitmentDiscountCategory", Kind.Text, Level.Conditional, true, "Spend", "Usage"),
        new("CommitmentDiscountId", Kind.Text, Level.Conditional, true),
        new("CommitmentDiscountName", Kind.Text, Level.Conditional, true),
        new("CommitmentDiscountQuantity", Kind.Number, Level.Conditional, true),
        new("CommitmentDiscountStatus", Kind.Text, Level.Conditional, true, "Used", "Unused"),
        new("CommitmentDiscountType", Kind.Text, Level.Conditional, true),
        new("CommitmentDiscountUnit", Kind.Unit, Level.Conditional, true),
        new("ConsumedQuantity", Kind.Number, Level.Conditional, true),
        new("ConsumedUnit", Kind.Unit, Level.Conditional, true),
        new("ContractedCost", Kind.Money, Level.Mandatory, false),
        new("ContractedUnitPrice", Kind.Price, Level.Conditional, true),
        new("EffectiveCost", Kind.Money, Level.Mandatory, false),
        new("InvoiceId", Kind.Text, Level.Recommended, true),
        new("InvoiceIssuerName", Kind.Text, Level.Mandatory, false),
        new("ListCost", Kind.Money, Level.Mandatory, false),
        new("ListUnitPrice", Kind.Price, Level.Conditional, true),
        new("PricingCategory", Kind.Text, Level.Conditional, true, "Standard", "Dynamic", "Committed", "Other"),
        new("PricingCurrency", Kind.Currency, Level.Conditional, true),
        new("PricingCurrencyContractedUnitPrice", Kind.Price, Level.Conditional, true),
        new("PricingCurrencyEffectiveCost", Kind.Money, Level.Conditional, true),
        new("PricingCurrencyListUnitPrice", Kind.Price, Level.Conditional, true),
        new("PricingQuantity", Kind.Number, Level.Mandatory, true),
        new("PricingUnit", Kind.Unit, Level.Mandatory, true),
        new("ProviderName", Kind.Text, Level.Mandatory, false),
        new("PublisherName", Kind.Text, Level.Mandatory, false),
        new("RegionId", Kind.Text, Level.Conditional, true),
        new("RegionName", Kind.Text, Level.Conditional, true),
        new("ResourceId", Kind.Text, Level.Conditional, true),
        new("ResourceName", Kind.Text, Level.Conditional, true),
        new("ResourceType", Kind.Text, Level.Conditional, true),
        new("ServiceCategory", Kind.Text, Level.Mandatory, false, "AI and Machine Learning", "Analytics", "Business Applications", "Compute",
            "Databases", "Developer Tools", "Identity", "Integration", "Internet of Things", "Management and Governance", "Media",
            "Migration", "Mobile", "Multicloud", "Networking", "Security", "Storage", "Web", "Other"),
        new("ServiceName", Kind.Text, Level.Mandatory, false),
        new("ServiceSubcategory", Kind.Text, Level.Recommended, false),
        new("SkuId", Kind.Text, Level.Conditional, true),
        new("SkuMeter", Kind.Text, Level.Conditional, true),
        new("SkuPriceDetails", Kind.Json, Level.Conditional, true),
        new("SkuPriceId", Kind.Text, Level.Conditional, true),
        new("SubAccountId", Kind.Text, Level.Conditional, true),
        new("SubAccountName", Kind.Text, Level.Conditional, true),
        new("SubAccountType", Kind.Text, Level.Conditional, true),
        new("Tags", Kind.Json, Level.Conditional, true),
    ];

    // Of the services that may stand on a bill about models, and of the samples; each has one parent.
    static readonly Dictionary<string, string> CategoryOf = new()
    {
        ["Bots"] = "AI and Machine Learning", ["Generative AI"] = "AI and Machine Learning", ["Machine Learning"] = "AI and Machine Learning",
        ["Natural Language Processing"] = "AI and Machine Learning", ["Other (AI and Machine Learning)"] = "AI and Machine Learning",
        ["Data Processing"] = "Analytics", ["Search"] = "Analytics", ["Virtual Machines"] = "Compute", ["Serverless Compute"] = "Compute",
        ["Containers"] = "Compute", ["NoSQL Databases"] = "Databases", ["Relational Databases"] = "Databases",
        ["Observability"] = "Management and Governance", ["Support"] = "Management and Governance", ["Network Connectivity"] = "Networking",
        ["Object Storage"] = "Storage", ["Block Storage"] = "Storage",
    };

    // Properties FOCUS 1.2 defines, and those of token classes and models it is about to.
    static readonly HashSet<string> PriceProperties =
    [
        "CoreCount", "DiskMaxIops", "DiskSpace", "DiskType", "GpuCount", "InstanceType", "InstanceSeries", "MemorySize", "NetworkMaxIops",
        "NetworkMaxThroughput", "OperatingSystem", "Redundancy", "StorageClass", "ModelId", "ModelFamily", "TokenDirection", "CacheAction",
    ];

    public static IEnumerable<string> ColumnNames => Columns.Select(c => c.Name);

    /// <summary>What is wrong, a line each; empty for a table that conforms.</summary>
    public static List<string> Check(TableText table)
    {
        List<string> faults = [];
        var known = Columns.ToDictionary(c => c.Name);
        faults.AddRange(Columns.Where(c => c.Level == Level.Mandatory && !table.Columns.Contains(c.Name)).Select(c => $"column {c.Name} is missing"));
        faults.AddRange(table.Columns.Where(c => !known.ContainsKey(c) && !c.StartsWith("x_")).Select(c => $"column {c} is neither FOCUS's nor marked x_"));
        foreach (var column in Columns)
        {
            if (!table.Types.TryGetValue(column.Name, out var type) || table.Types.Values.All(t => t == "VARCHAR")) continue;
            if (!TypeFits(column.Kind, type)) faults.Add($"column {column.Name} has type {type}");
        }
        for (var i = 0; i < table.Rows.Count; i++)
        {
            var row = new Row(table.Rows[i]);
            faults.AddRange(Columns.Where(c => table.Columns.Contains(c.Name)).SelectMany(c => Cell(c, row)).Concat(Together(row)).Select(f => $"row {i + 1}: {f}"));
        }
        faults.AddRange(table.Rows.Select(r => new Row(r)).Where(r => r["SkuPriceId"] is not null)
            .GroupBy(r => r["SkuPriceId"]).Where(g => g.Select(r => r["SkuPriceDetails"]).Distinct().Count() > 1)
            .Select(g => $"SkuPriceId {g.Key} has different SkuPriceDetails"));
        return faults;
    }

    static bool TypeFits(Kind kind, string type) => kind switch
    {
        Kind.Money or Kind.Number or Kind.Price => type.StartsWith("DECIMAL"),
        Kind.Moment => type.StartsWith("TIMESTAMP"),
        _ => type == "VARCHAR",
    };

    static IEnumerable<string> Cell(Column column, Row row)
    {
        if (row[column.Name] is not { } value)
        {
            if (!column.MayBeNull) yield return $"{column.Name} is null";
            yield break;
        }
        if (value.Trim().Length == 0 || value is "NULL" or "N/A" or "Not Applicable") yield return $"{column.Name} '{value}' is a placeholder";
        if (column.Allowed.Length > 0 && !column.Allowed.Contains(value)) yield return $"{column.Name} '{value}' is not an allowed value";
        var isWellFormed = column.Kind switch
        {
            Kind.Money or Kind.Number => NumberForm().IsMatch(value),
            Kind.Price => NumberForm().IsMatch(value) && !value.StartsWith('-'),
            // A moment read back from Parquet is typed, and printed by the reader.
            Kind.Moment => MomentForm().IsMatch(value) || TypedMoment().IsMatch(value),
            Kind.Currency => CurrencyForm().IsMatch(value),
            Kind.Unit => UnitForm().IsMatch(value),
            Kind.Json => IsKeyValue(value),
            _ => true,
        };
        if (!isWellFormed) yield return $"{column.Name} '{value}' is not a {column.Kind.ToString().ToLowerInvariant()}";
    }

    static IEnumerable<string> Together(Row row)
    {
        var category = row["ChargeCategory"];
        var isCorrection = row["ChargeClass"] == "Correction";
        var isPriced = category is "Usage" or "Purchase" && !isCorrection;
        foreach (var name in (string[])["ContractedUnitPrice", "ListUnitPrice", "PricingCategory", "PricingQuantity", "PricingUnit", "SkuId", "SkuPriceId"])
        {
            if (isPriced && row[name] is null) yield return $"{name} is null on a charge of {category}";
            if (category == "Tax" && row[name] is not null) yield return $"{name} is not null on tax";
        }
        var isUnused = row["CommitmentDiscountStatus"] == "Unused";
        if (category == "Usage" && !isUnused && !isCorrection && row["ConsumedQuantity"] is null) yield return "ConsumedQuantity is null on usage";
        if ((category != "Usage" || isUnused) && row["ConsumedQuantity"] is not null) yield return $"ConsumedQuantity is not null on {category}";
        if (category == "Purchase" && row["ChargeFrequency"] == "Usage-Based") yield return "ChargeFrequency of a purchase is Usage-Based";
        if (category == "Tax" && row["CommitmentDiscountId"] is not null) yield return "CommitmentDiscountId is not null on tax";
        foreach (var (one, other) in ((string, string)[])[("ConsumedQuantity", "ConsumedUnit"), ("PricingQuantity", "PricingUnit"), ("RegionId", "RegionName"),
            ("SubAccountId", "SubAccountName"), ("SubAccountId", "SubAccountType"), ("CommitmentDiscountId", "CommitmentDiscountType"),
            ("CommitmentDiscountId", "CommitmentDiscountCategory"), ("CapacityReservationId", "CapacityReservationStatus"), ("ResourceId", "ResourceType")])
        {
            if (row[one] is null != row[other] is null) yield return $"{one} and {other} are not null together";
        }
        foreach (var (one, needs) in ((string, string)[])[("SkuMeter", "SkuId"), ("SkuPriceDetails", "SkuPriceId"), ("ResourceName", "ResourceId"), ("CommitmentDiscountName", "CommitmentDiscountId")])
            if (row[one] is not null && row[needs] is null) yield return $"{one} is not null although {needs} is";
        if (row["PricingCategory"] == "Committed" && row["CommitmentDiscountId"] is null) yield return "PricingCategory is Committed without a commitment";
        if (row["ServiceSubcategory"] is { } sub && (!CategoryOf.TryGetValue(sub, out var parent) || parent != row["ServiceCategory"]))
            yield return $"ServiceSubcategory '{sub}' is not of ServiceCategory '{row["ServiceCategory"]}'";
        if (!isCorrection && row.Number("ListUnitPrice") * row.Number("PricingQuantity") is { } list && list != row.Number("ListCost"))
            yield return $"ListUnitPrice times PricingQuantity is {list}, not ListCost {row["ListCost"]}";
        if (!isCorrection && row.Number("ContractedUnitPrice") * row.Number("PricingQuantity") is { } contracted && contracted != row.Number("ContractedCost"))
            yield return $"ContractedUnitPrice times PricingQuantity is {contracted}, not ContractedCost {row["ContractedCost"]}";
        if (row.Time("ChargePeriodStart") >= row.Time("ChargePeriodEnd")) yield return "ChargePeriodEnd is not after ChargePeriodStart";
        if (row.Time("BillingPeriodStart") >= row.Time("BillingPeriodEnd")) yield return "BillingPeriodEnd is not after BillingPeriodStart";
        if (row["SkuPriceDetails"] is { } details && IsKeyValue(details))
        {
            foreach (var property in JsonDocument.Parse(details).RootElement.EnumerateObject())
                if (!PriceProperties.Contains(property.Name) && !property.Name.StartsWith("x_"))
                    yield return $"SkuPriceDetails '{property.Name}' is neither FOCUS's nor marked x_";
        }
    }

    static bool IsKeyValue(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.EnumerateObject().All(p => p.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
                && json.RootElement.EnumerateObject().GroupBy(p => p.Name).All(g => g.Count() == 1);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    sealed class Row(Dictionary<string, string?> cells)
    {
        public string? this[string column] => cells.GetValueOrDefault(column);

        public decimal? Number(string column) =>
            decimal.TryParse(this[column], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

        public DateTime? Time(string column) =>
            DateTime.TryParse(this[column], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }

    [GeneratedRegex(@"^-?(\d+(\.\d+)?|\.\d+)(E-?\d+)?$")]
    private static partial Regex NumberForm();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    private static partial Regex MomentForm();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00$")]
    private static partial Regex TypedMoment();

    [GeneratedRegex(@"^[A-Z]{3}$")]
    private static partial Regex CurrencyForm();

    [GeneratedRegex(@"^(\d+ )?[A-Z][A-Za-z]*(-[A-Z][A-Za-z]*)?(/(\d+ )?(Year|Month|Day|Hour|Minute|Second)s?)?$")]
    private static partial Regex UnitForm();
}
