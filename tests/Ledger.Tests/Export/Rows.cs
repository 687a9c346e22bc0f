using Assay.Ledger.Bills;
using Assay.Ledger.Export;
using Assay.Usage;

namespace Assay.Ledger.Tests.Export;

/// <summary>Rows of an export, written by hand.</summary>
static class Rows
{
    public static readonly ModelRef Sonnet = new("anthropic.claude-sonnet-4-5-20250929-v1:0", Scope.Global, ModelKind.Foundation,
        new("anthropic.claude-sonnet-4-5-20250929-v1:0", "Anthropic", ["Claude Sonnet 4.5"], false, 1024, ["5m", "1h"], 1_000_000, true, true));

    static readonly DateTime Day = new(2026, 7, 31, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>A row of everything: token classes, a long prompt, guardrails, an open cost, no price, a credit, tax.</summary>
    public static readonly ExportRow[] All =
    [
        Row(Meter.Input, 1_234_567m, 0.000003m), Row(Meter.Output, 98_765m, 0.000015m), Row(Meter.CacheRead, 10_000_001m, 0.0000003m),
        Row(Meter.CacheWrite5m, 70_000m, 0.00000375m) with { CostMax = 0.42m }, Row(Meter.CacheWrite1h, 3m, 0.000006m),
        Row(Meter.Input, 250_001m, 0.000006m) with { Context = ContextBand.Long, Sku = "SKU-input-long" },
        Row(Meter.GuardrailContent, 17m, 0.00015m) with { Caller = new("000011112222", "Ops \"A\", Inc", "=1+1", "", "", new(["cc,7"])) },
        Row(Meter.Input, 5m, null) with { Unpriced = "The book has no rate.", Sku = "" },
        new(Day, Day.AddDays(1), Caller.Nobody) { Charge = BillCharge.Credit, Cost = -12.345678m, BillingAccount = "999988887777", Description = "Credit 42" },
        new(Day, Day.AddDays(1), Caller.Nobody) { Charge = BillCharge.Tax, Cost = 1.9m, BillingAccount = "999988887777" },
        new(Day, Day.AddDays(1), Caller.Nobody) { Charge = BillCharge.ProgrammeDiscount, Cost = -0.5m, BillingAccount = "999988887777", Description = "EdpDiscount" },
    ];

    public static readonly ExportTerms Terms = new() { TagKeys = ["cost_center"] };

    public static ExportRow Row(Meter meter, decimal quantity, decimal? rate) =>
        new(Day, Day.AddDays(1), new("111122223333", "ChatRole", "chat", "care", "prod", new([null])))
        {
            Model = Sonnet, Region = "eu-central-1", Meter = meter, Quantity = quantity, Rate = rate, Cost = quantity * rate, Requests = 7,
            Sku = "SKU-" + meter.Name(), Book = "aws@2026-07-24",
        };

    public static decimal Total(IEnumerable<ExportRow> rows) => rows.Sum(r => r.Cost ?? 0m);
}

/// <summary>A folder of its own for a test.</summary>
sealed class Folder : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("assay-export-").FullName;

    public string this[string name] => Path.Combine(root, name);
    public string[] Files => [.. Directory.GetFiles(root).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
    public void Dispose() => Directory.Delete(root, recursive: true);
}
