using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Ledger.Export;
using Assay.Testing;
using Assay.Usage;

namespace Assay.Ledger.Tests.Export;

public sealed partial class FocusTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData("focus.csv"), InlineData("focus.parquet")]
    public void What_is_exported_conforms_to_focus(string file)
    {
        var table = Written(file);
        Assert.Equal([], FocusValidator.Check(table));
        Assert.Equal(10, table.Rows.Count);
    }

    [Fact]
    public void All_columns_of_focus_are_there_in_order_and_ours_follow()
    {
        var columns = Written("focus.csv").Columns;
        Assert.Equal(FocusValidator.ColumnNames.Order(StringComparer.Ordinal), columns.TakeWhile(c => !c.StartsWith("x_")));
        Assert.All(columns.SkipWhile(c => !c.StartsWith("x_")), c => Assert.StartsWith("x_", c));
    }

    [Theory, InlineData("focus.csv"), InlineData("focus.parquet")]
    public void Every_cost_column_adds_up_exactly(string file)
    {
        var rows = Written(file).Rows;
        foreach (var cost in (string[])["BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "PricingCurrencyEffectiveCost"])
            Assert.Equal(Rows.Total(Rows.All), rows.Sum(r => decimal.Parse(r[cost]!)));
    }

    [Fact]
    public void Amounts_of_parquet_are_decimals_and_moments_are_utc()
    {
        var types = Written("focus.parquet").Types;
        Assert.Equal(("DECIMAL(38,18)", "DECIMAL(38,18)", "TIMESTAMP WITH TIME ZONE", "BIGINT", "VARCHAR"),
            (types["BilledCost"], types["PricingQuantity"], types["ChargePeriodStart"], types["x_RequestCount"], types["SkuPriceDetails"]));
    }

    [Fact]
    public void A_token_class_is_a_row_that_names_its_model()
    {
        var rows = Written("focus.csv").Rows.Where(r => r["SkuMeter"]?.Contains("Tokens") == true).ToList();
        string[] read = [.. rows.Select(r => JsonDocument.Parse(r["SkuPriceDetails"]!).RootElement).Select(d => string.Join(' ',
            new[] { "ModelId", "ModelFamily", "TokenDirection", "CacheAction", "x_CacheDuration", "x_Mode", "x_Tier", "x_Scope", "x_Context" }
                .Where(n => d.TryGetProperty(n, out _)).Select(n => d.GetProperty(n).GetString())))];
        const string model = "anthropic.claude-sonnet-4-5-20250929-v1:0 Claude";
        const string how = "on_demand standard global";
        Assert.Equal([$"{model} Input None {how} standard", $"{model} Output {how} standard", $"{model} Input Read {how} standard",
            $"{model} Input Write 5m {how} standard", $"{model} Input Write 1h {how} standard", $"{model} Input None {how} long"], read);
    }

    [Fact]
    public void Quantities_are_tokens_and_prices_are_per_million_of_them()
    {
        var row = Written("focus.csv").Rows[0];
        Assert.Equal(("1234567", "Tokens", "1.234567", "1000000 Tokens", "3", "3.703701", "SKU-input"), (row["ConsumedQuantity"]!, row["ConsumedUnit"]!,
            row["PricingQuantity"]!, row["PricingUnit"]!, row["ListUnitPrice"]!, row["BilledCost"]!, row["SkuId"]!));
        Assert.Equal(("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z", "2026-07-31T00:00:00Z", "2026-08-01T00:00:00Z"), (row["BillingPeriodStart"]!,
            row["BillingPeriodEnd"]!, row["ChargePeriodStart"]!, row["ChargePeriodEnd"]!));
        Assert.Equal("""{"app":"chat","team":"care","env":"prod"}""", row["Tags"]);
    }

    [Fact]
    public void What_has_no_price_is_left_out_and_counted_never_written_as_zero()
    {
        var summary = Exports.Write(Rows.All, ExportFormat.Focus, folder["a.csv"], Rows.Terms, replace: false, TestContext.Current.CancellationToken);
        Assert.Equal((10, 1), (summary.Rows, summary.LeftOut));
        Assert.Equal(Rows.Total(Rows.All), summary.Cost);
    }

    [Fact]
    public void Whose_account_is_billed_must_be_known()
    {
        ExportRow row = Rows.Row(Meter.Input, 1m, 1m) with { Caller = Caller.Nobody };
        var refused = Assert.Throws<ExportException>(() =>
            Exports.Write([row], ExportFormat.Focus, folder["a.csv"], Rows.Terms, replace: false, TestContext.Current.CancellationToken));
        Assert.Contains("--billing-account", refused.Message);
        Exports.Write([row], ExportFormat.Focus, folder["a.csv"], new() { BillingAccount = "000000000001" }, replace: false, TestContext.Current.CancellationToken);
        Assert.Equal("000000000001", TableText.Read(folder["a.csv"]).Rows[0]["BillingAccountId"]);
    }

    public static TheoryData<string, string, string> Faults => new()
    {
        { "BilledCost is null", "BilledCost", "" },
        { "BilledCost '1,5' is not a money", "BilledCost", "1,5" },
        { "ListCost '$3' is not a money", "ListCost", "$3" },
        { "ContractedUnitPrice '-3' is not a price", "ContractedUnitPrice", "-3" },
        { "ChargePeriodStart '2026-07-31' is not a moment", "ChargePeriodStart", "2026-07-31" },
        { "BillingCurrency 'Dollar' is not a currency", "BillingCurrency", "Dollar" },
        { "ChargeCategory 'Spend' is not an allowed value", "ChargeCategory", "Spend" },
        { "ServiceCategory 'AI' is not an allowed value", "ServiceCategory", "AI" },
        { "ServiceSubcategory 'Virtual Machines' is not of ServiceCategory", "ServiceSubcategory", "Virtual Machines" },
        { "PricingUnit 'tokens per million' is not a unit", "PricingUnit", "tokens per million" },
        { "SkuPriceDetails '{\"ModelId\":{\"a\":1}}' is not a json", "SkuPriceDetails", "{\"ModelId\":{\"a\":1}}" },
        { "SkuPriceDetails 'Model' is neither FOCUS's nor marked x_", "SkuPriceDetails", "{\"Model\":\"x\"}" },
        { "SkuId is null on a charge of Usage", "SkuId", "" },
        { "ConsumedQuantity is null on usage", "ConsumedQuantity", "" },
        { "ListUnitPrice times PricingQuantity is 4.938268, not ListCost 3.703701", "ListUnitPrice", "4" },
        { "SubAccountName '   ' is a placeholder", "SubAccountName", "   " },
        { "RegionId and RegionName are not null together", "RegionName", "" },
        { "BillingPeriodEnd is not after BillingPeriodStart", "BillingPeriodEnd", "2026-07-01T00:00:00Z" },
        { "PricingCategory is Committed without a commitment", "PricingCategory", "Committed" },
        { "PricingQuantity is not null on tax", "ChargeCategory", "Tax" },
        { "SkuPriceId same has different SkuPriceDetails", "*SkuPriceId", "same" },
        { "column BilledCost is missing", "-BilledCost", "" },
        { "column Model is neither FOCUS's nor marked x_", "+Model", "Claude" },
    };

    [Theory, MemberData(nameof(Faults))]
    public void The_validator_refuses_a_fault(string fault, string column, string value)
    {
        var table = Written("focus.csv");
        List<Dictionary<string, string?>> rows = [.. table.Rows.Select(r => new Dictionary<string, string?>(r))];
        var columns = table.Columns.ToList();
        switch (column[0])
        {
            case '-': columns.Remove(column[1..]); break;
            case '+': columns.Add(column[1..]); break;
            case '*': rows.ForEach(r => r[column[1..]] = r[column[1..]] is null ? null : value); break;
            default: rows[0][column] = value.Length == 0 ? null : value; break;
        }
        Assert.Contains(FocusValidator.Check(table with { Columns = columns, Rows = rows }), f => f.Contains(fault));
    }

    [Fact]
    public void The_published_sample_rows_are_accepted_too()
    {
        var sample = TableText.Read(Path.Combine(Repository.NeedsShared(), "data", "focus", "aws_1_2_cost_and_usage_rows100_seed42.csv"));
        Assert.Equal(100, sample.Rows.Count);
        Assert.Equal([], FocusValidator.Check(sample));
    }

    [Fact]
    public void The_columns_are_those_of_the_published_lists()
    {
        var focus = Path.Combine(Repository.NeedsShared(), "data", "focus");
        // The list leaves 'Name' off the three participants.
        Assert.Equal(File.ReadLines(Path.Combine(focus, "focus_1.2_columns.txt")).Where(l => l.Length > 0).Order(StringComparer.Ordinal),
            FocusValidator.ColumnNames.Select(c => ParticipantForm().Replace(c, "$1").ToLowerInvariant()).Order(StringComparer.Ordinal));
        using var metadata = JsonDocument.Parse(File.ReadAllText(Path.Combine(focus, "FocusCost_1.2-preview.metadata.json")));
        var types = Written("focus.parquet").Types;
        foreach (var column in metadata.RootElement.GetProperty("Columns").EnumerateArray())
        {
            var name = column.GetProperty("ColumnName").GetString()!;
            // The preview calls the unit a decimal, which it is not.
            if (name.StartsWith("x_") || name == "ConsumedUnit") continue;
            var expected = column.GetProperty("DataType").GetString() switch { "Decimal" => "DECIMAL", "DateTime" => "TIMESTAMP", _ => "VARCHAR" };
            Assert.StartsWith(expected, types[name]);
        }
    }

    TableText Written(string file)
    {
        Exports.Write(Rows.All, ExportFormat.Focus, folder[file], Rows.Terms, replace: true, TestContext.Current.CancellationToken);
        return TableText.Read(folder[file]);
    }

    [GeneratedRegex("^(InvoiceIssuer|Provider|Publisher)Name$")]
    private static partial Regex ParticipantForm();
}
