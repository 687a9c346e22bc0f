using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Ledger.Bills;
using Assay.Pricing;
using DuckDB.NET.Data;

namespace Assay.Ledger.Making;

/// <summary>
/// Writes the lines of a bill in the formats AWS delivers: CUR 2.0 and FOCUS 1.2 as CSV (gzip by name) or Parquet, Cost Explorer.
/// </summary>
public static class BillFiles
{
    delegate string Cell(BillLine line);

    /// <summary>What a column is in Parquet: text, a double, a time, or a map of one key.</summary>
    enum Kind { Text, Number, Time, Map }

    static readonly (string Name, Kind Kind, Cell Of)[] CurColumns =
    [
        ("bill_billing_entity", Kind.Text, l => l.BillingEntity),
        ("bill_billing_period_start_date", Kind.Time, l => Time(l.Period.ToDateTime(default))),
        ("bill_billing_period_end_date", Kind.Time, l => Time(l.Period.AddMonths(1).ToDateTime(default))),
        ("bill_invoice_id", Kind.Text, l => l.InvoiceId),
        ("bill_payer_account_id", Kind.Text, l => l.PayerAccount),
        ("identity_line_item_id", Kind.Text, l => l.Id),
        ("line_item_usage_account_id", Kind.Text, l => l.Account),
        ("line_item_line_item_type", Kind.Text, l => l.ChargeName),
        ("line_item_legal_entity", Kind.Text, l => l.LegalEntity),
        ("line_item_product_code", Kind.Text, l => l.ServiceCode.Length > 0 ? l.ServiceCode : "7y1h4xk2m0q9v3"),
        ("line_item_operation", Kind.Text, l => l.Operation),
        ("line_item_usage_type", Kind.Text, l => l.UsageType),
        ("line_item_usage_amount", Kind.Number, l => Usd.Plain(l.Quantity)),
        ("line_item_currency_code", Kind.Text, _ => "USD"),
        ("line_item_unblended_cost", Kind.Number, l => Usd.Plain(l.Cost)),
        ("line_item_line_item_description", Kind.Text, l => l.Description),
        ("line_item_resource_id", Kind.Text, l => l.ResourceId),
        ("line_item_usage_start_date", Kind.Time, l => Time(l.Start)),
        ("line_item_usage_end_date", Kind.Time, l => Time(l.End)),
        ("line_item_iam_principal", Kind.Text, l => l.Principal),
        ("pricing_unit", Kind.Text, l => l.Unit),
        ("pricing_public_on_demand_cost", Kind.Number, l => IsMarketplace(l) ? "0" : Usd.Plain(l.ListCost ?? l.Cost)),
        ("product_servicecode", Kind.Text, l => l.ServiceCode),
        ("product_region_code", Kind.Text, l => l.Region),
        ("product", Kind.Map, l => Map("product_name", l.ProductName)),
        ("resource_tags", Kind.Map, l => JsonSerializer.Serialize(l.Tags)),
    ];

    static readonly (string Name, Kind Kind, Cell Of)[] FocusColumns =
    [
        ("BillingAccountId", Kind.Text, l => l.PayerAccount),
        ("SubAccountId", Kind.Text, l => l.Account),
        ("BillingPeriodStart", Kind.Time, l => Time(l.Period.ToDateTime(default))),
        ("BillingPeriodEnd", Kind.Time, l => Time(l.Period.AddMonths(1).ToDateTime(default))),
        ("ChargePeriodStart", Kind.Time, l => Time(l.Start)),
        ("ChargePeriodEnd", Kind.Time, l => Time(l.End)),
        ("ChargeCategory", Kind.Text, l => Category(l.Charge)),
        ("ChargeClass", Kind.Text, l => l.Charge == BillCharge.Refund ? "Correction" : ""),
        ("ChargeDescription", Kind.Text, l => l.Description),
        ("ChargeFrequency", Kind.Text, l => l.Charge == BillCharge.Usage ? "Usage-Based" : "One-Time"),
        ("BilledCost", Kind.Number, l => Usd.Plain(l.Cost)),
        ("EffectiveCost", Kind.Number, l => Usd.Plain(l.Cost)),
        ("ListCost", Kind.Number, l => Usd.Plain(IsMarketplace(l) ? 0m : l.ListCost ?? l.Cost)),
        ("ContractedCost", Kind.Number, l => Usd.Plain(l.Cost)),
        ("BillingCurrency", Kind.Text, _ => "USD"),
        ("ConsumedQuantity", Kind.Number, l => l.Charge == BillCharge.Usage ? Usd.Plain(l.Quantity) : ""),
        ("ConsumedUnit", Kind.Text, l => l.Charge == BillCharge.Usage ? l.Unit : ""),
        ("PricingQuantity", Kind.Number, l => l.Charge == BillCharge.Usage ? Usd.Plain(l.Quantity) : ""),
        ("PricingUnit", Kind.Text, l => l.Charge == BillCharge.Usage ? l.Unit : ""),
        ("PricingCategory", Kind.Text, l => l.Charge == BillCharge.Usage ? "Standard" : ""),
        ("ServiceName", Kind.Text, l => l.ProductName),
        ("ServiceCategory", Kind.Text, _ => "AI and Machine Learning"),
        ("ProviderName", Kind.Text, _ => "AWS"),
        ("PublisherName", Kind.Text, l => IsMarketplace(l) ? l.LegalEntity : "AWS"),
        ("InvoiceIssuerName", Kind.Text, l => l.LegalEntity.Length > 0 ? l.LegalEntity : "Amazon Web Services, Inc."),
        ("InvoiceId", Kind.Text, l => l.InvoiceId),
        ("ResourceId", Kind.Text, l => l.ResourceId),
        ("RegionId", Kind.Text, l => l.Region),
        ("SkuMeter", Kind.Text, l => l.UsageType),
        ("Tags", Kind.Map, l => JsonSerializer.Serialize(l.Tags)),
        ("x_Operation", Kind.Text, l => l.Operation),
        ("x_ServiceCode", Kind.Text, l => l.ServiceCode),
        ("x_UsageType", Kind.Text, l => l.UsageType),
    ];

    /// <summary>CUR 2.0; the ending of the name decides: <c>.csv</c>, <c>.csv.gz</c> or <c>.parquet</c>.</summary>
    public static void WriteCur(IReadOnlyList<BillLine> lines, string path) => Write(lines, path, CurColumns);

    /// <summary>FOCUS 1.2 as AWS exports it, with its own columns behind; the ending of the name decides as above.</summary>
    public static void WriteFocus(IReadOnlyList<BillLine> lines, string path) => Write(lines, path, FocusColumns);

    static void Write(IReadOnlyList<BillLine> lines, string path, (string Name, Kind Kind, Cell Of)[] columns)
    {
        if (!path.EndsWith(".parquet", StringComparison.Ordinal))
        {
            using Stream file = File.Create(path);
            using var target = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
            WriteCsv(lines, target, columns);
            return;
        }
        var csv = path + ".csv";
        try
        {
            using (var file = File.Create(csv)) WriteCsv(lines, file, columns);
            using var connection = new DuckDBConnection("DataSource=:memory:");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"COPY (SELECT {string.Join(", ", columns.Select(InParquet))} FROM read_csv('{Quoted(csv)}', "
                + $"header=true, all_varchar=true, nullstr='')) TO '{Quoted(path)}' (FORMAT parquet)";
            command.ExecuteNonQuery();
        }
        finally
        {
            File.Delete(csv);
        }
    }

    static string Quoted(string path) => path.Replace("'", "''", StringComparison.Ordinal);

    static string InParquet((string Name, Kind Kind, Cell Of) column) => column.Kind switch
    {
        Kind.Number => $"\"{column.Name}\"::DOUBLE AS \"{column.Name}\"",
        Kind.Time => $"\"{column.Name}\"::TIMESTAMP AS \"{column.Name}\"",
        Kind.Map => $"\"{column.Name}\"::JSON::MAP(VARCHAR, VARCHAR) AS \"{column.Name}\"",
        _ => $"\"{column.Name}\"",
    };

    static void WriteCsv(IReadOnlyList<BillLine> lines, Stream target, (string Name, Kind Kind, Cell Of)[] columns)
    {
        using var text = new StreamWriter(target, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        text.WriteLine(string.Join(',', columns.Select(c => c.Name)));
        foreach (var line in lines) text.WriteLine(string.Join(',', columns.Select(c => Field(c.Of(line)))));
    }

    static string Field(string value) => value.AsSpan().IndexOfAny(",\"\n\r") < 0 ? value
        : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    static string Map(string key, string value) => value.Length == 0 ? "{}"
        : JsonSerializer.Serialize(new Dictionary<string, string> { [key] = value });

    static string Category(BillCharge charge) => charge switch
    {
        BillCharge.Usage or BillCharge.Commitment => "Usage", BillCharge.Credit => "Credit", BillCharge.Tax => "Tax",
        BillCharge.Fee => "Purchase", _ => "Adjustment",
    };

    static bool IsMarketplace(BillLine line) => line.BillingEntity == "AWS Marketplace";

    static string Time(DateTime time) => time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>
    /// What <c>aws ce get-cost-and-usage</c> answers day by day, twice: usage by service and usage type, then the rest by service and
    /// kind of line, for no more than two things can be grouped by. Accounts and hours are lost on the way, as they are there.
    /// </summary>
    public static void WriteCostExplorer(IReadOnlyList<BillLine> lines, string path)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartArray();
        Answer(json, "USAGE_TYPE", lines.Where(l => l.Charge == BillCharge.Usage), l => l.UsageType);
        Answer(json, "RECORD_TYPE", lines.Where(l => l.Charge != BillCharge.Usage), l => l.ChargeName switch
        {
            "EdpDiscount" => "Enterprise Discount Program Discount", "PrivateRateDiscount" => "Private Rate Discount", _ => l.ChargeName,
        });
        json.WriteEndArray();
    }

    static void Answer(Utf8JsonWriter json, string key, IEnumerable<BillLine> lines, Func<BillLine, string> keyOf)
    {
        json.WriteStartObject();
        json.WriteStartArray("GroupDefinitions");
        foreach (var name in (string[])["SERVICE", key])
        {
            json.WriteStartObject();
            json.WriteString("Type", "DIMENSION");
            json.WriteString("Key", name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("ResultsByTime");
        foreach (var day in lines.GroupBy(l => l.Start.Date).OrderBy(g => g.Key))
        {
            json.WriteStartObject();
            json.WriteStartObject("TimePeriod");
            json.WriteString("Start", day.Key.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteString("End", day.Key.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteStartObject("Total");
            json.WriteEndObject();
            json.WriteStartArray("Groups");
            foreach (var group in day.GroupBy(l => (l.ProductName, Key: keyOf(l))).OrderBy(g => g.Key.ProductName, StringComparer.Ordinal)
                .ThenBy(g => g.Key.Key, StringComparer.Ordinal)) Group(json, group.Key.ProductName, group.Key.Key, [.. group]);
            json.WriteEndArray();
            json.WriteBoolean("Estimated", false);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Group(Utf8JsonWriter json, string service, string key, IReadOnlyList<BillLine> lines)
    {
        json.WriteStartObject();
        json.WriteStartArray("Keys");
        json.WriteStringValue(service);
        json.WriteStringValue(key);
        json.WriteEndArray();
        json.WriteStartObject("Metrics");
        Metric(json, "UnblendedCost", lines.Sum(l => l.Cost), "USD");
        Metric(json, "UsageQuantity", lines.Sum(l => l.Quantity), lines[0].Unit.Length == 0 ? "N/A" : lines[0].Unit);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Metric(Utf8JsonWriter json, string name, decimal amount, string unit)
    {
        json.WriteStartObject(name);
        json.WriteString("Amount", Usd.Plain(amount));
        json.WriteString("Unit", unit);
        json.WriteEndObject();
    }
}
