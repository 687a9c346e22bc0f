using System.Buffers;
using System.Text;
using Assay.Gateway.Dialects.Anthropic;
using Assay.Gateway.Dialects.OpenAi;
using static Assay.Gateway.Tests.Dialects.Speech;

namespace Assay.Gateway.Tests.Dialects;

/// <summary>Whatever a client sends is translated or refused; nothing throws.</summary>
public sealed class DialectRobustnessTests
{
    static readonly string[] Bodies =
    [
        """{"model":"m","max_tokens":5,"system":"s","messages":[{"role":"system","content":[{"type":"text","text":"a\u00e4","cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"role":"user","content":[{"type":"text","text":"b"},{"type":"image_url","image_url":{"url":"data:image\/png;base64,AAAA"}},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"c","content":"d"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":"auto","stop":["x"],"temperature":0.5,"reasoning_effort":"low","metadata":{"k":"v"}}""",
        """{"model":"m","max_tokens":5,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","data":"x"}},{"type":"text","text":"y"}]},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"tool_use","id":"i","name":"n","input":{"a":[1]}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":[{"type":"text","text":"r"}],"is_error":false}]}],"tools":[{"name":"n","input_schema":{"type":"object"}}],"tool_choice":{"type":"any"},"thinking":{"type":"enabled","budget_tokens":1024},"stop_sequences":["z"],"metadata":{"user_id":"u"}}""",
        """{"model":"amazon.titan-embed-text-v2:0","input":["a","b"],"dimensions":256}""",
    ];

    static void Translate(byte[] body)
    {
        foreach (var translation in (Translation[])[OpenAiChat.Translate(body), AnthropicMessages.Translate(body), AnthropicMessages.Count(body),
            OpenAiChat.Translate(body, Sonnet45), AnthropicMessages.Translate(body, Llama, "x,y")])
            if (translation is Translation.Refused { Error: var error })
            {
                Assert.NotEmpty(error.Message);
                Assert.True(error.Fault is DialectFault.WrongRequest, error.Message);
            }
            else
            {
                Json(((Translation.Ready)translation).Call.Body);
            }
        _ = OpenAiEmbeddings.Translate(body, null, out _);
    }

    [Fact]
    public void A_body_cut_at_any_byte_is_refused_and_nothing_throws()
    {
        foreach (var body in Bodies)
        {
            var bytes = Bytes(body);
            for (var length = 0; length <= bytes.Length; length++) Translate(bytes[..length]);
        }
    }

    [Fact]
    public void Changed_bytes_are_translated_or_refused()
    {
        var change = Gen.Select(Gen.Int[0, 100_000], Gen.OneOf(Gen.Byte, Gen.Int[0, 13].Select(i => (byte)"{}[]\",:\\01-unD"[i])));
        Gen.Select(Gen.Int[0, Bodies.Length - 1], change.List[1, 4]).Sample((which, changes) =>
        {
            var bytes = Bytes(Bodies[which]);
            foreach (var (at, to) in changes) bytes[at % bytes.Length] = to;
            Translate(bytes);
        }, iter: 3000);
    }

    [Fact]
    public void A_value_of_the_wrong_kind_anywhere_is_translated_or_refused()
    {
        string[] values = ["null", "true", "0", "-1", "1.5", "1e999", "\"\"", "\"x\"", "[]", "{}", "[null]", "[{}]", "{\"a\":null}"];
        foreach (var body in Bodies)
        {
            // Every value of the body begins after a colon, a comma or a bracket; replace each by each other kind.
            foreach (var (start, length) in Values(body))
                foreach (var value in values) Translate(Bytes(string.Concat(body.AsSpan(0, start), value, body.AsSpan(start + length))));
        }
    }

    static List<(int Start, int Length)> Values(string json)
    {
        List<(int, int)> places = [];
        System.Text.Json.Utf8JsonReader reader = new(Bytes(json));
        Stack<int> open = [];
        while (reader.Read())
            switch (reader.TokenType)
            {
                case System.Text.Json.JsonTokenType.StartObject or System.Text.Json.JsonTokenType.StartArray: open.Push((int)reader.TokenStartIndex); break;
                case System.Text.Json.JsonTokenType.EndObject or System.Text.Json.JsonTokenType.EndArray:
                    places.Add((open.Peek(), (int)reader.BytesConsumed - open.Pop()));
                    break;
                case System.Text.Json.JsonTokenType.PropertyName: break;
                default: places.Add(((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex))); break;
            }
        return places;
    }

    [Theory]
    [InlineData("\\ud83d"), InlineData("\\ude00"), InlineData("\\ud83d\\ud83d"), InlineData("\\ud83dx"), InlineData("\\ud83d\\n"), InlineData("\\uDE00\\uD83D")]
    public void Half_a_character_is_refused(string text) =>
        Assert.Contains("surrogate", Refused(OpenAiChat.Translate(Bytes($$$$"""{"model":"m","messages":[{"role":"user","content":"{{{{text}}}}"}]}"""))).Message);

    [Theory]
    [InlineData("\\ud83d\\ude00"), InlineData("\\\\ud83d"), InlineData("\\u00e4\\uD83D\\uDE00\\n"), InlineData("\\ud7ff\\ue000")]
    public void A_whole_character_is_taken(string text) =>
        Ready(OpenAiChat.Translate(Bytes($$$$"""{"model":"m","messages":[{"role":"user","content":"{{{{text}}}}"}]}""")));

    [Fact]
    public void A_name_that_stands_twice_is_refused() =>
        Refused(OpenAiChat.Translate(Bytes("""{"model":"a","model":"b","messages":[{"role":"user","content":"x"}]}""")));

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var deep = new string('[', 5_000_000);
        Assert.Equal(DialectFault.WrongRequest, Refused(OpenAiChat.Translate(Bytes($$$$"""{"model":"m","messages":{{{{deep}}}}"""))).Fault);
        var schema = string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100);
        Ready(AnthropicMessages.Translate(Bytes($$$$"""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"t","input_schema":{{{{schema}}}}}]}""")));
    }

    [Fact]
    public void A_body_beyond_Bedrocks_limit_is_too_large()
    {
        var error = Refused(AnthropicMessages.Translate(new byte[RequestBody.BytesMax + 1]));
        Assert.Equal((DialectFault.TooLarge, 413, 413), (error.Fault, OpenAiError.Status(error), AnthropicError.Status(error)));
    }

    [Fact]
    public void A_long_body_costs_a_few_times_its_length()
    {
        var picture = new string('A', 20_000_000);
        var body = Bytes($$$$"""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{{picture}}}}"}}]}]}""");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(picture.Length, Json(Ready(OpenAiChat.Translate(body)).Body).GetProperty("messages")[0].GetProperty("content")[0]
            .GetProperty("image").GetProperty("source").GetProperty("bytes").GetString()!.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000_000);
    }

    [Fact]
    public void Events_of_any_kind_are_written_or_told_as_an_error() =>
        Gen.Select(Gen.Int[0, Events.Length - 1], Gen.Int[0, 400], Gen.Byte).List[1, 5].Sample(changes =>
        {
            ArrayBufferWriter<byte> into = new();
            OpenAiStream one = new(Stamp, includesUsage: true);
            AnthropicStream two = new(Stamp);
            var payloads = Events.Select(e => Bytes(e.Payload)).ToArray();
            foreach (var (which, at, to) in changes) payloads[which][at % payloads[which].Length] = to;
            for (var i = 0; i < Events.Length; i++)
            {
                one.Event(Bytes(Events[i].Type), payloads[i], into);
                two.Event(Bytes(Events[i].Type), payloads[i], into);
            }
            one.End(into);
            two.End(into);
            foreach (var line in Encoding.UTF8.GetString(into.WrittenSpan).Split('\n'))
                if (line.StartsWith("data: {", StringComparison.Ordinal)) Json(Bytes(line["data: ".Length..]));
        });
}
