namespace Assay.Gateway;

/// <summary>A fault a person can act on: what was wrong, where, what is accepted, what to run next.</summary>
sealed class GatewayException(string message, bool isOutside = false) : Exception(message)
{
    /// <summary>Something outside failed (a disk, a port), rather than what was given.</summary>
    public bool IsOutside { get; } = isOutside;
}
