namespace Assay.Gateway.Dialects.Anthropic;

/// <summary>What is said: the system blocks and the turns.</summary>
sealed partial class AnthropicMessages
{
    void WriteConversation()
    {
        WriteSystem();
        var messages = root["messages"];
        body.Json.WriteStartArray("messages");
        foreach (var message in messages.Items())
        {
            var role = message["role"];
            body.Turn(role.Text() is "user" or "assistant" or "system" ? role.Text() : throw role.NoSuch("user, assistant"), message);
            foreach (var block in Blocks(message["content"])) WriteBlock(block);
            IgnoreBut(message, "role", "content");
        }
        // A mark on the request as a whole asks for a cache point after all that was said.
        body.CachePoint(root);
        body.EndTurns(messages);
        body.Json.WriteEndArray();
    }

    void WriteSystem()
    {
        if (system is not { } said || said.IsNothing) return;
        body.Json.WriteStartArray("system");
        foreach (var block in Blocks(said))
        {
            var text = block.IsText ? block : block["type"].Text() == "text" ? block["text"] : throw block["type"].NoSuch("text");
            if (!WriteText(text) || block.IsText) continue;
            body.WriteCachePoint(block);
            IgnoreBut(block, "type", "text", "cache_control");
        }
        body.Json.WriteEndArray();
    }

    /// <summary>False where the text is empty and left out.</summary>
    bool WriteText(Node text)
    {
        if (!text.IsText) _ = text.Text();
        if (text.IsEmptyText) return false;
        body.Json.WriteStartObject();
        body.Raw("text", text);
        body.Json.WriteEndObject();
        return true;
    }

    static IEnumerable<Node> Blocks(Node content) => content.IsText ? [content]
        : content.IsList ? content.Items()
        : throw content.Fail("must be a text or a list of blocks");

    void WriteBlock(Node block)
    {
        if (block.IsText)
        {
            body.Text(block);
            return;
        }
        var marked = block;
        switch (block["type"].Text())
        {
            case "text":
                body.Text(block["text"]);
                IgnoreBut(block, "type", "text", "cache_control");
                break;
            case "image":
                body.OpenBlock("image");
                WriteImage(block["source"]);
                body.CloseBlock();
                break;
            case "document":
                body.OpenBlock("document");
                WriteDocument(block);
                body.CloseBlock();
                body.DocumentStands();
                break;
            case "search_result":
                body.OpenBlock("searchResult");
                WriteSearchResult(block);
                body.CloseBlock();
                break;
            case "tool_use": WriteToolUse(block); break;
            case "tool_result": marked = WriteToolResult(block); break;
            case "thinking": WriteThinking(block); break;
            case "redacted_thinking":
                body.OpenBlock("reasoningContent");
                body.Raw("redactedContent", block["data"]);
                body.CloseBlock();
                break;
            case var type when type.StartsWith("server_tool", StringComparison.Ordinal)
                || type.EndsWith("_tool_result", StringComparison.Ordinal):
                throw block["type"].Fail($"('{Trail.Printable(type)}') is of a tool that runs at Anthropic; Bedrock runs none");
            default:
                throw block["type"].NoSuch(
                    "text, image, document, search_result, tool_use, tool_result, thinking, redacted_thinking");
        }
        body.CachePoint(marked);
    }

    void WriteImage(Node source)
    {
        NeedsBytes(source);
        body.Image(source["media_type"].Text(), source["data"].Utf8(), source["data"]);
    }

    static void NeedsBytes(Node source)
    {
        var type = source["type"];
        if (type.Text() is "url" or "file")
            throw source.Fail($"is a {type.Text()}, which Converse does not fetch; send the bytes: {{\"type\":\"base64\",…}}");
        if (type.Text() != "base64") throw type.NoSuch("base64");
    }

    void WriteDocument(Node block)
    {
        var source = block["source"];
        var title = block.Find("title", out var given) ? given.Text() : null;
        var json = body.Json;
        switch (source["type"].Text())
        {
            case "text":
                body.DocumentHead("txt", title);
                json.WriteStartObject("source");
                body.Raw("text", source["data"]);
                json.WriteEndObject();
                break;
            case "content":
                body.DocumentHead("txt", title);
                json.WriteStartObject("source");
                json.WriteStartArray("content");
                foreach (var part in Blocks(source["content"]))
                    WriteText(part.IsText ? part : part["type"].Text() == "text" ? part["text"] : throw part["type"].NoSuch("text"));
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            default:
                NeedsBytes(source);
                var type = source["media_type"];
                body.DocumentHead(DocumentFormat.Of(type.Text(), title) ?? throw type.NoSuch("application/pdf, text/plain"), title);
                body.Bytes(source["data"].Utf8(), source["data"]);
                break;
        }
        if (block.Find("context", out var context) && !context.IsNothing) body.Raw("context", context);
        WriteCitations(block);
        IgnoreBut(block, "type", "source", "title", "context", "citations", "cache_control");
    }

    void WriteCitations(Node block)
    {
        if (!block.Find("citations", out var citations) || !citations.Find("enabled", out var enabled)) return;
        body.Json.WriteStartObject("citations");
        body.Json.WriteBoolean("enabled", enabled.Truth());
        body.Json.WriteEndObject();
    }

    void WriteSearchResult(Node block)
    {
        body.Raw("source", block["source"]);
        body.Raw("title", block["title"]);
        body.Json.WriteStartArray("content");
        foreach (var part in block["content"].Items()) WriteText(part["text"]);
        body.Json.WriteEndArray();
        WriteCitations(block);
        IgnoreBut(block, "type", "source", "title", "content", "citations", "cache_control");
    }

    void WriteToolUse(Node block)
    {
        var input = block["input"];
        if (!input.IsObject) throw input.Fail("must be an object");
        body.OpenBlock("toolUse");
        body.Json.WriteString("toolUseId", block["id"].Word());
        body.Json.WriteString("name", block["name"].Word());
        body.Raw("input", input);
        body.CloseBlock();
        IgnoreBut(block, "type", "id", "name", "input", "cache_control");
    }

    /// <summary>What carries the cache mark: the result, or what inside it is marked, because no cache point can stand in there.</summary>
    Node WriteToolResult(Node block)
    {
        var marked = block;
        body.OpenBlock("toolResult");
        var json = body.Json;
        json.WriteString("toolUseId", block["tool_use_id"].Word());
        json.WriteStartArray("content");
        if (block.Find("content", out var content))
            foreach (var part in Blocks(content))
            {
                WriteResultPart(part);
                if (!part.IsText && part.Find("cache_control", out _)) marked = part;
            }
        json.WriteEndArray();
        if (block.Find("is_error", out var isError) && isError.Truth()) json.WriteString("status", "error");
        body.CloseBlock();
        IgnoreBut(block, "type", "tool_use_id", "content", "is_error", "cache_control");
        return block.Find("cache_control", out _) ? block : marked;
    }

    void WriteResultPart(Node part)
    {
        if (part.IsText || part["type"].Text() == "text")
        {
            WriteText(part.IsText ? part : part["text"]);
            return;
        }
        var json = body.Json;
        json.WriteStartObject();
        switch (part["type"].Text())
        {
            case "image":
                json.WriteStartObject("image");
                WriteImage(part["source"]);
                break;
            case "document":
                json.WriteStartObject("document");
                WriteDocument(part);
                break;
            case "search_result":
                json.WriteStartObject("searchResult");
                WriteSearchResult(part);
                break;
            default: throw part["type"].NoSuch("text, image, document, search_result");
        }
        body.CloseBlock();
    }

    void WriteThinking(Node block)
    {
        body.OpenBlock("reasoningContent");
        body.Json.WriteStartObject("reasoningText");
        body.Raw("text", block["thinking"]);
        if (block.Find("signature", out var signature) && !signature.IsNothing) body.Raw("signature", signature);
        body.Json.WriteEndObject();
        body.CloseBlock();
    }
}
