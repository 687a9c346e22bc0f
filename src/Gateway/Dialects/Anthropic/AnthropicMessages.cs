namespace Assay.Gateway.Dialects.Anthropic;

/// <summary>A request of Anthropic's Messages → Converse, its counting of tokens → CountTokens. Each member: docs/dialects.md.</summary>
sealed partial class AnthropicMessages
{
    // Bedrock answers a beta that it does not know with an error, and agents send every beta they know; these are AWS's.
    static readonly HashSet<string> Betas = new(StringComparer.Ordinal)
    {
        "computer-use-2024-10-22", "computer-use-2025-01-24", "computer-use-2025-11-24", "token-efficient-tools-2025-02-19",
        "interleaved-thinking-2025-05-14", "dev-full-thinking-2025-05-14", "output-128k-2025-02-19", "context-1m-2025-08-07",
        "context-management-2025-06-27", "effort-2025-11-24", "tool-search-tool-2025-10-19", "tool-examples-2025-10-29",
        "fine-grained-tool-streaming-2025-05-14",
    };

    // Tools of Claude's that the client runs: the model knows their schemas.
    static readonly string[] ClientTools = ["bash_", "text_editor_", "computer_", "memory_"];

    readonly RequestBody request;
    readonly Node root;
    readonly ModelTraits model;
    readonly List<string> betas = [];
    readonly ConverseBody body = new();
    readonly Dictionary<string, string> tags = new(StringComparer.Ordinal);
    readonly List<Node> toolsOfModel = [], outputRest = [], modelFields = [];

    long? maxTokens;
    decimal? temperature, topP;
    List<string> stops = [];
    string? serviceTier, effort;
    bool isStream;
    Node? tools, toolChoice, topK, system, schema;

    AnthropicMessages(RequestBody request, ModelTraits model, string? betaHeader)
    {
        (this.request, root, this.model) = (request, request.Root, model);
        const StringSplitOptions plain = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (var beta in (betaHeader ?? "").Split(',', plain)) AddBeta(beta);
    }

    /// <param name="json">The body of <c>POST /v1/messages</c>.</param>
    /// <param name="modelId">The Bedrock model that answers; null where it is the one that the body names.</param>
    /// <param name="betaHeader">The header <c>anthropic-beta</c>: names with commas between them.</param>
    public static Translation Translate(ReadOnlyMemory<byte> json, string? modelId = null, string? betaHeader = null) =>
        Of(json, modelId, betaHeader, m => m.Converse());

    /// <summary>The body of <c>POST /v1/messages/count_tokens</c> → that of Bedrock's CountTokens.</summary>
    public static Translation Count(ReadOnlyMemory<byte> json, string? modelId = null, string? betaHeader = null) =>
        Of(json, modelId, betaHeader, m => m.CountTokens());

    static Translation Of(ReadOnlyMemory<byte> json, string? modelId, string? betaHeader, Func<AnthropicMessages, ConverseCall> write) =>
        Translation.Of(() =>
        {
            using RequestBody request = new(json);
            return write(new(request, ModelTraits.Of(modelId ?? request.Root["model"].Word()), betaHeader));
        });

    ConverseCall Converse()
    {
        ReadMembers();
        if (maxTokens is null) _ = root["max_tokens"];
        var json = body.Json;
        json.WriteStartObject();
        WriteConversation();
        body.Inference(maxTokens, temperature, topP, stops);
        WriteTools();
        WriteModelFields();
        // Converse's answer says that a stop sequence was met, but not which.
        if (model.IsClaude && stops.Count > 0)
        {
            json.WriteStartArray("additionalModelResponseFieldPaths");
            json.WriteStringValue("/stop_sequence");
            json.WriteEndArray();
        }
        body.ServiceTier(serviceTier);
        body.Output(schema, null, null, effort);
        json.WriteEndObject();
        return Call();
    }

    ConverseCall CountTokens()
    {
        ReadMembers();
        var json = body.Json;
        json.WriteStartObject();
        json.WriteStartObject("input");
        json.WriteStartObject("converse");
        WriteConversation();
        WriteTools();
        WriteModelFields();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        return Call();
    }

    ConverseCall Call() => new(root["model"].Word(), body.Finish(), isStream)
    {
        MaxTokens = maxTokens, Tags = tags, Ignored = request.Ignored,
    };

    void ReadMembers()
    {
        foreach (var (name, value) in root.Members()) Read(name, value);
        SettleNoChoice();
        if (tools is { } list)
            foreach (var tool in list.Items())
                if (IsOfModel(tool)) toolsOfModel.Add(tool);
    }

    void Read(string name, Node value)
    {
        switch (name)
        {
            case "model" or "messages" or "cache_control": break;
            case "system": system = value; break;
            case "max_tokens": maxTokens = value.Whole(1); break;
            case "temperature": temperature = value.Number(0, 1); break;
            case "top_p": topP = value.Number(0, 1); break;
            case "stop_sequences": stops = [.. value.Items().Select(s => s.Word())]; break;
            case "stream": isStream = value.Truth(); break;
            case "tools": tools = value.Items().Any() ? value : null; break;
            case "tool_choice": toolChoice = value; break;
            case "metadata": ReadMetadata(value); break;
            case "service_tier": ReadTier(value); break;
            case "output_config": ReadOutput(value); break;
            case "output_format": ReadFormat(value); break;
            case "anthropic_beta": foreach (var beta in value.Items()) AddBeta(beta.Word()); break;
            case "top_k" when model.IsClaude || model.Maker == ModelMaker.Nova: topK = value; break;
            case "thinking" or "context_management" when model.IsClaude: modelFields.Add(value); break;
            case "thinking" when value["type"].Text() == "disabled": break;
            case "anthropic_version": break;
            case "mcp_servers" or "container" when !value.IsNothing: throw value.Fail("asks for what runs at Anthropic and not at Bedrock");
            default:
                if (!value.IsNothing) request.Ignore(value);
                break;
        }
    }

    void ReadMetadata(Node value)
    {
        foreach (var (name, tag) in value.Members())
            if (name == "user_id") tags[name] = tag.Text();
            else request.Ignore(tag);
    }

    // "auto" is what Bedrock does by itself: reserved capacity first, then the standard tier.
    void ReadTier(Node value)
    {
        switch (value.Text())
        {
            case "auto": break;
            case "standard_only": serviceTier = "default"; break;
            // Bedrock's own words, for clients that know where they are.
            case "flex" or "priority" or "default": serviceTier = value.Text(); break;
            default: throw value.NoSuch("auto, standard_only, default, flex, priority");
        }
    }

    void ReadOutput(Node value)
    {
        foreach (var (name, member) in value.Members())
            if (name == "effort") effort = member.Word();
            else if (name == "format") ReadFormat(member);
            else if (model.IsClaude) outputRest.Add(member);
            else request.Ignore(member);
    }

    void ReadFormat(Node value) =>
        schema = value["type"].Text() == "json_schema" ? value["schema"] : throw value["type"].NoSuch("json_schema");

    void AddBeta(string beta)
    {
        if (!model.IsClaude || !Betas.Contains(beta)) request.Ignore($"anthropic-beta:{beta}");
        else if (!betas.Contains(beta)) betas.Add(beta);
    }

    void WriteModelFields()
    {
        // Converse's own choice of tools says nothing of calls side by side; Claude's does.
        var isClaudeChoice = IsOneToolAtATime && tools is not null && model.IsClaude;
        if (IsOneToolAtATime && !model.IsClaude) request.Ignore("tool_choice.disable_parallel_tool_use");
        if (betas.Count + modelFields.Count + toolsOfModel.Count + outputRest.Count == 0 && topK is null && !isClaudeChoice) return;
        var json = body.Json;
        json.WriteStartObject("additionalModelRequestFields");
        if (betas.Count > 0)
        {
            json.WriteStartArray("anthropic_beta");
            foreach (var beta in betas) json.WriteStringValue(beta);
            json.WriteEndArray();
        }
        foreach (var field in modelFields) body.Raw(field.Name, field);
        WriteTopK();
        if (outputRest.Count > 0)
        {
            json.WriteStartObject("output_config");
            foreach (var rest in outputRest) body.Raw(rest.Name, rest);
            json.WriteEndObject();
        }
        if (isClaudeChoice) body.Raw("tool_choice", toolChoice!.Value);
        if (toolsOfModel.Count > 0)
        {
            json.WriteStartArray("tools");
            foreach (var tool in toolsOfModel) json.WriteRawValue(tool.Raw, skipInputValidation: true);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    void WriteTopK()
    {
        if (topK is not { } k) return;
        _ = k.Whole(0);
        if (model.IsClaude)
        {
            body.Raw("top_k", k);
            return;
        }
        body.Json.WriteStartObject("inferenceConfig");
        body.Raw("topK", k);
        body.Json.WriteEndObject();
    }

    // --- tools ---

    bool IsOneToolAtATime => toolChoice is { } choice && choice.Find("disable_parallel_tool_use", out var one) && one.Truth();

    // Converse has no choice "none". Without tools the model cannot call one, but past calls may not stand without them.
    void SettleNoChoice()
    {
        if (toolChoice is not { } choice || choice["type"].Text() != "none") return;
        toolChoice = null;
        if (HasCalls()) request.Ignore("tool_choice");
        else tools = null;
    }

    bool HasCalls() => root["messages"].Items().Any(m => m["content"] is { IsList: true } content
        && content.Items().Any(b => b["type"].Text() is "tool_use" or "tool_result"));

    /// <summary>A tool whose schema the model knows and which the client runs: Bedrock takes it among the model's own fields.</summary>
    bool IsOfModel(Node tool)
    {
        if (!tool.Find("type", out var type) || type.Text() == "custom") return false;
        var name = type.Text();
        var isOfModel = Array.Exists(ClientTools, t => name.StartsWith(t, StringComparison.Ordinal));
        if (isOfModel && model.IsClaude) return true;
        throw isOfModel ? type.Fail("is a tool of Claude's, and the model is none")
            : type.Fail($"('{Trail.Printable(name)}') runs at Anthropic; Bedrock runs no tools. Leave it out, or offer your own");
    }

    void WriteTools()
    {
        if (tools is not { } list || list.Items().Count() == toolsOfModel.Count) return;
        var json = body.Json;
        json.WriteStartObject("toolConfig");
        json.WriteStartArray("tools");
        foreach (var tool in list.Items())
            if (!IsOfModel(tool)) WriteTool(tool);
        json.WriteEndArray();
        if (toolChoice is { } choice && !(IsOneToolAtATime && model.IsClaude)) WriteChoice(choice);
        json.WriteEndObject();
    }

    void WriteTool(Node tool)
    {
        var json = body.Json;
        json.WriteStartObject();
        json.WriteStartObject("toolSpec");
        json.WriteString("name", tool["name"].Word());
        if (tool.Find("description", out var said) && !said.IsEmptyText) body.Raw("description", said);
        json.WriteStartObject("inputSchema");
        body.Raw("json", tool["input_schema"]);
        json.WriteEndObject();
        if (tool.Find("strict", out var strict) && strict.Truth()) json.WriteBoolean("strict", true);
        body.CloseBlock();
        body.WriteCachePoint(tool);
        IgnoreBut(tool, "type", "name", "description", "input_schema", "strict", "cache_control");
    }

    void WriteChoice(Node choice)
    {
        var json = body.Json;
        var type = choice["type"];
        json.WriteStartObject("toolChoice");
        json.WriteStartObject(type.Text() is "auto" or "any" or "tool" ? type.Text() : throw type.NoSuch("auto, any, tool, none"));
        if (type.Text() == "tool") json.WriteString("name", choice["name"].Word());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    void IgnoreBut(Node node, params ReadOnlySpan<string> known)
    {
        foreach (var (name, value) in node.Members())
            if (!known.Contains(name) && !value.IsNothing) request.Ignore(value);
    }
}
