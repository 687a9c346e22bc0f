using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using Assay.Bedrock;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Dialects;
using Assay.Gateway.Door;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Exchanges;

/// <summary>A call in another language, put to Bedrock through Converse, and its answer put back.</summary>
abstract class TranslatedExchange : Exchange
{
    protected abstract Translation Translate(Passage call, IHeaderDictionary client);
    protected abstract DialectError? WriteAnswer(Passage call, ReadOnlyMemory<byte> converse, IBufferWriter<byte> client);
    protected abstract int WriteError(Passage call, DialectError error, IBufferWriter<byte> client);

    /// <summary>What the answer says of itself that Converse's answer does not.</summary>
    public static AnswerStamp StampOf(Passage call) =>
        new(call.Id.ToString("N"), call.Asked, new(call.Time)) { InputIsGross = call.Target!.IsGross };

    public sealed override string Path(Passage call) => BedrockExchange.PathOf(call.Operation, call.Target!.Id);

    public sealed override Refusal? WriteRequest(Passage call, IHeaderDictionary client, IBufferWriter<byte> body)
    {
        switch (Translate(call, client))
        {
            case Translation.Refused refused:
                return Refusal.Wrong(refused.Error.Message) with { Param = refused.Error.Param };
            case Translation.Ready ready: return Write(call, ready.Call, body);
            default: return null;
        }
    }

    static Refusal? Write(Passage call, ConverseCall translated, IBufferWriter<byte> body)
    {
        call.Ignored = translated.Ignored;
        call.WantsUsage = translated.IncludesUsage;
        call.ClientTags = ClientTags.Of(translated.Tags);
        if (call.Purpose == Purpose.CountTokens)
        {
            body.Write(translated.Body.Span);
            return null;
        }
        // Limits and tags go into the body that is sent, so that is the one they are looked for in.
        var facts = new CallFacts();
        if (CallScan.Read(translated.Body.Span, facts) is { } fault) return Refusal.Wrong(fault);
        var edits = new BodyEdits();
        var allowed = call.Size.Output / Math.Max(1, call.Size.Choices);
        if (call.ClampedTo is not null || facts.MaxTokens > allowed || facts.MaxTokens < 1)
            BedrockExchange.ClampConverse(facts, allowed, edits);
        BedrockExchange.Stamp(call, facts, edits);
        edits.Apply(translated.Body.Span, body);
        return null;
    }

    public sealed override void WriteHeaders(Passage call, IHeaderDictionary client, HttpRequestHeaders server)
    {
        // Bedrock knows none of the other languages' headers.
    }

    public sealed override Refusal? ReadWhole(
        Passage call, HttpResponseMessage response, CallBody body, Answer answer, IBufferWriter<byte> client)
    {
        answer.Usage.Read(body.Padded, 0, body.Length);
        answer.IsWhole = true;
        return WriteAnswer(call, body.Memory, client) is { } error ? new(RefusalKind.UpstreamFailed, "upstream", error.Message) : null;
    }

    public sealed override int ReadError(
        Passage call, HttpResponseMessage response, CallBody body, IHeaderDictionary headers, IBufferWriter<byte> client, out string code)
    {
        (code, var message) = BedrockError.Read(First(response.Headers, BedrockError.TypeHeader), body.Span);
        var error = DialectError.FromBedrock(code, (int)response.StatusCode, message);
        if (!error.IsWorthRetrying) headers[DialectError.RetryHeader] = "false";
        return WriteError(call, error, client);
    }

    public sealed override string StreamType => "text/event-stream; charset=utf-8";

    public sealed override void PassHeaders(HttpResponseMessage server, IHeaderDictionary client)
    {
        if (First(server.Headers, "Retry-After") is { Length: > 0 } after) client.RetryAfter = after;
    }

    public sealed override string RequestIdOf(HttpResponseMessage response) => First(response.Headers, "x-amzn-RequestId");
}

/// <summary>Frames of Bedrock put into the events of another language.</summary>
sealed class TranslatedTap(
    TranslatedTap.EventWriter pass, Action<DialectError, IBufferWriter<byte>> fail, Action<IBufferWriter<byte>> end) : FrameTap
{
    public delegate void EventWriter(ReadOnlySpan<byte> type, ReadOnlySpan<byte> payload, IBufferWriter<byte> into);

    protected override void Pass(in EventFrame frame, IBufferWriter<byte> into) => pass(frame.EventType, frame.Payload, into);

    protected override void Failed(in EventFrame frame, IBufferWriter<byte> into)
    {
        if (!frame.ExceptionType.IsEmpty) pass(frame.ExceptionType, frame.Payload, into);
        else fail(DialectError.FromBedrock(Encoding.UTF8.GetString(frame.ErrorCode), 0, Encoding.UTF8.GetString(frame.ErrorMessage)), into);
    }

    public override void Finish(IBufferWriter<byte> client)
    {
        base.Finish(client);
        end(client);
    }

    public override void Break(string message, IBufferWriter<byte> client) => fail(new(DialectFault.ModelFailed, message), client);
}
