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
