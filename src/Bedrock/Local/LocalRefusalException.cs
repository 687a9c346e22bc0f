namespace Assay.Bedrock;

/// <summary>A request AWS would refuse, with what AWS would say.</summary>
sealed class LocalRefusalException(BedrockError error, string message) : Exception(message)
{
    public BedrockError Error { get; } = error;

    public static LocalRefusalException Invalid(string message) => new(BedrockError.Validation, message);

    public static LocalRefusalException Missing(string member) =>
        Invalid($"1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must not be null");

    public static LocalRefusalException BelowOne(string member) => Invalid(
        $"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
        + "Member must have value greater than or equal to 1");
}
