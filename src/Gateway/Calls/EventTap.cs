using System.Buffers;
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

    // Reads each data line of an event for what it says about money.
    bool Listen(int start, ReadOnlySpan<byte> text)
    {
        var isLast = kind == UpstreamKind.Anthropic && text.StartsWith("event: message_stop"u8);
        var isError = text.StartsWith("event: error"u8);
        for (var at = 0; at < text.Length;)
        {
            var feed = text[at..].IndexOf((byte)'\n');
            var line = text.Slice(at, feed);
            if (line.StartsWith("data:"u8))
            {
                var data = line["data:"u8.Length..].TrimStart((byte)' ').TrimEnd((byte)'\r');
                if (data.SequenceEqual("[DONE]"u8)) isLast = true;
                else if (data.StartsWith("{"u8)) Read(start + at + (line.Length - line["data:"u8.Length..].TrimStart((byte)' ').Length), data, isError);
            }
            at += feed + 1;
        }
        if (isLast) Answer.IsWhole = true;
        return isLast || isError;
    }

    void Read(int at, ReadOnlySpan<byte> data, bool isError)
    {
        Kept?.TakeEvent(default, data);
        Answer.Usage.Read(unread.Padded, at, data.Length);
        Answer.StreamedBytes += StreamedText.Length(data);
        if (isError || data.StartsWith("{\"error\""u8)) Answer.Failure = "StreamError";
    }

    // {"choices":[],"usage":{…}}: what OpenAI sends last when it is asked for the counts.
    static bool IsUsageAlone(ReadOnlySpan<byte> text) => text.IndexOf("\"choices\":[]"u8) >= 0 && text.IndexOf("\"usage\":{"u8) >= 0;

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
