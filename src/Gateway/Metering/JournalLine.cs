using System.Buffers;
using System.Text.Json;
using Assay.Gateway.Calls;
using Assay.Gateway.Routing;
using Assay.Pricing;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Gateway.Metering;

/// <summary>
/// Writes a call as a line of an invocation log. What AWS's logs have no member for (the key, the decision, the estimate) stands in one
/// member of our own, <c>gateway</c>, which readers of such logs pass over.
/// </summary>
sealed class JournalLine : IDisposable
{
    [ThreadStatic]
    static JournalLine? mine;

    const int RoomKept = 1024 * 1024;

    readonly ArrayBufferWriter<byte> text = new(2_048);
    readonly Utf8JsonWriter json;

    JournalLine() => json = new(text, InvocationLogWriter.JsonOptions);

    /// <summary>The line of a call, its line feed included; good until the thread writes its next one.</summary>
    public static ReadOnlySpan<byte> Of(Passage call, in Metered metered, string refused = "") =>
        (mine ??= new()).Write(call, metered, refused);

    ReadOnlySpan<byte> Write(Passage call, in Metered metered, string refused)
    {
        text.ResetWrittenCount();
        json.Reset(text);
        var (cost, counts) = (metered.Cost, metered.Counts);
        var (unpriced, shadowCost) = (metered.Unpriced, metered.ShadowCost);
        InvocationLogWriter.WriteEntry(json, new()
        {
            Record = metered.Record,
            IdentityArn = call.Holder!.Arn,
            ModelId = call.Target!.LoggedId,
            Metadata = Tags(call),
            OutputBody = HasBody(metered.Record) ? LogBody.WithoutText : LogBody.LeftOut,
            Guardrails = Guardrails(call, metered.Record.Amounts),
            LatencyMs = call.LatencyMs, InputJson = call.Kept?.Sent ?? default, OutputJson = call.Kept?.Answer ?? default,
            OwnMembers = writer => Own(writer, call, cost, shadowCost, unpriced, counts, refused),
        });
        json.Flush();
        text.Write("\n"u8);
        // A thread that wrote a long prompt does not keep the room for another.
        if (text.Capacity > RoomKept) mine = null;
        return text.WrittenSpan;
    }

    static bool HasBody(in UsageRecord record) => !record.Tokens.IsNone || record.Amounts is not null;

    static void Own(
        Utf8JsonWriter json, Passage call, decimal cost, decimal? shadowCost, string? unpriced, CountsFrom counts, string refused)
    {
        json.WriteStartObject("gateway"u8);
        json.WriteString("dialect"u8, call.Dialect.Name());
        json.WriteString("asked"u8, call.Asked);
        if (call.PartOf is { } whole) json.WriteString("part_of"u8, whole);
        json.WriteString("upstream"u8, call.Target!.Upstream.Name);
        json.WriteString("decision"u8, call.Decision);
        if (refused.Length > 0) json.WriteString("refused"u8, refused);
        if (call.Warnings.Count > 0) Texts(json, "warnings"u8, call.Warnings);
        if (call.Shadow is { } shadow) Shadow(json, shadow, cost - shadowCost);
        if (call.Kept?.LeftOut is { } left) json.WriteString("left_out"u8, left);
        if (call.ClampedTo is { } clamped) json.WriteNumber("max_tokens"u8, clamped);
        if (call.Worst is { } worst) json.WriteString("at_most_usd"u8, Usd.Plain(worst));
        if (call.Likely is { } likely) json.WriteString("estimate_usd"u8, Usd.Plain(likely));
        json.WriteString("cost_usd"u8, Usd.Plain(cost));
        if (unpriced is not null) json.WriteString("unpriced"u8, unpriced);
        json.WriteString("counts"u8,
            counts switch { CountsFrom.Served => "served"u8, CountsFrom.Estimated => "estimated"u8, _ => "none"u8 });
        if (call.Attempts > 1) json.WriteNumber("attempts"u8, call.Attempts);
        if (call.Residency.Count > 0) Texts(json, "residency"u8, call.Residency);
        if (call.ClientRequestId.Length > 0) json.WriteString("client_request_id"u8, call.ClientRequestId);
        if (call.UpstreamRequestId.Length > 0) json.WriteString("upstream_request_id"u8, call.UpstreamRequestId);
        json.WriteEndObject();
    }

    static void Texts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var one in texts) json.WriteStringValue(one);
        json.WriteEndArray();
    }

    static void Shadow(Utf8JsonWriter json, ShadowChoice shadow, decimal? saved)
    {
        json.WriteStartObject("shadow"u8);
        json.WriteString("rule"u8, shadow.Rule);
        json.WriteString("model"u8, shadow.Model.LoggedId);
        json.WriteString("decision"u8, shadow.Decision);
        if (shadow.LikelySavingUsd is { } likely) json.WriteString("estimate_saved_usd"u8, Usd.Plain(likely));
        if (saved is { } usd) json.WriteString("saved_usd"u8, Usd.Plain(usd));
        json.WriteEndObject();
    }

    /// <summary>What is stamped on a call: the owner by its key, then what the client added of its own.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Tags(Passage call)
    {
        var key = call.Holder!.Key;
        var caller = call.Holder.Caller;
        List<KeyValuePair<string, string>> tags = [new("key", key.Name)];
        if (caller.App.Length > 0) tags.Add(new("app", caller.App));
        if (caller.Team.Length > 0) tags.Add(new("team", caller.Team));
        if (caller.Env.Length > 0) tags.Add(new("env", caller.Env));
        tags.AddRange(call.ClientTags);
        return tags;
    }

    static IReadOnlyList<GuardrailAssessment> Guardrails(Passage call, MeteredAmount[]? amounts)
    {
        if (amounts is null) return [];
        int Units(Meter meter) => (int)Array.Find(amounts, a => a.Meter == meter).Amount;
        var assessment = new GuardrailAssessment
        {
            Guardrail = call.Guardrail, ContentUnits = Units(Meter.GuardrailContent), TopicUnits = Units(Meter.GuardrailTopic),
            SensitiveUnits = Units(Meter.GuardrailSensitive), GroundingUnits = Units(Meter.GuardrailGrounding),
            ReasoningUnits = Units(Meter.GuardrailReasoning),
        };
        return amounts.Any(a => a.Meter.IsGuardrail()) ? [assessment] : [];
    }

    public void Dispose() => json.Dispose();
}
