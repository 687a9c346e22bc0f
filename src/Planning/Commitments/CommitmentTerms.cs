namespace Assay.Planning;

/// <summary>A spend commitment as its contract words it.</summary>
/// <param name="AnnualUsd">What is promised for each contract year; several where it ramps.</param>
/// <param name="Discount">What the programme takes off, as a fraction of one; applied after private rates.</param>
public sealed record CommitmentTerms(IReadOnlyList<decimal> AnnualUsd, decimal Discount)
{
    /// <summary>Asked in order, the first that matches decides; spend no rule matches counts in full and is discounted.</summary>
    public IReadOnlyList<EligibilityRule> Rules { get; init; } = [];

    /// <summary>True when usage that credits paid for draws the commitment down all the same. Most contracts say no, or nothing.</summary>
    public bool CreditedUsageCounts { get; init; }

    internal EligibilityRule RuleFor(SpendLine line) => Rules.FirstOrDefault(r => r.Matches(line)) ?? EligibilityRule.Unnamed;
}

/// <summary>Which invoiced dollars draw a commitment down, told by who bills and who sells.</summary>
/// <param name="BillingEntity"><c>AWS</c>, <c>AWS Marketplace</c>, as bills write it; <c>*</c> for any.</param>
/// <param name="LegalEntity">The seller of record, as bills write it; <c>*</c> for any.</param>
/// <param name="IsDiscounted">False where the programme discount does not reach these lines.</param>
public sealed record EligibilityRule(string BillingEntity, string LegalEntity, DrawDown Counts, bool IsDiscounted = true)
{
    public const string Any = "*", Marketplace = "AWS Marketplace";

    internal static readonly EligibilityRule Unnamed = new(Any, Any, DrawDown.Full);

    internal bool Matches(SpendLine line) => Same(BillingEntity, line.BillingEntity) && Same(LegalEntity, line.LegalEntity);

    static bool Same(string wanted, string found) => wanted == Any || wanted.Equals(found, StringComparison.OrdinalIgnoreCase);
}

/// <summary>How much of some spend counts towards a commitment.</summary>
public abstract record DrawDown
{
    public static readonly DrawDown Full = new All();
    public static readonly DrawDown None = new UpToUsd(0m);

    DrawDown() { }

    sealed record All : DrawDown;

    /// <summary>Counts up to so many USD of a contract year.</summary>
    public sealed record UpToUsd(decimal Usd) : DrawDown;

    /// <summary>Counts up to a share of the year's commitment, as a fraction of one.</summary>
    public sealed record UpToShare(decimal Share) : DrawDown;

    /// <summary>USD that may count in a year of this commitment; null for all.</summary>
    internal decimal? Limit(decimal commitment) => this switch
    {
        UpToUsd up => up.Usd,
        UpToShare up => up.Share * commitment,
        _ => null,
    };
}

/// <summary>What the dollars of a spend line are.</summary>
public enum SpendBasis : byte
{
    /// <summary>List price: private rates and the programme discount still come off.</summary>
    List,

    /// <summary>As the invoice will say: nothing comes off any more.</summary>
    Invoiced,
}

/// <summary>A year's spend of one kind on AWS.</summary>
public sealed record SpendLine(string Name, decimal Usd, bool IsAi, SpendBasis Basis)
{
    public string BillingEntity { get; init; } = "AWS";
    public string LegalEntity { get; init; } = "";

    /// <summary>What private rates take off the list price, as a fraction of one; before the programme's.</summary>
    public decimal PrivateDiscount { get; init; }

    internal decimal Invoiced(CommitmentTerms terms)
    {
        if (Basis == SpendBasis.Invoiced) return Usd;
        var programme = terms.RuleFor(this).IsDiscounted ? terms.Discount : 0m;
        return Usd * (1m - PrivateDiscount) * (1m - programme);
    }
}

/// <summary>What a contract year is spent on, with AI as it would be bought from AWS.</summary>
public sealed record YearSpend(IReadOnlyList<SpendLine> Lines)
{
    /// <summary>AI at list price, USD.</summary>
    public decimal AiUsd => Lines.Where(l => l.IsAi).Sum(l => l.Usd);

    /// <summary>Everything but AI, USD.</summary>
    public decimal OrganicUsd => Lines.Where(l => !l.IsAi).Sum(l => l.Usd);

    /// <summary>The usual year: organic spend as it is invoiced, AI at list price, both billed by AWS.</summary>
    public static YearSpend Of(decimal organicUsd, decimal aiUsd) => new(
    [
        new("organic", organicUsd, IsAi: false, SpendBasis.Invoiced), new("AI", aiUsd, IsAi: true, SpendBasis.List),
    ]);

    /// <summary>The same year with only a part of its AI on AWS.</summary>
    internal YearSpend WithAiTimes(decimal share) => new([.. Lines.Select(l => l.IsAi ? l with { Usd = l.Usd * share } : l)]);
}

/// <summary>AWS credit that pays for AI until a day.</summary>
/// <param name="Expires">The last day it pays on.</param>
public sealed record Credit(decimal Usd, DateOnly Expires);

/// <summary>Credits, and the day the first contract year begins.</summary>
/// <param name="Start">
/// Null when it is not known: then all of the first year's usage is taken to lie before the credits expire, and none of the later years'.
/// </param>
public sealed record Credits(IReadOnlyList<Credit> All, DateOnly? Start)
{
    public static readonly Credits None = new([], null);

    /// <summary>Share of a year's usage, spread evenly, that falls on days on which the credit pays.</summary>
    internal decimal Share(Credit credit, int year)
    {
        if (Start is not { } start) return year == 0 ? 1m : 0m;
        if (start.Year + year + 1 > DateOnly.MaxValue.Year) return 0m;
        var (from, to) = (start.AddYears(year), start.AddYears(year + 1));
        var days = credit.Expires.DayNumber + 1 - from.DayNumber;
        return Math.Clamp((decimal)days / (to.DayNumber - from.DayNumber), 0m, 1m);
    }
}
