using System.Text;
using System.Text.Json;

namespace Assay.Bedrock;

/// <summary>A guardrail that reads every text, counts its units and blocks on one word.</summary>
static class LocalGuardrail
{
    /// <summary>The trace of a Converse answer; nothing when no trace was asked for.</summary>
    public static void WriteConverse(Utf8JsonWriter json, LocalAnswer answer)
    {
        if (answer.Call is not { Guardrail: { } guardrail, GuardrailTrace: true }) return;
        json.WriteStartObject("trace"u8);
        json.WriteStartObject("guardrail"u8);
        json.WriteStartObject("inputAssessment"u8);
        json.WriteStartObject(guardrail);
        Assessment(json, answer.Call.Blocked, answer.InputUnits, answer.Call.GuardedCharacters);
        json.WriteEndObject();
        json.WriteEndObject();
        if (answer.OutputUnits > 0)
        {
            json.WriteStartObject("outputAssessments"u8);
            json.WriteStartArray(guardrail);
            json.WriteStartObject();
            Assessment(json, false, answer.OutputUnits, answer.Text.Length);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteString("actionReason"u8, answer.Call.Blocked ? "Guardrail blocked."u8 : "No action."u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>What Bedrock adds to a model's own answer: the action, and the trace when asked for.</summary>
    public static void WriteInvoke(Utf8JsonWriter json, LocalAnswer answer)
    {
        if (answer.Call.Guardrail is not { } guardrail) return;
        json.WriteString("amazon-bedrock-guardrailAction"u8, answer.Call.Blocked ? "INTERVENED"u8 : "NONE"u8);
        if (!answer.Call.GuardrailTrace) return;
        json.WriteStartObject("amazon-bedrock-trace"u8);
        json.WriteStartObject("guardrail"u8);
        json.WriteStartObject("input"u8);
        json.WriteStartObject(guardrail);
        Assessment(json, answer.Call.Blocked, answer.InputUnits, answer.Call.GuardedCharacters);
        json.WriteEndObject();
        json.WriteEndObject();
        if (answer.OutputUnits > 0)
        {
            json.WriteStartArray("outputs"u8);
            json.WriteStartObject();
            json.WriteStartObject(guardrail);
            Assessment(json, false, answer.OutputUnits, answer.Text.Length);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteString("actionReason"u8, answer.Call.Blocked ? "Guardrail blocked."u8 : "No action."u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Answers ApplyGuardrail; returns the units.</summary>
    public static int Apply(ReadOnlySpan<byte> body, string trigger, AnswerBench bench)
    {
        List<string> texts = [];
        var (hasSource, blocked) = (false, false);
        try
        {
            var request = new JsonBody(body);
            request.Object("body");
            while (request.Member())
            {
                if (request.Named("source"u8)) hasSource = request.Is("INPUT"u8) || request.Is("OUTPUT"u8);
                else if (request.Named("content"u8)) Texts(ref request, texts);
                else request.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw LocalRefusalException.Invalid("Malformed input request, please reformat your input and try again.");
        }
        if (!hasSource) throw LocalRefusalException.Missing("source");
        if (texts.Count == 0) throw LocalRefusalException.Missing("content");

        long characters = texts.Sum(t => Encoding.UTF8.GetByteCount(t));
        blocked = texts.Any(t => t.Contains(trigger, StringComparison.OrdinalIgnoreCase));
        var units = LocalAnswer.Units(characters);
        var json = bench.Begin();
        json.WriteString("action"u8, blocked ? "GUARDRAIL_INTERVENED"u8 : "NONE"u8);
        json.WriteString("actionReason"u8, blocked ? "Guardrail blocked."u8 : "No action."u8);
        json.WriteStartArray("assessments"u8);
        json.WriteStartObject();
        Assessment(json, blocked, units, characters);
        json.WriteEndObject();
        json.WriteEndArray();
        Coverage(json, characters);
        json.WriteStartArray("outputs"u8);
        if (blocked)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, "Sorry, the model cannot answer this question."u8);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Usage(json, units);
        json.WriteEndObject();
        return units;
    }

    static void Texts(ref JsonBody request, List<string> texts)
    {
        request.Array("content");
        while (request.Item())
        {
            request.Object("content");
            while (request.Member())
            {
                if (!request.Named("text"u8))
                {
                    request.Skip();
                    continue;
                }
                request.Object("content.text");
                while (request.Member())
                {
                    if (request.Named("text"u8)) texts.Add(request.Text("content.text.text"));
                    else request.Skip();
                }
            }
        }
    }

    static void Assessment(Utf8JsonWriter json, bool blocked, int units, long characters)
    {
        if (blocked)
        {
            json.WriteStartObject("wordPolicy"u8);
            json.WriteStartArray("customWords"u8);
            json.WriteStartObject();
            json.WriteString("match"u8, "***"u8);
            json.WriteString("action"u8, "BLOCKED"u8);
            json.WriteBoolean("detected"u8, true);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteStartObject("invocationMetrics"u8);
        json.WriteNumber("guardrailProcessingLatency"u8, 100);
        Usage(json, units);
        Coverage(json, characters);
        json.WriteEndObject();
    }

    static void Usage(Utf8JsonWriter json, int units)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("topicPolicyUnits"u8, 0);
        json.WriteNumber("contentPolicyUnits"u8, units);
        json.WriteNumber("wordPolicyUnits"u8, units);
        json.WriteNumber("sensitiveInformationPolicyUnits"u8, 0);
        json.WriteNumber("sensitiveInformationPolicyFreeUnits"u8, 0);
        json.WriteNumber("contextualGroundingPolicyUnits"u8, 0);
        json.WriteNumber("contentPolicyImageUnits"u8, 0);
        json.WriteNumber("automatedReasoningPolicyUnits"u8, 0);
        json.WriteNumber("automatedReasoningPolicies"u8, 0);
        json.WriteEndObject();
    }

    static void Coverage(Utf8JsonWriter json, long characters)
    {
        json.WriteStartObject("guardrailCoverage"u8);
        json.WriteStartObject("textCharacters"u8);
        json.WriteNumber("guarded"u8, characters);
        json.WriteNumber("total"u8, characters);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
