namespace Assay.Gateway.Calls;

/// <summary>The names of the languages, as keys, journals and reports spell them.</summary>
static class DialectNames
{
    public static readonly string[] All = ["bedrock", "openai", "anthropic"];

    public static string Name(this Dialect dialect) => All[(int)dialect];
}
