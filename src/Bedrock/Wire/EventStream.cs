using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;

namespace Assay.Bedrock;

/// <summary>How the start of a buffer reads as a frame.</summary>
public enum FrameStatus : byte
{
    /// <summary>It is the beginning of a frame; read more bytes and try again from the same place.</summary>
    NeedsMore,
    Frame,
    /// <summary>It can never become a frame; the stream cannot be followed any further.</summary>
    Broken,
}

/// <summary>Reads the frames of <c>application/vnd.amazon.eventstream</c>: prelude, headers, payload and two checksums.</summary>
/// <remarks>Both checksums are always compared: a count of tokens that was damaged on its way is not a count.</remarks>
[SuppressMessage("Naming", "CA1711", Justification = "The format's own name.")]
public static class EventStream
{
    public const string ContentType = "application/vnd.amazon.eventstream";

    /// <summary>The bytes of a frame that are neither headers nor payload: a prelude of 12 and a checksum of 4.</summary>
    public const int Overhead = 16;

    public const int HeadersMax = 128 * 1024;
    public const int PayloadMax = 24 * 1024 * 1024;

    /// <summary>More headers are refused, so that looking for a duplicate stays cheap whatever is sent. AWS sends three.</summary>
    public const int HeaderCountMax = 64;

    const int Prelude = 12;

    /// <summary>Reads the frame that starts at the buffer's first byte. It never throws and allocates nothing.</summary>
    /// <param name="frame">
    /// With <see cref="FrameStatus.NeedsMore"/> only <see cref="EventFrame.Length"/> is set, once it is known; with
    /// <see cref="FrameStatus.Broken"/> only <see cref="EventFrame.Fault"/>.
    /// </param>
    public static FrameStatus TryRead(ReadOnlySpan<byte> buffer, out EventFrame frame)
    {
        frame = default;
        if (buffer.Length < Prelude) return FrameStatus.NeedsMore;
        var total = BinaryPrimitives.ReadUInt32BigEndian(buffer);
        var headers = BinaryPrimitives.ReadUInt32BigEndian(buffer[4..]);
        if (Crc32.HashToUInt32(buffer[..8]) != BinaryPrimitives.ReadUInt32BigEndian(buffer[8..]))
            return Broken(out frame, "the checksum of a frame's prelude is wrong");
        if (headers > HeadersMax) return Broken(out frame, "a frame's headers are longer than 128 KiB");
        if (total < (ulong)headers + Overhead) return Broken(out frame, "a frame is shorter than its headers");
        if (total - headers - Overhead > PayloadMax) return Broken(out frame, "a frame's payload is longer than 24 MiB");
        var length = (int)total;
        if (buffer.Length < length)
        {
            frame = new(length);
            return FrameStatus.NeedsMore;
        }
        var bytes = buffer[..length];
        if (Crc32.HashToUInt32(bytes[..^4]) != BinaryPrimitives.ReadUInt32BigEndian(bytes[^4..]))
            return Broken(out frame, "the checksum of a frame is wrong");
        if (HeaderFault(bytes.Slice(Prelude, (int)headers)) is { } fault) return Broken(out frame, fault);
        frame = new(bytes, (int)headers);
        return FrameStatus.Frame;
    }

    static FrameStatus Broken(out EventFrame frame, string fault)
    {
        frame = new(fault);
        return FrameStatus.Broken;
    }

    static string? HeaderFault(ReadOnlySpan<byte> headers)
    {
        Span<(int Start, int Length)> names = stackalloc (int, int)[HeaderCountMax];
        var count = 0;
        for (var at = 0; at < headers.Length;)
        {
            if (!EventHeader.TryRead(headers[at..], out var header, out var length))
                return "a frame's header is cut off or of no known type";
            if (count == HeaderCountMax) return "a frame has more than 64 headers";
            for (var i = 0; i < count; i++)
                if (headers.Slice(names[i].Start, names[i].Length).SequenceEqual(header.Name)) return "a frame has the same header twice";
            names[count++] = (at + 1, header.Name.Length);
            at += length;
        }
        return null;
    }
}

/// <summary>One frame, as spans of the buffer it was read from.</summary>
public readonly ref struct EventFrame
{
    readonly int headers;

    internal EventFrame(int length) => Length = length;
    internal EventFrame(string fault) => Fault = fault;

    internal EventFrame(ReadOnlySpan<byte> bytes, int headers)
    {
        Bytes = bytes;
        Length = bytes.Length;
        this.headers = headers;
        foreach (var header in Headers)
        {
            if (header.Type != EventHeaderType.String || header.Name is not [(byte)':', ..]) continue;
            if (header.Name.SequenceEqual(":message-type"u8)) MessageType = header.Value;
            else if (header.Name.SequenceEqual(":event-type"u8)) EventType = header.Value;
            else if (header.Name.SequenceEqual(":exception-type"u8)) ExceptionType = header.Value;
            else if (header.Name.SequenceEqual(":error-code"u8)) ErrorCode = header.Value;
            else if (header.Name.SequenceEqual(":error-message"u8)) ErrorMessage = header.Value;
            else if (header.Name.SequenceEqual(":content-type"u8)) ContentType = header.Value;
        }
    }

    /// <summary>The whole frame, as it came: what a relay passes on.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The bytes of the whole frame, also while some are missing; 0 while even that is unknown.</summary>
    public int Length { get; }

    /// <summary>What is wrong with a broken frame.</summary>
    public string? Fault { get; }

    public ReadOnlySpan<byte> Payload => Bytes.IsEmpty ? default : Bytes[(12 + headers)..^4];

    /// <summary><c>event</c>, <c>exception</c> or <c>error</c>; empty when the frame does not say.</summary>
    public ReadOnlySpan<byte> MessageType { get; }

    /// <summary>The event's name: <c>contentBlockDelta</c>, <c>metadata</c>, <c>chunk</c>.</summary>
    public ReadOnlySpan<byte> EventType { get; }

    /// <summary>The exception's name in lower camel case: <c>throttlingException</c>.</summary>
    public ReadOnlySpan<byte> ExceptionType { get; }

    /// <summary>The code of an error that the service model does not name.</summary>
    public ReadOnlySpan<byte> ErrorCode { get; }

    public ReadOnlySpan<byte> ErrorMessage { get; }
    public ReadOnlySpan<byte> ContentType { get; }

    public bool IsEvent => MessageType.SequenceEqual("event"u8);

    /// <summary>The stream failed: an exception the service model names, or an error it does not.</summary>
    public bool IsFailure => MessageType.SequenceEqual("exception"u8) || MessageType.SequenceEqual("error"u8);

    /// <summary>Every header, in order.</summary>
    public EventHeaders Headers => new(Bytes.IsEmpty ? default : Bytes.Slice(12, headers));
}
