using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Control.Access;

namespace Assay.Control.Emit;

/// <summary>JSON as templates are written in it.</summary>
static class Json
{
    static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, IndentSize = 2, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static JsonArray List(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);
    public static JsonArray List(IEnumerable<JsonNode> values) => new([.. values]);
    public static JsonNode Of(PolicyDocument document) => JsonNode.Parse(document.ToJson())!;
    public static string Text(JsonNode node) => node.ToJsonString(Readable).ReplaceLineEndings("\n") + "\n";
    public static bool IsTopic(string address) => address.StartsWith("arn:", StringComparison.Ordinal);

    /// <summary>Columns of the CUR 2.0 table that reconciling Bedrock needs.</summary>
    public const string BillQuery = "SELECT bill_bill_type, bill_billing_entity, bill_billing_period_start_date, "
        + "bill_billing_period_end_date, "
        + "bill_invoice_id, bill_payer_account_id, discount, identity_line_item_id, identity_time_interval, line_item_currency_code, "
        + "line_item_iam_principal, line_item_legal_entity, line_item_line_item_description, line_item_line_item_type, "
            + "line_item_net_unblended_cost, "
        + "line_item_operation, line_item_product_code, line_item_resource_id, line_item_unblended_cost, line_item_unblended_rate, "
        + "line_item_usage_account_id, line_item_usage_amount, line_item_usage_end_date, line_item_usage_start_date, line_item_usage_type, "
        + "pricing_public_on_demand_cost, pricing_public_on_demand_rate, pricing_unit, product, product_region_code, product_servicecode, "
        + "product_sku, resource_tags, tags FROM COST_AND_USAGE_REPORT";

    public static JsonObject BillTable() => new()
    {
        ["COST_AND_USAGE_REPORT"] = new JsonObject
        {
            ["TIME_GRANULARITY"] = "HOURLY", ["INCLUDE_RESOURCES"] = "TRUE", ["INCLUDE_SPLIT_COST_ALLOCATION_DATA"] = "FALSE",
            ["INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY"] = "FALSE", ["INCLUDE_IAM_PRINCIPAL_DATA"] = "TRUE",
        },
    };
}

/// <summary>How to apply the files of a tool, what they leave to be done by hand, and what the monitoring costs.</summary>
static class ApplyPage
{
    public static EmittedFile Of(MonitoringSet set, MonitoringCost cost, string folder, string tool, IEnumerable<string> steps)
    {
        List<string> lines =
        [
            $"# {set.Policy.Name}: {tool}", "", $"Made by `assay policy emit` of {Path.GetFileName(set.Policy.Place.File)}; change the "
                + "policy and emit again.", "",
            "## Apply", .. steps, "", "## By hand, once",
            "- Cost Explorer is enabled in the billing console of the management account, on its first visit; hourly granularity is a "
                + "setting there.",
            "- Roles need the tags that the policies ask for: "
                + string.Join(", ", set.Tags.Select(t => $"`{t}`")) + ". Whoever may tag roles may choose a team: keep iam:TagRole to few.",
            "- E-mail addresses confirm their subscription once; until then they are told nothing.", "",
            "## What the monitoring itself costs a month", "| what | quantity | USD | price from |", "|---|---|---|---|",
            .. cost.Lines.Select(l => FormattableString.Invariant($"| {l.What} | {l.Quantity:#,##0.##} {l.Unit} | ")
                + (l.UsdPerMonth is { } usd ? FormattableString.Invariant($"{usd:#,##0.00}") : "not estimated") + $" | {l.Source} |"),
            FormattableString.Invariant($"| total | | {cost.Total:#,##0.00} | |"),
        ];
        string[] notes = [.. set.Access.Warnings.Select(w => $"Warning: {w}"), .. set.Access.Notes, .. set.Notes];
        if (notes.Length > 0) lines.AddRange(["", "## Notes", .. notes.Select(n => $"- {n}.")]);
        return new($"{folder}/README.md", string.Join('\n', lines) + "\n", "how to apply them, and what the monitoring costs");
    }
}
