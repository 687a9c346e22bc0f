using System.Text.Json;
using Assay.Pricing.Importers;

namespace Assay.Ledger.Bills;

/// <summary>
/// Answers of Cost Explorer's GetCostAndUsage, by hour, day or month, grouped by up to two things. Each group of each period is a row.
/// https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
/// </summary>
sealed class CostExplorer(BilledUsage usage, string path)
{
    static readonly string[] CostMetrics = ["UnblendedCost", "NetUnblendedCost", "AmortizedCost", "NetAmortizedCost", "BlendedCost"];

    string[] keys = [];
    bool isOfBedrock;

    public long Rows { get; private set; }

    /// <summary>Reads every row, in order.</summary>
    /// <exception cref="BillException">It is not the JSON of such an answer.</exception>
    public IEnumerable<(long Row, RowReading Reading, string Content)> Read(CancellationToken cancel)
    {
        using var document = Parse();
        foreach (var answer in Answers(document.RootElement))
        {
            keys = [.. List(answer, "GroupDefinitions").Select(KeyName)];
            isOfBedrock = !keys.Contains("SERVICE") && !keys.Contains("SERVICE_CODE") && OnlyBedrock(answer);
            foreach (var period in List(answer, "ResultsByTime"))
                foreach (var group in Groups(period))
                {
                    cancel.ThrowIfCancellationRequested();
                    Rows++;
                    yield return (Rows, ReadGroup(period, group), period.GetProperty("TimePeriod").GetRawText() + group.GetRawText());
                }
        }
    }

    JsonDocument Parse()
    {
        try
        {
            using var raw = File.OpenRead(path);
            var isGzip = raw.ReadByte() == 0x1F && raw.ReadByte() == 0x8B;
            raw.Position = 0;
            using Stream plain = isGzip ? Gzip.Open(raw) : raw;
            return JsonDocument.Parse(plain);
        }
        catch (Exception fault) when (fault is JsonException or InvalidDataException)
        {
            throw new BillException($"{path}: the JSON breaks off or is none ({BillText.Quoted(fault.Message.Split('\n')[0])}). "
                + "Accepted is what 'aws ce get-cost-and-usage' prints; fetch it again.");
        }
    }

    // One answer, or the pages of one in a list.
    static JsonElement[] Answers(JsonElement root) => root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : [root];

    static JsonElement.ArrayEnumerator List(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray() : default;

    static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";

    static string KeyName(JsonElement definition) =>
        Text(definition, "Type") is "TAG" ? $"TAG:{Text(definition, "Key")}" : Text(definition, "Key").ToUpperInvariant();

    // A period that is not grouped is one row: its total.
    static JsonElement[] Groups(JsonElement period)
    {
        if (period.ValueKind != JsonValueKind.Object || !period.TryGetProperty("TimePeriod", out _)) return [];
        JsonElement[] groups = [.. List(period, "Groups")];
        return groups.Length > 0 ? groups
            : period.TryGetProperty("Total", out var total) && total.ValueKind == JsonValueKind.Object && total.EnumerateObject().Any()
                ? [total] : [];
    }

    // Without the service among the keys, a filter may have kept to Bedrock: then nothing in the answer is foreign.
    bool OnlyBedrock(JsonElement answer)
    {
        var at = Array.IndexOf(keys, "USAGE_TYPE");
        if (at < 0) return false;
        var types = List(answer, "ResultsByTime").SelectMany(p => List(p, "Groups")).Select(g => Keys(g).ElementAtOrDefault(at) ?? "")
            .Where(t => t.Length > 0 && !t.StartsWith("NoUsageType", StringComparison.Ordinal)).Distinct().ToList();
        var readable = types.Count(t => usage.ClassOf(t) is UsageTypeClass.Priced);
        return readable * 2 > types.Count;
    }

    static List<string> Keys(JsonElement group) =>
        [.. List(group, "Keys").Select(k => k.ValueKind == JsonValueKind.String ? k.GetString()! : "")];

    RowReading ReadGroup(JsonElement period, JsonElement group)
    {
        var values = Keys(group);
        string Key(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                if (Array.IndexOf(keys, name) is >= 0 and var at && at < values.Count) return values[at];
            return "";
        }
        if (values.Count == 0) return RowReading.Unusable(
            "a total of everything; group by SERVICE and USAGE_TYPE ('--group-by Type=DIMENSION,Key=USAGE_TYPE')");
        var (service, usageType) = (Key("SERVICE", "SERVICE_CODE"), Key("USAGE_TYPE"));
        var isBedrock = service.Contains("Bedrock", StringComparison.OrdinalIgnoreCase)
            || (service.Length == 0 ? isOfBedrock || usageType.Length > 0 && usage.ClassOf(usageType) is UsageTypeClass.Priced
                : Ancillary.Classify(usageType) is not null);
        if (!isBedrock) return keys.Any(k => k is "SERVICE" or "SERVICE_CODE" or "USAGE_TYPE")
            ? RowReading.OtherService
            : RowReading.Unusable($"grouped by {string.Join(" and ", keys)}, which does not tell Bedrock apart; group by USAGE_TYPE");
        if (!BillText.Time(Text(period.GetProperty("TimePeriod"), "Start"), out var start)
            || !BillText.Time(Text(period.GetProperty("TimePeriod"), "End"), out var end))
            return RowReading.Unusable($"the period {BillText.Quoted(period.GetProperty("TimePeriod").GetRawText())} is no time");
        var metrics = group.TryGetProperty("Metrics", out var found) ? found : default;
        if (Cost(metrics, out var cost, out var net) is { } fault) return RowReading.Unusable(fault);
        var (quantityText, unit) = (Text(Metric(metrics, "UsageQuantity"), "Amount"), Text(Metric(metrics, "UsageQuantity"), "Unit"));
        if (!BillText.Number(quantityText, out var quantity))
            return RowReading.Unusable($"the quantity is {BillText.Quoted(quantityText)}, which is not a number");
        var word = Key("RECORD_TYPE");
        var line = new BillLine
        {
            Format = BillFormat.CostExplorer, Charge = ChargeOf(word), ChargeName = word, Start = start, End = end,
            Period = new(start.Year, start.Month, 1), Account = Key("LINKED_ACCOUNT"), UsageType = usageType, Operation = Key("OPERATION"),
            ProductName = service, BillingEntity = Key("BILLING_ENTITY"), LegalEntity = Key("LEGAL_ENTITY_NAME"), Tags = TagsOf(values),
            Quantity = quantity ?? 0m, Unit = unit, Cost = cost, NetCost = net, Path = path, Row = Rows,
        };
        return new(usageType.Length == 0 && line.Charge == BillCharge.Usage
            ? line with { Region = Key("REGION"), Unclassified = "not grouped by USAGE_TYPE" }
            : usage.Complete(line, new(usageType, "")
            {
                Unit = UnitOf(unit, usageType), Quantity = line.Quantity, ProductName = service,
                Region = BillingRegions.LooksLikeRegion(Key("REGION")) ? Key("REGION") : "",
            }), null);
    }

    // Cost Explorer leaves the unit out. The offers state it by spelling: what the Marketplace sells counts millions, Bedrock's own
    // usage types thousands. The mantle endpoint's rows stand in both, so that theirs stay unread.
    static string UnitOf(string unit, string usageType)
    {
        var read = UsageTypes.Classify(usageType);
        if (read is not UsageTypeClass.Priced { IsMantle: false } priced) return unit;
        if (PriceUnits.Read(unit, "", priced.Meter) is not null) return unit;
        var isMarketplace = usageType.Contains("MP:", StringComparison.Ordinal);
        return priced.Meter switch
        {
            <= Usage.Meter.CacheWrite1h => isMarketplace ? "1M tokens" : "1K tokens",
            Usage.Meter.InputTpmHour or Usage.Meter.OutputTpmHour => "1K TPM hour",
            Usage.Meter.ModelUnitHour => "hour",
            >= Usage.Meter.GuardrailContent and <= Usage.Meter.GuardrailReasoning => "text unit",
            _ => unit,
        };
    }

    static JsonElement Metric(JsonElement metrics, string name) =>
        metrics.ValueKind == JsonValueKind.Object && metrics.TryGetProperty(name, out var metric) ? metric : default;

    static string? Cost(JsonElement metrics, out decimal cost, out decimal? net)
    {
        (cost, net) = (0m, null);
        var name = CostMetrics.FirstOrDefault(m => Metric(metrics, m).ValueKind == JsonValueKind.Object);
        if (name is null) return "no cost; ask for '--metrics UnblendedCost UsageQuantity'";
        var (text, currency) = (Text(Metric(metrics, name), "Amount"), Text(Metric(metrics, name), "Unit"));
        if (!BillText.Number(text, out var amount) || amount is null) return $"the cost is {BillText.Quoted(text)}, which is not a number";
        if (currency is not ("USD" or "")) return $"{text} {currency}: another currency than USD is in no sum";
        cost = amount.Value;
        if (name == "UnblendedCost" && BillText.Number(Text(Metric(metrics, "NetUnblendedCost"), "Amount"), out var after)) net = after;
        return null;
    }

    Dictionary<string, string> TagsOf(List<string> values)
    {
        var tags = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < keys.Length && i < values.Count; i++)
        {
            // "app$chat"; "app$" where the tag is absent.
            if (!keys[i].StartsWith("TAG:", StringComparison.Ordinal)) continue;
            var dollar = values[i].IndexOf('$', StringComparison.Ordinal);
            if (dollar > 0 && dollar < values[i].Length - 1) tags[BillTags.Bare(values[i][..dollar])] = values[i][(dollar + 1)..];
        }
        return tags;
    }

    static BillCharge ChargeOf(string word) => word switch
    {
        "" => BillCharge.Usage,
        "Enterprise Discount Program Discount" or "Solution Provider Program Discount" or "Bundled Discount"
            or "EDP Discount" or "SPP Discount" => BillCharge.ProgrammeDiscount,
        "Private Rate Discount" or "Negotiated Discount" => BillCharge.PrivateDiscount,
        "Support fee" or "Recurring reservation fee" or "Upfront reservation fee" or "Other out-of-cycle charges" => BillCharge.Fee,
        _ when word.StartsWith("Savings Plan", StringComparison.OrdinalIgnoreCase) || word == "Reservation applied usage" =>
            BillCharge.Commitment,
        _ => CurLines.ChargeOf(word),
    };
}
