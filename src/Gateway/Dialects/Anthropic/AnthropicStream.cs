using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Assay.Gateway.Dialects.Anthropic;

/// <summary>
/// ConverseStream's events → the events of Anthropic's Messages. Feed it each event, then call <see cref="End"/>, which writes the
/// terminal <c>message_stop</c>: the gateway's journal line comes before it.
/// </summary>
sealed class AnthropicStream(AnswerStamp stamp)
{
    enum Block { None, Text, Thinking, Tool, Redacted }

    // Converse numbers its blocks and starts only those of tools; Anthropic starts each, and an SDK finds it by its place in the order.
    Block open;
    int openIndex = -1, blocks;
    bool isStarted, isFailed, isEnded, isDeltaWritten;
    string? stopReason;
    byte[]? stopFields;

    /// <param name="eventType">The header <c>:event-type</c>, or <c>:exception-type</c> of a failure in mid-stream.</param>
    public void Event(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> payload, IBufferWriter<byte> into)
    {
        if (isFailed || isEnded) return;
        var heard = ConverseEvent.Read(eventType, payload);
        if (heard.Kind is not (ConverseEventKind.Fault or ConverseEventKind.Other)) Start(into);
        switch (heard.Kind)
        {
            case ConverseEventKind.Text:
                Delta(Block.Text, heard, "{\"type\":\"text_delta\",\"text\":"u8, into);
                break;
            case ConverseEventKind.Reasoning:
                Delta(Block.Thinking, heard, "{\"type\":\"thinking_delta\",\"thinking\":"u8, into);
                break;
            case ConverseEventKind.Signature:
                Delta(Block.Thinking, heard, "{\"type\":\"signature_delta\",\"signature\":"u8, into);
                break;
            case ConverseEventKind.ToolInput:
                Delta(Block.Tool, heard, "{\"type\":\"input_json_delta\",\"partial_json\":"u8, into);
                break;
            case ConverseEventKind.ToolStart or ConverseEventKind.Redacted:
                Open(heard.Kind == ConverseEventKind.ToolStart ? Block.Tool : Block.Redacted, heard, into);
                break;
            case ConverseEventKind.BlockStop:
                Close(into);
                break;
            case ConverseEventKind.MessageStop:
                Close(into);
                stopReason = ConverseEvent.Unquoted(heard.Text);
                stopFields = payload.ToArray();
                break;
            case ConverseEventKind.Metadata when stopReason is not null:
                MessageDelta(payload.ToArray(), into);
                break;
            case ConverseEventKind.Fault:
                Fail(DialectError.FromBedrock(Encoding.ASCII.GetString(eventType), 0, ConverseEvent.Unquoted(heard.Text)), into);
                break;
        }
    }

    /// <summary>An error in mid-stream, in Anthropic's form: its SDKs throw at it.</summary>
    public void Fail(DialectError error, IBufferWriter<byte> into)
    {
        if (isFailed || isEnded) return;
        isFailed = true;
        into.Write("event: error\ndata: "u8);
        AnthropicError.Write(error, null, into);
        into.Write("\n\n"u8);
    }

    /// <summary>The end of the stream. One that ended before the model was done is an error, never a silent end.</summary>
    public void End(IBufferWriter<byte> into)
    {
        if (stopReason is null) Fail(new(DialectFault.ModelFailed, "The model's answer broke off."), into);
        if (isFailed || isEnded) return;
        if (!isDeltaWritten) MessageDelta("{}"u8.ToArray(), into);
        isEnded = true;
        into.Write("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    // Converse counts last, Anthropic tells the input first. Its SDKs take every count from message_delta that stands there, so the
    // start says nothing that could be taken for a bill.
    void Start(IBufferWriter<byte> into)
    {
        if (isStarted) return;
        isStarted = true;
        into.Write("event: message_start\ndata: "u8);
        using (Utf8JsonWriter json = new(into, ConverseAnswer.Writing))
        {
            json.WriteStartObject();
            json.WriteString("type", "message_start");
            json.WriteStartObject("message");
            json.WriteString("id", AnthropicAnswer.IdOf(stamp));
            json.WriteString("type", "message");
            json.WriteString("role", "assistant");
            json.WriteString("model", stamp.Model);
            json.WriteStartArray("content");
            json.WriteEndArray();
            json.WriteNull("stop_reason");
            json.WriteNull("stop_sequence");
            AnthropicAnswer.WriteUsage(json, default, null, stamp);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        into.Write("\n\n"u8);
    }

    void Delta(Block kind, in ConverseEvent heard, ReadOnlySpan<byte> head, IBufferWriter<byte> into)
    {
        if (open != kind || openIndex != heard.Index) Open(kind, heard, into);
        into.Write("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"u8);
        Number(blocks - 1, into);
        into.Write(",\"delta\":"u8);
        into.Write(head);
        into.Write(heard.Text);
        into.Write("}}\n\n"u8);
    }

    void Open(Block kind, in ConverseEvent heard, IBufferWriter<byte> into)
    {
        Close(into);
        (open, openIndex) = (kind, heard.Index);
        into.Write("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":"u8);
        Number(blocks++, into);
        into.Write(",\"content_block\":{\"type\":"u8);
        switch (kind)
        {
            case Block.Text:
                into.Write("\"text\",\"text\":\"\""u8);
                break;
            case Block.Thinking:
                into.Write("\"thinking\",\"thinking\":\"\",\"signature\":\"\""u8);
                break;
            case Block.Redacted:
                into.Write("\"redacted_thinking\",\"data\":"u8);
                into.Write(heard.Text);
                break;
            default:
                into.Write("\"tool_use\",\"id\":"u8);
                into.Write(heard.Kind == ConverseEventKind.ToolStart ? heard.Text : "\"\""u8);
                into.Write(",\"name\":"u8);
                into.Write(heard.Name);
                into.Write(",\"input\":{}"u8);
                break;
        }
        into.Write("}}\n\n"u8);
    }

    void Close(IBufferWriter<byte> into)
    {
        if (open == Block.None) return;
        (open, openIndex) = (Block.None, -1);
        into.Write("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":"u8);
        Number(blocks - 1, into);
        into.Write("}\n\n"u8);
    }

    void MessageDelta(byte[] metadata, IBufferWriter<byte> into)
    {
        using var said = ConverseAnswer.Read(metadata, out var error);
        if (said is null)
        {
            Fail(error!, into);
            return;
        }
        using var stop = ConverseAnswer.Read(stopFields ?? [], out _);
        isDeltaWritten = true;
        into.Write("event: message_delta\ndata: "u8);
        using (Utf8JsonWriter json = new(into, ConverseAnswer.Writing))
        {
            json.WriteStartObject();
            json.WriteString("type", "message_delta");
            json.WriteStartObject("delta");
            var fields = stop is null ? null : ConverseAnswer.Member(stop.Root, "additionalModelResponseFields");
            AnthropicAnswer.WriteStop(json, stopReason, fields);
            json.WriteEndObject();
            AnthropicAnswer.WriteUsage(json, said.Usage, said.ServiceTier, stamp);
            json.WriteEndObject();
        }
        into.Write("\n\n"u8);
    }

    static void Number(int number, IBufferWriter<byte> into)
    {
        number.TryFormat(into.GetSpan(11), out var written);
        into.Advance(written);
    }
}
