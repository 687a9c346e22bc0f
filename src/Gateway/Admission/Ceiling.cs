using Assay.Gateway.Settings;

namespace Assay.Gateway.Admission;

/// <summary>A ceiling that is about a call.</summary>
/// <param name="Over">What is done with a call that may cost more, in this order.</param>
sealed record Ceiling(string Name, decimal Usd, IReadOnlyList<OverCeiling> Over)
{
    static readonly OverCeiling[] ByPolicy = [OverCeiling.Clamp, OverCeiling.Refuse];

    /// <summary>A limit of the policy file: it knows nothing of other models.</summary>
    public static Ceiling Of((string Rule, decimal Usd) limit) => new(limit.Rule, limit.Usd, ByPolicy);

    public static Ceiling Of(CeilingRule rule) => new(rule.Name, rule.Usd, rule.Over);

    /// <summary>Whether a call may be given fewer tokens: where another model goes before that, only when there is none.</summary>
    public bool MayClamp(bool isLastResort)
    {
        foreach (var way in Over)
        {
            if (way == OverCeiling.Clamp) return true;
            if (way == OverCeiling.Refuse || !isLastResort) return false;
        }
        return false;
    }
}

/// <summary>What a call is at most in dollars under a ceiling, and what had to be done for it.</summary>
/// <param name="ClampedTo">The most tokens of the answer; null where the call's own number stands.</param>
readonly record struct Fitted(bool Fits, long? ClampedTo, CallSize Size);

/// <summary>Makes calls fit amounts of money. Pure.</summary>
static class Fitting
{
    /// <summary>Leaves a call as it is where it fits, else gives it fewer tokens, if it may and enough are left.</summary>
    public static Fitted Within(decimal usd, CallRates rates, in CallSize size, bool mayClamp, int tokensMin)
    {
        if (rates.Cost(size) <= usd) return new(true, null, size);
        if (!mayClamp) return new(false, null, size);
        var most = rates.OutputWithin(usd, size);
        if (most < tokensMin || most >= size.Output / size.Choices) return new(false, null, size);
        return new(true, most, size.WithOutput(most * size.Choices));
    }
}
