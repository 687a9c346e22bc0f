using System.Buffers;
using System.Text;
using System.Text.Json;
using Assay.Gateway.Dialects.Anthropic;
using Assay.Gateway.Dialects.OpenAi;
using static Assay.Gateway.Tests.Dialects.Speech;

namespace Assay.Gateway.Tests.Dialects;

/// <summary>What a client puts together from a stream is what it would have got at once.</summary>
public sealed class StreamTests
{
    const string Thought = "They want \"rain\".", Said = "Let me \nlook üp 🌧", Arguments = "{\"city\":\"Graz\"}";

    // The same answer, its texts cut into deltas at other places; a cut inside a character is not one.
    static List<(string Type, string Payload)> Cut(IReadOnlyList<int> cuts, bool withStops)
    {
        List<(string, string)> events = [Events[0]];
        Block(0, "{\"reasoningContent\":{\"text\":%}}", Thought);
        events.Add(("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}}"""));
        Stop(0);
        Block(1, "{\"text\":%}", Said);
        Stop(1);
        events.Add(Events[7]);
        Block(2, "{\"toolUse\":{\"input\":%}}", Arguments);
        Stop(2);
        return [.. events, .. Events[^2..]];

        void Block(int index, string delta, string text)
        {
            var at = 0;
            foreach (var cut in cuts.Select(c => c % (text.Length + 1)).Where(c => c == text.Length || !char.IsLowSurrogate(text[c])).Append(text.Length).Order())
            {
                events.Add(("contentBlockDelta", $"{{\"contentBlockIndex\":{index},\"delta\":{delta.Replace("%", JsonSerializer.Serialize(text[at..cut]))}}}"));
                at = cut;
            }
        }

        void Stop(int index)
        {
            if (withStops) events.Add(("contentBlockStop", $"{{\"contentBlockIndex\":{index}}}"));
        }
    }

    static IEnumerable<JsonElement> Data(ReadOnlySpan<byte> stream) =>
        Encoding.UTF8.GetString(stream).Split('\n').Where(l => l.StartsWith("data: {", StringComparison.Ordinal)).Select(l => Json(Bytes(l["data: ".Length..])));

    [Fact]
    public void However_the_texts_are_cut_an_OpenAI_client_hears_the_same() => Gen.Select(Gen.Int[0, 99].List[0, 6], Gen.Bool).Sample((cuts, withStops) =>
    {
        ArrayBufferWriter<byte> into = new();
        OpenAiStream stream = new(Stamp, includesUsage: false);
        foreach (var (type, payload) in Cut(cuts, withStops)) stream.Event(Bytes(type), Bytes(payload), into);
        stream.End(into);
        string content = "", thought = "", call = "", finish = "";
        foreach (var choice in Data(into.WrittenSpan).Select(d => d.GetProperty("choices")[0]))
        {
            var delta = choice.GetProperty("delta");
            if (delta.TryGetProperty("content", out var text)) content += text.GetString();
            if (delta.TryGetProperty("reasoning_content", out text)) thought += text.GetString();
            if (delta.TryGetProperty("tool_calls", out var calls)) call += calls[0].GetProperty("function").GetProperty("arguments").GetString();
            finish += choice.GetProperty("finish_reason").GetString();
        }
        Assert.Equal((Said, Thought, Arguments, "tool_calls"), (content, thought, call, finish));
    });

    [Fact]
    public void However_the_texts_are_cut_an_Anthropic_client_hears_the_same() => Gen.Select(Gen.Int[0, 99].List[0, 6], Gen.Bool).Sample((cuts, withStops) =>
    {
        ArrayBufferWriter<byte> into = new();
        AnthropicStream stream = new(Stamp);
        foreach (var (type, payload) in Cut(cuts, withStops)) stream.Event(Bytes(type), Bytes(payload), into);
        stream.End(into);
        List<string> blocks = [];
        var open = -1;
        foreach (var said in Data(into.WrittenSpan))
            switch (said.GetProperty("type").GetString())
            {
                case "content_block_start":
                    Assert.Equal((-1, blocks.Count), (open, said.GetProperty("index").GetInt32()));
                    open = blocks.Count;
                    blocks.Add(said.GetProperty("content_block").GetProperty("type").GetString() + ":");
                    break;
                case "content_block_delta":
                    Assert.Equal(open, said.GetProperty("index").GetInt32());
                    blocks[open] += said.GetProperty("delta").EnumerateObject().Last().Value.GetString();
                    break;
                case "content_block_stop":
                    Assert.Equal(open, said.GetProperty("index").GetInt32());
                    open = -1;
                    break;
                case "message_delta" or "message_stop":
                    Assert.Equal(-1, open);
                    break;
            }
        Assert.Equal([$"thinking:{Thought}c2ln", $"text:{Said}", $"tool_use:{Arguments}"], blocks);
    });

    [Fact]
    public void A_thought_that_is_kept_secret_is_a_block_of_its_own()
    {
        ArrayBufferWriter<byte> into = new();
        AnthropicStream stream = new(Stamp);
        stream.Event("contentBlockDelta"u8, """{"contentBlockIndex":0,"delta":{"reasoningContent":{"redactedContent":"b3BhcXVl"}}}"""u8, into);
        Assert.Contains("""{"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"b3BhcXVl"}}""",
            Encoding.UTF8.GetString(into.WrittenSpan));
    }
}
