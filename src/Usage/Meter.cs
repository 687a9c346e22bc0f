namespace Assay.Usage;

/// <summary>
/// What is counted. Token meters are disjoint: a token is read from cache, written to it, or plain input, never two of them.
/// </summary>
public enum Meter : byte
{
    Input, Output, CacheRead, CacheWrite5m, CacheWrite30m, CacheWrite1h,
    Image, VideoSecond, AudioSecond, Search,
    GuardrailContent, GuardrailTopic, GuardrailSensitive, GuardrailGrounding, GuardrailReasoning,
    Training, StorageMonth, ModelUnitHour, CustomUnitMinute, InputTpmHour, OutputTpmHour,
    OcuHour, IndexGbMonth, Retrieval, Rerank, LogGb, MetricMonth, AlarmMonth, GbMonth,
}

/// <summary>How capacity is bought.</summary>
public enum Mode : byte { OnDemand, Batch, Provisioned, Reserved, Custom }

/// <summary>The service tier that answered.</summary>
public enum Tier : byte { Standard, Flex, Priority, LatencyOptimized }

/// <summary>
/// Where the call may be computed: the region itself, a geography (<c>us.</c>, <c>eu.</c>, …) or anywhere (<c>global.</c>).
/// </summary>
public enum Scope : byte { InRegion, Geo, Global }

/// <summary>The price band of a prompt: <see cref="Long"/> above 200,000 tokens on models that have the band.</summary>
public enum ContextBand : byte { Standard, Long }

/// <summary>The length of a capacity commitment.</summary>
public enum Term : byte { None, OneMonth, ThreeMonth, SixMonth }

/// <summary>The names that books, reports and JSON use for the dimensions of a price.</summary>
public static class DimensionNames
{
    static readonly string[] Meters =
    [
        "input", "output", "cache_read", "cache_write_5m", "cache_write_30m", "cache_write_1h",
        "image", "video_second", "audio_second", "search",
        "guardrail_content", "guardrail_topic", "guardrail_sensitive", "guardrail_grounding", "guardrail_reasoning",
        "training", "storage_month", "model_unit_hour", "custom_unit_minute", "input_tpm_hour", "output_tpm_hour",
        "ocu_hour", "index_gb_month", "retrieval", "rerank", "log_gb", "metric_month", "alarm_month", "gb_month",
    ];

    static readonly string[] MeterUnits =
    [
        "token", "token", "token", "token", "token", "token",
        "image", "second", "second", "search",
        "text_unit", "text_unit", "text_unit", "text_unit", "text_unit",
        "token", "month", "hour", "minute", "tpm_hour", "tpm_hour",
        "ocu_hour", "gb_month", "retrieval", "query", "gb", "metric_month", "alarm_month", "gb_month",
    ];

    static readonly string[] Modes = ["on_demand", "batch", "provisioned", "reserved", "custom"];
    static readonly string[] Tiers = ["standard", "flex", "priority", "latency_optimized"];
    static readonly string[] Scopes = ["in_region", "geo", "global"];
    static readonly string[] Contexts = ["standard", "long"];
    static readonly string[] Terms = ["none", "1_month", "3_month", "6_month"];

    /// <summary>Every meter there is, in declaration order.</summary>
    public static int MeterCount => Meters.Length;

    public static string Name(this Meter meter) => Meters[(int)meter];
    public static string Name(this Mode mode) => Modes[(int)mode];
    public static string Name(this Tier tier) => Tiers[(int)tier];
    public static string Name(this Scope scope) => Scopes[(int)scope];
    public static string Name(this ContextBand context) => Contexts[(int)context];
    public static string Name(this Term term) => Terms[(int)term];

    /// <summary>What one unit of the meter is: a token, a text unit, an hour.</summary>
    public static string Unit(this Meter meter) => MeterUnits[(int)meter];

    /// <summary>True for the four guardrail policies and grounding: charged by text unit, whatever the model.</summary>
    public static bool IsGuardrail(this Meter meter) => meter is >= Meter.GuardrailContent and <= Meter.GuardrailReasoning;

    public static bool TryParse(string name, out Meter meter) => Find(Meters, name, out meter, i => (Meter)i);
    public static bool TryParse(string name, out Mode mode) => Find(Modes, name, out mode, i => (Mode)i);
    public static bool TryParse(string name, out Tier tier) => Find(Tiers, name, out tier, i => (Tier)i);
    public static bool TryParse(string name, out Scope scope) => Find(Scopes, name, out scope, i => (Scope)i);
    public static bool TryParse(string name, out ContextBand context) => Find(Contexts, name, out context, i => (ContextBand)i);
    public static bool TryParse(string name, out Term term) => Find(Terms, name, out term, i => (Term)i);

    static bool Find<T>(string[] names, string name, out T value, Func<int, T> at)
    {
        var index = Array.IndexOf(names, name);
        value = index < 0 ? default! : at(index);
        return index >= 0;
    }
}
