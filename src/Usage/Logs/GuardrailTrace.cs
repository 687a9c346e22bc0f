using System.Text.Json;

namespace Assay.Usage.Logs;

/// <summary>Guardrail assessments in the two forms in which traces carry them. Members stand in the order AWS writes.</summary>
static class GuardrailTrace
{
    /// <summary>Converse: one input assessment a guardrail, and a list of output assessments a guardrail.</summary>
    public static void WriteConverse(Utf8JsonWriter json, IReadOnlyList<GuardrailAssessment> all)
    {
        WriteInput(json, "inputAssessment"u8, all);
        if (all.Any(a => a.OnOutput))
        {
            json.WriteStartObject("outputAssessments"u8);
            foreach (var guardrail in all.Where(a => a.OnOutput).GroupBy(a => a.Guardrail, StringComparer.Ordinal))
            {
                json.WriteStartArray(guardrail.Key);
                foreach (var assessment in guardrail) Write(json, assessment);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        WriteReason(json, all);
    }

    /// <summary>InvokeModel: one input assessment a guardrail, and a list of objects that name their guardrail.</summary>
    public static void WriteInvoke(Utf8JsonWriter json, IReadOnlyList<GuardrailAssessment> all)
    {
        WriteInput(json, "input"u8, all);
        if (all.Any(a => a.OnOutput))
        {
            json.WriteStartArray("outputs"u8);
            foreach (var assessment in all)
            {
                if (!assessment.OnOutput) continue;
                json.WriteStartObject();
                json.WritePropertyName(assessment.Guardrail);
                Write(json, assessment);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        WriteReason(json, all);
    }

    static void WriteInput(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<GuardrailAssessment> all)
    {
        if (all.All(a => a.OnOutput)) return;
        json.WriteStartObject(name);
        foreach (var assessment in all)
        {
            if (assessment.OnOutput) continue;
            json.WritePropertyName(assessment.Guardrail);
            Write(json, assessment);
        }
        json.WriteEndObject();
    }

    static void WriteReason(Utf8JsonWriter json, IReadOnlyList<GuardrailAssessment> all) =>
        json.WriteString("actionReason"u8, all.Any(a => a.Blocked) ? "Guardrail blocked."u8 : "No action."u8);

    static void Write(Utf8JsonWriter json, GuardrailAssessment assessment)
    {
        json.WriteStartObject();
        if (assessment.Blocked)
        {
            json.WriteStartObject("contentPolicy"u8);
            json.WriteStartArray("filters"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "MISCONDUCT"u8);
            json.WriteString("confidence"u8, "HIGH"u8);
            json.WriteString("filterStrength"u8, "LOW"u8);
            json.WriteString("action"u8, "BLOCKED"u8);
            json.WriteBoolean("detected"u8, true);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteStartObject("invocationMetrics"u8);
        json.WriteNumber("guardrailProcessingLatency"u8, assessment.LatencyMs);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("topicPolicyUnits"u8, assessment.TopicUnits);
        json.WriteNumber("contentPolicyUnits"u8, assessment.ContentUnits);
        json.WriteNumber("wordPolicyUnits"u8, assessment.WordUnits);
        json.WriteNumber("automatedReasoningPolicyUnits"u8, assessment.ReasoningUnits);
        json.WriteNumber("automatedReasoningPolicies"u8, assessment.ReasoningUnits > 0 ? 1 : 0);
        json.WriteNumber("sensitiveInformationPolicyUnits"u8, assessment.SensitiveUnits);
        json.WriteNumber("sensitiveInformationPolicyFreeUnits"u8, assessment.SensitiveFreeUnits);
        json.WriteNumber("contextualGroundingPolicyUnits"u8, assessment.GroundingUnits);
        json.WriteNumber("contentPolicyImageUnits"u8, 0);
        json.WriteEndObject();
        json.WriteStartObject("guardrailCoverage"u8);
        json.WriteStartObject("textCharacters"u8);
        json.WriteNumber("guarded"u8, assessment.Characters);
        json.WriteNumber("total"u8, assessment.Characters);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
