using Assay.Usage.Logs;
using static Assay.Usage.Tests.Logs.TheLog;

namespace Assay.Usage.Tests.Logs;

/// <summary>What the writer writes, the reader reads back.</summary>
public sealed class WriteAndReadTests
{
    static byte[] Written(params InvocationLogEntry[] entries)
    {
        using var stream = new MemoryStream();
        using (var writer = new InvocationLogWriter(stream))
            foreach (var entry in entries) writer.Write(entry);
        return stream.ToArray();
    }

    static readonly Gen<long> Count = Gen.OneOf(Gen.Const(0L), Gen.Long[0, 300_000]);

    static Gen<TokenCounts> Tokens(string model, LogShape shape) => Gen.Select(Gen.Long[1, 300_000], Count, Count, Count, Count, Count).Select((input, output, read, w5, w30, w1) =>
        shape == LogShape.Embedding ? new TokenCounts { Input = input }
        : model == Gross ? new() { Input = input, Output = output, CacheRead = read, CacheWrite30m = w30 }
        : new() { Input = input, Output = output, CacheRead = read, CacheWrite5m = w5, CacheWrite1h = w1 });

    static readonly Gen<string> Words = Gen.OneOf(Gen.String[Gen.Char['a', 'z'], 1, 8], Gen.Int[0, 3].Select(i => new[] { "say \"hi\"", "back\\slash", "équipe 😀", "{[}]" }[i]));

    static readonly Gen<GuardrailAssessment> Assessment = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 2], Gen.Bool, Gen.Int[1, 2]).Select(
        (content, topic, sensitive, grounding, onOutput, guardrail) => new GuardrailAssessment
        {
            Guardrail = $"gr{guardrail}{(onOutput ? "" : content)}", OnOutput = onOutput, ContentUnits = content, TopicUnits = topic, SensitiveUnits = sensitive,
            GroundingUnits = grounding, WordUnits = 5, SensitiveFreeUnits = 5, Characters = 100,
        });

    static readonly Gen<InvocationLogEntry> Entry =
        from model in Gen.Int[0, 2].Select(i => new[] { Claude, Nova, Gross }[i])
        from prefix in Gen.Int[0, 2].Select(i => new[] { "", "us.", "global." }[i])
        from shape in Gen.Enum<LogShape>()
        from tokens in Tokens(model, shape)
        from guid in Gen.Guid
        from seconds in Gen.Int[0, 100_000_000]
        from names in Words.Array[4]
        from guardrails in Assessment.Array[0, 3]
        let assessments = shape == LogShape.Embedding ? [] : guardrails.Where(g => g.OnOutput).Concat(guardrails.Where(g => !g.OnOutput).DistinctBy(g => g.Guardrail)).ToArray()
        select new InvocationLogEntry
        {
            Record = new UsageRecord
            {
                RequestId = RequestId.Parse(guid.ToString("D")), Time = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(seconds),
                Caller = new("111122223333", "Clerk", names[0], names[1], names[2], TagValues.None), Region = "eu-west-1",
                Model = ModelIdentity.Resolve(prefix + model, Catalog, LogReaderOptions.NoProfiles), Operation = "Converse", Tokens = tokens,
                Amounts = GuardrailAssessment.Amounts(assessments), StopReason = shape == LogShape.Embedding ? null : "end_turn",
            },
            IdentityArn = "arn:aws:sts::111122223333:assumed-role/Clerk/s", ModelId = prefix + model, Shape = shape, OutputBody = LogBody.Included, InputBody = LogBody.Included,
            Metadata = [new("app", names[0]), new("team", names[1]), new("env", names[2]), new("other", names[3])], Guardrails = assessments,
            Content = new() { System = [new LogPart.Words(names[3])], Messages = [new("user", [new LogPart.Words(names[0]), new LogPart.CachePoint("1h")])],
                Answer = [new LogPart.Words(names[3]), new LogPart.ToolUse("id", "tool", "{\"usage\":{\"inputTokens\":9}}")] },
        };

    [Fact]
    public void A_record_written_is_the_record_read() => Entry.Array[1, 5].Sample(entries =>
    {
        var (records, reading) = Read(Written(entries));
        Assert.Empty(reading.FirstSkipped);
        Assert.Empty(reading.FirstDifferences);
        Assert.Equal(entries.Select(e => TheLog.Words(e.Record)), records.Select(r => TheLog.Words(r)));
    }, iter: 500);
}
