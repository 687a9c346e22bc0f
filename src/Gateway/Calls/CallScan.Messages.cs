using System.IO.Hashing;
using System.Text.Json;

namespace Assay.Gateway.Calls;

/// <summary>What is said in a call: its messages, their blocks, the tools that were asked for in them.</summary>
ref partial struct CallScan
{
    void Messages()
    {
        if (json.TokenType != JsonTokenType.StartArray) { Skip(); return; }
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            facts.Messages++;
            if (json.TokenType == JsonTokenType.StartObject) Message();
            else Skip();
        }
    }

    void Message()
    {
        // The role may stand after the content.
        var before = facts.LastUserText;
        var isUser = true;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name();
            if (name.SequenceEqual("role"u8))
            {
                Value();
                isUser = json.TokenType == JsonTokenType.String && json.ValueTextEquals("user"u8);
            }
            else if (name.SequenceEqual("content"u8)) { Value(); Content(isUser: true); }
            else if (name.SequenceEqual("tool_calls"u8)) { Value(); ToolCalls(); }
            else { Value(); Skip(); }
        }
        if (!isUser) facts.LastUserText = before;
    }

    void Content(bool isUser)
    {
        if (json.TokenType == JsonTokenType.String)
        {
            if (isUser) facts.LastUserText = Text();
            return;
        }
        if (json.TokenType != JsonTokenType.StartArray) { Skip(); return; }
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject) Block(isUser);
            else Skip();
        }
    }

    // A block of Converse names itself by its only member; one of OpenAI and Anthropic by 'type', its other members beside it.
    void Block(bool isUser)
    {
        var tool = new ToolUse();
        var (mediaBytes, media) = (facts.MediaBytes, facts.Images + facts.Unbounded);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name();
            if (name.SequenceEqual("text"u8))
            {
                Value();
                if (isUser && Text() is { IsNone: false } words) facts.LastUserText = words;
                else Skip();
            }
            else if (name.SequenceEqual("cachePoint"u8) || name.SequenceEqual("cache_control"u8)) { Value(); CachePoint(); }
            else if (name.SequenceEqual("toolUse"u8)) { Value(); ConverseToolUse(); }
            else if (name.SequenceEqual("image"u8) || name.SequenceEqual("image_url"u8)) { facts.Images++; Value(); Source(); }
            else if (name.SequenceEqual("document"u8) || name.SequenceEqual("video"u8) || name.SequenceEqual("audio"u8)
                || name.SequenceEqual("file"u8) || name.SequenceEqual("input_audio"u8)) { facts.Unbounded++; Value(); Source(); }
            else if (name.SequenceEqual("type"u8)) { Value(); BlockType(); }
            else if (name.SequenceEqual("source"u8)) { Value(); Source(); }
            else if (name.SequenceEqual("id"u8)) { Value(); tool.Id = Text(); }
            else if (name.SequenceEqual("name"u8)) { Value(); tool.Name = Text(); }
            else if (name.SequenceEqual("input"u8)) { Value(); tool.Arguments = Skip(); }
            else if (name.SequenceEqual("content"u8)) { Value(); Content(isUser: false); }
            else if (name.EndsWith("_url"u8) || name.EndsWith("_uri"u8)) { facts.Unbounded++; Value(); Skip(); }
            else { Value(); Other(); }
        }
        // Only what is no prose is no words, whatever a member is called.
        if (facts.Images + facts.Unbounded == media) facts.MediaBytes = mediaBytes;
        Note(tool);
    }

    void BlockType()
    {
        if (json.TokenType != JsonTokenType.String) { Skip(); return; }
        if (json.ValueTextEquals("image"u8)) facts.Images++;
        else if (!MemberNames.IsBoundedBlock(json.ValueSpan)) facts.Unbounded++;
    }

    struct ToolUse()
    {
        public Stretch Id = Stretch.None;
        public Stretch Name = Stretch.None;
        public Stretch Arguments = Stretch.None;
    }

    void ConverseToolUse()
    {
        if (json.TokenType != JsonTokenType.StartObject) { Skip(); return; }
        var tool = new ToolUse();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name();
            Value();
            if (name.SequenceEqual("name"u8)) tool.Name = Text();
            else if (name.SequenceEqual("toolUseId"u8)) tool.Id = Text();
            else if (name.SequenceEqual("input"u8)) tool.Arguments = Skip();
            else Skip();
        }
        Note(tool);
    }

    // OpenAI: "tool_calls":[{"id":…,"function":{"name":…,"arguments":"…"}}]
    void ToolCalls()
    {
        if (json.TokenType != JsonTokenType.StartArray) { Skip(); return; }
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject) { Skip(); continue; }
            var tool = new ToolUse();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = Name();
                var (isId, isFunction) = (name.SequenceEqual("id"u8), name.SequenceEqual("function"u8));
                Value();
                if (isId) tool.Id = Text();
                if (isFunction && json.TokenType == JsonTokenType.StartObject) Function(ref tool);
                else Skip();
            }
            Note(tool);
        }
    }

    void Function(ref ToolUse tool)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name();
            Value();
            if (name.SequenceEqual("name"u8)) tool.Name = Text();
            else if (name.SequenceEqual("arguments"u8)) tool.Arguments = Skip();
            else Skip();
        }
    }

    readonly void Note(ToolUse tool)
    {
        if (tool.Name.IsNone || tool.Arguments.IsNone) return;
        var name = XxHash3.HashToUInt64(body.Slice(tool.Name.Start, tool.Name.Length));
        var id = tool.Id.IsNone ? 0 : XxHash3.HashToUInt64(body.Slice(tool.Id.Start, tool.Id.Length));
        facts.AddToolUse(XxHash3.HashToUInt64(body.Slice(tool.Arguments.Start, tool.Arguments.Length), unchecked((long)name)), id);
    }

    // {"format":…,"source":{"bytes":…}} of Converse, {"type":"base64","data":…} of Anthropic, {"url":"data:…"} of OpenAI.
    void Source()
    {
        if (json.TokenType == JsonTokenType.String) { Media(Text()); return; }
        if (json.TokenType != JsonTokenType.StartObject) { Skip(); return; }
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name();
            Value();
            if (name.SequenceEqual("bytes"u8) || name.SequenceEqual("data"u8) || name.SequenceEqual("url"u8)
                || name.SequenceEqual("file_data"u8)) Media(Text());
            else if (name.SequenceEqual("source"u8)) Source();
            else if (name.SequenceEqual("s3Location"u8) || name.SequenceEqual("file_id"u8)) { facts.Unbounded++; Skip(); }
            else if (name.SequenceEqual("content"u8)) Content(isUser: false);
            else Other();
        }
    }

    readonly void Media(Stretch text)
    {
        if (!text.IsNone) facts.MediaBytes += text.Length;
    }
}
