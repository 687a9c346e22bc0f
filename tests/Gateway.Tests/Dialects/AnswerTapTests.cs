using System.Buffers;
using System.Text;
using Assay.Gateway.Dialects.OpenAi;
using Assay.Gateway.Dialects.Anthropic;
using Assay.Usage;
using static Assay.Gateway.Tests.Dialects.Speech;

namespace Assay.Gateway.Tests.Dialects;

/// <summary>What is heard of an answer that passes unchanged.</summary>
public sealed class AnswerTapTests
{
    static readonly string Chat = """
        : keep-alive

        data: {"id":"c","model":"gpt-5.4-2026-03-05","service_tier":"priority","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

        data: {"choices":[{"index":0,"delta":{"content":"Grüß \"\u00e4\" 🌧"}}]}

        data: {"choices":[{"index":0,
        data: "delta":{"tool_calls":[{"index":0,"function":{"name":"now","arguments":"{}"}}]}}]}

        data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data:{"choices":[],"usage":{"prompt_tokens":1200,"completion_tokens":30,"prompt_tokens_details":{"cached_tokens":1000},"completion_tokens_details":{"reasoning_tokens":5}}}

        data: [DONE]


        """.ReplaceLineEndings("\n");

    static readonly string Messages = """
        event: message_start
        data: {"type":"message_start","message":{"model":"claude-sonnet-5","content":[],"usage":{"input_tokens":20,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"cache_creation":{"ephemeral_5m_input_tokens":40,"ephemeral_1h_input_tokens":60},"output_tokens":1,"service_tier":"standard"}}}

        event: ping
        data: {"type":"ping"}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"now","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":30}}

        event: message_stop
        data: {"type":"message_stop"}


        """.ReplaceLineEndings("\n");

    static string Heard(AnswerTap tap) =>
        $"{tap.Model} {tap.FinishReason} {tap.ServiceTier} {tap.Tokens} {tap.OutputCharacters} {tap.Error} {tap.Position} {tap.TerminalAt}";

    static AnswerTap Fed(AnswerTap tap, byte[] stream, IEnumerable<int> cuts)
    {
        var at = 0;
        foreach (var cut in cuts.Append(stream.Length).Select(c => Math.Min(c, stream.Length)).Order())
        {
            tap.Feed(stream.AsSpan(at, cut - at));
            at = cut;
        }
        tap.Complete();
        return tap;
    }

    [Fact]
    public void A_chat_is_heard()
    {
        var tap = Fed(AnswerTap.OfOpenAi(), Bytes(Chat), []);
        Assert.Equal(("gpt-5.4-2026-03-05", "tool_calls", "priority"), (tap.Model, tap.FinishReason, tap.ServiceTier));
        Assert.Equal(new TokenCounts { Input = 200, CacheRead = 1000, Output = 30 }, tap.Tokens);
        Assert.Equal("Grüß \"ä\" X".Length + "now{}".Length, tap.OutputCharacters);
        Assert.Equal(Encoding.UTF8.GetByteCount(Chat[..Chat.IndexOf("data: [DONE]", StringComparison.Ordinal)]), tap.TerminalAt);
    }

    [Fact]
    public void A_message_is_heard()
    {
        var tap = Fed(AnswerTap.OfAnthropic(), Bytes(Messages), []);
        Assert.Equal(("claude-sonnet-5", "end_turn", "standard"), (tap.Model, tap.FinishReason, tap.ServiceTier));
        Assert.Equal(new TokenCounts { Input = 20, CacheRead = 1000, CacheWrite5m = 40, CacheWrite1h = 60, Output = 30 }, tap.Tokens);
        Assert.Equal("now{'a'Hi".Length, tap.OutputCharacters);
        Assert.Equal(Messages.IndexOf("event: message_stop", StringComparison.Ordinal), tap.TerminalAt);
    }

    [Theory]
    [InlineData("\n"), InlineData("\r\n"), InlineData("\r")]
    public void Chunks_and_line_ends_change_nothing_that_is_heard(string lineEnd)
    {
        foreach (var (text, make) in (ReadOnlySpan<(string, Func<AnswerTap>)>)[(Chat, AnswerTap.OfOpenAi), (Messages, AnswerTap.OfAnthropic)])
        {
            var stream = Bytes(text.Replace("\n", lineEnd));
            var whole = Heard(Fed(make(), stream, []));
            Assert.Equal(whole, Heard(Fed(make(), stream, Enumerable.Range(0, stream.Length))));
            Gen.Int[0, stream.Length].List[0, 12].Sample(cuts => Assert.Equal(whole, Heard(Fed(make(), stream, cuts))), iter: 200);
        }
    }

    [Fact]
    public void The_end_is_known_before_a_client_can_know_it()
    {
        foreach (var (text, make, end) in (ReadOnlySpan<(string, Func<AnswerTap>, string)>)
            [(Chat, AnswerTap.OfOpenAi, "data: [DONE]\n"), (Messages, AnswerTap.OfAnthropic, "event: message_stop\n")])
        {
            var stream = Bytes(text);
            for (var size = 1; size < 40; size++)
            {
                var tap = make();
                using MemoryStream passed = new();
                for (var at = 0; at < stream.Length && tap.TerminalAt is null; at += size)
                {
                    var chunk = stream.AsSpan(at, Math.Min(size, stream.Length - at));
                    tap.Feed(chunk);
                    passed.Write(tap.TerminalAt is { } from ? chunk[..(int)Math.Max(0, from - at)] : chunk);
                }
                Assert.DoesNotContain(end, Encoding.UTF8.GetString(passed.ToArray()));
            }
        }
    }

    [Fact]
    public void What_the_gateway_writes_is_heard_as_it_was_meant()
    {
        ArrayBufferWriter<byte> chat = new(), messages = new();
        OpenAiStream one = new(Stamp, includesUsage: true);
        AnthropicStream two = new(Stamp);
        foreach (var (type, payload) in Events)
        {
            one.Event(Bytes(type), Bytes(payload), chat);
            two.Event(Bytes(type), Bytes(payload), messages);
        }
        one.End(chat);
        two.End(messages);
        TokenCounts counts = new() { Input = 20, Output = 30, CacheRead = 1000, CacheWrite5m = 40, CacheWrite1h = 60 };
        Assert.Equal(counts, Fed(AnswerTap.OfAnthropic(), messages.WrittenSpan.ToArray(), []).Tokens);
        // OpenAI's form does not say how long what was written lives.
        Assert.Equal(counts with { CacheWrite5m = 0, CacheWrite1h = 0, CacheWriteUnknown = 100 }, Fed(AnswerTap.OfOpenAi(), chat.WrittenSpan.ToArray(), []).Tokens);
    }

    [Fact]
    public void A_whole_answer_is_heard_like_a_stream()
    {
        ArrayBufferWriter<byte> chat = new(), message = new();
        OpenAiAnswer.Write(Bytes(Answer), Stamp, chat);
        AnthropicAnswer.Write(Bytes(Answer), Stamp, message);
        AnswerTap one = AnswerTap.OfOpenAi(), two = AnswerTap.OfAnthropic();
        one.Whole(chat.WrittenSpan);
        two.Whole(message.WrittenSpan);
        Assert.Equal(("smart", "tool_calls", 20L, 30L), (one.Model, one.FinishReason, one.Tokens!.Value.Input, one.Tokens.Value.Output));
        Assert.Equal(("smart", "tool_use", 20L, 60L), (two.Model, two.FinishReason, two.Tokens!.Value.Input, two.Tokens.Value.CacheWrite1h));
    }

    [Fact]
    public void An_error_is_heard()
    {
        var tap = Fed(AnswerTap.OfAnthropic(), Bytes("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Busy\"}}\n\n"), []);
        Assert.Equal(("overloaded_error", "Busy"), tap.Error);
        Assert.Null(tap.Tokens);
    }

    [Fact]
    public void An_endless_line_is_counted_and_not_kept_and_the_next_event_is_heard()
    {
        var tap = AnswerTap.OfOpenAi();
        tap.Feed("data: {\"choices\":[{\"delta\":{\"content\":\""u8);
        var chunk = Enumerable.Repeat((byte)'x', 100_000).ToArray();
        tap.Feed(chunk);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 500; i++) tap.Feed(chunk);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * SseEvents.BytesMax);
        tap.Feed("\"}}]}\n\n"u8);
        Assert.InRange(tap.OutputCharacters, 50_000_000, 50_200_000);
        tap.Feed("data: {\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\ndata: [DONE]\n\n"u8);
        Assert.Equal(new TokenCounts { Input = 3, Output = 4 }, tap.Tokens);
        Assert.NotNull(tap.TerminalAt);
    }

    [Fact]
    public void A_chunk_costs_no_memory()
    {
        var tap = AnswerTap.OfOpenAi();
        var chunk = Bytes("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},\"finish_reason\":null}]}\n\n");
        for (var i = 0; i < 100; i++) tap.Feed(chunk);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) tap.Feed(chunk);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Garbage_is_passed_over() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        Fed(AnswerTap.OfOpenAi(), bytes, [7]);
        Fed(AnswerTap.OfAnthropic(), [.. "data: {"u8, .. bytes, .. "\n\n"u8], [7]);
        AnswerTap.OfOpenAi().Whole(bytes);
    });
}
