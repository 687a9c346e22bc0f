using System.Text;

namespace Assay.Gateway.Dialects.OpenAi;

/// <summary>A chat completion request → Converse. What each member becomes: docs/dialects.md.</summary>
sealed partial class OpenAiChat
{
    const string JsonOnly = "Answer with one JSON object and nothing else: no words around it, no code fence.";

    readonly RequestBody request;
    readonly Node root;
    readonly ModelTraits model;
    readonly ConverseBody body = new();
    readonly Dictionary<string, string> tags = new(StringComparer.Ordinal);

    string modelAsked = "";
    long? maxTokens;
    decimal? temperature, topP;
    List<string> stops = [];
    string? serviceTier, effort;
    bool isStream, includesUsage, isOneToolAtATime;
    Node? format, tools, toolChoice, topK, thinking;

    OpenAiChat(RequestBody request, ModelTraits model) => (this.request, root, this.model) = (request, request.Root, model);

    /// <param name="json">The body of <c>POST /v1/chat/completions</c>.</param>
    /// <param name="modelId">The Bedrock model that answers; null where it is the one that the body names.</param>
    public static Translation Translate(ReadOnlyMemory<byte> json, string? modelId = null) => Translation.Of(() =>
    {
        using RequestBody request = new(json);
        return new OpenAiChat(request, ModelTraits.Of(modelId ?? request.Root["model"].Word())).Converse();
    });

    ConverseCall Converse()
    {
        foreach (var (name, value) in root.Members()) Read(name, value);
        modelAsked = root["model"].Word();
        SettleNoChoice();
        // Thinking within a budget settles the temperature, and needs to know what it may spend.
        var budget = Budget();
        if (budget is not null || model.ThinksByEffort && effort is not null) DropSampling();

        var json = body.Json;
        json.WriteStartObject();
        WriteSystem();
        var messages = root["messages"];
        json.WriteStartArray("messages");
        WriteMessages(messages);
        body.EndTurns(messages);
        json.WriteEndArray();
        body.Inference(maxTokens, temperature, topP, stops);
        WriteTools();
        WriteModelFields(budget);
        body.ServiceTier(serviceTier);
        WriteFormat();
        json.WriteEndObject();
        return new(modelAsked, body.Finish(), isStream)
        {
            MaxTokens = maxTokens, IncludesUsage = includesUsage, Tags = tags, Ignored = request.Ignored,
        };
    }

    void Read(string name, Node value)
    {
        switch (name)
        {
            case "model" or "messages": break;
            case "max_tokens": maxTokens ??= value.Whole(1); break;
            case "max_completion_tokens": maxTokens = value.Whole(1); break;
            case "temperature": ReadTemperature(value); break;
            case "top_p": topP = value.Number(0, 1); break;
            case "stop": stops = value.IsText ? [value.Word()] : [.. value.Items().Select(s => s.Word())]; break;
            case "stream": isStream = value.Truth(); break;
            case "stream_options": ReadStreamOptions(value); break;
            case "tools": tools = value.Items().Any() ? value : null; break;
            case "tool_choice": toolChoice = value; break;
            case "parallel_tool_calls": isOneToolAtATime = !value.Truth(); break;
            case "response_format": format = value; break;
            case "reasoning_effort": effort = ReadEffort(value); break;
            case "service_tier": ReadTier(value); break;
            case "user" or "safety_identifier": tags[name] = value.Text(); break;
            case "metadata": foreach (var (key, tag) in value.Members()) tags[key] = tag.Text(); break;
            case "top_k" when model.IsClaude || model.Maker == ModelMaker.Nova: topK = value; break;
            case "thinking" when model.IsClaude: thinking = value; break;
            case "n" when value.Whole(1) == 1: break;
            case "n": throw value.Fail("must be 1: Converse gives one answer a call; call it as often as you want answers");
            case "logprobs" or "top_logprobs" or "audio" or "web_search_options" when !value.IsNothing:
                throw value.Fail("asks for what Converse does not give");
            case "modalities" when value.Items().Any(m => m.Text() != "text"):
                throw value.Fail("asks for more than text, which Converse does not give");
            case "functions" or "function_call": throw value.Fail("is the form of 2023; write 'tools' and 'tool_choice'");
            case "logprobs" or "top_logprobs" or "audio" or "web_search_options" or "modalities": break;
            default:
                if (!value.IsNothing) request.Ignore(value);
                break;
        }
    }

    void ReadTemperature(Node value)
    {
        // OpenAI's scale ends at 2, Converse's at 1.
        temperature = value.Number(0, 2);
        if (temperature <= 1) return;
        temperature = 1;
        request.Ignore("temperature_above_1");
    }

    void ReadStreamOptions(Node value)
    {
        foreach (var (name, option) in value.Members())
            if (name == "include_usage") includesUsage = option.Truth();
            // Obfuscation is padding against eavesdroppers on the length of chunks: the gateway makes none.
            else request.Ignore(option);
    }

    static string? ReadEffort(Node value) => value.Text() switch
    {
        "none" => null,
        "minimal" or "low" or "medium" or "high" or "xhigh" or "max" => value.Text(),
        _ => throw value.NoSuch("none, minimal, low, medium, high, xhigh, max"),
    };

    void ReadTier(Node value)
    {
        switch (value.Text())
        {
            case "auto": break;
            case "default" or "flex" or "priority": serviceTier = value.Text(); break;
            case "scale": request.Ignore(value); break;
            default: throw value.NoSuch("auto, default, flex, priority");
        }
    }

    void DropSampling()
    {
        if (temperature is not null and not 1) request.Ignore("temperature");
        if (topP is not null) request.Ignore("top_p");
        (temperature, topP) = (null, null);
    }

    /// <summary>The tokens Claude may think with; null where it does not think, or not within a budget.</summary>
    long? Budget()
    {
        if (effort is null || thinking is not null || !model.ThinksWithinBudget) return null;
        long wanted = effort switch { "minimal" or "low" => 1024, "medium" => 4096, "high" => 16_384, _ => 32_768 };
        // The budget is part of maxTokens and at least 1,024; half of the answer's room is left for the answer. A forced tool excludes
        // thinking, and so does a conversation whose last calls of tools came with signed thoughts that OpenAI's form cannot hand back.
        var room = maxTokens is { } max ? max / 2 : wanted;
        var isForced = toolChoice is { IsObject: true } || toolChoice is { IsText: true } choice && choice.Text() == "required";
        if (room >= 1024 && !isForced && !EndsWithTool()) return Math.Min(wanted, room);
        request.Ignore("reasoning_effort");
        return null;
    }

    bool EndsWithTool() => root.Find("messages", out var messages) && messages.IsList
        && messages.Items().LastOrDefault() is { IsObject: true } last
        && last.Find("role", out var role) && role.IsText && role.Text() == "tool";

    void WriteModelFields(long? budget)
    {
        var isEffort = effort is not null && thinking is null;
        var isOne = isOneToolAtATime && tools is not null;
        var takesEffort = model.ThinksByEffort || budget is not null || model.Maker is ModelMaker.OpenAi or ModelMaker.Nova;
        if (isEffort && !takesEffort) request.Ignore("reasoning_effort");
        if (isOne && !model.IsClaude) request.Ignore("parallel_tool_calls");
        if (thinking is null && topK is null && !(isEffort && takesEffort) && !(isOne && model.IsClaude)) return;

        var json = body.Json;
        json.WriteStartObject("additionalModelRequestFields");
        if (thinking is { } asked) body.Raw("thinking", asked);
        if (isEffort) WriteEffort(budget);
        if (topK is { } k && model.IsClaude) body.Raw("top_k", k);
        else if (topK is { } nova)
        {
            json.WriteStartObject("inferenceConfig");
            body.Raw("topK", nova);
            json.WriteEndObject();
        }
        if (isOne && model.IsClaude)
        {
            json.WriteStartObject("tool_choice");
            WriteClaudeChoice();
            json.WriteBoolean("disable_parallel_tool_use", true);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    void WriteEffort(long? budget)
    {
        var json = body.Json;
        if (model.Maker == ModelMaker.OpenAi)
        {
            json.WriteString("reasoning_effort", effort switch { "minimal" => "low", "xhigh" or "max" => "high", _ => effort });
        }
        else if (model.Maker == ModelMaker.Nova)
        {
            json.WriteStartObject("reasoningConfig");
            json.WriteString("type", "enabled");
            json.WriteString("maxReasoningEffort", effort switch { "minimal" => "low", "xhigh" or "max" => "high", _ => effort });
            json.WriteEndObject();
        }
        else if (budget is not null || model.ThinksByEffort)
        {
            json.WriteStartObject("thinking");
            json.WriteString("type", budget is null ? "adaptive" : "enabled");
            if (budget is { } tokens) json.WriteNumber("budget_tokens", tokens);
            json.WriteEndObject();
        }
    }

    // --- the form of the answer ---

    /// <summary>An instruction for models that Converse cannot hold to a form; null where none is needed.</summary>
    string? FormatInstruction()
    {
        if (format is not { } wanted) return null;
        switch (wanted["type"].Text())
        {
            case "text": return null;
            case "json_object": return JsonOnly;
            case "json_schema":
                var schema = wanted["json_schema"]["schema"];
                return model.KnowsSchemas ? null
                    : $"{JsonOnly} It must be valid against this JSON schema:\n{Encoding.UTF8.GetString(schema.Raw)}";
            default: throw wanted["type"].NoSuch("text, json_object, json_schema");
        }
    }

    void WriteFormat()
    {
        Node? schema = null;
        string? name = null, description = null;
        if (model.KnowsSchemas && format is { } wanted && wanted["type"].Text() == "json_schema")
        {
            var form = wanted["json_schema"];
            schema = form["schema"];
            if (form.Find("name", out var called)) name = called.Text();
            if (form.Find("description", out var said)) description = said.Text();
        }
        body.Output(schema, name, description, !model.ThinksByEffort || thinking is not null ? null : effort == "minimal" ? "low" : effort);
    }
}
