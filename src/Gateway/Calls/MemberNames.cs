namespace Assay.Gateway.Calls;

/// <summary>Names that bodies of several vendors have for the same thing.</summary>
static class MemberNames
{
    /// <summary>A name of the most tokens of an answer; null where it is none.</summary>
    public static string? Limit(ReadOnlySpan<byte> name) => name.Length switch
    {
        9 when name.SequenceEqual("maxTokens"u8) => "maxTokens",
        10 when name.SequenceEqual("max_tokens"u8) => "max_tokens",
        11 when name.SequenceEqual("max_gen_len"u8) => "max_gen_len",
        13 when name.SequenceEqual("maxTokenCount"u8) => "maxTokenCount",
        14 when name.SequenceEqual("max_new_tokens"u8) => "max_new_tokens",
        17 when name.SequenceEqual("max_output_tokens"u8) => "max_output_tokens",
        20 when name.SequenceEqual("max_tokens_to_sample"u8) => "max_tokens_to_sample",
        21 when name.SequenceEqual("max_completion_tokens"u8) => "max_completion_tokens",
        _ => null,
    };

    /// <summary>Types of blocks whose words stand in the request; what else there is may be of any length.</summary>
    public static bool IsBoundedBlock(ReadOnlySpan<byte> type) => type.Length switch
    {
        4 => type.SequenceEqual("text"u8),
        7 => type.SequenceEqual("refusal"u8),
        8 => type.SequenceEqual("tool_use"u8) || type.SequenceEqual("thinking"u8),
        9 => type.SequenceEqual("image_url"u8),
        10 => type.SequenceEqual("input_text"u8),
        11 => type.SequenceEqual("tool_result"u8) || type.SequenceEqual("output_text"u8),
        13 => type.SequenceEqual("search_result"u8),
        17 => type.SequenceEqual("redacted_thinking"u8),
        _ => false,
    };

    /// <summary>
    /// Types of tools that run where the model is: each has a fee of its own, and what they find is read as input that no request bounds.
    /// </summary>
    public static bool IsServerTool(ReadOnlySpan<byte> type) =>
        type.StartsWith("web_search"u8) || type.StartsWith("web_fetch"u8) || type.StartsWith("code_execution"u8)
        || type.StartsWith("file_search"u8) || type.StartsWith("code_interpreter"u8) || type.StartsWith("mcp"u8)
        || type.StartsWith("tool_search"u8) || type.StartsWith("image_generation"u8);

    /// <summary>Names by which bodies ask for more answers than one.</summary>
    public static bool IsChoices(ReadOnlySpan<byte> name) => name.Length switch
    {
        1 => name[0] == (byte)'n',
        7 => name.SequenceEqual("best_of"u8),
        10 => name.SequenceEqual("numResults"u8),
        15 => name.SequenceEqual("num_generations"u8),
        _ => false,
    };
}
