using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Testing;

namespace Assay.Gateway.Tests.Dialects;

/// <summary>Holds a body against AWS's own description of the service: every member known and required ones there, unions with one member.</summary>
static class ServiceModel
{
    static readonly JsonElement? Shapes = Repository.Shared is { } shared
        ? JsonDocument.Parse(File.ReadAllBytes(Path.Combine(shared, "data", "aws-api-models", "bedrock-runtime.service-2.json")))
            .RootElement.GetProperty("shapes")
        : null;

    /// <summary>Faults, none where the service would take the body; nothing is held where the model is not at hand.</summary>
    public static List<string> Faults(string shape, ReadOnlyMemory<byte> body)
    {
        List<string> faults = [];
        if (Shapes is not null) Hold(shape, JsonDocument.Parse(body, new() { MaxDepth = 200 }).RootElement, shape, faults);
        return faults;
    }

    static void Hold(string name, JsonElement value, string at, List<string> faults)
    {
        var shape = Shapes!.Value.GetProperty(name);
        if (shape.TryGetProperty("document", out _)) return;
        switch (shape.GetProperty("type").GetString())
        {
            case "structure" when value.ValueKind == JsonValueKind.Object:
                HoldStructure(shape, value, at, faults);
                break;
            case "list" when value.ValueKind == JsonValueKind.Array:
                Range(shape, value.GetArrayLength(), at, faults);
                foreach (var item in value.EnumerateArray()) Hold(shape.GetProperty("member").GetProperty("shape").GetString()!, item, at + "[]", faults);
                break;
            case "map" when value.ValueKind == JsonValueKind.Object:
                break;
            case "string" when value.ValueKind == JsonValueKind.String:
                var text = value.GetString()!;
                Range(shape, text.Length, at, faults);
                if (shape.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(w => w.GetString() == text)) faults.Add($"{at}: '{text}'");
                if (shape.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(text, $"^(?:{pattern.GetString()})$"))
                    faults.Add($"{at}: '{text}' against {pattern}");
                break;
            case "integer" or "long" or "float" or "double" when value.ValueKind == JsonValueKind.Number:
                Range(shape, value.GetDecimal(), at, faults);
                break;
            case "boolean" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                break;
            case "blob" when value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out _):
                break;
            case var type:
                faults.Add($"{at}: {value.ValueKind} is no {type}");
                break;
        }
    }

    static void HoldStructure(JsonElement shape, JsonElement value, string at, List<string> faults)
    {
        var members = shape.GetProperty("members");
        foreach (var member in value.EnumerateObject())
            if (!members.TryGetProperty(member.Name, out var known)) faults.Add($"{at}.{member.Name} is unknown");
            else Hold(known.GetProperty("shape").GetString()!, member.Value, $"{at}.{member.Name}", faults);
        if (shape.TryGetProperty("union", out _) && value.GetPropertyCount() != 1) faults.Add($"{at}: a union of {value.GetPropertyCount()}");
        if (!shape.TryGetProperty("required", out var required)) return;
        foreach (var need in required.EnumerateArray().Select(n => n.GetString()!))
            if (need != "modelId" && !value.TryGetProperty(need, out _)) faults.Add($"{at}.{need} is missing");
    }

    static void Range(JsonElement shape, decimal size, string at, List<string> faults)
    {
        if (shape.TryGetProperty("min", out var min) && size < min.GetDecimal()) faults.Add($"{at}: {size} is below {min}");
        if (shape.TryGetProperty("max", out var max) && size > max.GetDecimal()) faults.Add($"{at}: {size} is above {max}");
    }
}

/// <summary>Bodies and streams as tests write and read them.</summary>
static class Speech
{
    public const string Sonnet45 = "us.anthropic.claude-sonnet-4-5-20250929-v1:0", Opus46 = "anthropic.claude-opus-4-6-v1",
        Nova = "amazon.nova-pro-v1:0", GptOss = "openai.gpt-oss-120b-1:0", Llama = "meta.llama3-3-70b-instruct-v1:0";

    public static readonly AnswerStamp Stamp = new("0a1b", "smart", DateTimeOffset.UnixEpoch.AddSeconds(1_785_000_000));

    // A picture of one red point.
    public const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

    static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    public static ConverseCall Ready(Translation translation, string shape = "ConverseRequest")
    {
        var call = Assert.IsType<Translation.Ready>(translation).Call;
        Assert.Empty(ServiceModel.Faults(shape, call.Body));
        return call;
    }

    public static DialectError Refused(Translation translation) => Assert.IsType<Translation.Refused>(translation).Error;

    public static JsonElement Json(ReadOnlyMemory<byte> bytes) => JsonDocument.Parse(bytes, new() { MaxDepth = 200 }).RootElement;

    public static string Indented(ReadOnlyMemory<byte> json) => JsonSerializer.Serialize(Json(json), Pretty);

    /// <summary>The request, what of it became client tags, what was ignored.</summary>
    public static string Shown(ConverseCall call) => Indented(call.Body)
        + $"\ntags: {string.Join(", ", call.Tags.Select(t => $"{t.Key}={t.Value}"))}\nignored: {string.Join(", ", call.Ignored)}\n";

    public static readonly (string Type, string Payload)[] Events =
    [
        ("messageStart", """{"p":"abcd","role":"assistant"}"""),
        ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"They want \"rain\"."}},"p":"a"}"""),
        ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}},"p":"abc"}"""),
        ("contentBlockStop", """{"contentBlockIndex":0,"p":"ab"}"""),
        ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"text":"Let me \n"},"p":"abcdefghijklmnop"}"""),
        ("contentBlockDelta", """{ "delta": { "text" : "look \u00fcp 🌧" }, "contentBlockIndex" : 1 }"""),
        ("contentBlockStop", """{"contentBlockIndex":1}"""),
        ("contentBlockStart", """{"contentBlockIndex":2,"start":{"toolUse":{"name":"weather","toolUseId":"tooluse_1"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"toolUse":{"input":""}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"city\":"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"toolUse":{"input":"\"Graz\"}"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":2}"""),
        ("contentBlockStart", """{"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"tooluse_2","name":"now"}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":3}"""),
        ("somethingNew", """{"x":1}"""),
        ("messageStop", """{"additionalModelResponseFields":{"stop_sequence":null},"stopReason":"tool_use"}"""),
        ("metadata", """{"metrics":{"latencyMs":900},"serviceTier":{"type":"flex"},"usage":{"cacheDetails":[{"inputTokens":40,"ttl":"5m"},{"inputTokens":60,"ttl":"1h"}],"cacheReadInputTokens":1000,"cacheWriteInputTokens":100,"inputTokens":20,"outputTokens":30,"totalTokens":1150}}"""),
    ];

    public const string Answer = """
        {"metrics":{"latencyMs":900},"output":{"message":{"content":[{"reasoningContent":{"reasoningText":{"signature":"c2ln","text":"They want \"rain\"."}}},{"text":"Let me \nlook "},{"citationsContent":{"citations":[],"content":[{"text":"\u00fcp 🌧"}]}},{"toolUse":{"input":{"city":"Graz"},"name":"weather","toolUseId":"tooluse_1"}},{"reasoningContent":{"redactedContent":"b3BhcXVl"}},{"toolUse":{"input":{},"name":"now","toolUseId":"tooluse_2"}}],"role":"assistant"}},"serviceTier":{"type":"flex"},"stopReason":"tool_use","usage":{"cacheDetails":[{"inputTokens":40,"ttl":"5m"},{"inputTokens":60,"ttl":"1h"}],"cacheReadInputTokens":1000,"cacheWriteInputTokens":100,"inputTokens":20,"outputTokens":30,"totalTokens":1150}}
        """;
}
