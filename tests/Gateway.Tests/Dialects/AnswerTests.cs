using System.Buffers;
using System.Text;
using Assay.Gateway.Dialects.Anthropic;
using Assay.Gateway.Dialects.OpenAi;
using Assay.Testing;
using static Assay.Gateway.Tests.Dialects.Speech;

namespace Assay.Gateway.Tests.Dialects;

/// <summary>Converse's answers and streams in the clients' dialects.</summary>
public sealed class AnswerTests
{
    static string OpenAi(string answer, AnswerStamp? stamp = null)
    {
        ArrayBufferWriter<byte> into = new();
        Assert.Null(OpenAiAnswer.Write(Bytes(answer), stamp ?? Stamp, into));
        return Indented(into.WrittenMemory);
    }

    static string Anthropic(string answer)
    {
        ArrayBufferWriter<byte> into = new();
        Assert.Null(AnthropicAnswer.Write(Bytes(answer), Stamp, into));
        return Indented(into.WrittenMemory);
    }

    static string OpenAiStreamed(IEnumerable<(string, string)> events, bool includesUsage = true)
    {
        ArrayBufferWriter<byte> into = new();
        OpenAiStream stream = new(Stamp, includesUsage);
        foreach (var (type, payload) in events) stream.Event(Bytes(type), Bytes(payload), into);
        stream.End(into);
        return Encoding.UTF8.GetString(into.WrittenSpan);
    }

    static string AnthropicStreamed(IEnumerable<(string, string)> events)
    {
        ArrayBufferWriter<byte> into = new();
        AnthropicStream stream = new(Stamp);
        foreach (var (type, payload) in events) stream.Event(Bytes(type), Bytes(payload), into);
        stream.End(into);
        return Encoding.UTF8.GetString(into.WrittenSpan);
    }

    [Fact]
    public void An_answer_is_a_chat_completion() => Golden.Matches(OpenAi(Answer));

    [Fact]
    public void An_answer_is_a_message_of_Anthropics() => Golden.Matches(Anthropic(Answer));

    [Fact]
    public void A_stream_is_chunks_of_a_chat_completion() => Golden.Matches(OpenAiStreamed(Events));

    [Fact]
    public void A_stream_is_events_of_Anthropics() => Golden.Matches(AnthropicStreamed(Events));

    [Fact]
    public void Usage_is_streamed_to_OpenAI_clients_that_ask_for_it()
    {
        Assert.Contains("\"prompt_tokens\":1120", OpenAiStreamed(Events));
        Assert.DoesNotContain("usage", OpenAiStreamed(Events, includesUsage: false));
    }

    [Fact]
    public void Prompt_tokens_of_a_model_that_counts_gross_are_not_counted_twice()
    {
        var gross = OpenAi(Answer.Replace("\"inputTokens\":20", "\"inputTokens\":1120"), Stamp with { InputIsGross = true });
        Assert.Equal(OpenAi(Answer), gross);
    }

    [Theory]
    [InlineData("end_turn", "stop", "end_turn")]
    [InlineData("tool_use", "tool_calls", "tool_use")]
    [InlineData("max_tokens", "length", "max_tokens")]
    [InlineData("stop_sequence", "stop", "stop_sequence")]
    [InlineData("guardrail_intervened", "content_filter", "refusal")]
    [InlineData("content_filtered", "content_filter", "refusal")]
    [InlineData("malformed_model_output", "stop", "end_turn")]
    [InlineData("malformed_tool_use", "stop", "end_turn")]
    [InlineData("model_context_window_exceeded", "length", "model_context_window_exceeded")]
    public void Every_end_has_a_word_in_both_dialects(string converse, string openAi, string anthropic)
    {
        var answer = Answer.Replace("\"tool_use\"", $"\"{converse}\"");
        Assert.Equal(openAi, Json(Bytes(OpenAi(answer))).GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(anthropic, Json(Bytes(Anthropic(answer))).GetProperty("stop_reason").GetString());
        var events = Events.Select(e => (e.Type, e.Payload.Replace("\"tool_use\"", $"\"{converse}\"")));
        Assert.Contains($"\"finish_reason\":\"{openAi}\"", OpenAiStreamed(events));
        Assert.Contains($"\"stop_reason\":\"{anthropic}\"", AnthropicStreamed(events));
    }

    [Fact]
    public void The_sequence_that_stopped_Claude_is_told()
    {
        var answer = Answer.Replace("\"stopReason\":\"tool_use\"", "\"stopReason\":\"stop_sequence\",\"additionalModelResponseFields\":{\"stop_sequence\":\"#\\n\"}");
        Assert.Equal("#\n", Json(Bytes(Anthropic(answer))).GetProperty("stop_sequence").GetString());
        var events = Events.Select(e => (e.Type, e.Payload.Replace("\"stop_sequence\":null", "\"stop_sequence\":\"#\"")));
        Assert.Contains("\"stop_sequence\":\"#\"", AnthropicStreamed(events));
    }

    [Fact]
    public void A_failure_in_mid_stream_is_an_error_and_the_last_word()
    {
        var events = Events.Take(6).Append(("throttlingException", """{"message":"Too \"many\""}""")).Concat(Events.Skip(6));
        Assert.EndsWith("""
            data: {"error":{"message":"Too \"many\"","type":"rate_limit_error","param":null,"code":"throttling"}}
            """ + "\n\n", OpenAiStreamed(events));
        Assert.EndsWith("""
            event: error
            data: {"type":"error","error":{"type":"rate_limit_error","message":"Too \"many\""}}
            """ + "\n\n", AnthropicStreamed(events));
    }

    [Fact]
    public void A_stream_that_breaks_off_never_ends_as_if_it_were_done()
    {
        for (var length = 0; length < Events.Length - 2; length++)
        {
            Assert.DoesNotContain("[DONE]", OpenAiStreamed(Events.Take(length)));
            Assert.DoesNotContain("message_stop", AnthropicStreamed(Events.Take(length)));
        }
    }

    [Fact]
    public void An_answer_that_cannot_be_read_is_an_error()
    {
        ArrayBufferWriter<byte> into = new();
        foreach (var garbage in (string[])["", "[]", "{", "\"a\""])
        {
            Assert.Equal(DialectFault.ModelFailed, OpenAiAnswer.Write(Bytes(garbage), Stamp, into)!.Fault);
            Assert.Equal(DialectFault.ModelFailed, AnthropicAnswer.Write(Bytes(garbage), Stamp, into)!.Fault);
            Assert.NotNull(AnthropicAnswer.WriteCount(Bytes(garbage), into));
        }
        Assert.NotNull(AnthropicAnswer.WriteCount(new byte[] { (byte)'{', 0xff }, into));
        Assert.Equal(0, into.WrittenCount);
    }

    [Fact]
    public void A_count_of_tokens_is_one_member()
    {
        ArrayBufferWriter<byte> into = new();
        Assert.Null(AnthropicAnswer.WriteCount(Bytes("""{"inputTokens":15}"""), into));
        Assert.Equal("""{"input_tokens":15}""", Encoding.UTF8.GetString(into.WrittenSpan));
    }

    [Fact]
    public void What_was_answered_can_be_said_again_as_the_next_turn()
    {
        var message = Json(Bytes(Anthropic(Answer)));
        var again = Ready(AnthropicMessages.Translate(Bytes($$$$"""
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":{{{{message.GetProperty("content").GetRawText()}}}}}]}
            """), Sonnet45));
        var said = Json(Bytes(Answer)).GetProperty("output").GetProperty("message").GetProperty("content");
        var back = Json(again.Body).GetProperty("messages")[1].GetProperty("content");
        // Cited text comes back as text; everything else as it was.
        Assert.Equal(said.GetArrayLength(), back.GetArrayLength());
        foreach (var (before, after) in said.EnumerateArray().Zip(back.EnumerateArray()))
            if (!before.TryGetProperty("citationsContent", out _)) Assert.True(System.Text.Json.JsonElement.DeepEquals(before, after), after.GetRawText());
    }

    [Theory]
    [InlineData("ThrottlingException:http://x", 429, 429, 429, true)]
    [InlineData("AccessDeniedException", 403, 403, 403, false)]
    [InlineData("com.amazon#ValidationException", 400, 400, 400, false)]
    [InlineData("ModelErrorException", 424, 500, 500, true)]
    [InlineData("ServiceUnavailableException", 503, 503, 529, true)]
    [InlineData("ModelTimeoutException", 408, 408, 408, true)]
    [InlineData(null, 404, 404, 404, false)]
    [InlineData("", 502, 500, 500, true)]
    public void An_error_of_Bedrocks_keeps_its_meaning(string? type, int status, int openAi, int anthropic, bool isWorthRetrying)
    {
        var error = DialectError.FromBedrock(type, status, "why");
        Assert.Equal((openAi, anthropic, isWorthRetrying), (OpenAiError.Status(error), AnthropicError.Status(error), error.IsWorthRetrying));
    }

    [Fact]
    public void A_refusal_is_nothing_that_an_SDK_tries_again()
    {
        var refusal = DialectError.Refusal("The budget 'search' of 100 USD is spent; it resets on 2026-12-01.", "budget_exceeded");
        Assert.False(refusal.IsWorthRetrying);
        foreach (var status in (int[])[OpenAiError.Status(refusal), AnthropicError.Status(refusal)])
            Assert.False(status is 408 or 409 or 429 or >= 500);
        ArrayBufferWriter<byte> into = new();
        OpenAiError.Write(refusal, into);
        into.Write("\n"u8);
        AnthropicError.Write(refusal, "req_1", into);
        Golden.Matches(Encoding.UTF8.GetString(into.WrittenSpan));
    }
}
