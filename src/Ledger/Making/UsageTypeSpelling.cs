using Assay.Pricing;
using Assay.Pricing.Importers;
using Assay.Usage;

namespace Assay.Ledger.Making;

/// <summary>The ways AWS spells a usage type.</summary>
public enum UsageTypeStyle : byte
{
    /// <summary><c>USE1-NovaPro-input-tokens-flex</c></summary>
    Dashed,

    /// <summary><c>USE1-MP:USE1_InputTokenCount_LCtx_Global-Units</c></summary>
    MarketplaceCamel,

    /// <summary><c>USE1-MP:USE1_input_tokens_global_standard-Units</c></summary>
    MarketplaceSnake,

    /// <summary><c>USE1-openai.gpt-5.6-luna-mantle-cache-write-tokens-5m-long-ctx-flex</c></summary>
    Mantle,
}

/// <summary>
/// Spells the key of a rate as AWS spells its usage type: the inverse of <see cref="UsageTypes.Classify"/>, which reads it back. A style
/// that has no words for a key gives null, never the nearest thing.
/// </summary>
public static class UsageTypeSpelling
{
    /// <param name="name">The model as the usage type is to abbreviate it; see <see cref="Abbreviation"/>.</param>
    public static string? Spell(in RateKey key, UsageTypeStyle style, string name)
    {
        if (BillingRegions.CodeOf(key.Region) is not { } code) return null;
        return style switch
        {
            UsageTypeStyle.Dashed => Dashed(key, name) is { } body ? $"{code}-{body}" : null,
            UsageTypeStyle.Mantle => Mantle(key) is { } body ? $"{code}-{body}" : null,
            _ => Marketplace(key, style) is { } body ? $"{code}-MP:{code}_{body}-Units" : null,
        };
    }

    /// <summary>The model's name as the dashed style has it, <c>NovaPro</c>, or its id where no name can be squeezed into one.</summary>
    public static string Abbreviation(ModelFacts model)
    {
        foreach (var name in model.Names)
        {
            var squeezed = string.Concat(name.Where(c => char.IsLetterOrDigit(c) || c is '.' or '+'));
            if (squeezed.Length > 1 && name.All(c => c is not ('(' or ':' or '/'))) return squeezed;
        }
        return model.Id;
    }

    static string? Dashed(in RateKey key, string name)
    {
        if (key.Meter.IsGuardrail()) return Guardrail(key.Meter);
        var isPlain = key is { Tier: Tier.Standard, Context: ContextBand.Standard };
        var isUnscoped = isPlain && key.Scope == Scope.InRegion;
        switch (key.Meter)
        {
            case Meter.Retrieval: return isUnscoped && Bare(key) ? "KnowledgeBase:Retrieval" : null;
            case Meter.IndexGbMonth: return isUnscoped && Bare(key) ? "KnowledgeBase:Storage" : null;
            case Meter.CustomUnitMinute when IsCustom(key) && key.Model.Length == 0:
                return isUnscoped ? "Llama-CustomModelImport-Inference-v1:0" : null;
            case Meter.StorageMonth when IsCustom(key) && key.Model.Length == 0:
                return isUnscoped ? "Llama-CustomModelImport-Storage-v1:0" : null;
        }
        if (key.Model.Length == 0 || name.Length == 0 || IsOfPictures(name)) return null;
        return key.Meter switch
        {
            Meter.StorageMonth when IsCustom(key) => isUnscoped ? $"{name}-Customization-Storage" : null,
            Meter.Training when IsCustom(key) => isUnscoped ? $"{name}-Customization-Training" : null,
            Meter.ModelUnitHour => isUnscoped && Units(key, "-") is { } units ? $"{name}-ProvisionedThroughput-{units}-ModelUnits" : null,
            Meter.InputTpmHour or Meter.OutputTpmHour => isPlain && Months(key) is { } months
                ? $"{name}-reserved-{months}-month-{(key.Meter == Meter.InputTpmHour ? "input" : "output")}-tokens-per-minute"
                    + Crossing(key.Scope)
                : null,
            // A name that says "search" itself is cut there by who reads it.
            Meter.Rerank => isPlain && key.Scope != Scope.Geo && OnDemand(key)
                && !name.Contains("search", StringComparison.OrdinalIgnoreCase)
                ? $"{name}-search-units{(key.Scope == Scope.Global ? "-global" : "")}" : null,
            _ => Counted(key, "-", (meter, lifetime) => meter switch
            {
                Meter.Input => "input-tokens",
                Meter.Output => "output-tokens",
                Meter.CacheRead => "cache-read-input-token-count",
                Meter.VideoSecond => "input-video-second",
                Meter.AudioSecond => "input-audio-second",
                _ => $"cache-write{(lifetime is "5m" ? "" : "-" + lifetime)}-input-token-count",
            }, Crossing(key.Scope), "-long-context", "-latency-optimized", "-custom-model") is { } words ? $"{name}-{words}" : null,
        };
    }

    // A mantle row names the id itself.
    static string? Mantle(in RateKey key) => key.Model.Length > 0 && key.Meter <= Meter.CacheWrite1h && key.Mode != Mode.Custom
        && Counted(key, "-", (meter, lifetime) => meter switch
        {
            Meter.Input => "input-tokens",
            Meter.Output => "output-tokens",
            Meter.CacheRead => "cache-read-tokens",
            _ => $"cache-write-tokens-{lifetime}",
        }, key.Scope switch { Scope.Global => "-global", Scope.Geo => "-geo", _ => "" }, "-long-ctx", "-latency-optimized", "") is { } words
            ? $"{key.Model}-mantle-{words}" : null;

    static string? Marketplace(in RateKey key, UsageTypeStyle style)
    {
        var isCamel = style == UsageTypeStyle.MarketplaceCamel;
        var isPlain = key is { Tier: Tier.Standard, Context: ContextBand.Standard };
        var scope = key.Scope switch
        {
            Scope.Global => isCamel ? "_Global" : "_global", Scope.Geo => isCamel ? "_Geo" : "_geo", _ => "",
        };
        if (key.Model.Length == 0) return null;
        if (key.Meter is Meter.ModelUnitHour)
            return isCamel && isPlain && key.Scope == Scope.InRegion && Units(key, "_") is { } units
                ? $"ProvisionedThroughput_{units}_ModelUnits_Usage" : null;
        if (key.Meter is Meter.InputTpmHour or Meter.OutputTpmHour)
            return isCamel && isPlain && Months(key) is { } months
                ? $"Reserved_{months}Month_{(key.Meter == Meter.InputTpmHour ? "Input" : "Output")}TPM{scope}" : null;
        if (key.Meter == Meter.Image)
            return !isCamel && isPlain && key.Scope != Scope.Geo && OnDemand(key) ? $"created_image{scope}" : null;
        if (key.Meter > Meter.CacheWrite1h) return null;
        return isCamel
            ? Counted(key, "_", (meter, lifetime) => meter switch
            {
                Meter.Input => "InputTokenCount",
                Meter.Output => "OutputTokenCount",
                Meter.CacheRead => "CacheReadInputTokenCount",
                _ => $"CacheWrite{(lifetime is "5m" ? "" : lifetime)}InputTokenCount",
            }, scope, "_LCtx", "_LatencyOptimized", "_CustomModel")
            : Counted(key, "_", (meter, lifetime) => meter switch
            {
                Meter.Input => "input_tokens",
                Meter.Output => "output_tokens",
                Meter.CacheRead => "cache_read_tokens",
                _ => $"cache_write_tokens_{lifetime}",
            }, scope, "_long_ctx", "_latency_optimized", "_custom_model");
    }

    // What is counted, then scope, band, mode and tier, in the order AWS mostly has them; the reader takes any.
    static string? Counted(
        in RateKey key, string seam, Func<Meter, string, string> word, string scope, string band, string optimized, string custom)
    {
        if (key.Meter > Meter.CacheWrite1h && key.Meter is not (Meter.VideoSecond or Meter.AudioSecond)) return null;
        if (key.Term != Term.None) return null;
        var isCamel = seam == "_" && band == "_LCtx";
        string Word(string text) => seam + (isCamel ? char.ToUpperInvariant(text[0]) + text[1..] : text);
        var mode = key.Mode switch
        {
            Mode.OnDemand => "",
            Mode.Batch when key.Tier == Tier.Standard => Word("batch"),
            Mode.Custom => custom,
            _ => null,
        };
        if (mode is null) return null;
        var tier = key.Tier switch
        {
            Tier.Flex => Word("flex"),
            Tier.Priority => Word("priority"),
            Tier.LatencyOptimized => optimized,
            _ => seam == "_" && !isCamel ? "_standard" : "",
        };
        var lifetime = key.Meter switch { Meter.CacheWrite1h => "1h", Meter.CacheWrite30m => "30m", _ => "5m" };
        return word(key.Meter, lifetime) + (key.Context == ContextBand.Long ? band : "") + scope + mode + tier;
    }

    static string? Guardrail(Meter meter) => "Guardrail-" + meter switch
    {
        Meter.GuardrailContent => "ContentPolicyUnitsConsumed",
        Meter.GuardrailTopic => "TopicPolicyUnitsConsumed",
        Meter.GuardrailSensitive => "SensitiveInformationPolicyPaidUnitsConsumed",
        Meter.GuardrailGrounding => "ContextualGroundingPolicyUnitsConsumed",
        _ => "AutomatedReasoningPolicyUnitsConsumed",
    };

    static string? Units(in RateKey key, string seam)
    {
        var term = key.Term switch
        {
            Term.None => "NoCommit", Term.OneMonth => "1MonthCommit", Term.SixMonth => "6MonthsCommit", _ => null,
        };
        return term is null ? null : key.Mode switch
        {
            Mode.Provisioned => term, Mode.Custom => $"Custom{seam}{term}", _ => null,
        };
    }

    static string? Months(in RateKey key) => key.Mode != Mode.Reserved ? null : key.Term switch
    {
        Term.OneMonth => "1", Term.ThreeMonth => "3", Term.SixMonth => "6", _ => null,
    };

    // Such names are read as what is priced by size and quality, whatever follows them.
    static bool IsOfPictures(string name) => ((string[])["NovaCanvas", "NovaReel", "T2I", "I2I", "T2V", "I2V"])
        .Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    static string Crossing(Scope scope) => scope switch
    {
        Scope.Global => "-cross-region-global", Scope.Geo => "-cross-region-geo", _ => "",
    };

    static bool IsCustom(in RateKey key) => key is { Mode: Mode.Custom, Term: Term.None };
    static bool OnDemand(in RateKey key) => key is { Mode: Mode.OnDemand, Term: Term.None };
    static bool Bare(in RateKey key) => key.Model.Length == 0 && OnDemand(key);
}
