using System.Text;
using Assay.Usage.Logs;
using static Assay.Usage.Tests.Logs.TheLog;

namespace Assay.Usage.Tests.Logs;

/// <summary>
/// A reader goes through a line by the shape of lines before it. A new reader has seen none and reads member by member: both must
/// say the same of every line, whatever came before.
/// </summary>
public sealed class LineTreeNeighbourTests
{
    static readonly LogReaderOptions Tagged = new(Catalog, LogReaderOptions.NoProfiles, ["app", "session", "other"]);

    static void Same_as_alone(IReadOnlyList<string> lines, LogReaderOptions? options = null)
    {
        var together = Read(string.Join('\n', lines), options);
        var alone = lines.Select(line => Read(line, options)).ToList();
        string[] expected = [.. alone.SelectMany(a => a.Records).Select(r => Words(r)), .. Reasons(alone.SelectMany(a => a.Reading.FirstSkipped)),
            .. Reasons(alone.SelectMany(a => a.Reading.FirstDifferences))];
        string[] actual = [.. together.Records.Select(r => Words(r)), .. Reasons(together.Reading.FirstSkipped), .. Reasons(together.Reading.FirstDifferences)];
        Assert.True(expected.SequenceEqual(actual),
            $"{string.Join('\n', lines)}\nalone:\n{string.Join('\n', expected)}\ntogether:\n{string.Join('\n', actual)}");
    }

    static IEnumerable<string> Reasons(IEnumerable<LineNote> notes) => notes.Take(FileReading.NotesKept).Select(n => n.Reason);

    [Fact]
    public void Every_form_reads_as_if_alone_after_any_other() =>
        Gen.Int[0, Forms.Count - 1].Array[2, 30].Sample(order => Same_as_alone([.. order.Select(i => Forms[i])]), iter: 300);

    // Bytes that change what a line means, put where values, names and brackets stand.
    static readonly string[] Odd = ["\"", "\\", "{", "}", "[", "]", ",", ":", "null", "-1", "1.5", "\"\"", "{}", "[]", "9999999999999999999", " ", "flex", "0", "12", "é", "\\u0041"];

    [Fact]
    public void A_changed_line_reads_as_if_alone_after_the_one_it_was_made_from() => Gen.Select(Gen.Int[0, Forms.Count - 1],
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[0, 3], Gen.Int[0, Odd.Length - 1]).Array[1, 3], Gen.Bool).Sample((form, changes, keepTags) =>
        {
            var line = Forms[form];
            foreach (var (at, removed, odd) in changes)
            {
                var start = at % line.Length;
                line = line[..start] + Odd[odd] + line[Math.Min(line.Length, start + removed)..];
            }
            Same_as_alone([Forms[form], Forms[form], line, Forms[form]], keepTags ? Tagged : null);
        }, iter: 2_000);

    // A value of one line in the place of another's: every value the service could write, and some it could not.
    static readonly Gen<string> Value = Gen.OneOf(
        Gen.Int[0, 15].Select(i => new[] { "null", "0", "7", "1000000000000", "1000000000001", "-3", "2.5", "true", "\"\"", "\"5m\"", "\"1h\"", "\"priority\"", "\"a\\nb\"", "[]", "{}", "" }[i]),
        Gen.Int[0, 70].Select(n => $"\"{new string('v', n)}\""),
        Gen.Int[0, 70].Select(n => $"\"{new string('v', n)}\\\\\""));

    const string Template = """
        {"timestamp":"2026-03-04T05:06:07Z","accountId":$,"identity":{"arn":$},"region":"us-east-1","requestId":"r","operation":$,"modelId":"acme.claude-v1:0","errorCode":$,"input":{"inputBodyJson":{"n":$,"m":[$,$]},"inputTokenCount":$,"cacheReadInputTokenCount":$,"cacheWriteInputTokenCount":$},"output":{"outputBodyJson":{"stopReason":$,"usage":{"inputTokens":$,"cacheReadInputTokens":$,"cacheDetails":[{"ttl":$,"inputTokens":$},{"ttl":$,"inputTokens":$}],"service_tier":$},"serviceTier":{"type":$},"performanceConfig":{"latency":$},"trace":{"guardrail":{"input":{"gr":{"invocationMetrics":{"usage":{"contentPolicyUnits":$,"topicPolicyUnits":$}}}}}}},"outputTokenCount":$},"requestMetadata":{"app":$,"application":$,"session":$,"team":$},"extra":$}
        """;

    [Fact]
    public void Whatever_values_stand_in_the_places_of_a_shape_it_reads_as_if_alone() =>
        Gen.Select(Gen.Select(Gen.Int[0, 27], Value).Array[0, 3].Array[1, 6], Gen.Bool).Sample((lines, keepTags) =>
            Same_as_alone([Filled([]), .. lines.Select(Filled), Filled([]), .. lines.Select(Filled)], keepTags ? Tagged : null), iter: 1_500);

    // The everyday value of each place, but for those given.
    static string Filled((int Place, string Value)[] odd)
    {
        string[] everyday = ["\"1\"", "\"arn:aws:iam::1:user/jo\"", "\"Converse\"", "null", "5", "6", "\"x\"", "10", "0", "9", "\"end_turn\"", "10", "0", "\"1h\"", "4", "\"5m\"", "5",
            "\"default\"", "\"flex\"", "\"standard\"", "1", "0", "3", "\"chat\"", "\"long\"", "\"s\"", "\"core\"", "1.5"];
        var parts = Template.Split('$');
        var line = new StringBuilder(parts[0]);
        for (var i = 1; i < parts.Length; i++)
        {
            var at = Array.FindIndex(odd, o => o.Place == i - 1);
            line.Append(at < 0 ? everyday[i - 1] : odd[at].Value).Append(parts[i]);
        }
        return line.ToString();
    }

    [Theory]
    [InlineData("""[{"ttl":"1h"},{"inputTokens":5}]""", """[{"ttl":"5m"},{"inputTokens":6}]""")]
    [InlineData("""[{"ttl":"1h","inputTokens":5}]""", """[{"ttl":"24h","inputTokens":6}]""")]
    [InlineData("""[{"inputTokens":5,"ttl":"1h"}]""", """[{"inputTokens":6,"ttl":"5m"}]""")]
    [InlineData("""[{"ttl":null,"inputTokens":5},{"ttl":"1h","inputTokens":5}]""", """[{"ttl":null,"inputTokens":1},{"ttl":"5m","inputTokens":6}]""")]
    [InlineData("""[{"ttl":"1h","inputTokens":5}],"cache_creation":{"ephemeral_5m_input_tokens":3}""", """[{"ttl":"1h","inputTokens":4}],"cache_creation":{"ephemeral_5m_input_tokens":2}""")]
    [InlineData("""[{"ttl":"1h","inputTokens":5}],"cacheDetails":[{"ttl":"5m","inputTokens":5}]""", """[{"ttl":"1h","inputTokens":4}],"cacheDetails":[{"ttl":"5m","inputTokens":3}]""")]
    public void Lifetimes_read_as_if_alone(string first, string second)
    {
        string With(string details) => Body($$"""{"usage":{"inputTokens":1,"cacheWriteInputTokens":20,"cacheDetails":{{details}}} }""");
        Same_as_alone([With(first), With(second), With(first)]);
        string Before(string details) => Body($$"""{"usage":{"cache_creation":{"ephemeral_5m_input_tokens":3},"cacheWriteInputTokens":20,"cacheDetails":{{details}}} }""");
        Same_as_alone([Before(first), Before(second), Before(first)]);
    }

    [Fact]
    public void A_member_without_a_value_is_a_fault_after_any_line() => Same_as_alone([Line(extra: "\"n\":1"), Line(extra: "\"n\":"), Line(extra: "\"n\":2")]);

    [Theory, InlineData(2), InlineData(6), InlineData(12), InlineData(30)]
    public void Usage_at_any_depth_reads_as_if_alone(int depth)
    {
        string At(int tokens) => Body(string.Concat(Enumerable.Repeat("{\"message\":", depth)) + $"{{\"usage\":{{\"inputTokens\":{tokens}}}}}" + new string('}', depth));
        Same_as_alone([At(1), At(2), At(3)]);
        string Guarded(int units) => Body("{\"trace\":{\"guardrail\":" + string.Concat(Enumerable.Repeat("{\"gr\":", depth))
            + $"{{\"invocationMetrics\":{{\"usage\":{{\"contentPolicyUnits\":{units}}}}}}}" + new string('}', depth + 2));
        Same_as_alone([Guarded(1), Guarded(2)]);
    }

    [Fact]
    public void Lines_of_known_shape_are_indeed_read_by_it()
    {
        var parser = new RecordParser(Options);
        var writer = new BatchWriter(new UsageRecord[512], _ => { });
        for (var i = 0; i < 10; i++)
        {
            var before = parser.Known;
            byte[] bytes = [.. Encoding.UTF8.GetBytes(Line($"\"inputTokenCount\":{i}")), .. new byte[JsonScanner.Padding]];
            Assert.True(parser.Parse(bytes, 0, bytes.Length - JsonScanner.Padding, new("a"), ref writer, out _));
            if (i > 0) Assert.Equal(before + 1, parser.Known);
        }
    }
}
