using Assay.Usage.Logs;

namespace Assay.Usage;

/// <summary>One block of a prompt, in the spellings of Converse, Claude and the OpenAI family.</summary>
sealed partial class PromptReader
{
    // What a block's members say, before it is known what it is.
    ref struct Said
    {
        public ReadOnlySpan<byte> Type, Text, Id, Name, Input;
        public JsonScanner Result;
        public bool HasText, HasUse, HasResult, IsPoint;
        public TimeSpan Lifetime;

        // Of all members but the mark of a cache point, which moves from call to call and changes nothing of what the model reads.
        public ulong Hash;
        public int Start, End;
    }

    bool ReadBlock(ref JsonScanner json, BlockPlace place, bool isTool)
    {
        var whole = json;
        var said = new Said { Start = -1 };
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var value = json;
            if (!json.TakeRaw(out var raw)) return false;
            value = value.UpTo(json.Position);
            if (!Sort(name, raw, ref value, ref said)) return false;
            if (said.Start < 0) said.Start = whole.Position + 1;
            if (!name.SequenceEqual("cache_control"u8)) said.End = json.Position;
        }
        if (json.Fault is not null) return false;
        var good = said.IsPoint || Add(ref whole, place, isTool, ref said);
        if (said.Lifetime != default) AddCachePoint(place, said.Lifetime);
        return good;
    }

    static bool Sort(ReadOnlySpan<byte> name, ReadOnlySpan<byte> raw, ref JsonScanner value, ref Said said)
    {
        if (name.SequenceEqual("text"u8) && raw is [(byte)'"', ..])
        {
            said.Text = raw[1..^1];
            said.HasText = true;
            return true;
        }
        if (name.SequenceEqual("type"u8))
        {
            said.Type = raw;
            return true;
        }
        if (name.SequenceEqual("cache_control"u8))
        {
            if (raw is [(byte)'{', ..]) said.Lifetime = LifetimeOf(ref value);
            return value.Fault is null;
        }
        if (name.SequenceEqual("cachePoint"u8))
        {
            (said.IsPoint, said.Lifetime) = (true, LifetimeOf(ref value));
            return value.Fault is null;
        }
        said.Hash = Fingerprint.Mix(said.Hash, Fingerprint.Mix(Fingerprint.Of(name), Fingerprint.Of(raw)));
        if (name.SequenceEqual("toolUse"u8) || name.SequenceEqual("toolResult"u8) || name.SequenceEqual("function"u8))
            return SortTool(name, raw, ref value, ref said);
        if (name.SequenceEqual("id"u8) || name.SequenceEqual("tool_use_id"u8)) said.Id = raw;
        else if (name.SequenceEqual("name"u8)) said.Name = raw;
        else if (name.SequenceEqual("input"u8)) said.Input = raw;
        else if (name.SequenceEqual("content"u8))
        {
            said.Result = value;
            said.HasResult = true;
        }
        return true;
    }

    // {"toolUse":{"toolUseId":…,"name":…,"input":{…}}}, {"toolResult":{"toolUseId":…,"content":[…]}} and
    // {"id":…,"type":"function","function":{"name":…,"arguments":"…"}}
    static bool SortTool(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> raw, ref JsonScanner json, ref Said said)
    {
        if (raw is not [(byte)'{', ..]) return true;
        var isResult = kind.SequenceEqual("toolResult"u8);
        said.HasUse = !isResult;
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            var value = json;
            if (!json.TakeRaw(out var inner)) return false;
            if (name.SequenceEqual("toolUseId"u8)) said.Id = inner;
            else if (name.SequenceEqual("name"u8)) said.Name = inner;
            else if (name.SequenceEqual("input"u8) || name.SequenceEqual("arguments"u8)) said.Input = inner;
            else if (isResult && name.SequenceEqual("content"u8))
            {
                said.Result = value.UpTo(json.Position);
                said.HasResult = true;
            }
        }
        if (isResult) said.Type = "\"tool_result\""u8;
        return json.Fault is null;
    }

    bool Add(ref JsonScanner whole, BlockPlace place, bool isTool, ref Said said)
    {
        if (isTool)
        {
            var text = Between(ref whole, said.Start, said.End);
            tools.Add(table.Find(place, BlockKind.Tool, text.Length, said.Hash, text));
            return true;
        }
        if (said.HasUse || said.Type.SequenceEqual("\"tool_use\""u8))
        {
            AddUse(place, ref said);
            return true;
        }
        if (said.Type.SequenceEqual("\"tool_result\""u8))
        {
            if (said.HasResult) return AddResult(ref said.Result, place, said.Id);
            To(place).Add(table.Find(place, BlockKind.ToolResult, 0, Fingerprint.Of(said.Id), default));
            return true;
        }
        if (said.HasText)
        {
            AddText(place, said.Text);
            return true;
        }
        // A block without a word (but for its mark) says nothing to the model.
        if (said.End == 0) return true;
        if (!whole.TakeRaw(out var raw)) return false;
        To(place).Add(table.Find(place, BlockKind.Other, raw.Length, Fingerprint.Mix(said.Hash, Fingerprint.Of(said.Type)), default));
        return true;
    }

    void AddUse(BlockPlace place, ref Said said)
    {
        // Arguments are JSON, or JSON in a string.
        var arguments = said.Input is [(byte)'"', ..] ? JsonScanner.Unescape(said.Input[1..^1]) : said.Input;
        var call = Fingerprint.OfCall(Unquoted(said.Name), arguments, ref scratch);
        var hash = Fingerprint.Mix(Fingerprint.Of(said.Id), call);
        To(place).Add(table.Find(place, BlockKind.ToolUse, said.Name.Length + said.Input.Length, hash, default, call));
    }

    bool AddResult(ref JsonScanner content, BlockPlace place, ReadOnlySpan<byte> id)
    {
        var said = content;
        if (!said.TakeRaw(out var text)) return false;
        if (text is [(byte)'"', ..]) text = text[1..^1];
        else if (text is [(byte)'[', ..] && OnlyText(content) is { IsEmpty: false } only) text = only;
        var hash = Fingerprint.Mix(Fingerprint.Of(id), Fingerprint.Of(text));
        To(place).Add(table.Find(place, BlockKind.ToolResult, text.Length, hash, text));
        return true;
    }

    // The text of an array of one text; empty for any other.
    static ReadOnlySpan<byte> OnlyText(JsonScanner json)
    {
        ReadOnlySpan<byte> text = default;
        json.EnterArray();
        var (firstElement, count) = (true, 0);
        while (json.NextElement(ref firstElement))
        {
            if (++count > 1 || json.Peek() != (byte)'{') return default;
            json.EnterObject();
            var first = true;
            while (json.NextMember(ref first, out var name))
            {
                if (!json.TakeRaw(out var raw)) return default;
                if (name.SequenceEqual("text"u8)) text = Unquoted(raw);
            }
        }
        return json.Fault is null ? text : default;
    }

    // {"type":"default"} or {"type":"ephemeral","ttl":"1h"}: five minutes unless it says otherwise.
    static TimeSpan LifetimeOf(ref JsonScanner json)
    {
        var lifetime = FiveMinutes;
        if (json.Peek() != (byte)'{') return lifetime;
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var name))
        {
            if (!json.TakeRaw(out var raw)) break;
            if (name.SequenceEqual("ttl"u8) && raw.SequenceEqual("\"1h\""u8)) lifetime = OneHour;
        }
        return lifetime;
    }

    static ReadOnlySpan<byte> Unquoted(ReadOnlySpan<byte> raw) => raw is [(byte)'"', .., (byte)'"'] ? raw[1..^1] : raw;

    // The members of a block from its first to its last but the mark of a cache point.
    static ReadOnlySpan<byte> Between(ref JsonScanner whole, int start, int end)
    {
        var from = whole.Position;
        return whole.TakeRaw(out var raw) && end > start && start > from ? raw[(start - from)..(end - from)] : default;
    }
}
