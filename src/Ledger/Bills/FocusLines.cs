using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Ledger.Bills;

/// <summary>
/// Rows of a FOCUS export, 1.0 to 1.3. AWS puts the usage type into a column of its own (<c>x_UsageType</c>); without it the meter is
/// in <c>SkuPriceDetails</c> (1.2 and later), in <c>SkuMeter</c>, or in the words of the description.
/// https://focus.finops.org/focus-specification/
/// </summary>
sealed class FocusLines(BilledUsage usage) : LineReader(usage)
{
    public override RowReading Read(BillRow row)
    {
        var name = row[BillField.ProductName];
        var usageType = UsageTypeOf(row);
        if (!NamesBedrock(name, row[BillField.ServiceCode]) && !IsUnmistakable(row[BillField.UsageType], name))
            return RowReading.OtherService;

        if (Figures(row, out var line) is { } fault) return RowReading.Unusable(fault);
        var (charge, word, isUsed) = ChargeOf(row, line.Cost);
        line = line with
        {
            Format = BillFormat.Focus,
            Charge = charge,
            ChargeName = word,
            UsageType = usageType,
            BillingEntity = BillingEntity(row, usageType),
            Tags = TagsOf(row),
        };
        line = line with
        {
            ListCost = line.BillingEntity == Marketplace || line.ListCost == 0 && line.Cost != 0 ? null : line.ListCost,
        };
        var details = Details(row[BillField.SkuDetails]);
        var (quantity, unit, bad) = QuantityOf(row, line);
        if (bad is not null) return RowReading.Unusable(bad);
        line = line with { Quantity = quantity, Unit = unit };
        var thing = new BilledThing(usageType, line.Description)
        {
            Unit = unit,
            Quantity = quantity,
            Region = Region(row[BillField.Region], row[BillField.Location], FieldOf(line.Description, 1)),
            ProductName = name,
            Model = details.GetValueOrDefault("modelid", ""),
            ResourceId = line.ResourceId,
            Stated = row[BillField.UsageType].Length > 0 ? null : FromDetails(details) ?? FromWords(row),
        };
        return new(isUsed ? Usage.Complete(line, thing)
            : line with { Region = thing.Region.Length > 0 ? thing.Region : Usage.ClassOf(usageType).Region }, null);
    }

    const string Marketplace = "AWS Marketplace";

    static string UsageTypeOf(BillRow row) => row[BillField.UsageType] is { Length: > 0 } own ? own
        : row[BillField.Meter] is { Length: > 0 } meter ? meter : row[BillField.Description];

    // FOCUS has no word for it: the Marketplace shows in the names of what it sells.
    static string BillingEntity(BillRow row, string usageType) =>
        Has(row[BillField.BillingEntity], "Marketplace") || Has(row[BillField.Publisher], "Marketplace")
        || Has(row[BillField.ProductName], "(Amazon Bedrock Edition)") || usageType.Contains("MP:", StringComparison.Ordinal)
            ? Marketplace : row[BillField.BillingEntity];

    // The consumed quantity is in the service's own unit, the pricing quantity in the price's: the first whose unit says something.
    static (decimal Quantity, string Unit, string? Fault) QuantityOf(BillRow row, BillLine line)
    {
        var isConsumed = row[BillField.Quantity].Length > 0;
        if (isConsumed && PriceUnits.Read(row[BillField.Unit], "") is not null || row[BillField.PricingQuantity].Length == 0)
            return (line.Quantity, row[BillField.Unit], null);
        if (!BillText.Number(row[BillField.PricingQuantity], out var priced))
            return (0, "", $"the pricing quantity is {BillText.Quoted(row[BillField.PricingQuantity])}, which is not a number");
        return (priced ?? 0m, row[BillField.PricingUnit], null);
    }

    static (BillCharge Charge, string Word, bool IsUsed) ChargeOf(BillRow row, decimal cost)
    {
        var category = row[BillField.Charge].Trim();
        var isCorrection = row[BillField.ChargeClass].Trim().Equals("Correction", StringComparison.OrdinalIgnoreCase);
        var isCommitted = row[BillField.CommitmentId].Length > 0;
        var word = isCorrection ? $"{category} Correction" : category;
        var description = row[BillField.Description];
        return category.ToLowerInvariant() switch
        {
            "usage" or "" when isCorrection => (cost < 0 ? BillCharge.Refund : BillCharge.Usage, word, cost >= 0),
            "usage" or "" when isCommitted =>
                (BillCharge.Commitment, word, !row[BillField.CommitmentStatus].Equals("Unused", StringComparison.OrdinalIgnoreCase)),
            "usage" or "" => (BillCharge.Usage, word.Length > 0 ? word : "Usage", true),
            "purchase" => (isCommitted ? BillCharge.Commitment : BillCharge.Fee, word, false),
            "credit" => (BillCharge.Credit, word, false),
            "tax" => (BillCharge.Tax, word, false),
            "adjustment" when Has(description, "private rate") => (BillCharge.PrivateDiscount, word, false),
            "adjustment" when Has(description, "discount") => (BillCharge.ProgrammeDiscount, word, false),
            "adjustment" when isCorrection || Has(description, "refund") => (BillCharge.Refund, word, false),
            _ => (BillCharge.Other, word, false),
        };
    }

    delegate bool TryParse<T>(string name, out T value);

    // Keys as the specification spells them, or an exporter's own with x_ before.
    static Dictionary<string, string> Details(string json)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in BillTags.Map(json))
        {
            var name = string.Concat(key.Where(char.IsLetterOrDigit)).ToLowerInvariant();
            details[name.StartsWith('x') && !name.StartsWith("xl", StringComparison.Ordinal) ? name[1..] : name] = value;
        }
        return details;
    }

    /// <summary>The class that the details of a price state; null where they state no meter, or use a word nobody has explained.</summary>
    static UsageTypeClass.Priced? FromDetails(Dictionary<string, string> details)
    {
        string Say(string key) => details.GetValueOrDefault(key, "").ToLowerInvariant();
        if (Say("modelid").Length == 0) return null;
        var lifetime = Say("cachettl").Length > 0 ? Say("cachettl") : Say("cacheaction");
        Meter? meter = DimensionNames.TryParse(Say("meter"), out Meter named) ? named
            : Has(Say("cacheaction"), "read") ? Meter.CacheRead
            : Has(Say("cacheaction"), "write") ? Has(lifetime, "1h") ? Meter.CacheWrite1h : Has(lifetime, "30m") ? Meter.CacheWrite30m
                : Meter.CacheWrite5m
            : Say("tokendirection") switch { "input" => Meter.Input, "output" => Meter.Output, _ => null };
        if (meter is not { } found) return null;
        var isKnown = true;
        T Word<T>(string key, TryParse<T> parse)
        {
            var text = Say(key);
            if (parse(text, out var value)) return value;
            isKnown &= text.Length == 0;
            return value;
        }
        var mode = Word<Mode>("mode", DimensionNames.TryParse);
        var tier = Word<Tier>("tier", DimensionNames.TryParse);
        var context = Word<ContextBand>("context", DimensionNames.TryParse);
        var term = Word<Term>("term", DimensionNames.TryParse);
        if (!isKnown) return null;
        // A profile's prefix in the id is as good as a word for the scope.
        var scope = DimensionNames.TryParse(Say("scope"), out Scope said) ? said : ModelIdentity.SplitScope(Say("modelid")).Scope;
        return new("", found, mode, tier, scope, context, term)
        {
            NamesLifetime = Has(lifetime, "5m") || Has(lifetime, "30m") || Has(lifetime, "1h") || named != default,
        };
    }

    // "AWS Marketplace software usage|us-east-1|Million 1 Hour Cache Write Input Tokens Global": the words of a usage type, spaced.
    UsageTypeClass.Priced? FromWords(BillRow row)
    {
        if (row[BillField.Meter] is { Length: > 0 } meter && Usage.ClassOf(meter) is UsageTypeClass.Priced fromMeter) return fromMeter;
        var words = FieldOf(row[BillField.Description], 2).Replace("1 Hour", "1h", StringComparison.OrdinalIgnoreCase);
        if (words.Length == 0) return null;
        return Usage.ClassOf($"MP:{string.Join('_', words.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries))}-Units")
            is UsageTypeClass.Priced priced ? priced : null;
    }

    static string FieldOf(string description, int at) => description.Split('|') is { Length: 3 } fields ? fields[at] : "";
}
