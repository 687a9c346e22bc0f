namespace Assay.Gateway.Dialects;

/// <summary>What a model takes beyond Converse's own members, told by its id; of a model that is not known, nothing.</summary>
sealed record ModelTraits(ModelMaker Maker, int ClaudeVersion, bool KnowsSchemas)
{
    // Dated by AWS's page on structured outputs: Claude from 4.5 on, and the open-weight models named so.
    static readonly string[] SchemaStems =
    [
        "openai.gpt-", "qwen.qwen3", "deepseek.v3", "google.gemma-3", "minimax.", "moonshot", "nvidia.", "mistral.ministral",
        "mistral.magistral",
    ];

    public bool IsClaude => Maker == ModelMaker.Anthropic;

    /// <summary>Claude thinks within a budget of tokens from 3.7 on, and by effort alone from 4.6 on.</summary>
    public bool ThinksWithinBudget => ClaudeVersion is >= 307 and < 406;
    public bool ThinksByEffort => ClaudeVersion >= 406;

    /// <param name="modelId">A model id, an inference profile's id, or an ARN that ends in one of them.</param>
    public static ModelTraits Of(string modelId)
    {
        if (modelId.Contains("anthropic.claude", StringComparison.Ordinal))
            return new(ModelMaker.Anthropic, VersionOf(modelId), VersionOf(modelId) >= 405);
        var maker = modelId.Contains("openai.gpt-", StringComparison.Ordinal) ? ModelMaker.OpenAi
            : modelId.Contains("amazon.nova-", StringComparison.Ordinal) ? ModelMaker.Nova
            : ModelMaker.Other;
        return new(maker, 0, Array.Exists(SchemaStems, s => modelId.Contains(s, StringComparison.Ordinal)));
    }

    // claude-opus-4-5-20251101-v1:0 is 405, claude-3-7-sonnet-… 307, claude-sonnet-5 500, claude-v2:1 nothing. What has no number is new.
    static int VersionOf(string modelId)
    {
        var name = modelId[(modelId.IndexOf("claude", StringComparison.Ordinal) + "claude".Length)..];
        if (name.StartsWith("-v", StringComparison.Ordinal) || name.StartsWith("-instant", StringComparison.Ordinal)) return 0;
        var parts = name.Split('-', StringSplitOptions.RemoveEmptyEntries);
        var major = Array.FindIndex(parts, IsShortNumber);
        if (major < 0) return 999;
        var minor = major + 1 < parts.Length && IsShortNumber(parts[major + 1]) ? int.Parse(parts[major + 1]) : 0;
        return int.Parse(parts[major]) * 100 + minor;
    }

    static bool IsShortNumber(string part) => part.Length is 1 or 2 && part.All(char.IsAsciiDigit);
}

enum ModelMaker { Other, Anthropic, OpenAi, Nova }
