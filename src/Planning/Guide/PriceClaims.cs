using Assay.Usage;

namespace Assay.Planning;

/// <summary>The models the guide reckons with.</summary>
static class GuideModels
{
    public const string Sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    public const string Haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
    public const string Opus = "anthropic.claude-opus-4-5-20251101-v1:0";
    public const string LegacyOpus = "anthropic.claude-opus-4-1-20250805-v1:0";
    public const string NovaMicro = "amazon.nova-micro-v1:0";
    public const string Llama = "meta.llama3-3-70b-instruct-v1:0";
    public const string LlamaElsewhere = "together:meta.llama3-3-70b-instruct-v1:0";
    public const string SonnetDirect = "anthropic:claude-sonnet-4-5";

    /// <summary>As people call them.</summary>
    public static string Name(Worksheet sheet, string model) => sheet.Catalog.Find(model)?.Names is [var first, ..] ? first : model;
}

/// <summary>Claims about prices, their ratios, batch, and the worth of output tokens.</summary>
static class PriceClaims
{
    public static readonly Dictionary<string, Func<Worksheet, Derivation>> All = new()
    {
        ["P01"] = sheet => Ratio(sheet, GuideModels.Sonnet, GuideModels.NovaMicro, Meter.Output),
        ["P02"] = sheet => Ratio(sheet, GuideModels.LegacyOpus, GuideModels.NovaMicro, Meter.Output),
        ["P03"] = sheet => Ratio(sheet, GuideModels.Sonnet, GuideModels.NovaMicro, Meter.Input),
        ["P04"] = sheet => OutputOverInput(sheet, 1m),
        ["P05"] = LlamaPremium,
        ["P06"] = WithinTheUs,
        ["P07"] = Markup,
        ["P08"] = Span,
        ["P09"] = SelfHostingPremium,
        ["B01"] = sheet => Batch(sheet, GuideModels.Sonnet, Meter.Input),
        ["B02"] = sheet => Batch(sheet, GuideModels.Sonnet, Meter.Output),
        ["B03"] = sheet => Batch(sheet, GuideModels.NovaMicro, Meter.Input),
        ["B04"] = sheet => Batch(sheet, GuideModels.NovaMicro, Meter.Output),
        ["R03"] = sheet => OutputOverInput(sheet, sheet.Stated("output_tokens_saved")),
    };

    static Derivation Ratio(Worksheet sheet, string dear, string cheap, Meter meter)
    {
        var (above, below) = (sheet.PerMillion(dear, meter), sheet.PerMillion(cheap, meter));
        var ratio = sheet.Step(
            $"{meter.Name()} of {GuideModels.Name(sheet, dear)} over {GuideModels.Name(sheet, cheap)}, USD a million tokens",
            $"{above} ÷ {below}", sheet.Over(above, below));
        return sheet.Finish(ratio, ratio, isRange: false);
    }

    // What is not priced on both sides has no ratio; the guide names no input price for its legacy Opus.
    static Derivation OutputOverInput(Worksheet sheet, decimal outputTokens)
    {
        decimal? least = null, most = null;
        foreach (var model in sheet.ListedTextModels())
        {
            var name = GuideModels.Name(sheet, model);
            if (!sheet.Has(model, Meter.Input) || !sheet.Has(model, Meter.Output))
            {
                sheet.Note($"{name} is left out: {sheet.Book.Id} does not price both its input and its output");
                continue;
            }
            var (output, input) = (sheet.PerMillion(model, Meter.Output), sheet.PerMillion(model, Meter.Input));
            var ratio = outputTokens * sheet.Over(output, input);
            if (outputTokens == 1m) sheet.Step(name, $"{output} ÷ {input}", ratio);
            else sheet.Step(name, $"{outputTokens} × {output} ÷ {input}", ratio);
            least = least is null || ratio < least ? ratio : least;
            most = most is null || ratio > most ? ratio : most;
        }
        if (least is null) sheet.Lack($"book '{sheet.Book.Id}' prices input and output of none of the listed models");
        return sheet.Finish(least, most, isRange: true);
    }

    static Derivation LlamaPremium(Worksheet sheet)
    {
        var here = sheet.PerMillion(GuideModels.Llama, Meter.Input);
        var there = sheet.VendorPerMillion(GuideModels.LlamaElsewhere, Meter.Input);
        var premium = sheet.Step("input on Bedrock over Together AI as the guide prices it, USD a million tokens",
            $"{here} ÷ {there} − 1", sheet.Over(here, there) - 1m);
        return sheet.Finish(premium, premium, isRange: false);
    }

    static Derivation WithinTheUs(Worksheet sheet)
    {
        var rate = sheet.Read("input through a profile that stays within the US, USD a million tokens",
            sheet.PerMillion(GuideModels.Sonnet, Meter.Input, Scope.Geo));
        return sheet.Finish(rate, rate, isRange: false);
    }

    // Today a call kept in a region costs more than one computed anywhere; the guide has one price for both.
    static Derivation Markup(Worksheet sheet)
    {
        var direct = sheet.VendorPerMillion(GuideModels.SonnetDirect, Meter.Input);
        var anywhere = Over(Scope.Global, "computed anywhere");
        var inRegion = Over(Scope.InRegion, "computed in the region");
        return sheet.Finish(anywhere, inRegion, isRange: anywhere != inRegion);

        decimal? Over(Scope scope, string how)
        {
            var here = sheet.PerMillion(GuideModels.Sonnet, Meter.Input, scope);
            return sheet.Step($"Sonnet 4.5 input {how} over Anthropic's own price as the guide names it", $"{here} ÷ {direct} − 1",
                sheet.Over(here, direct) - 1m);
        }
    }

    static Derivation Span(Worksheet sheet)
    {
        var priced = sheet.ListedTextModels().Where(m => sheet.Has(m, Meter.Output))
            .Select(m => (Model: m, Usd: sheet.PerMillion(m, Meter.Output))).ToList();
        if (priced.Count == 0)
        {
            sheet.Lack($"book '{sheet.Book.Id}' prices the output of none of the listed models");
            return sheet.Finish(null, null, isRange: false);
        }
        var (dearest, cheapest) = (priced.MaxBy(p => p.Usd), priced.MinBy(p => p.Usd));
        var ratio = sheet.Step($"output of {GuideModels.Name(sheet, dearest.Model)} over {GuideModels.Name(sheet, cheapest.Model)}, "
            + $"dearest and cheapest of {priced.Count}", $"{dearest.Usd} ÷ {cheapest.Usd}", sheet.Over(dearest.Usd, cheapest.Usd));
        return sheet.Finish(ratio, ratio, isRange: false);
    }

    static Derivation SelfHostingPremium(Worksheet sheet)
    {
        var saving = sheet.StatedRange("self_hosting_saving");
        var (low, high) = (Premium(saving.Low), Premium(saving.High));
        return sheet.Finish(low, high, isRange: true);

        decimal? Premium(decimal saved) =>
            sheet.Step("Bedrock over own hosting that costs less by that share", $"1 ÷ (1 − {saved}) − 1", sheet.Over(1m, 1m - saved) - 1m);
    }

    static Derivation Batch(Worksheet sheet, string model, Meter meter)
    {
        var name = $"{meter.Name()} of {GuideModels.Name(sheet, model)} in batch, USD a million tokens";
        if (sheet.IsToday)
        {
            var sold = sheet.Read(name, sheet.PerMillion(model, meter, mode: Mode.Batch));
            return sheet.Finish(sold, sold, isRange: false);
        }
        var (onDemand, discount) = (sheet.PerMillion(model, meter), sheet.Stated("batch_discount"));
        var rate = sheet.Step(name, $"{onDemand} × (1 − {discount})", onDemand * (1m - discount));
        return sheet.Finish(rate, rate, isRange: false);
    }
}
