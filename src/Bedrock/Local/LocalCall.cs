using System.Collections.ObjectModel;
using System.Runtime.InteropServices;
using Assay.Usage;

namespace Assay.Bedrock;

/// <summary>Whose body an InvokeModel call carries.</summary>
enum ModelFamily : byte
{
    Claude,
    Nova,
    Llama,
    TitanEmbedding,
    /// <summary>All others take and give chat completions.</summary>
    Chat,
}

/// <summary>The part of a prompt a piece belongs to, in the order caches see them.</summary>
enum PromptSection : byte
{
    Tools,
    System,
    Messages,
}

/// <summary>A block of the prompt, or with a lifetime the cache point behind it.</summary>
readonly record struct PromptPiece(PromptSection Section, ulong Fingerprint, long Tokens, CacheLifetime Lifetime);

enum CacheLifetime : byte
{
    None,
    FiveMinutes,
    OneHour,
}

/// <summary>What Bedrock Local knows of one call: who, which model, and what its body says.</summary>
/// <remarks>
/// Tokens are a function of the bytes: a text is a quarter of its UTF-8 bytes, rounded up; a message costs 3 more, a tool 8 more, offering
/// tools 300 more; an image is 85 and one for every 64 bytes of its form in the request, 1,600 at most; a document, and any block not named
/// here, is a quarter of its bytes in the request. So text never has more tokens than the body has bytes plus 2,048.
/// </remarks>
sealed class LocalCall
{
    public const int MessageTokens = 3;
    public const int ToolTokens = 8;
    public const int ToolUseTokens = 300;
    const int ImageTokensMax = 1_600;
    const int CachePointsMax = 4;

    readonly List<PromptPiece> pieces = new(8);
    int points;

    public required BedrockOperation Operation { get; init; }
    public required string ModelId { get; init; }
    public required string BareModel { get; init; }
    public required ModelFacts? Facts { get; init; }
    public ModelFamily Family { get; init; }
    public string Account { get; set; } = "";
    public string Region { get; set; } = "";

    /// <summary>Everything the answer depends on, in one number.</summary>
    public ulong Fingerprint { get; set; }

    public long InputTokens { get; private set; }
    public int? MaxTokens { get; set; }
    public bool HasTools { get; private set; }
    public string? LastText { get; set; }
    public string Tier { get; set; } = "default";
    public bool Optimized { get; set; }
    public string? Guardrail { get; set; }
    public bool GuardrailTrace { get; set; }
    public long GuardedCharacters { get; set; }
    public bool Blocked { get; set; }
    public int Dimensions { get; set; } = 1_024;
    public Steering Steering { get; set; } = Steering.None;
    public IReadOnlyDictionary<string, string> Metadata { get; set; } = ReadOnlyDictionary<string, string>.Empty;

    public bool IsStream => Operation is BedrockOperation.ConverseStream or BedrockOperation.InvokeModelWithResponseStream;
    public bool IsInvoke => Operation is BedrockOperation.InvokeModel or BedrockOperation.InvokeModelWithResponseStream;
    public bool HasCachePoints => points > 0;

    public static ModelFamily FamilyOf(string bareModel) => bareModel switch
    {
        _ when bareModel.StartsWith("anthropic.", StringComparison.Ordinal) => ModelFamily.Claude,
        _ when bareModel.StartsWith("amazon.titan-embed", StringComparison.Ordinal) => ModelFamily.TitanEmbedding,
        _ when bareModel.StartsWith("amazon.nova", StringComparison.Ordinal) => ModelFamily.Nova,
        _ when bareModel.StartsWith("meta.llama", StringComparison.Ordinal) => ModelFamily.Llama,
        _ => ModelFamily.Chat,
    };

    /// <summary>The tokens of this many bytes of text.</summary>
    public static long Tokens(long bytes) => (bytes + 3) / 4;

    /// <summary>The tokens of an image of this many bytes of JSON.</summary>
    public static long ImageTokens(long bytes) => Math.Min(ImageTokensMax, 85 + bytes / 64);

    public void Add(PromptSection section, ulong fingerprint, long tokens)
    {
        if (section == PromptSection.Tools && !HasTools)
        {
            HasTools = true;
            InputTokens += ToolUseTokens;
            pieces.Add(new(section, 0, ToolUseTokens, CacheLifetime.None));
        }
        InputTokens += tokens;
        pieces.Add(new(section, fingerprint, tokens, CacheLifetime.None));
    }

    public void AddCachePoint(PromptSection section, CacheLifetime lifetime)
    {
        if (++points > CachePointsMax)
            throw LocalRefusalException.Invalid($"A maximum of {CachePointsMax} cache points is allowed in a request.");
        pieces.Add(new(section, 0, 0, lifetime));
    }

    /// <summary>The pieces as caches see them: tools, system, messages, whatever order the body had them in.</summary>
    public ReadOnlySpan<PromptPiece> InCacheOrder()
    {
        for (var i = 1; i < pieces.Count; i++)
            if (pieces[i].Section < pieces[i - 1].Section)
            {
                var ordered = pieces.OrderBy(p => p.Section).ToList();
                pieces.Clear();
                pieces.AddRange(ordered);
                break;
            }
        return CollectionsMarshal.AsSpan(pieces);
    }
}
