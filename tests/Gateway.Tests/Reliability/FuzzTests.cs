using System.Buffers;
using System.Text;
using System.Text.Json;
using Assay.Bedrock;
using Assay.Gateway.Calls;
using Assay.Gateway.Exchanges;
using Assay.Gateway.Upstreams;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>Bytes of every kind, drawn by a seed: nothing is thrown, nothing read out of bounds, nothing understood otherwise than by others.</summary>
public sealed class FuzzTests
{
    static readonly string[] Bodies =
    [
        """{"messages":[{"role":"user","content":[{"text":"hello \"there\" \u00e9"},{"image":{"format":"png","source":{"bytes":"aGVsbG8="}}}]}],"inferenceConfig":{"maxTokens":300,"temperature":0.5},"requestMetadata":{"a":"b"}}""",
        """{"inferenceConfig":{},"messages":[{"role":"user","content":[{"text":"x"},{"cachePoint":{"type":"default","ttl":"1h"}}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"t","inputSchema":{"json":{"type":"object"}}}}]}}""",
        """{"model":"gpt","max_tokens":12,"n":2,"stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"},{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f","arguments":"{\"a\":1}"}}]}]}""",
        """{"anthropic_version":"bedrock-2023-05-31","max_tokens":100,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"aGk="}}]}]}""",
        """{"inputText":"words","textGenerationConfig":{"maxTokenCount":77}}""", "{}", """{"\ud83d":1,"m\u0061x_tokens":5,"messages":[{"r\u006fle":"user"}]}""", """{"requestMetadata":{"x":"y"}}""",
    ];

    // A byte changed, dropped, doubled, a piece moved: what is nearly right finds more than noise.
    static byte[] Mutated(Random dice, byte[] bytes)
    {
        var all = bytes.ToList();
        for (var times = dice.Next(0, 4); times > 0 && all.Count > 0; times--)
        {
            var at = dice.Next(all.Count);
            switch (dice.Next(6))
            {
                case 0: all[at] = (byte)dice.Next(256); break;
                case 1: all.RemoveAt(at); break;
                case 2: all.Insert(at, all[at]); break;
                case 3: all.RemoveRange(at, Math.Min(dice.Next(20), all.Count - at)); break;
                case 4: all.InsertRange(at, all.GetRange(dice.Next(all.Count), 0)); all[at] = (byte)"{}[]\",:\\0n"[dice.Next(10)]; break;
                default: var from = dice.Next(all.Count); all.InsertRange(at, all.GetRange(from, Math.Min(dice.Next(40), all.Count - from)).ToArray()); break;
            }
        }
        return [.. all];
    }

    [Fact]
    public void A_body_is_read_as_any_reader_of_JSON_reads_it_and_never_throws()
    {
        var dice = new Random(1);
        var (accepted, limits) = (0, 0);
        for (var i = 0; i < 30_000; i++)
        {
            var body = Mutated(dice, Encoding.UTF8.GetBytes(Bodies[i % Bodies.Length]));
            var facts = new CallFacts();
            var fault = CallScan.Read(body, facts);
            using var json = Parsed(body);
            if (json is null || json.RootElement.ValueKind != JsonValueKind.Object)
            {
                Assert.True(fault is not null, Encoding.UTF8.GetString(body));
                continue;
            }
            // Sense may be missing, but nobody is told that JSON is none.
            if (fault is not null)
            {
                Assert.DoesNotContain("is not JSON", fault, StringComparison.Ordinal);
                continue;
            }
            accepted++;
            Assert.Equal(LimitOf(json.RootElement), facts.MaxTokens);
            if (facts.MaxTokens < 1) continue;
            limits++;
            Assert.Equal(facts.MaxTokens, long.Parse(body.AsSpan(facts.MaxTokensValue.Start, facts.MaxTokensValue.Length), System.Globalization.CultureInfo.InvariantCulture));
        }
        Assert.True(accepted > 5_000 && limits > 2_000, $"{accepted} {limits}");
    }

    static JsonDocument? Parsed(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body, new() { MaxDepth = 60 });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static readonly string[] Names =
    [
        "maxTokens", "max_tokens", "max_gen_len", "maxTokenCount", "max_new_tokens", "max_output_tokens", "max_tokens_to_sample", "max_completion_tokens",
    ];

    static long LimitOf(JsonElement root)
    {
        foreach (var holder in (IEnumerable<JsonElement>)[root, .. root.EnumerateObject()
            .Where(m => (m.NameEquals("inferenceConfig") || m.NameEquals("textGenerationConfig")) && m.Value.ValueKind == JsonValueKind.Object).Select(m => m.Value)])
            foreach (var member in holder.EnumerateObject())
                if (Array.Exists(Names, n => member.NameEquals(n)) && member.Value.ValueKind == JsonValueKind.Number) return member.Value.GetInt64();
        return -1;
    }

    [Fact]
    public void A_body_that_is_clamped_and_stamped_is_JSON_with_that_limit_and_those_tags()
    {
        var dice = new Random(2);
        var edited = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var body = Mutated(dice, Encoding.UTF8.GetBytes(Bodies[i % Bodies.Length]));
            var facts = new CallFacts();
            if (CallScan.Read(body, facts) is not null || facts.IsEmpty) continue;
            if (!facts.MaxTokensValue.IsNone && (facts.LimitHolder, facts.LimitName) != ("inferenceConfig", "maxTokens")) continue;
            var edits = new BodyEdits();
            BedrockExchange.ClampConverse(facts, 64, edits);
            if (facts.Metadata.IsNone) edits.Insert(facts.Start, Encoding.UTF8.GetBytes($"\"requestMetadata\":{{\"key\":\"k\"}}{(facts.IsEmpty ? "" : ",")}"));
            else edits.Replace(facts.Metadata, "{\"key\":\"k\"}"u8.ToArray());
            var into = new ArrayBufferWriter<byte>();
            edits.Apply(body, into);
            using var json = Parsed(into.WrittenSpan.ToArray());
            Assert.True(json is not null, $"{Encoding.UTF8.GetString(body)}\n{Encoding.UTF8.GetString(into.WrittenSpan)}");
            Assert.Equal(64, json.RootElement.GetProperty("inferenceConfig").GetProperty("maxTokens").GetInt32());
            Assert.Equal("""{"key":"k"}""", json.RootElement.GetProperty("requestMetadata").GetRawText());
            edited++;
        }
        Assert.True(edited > 2_000, $"{edited}");
    }

    static byte[] Frames(Random dice)
    {
        var into = new ArrayBufferWriter<byte>();
        EventStreamWriter.WriteEvent(into, "messageStart"u8, "{\"role\":\"assistant\"}"u8);
        for (var i = dice.Next(6); i > 0; i--)
            EventStreamWriter.WriteEvent(into, "contentBlockDelta"u8, Encoding.UTF8.GetBytes($"{{\"contentBlockIndex\":0,\"delta\":{{\"text\":\"{new string('w', dice.Next(50))}\"}}}}"));
        EventStreamWriter.WriteEvent(into, "messageStop"u8, "{\"stopReason\":\"end_turn\"}"u8);
        EventStreamWriter.WriteEvent(into, "metadata"u8, "{\"usage\":{\"inputTokens\":11,\"outputTokens\":7,\"totalTokens\":18}}"u8);
        return into.WrittenSpan.ToArray();
    }

    static byte[] Events(Random dice, bool isAnthropic)
    {
        var end = dice.Next(2) == 0 ? "\n" : "\r\n";
        var text = new StringBuilder();
        for (var i = dice.Next(6); i > 0; i--)
            text.Append(isAnthropic ? $"event: content_block_delta{end}data: {{\"delta\":{{\"text\":\"w{i}\"}}}}{end}{end}" : $"data: {{\"choices\":[{{\"delta\":{{\"content\":\"w{i}\"}}}}]}}{end}{end}");
        text.Append(isAnthropic ? $"event: message_stop{end}data: {{\"type\":\"message_stop\"}}{end}{end}" : $"data: [DONE]{end}{end}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static byte[] Passed(Random dice, StreamTap tap, byte[] bytes)
    {
        var into = new ArrayBufferWriter<byte>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(dice.Next(1, 60), bytes.Length - at);
            tap.Feed(bytes.AsSpan(at, length), into);
            at += length;
        }
        tap.Finish(into);
        return into.WrittenSpan.ToArray();
    }

    [Fact]
    public void However_a_stream_is_cut_its_client_gets_it_byte_for_byte()
    {
        var dice = new Random(3);
        for (var i = 0; i < 6_000; i++)
        {
            var bytes = (i % 3) switch { 0 => Frames(dice), 1 => Events(dice, isAnthropic: true), _ => Events(dice, isAnthropic: false) };
            using StreamTap tap = (i % 3) switch
            {
                0 => new BedrockTap(),
                1 => new EventTap(UpstreamKind.Anthropic, dropsUsage: false),
                _ => new EventTap(UpstreamKind.OpenAi, dropsUsage: false),
            };
            Assert.Equal(bytes, Passed(dice, tap, bytes));
            Assert.True(tap.Answer.IsWhole);
            if (i % 3 == 0) Assert.True(tap.Answer.Usage.HasTokens);
        }
    }

    [Fact]
    public void The_end_of_a_stream_waits_for_the_journal()
    {
        var dice = new Random(4);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = Frames(dice);
            using var tap = new BedrockTap();
            var into = new ArrayBufferWriter<byte>();
            tap.Feed(bytes, into);
            Assert.True(into.WrittenSpan.IndexOf("inputTokens"u8) < 0);
            Assert.True(into.WrittenSpan.IndexOf("messageStop"u8) > 0);
        }
    }

    [Fact]
    public void A_stream_that_is_spoilt_is_told_as_such_and_throws_nothing_else()
    {
        var dice = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Mutated(dice, (i % 3) switch { 0 => Frames(dice), 1 => Events(dice, isAnthropic: true), _ => Events(dice, isAnthropic: false) });
            using StreamTap tap = (i % 3) switch
            {
                0 => new BedrockTap(),
                1 => new EventTap(UpstreamKind.Anthropic, dropsUsage: false),
                _ => new EventTap(UpstreamKind.OpenAi, dropsUsage: true),
            };
            try
            {
                Assert.True(Passed(dice, tap, bytes).Length <= bytes.Length);
            }
            catch (InvalidDataException)
            {
                // What the relay knows how to tell the client.
            }
        }
    }
}
