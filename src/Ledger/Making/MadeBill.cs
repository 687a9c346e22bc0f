using Assay.Ledger.Bills;
using Assay.Usage;

namespace Assay.Ledger.Making;

/// <summary>What can be made to differ between logs and bill, in any mix.</summary>
[Flags]
public enum BillFaults
{
    None = 0,

    /// <summary>Calls through the OpenAI-compatible endpoint, which leave no log.</summary>
    Mantle = 1 << 0,
    Batch = 1 << 1,

    /// <summary>Model units, reserved throughput, storage of custom models, knowledge bases.</summary>
    Capacity = 1 << 2,

    /// <summary>Some accounts log without bodies: how long a cache write lives is not said.</summary>
    UnknownLifetime = 1 << 3,

    /// <summary>Some accounts log without traces: guardrail units are on the bill alone.</summary>
    Guardrails = 1 << 4,
    Credit = 1 << 5, Refund = 1 << 6, Tax = 1 << 7, ProgrammeDiscount = 1 << 8, PrivateDiscount = 1 << 9,

    /// <summary>Calls of the last minutes of a UTC day are billed in the next.</summary>
    DayEdge = 1 << 10,
    MissingLogHours = 1 << 11,

    /// <summary>Input is billed gross: tokens read from and written to the cache are charged as input too.</summary>
    DoubleChargedCache = 1 << 12,
    PriceChange = 1 << 13,
    TenfoldPrice = 1 << 14,
    DuplicateLines = 1 << 15,
    UnclassifiedUsageTypes = 1 << 16,

    /// <summary>The bill's last hours have not arrived.</summary>
    LateBill = 1 << 17,

    All = (1 << 18) - 1,
}

/// <summary>What bill to make. The same order gives the same bill, to the byte.</summary>
public sealed record BillOrder
{
    public int Seed { get; init; }
    public BillFaults Faults { get; init; }

    /// <summary>First day of the billing period, a month.</summary>
    public required DateOnly Period { get; init; }
    public string Payer { get; init; } = "999900001111";

    /// <summary>Which of the Marketplace's two spellings the models of other makers are billed in.</summary>
    public UsageTypeStyle Marketplace { get; init; } = UsageTypeStyle.MarketplaceCamel;
}

/// <summary>What a fault moved, as a reconciliation is to find it: bill minus rated logs.</summary>
public readonly record struct Injected(string Cause, string Account, DateOnly Day, string UsageType);

/// <summary>A bill, the logs that were kept beside it, and why the two differ.</summary>
public sealed record MadeBill
{
    public required IReadOnlyList<BillLine> Lines { get; init; }
    public required IReadOnlyList<UsageRecord> Logs { get; init; }
    public required IReadOnlyDictionary<Injected, decimal> Truth { get; init; }

    public decimal Billed => Lines.Sum(l => l.Cost);
}
