using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Ledger.Bills;
using Assay.Pricing;
using Assay.Usage;

namespace Assay.Ledger.Export;

/// <summary>How FOCUS says what a meter, a price and a caller are.</summary>
static class FocusWords
{
    // Names of meters, consumed units, pricing units and units of the meter in one pricing unit, in the order of the meters.
    static readonly (string Name, string Unit, string PricingUnit, decimal Scale)[] Meters =
    [
        Tokens("Input Tokens"), Tokens("Output Tokens"), Tokens("Cache Read Input Tokens"), Tokens("Cache Write Input Tokens (5 Minutes)"),
        Tokens("Cache Write Input Tokens (30 Minutes)"), Tokens("Cache Write Input Tokens (1 Hour)"),
        One("Generated Images", "Images"), One("Video Seconds", "Seconds"), One("Audio Seconds", "Seconds"), One("Searches", "Searches"),
        Thousand("Guardrail Content Units"), Thousand("Guardrail Topic Units"), Thousand("Guardrail Sensitive Information Units"),
        Thousand("Guardrail Grounding Units"), Thousand("Guardrail Reasoning Units"),
        Tokens("Training Tokens"), One("Custom Model Storage", "Months"), One("Model Unit Hours", "Hours"),
        One("Custom Model Unit Minutes", "Minutes"),
        One("Reserved Input Tokens per Minute", "Hours"), One("Reserved Output Tokens per Minute", "Hours"),
        One("OpenSearch Compute Units", "Hours"), One("Index Storage", "GB-Months"), One("Retrievals", "Requests"),
        One("Rerank Queries", "Requests"), One("Vended Logs", "GB"), One("Custom Metrics", "Months"), One("Alarms", "Months"),
        One("Storage", "GB-Months"),
    ];

    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string MeterName(Meter meter) => Meters[(int)meter].Name;
    public static string ConsumedUnit(Meter meter) => Meters[(int)meter].Unit;
    public static string PricingUnit(Meter meter) => Meters[(int)meter].PricingUnit;
    public static decimal PricingScale(Meter meter) => Meters[(int)meter].Scale;

    /// <summary>The charge in one sentence that can be read alone.</summary>
    public static string Description(ExportRow row)
    {
        if (row.Charge != BillCharge.Usage || row.Meter is not { } meter)
            return row.Description.Length > 0 ? row.Description : row.Charge.ToString();
        var price = row.Rate is { } rate ? $" at ${Usd.Plain(rate * PricingScale(meter))} per {PricingUnit(meter)}" : "";
        var where = row.Region.Length > 0 ? $" in {row.Region}" : "";
        var context = row.Context == ContextBand.Long ? ", long context" : "";
        var model = row.Model is { Id.Length: > 0 } named ? named.Id + ": " : "";
        return $"{model}{MeterName(meter)}, {row.Mode.Name()}, {row.Tier.Name()} tier{context}, {row.Model?.Scope.Name()}{where}{price}";
    }

    /// <summary>
    /// What tells the prices of a SKU apart. The four names of the token classes are those FOCUS is about to define; the rest is ours, and
    /// marked so.
    /// </summary>
    public static string PriceDetails(ExportRow row)
    {
        var meter = row.Meter!.Value;
        Dictionary<string, string> details = [];
        if (row.Model is { Id.Length: > 0 } model && !meter.IsGuardrail())
        {
            details["ModelId"] = model.Id;
            details["ModelFamily"] = Family(model);
        }
        if (meter <= Meter.CacheWrite1h)
        {
            details["TokenDirection"] = meter == Meter.Output ? "Output" : "Input";
            if (meter != Meter.Output)
                details["CacheAction"] = meter switch { Meter.Input => "None", Meter.CacheRead => "Read", _ => "Write" };
        }
        if (CacheDuration(meter) is { } duration) details["x_CacheDuration"] = duration;
        details["x_Meter"] = meter.Name();
        details["x_Mode"] = row.Mode.Name();
        details["x_Tier"] = row.Tier.Name();
        if (row.Model is not null) details["x_Scope"] = row.Model.Scope.Name();
        details["x_Context"] = row.Context.Name();
        if (row.Term != Term.None) details["x_Term"] = row.Term.Name();
        return JsonSerializer.Serialize(details, Plain);
    }

    /// <summary>
    /// Names a price: the SKU, and what within it decides the price. A SKU of a price list may serve several models, scopes or bands; their
    /// prices have ids of their own, as FOCUS wants the details of one id to be the same everywhere.
    /// </summary>
    public static string SkuPriceId(ExportRow row)
    {
        var what = $"{PriceDetails(row)}\n{row.Region}\n{Usd.Plain(row.Rate ?? 0m)}";
        return $"{row.Sku}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)))[..12]}";
    }

    /// <summary>The caller's tags as a JSON object, or null when there are none.</summary>
    public static string? Tags(Caller caller, IReadOnlyList<string> tagKeys)
    {
        Dictionary<string, string> tags = [];
        if (caller.App.Length > 0) tags["app"] = caller.App;
        if (caller.Team.Length > 0) tags["team"] = caller.Team;
        if (caller.Env.Length > 0) tags["env"] = caller.Env;
        for (var i = 0; i < tagKeys.Count && i < caller.Tags.Count; i++)
            if (caller.Tags[i] is { Length: > 0 } value) tags.TryAdd(tagKeys[i], value);
        return tags.Count == 0 ? null : JsonSerializer.Serialize(tags, Plain);
    }

    /// <summary>The family of a model: <c>Claude</c> of <c>anthropic.claude-sonnet-4-5-20250929-v1:0</c>.</summary>
    public static string Family(ModelRef model)
    {
        var dot = model.Id.IndexOf('.', StringComparison.Ordinal);
        var name = dot < 0 ? model.Id : model.Id[(dot + 1)..];
        var word = string.Concat(name.TakeWhile(char.IsAsciiLetter));
        // 'r1' and 'j2' say nothing; their maker does.
        if (word.Length < 3 && dot > 0) word = model.Id[..dot];
        var spelt = model.Facts?.Names.SelectMany(n => n.Split(' ', '-'))
            .FirstOrDefault(w => w.Equals(word, StringComparison.OrdinalIgnoreCase));
        return spelt ?? (word.Length == 0 ? model.Id : char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..]);
    }

    static string? CacheDuration(Meter meter) => meter switch
    {
        Meter.CacheWrite5m => "5m", Meter.CacheWrite30m => "30m", Meter.CacheWrite1h => "1h", _ => null,
    };

    static (string, string, string, decimal) Tokens(string name) => (name, "Tokens", "1000000 Tokens", 1_000_000m);
    static (string, string, string, decimal) Thousand(string name) => (name, "Units", "1000 Units", 1_000m);
    static (string, string, string, decimal) One(string name, string unit) => (name, unit, unit, 1m);
}
