using Assay.Pricing;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Ledger.Bills;

/// <summary>What a row turned out to be: a line, a reason it is none, or, with neither, another service's.</summary>
readonly record struct RowReading(BillLine? Line, string? Fault)
{
    public static RowReading OtherService => default;
    public static RowReading Unusable(string reason) => new(null, reason);
}

/// <summary>Turns rows of a bill into lines. What formats share is here; how each names things, in its class.</summary>
abstract class LineReader(BilledUsage usage)
{
    const int KeptMax = 100_000;

    readonly Dictionary<string, IReadOnlyDictionary<string, string>> tags = new(StringComparer.Ordinal);

    protected BilledUsage Usage => usage;

    protected IReadOnlyDictionary<string, string> TagsOf(BillRow row)
    {
        var text = BillTags.TextOf(row);
        if (tags.TryGetValue(text, out var known)) return known;
        if (tags.Count == KeptMax) tags.Clear();
        return tags[text] = BillTags.Read(row);
    }

    public abstract RowReading Read(BillRow row);

    /// <summary>The money, times and quantity of a row in a half-filled line, or what is wrong with one of them.</summary>
    protected static string? Figures(BillRow row, out BillLine line)
    {
        line = null!;
        var period = row[BillField.Period];
        DateTime begins = default;
        if (period.Length > 0 && !BillText.Time(period, out begins))
            return $"the billing period starts at {BillText.Quoted(period)}, which is no time such as 2026-07-01T00:00:00Z";
        // Tax and credits may name no time of their own: they are the period's.
        var start = row[BillField.Start].Length > 0 ? row[BillField.Start] : period;
        if (!BillText.Time(start, out var starts))
            return $"the line starts at {BillText.Quoted(start)}, which is no time such as 2026-07-01T00:00:00Z";
        var end = row[BillField.End].Length > 0 ? row[BillField.End] : row[BillField.Start].Length > 0 ? "" : row[BillField.PeriodEnd];
        DateTime ends = default;
        if (end.Length > 0 && !BillText.Time(end, out ends))
            return $"the line ends at {BillText.Quoted(end)}, which is no time such as 2026-07-01T01:00:00Z";
        if (ends != default && ends < starts)
            return $"the line ends at {BillText.Quoted(end)}, before it starts at {BillText.Quoted(start)}";

        if (!BillText.Number(row[BillField.Cost], out var cost)) return NotANumber("the cost", row[BillField.Cost]);
        if (cost is null) return "the line has no cost";
        if (!BillText.Number(row[BillField.NetCost], out var net)) return NotANumber("the net cost", row[BillField.NetCost]);
        if (!BillText.Number(row[BillField.ListCost], out var list)) return NotANumber("the public cost", row[BillField.ListCost]);
        if (!BillText.Number(row[BillField.Quantity], out var quantity)) return NotANumber("the quantity", row[BillField.Quantity]);
        if (row[BillField.Currency] is { Length: > 0 } currency && currency.Trim() != "USD")
            return $"{Usd.Plain(cost.Value)} {BillText.Quoted(currency.Trim())[1..^1]} for {BillText.Quoted(row[BillField.UsageType])}: "
                + "another currency than USD is in no sum";
        var month = period.Length > 0 ? begins : starts;
        line = new BillLine
        {
            Id = row[BillField.Id],
            Start = starts,
            End = ends,
            Period = new DateOnly(month.Year, month.Month, 1),
            Account = row[BillField.Account],
            PayerAccount = row[BillField.PayerAccount],
            UsageType = row[BillField.UsageType],
            Operation = row[BillField.Operation],
            ServiceCode = row[BillField.ServiceCode],
            ProductName = row[BillField.ProductName],
            Description = row[BillField.Description],
            LegalEntity = row[BillField.LegalEntity],
            InvoiceId = row[BillField.InvoiceId],
            ResourceId = row[BillField.ResourceId],
            Principal = Principal(row[BillField.Principal]),
            Quantity = quantity ?? 0m,
            Unit = row[BillField.Unit],
            Cost = cost.Value,
            NetCost = net,
            ListCost = list,
            Path = row.Path,
            Row = row.Number,
        };
        return null;
    }

    static string NotANumber(string what, string text) => $"{what} is {BillText.Quoted(text)}, which is not a number";

    /// <summary>The region by its id, wherever the row has it; empty where it names none.</summary>
    protected static string Region(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            var trimmed = text.Trim();
            if (BillingRegions.LooksLikeRegion(trimmed)) return trimmed;
            if (trimmed.Length > 0 && AwsRegions.IdOf(trimmed) is { } id) return id;
        }
        return "";
    }

    /// <summary>Role name without the session, else user name, else <c>root</c>: as logs have it.</summary>
    internal static string Principal(string arn)
    {
        if (!arn.StartsWith("arn:", StringComparison.Ordinal)) return arn;
        var resource = arn[(arn.LastIndexOf(':') + 1)..];
        var parts = resource.Split('/');
        return parts[0] == "assumed-role" && parts.Length > 1 ? parts[1] : parts[^1];
    }

    protected static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>What is Bedrock's by its names: the service, its offers, and the models the Marketplace sells.</summary>
    protected static bool NamesBedrock(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (name.StartsWith("AmazonBedrock", StringComparison.OrdinalIgnoreCase) || Has(name, "Amazon Bedrock")) return true;
        return false;
    }

    /// <summary>
    /// What serves Bedrock under another service's name, and rows of the Marketplace whose export leaves the product's name out: their
    /// usage type counts tokens in a spelling nobody else has.
    /// </summary>
    protected bool IsUnmistakable(string usageType, string productName) =>
        usageType.Length > 0 && Usage.ClassOf(usageType) is UsageTypeClass.Priced priced
        && (priced.Meter == Meter.OcuHour || productName.Length == 0 && usageType.Contains("MP:", StringComparison.Ordinal));
}

/// <summary>Rows of a cost and usage report, CUR 2.0 or older.</summary>
sealed class CurLines(BilledUsage usage) : LineReader(usage)
{
    readonly Dictionary<string, Dictionary<string, string>> products = new(StringComparer.Ordinal);

    public override RowReading Read(BillRow row)
    {
        var product = Product(row[BillField.Product]);
        string Attribute(BillField field, params ReadOnlySpan<string> keys)
        {
            if (row[field] is { Length: > 0 } own) return own;
            foreach (var key in keys)
                if (product.TryGetValue(key, out var value)) return value;
            return "";
        }
        var name = Attribute(BillField.ProductName, "product_name", "servicename", "ProductName");
        var code = Attribute(BillField.ServiceCode, "servicecode");
        if (!NamesBedrock(name, code, row[BillField.ProductCode], product.GetValueOrDefault("servicename", ""))
            && !IsUnmistakable(row[BillField.UsageType], name)) return RowReading.OtherService;

        if (Figures(row, out var line) is { } fault) return RowReading.Unusable(fault);
        var word = row[BillField.Charge].Length > 0 ? row[BillField.Charge] : "Usage";
        var isMarketplace = Has(row[BillField.BillingEntity], "Marketplace");
        var charge = ChargeOf(word);
        line = line with
        {
            Format = BillFormat.Cur2,
            Charge = charge,
            ChargeName = word,
            ServiceCode = code.Length > 0 ? code : row[BillField.ProductCode],
            ProductName = name,
            BillingEntity = row[BillField.BillingEntity],
            Tags = TagsOf(row),
            // A zero there is the absence of a public price, not a price.
            ListCost = isMarketplace || line.ListCost == 0 && line.Cost != 0 ? null : line.ListCost,
        };
        var thing = new BilledThing(line.UsageType, line.Description)
        {
            Unit = line.Unit,
            Quantity = line.Quantity,
            Region = Region(row[BillField.Region], Attribute(BillField.Region, "region_code", "region", "regionCode"),
                Attribute(BillField.Location, "location")),
            ProductName = name,
            Model = Attribute(BillField.Model, "model"),
            ResourceId = line.ResourceId,
        };
        // What a plan adds and takes away is money without usage.
        return new(IsUsed(charge, word) ? Usage.Complete(line, thing) : line with { Region = RegionOf(thing) }, null);
    }

    string RegionOf(BilledThing thing) => thing.Region.Length > 0 ? thing.Region : Usage.ClassOf(thing.UsageType).Region;

    static bool IsUsed(BillCharge charge, string word) =>
        charge == BillCharge.Usage || charge == BillCharge.Commitment && word is "DiscountedUsage" or "SavingsPlanCoveredUsage";

    Dictionary<string, string> Product(string json)
    {
        if (products.TryGetValue(json, out var known)) return known;
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in BillTags.Map(json)) read[key] = value;
        return products[json] = read;
    }

    // https://docs.aws.amazon.com/cur/latest/userguide/Lineitem-columns.html
    internal static BillCharge ChargeOf(string word) => word switch
    {
        "Usage" => BillCharge.Usage,
        "DiscountedUsage" or "SavingsPlanCoveredUsage" or "SavingsPlanNegation" or "SavingsPlanRecurringFee" or "SavingsPlanUpfrontFee"
            or "RIFee" => BillCharge.Commitment,
        "Fee" => BillCharge.Fee,
        "Credit" => BillCharge.Credit,
        "Refund" => BillCharge.Refund,
        "Tax" => BillCharge.Tax,
        "EdpDiscount" or "SppDiscount" or "BundledDiscount" or "Discount" => BillCharge.ProgrammeDiscount,
        "PrivateRateDiscount" => BillCharge.PrivateDiscount,
        _ => BillCharge.Other,
    };
}
