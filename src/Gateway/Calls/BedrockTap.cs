using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Assay.Bedrock;

namespace Assay.Gateway.Calls;

/// <summary>Reads the frames of a Bedrock stream; what becomes of a frame for the client is for the kinds of it to say.</summary>
abstract class FrameTap : StreamTap
{
    readonly CallBody unread = new();
    readonly CallBody decoded = new();
    protected CallBody Held { get; } = new();

    public sealed override void Feed(ReadOnlySpan<byte> bytes, IBufferWriter<byte> client)
    {
        unread.Write(bytes);
        var at = 0;
        while (true)
        {
            var status = EventStream.TryRead(unread.Span[at..], out var frame);
            if (status == FrameStatus.Broken) throw new InvalidDataException(frame.Fault);
            if (status == FrameStatus.NeedsMore) break;
            at += frame.Length;
            Take(frame, client);
        }
        unread.Drop(at);
        if (unread.Length == 0) unread.Dispose();
        decoded.Dispose();
    }

    void Take(in EventFrame frame, IBufferWriter<byte> client)
    {
        if (frame.IsFailure)
        {
            Answer.Failure = Encoding.UTF8.GetString(frame.ExceptionType.IsEmpty ? frame.ErrorCode : frame.ExceptionType);
            Failed(frame, Held);
            return;
        }
        var isChunk = frame.EventType.SequenceEqual("chunk"u8);
        if (!isChunk) Kept?.TakeEvent(frame.EventType, frame.Payload);
        if (isChunk) ReadChunk(frame.Payload);
        else if (frame.EventType.SequenceEqual("metadata"u8)) ReadMetadata(frame.Payload);
        else if (frame.EventType.SequenceEqual("messageStop"u8)) Read(frame.Payload);
        else if (frame.EventType.SequenceEqual("contentBlockDelta"u8)) Answer.StreamedBytes += StreamedText.Length(frame.Payload);
        // What comes after the last event still comes after it.
        Pass(frame, Answer.IsWhole || Held.Length > 0 ? Held : client);
    }

    // The last event of Converse. The padding member beside the counts means nothing.
    void ReadMetadata(ReadOnlySpan<byte> payload)
    {
        Read(payload);
        Answer.ServedModel = PromptRouter.InvokedModel(payload) ?? Answer.ServedModel;
        Answer.IsWhole = true;
    }

    // {"bytes":"…"}: the model's own JSON, in base64. Only some chunks speak of counts.
    void ReadChunk(ReadOnlySpan<byte> payload)
    {
        const int nameLength = 9;
        var start = payload.IndexOf("\"bytes\":\""u8);
        if (start < 0) return;
        var text = payload[(start + nameLength)..];
        var end = text.IndexOf((byte)'"');
        if (end < 0) return;
        decoded.Clear();
        var room = decoded.GetSpan(Base64.GetMaxDecodedFromUtf8Length(end));
        if (Base64.DecodeFromUtf8(text[..end], room, out _, out var written) != OperationStatus.Done) return;
        decoded.Advance(written);
        Kept?.TakeEvent(default, decoded.Span);
        Answer.StreamedBytes += StreamedText.Length(decoded.Span);
        if (decoded.Span.IndexOf("usage"u8) < 0 && decoded.Span.IndexOf("amazon-bedrock-"u8) < 0
            && decoded.Span.IndexOf("_count"u8) < 0) return;
        Answer.Usage.Read(decoded.Padded, 0, written);
        if (decoded.Span.IndexOf("amazon-bedrock-invocationMetrics"u8) >= 0) Answer.IsWhole = true;
    }

    void Read(ReadOnlySpan<byte> payload)
    {
        decoded.Clear();
        decoded.Write(payload);
        Answer.Usage.Read(decoded.Padded, 0, payload.Length);
    }

    /// <summary>Writes an event as the client knows it.</summary>
    protected abstract void Pass(in EventFrame frame, IBufferWriter<byte> into);

    /// <summary>Writes a failure as the client knows it.</summary>
    protected abstract void Failed(in EventFrame frame, IBufferWriter<byte> into);

    public override void Finish(IBufferWriter<byte> client) => client.Write(Held.Span);

    public override void Dispose()
    {
        unread.Dispose();
        decoded.Dispose();
        Held.Dispose();
    }
}

/// <summary>Frames for a client that speaks Bedrock itself: byte for byte, padding included.</summary>
sealed class BedrockTap : FrameTap
{
    protected override void Pass(in EventFrame frame, IBufferWriter<byte> into) => into.Write(frame.Bytes);
    protected override void Failed(in EventFrame frame, IBufferWriter<byte> into) => into.Write(frame.Bytes);

    public override void Break(string message, IBufferWriter<byte> client) =>
        EventStreamWriter.WriteException(client, BedrockError.ModelStreamError, message);
}

/// <summary>The model a prompt router chose: the one that is billed.</summary>
static class PromptRouter
{
    public static string? InvokedModel(ReadOnlySpan<byte> answer)
    {
        var name = "\"invokedModelId\""u8;
        var at = answer.IndexOf(name);
        if (at < 0) return null;
        var rest = answer[(at + name.Length)..];
        var open = rest.IndexOf((byte)'"');
        if (open < 0) return null;
        rest = rest[(open + 1)..];
        var close = rest.IndexOf((byte)'"');
        return close is <= 0 or > BedrockPath.ModelIdMax ? null : Encoding.UTF8.GetString(rest[..close]);
    }
}
