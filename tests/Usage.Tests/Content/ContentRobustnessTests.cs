using System.Text;
using Assay.Testing;
using Assay.Usage.Logs;
using Assay.Usage.Tests.Logs;
using static Assay.Usage.Tests.Content.TheContent;

namespace Assay.Usage.Tests.Content;

/// <summary>Reading what calls said never costs a record, whatever the bodies look like.</summary>
public sealed class ContentRobustnessTests
{
    static readonly IReadOnlyList<string> Lines =
    [
        .. TheLog.Forms,
        Line("""{"messages":[{"role":"user","content":[{"text":"a \"b\" \\"},{"toolResult":{"toolUseId":"t","content":[{"text":"x"}]}},{"cachePoint":{"type":"default"}}]}],"system":[{"text":"S"}],"toolConfig":{"tools":[{"toolSpec":{"name":"n"}}]},"inferenceConfig":{"maxTokens":5,"stopSequences":["a"]}}""",
            """[{"contentBlockStart":{"start":{"toolUse":{"name":"n"}}}},{"contentBlockDelta":{"delta":{"toolUse":{"input":"{\"a\":"}}}},{"contentBlockDelta":{"delta":{"text":"t"}}},{"metadata":{"metrics":{"latencyMs":5}}}]""",
            """ "inferenceRegion":"us-west-2","requestMetadata":{"session":"s"}"""),
        Line("\"{\\\"messages\\\":[{\\\"role\\\":\\\"user\\\",\\\"content\\\":\\\"hi\\\"}]}\"", "\"{\\\"generation\\\":\\\"{}\\\"}\""),
        Line("""{"tools":[{"name":"n","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"content":[{"type":"tool_use","id":"i","name":"n","input":{"a":[1]}}],"role":"assistant"}]}""",
            """{"content":[{"type":"text","text":"```json\n{\"a\":{\"b\":1}}\n```"},{"type":"tool_use","name":"n","input":{}}]}"""),
    ];

    static void ReadAlike(byte[] bytes, InvocationLogReader with, InvocationLogReader without) =>
        Assert.Equal(TheLog.Words(TheLog.Read(new MemoryStream(bytes), without)), TheLog.Words(TheLog.Read(new MemoryStream(bytes), with)));

    [Fact]
    public void A_line_cut_at_any_byte_is_read_as_without_content()
    {
        InvocationLogReader with = new(Options), without = new(TheLog.Options);
        foreach (var line in Lines)
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            for (var length = 1; length <= bytes.Length; length++) ReadAlike(bytes[..length], with, without);
        }
    }

    [Fact]
    public void Changed_bytes_are_read_as_without_content()
    {
        var change = Gen.Select(Gen.Int[0, 1_000_000], Gen.OneOf(Gen.Byte, Gen.Int[0, 11].Select(i => (byte)"{}[]\",:\\0-un"[i])));
        Gen.Select(Gen.Int[0, Lines.Count - 1], change.Array[1, 8]).Sample((line, changes) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Lines[line]);
            foreach (var (at, value) in changes) bytes[at % bytes.Length] = value;
            ReadAlike(bytes, new(Options), new(TheLog.Options));
        }, iter: 6_000);
    }

    [Fact]
    public void Logs_of_all_forms_are_read_as_without_content() => Gen.Int.Sample(seed =>
    {
        var scribe = new Scribe(new Random(seed));
        var text = string.Join('\n', Enumerable.Range(0, 8).Select(_ => scribe.Fill(scribe.Draft(), 0.05)));
        ReadAlike(Encoding.UTF8.GetBytes(text), new(Options), new(TheLog.Options));
    }, iter: 1_000);

    [Theory, InlineData("["), InlineData("{\"content\":["), InlineData("{\"output\":"), InlineData("{\"messages\":[")]
    public void A_body_of_nothing_but_brackets_exhausts_nothing(string opening)
    {
        var closing = string.Concat(opening.Reverse().Where(c => c is '[' or '{').Select(c => c == '[' ? ']' : '}'));
        var body = string.Concat(Enumerable.Repeat(opening, 50_000)) + "null" + string.Concat(Enumerable.Repeat(closing, 50_000));
        Assert.NotNull(TheLog.Only(Line(body, body), Options).Content);
    }

    [Fact]
    public void Real_records_have_prompts_and_answers()
    {
        var log = File.ReadAllBytes(Path.Combine(Repository.NeedsShared(), "data", "invocation-logs", "real-17.jsonl"));
        ReadAlike(log, new(Options), new(TheLog.Options));
        var (records, _) = TheLog.Read(log, Options);
        Assert.All(records.Where(r => !r.Failed), r => Assert.NotNull(r.Content));
        Assert.Contains(records, r => r.Content is { Prompt.Count: > 0, Answer.Form: AnswerForm.Prose or AnswerForm.Label, MaxTokens: > 0 });
    }
}
