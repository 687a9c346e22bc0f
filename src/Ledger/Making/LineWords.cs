using Assay.Ledger.Bills;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Ledger.Making;

/// <summary>The style a model's usage is billed in.</summary>
static class BillSpelling
{
    /// <summary>
    /// The usage type of a row: models of other makers in the Marketplace's style, where it has the words; else dashed. Null where no
    /// style has them.
    /// </summary>
    public static string? Of(CallKind kind, ContextBand context, Meter meter, string region, bool isGlobal, UsageTypeStyle style)
    {
        var isOurs = kind.Model.Id.StartsWith("anthropic.", StringComparison.Ordinal);
        var key = new RateKey(meter.IsGuardrail() ? "" : kind.Model.Id, meter, kind.Mode, kind.Tier,
            isGlobal ? Scope.Global : Scope.InRegion, context, region, kind.Term);
        if (meter.IsGuardrail())
            key = new("", meter, Mode.OnDemand, Tier.Standard, Scope.InRegion, ContextBand.Standard, region, Term.None);
        var name = kind.Model.Facts is { } facts ? UsageTypeSpelling.Abbreviation(facts) : kind.Model.Id;
        var first = style == UsageTypeStyle.Mantle || isOurs ? style : UsageTypeStyle.Dashed;
        UsageTypeStyle[] ways = [first, UsageTypeStyle.Dashed, UsageTypeStyle.MarketplaceCamel, UsageTypeStyle.MarketplaceSnake];
        foreach (var way in ways)
            if (UsageTypeSpelling.Spell(key, way, name) is { } text) return text;
        return null;
    }
}

/// <summary>What stands on a line beside its figures: who sells it, under which name, in which unit.</summary>
static class LineWords
{
    public static BillLine Of(string usageType, Meter meter, ModelRef model, string sourceUnit, decimal price, string region)
    {
        var isMarketplace = usageType.Contains("-MP:", StringComparison.Ordinal);
        var name = model.Facts is { Names: [var first, ..] } ? first : model.Id;
        var blank = new BillLine
        {
            Start = default, End = default, UsageType = usageType, Operation = meter.Unit() == "token" ? "InvokeModelInference" : "Usage",
        };
        if (!isMarketplace)
            return blank with
            {
                ServiceCode = "AmazonBedrock", ProductName = "Amazon Bedrock", BillingEntity = "AWS",
                LegalEntity = "Amazon Web Services, Inc.",
                Unit = sourceUnit switch { "text unit" => "TextUnit", "1K TPM hour" => "1K TPM Hour", _ => sourceUnit },
                Description = $"${Usd.Plain(price)} per {sourceUnit} for {usageType}",
            };
        // The Marketplace's unit says nothing; the scale stands in the third field of the description.
        var tokens = sourceUnit switch { "1M tokens" => "Million", "1K tokens" => "Thousand", _ => null };
        return blank with
        {
            ServiceCode = "", ProductName = $"{name} (Amazon Bedrock Edition)", BillingEntity = "AWS Marketplace",
            LegalEntity = "Anthropic, PBC",
            Unit = tokens is null ? sourceUnit : "Units",
            Description = $"AWS Marketplace software usage|{region}|{tokens} {Counted(meter)}"
                + (usageType.Contains("lobal", StringComparison.Ordinal) ? " Global" : ""),
        };
    }

    static string Counted(Meter meter) => meter switch
    {
        Meter.Input => "Input Tokens",
        Meter.Output => "Response Tokens",
        Meter.CacheRead => "Cache Read Input Tokens",
        Meter.CacheWrite1h => "Cache Write 1h Input Tokens",
        Meter.CacheWrite30m => "Cache Write 30m Input Tokens",
        Meter.CacheWrite5m => "Cache Write Input Tokens",
        Meter.ModelUnitHour => "Model Unit Hour",
        _ => meter.Unit(),
    };
}
