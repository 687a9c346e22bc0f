using System.Buffers;
using System.Text.Json;
using Assay.Gateway.Dialects;
using Assay.Gateway.Dialects.Anthropic;
using Assay.Gateway.Dialects.OpenAi;
using Assay.Gateway.Upstreams;

namespace Assay.Gateway.Calls;

/// <summary>
/// Server-sent events that pass as they came, each as soon as it is whole. The one that ends the stream waits until the call is in the
/// journal; one that tells the counts only because the gateway asked for them stays here.
/// </summary>
sealed class EventTap(UpstreamKind kind, bool dropsUsage) : StreamTap
{
    // An event of a stream is some hundred bytes; a server that never ends one must not fill the memory.
    const int EventMax = 4 * 1024 * 1024;

    readonly CallBody unread = new();
    readonly CallBody held = new();
    int searched;

    public override void Feed(ReadOnlySpan<byte> bytes, IBufferWriter<byte> client)
    {
        unread.Write(bytes);
        var at = 0;
        while (EndOf(unread.Span[at..], Math.Max(0, searched - at)) is > 0 and var length)
        {
            Take(at, length, client);
            at += length;
            searched = at;
        }
        unread.Drop(at);
        if (unread.Length == 0) unread.Dispose();
        searched = Math.Max(0, unread.Length - 3);
        if (unread.Length > EventMax) throw new InvalidDataException($"an event is longer than {EventMax / (1024 * 1024)} MB");
    }

    // Events end with an empty line; lines end with a line feed, or a carriage return before it.
    static int EndOf(ReadOnlySpan<byte> text, int from)
    {
        while (true)
        {
            var feed = text[from..].IndexOf((byte)'\n');
            if (feed < 0) return -1;
            from += feed + 1;
            if (from < text.Length && text[from] == '\n') return from + 1;
            if (from + 1 < text.Length && text[from] == '\r' && text[from + 1] == '\n') return from + 2;
        }
    }

    void Take(int start, int length, IBufferWriter<byte> client)
    {
        var text = unread.Span.Slice(start, length);
        var isLast = Listen(start, text);
        if (dropsUsage && IsUsageAlone(text)) return;
        (isLast || held.Length > 0 ? held : client).Write(text);
    }

    // Reads each line of an event for what it says about money. The last event and an error wait for the journal.
    bool Listen(int start, ReadOnlySpan<byte> text)
    {
        var (isLast, isError) = (false, false);
        for (var at = 0; at < text.Length;)
        {
            var feed = text[at..].IndexOf((byte)'\n');
            var line = text.Slice(at, feed).TrimEnd((byte)'\r');
            if (Value(line, "event:"u8, out var name))
            {
                isLast |= kind == UpstreamKind.Anthropic && name.SequenceEqual("message_stop"u8);
                isError |= name.SequenceEqual("error"u8);
            }
            else if (Value(line, "data:"u8, out var data))
            {
                if (data.SequenceEqual("[DONE]"u8)) isLast = true;
                else isError |= Read(start + at + line.Length - data.Length, data);
            }
            at += feed + 1;
        }
        if (isLast) Answer.IsWhole = true;
        if (isError) Answer.Failure = "StreamError";
        return isLast || isError;
    }

    static bool Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> field, out ReadOnlySpan<byte> value)
    {
        var isField = line.StartsWith(field);
        value = isField ? line[field.Length..].TrimStart((byte)' ') : default;
        return isField;
    }

    /// <returns>Whether it is an error instead of a part of the answer.</returns>
    bool Read(int at, ReadOnlySpan<byte> data)
    {
        Kept?.TakeEvent(default, data);
        Answer.Usage.Read(unread.Padded, at, data.Length);
        Answer.StreamedBytes += StreamedText.Length(data);
        var members = OpenAiMembers.Of(data);
        // Some servers end without their last word; an answer that said why it stopped is whole.
        if (members.HasFinish && kind == UpstreamKind.OpenAi) Answer.IsWhole = true;
        return members.HasError;
    }

    // {"choices":[],"usage":{…}}: what OpenAI sends last when it is asked for the counts.
    static bool IsUsageAlone(ReadOnlySpan<byte> text)
    {
        var data = text.IndexOf("data:"u8);
        return data >= 0 && OpenAiMembers.Of(text[(data + "data:"u8.Length)..]) is { HasUsage: true, HasNoChoices: true };
    }

    public override void Finish(IBufferWriter<byte> client)
    {
        client.Write(held.Span);
        // A last event without its empty line still was sent.
        client.Write(unread.Span);
    }

    public override void Break(string message, IBufferWriter<byte> client)
    {
        var error = new DialectError(DialectFault.ModelFailed, message);
        if (kind == UpstreamKind.Anthropic) client.Write("event: error\n"u8);
        client.Write("data: "u8);
        if (kind == UpstreamKind.Anthropic) AnthropicError.Write(error, null, client);
        else OpenAiError.Write(error, client);
        client.Write("\n\n"u8);
    }

    public override void Dispose()
    {
        unread.Dispose();
        held.Dispose();
    }
}

/// <summary>What an event of OpenAI's stream holds, however its server writes JSON.</summary>
readonly record struct OpenAiMembers(bool HasError, bool HasUsage, bool HasNoChoices, bool HasFinish)
{
    public static OpenAiMembers Of(ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        var members = new OpenAiMembers();
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return members;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isError, isUsage, isChoices) =
                    (json.ValueTextEquals("error"u8), json.ValueTextEquals("usage"u8), json.ValueTextEquals("choices"u8));
                json.Read();
                if (isError) members = members with { HasError = json.TokenType is JsonTokenType.StartObject or JsonTokenType.String };
                else if (isUsage) members = members with { HasUsage = json.TokenType == JsonTokenType.StartObject };
                if (isChoices && json.TokenType == JsonTokenType.StartArray) members = Choices(ref json, members);
                else json.Skip();
            }
        }
        catch (JsonException)
        {
            // What stands behind an event's line, or is no JSON, says nothing.
        }
        return members;
    }

    static OpenAiMembers Choices(ref Utf8JsonReader json, OpenAiMembers members)
    {
        var (isEmpty, depth) = (true, json.CurrentDepth);
        while (json.Read() && json.CurrentDepth > depth)
        {
            isEmpty = false;
            // Within an element of the list, not in what a tool or a text says.
            if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != depth + 2 || !json.ValueTextEquals("finish_reason"u8)) continue;
            json.Read();
            if (json.TokenType == JsonTokenType.String) members = members with { HasFinish = true };
        }
        return members with { HasNoChoices = isEmpty };
    }
}
