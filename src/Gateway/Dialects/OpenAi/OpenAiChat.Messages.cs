using System.Text.Json;

namespace Assay.Gateway.Dialects.OpenAi;

/// <summary>The messages and the tools of a chat completion.</summary>
sealed partial class OpenAiChat
{
    const string Choices = "none, auto, required, a function";

    static bool IsSystem(Node message) => message["role"].Text() is "system" or "developer";

    // Converse has one place for instructions, before all turns; OpenAI lets them stand among the turns.
    void WriteSystem()
    {
        var instruction = FormatInstruction();
        var messages = root["messages"];
        if (instruction is null && !messages.Items().Any(IsSystem)) return;
        body.Json.WriteStartArray("system");
        foreach (var message in messages.Items().Where(IsSystem))
        {
            Node? last = null;
            foreach (var part in Parts(message["content"]))
            {
                var text = part.IsText ? part : part["type"].Text() == "text" ? part["text"] : throw part["type"].NoSuch("text");
                if (!text.IsText) _ = text.Text();
                if (text.IsEmptyText) continue;
                body.Json.WriteStartObject();
                body.Raw("text", text);
                body.Json.WriteEndObject();
                if (!part.IsText) body.WriteCachePoint(part);
                last = part;
            }
            if (last is not null) body.WriteCachePoint(message);
            IgnoreBut(message, "role", "content", "cache_control");
        }
        if (instruction is not null)
        {
            body.Json.WriteStartObject();
            body.Json.WriteString("text", instruction);
            body.Json.WriteEndObject();
        }
        body.Json.WriteEndArray();
    }

    void WriteMessages(Node messages)
    {
        foreach (var message in messages.Items())
        {
            var role = message["role"];
            switch (role.Text())
            {
                case "system" or "developer": break;
                case "user": WriteUser(message); break;
                case "assistant": WriteAssistant(message); break;
                case "tool": WriteToolResult(message); break;
                case "function": throw role.Fail("is the form of 2023; write a message of the role 'tool'");
                default: throw role.NoSuch("system, developer, user, assistant, tool");
            }
        }
    }

    void WriteUser(Node message)
    {
        body.Turn("user", message);
        foreach (var part in Parts(message["content"])) WritePart(part);
        body.CachePoint(message);
        IgnoreBut(message, "role", "content", "cache_control");
    }

    void WritePart(Node part)
    {
        if (part.IsText)
        {
            body.Text(part);
            return;
        }
        switch (part["type"].Text())
        {
            case "text": body.Text(part["text"]); break;
            case "refusal": body.Text(part["refusal"]); break;
            case "image_url": WriteImage(part["image_url"]); break;
            case "file": WriteFile(part["file"]); break;
            case "input_audio": WriteAudio(part["input_audio"]); break;
            default: throw part["type"].NoSuch("text, image_url, file, input_audio");
        }
        body.CachePoint(part);
    }

    void WriteImage(Node image)
    {
        var url = image["url"];
        if (!TryDataUri(url, out var type, out var base64))
            throw url.Fail("must be a data: URI with base64; Converse fetches no image from the web");
        if (image.Find("detail", out var detail) && detail.Text() != "auto") request.Ignore(detail);
        body.OpenBlock("image");
        body.Image(type, base64, url);
        body.CloseBlock();
    }

    void WriteFile(Node file)
    {
        if (!file.Find("file_data", out var content))
            throw file.Fail("must hold 'file_data'; a 'file_id' leads to a store of OpenAI's that Bedrock cannot read");
        var name = file.Find("filename", out var given) ? given.Text() : null;
        if (!TryDataUri(content, out var type, out var base64)) base64 = content.Utf8();
        var format = DocumentFormat.Of(type, name)
            ?? throw file.Fail($"is of no known type; name it by 'filename' or the data: URI's type; accepted: {DocumentFormat.Accepted}");
        body.OpenBlock("document");
        body.DocumentHead(format, Path.GetFileNameWithoutExtension(name));
        body.Bytes(base64, content);
        body.CloseBlock();
        body.DocumentStands();
    }

    void WriteAudio(Node audio)
    {
        var format = audio["format"];
        body.OpenBlock("audio");
        body.Json.WriteString("format", format.Text() is "mp3" or "wav" ? format.Text() : throw format.NoSuch("mp3, wav"));
        body.Bytes(audio["data"].Utf8(), audio["data"]);
        body.CloseBlock();
    }

    void WriteAssistant(Node message)
    {
        body.Turn("assistant", message);
        if (message.Find("content", out var content))
            foreach (var part in Parts(content)) WritePart(part);
        if (message.Find("refusal", out var refusal)) body.Text(refusal);
        if (message.Find("function_call", out var old)) throw old.Fail("is the form of 2023; write 'tool_calls'");
        if (message.Find("tool_calls", out var calls))
            foreach (var call in calls.Items()) WriteToolCall(call);
        body.CachePoint(message);
        IgnoreBut(message, "role", "content", "refusal", "tool_calls", "cache_control", "annotations");
    }

    void WriteToolCall(Node call)
    {
        if (call.Find("type", out var type) && type.Text() != "function") throw type.NoSuch("function");
        var function = call["function"];
        var arguments = function["arguments"];
        body.OpenBlock("toolUse");
        body.Json.WriteString("toolUseId", call["id"].Word());
        body.Json.WriteString("name", function["name"].Word());
        body.Json.WritePropertyName("input");
        // SDKs write no arguments as an empty text.
        if (arguments.IsEmptyText) body.Json.WriteRawValue("{}"u8);
        else body.Json.WriteRawValue(ObjectIn(arguments), skipInputValidation: true);
        body.CloseBlock();
    }

    static ReadOnlySpan<byte> ObjectIn(Node text)
    {
        var bytes = text.Utf8();
        try
        {
            Utf8JsonReader json = new(bytes, new() { MaxDepth = 128 });
            var isObject = json.Read() && json.TokenType == JsonTokenType.StartObject;
            while (json.Read()) { }
            if (isObject) return bytes;
        }
        catch (JsonException)
        {
            // Said below, with the place.
        }
        throw text.Fail("must be the text of a JSON object");
    }

    void WriteToolResult(Node message)
    {
        body.Turn("user", message);
        body.OpenBlock("toolResult");
        body.Json.WriteString("toolUseId", message["tool_call_id"].Word());
        body.Json.WriteStartArray("content");
        Node? marked = null;
        foreach (var part in Parts(message["content"]))
        {
            var text = part.IsText ? part : part["type"].Text() == "text" ? part["text"] : throw part["type"].NoSuch("text");
            if (!text.IsText) _ = text.Text();
            if (text.IsEmptyText) continue;
            body.Json.WriteStartObject();
            body.Raw("text", text);
            body.Json.WriteEndObject();
            if (!part.IsText && part.Find("cache_control", out _)) marked = part;
        }
        body.Json.WriteEndArray();
        body.CloseBlock();
        // No cache point can stand inside a result, so a mark inside it stands behind it.
        body.CachePoint(marked ?? message);
        IgnoreBut(message, "role", "content", "tool_call_id", "cache_control");
    }

    static IEnumerable<Node> Parts(Node content) => content.IsText ? [content]
        : content.IsList ? content.Items()
        : throw content.Fail("must be a text or a list of parts");

    void IgnoreBut(Node node, params ReadOnlySpan<string> known)
    {
        foreach (var (name, value) in node.Members())
            if (!known.Contains(name) && !value.IsNothing) request.Ignore(value);
    }

    static bool TryDataUri(Node text, out string type, out ReadOnlySpan<byte> base64)
    {
        type = "";
        base64 = default;
        var uri = text.Utf8();
        if (!uri.StartsWith("data:"u8) || uri.IndexOf((byte)',') is var comma && comma < 0) return false;
        var head = System.Text.Encoding.ASCII.GetString(uri["data:".Length..Math.Min(comma, 200)]).ToLowerInvariant();
        if (!head.EndsWith(";base64", StringComparison.Ordinal)) return false;
        type = head.Split(';')[0];
        base64 = uri[(comma + 1)..];
        return true;
    }

    // --- tools ---

    void WriteTools()
    {
        if (tools is not { } list) return;
        var json = body.Json;
        json.WriteStartObject("toolConfig");
        json.WriteStartArray("tools");
        foreach (var tool in list.Items()) WriteTool(tool);
        json.WriteEndArray();
        if (toolChoice is { } wanted && !(isOneToolAtATime && model.IsClaude)) WriteChoice(wanted);
        json.WriteEndObject();
    }

    // Converse has no choice "none". Without tools the model cannot call one, but past calls may not stand without them.
    void SettleNoChoice()
    {
        if (toolChoice is not { IsText: true } word || word.Text() != "none") return;
        if (HasCalls()) request.Ignore("tool_choice");
        else tools = null;
    }

    bool HasCalls() => root["messages"].Items().Any(m => m["role"].Text() == "tool" || m.Find("tool_calls", out _));

    void WriteTool(Node tool)
    {
        if (tool["type"].Text() != "function") throw tool["type"].NoSuch("function");
        var function = tool["function"];
        var json = body.Json;
        json.WriteStartObject();
        json.WriteStartObject("toolSpec");
        body.Raw("name", function["name"]);
        if (function.Find("description", out var said) && !said.IsEmptyText) body.Raw("description", said);
        json.WriteStartObject("inputSchema");
        json.WritePropertyName("json");
        if (function.Find("parameters", out var parameters)) json.WriteRawValue(parameters.Raw, skipInputValidation: true);
        else json.WriteRawValue("{\"type\":\"object\",\"properties\":{}}"u8);
        json.WriteEndObject();
        if (function.Find("strict", out var strict) && strict.Truth()) json.WriteBoolean("strict", true);
        body.CloseBlock();
        if (function.Find("cache_control", out _)) body.WriteCachePoint(function);
        else body.WriteCachePoint(tool);
        IgnoreBut(function, "name", "description", "parameters", "strict", "cache_control");
        IgnoreBut(tool, "type", "function", "cache_control");
    }

    void WriteChoice(Node wanted)
    {
        var json = body.Json;
        if (wanted.IsText && wanted.Text() == "none") return;
        json.WriteStartObject("toolChoice");
        if (wanted.IsText)
        {
            json.WriteStartObject(wanted.Text() switch { "auto" => "auto", "required" => "any", _ => throw wanted.NoSuch(Choices) });
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartObject("tool");
            json.WriteString("name", ChosenFunction(wanted));
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>The same choice in Claude's own words, where it carries more than Converse's can.</summary>
    void WriteClaudeChoice()
    {
        var json = body.Json;
        if (toolChoice is not { } wanted || wanted.IsText && wanted.Text() is "auto" or "none") json.WriteString("type", "auto");
        else if (wanted.IsText) json.WriteString("type", wanted.Text() == "required" ? "any" : throw wanted.NoSuch(Choices));
        else
        {
            json.WriteString("type", "tool");
            json.WriteString("name", ChosenFunction(wanted));
        }
    }

    static string ChosenFunction(Node wanted) => wanted["type"].Text() == "function"
        ? wanted["function"]["name"].Word()
        : throw wanted["type"].NoSuch("function");
}
