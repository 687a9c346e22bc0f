using Assay.Ledger.Bills;
using Assay.Usage;

namespace Assay.Ledger.Export;

/// <summary>
/// One line of an export: what one meter of one kind of call came to in an hour or a day. Whoever has charges, the logs or the ledger's
/// file, makes these rows; every format is written from them.
/// </summary>
/// <param name="Start">Start of the hour or day, UTC.</param>
/// <param name="End">Its end, exclusive.</param>
public sealed record ExportRow(DateTime Start, DateTime End, Caller Caller)
{
    /// <summary>Null for what belongs to no model, such as a credit.</summary>
    public ModelRef? Model { get; init; }
    public string Region { get; init; } = "";
    public Mode Mode { get; init; }
    public Tier Tier { get; init; }
    public ContextBand Context { get; init; }
    public Term Term { get; init; }

    /// <summary>Null for what is no usage.</summary>
    public Meter? Meter { get; init; }

    /// <summary>Units of the meter.</summary>
    public decimal Quantity { get; init; }

    /// <summary>USD per one unit of the meter; null when unpriced, and for what is no usage.</summary>
    public decimal? Rate { get; init; }

    /// <summary>USD, exact; null when unpriced, never zero instead.</summary>
    public decimal? Cost { get; init; }

    /// <summary>What it may come to at most, where the record leaves the cost open; null where it does not.</summary>
    public decimal? CostMax { get; init; }

    /// <summary>Why there is no price; null where there is one.</summary>
    public string? Unpriced { get; init; }
    public string Sku { get; init; } = "";

    /// <summary>The price book, such as <c>aws@2026-07-24</c>.</summary>
    public string Book { get; init; } = "";

    /// <summary>Requests that used the meter.</summary>
    public long Requests { get; init; }

    /// <summary>The account that is invoiced; empty where nobody knows, which logs do not.</summary>
    public string BillingAccount { get; init; } = "";

    /// <summary>What the line is, where it comes from a bill; usage where it comes from logs.</summary>
    public BillCharge Charge { get; init; } = BillCharge.Usage;

    /// <summary>The bill's words for a line that is no usage.</summary>
    public string Description { get; init; } = "";
}

/// <summary>How an export is made, whatever its format.</summary>
public sealed record ExportTerms
{
    /// <summary>The account that is invoiced, for rows that do not name one.</summary>
    public string BillingAccount { get; init; } = "";

    /// <summary>The names of the callers' further tags, in the order of <see cref="Caller.Tags"/>.</summary>
    public IReadOnlyList<string> TagKeys { get; init; } = [];
}

/// <summary>What came of an export.</summary>
/// <param name="Rows">Rows written.</param>
/// <param name="Cost">Their cost in USD, exact: what the file's cost column adds up to.</param>
/// <param name="LeftOut">Rows without a price that the format has no place for.</param>
public readonly record struct ExportSummary(long Rows, decimal Cost, long LeftOut);

/// <summary>Rows cannot be exported as they are. The message is one clear line.</summary>
public sealed class ExportException(string message) : Exception(message);
