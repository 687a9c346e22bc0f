namespace Assay.Planning;

/// <summary>What has become of a claim.</summary>
public enum ClaimVerdict : byte { Holds, HoldsPartly, Refuted, NoSource }

/// <summary>A verdict and the part of the rule it rests on, with its numbers.</summary>
public sealed record Judgement(ClaimVerdict Verdict, string Because);

/// <summary>
/// When a claimed figure holds. A number holds within 5 % of itself (a claimed 0 only as 0); a range holds when the derived figure, or
/// both ends of a derived range, lie inside it widened by 2 % at each end, and is refuted when they lie wholly outside; a floor holds
/// when the derived figure is above it; a ceiling when it is at most the derived figure, rounded to the claim's precision.
/// </summary>
public static class ClaimRule
{
    const decimal Tolerance = 0.05m;
    const decimal Widening = 0.02m;

    /// <summary>The word reports and JSON use: <c>holds</c>, <c>holds partly</c>, <c>refuted</c>, <c>no source</c>.</summary>
    public static string Name(this ClaimVerdict verdict) => verdict switch
    {
        ClaimVerdict.Holds => "holds",
        ClaimVerdict.HoldsPartly => "holds partly",
        ClaimVerdict.Refuted => "refuted",
        _ => "no source",
    };

    public static Judgement Judge(GuideClaim claim, Extent derived) => claim.Kind switch
    {
        ClaimKind.Floor => Floor(claim, derived),
        ClaimKind.Ceiling => Ceiling(claim, derived),
        _ => Figure(claim, derived),
    };

    static Judgement Figure(GuideClaim claim, Extent derived)
    {
        var (low, high) = Accepted(claim.Claimed);
        var (lowIn, highIn) = (low <= derived.Low && derived.Low <= high, low <= derived.High && derived.High <= high);
        var verdict = lowIn && highIn ? ClaimVerdict.Holds
            : derived.High < low || high < derived.Low ? ClaimVerdict.Refuted
            : ClaimVerdict.HoldsPartly;
        if (claim.Claimed is { IsRange: false, Low: 0m }) return new(verdict, $"a claimed 0 holds only as 0; derived is {Text(derived)}");
        var where = verdict switch
        {
            ClaimVerdict.Holds => "lies inside",
            ClaimVerdict.Refuted => "lies outside",
            _ => "lies partly inside",
        };
        var margin = claim.Claimed.IsRange ? "the claim and 2 % at each end" : "the claim and 5 % either way";
        return new(verdict, $"{Text(derived)} {where} {Text(low)} to {Text(high)}: {margin}");
    }

    static Judgement Floor(GuideClaim claim, Extent derived)
    {
        var floor = claim.Claimed.Low;
        var verdict = derived.Low > floor ? ClaimVerdict.Holds : derived.High > floor ? ClaimVerdict.HoldsPartly : ClaimVerdict.Refuted;
        return new(verdict, $"a floor holds when the derived figure is above it: {Text(derived)} against {Text(floor)}");
    }

    static Judgement Ceiling(GuideClaim claim, Extent derived)
    {
        var most = claim.Precision is { } step and > 0m
            ? decimal.Round(derived.High / step, 0, MidpointRounding.AwayFromZero) * step
            : derived.High;
        var verdict = claim.Claimed.High <= most ? ClaimVerdict.Holds : ClaimVerdict.Refuted;
        var rounded = claim.Precision is { } to ? $", {Text(most)} rounded to {Text(to)}" : "";
        return new(verdict, $"the most it can be is {Text(derived.High)}{rounded}; claimed is {Text(claim.Claimed.High)}");
    }

    static (decimal Low, decimal High) Accepted(Extent claimed)
    {
        var share = claimed.IsRange ? Widening : Tolerance;
        return (claimed.Low - (share * Math.Abs(claimed.Low)), claimed.High + (share * Math.Abs(claimed.High)));
    }

    static string Text(Extent extent) => extent.IsRange ? $"{Text(extent.Low)} to {Text(extent.High)}" : Text(extent.Low);
    static string Text(decimal number) => FigureText.Number(number);
}
