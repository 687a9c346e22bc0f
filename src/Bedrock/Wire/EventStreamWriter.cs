using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Hashing;

namespace Assay.Bedrock;

/// <summary>Writes frames of <c>application/vnd.amazon.eventstream</c>, their headers in the order AWS writes them.</summary>
public static class EventStreamWriter
{
    /// <summary>An event of a Converse stream; the payload is the event's JSON.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> payload)
    {
        Span<byte> headers = stackalloc byte[512];
        Write(output, Event(headers, eventType), payload);
    }

    /// <summary>A part of an InvokeModel stream: <c>{"bytes":"…"}</c> around the model's own JSON, with padding when given.</summary>
    public static void WriteChunk(IBufferWriter<byte> output, ReadOnlySpan<byte> json, ReadOnlySpan<byte> padding = default)
    {
        Span<byte> room = stackalloc byte[512];
        var headers = Event(room, "chunk"u8);
        var encoded = Base64.GetMaxEncodedToUtf8Length(json.Length);
        var payload = "{\"bytes\":\""u8.Length + encoded + "\"}"u8.Length + (padding.IsEmpty ? 0 : padding.Length + ",\"p\":\"\""u8.Length);
        var frame = Start(output, headers, payload, out var at);
        at += Copy("{\"bytes\":\""u8, frame[at..]);
        Base64.EncodeToUtf8(json, frame[at..], out _, out var written);
        at += written;
        at += Copy("\""u8, frame[at..]);
        if (!padding.IsEmpty)
        {
            at += Copy(",\"p\":\""u8, frame[at..]);
            at += Copy(padding, frame[at..]);
            at += Copy("\""u8, frame[at..]);
        }
        Copy("}"u8, frame[at..]);
        Finish(output, frame);
    }

    /// <summary>A failure in mid-stream that the service model names; the status was sent long ago.</summary>
    public static void WriteException(IBufferWriter<byte> output, BedrockError error, string message)
    {
        var body = new ArrayBufferWriter<byte>();
        BedrockError.WriteBody(body, message);
        Span<byte> headers = stackalloc byte[512];
        var length = Header(headers, ":exception-type"u8, error.StreamName);
        length += Header(headers[length..], ":content-type"u8, "application/json"u8);
        length += Header(headers[length..], ":message-type"u8, "exception"u8);
        Write(output, headers[..length], body.WrittenSpan);
    }

    /// <summary>A failure in mid-stream that the service model does not name. The text is cut at 1,024 bytes.</summary>
    public static void WriteError(IBufferWriter<byte> output, ReadOnlySpan<byte> code, ReadOnlySpan<byte> message)
    {
        if (message.Length > 1_024) message = message[..1_024];
        Span<byte> headers = stackalloc byte[2_048];
        var length = Header(headers, ":message-type"u8, "error"u8);
        length += Header(headers[length..], ":error-code"u8, code);
        length += Header(headers[length..], ":error-message"u8, message);
        Write(output, headers[..length], default);
    }

    /// <summary>A frame of headers that are already in their form on the wire.</summary>
    internal static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        var frame = Start(output, headers, payload.Length, out var at);
        payload.CopyTo(frame[at..]);
        Finish(output, frame);
    }

    internal static int Header(Span<byte> into, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        into[0] = (byte)name.Length;
        name.CopyTo(into[1..]);
        var at = name.Length + 1;
        into[at++] = (byte)EventHeaderType.String;
        BinaryPrimitives.WriteUInt16BigEndian(into[at..], (ushort)value.Length);
        value.CopyTo(into[(at + 2)..]);
        return at + 2 + value.Length;
    }

    static ReadOnlySpan<byte> Event(Span<byte> headers, ReadOnlySpan<byte> eventType)
    {
        var length = Header(headers, ":event-type"u8, eventType);
        length += Header(headers[length..], ":content-type"u8, "application/json"u8);
        length += Header(headers[length..], ":message-type"u8, "event"u8);
        return headers[..length];
    }

    static Span<byte> Start(IBufferWriter<byte> output, ReadOnlySpan<byte> headers, int payload, out int at)
    {
        if (headers.Length > EventStream.HeadersMax) throw new ArgumentException("A frame's headers are at most 128 KiB.", nameof(headers));
        if (payload > EventStream.PayloadMax) throw new ArgumentException("A frame's payload is at most 24 MiB.", nameof(payload));
        var total = EventStream.Overhead + headers.Length + payload;
        var frame = output.GetSpan(total)[..total];
        BinaryPrimitives.WriteInt32BigEndian(frame, total);
        BinaryPrimitives.WriteInt32BigEndian(frame[4..], headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame[8..], Crc32.HashToUInt32(frame[..8]));
        headers.CopyTo(frame[12..]);
        at = 12 + headers.Length;
        return frame;
    }

    static void Finish(IBufferWriter<byte> output, Span<byte> frame)
    {
        BinaryPrimitives.WriteUInt32BigEndian(frame[^4..], Crc32.HashToUInt32(frame[..^4]));
        output.Advance(frame.Length);
    }

    static int Copy(ReadOnlySpan<byte> bytes, Span<byte> into)
    {
        bytes.CopyTo(into);
        return bytes.Length;
    }
}
