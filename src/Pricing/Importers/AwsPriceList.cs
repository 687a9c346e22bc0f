using System.Globalization;
using System.Text.Json;
using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>
/// Reads the three Bedrock offers of the AWS price list, as the Price List Query API gives records and as the bulk offer files hold
/// them. https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
/// </summary>
public static class AwsPriceList
{
    /// <summary>Reads a bulk offer file: <c>{"offerCode":…,"products":{SKU:{…}},"terms":{"OnDemand":{SKU:{…}}}}</c>.</summary>
    public static ImportResult ReadOffer(JsonElement offer, ModelCatalog catalog)
    {
        var reading = new Reading(catalog);
        var code = Text(offer, "offerCode");
        var published = Text(offer, "publicationDate");
        var terms = Object(Object(offer, "terms"), "OnDemand");
        foreach (var product in Members(Object(offer, "products")))
            reading.Add(product.Value, Object(terms, product.Name), Or(Text(product.Value, "sku"), product.Name), code, published);
        return reading.Result();
    }

    /// <summary>Reads records of the Query API, <c>{"product":{…},"terms":{"OnDemand":{…}}}</c>, or strings that hold them.</summary>
    public static ImportResult ReadRecords(IEnumerable<JsonElement> records, ModelCatalog catalog)
    {
        var reading = new Reading(catalog);
        foreach (var record in records)
            if (record.ValueKind == JsonValueKind.String) ReadText(record.GetString()!, reading);
            else ReadRecord(record, reading);
        return reading.Result();
    }

    /// <summary>Reads records one a line. A line that is not a record is named by its number.</summary>
    public static ImportResult ReadLines(TextReader lines, ModelCatalog catalog)
    {
        var reading = new Reading(catalog);
        for (var number = 1; lines.ReadLine() is { } line; number++)
            if (!string.IsNullOrWhiteSpace(line)) ReadText(line, reading, $"line {number}: ");
        return reading.Result();
    }

    static void ReadText(string text, Reading reading, string where = "")
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.String) ReadText(root.GetString()!, reading, where);
            else ReadRecord(root, reading, where);
        }
        catch (JsonException)
        {
            reading.Refuse("", "", $"{where}not JSON");
        }
    }

    static void ReadRecord(JsonElement record, Reading reading, string where = "")
    {
        var product = Object(record, "product");
        if (product.ValueKind != JsonValueKind.Object)
            reading.Refuse("", "", $"{where}not a record of the price list: it has no 'product'");
        else
            reading.Add(product, Object(Object(record, "terms"), "OnDemand"), Text(product, "sku"),
                Text(record, "serviceCode"), Text(record, "publicationDate"));
    }

    sealed class Reading(ModelCatalog catalog)
    {
        readonly List<Claim> claims = [];
        readonly List<Unclassified> unclassified = [];
        readonly HashSet<string> seen = new(StringComparer.Ordinal);

        public ImportResult Result() => OneKeyOnePrice.Settle(claims, unclassified);

        public void Refuse(string sku, string usageType, string reason) => unclassified.Add(new(sku, usageType, reason));

        /// <summary>Makes one rate of a product, or names the reason.</summary>
        public void Add(JsonElement product, JsonElement terms, string sku, string code, string published)
        {
            var attributes = Object(product, "attributes");
            var usageType = Text(attributes, "usagetype");
            if (sku.Length == 0 || sku.Contains(',', StringComparison.Ordinal)) Refuse(sku, usageType, "no SKU");
            else if (!seen.Add(sku)) Refuse(sku, usageType, "this SKU was read before");
            else if (Claim(attributes, terms, sku, usageType,
                SourceName(Or(code, Text(attributes, "servicecode")), published)) is { } reason)
                Refuse(sku, usageType, reason);
        }

        // Claims the row's key at its price, or says why not.
        string? Claim(JsonElement attributes, JsonElement terms, string sku, string usageType, string source)
        {
            var read = UsageTypes.Classify(usageType);
            if (read is UsageTypeClass.Unreadable unreadable) return unreadable.Reason;
            var priced = (UsageTypeClass.Priced)read;

            var region = Text(attributes, "regionCode");
            if (region.Length > 0 && !BillingRegions.LooksLikeRegion(region)) return $"'{region}' is not a region";
            if (priced.Region.Length > 0 && region.Length > 0 && priced.Region != region)
                return $"prefix says {priced.Region}, regionCode says {region}";
            if (region.Length == 0) region = priced.Region;
            if (region.Length == 0) return "names no region";

            ModelFacts? model = null;
            if (priced.IsOfModel)
            {
                (model, var unknown) = OfferModels.Find(catalog, priced.Model, priced.IsMantle, Text(attributes, "model"),
                    Text(attributes, "servicename"));
                if (model is null) return unknown;
            }
            if (Price(terms, out var price, out var unit, out var description) is { } reason) return reason;
            var meter = priced.MeterFor(model);
            if (PriceUnits.Read(unit, description) is not { } sourceUnit)
                return $"the scale of unit '{unit}' cannot be read from '{description}'";
            if (!PriceUnits.Measures(sourceUnit, meter)) return $"unit '{unit}' does not measure '{meter.Name()}'";
            if (PriceUnits.Contradiction(unit, sourceUnit, price, description) is { } contradiction) return contradiction;
            // At an id of its own the mantle endpoint's price is the price; elsewhere it only repeats the runtime's.
            var strength = !priced.IsMantle ? 1 : model?.Id == priced.Model ? 2 : 0;
            var key = new RateKey(model?.Id ?? "", meter, priced.Mode, priced.Tier, priced.Scope, priced.Context, region, priced.Term);
            claims.Add(new(new(sku, key, sourceUnit, price, null, null, source), usageType, strength));
            return null;
        }
    }

    // The one price of a product: one term, one dimension, from the first unit on, in dollars.
    static string? Price(JsonElement terms, out decimal price, out string unit, out string description)
    {
        (price, unit, description) = (0m, "", "");
        var offers = Members(terms).ToArray();
        if (offers.Length == 0) return "no on-demand term";
        if (offers.Length > 1) return $"{offers.Length} on-demand terms";
        var dimensions = Members(Object(offers[0].Value, "priceDimensions")).ToArray();
        if (dimensions.Length == 0) return "no price dimension";
        if (dimensions.Length > 1) return $"{dimensions.Length} price dimensions: the price depends on the volume";
        var dimension = dimensions[0].Value;
        (unit, description) = (Text(dimension, "unit"), Text(dimension, "description"));
        var (begin, end) = (Text(dimension, "beginRange"), Text(dimension, "endRange"));
        if (begin.Length > 0 && !(decimal.TryParse(begin, CultureInfo.InvariantCulture, out var from) && from == 0))
            return $"a volume tier that begins at {begin}";
        if (end.Length > 0 && end != "Inf") return $"a volume tier that ends at {end}";
        var usd = Text(Object(dimension, "pricePerUnit"), "USD");
        return usd.Length == 0 ? "no price in USD" : PriceNumber.Read(usd, out price);
    }

    static string SourceName(string code, string published)
    {
        var date = published.Length >= 10 && DateOnly.TryParseExact(published.AsSpan(0, 10), "yyyy-MM-dd", out _) ? published[..10] : "";
        return string.Join(' ', ((string[])["aws-price-list", code.Replace(',', ' '), date]).Where(p => p.Length > 0));
    }

    static string Or(string text, string other) => text.Length > 0 ? text : other;

    static JsonElement Object(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value : default;

    static JsonElement.ObjectEnumerator Members(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : default;

    static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value)
            ? value.ValueKind switch { JsonValueKind.String => value.GetString()!, JsonValueKind.Number => value.GetRawText(), _ => "" }
            : "";
}
