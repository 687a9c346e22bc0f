using Assay.Usage;

namespace Assay.Ledger.Bills;

/// <summary>What a line of a bill is, whatever the format calls it.</summary>
public enum BillCharge : byte
{
    /// <summary>Something used, at the price on the line (CUR <c>Usage</c>, FOCUS <c>Usage</c>).</summary>
    Usage,

    /// <summary>Usage covered by a reservation or a savings plan, or the lines such a plan adds and takes away.</summary>
    Commitment,
    Credit, Refund, Tax, Fee,

    /// <summary>The discount of a spend agreement (CUR <c>EdpDiscount</c>, <c>SppDiscount</c>, <c>BundledDiscount</c>).</summary>
    ProgrammeDiscount,

    /// <summary>A privately agreed rate (CUR <c>PrivateRateDiscount</c>).</summary>
    PrivateDiscount,

    /// <summary>A kind of line nobody has explained: it counts, and is named.</summary>
    Other,
}

/// <summary>The format a bill came in.</summary>
public enum BillFormat : byte { Cur2, Focus, CostExplorer }

/// <summary>One line of a bill about Bedrock, in the terms of the house. Costs are USD as the bill has them, unrounded.</summary>
public sealed record BillLine
{
    /// <summary>The bill's own identity of the line; empty where the format has none.</summary>
    public string Id { get; init; } = "";
    public BillFormat Format { get; init; }
    public BillCharge Charge { get; init; }

    /// <summary>The format's own word for <see cref="Charge"/>, such as <c>EdpDiscount</c>.</summary>
    public string ChargeName { get; init; } = "";

    /// <summary>The hour, day or month it is about: UTC, the end exclusive.</summary>
    public required DateTime Start { get; init; }
    public required DateTime End { get; init; }

    /// <summary>First day of the billing period.</summary>
    public DateOnly Period { get; init; }
    public string Account { get; init; } = "";
    public string PayerAccount { get; init; } = "";

    /// <summary>The AWS region; empty for what belongs to none, such as tax.</summary>
    public string Region { get; init; } = "";
    public string UsageType { get; init; } = "";
    public string Operation { get; init; } = "";

    /// <summary><c>AmazonBedrock</c> and its siblings; empty or opaque on lines of the Marketplace.</summary>
    public string ServiceCode { get; init; } = "";

    /// <summary><c>Claude Haiku 4.5 (Amazon Bedrock Edition)</c>, or the service's name.</summary>
    public string ProductName { get; init; } = "";
    public string Description { get; init; } = "";

    /// <summary><c>AWS</c> or <c>AWS Marketplace</c>.</summary>
    public string BillingEntity { get; init; } = "";
    public string LegalEntity { get; init; } = "";
    public string InvoiceId { get; init; } = "";

    /// <summary>Model or application-inference-profile ARN; empty where the export leaves resources out.</summary>
    public string ResourceId { get; init; } = "";
    public string Principal { get; init; } = "";
    public IReadOnlyDictionary<string, string> Tags { get; init; } = NoTags;

    /// <summary>As billed, in <see cref="Unit"/>s.</summary>
    public decimal Quantity { get; init; }
    public string Unit { get; init; } = "";

    /// <summary>What is invoiced for the line, before lines of credit, discount and tax.</summary>
    public decimal Cost { get; init; }

    /// <summary>After discounts that the format nets into the line; null where it states none.</summary>
    public decimal? NetCost { get; init; }

    /// <summary>At public prices; null where the format states none (the Marketplace has no public price).</summary>
    public decimal? ListCost { get; init; }

    /// <summary>
    /// What was used, ready to be rated: one meter, in units of the meter. Null for what is no usage, and for usage that cannot be
    /// read, of which <see cref="Unclassified"/> says why.
    /// </summary>
    public UsageRecord? Usage { get; init; }

    /// <summary>Why a line of usage could not be read; null where it could, or where there was nothing to read.</summary>
    public string? Unclassified { get; init; }

    /// <summary>True for the OpenAI-compatible endpoint, whose calls leave no invocation log.</summary>
    public bool IsMantle { get; init; }

    /// <summary>The file, and the row in it counted from 1 without the heading.</summary>
    public string Path { get; init; } = "";
    public long Row { get; init; }

    static readonly IReadOnlyDictionary<string, string> NoTags = new Dictionary<string, string>();
}

/// <summary>A row of a bill that could not be read, or a fault of the bill itself.</summary>
public sealed record BillNote(string Path, long Row, string Reason);

/// <summary>The lines of a bill about Bedrock, and what was passed over.</summary>
public sealed record BillReading
{
    public required IReadOnlyList<BillLine> Lines { get; init; }

    /// <summary>Rows of other services: counted, not kept.</summary>
    public long OtherServices { get; init; }

    /// <summary>Rows that said nothing usable, each named with its place.</summary>
    public IReadOnlyList<BillNote> Skipped { get; init; } = [];

    /// <summary>Lines whose id was read before, in this bill or one that overlaps it: counted once.</summary>
    public IReadOnlyList<BillLine> Duplicates { get; init; } = [];

    /// <summary>Columns nobody reads here.</summary>
    public IReadOnlyList<string> UnknownColumns { get; init; } = [];
}

/// <summary>A bill cannot be used at all. The message is one clear line: what, where, what is accepted, what to run next.</summary>
public sealed class BillException(string message) : Exception(message);
