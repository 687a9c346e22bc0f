using System.Buffers.Text;
using Assay.Usage.Logs;

namespace Assay.Usage;

/// <summary>
/// Reads an answer's shape from a response body: one object or the events of a stream, of Converse, of Claude, and best-effort of the
/// others. A member is looked into by its name, wherever it stands, because no dialect gives one name two meanings.
/// </summary>
sealed class AnswerReader
{
    // Text stands at most six deep; a line of nothing but opening braces must not exhaust the stack.
    const int DepthMax = 10;
    const int OpeningLength = 24;

    readonly List<ulong> calls = [];
    readonly List<ulong> keys = [];
    byte[] text = new byte[4096], tool = new byte[64], arguments = new byte[512], scratch = new byte[512];
    int textLength, toolLength, argumentsLength;
    ulong callWithoutScores;
    bool isStream, isSaid, isCalling;

    /// <summary>-1 when not said.</summary>
    public int LatencyMs { get; private set; } = -1;

    public void Clear()
    {
        calls.Clear();
        (textLength, toolLength, argumentsLength, callWithoutScores, LatencyMs) = (0, 0, 0, 0, -1);
        isStream = isSaid = isCalling = false;
    }

    /// <summary>The shape; <see cref="AnswerShape.Unknown"/> where the body has no answer or cannot be read.</summary>
    public AnswerShape Read(JsonScanner json)
    {
        Clear();
        if (json.Peek() == (byte)'"')
        {
            if (!json.TakeText(out var body)) return AnswerShape.Unknown;
            if (body.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..])
            {
                var padded = new byte[body.Length + JsonScanner.Padding];
                body.CopyTo(padded);
                json = new JsonScanner(padded, 0, body.Length);
            }
            else
            {
                AddText(body);
                return Shape();
            }
        }
        isStream = json.Peek() == (byte)'[';
        var good = Walk(ref json, 0);
        EndCall();
        return good && isSaid ? Shape() : AnswerShape.Unknown;
    }

    bool Walk(ref JsonScanner json, int depth)
    {
        if (depth > DepthMax) return json.Skip();
        switch (json.Peek())
        {
            case (byte)'{':
                return WalkObject(ref json, depth);
            case (byte)'[':
                json.EnterArray();
                var first = true;
                while (json.NextElement(ref first))
                    if (!Walk(ref json, depth + 1)) return false;
                return json.Fault is null;
            default:
                return json.Skip();
        }
    }

    bool WalkObject(ref JsonScanner json, int depth)
    {
        ReadOnlySpan<byte> type = default, name = default, input = default;
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var member))
        {
            var good = Kind(member) switch
            {
                Sense.Inner => Walk(ref json, depth + 1),
                Sense.Text => TakeText(ref json),
                Sense.Content => TakeContent(ref json, depth),
                Sense.Tool => WalkTool(ref json),
                Sense.Partial => TakePartial(ref json),
                Sense.Latency => TakeLatency(ref json),
                Sense.Type => json.TakeRaw(out type),
                Sense.Name => json.TakeRaw(out name),
                Sense.Input => json.TakeRaw(out input),
                _ => json.Skip(),
            };
            if (!good) return false;
        }
        // Claude's {"type":"tool_use","name":…,"input":{…}}, whole or the start of one in a stream.
        if (type.SequenceEqual("\"tool_use\""u8)) Call(name, input);
        return json.Fault is null;
    }

    enum Sense : byte { Nothing, Inner, Text, Content, Tool, Partial, Latency, Type, Name, Input }

    static Sense Kind(ReadOnlySpan<byte> member) => member.Length switch
    {
        4 when member.SequenceEqual("text"u8) => Sense.Text,
        4 when member.SequenceEqual("type"u8) => Sense.Type,
        4 when member.SequenceEqual("name"u8) => Sense.Name,
        5 when member.SequenceEqual("input"u8) => Sense.Input,
        5 when member.SequenceEqual("delta"u8) || member.SequenceEqual("start"u8) => Sense.Inner,
        6 when member.SequenceEqual("output"u8) => Sense.Inner,
        7 when member.SequenceEqual("content"u8) => Sense.Content,
        7 when member.SequenceEqual("toolUse"u8) => Sense.Tool,
        7 when member.SequenceEqual("message"u8) || member.SequenceEqual("metrics"u8) || member.SequenceEqual("results"u8)
            || member.SequenceEqual("outputs"u8) || member.SequenceEqual("choices"u8) => Sense.Inner,
        8 when member.SequenceEqual("metadata"u8) => Sense.Inner,
        8 when member.SequenceEqual("function"u8) => Sense.Tool,
        9 when member.SequenceEqual("latencyMs"u8) => Sense.Latency,
        10 when member.SequenceEqual("outputText"u8) || member.SequenceEqual("generation"u8)
            || member.SequenceEqual("completion"u8) => Sense.Text,
        10 when member.SequenceEqual("tool_calls"u8) => Sense.Inner,
        11 when member.SequenceEqual("generations"u8) => Sense.Inner,
        12 when member.SequenceEqual("partial_json"u8) => Sense.Partial,
        13 when member.SequenceEqual("content_block"u8) => Sense.Inner,
        14 when member.SequenceEqual("generated_text"u8) => Sense.Text,
        17 when member.SequenceEqual("contentBlockStart"u8) || member.SequenceEqual("contentBlockDelta"u8) => Sense.Inner,
        17 when member.SequenceEqual("invocationLatency"u8) => Sense.Latency,
        32 when member.SequenceEqual("amazon-bedrock-invocationMetrics"u8) => Sense.Inner,
        _ => Sense.Nothing,
    };

    bool TakeText(ref JsonScanner json)
    {
        if (json.Peek() != (byte)'"') return json.Skip();
        if (!json.TakeString(out var raw, out _)) return false;
        AddText(raw);
        return true;
    }

    // A text, or blocks. A stream begins with an empty content whatever follows, so there it says nothing.
    bool TakeContent(ref JsonScanner json, int depth)
    {
        if (json.Peek() == (byte)'"') return TakeText(ref json);
        if (json.Peek() == (byte)'[' && !isStream) isSaid = true;
        return Walk(ref json, depth + 1);
    }

    // Converse's toolUse and OpenAI's function, whole or a piece:
    // {"name":…,"input":{…}}, {"input":"{\"a"}, {"name":…,"arguments":"{…}"}
    bool WalkTool(ref JsonScanner json)
    {
        if (json.Peek() != (byte)'{') return json.Skip();
        ReadOnlySpan<byte> name = default, input = default;
        json.EnterObject();
        var first = true;
        while (json.NextMember(ref first, out var member))
        {
            if (!json.TakeRaw(out var raw)) return false;
            if (member.SequenceEqual("name"u8)) name = raw;
            else if (member.SequenceEqual("input"u8) || member.SequenceEqual("arguments"u8)) input = raw;
        }
        Call(name, input);
        return json.Fault is null;
    }

    // With a name a call begins; without one the arguments of the call before go on.
    void Call(ReadOnlySpan<byte> name, ReadOnlySpan<byte> input)
    {
        isSaid = true;
        if (name is [(byte)'"', _, ..])
        {
            EndCall();
            isCalling = true;
            Append(ref tool, ref toolLength, name[1..^1]);
        }
        if (input is [(byte)'"', ..]) AddArguments(input[1..^1]);
        // A stream's call begins with empty arguments, and the true ones follow.
        else if (!input.IsEmpty && !input.SequenceEqual("{}"u8)) Append(ref arguments, ref argumentsLength, input);
    }

    bool TakePartial(ref JsonScanner json)
    {
        if (json.Peek() != (byte)'"') return json.Skip();
        if (!json.TakeString(out var raw, out _)) return false;
        AddArguments(raw);
        return true;
    }

    void AddArguments(ReadOnlySpan<byte> escaped) =>
        Append(ref arguments, ref argumentsLength, escaped.Contains((byte)'\\') ? JsonScanner.Unescape(escaped) : escaped);

    void EndCall()
    {
        if (isCalling)
        {
            var said = arguments.AsSpan(0, argumentsLength);
            calls.Add(Fingerprint.OfCall(tool.AsSpan(0, toolLength), said, ref scratch));
            var label = AnswerText.WithoutScores(said);
            callWithoutScores = label == 0 ? 0 : Fingerprint.Mix(Fingerprint.Of(tool.AsSpan(0, toolLength)), label);
        }
        (isCalling, toolLength, argumentsLength) = (false, 0, 0);
    }

    bool TakeLatency(ref JsonScanner json)
    {
        if (!json.TakeRaw(out var raw)) return false;
        if (Utf8Parser.TryParse(raw, out int latency, out var length) && length == raw.Length && latency >= 0) LatencyMs = latency;
        return true;
    }

    void AddText(ReadOnlySpan<byte> raw)
    {
        isSaid = true;
        Append(ref text, ref textLength, raw);
    }

    static void Append(ref byte[] into, ref int length, ReadOnlySpan<byte> more)
    {
        if (into.Length < length + more.Length) Array.Resize(ref into, Math.Max(into.Length * 2, length + more.Length));
        more.CopyTo(into.AsSpan(length));
        length += more.Length;
    }

    AnswerShape Shape()
    {
        var said = AnswerText.Trimmed(text.AsSpan(0, textLength));
        var opening = said.Length >= OpeningLength ? Fingerprint.Of(said[..OpeningLength]) : 0;
        var isJson = AnswerText.IsJson(said, keys);
        var form = calls.Count > 0 ? AnswerForm.ToolUse : said.IsEmpty ? AnswerForm.Empty : isJson ? AnswerForm.Json
            : AnswerText.IsLabel(said) ? AnswerForm.Label : AnswerForm.Prose;
        return new(form, textLength, said.IsEmpty ? 0 : Fingerprint.Of(said), opening, isJson ? AnswerText.KeysOf(keys) : 0,
            calls.Count == 0 ? [] : calls.ToArray())
        {
            // One call and no word beside it is an answer in itself.
            WithoutScores = calls.Count == 0 ? AnswerText.WithoutScores(said) : calls.Count == 1 && said.IsEmpty ? callWithoutScores : 0,
        };
    }
}
