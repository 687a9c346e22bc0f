using Assay.Bedrock;
using Assay.Usage;

namespace Assay.Gateway.Metering;

/// <summary>How sure the counts of a call are.</summary>
enum CountsFrom : byte
{
    /// <summary>The server said them.</summary>
    Served,

    /// <summary>The server never said them: no less than what was streamed, and what such a prompt usually comes to.</summary>
    Estimated,

    /// <summary>There are none: the call failed before it was answered, or nothing in it is counted.</summary>
    None,
}

/// <summary>What a call came to.</summary>
/// <param name="Cost">USD, exact, as a report on the journal will say.</param>
/// <param name="Unpriced">Why a part of it has no price; null where all has one.</param>
readonly record struct Metered(UsageRecord Record, decimal Cost, string? Unpriced, CountsFrom Counts)
{
    /// <summary>The same call as one whose answer did not come to its end.</summary>
    public Metered BrokenOff() => this with
    {
        Record = Record with { ErrorCode = Record.ErrorCode ?? BedrockError.ModelStreamError.Name },
    };

    /// <summary>
    /// What the same usage costs with the model that a rule on trial would have chosen; null where there is none, or no price.
    /// </summary>
    public decimal? ShadowCost { get; init; }
}
