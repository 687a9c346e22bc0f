using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Assay.Gateway.Dialects.OpenAi;

/// <summary>
/// ConverseStream's events → the chunks of a chat completion. Feed it each event, then call <see cref="End"/>, which writes the terminal
/// <c>data: [DONE]</c>: the gateway's journal line comes before it.
/// </summary>
sealed class OpenAiStream
{
    readonly AnswerStamp stamp;
    readonly bool includesUsage;
    readonly byte[] head;
    readonly List<int> toolBlocks = [];
    bool isStopped, isFailed, isEnded;

    public OpenAiStream(AnswerStamp stamp, bool includesUsage)
    {
        (this.stamp, this.includesUsage) = (stamp, includesUsage);
        head = Encoding.UTF8.GetBytes($$"""data: {"id":{{Quoted(OpenAiAnswer.IdOf(stamp))}},"object":"chat.completion.chunk","created":"""
            + $"{stamp.Created.ToUnixTimeSeconds()},\"model\":{Quoted(stamp.Model)},");
    }

    /// <param name="eventType">The header <c>:event-type</c>, or <c>:exception-type</c> of a failure in mid-stream.</param>
    public void Event(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> payload, IBufferWriter<byte> into)
    {
        // After an error nothing else is said: an SDK has thrown by then.
        if (isFailed || isEnded) return;
        var heard = ConverseEvent.Read(eventType, payload);
        switch (heard.Kind)
        {
            case ConverseEventKind.MessageStart:
                Delta("\"role\":\"assistant\",\"content\":"u8, "\"\""u8, ""u8, into);
                break;
            case ConverseEventKind.Text:
                Delta("\"content\":"u8, heard.Text, ""u8, into);
                break;
            case ConverseEventKind.Reasoning:
                Delta("\"reasoning_content\":"u8, heard.Text, ""u8, into);
                break;
            case ConverseEventKind.ToolStart:
                toolBlocks.Add(heard.Index);
                ToolStart(heard, into);
                break;
            case ConverseEventKind.ToolInput:
                ToolHead(toolBlocks.LastIndexOf(heard.Index), into);
                into.Write("\"function\":{\"arguments\":"u8);
                into.Write(heard.Text);
                into.Write("}}]"u8);
                CloseDelta("null"u8, into);
                break;
            case ConverseEventKind.MessageStop:
                Stop(heard.Text, into);
                break;
            case ConverseEventKind.Metadata when includesUsage:
                Usage(payload, into);
                break;
            case ConverseEventKind.Fault:
                Fail(DialectError.FromBedrock(Encoding.ASCII.GetString(eventType), 0, ConverseEvent.Unquoted(heard.Text)), into);
                break;
        }
    }

    /// <summary>An error in mid-stream, in OpenAI's form: its SDKs throw at it.</summary>
    public void Fail(DialectError error, IBufferWriter<byte> into)
    {
        if (isFailed || isEnded) return;
        isFailed = true;
        into.Write("data: "u8);
        OpenAiError.Write(error, into);
        into.Write("\n\n"u8);
    }

    /// <summary>The end of the stream. One that ended before the model was done is an error, never a silent <c>[DONE]</c>.</summary>
    public void End(IBufferWriter<byte> into)
    {
        if (!isStopped) Fail(new(DialectFault.ModelFailed, "The model's answer broke off."), into);
        if (isFailed || isEnded) return;
        isEnded = true;
        into.Write("data: [DONE]\n\n"u8);
    }

    void Delta(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ReadOnlySpan<byte> rest, IBufferWriter<byte> into)
    {
        OpenDelta(into);
        into.Write(name);
        into.Write(value);
        into.Write(rest);
        CloseDelta("null"u8, into);
    }

    void ToolStart(in ConverseEvent heard, IBufferWriter<byte> into)
    {
        ToolHead(toolBlocks.Count - 1, into);
        into.Write("\"id\":"u8);
        into.Write(heard.Text);
        into.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
        into.Write(heard.Name);
        into.Write(",\"arguments\":\"\"}}]"u8);
        CloseDelta("null"u8, into);
    }

    void ToolHead(int index, IBufferWriter<byte> into)
    {
        OpenDelta(into);
        into.Write("\"tool_calls\":[{\"index\":"u8);
        Number(Math.Max(0, index), into);
        into.Write(","u8);
    }

    void OpenDelta(IBufferWriter<byte> into)
    {
        into.Write(head);
        into.Write("\"choices\":[{\"index\":0,\"delta\":{"u8);
    }

    void CloseDelta(ReadOnlySpan<byte> finishReason, IBufferWriter<byte> into)
    {
        into.Write("},\"logprobs\":null,\"finish_reason\":"u8);
        into.Write(finishReason);
        into.Write(includesUsage ? "}],\"usage\":null}\n\n"u8 : "}]}\n\n"u8);
    }

    void Stop(ReadOnlySpan<byte> reason, IBufferWriter<byte> into)
    {
        isStopped = true;
        OpenDelta(into);
        CloseDelta(Encoding.UTF8.GetBytes(Quoted(OpenAiAnswer.FinishReason(ConverseEvent.Unquoted(reason)))), into);
    }

    void Usage(ReadOnlySpan<byte> metadata, IBufferWriter<byte> into)
    {
        using var said = ConverseAnswer.Read(metadata.ToArray(), out var error);
        if (said is null)
        {
            Fail(error!, into);
            return;
        }
        ArrayBufferWriter<byte> tail = new(256);
        using (Utf8JsonWriter json = new(tail, ConverseAnswer.Writing))
        {
            json.WriteStartObject();
            json.WriteStartArray("choices");
            json.WriteEndArray();
            OpenAiAnswer.WriteUsage(json, said.Usage, stamp);
            if (said.ServiceTier is { } tier) json.WriteString("service_tier", tier);
            json.WriteEndObject();
        }
        into.Write(head);
        // The head has opened the object.
        into.Write(tail.WrittenSpan[1..]);
        into.Write("\n\n"u8);
    }

    static void Number(int number, IBufferWriter<byte> into)
    {
        number.TryFormat(into.GetSpan(11), out var written);
        into.Advance(written);
    }

    static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, ConverseAnswer.Writing.Encoder)}\"";
}
