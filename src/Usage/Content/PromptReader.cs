using System.Buffers.Text;
using Assay.Usage.Logs;

namespace Assay.Usage;

/// <summary>
/// Reads a request body into blocks: Converse, Claude's own interface and the messages of the OpenAI family and Nova alike, because
/// their members do not contradict each other; single-prompt bodies (Titan, Llama, Mistral, Cohere) as one block of the user's.
/// </summary>
sealed partial class PromptReader
{
    static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5), OneHour = TimeSpan.FromHours(1);

    readonly BlockTable table = new();
    readonly List<PromptBlock> tools = [], system = [], messages = [];
    byte[] scratch = new byte[1024];

    public int MaxTokens { get; private set; }
    public bool HasStopSequences { get; private set; }

    public void Clear()
    {
        MaxTokens = 0;
        HasStopSequences = false;
        tools.Clear();
        system.Clear();
        messages.Clear();
    }

    /// <summary>The blocks in the order the model reads them; null when the body is no JSON, or is broken.</summary>
    public PromptBlock[]? Read(JsonScanner json)
    {
        Clear();
        if (ReadBody(ref json, isText: false)) return [.. tools, .. system, .. messages];
        Clear();
        return null;
    }

    bool ReadBody(ref JsonScanner json, bool isText)
    {
        switch (json.Peek())
        {
            case (byte)'{':
                return ReadObject(ref json);
            case (byte)'"' when !isText:
                if (!json.TakeText(out var text)) return false;
                if (text.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
                {
                    AddText(BlockPlace.User, text);
                    return true;
                }
                // The body as text within the record.
                var padded = new byte[text.Length + JsonScanner.Padding];
                text.CopyTo(padded);
                var inner = new JsonScanner(padded, 0, text.Length);
                return ReadBody(ref inner, isText: true);
            case (byte)'[':
                if (!json.TakeRaw(out var raw)) return false;
                messages.Add(table.Find(BlockPlace.User, BlockKind.Other, raw.Length, Fingerprint.Of(raw), default));
                return true;
            default:
                return false;
        }
    }

    bool ReadObject(ref JsonScanner json)
    {
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var value = json;
            if (!json.Skip()) return false;
            value = value.UpTo(json.Position);
            if (!ReadMember(ref value, name)) return false;
        }
        return json.Fault is null;
    }

    bool ReadMember(ref JsonScanner json, ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("messages"u8)) return ReadMessages(ref json);
        if (name.SequenceEqual("system"u8)) return ReadParts(ref json, BlockPlace.System, isTool: false);
        if (name.SequenceEqual("tools"u8)) return ReadParts(ref json, BlockPlace.Tools, isTool: true);
        if (name.SequenceEqual("toolConfig"u8)) return ReadToolConfig(ref json);
        if (name.SequenceEqual("inputText"u8) || name.SequenceEqual("prompt"u8) || name.SequenceEqual("message"u8)
            || name.SequenceEqual("inputs"u8) || name.SequenceEqual("texts"u8)) return ReadParts(ref json, BlockPlace.User, isTool: false);
        if (name.SequenceEqual("inferenceConfig"u8) || name.SequenceEqual("textGenerationConfig"u8) || name.SequenceEqual("parameters"u8))
            return ReadLimits(ref json);
        ReadLimit(ref json, name);
        return json.Fault is null;
    }

    bool ReadToolConfig(ref JsonScanner json)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
            if (!(name.SequenceEqual("tools"u8) ? ReadParts(ref json, BlockPlace.Tools, isTool: true) : json.Skip())) return false;
        return json.Fault is null;
    }

    bool ReadLimits(ref JsonScanner json)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name)) ReadLimit(ref json, name);
        return json.Fault is null;
    }

    void ReadLimit(ref JsonScanner json, ReadOnlySpan<byte> name)
    {
        if (!json.TakeRaw(out var raw)) return;
        if (name.SequenceEqual("maxTokens"u8) || name.SequenceEqual("max_tokens"u8) || name.SequenceEqual("max_new_tokens"u8)
            || name.SequenceEqual("maxTokenCount"u8) || name.SequenceEqual("max_gen_len"u8)
            || name.SequenceEqual("max_completion_tokens"u8))
        {
            if (Utf8Parser.TryParse(raw, out int limit, out var length) && length == raw.Length && limit > 0) MaxTokens = limit;
        }
        else if (name.SequenceEqual("stopSequences"u8) || name.SequenceEqual("stop_sequences"u8) || name.SequenceEqual("stop"u8))
        {
            HasStopSequences |= raw.Contains((byte)'"') && raw is [(byte)'[', ..] or [(byte)'"', _, _, ..];
        }
    }

    bool ReadMessages(ref JsonScanner json)
    {
        if (json.Peek() != (byte)'[') return ReadParts(ref json, BlockPlace.User, isTool: false);
        json.EnterArray();
        var first = true;
        while (json.NextElement(ref first))
            if (!(json.Peek() == (byte)'{' ? ReadMessage(ref json) : ReadPart(ref json, BlockPlace.User, isTool: false))) return false;
        return json.Fault is null;
    }

    // The role may stand behind what is said.
    bool ReadMessage(ref JsonScanner json)
    {
        ReadOnlySpan<byte> role = default, id = default;
        JsonScanner content = default, calls = default;
        bool hasContent = false, hasCalls = false;
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var value = json;
            if (!json.TakeRaw(out var raw)) return false;
            if (name.SequenceEqual("role"u8)) role = raw;
            else if (name.SequenceEqual("tool_call_id"u8)) id = raw;
            else if (name.SequenceEqual("content"u8))
            {
                content = value.UpTo(json.Position);
                hasContent = true;
            }
            else if (name.SequenceEqual("tool_calls"u8))
            {
                calls = value.UpTo(json.Position);
                hasCalls = true;
            }
        }
        if (json.Fault is not null) return false;
        var place = role.SequenceEqual("\"assistant\""u8) ? BlockPlace.Assistant
            : role.SequenceEqual("\"system\""u8) || role.SequenceEqual("\"developer\""u8) ? BlockPlace.System : BlockPlace.User;
        if (hasContent && role.SequenceEqual("\"tool\""u8)) return AddResult(ref content, place, id);
        if (hasContent && content.Peek() != (byte)'n' && !ReadParts(ref content, place, isTool: false)) return false;
        return !hasCalls || ReadParts(ref calls, place, isTool: false);
    }

    // A text, an array of blocks, or one block.
    bool ReadParts(ref JsonScanner json, BlockPlace place, bool isTool)
    {
        if (json.Peek() != (byte)'[') return ReadPart(ref json, place, isTool);
        json.EnterArray();
        var first = true;
        while (json.NextElement(ref first))
            if (!ReadPart(ref json, place, isTool)) return false;
        return json.Fault is null;
    }

    bool ReadPart(ref JsonScanner json, BlockPlace place, bool isTool)
    {
        switch (json.Peek())
        {
            case (byte)'{':
                return ReadBlock(ref json, place, isTool);
            case (byte)'"':
                if (!json.TakeString(out var text, out _)) return false;
                AddText(place, text);
                return true;
            default:
                if (!json.TakeRaw(out var raw)) return false;
                // Lists, numbers and truths stand where a block does in no dialect known.
                if (raw.SequenceEqual("null"u8)) return true;
                To(place).Add(table.Find(place, BlockKind.Other, raw.Length, Fingerprint.Of(raw), default));
                return true;
        }
    }

    List<PromptBlock> To(BlockPlace place) => place == BlockPlace.Tools ? tools : place == BlockPlace.System ? system : messages;

    void AddText(BlockPlace place, ReadOnlySpan<byte> text) =>
        To(place).Add(table.Find(place, BlockKind.Text, text.Length, Fingerprint.Of(text), text));

    void AddCachePoint(BlockPlace place, TimeSpan lifetime) =>
        To(place).Add(table.Find(place, BlockKind.CachePoint, 0, (ulong)lifetime.Ticks, default, lifetime: lifetime));
}
