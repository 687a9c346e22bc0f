using System.Buffers;
using Assay.Gateway.Calls;
using Assay.Gateway.Dialects;
using Assay.Gateway.Dialects.Anthropic;
using Assay.Gateway.Dialects.OpenAi;
using Microsoft.AspNetCore.Http;

namespace Assay.Gateway.Exchanges;

/// <summary>OpenAI's chat completions answered by Bedrock.</summary>
sealed class OpenAiOverBedrock : TranslatedExchange
{
    protected override Translation Translate(Passage call, IHeaderDictionary client) =>
        OpenAiChat.Translate(call.Body.Memory, call.Target!.Id);

    protected override DialectError? WriteAnswer(Passage call, ReadOnlyMemory<byte> converse, IBufferWriter<byte> client) =>
        OpenAiAnswer.Write(converse, StampOf(call), client);

    protected override int WriteError(Passage call, DialectError error, IBufferWriter<byte> client)
    {
        OpenAiError.Write(error, client);
        return OpenAiError.Status(error);
    }

    public override StreamTap Tap(Passage call)
    {
        var stream = new OpenAiStream(StampOf(call), call.WantsUsage);
        return new TranslatedTap(stream.Event, stream.Fail, stream.End);
    }
}

/// <summary>Anthropic's messages answered by Bedrock.</summary>
sealed class AnthropicOverBedrock : TranslatedExchange
{
    protected override Translation Translate(Passage call, IHeaderDictionary client)
    {
        var beta = client["anthropic-beta"].ToString();
        return call.Purpose == Purpose.CountTokens
            ? AnthropicMessages.Count(call.Body.Memory, call.Target!.Id, beta)
            : AnthropicMessages.Translate(call.Body.Memory, call.Target!.Id, beta);
    }

    protected override DialectError? WriteAnswer(Passage call, ReadOnlyMemory<byte> converse, IBufferWriter<byte> client) =>
        call.Purpose == Purpose.CountTokens ? AnthropicAnswer.WriteCount(converse, client)
            : AnthropicAnswer.Write(converse, StampOf(call), client);

    protected override int WriteError(Passage call, DialectError error, IBufferWriter<byte> client)
    {
        AnthropicError.Write(error, call.Id.ToString(), client);
        return AnthropicError.Status(error);
    }

    public override StreamTap Tap(Passage call)
    {
        var stream = new AnthropicStream(StampOf(call));
        return new TranslatedTap(stream.Event, stream.Fail, stream.End);
    }
}
