namespace Assay.Ledger.Reconciling;

/// <summary>Why a bill and the logs differ: the names that JSON, tables and docs/reconcile.md use.</summary>
public static class Cause
{
    public const string Mantle = "mantle";
    public const string Batch = "batch";
    public const string Capacity = "capacity";
    public const string Customisation = "customisation";
    public const string KnowledgeBase = "knowledge_base";
    public const string Monitoring = "monitoring";
    public const string TtlUnknown = "ttl_unknown";
    public const string Guardrails = "guardrails";
    public const string Credit = "credit";
    public const string Refund = "refund";
    public const string Tax = "tax";
    public const string Fee = "fee";
    public const string ProgrammeDiscount = "programme_discount";
    public const string PrivateDiscount = "private_discount";
    public const string Commitment = "commitment";
    public const string TimeZoneEdge = "time_zone_edge";
    public const string MissingLogHours = "missing_log_hours";
    public const string MissingBillRows = "missing_bill_rows";
    public const string DoubleChargedCache = "double_charged_cache";
    public const string PriceChange = "price_change";

    /// <summary>A rate several times that of its siblings.</summary>
    public const string PriceOutOfLine = "price_out_of_line";
    public const string Rounding = "rounding";
    public const string DuplicateLineItems = "duplicate_line_items";
    public const string UnclassifiedUsageType = "unclassified_usage_type";
    public const string Unpriced = "unpriced";
}
