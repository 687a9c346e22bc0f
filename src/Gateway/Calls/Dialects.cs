namespace Assay.Gateway.Calls;

/// <summary>The names of the languages, as keys, journals and reports spell them.</summary>
static class Dialects
{
    public static readonly string[] Names = ["bedrock", "openai", "anthropic"];

    public static string Name(Dialect dialect) => Names[(int)dialect];
}
