using Assay.Usage;

namespace Assay.Pricing.Importers;

/// <summary>What a Bedrock usage type stands for, read from its text alone.</summary>
public abstract record UsageTypeClass
{
    UsageTypeClass() { }

    /// <summary>The region its prefix names, or empty where the text has no prefix or one nobody knows.</summary>
    public string Region { get; init; } = "";

    /// <summary>Something a price book has a key for.</summary>
    /// <param name="Model">The model as the usage type abbreviates it, such as <c>Claude4.5Sonnet</c>; empty where it names none.</param>
    public sealed record Priced(string Model, Meter Meter, Mode Mode, Tier Tier, Scope Scope, ContextBand Context, Term Term)
        : UsageTypeClass
    {
        /// <summary>True for the OpenAI-compatible endpoint, whose rows repeat the runtime's key and may differ in price.</summary>
        public bool IsMantle { get; init; }

        /// <summary>False for a cache write whose text leaves the lifetime open.</summary>
        public bool NamesLifetime { get; init; }

        /// <summary>False for what has one price whatever the model: guardrails, imported models, knowledge bases.</summary>
        public bool IsOfModel => !Meter.IsGuardrail() && Meter is not (Meter.CustomUnitMinute or Meter.Retrieval or Meter.IndexGbMonth)
            && !(Meter == Meter.StorageMonth && Model.Length == 0);

        /// <summary>The meter for a model: an open lifetime is the shortest the model offers.</summary>
        public Meter MeterFor(ModelFacts? model) =>
            Meter == Meter.CacheWrite5m && !NamesLifetime && model is { CacheTtls: ["30m"] } ? Meter.CacheWrite30m : Meter;
    }

    /// <summary>Something that has no key of its own, or text that cannot be read without guessing.</summary>
    public sealed record Unreadable(string Reason) : UsageTypeClass;
}

/// <summary>
/// Reads usage types in every spelling AWS uses: dashes (<c>USE1-NovaPro-input-tokens-flex</c>), Marketplace in two dialects
/// (<c>USE1-MP:USE1_InputTokenCount_LCtx_Global-Units</c>, <c>USE1-MP:USE1_input_tokens_global_standard-Units</c>) and mantle
/// (<c>USE1-openai.gpt-5.6-luna-mantle-cache-write-tokens-5m-long-ctx-flex</c>), and the classes that are not token meters.
/// Pure and closed: a word nobody has explained makes a usage type unreadable, never the nearest meter.
/// </summary>
public static class UsageTypes
{
    /// <summary>Longest usage type worth reading; AWS's own stop at about a hundred characters.</summary>
    const int LengthMax = 300;

    const string MarketplacePrefix = "MP:";

    public static UsageTypeClass Classify(string usageType)
    {
        if (usageType.Length == 0) return new UsageTypeClass.Unreadable("no usage type");
        if (usageType.Length > LengthMax) return new UsageTypeClass.Unreadable($"a usage type of {usageType.Length} characters");

        var dash = usageType.IndexOf('-', StringComparison.Ordinal);
        var code = dash > 0 && BillingRegions.LooksLikeCode(usageType[..dash]) ? usageType[..dash] : "";
        var body = code.Length > 0 ? usageType[(dash + 1)..] : usageType;
        if (!body.StartsWith(MarketplacePrefix, StringComparison.Ordinal))
            return Dashed(body) with { Region = BillingRegions.Find(code) ?? "" };

        // The Marketplace names the region twice.
        body = body[MarketplacePrefix.Length..];
        var end = body.IndexOf('_', StringComparison.Ordinal);
        var inner = end > 0 && BillingRegions.LooksLikeCode(body[..end]) ? body[..end] : "";
        if (code.Length > 0 && inner.Length > 0 && inner != code)
            return new UsageTypeClass.Unreadable($"names two regions: '{code}' and '{inner}'");
        var read = Marketplace(inner.Length > 0 ? body[(end + 1)..] : body);
        return read with { Region = BillingRegions.Find(code.Length > 0 ? code : inner) ?? "" };
    }

    // InputTokenCount_Global-Units: words, then the unit every row of the Marketplace ends in.
    static UsageTypeClass Marketplace(string text)
    {
        const string units = "-Units";
        if (text.EndsWith(units, StringComparison.Ordinal)) text = text[..^units.Length];
        var words = UsageWords.Split(text, isCamelCase: true);
        return Special(text, words) ?? TokenWords.Read("", words);
    }

    static UsageTypeClass Dashed(string body)
    {
        const string mantle = "-mantle-";
        var at = body.IndexOf(mantle, StringComparison.Ordinal);
        if (at >= 0)
        {
            var read = TokenWords.Read(body[..at], UsageWords.Split(body[(at + mantle.Length)..], isCamelCase: false));
            return read is UsageTypeClass.Priced priced ? priced with { IsMantle = true } : read;
        }
        if (Special(body, UsageWords.Split(body, isCamelCase: true)) is { } special) return special;

        // What is known at the end is the meter; what stands before it is the model's name.
        var words = body.Split('-');
        var start = words.Length;
        while (start > 0 && TokenWords.Knows(words[start - 1])) start--;
        var name = string.Join('-', words[..start]);
        if (start == words.Length) return new UsageTypeClass.Unreadable($"'{words[^1]}' is not a word of a known usage type");
        // "NovaSonic-speech-understanding-input-token": the kind of token hides behind a word this table does not have.
        if (!name.Contains('.', StringComparison.Ordinal) && words[..start].FirstOrDefault(TokenWords.IsModality) is { } modality)
            return new UsageTypeClass.Unreadable($"{modality} is not told apart from text by a price's key");
        return TokenWords.Read(name, words[start..]);
    }

    // Classes that are not token meters, in the order in which one wins over the next.
    static UsageTypeClass? Special(string body, string[] words)
    {
        bool Has(string text) => body.Contains(text, StringComparison.OrdinalIgnoreCase);

        if (Has("ProvisionedThroughput") || Has("ModelUnits")) return CapacityWords.ReadProvisioned(words, body);
        if (Has("CustomModelImport")) return CapacityWords.ReadImported(body);
        if (Has("RFT-Training")) return No("reinforcement fine-tuning is sold by the hour and 'training' counts tokens");
        if (Has("Customization-Storage") || Has("Customization_Storage"))
            return Custom(Before(body, "Customization"), Meter.StorageMonth);
        if (Has("Customization-Training") || Has("Customization_Training") || Has("CustomizationTokenCount"))
            return Custom(Before(body, "Customization"), Meter.Training);
        if (words.Contains("reserved")) return CapacityWords.ReadReserved(words, body);
        if (Has("Guardrail")) return Guardrail(body);
        if (Has("Evaluation")) return No("model evaluation has no meter");
        if (Has("InvokeFlow") || Has("BedrockFlows")) return No("flows are charged by node transition, which has no meter");
        if (Has("optimizePrompt")) return No("prompt optimisation has no meter of its own");
        if (Has("prompt-routing") || Has("PromptRouting")) return No("intelligent prompt routing has no meter");
        if (Has("nova-grounding")) return No("web grounding is charged by request, apart from the model's tokens, and has no meter");
        if (Has("GenerateSql") || Has("StructuredRetrieve")) return No("structured retrieval has no meter");
        if (Has("DataAutomation")) return No("data automation has no meter");
        if (Has("Knowledge-Base:") || Has("KnowledgeBase")) return KnowledgeBase(body);
        if (body.Contains(":Consumption-based:", StringComparison.Ordinal)) return No("AgentCore is not priced here");
        if (Has("search_units") || Has("searchunits") || Has("search-units"))
            return Plain(Before(body, "search"), Meter.Rerank, words.Contains("global") ? Scope.Global : Scope.InRegion);
        if (Has("T2V") || Has("I2V") || Has("NovaReel") || Has("fps-"))
            return No("video is priced by resolution and frame rate, which a price's key does not have");
        if (Has("T2I") || Has("I2I") || Has("NovaCanvas"))
            return No("images are priced by size and quality, which a price's key does not have");
        if (words is ["created", "image", .. var name])
            return Plain(string.Join('-', name.Where(w => w != "global")), Meter.Image,
                name.Contains("global") ? Scope.Global : Scope.InRegion);
        return null;
    }

    static UsageTypeClass Guardrail(string body)
    {
        bool Has(string text) => body.Contains(text, StringComparison.OrdinalIgnoreCase);

        if (Has("Free")) return No("free guardrail units make no line");
        if (Has("Image")) return No("guardrail image units have no meter");
        var at = body.IndexOf("Guardrail-", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? No("a guardrail policy that is not known") : body[(at + "Guardrail-".Length)..] switch
        {
            "ContentPolicyUnitsConsumed" => Plain("", Meter.GuardrailContent),
            "TopicPolicyUnitsConsumed" => Plain("", Meter.GuardrailTopic),
            "SensitiveInformationPolicyPaidUnitsConsumed" => Plain("", Meter.GuardrailSensitive),
            "ContextualGroundingPolicyUnitsConsumed" => Plain("", Meter.GuardrailGrounding),
            "AutomatedReasoningPolicyUnitsConsumed" => Plain("", Meter.GuardrailReasoning),
            var policy => No($"'{policy}' is not a known guardrail policy"),
        };
    }

    static UsageTypeClass KnowledgeBase(string body) => body[(body.LastIndexOf(':') + 1)..] switch
    {
        "Retrieval" => Plain("", Meter.Retrieval),
        "Storage" => Plain("", Meter.IndexGbMonth),
        "AgenticRetrieval" => No("agentic retrieval costs more than 'retrieval' and has no meter of its own"),
        var what => No($"'{what}' of a knowledge base has no meter"),
    };

    static UsageTypeClass.Unreadable No(string reason) => new(reason);

    static UsageTypeClass.Priced Plain(string model, Meter meter, Scope scope = Scope.InRegion) =>
        new(model, meter, Mode.OnDemand, Tier.Standard, scope, ContextBand.Standard, Term.None);

    static UsageTypeClass.Priced Custom(string model, Meter meter) =>
        new(model, meter, Mode.Custom, Tier.Standard, Scope.InRegion, ContextBand.Standard, Term.None);

    internal static string Before(string body, string word)
    {
        var at = body.IndexOf(word, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "" : body[..at].TrimEnd('-', '_');
    }
}
