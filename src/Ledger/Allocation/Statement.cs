namespace Assay.Ledger.Allocation;

/// <summary>
/// The two ways costs are shown to those who cause them. A showback informs: direct and shared costs side by side, and what nobody owns on
/// a line of its own. A chargeback bills: everything lands on somebody, by a declared rule.
/// </summary>
public enum AllocationView : byte { Showback, Chargeback }

/// <summary>What one owner's costs are made of. USD, exact, but for <see cref="Charged"/>.</summary>
public sealed record OwnerCosts(string Owner)
{
    /// <summary>The cost of usage that is theirs alone.</summary>
    public decimal Direct { get; init; }

    /// <summary>Their part of each shared cost, in the order of the rules; shared costs they have no part in are left out.</summary>
    public IReadOnlyList<Portion> Shared { get; init; } = [];

    /// <summary>Their part of what names no owner; zero in a showback.</summary>
    public decimal Unallocated { get; init; }
    public long Requests { get; init; }

    /// <summary>Of these, requests whose cost is missing here in whole or in part, for want of a price.</summary>
    public long Unpriced { get; init; }
    public decimal Tokens { get; init; }
    public decimal SharedTotal => Shared.Sum(s => s.Amount);
    public decimal Total => Direct + SharedTotal + Unallocated;

    /// <summary>The total in whole units of the rules. Over all lines, these add up to the statement's total in whole units.</summary>
    public decimal Charged { get; init; }
}

/// <summary>Spend that names no owner, by who caused it.</summary>
/// <param name="Unpriced">Of these, requests whose cost is missing here in whole or in part, for want of a price.</param>
public sealed record UnallocatedCosts(string Account, string Principal, decimal Cost, long Requests, long Unpriced);

/// <summary>A shared cost and what became of it.</summary>
/// <param name="IsUsage">True where it is part of the rated usage, false where the rules declare it.</param>
/// <param name="Unsplit">What could not be split, because nobody has what it is split by; else zero.</param>
public sealed record PoolCosts(string Name, decimal Amount, bool IsUsage, string SplitBy, decimal Unsplit);

/// <summary>Costs allocated: the lines, what nobody owns, and the pools, all adding up to the total exactly.</summary>
public sealed record AllocationStatement
{
    public required string Name { get; init; }
    public required AllocationView View { get; init; }

    /// <summary>Largest total first, then by name.</summary>
    public required IReadOnlyList<OwnerCosts> Owners { get; init; }

    /// <summary>What names no owner, largest first. In a chargeback it is spread over the owners, and listed here all the same.</summary>
    public required IReadOnlyList<UnallocatedCosts> Unallocated { get; init; }
    public required IReadOnlyList<PoolCosts> Pools { get; init; }

    /// <summary>What the usage cost.</summary>
    public required decimal Usage { get; init; }

    /// <summary>Usage and what the rules declare beside it.</summary>
    public required decimal Total { get; init; }

    /// <summary>The unit amounts are charged in.</summary>
    public required decimal Unit { get; init; }

    /// <summary>What the unallocated line shows in whole units; zero in a chargeback.</summary>
    public required decimal UnallocatedCharged { get; init; }

    /// <summary>What else a reader should know, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
    public decimal UnallocatedTotal => Unallocated.Sum(u => u.Cost);
    public decimal Unsplit => Pools.Sum(p => p.Unsplit);
    public decimal TotalCharged => Apportion.Rounded(Total, Unit);
}

/// <summary>Costs cannot be allocated by these rules. One clear line.</summary>
public sealed class AllocationException(string message) : Exception(message);
