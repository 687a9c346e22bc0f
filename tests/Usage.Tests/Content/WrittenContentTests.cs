using Assay.Usage.Logs;
using Assay.Usage.Tests.Logs;
using static Assay.Usage.Tests.Content.TheContent;

namespace Assay.Usage.Tests.Content;

/// <summary>What the writer writes in every shape is read back as the same blocks and the same answer.</summary>
public sealed class WrittenContentTests
{
    static InvocationLogEntry Entry(LogShape shape, LogBody input = LogBody.Included, LogBody output = LogBody.Included) => new()
    {
        Record = new UsageRecord
        {
            RequestId = RequestId.Parse(TheLog.Request), Time = new DateTime(2026, 3, 4, 0, 0, 0, DateTimeKind.Utc), Caller = Caller.Nobody, Region = "us-east-1",
            Model = ModelIdentity.Resolve(TheLog.Claude, TheLog.Catalog, LogReaderOptions.NoProfiles), Operation = "Converse",
            Tokens = new() { Input = 50, Output = shape == LogShape.Embedding ? 0 : 9 }, StopReason = shape == LogShape.Embedding ? null : "end_turn",
        },
        IdentityArn = "arn:aws:iam::111122223333:user/Bo", ModelId = TheLog.Claude, Shape = shape, InputBody = input, OutputBody = output,
        InferenceRegion = "us-west-2", Metadata = [new("session", "s-1")], LatencyMs = 321,
        Content = new()
        {
            MaxTokens = 77, System = [new LogPart.Words("Be kind \"always\"."), new LogPart.CachePoint("1h")],
            Tools = [new("find", "finds things", """{"type":"object"}""")],
            Messages =
            [
                new("user", [new LogPart.Words("where?")]), new("assistant", [new LogPart.ToolUse("t1", "find", """{"q":"x"}""")]),
                new("user", [new LogPart.ToolResult("t1", "there"), new LogPart.CachePoint("5m")]),
            ],
            Answer = [new LogPart.Words("It is over \"there\", I think."), new LogPart.ToolUse("t2", "find", """{"q":"y"}""")],
        },
    };

    static CallContent Read(InvocationLogEntry entry)
    {
        using var stream = new MemoryStream();
        using (var writer = new InvocationLogWriter(stream)) writer.Write(entry);
        return Assert.Single(TheLog.Read(stream.ToArray(), Options).Records).Content!;
    }

    [Theory, InlineData(LogShape.Converse), InlineData(LogShape.ConverseEvents), InlineData(LogShape.InvokeClaude), InlineData(LogShape.InvokeClaudeChunks)]
    public void A_call_with_its_bodies(LogShape shape)
    {
        var content = Read(Entry(shape));
        Assert.Equal("Tools Tool, System Text, System CachePoint, User Text, Assistant ToolUse, User ToolResult, User CachePoint",
            string.Join(", ", content.Prompt!.Select(b => $"{b.Place} {b.Kind}")));
        Assert.Equal(Read(Entry(LogShape.Converse)).Prompt!.Skip(1).Select(b => b.Hash), content.Prompt!.Skip(1).Select(b => b.Hash));
        Assert.Equal(77, content.MaxTokens);
        Assert.NotEqual(0UL, content.Session);
        Assert.Equal("us-west-2", content.ServingRegion);
        Assert.Equal(shape == LogShape.InvokeClaude ? -1 : 321, content.LatencyMs);
        Assert.Equal(AnswerForm.ToolUse, content.Answer.Form);
        Assert.Equal(Read(Entry(LogShape.Converse)).Answer with { Calls = content.Answer.Calls }, content.Answer);
        Assert.Equal(Read(Entry(LogShape.Converse)).Answer.Calls, content.Answer.Calls);
    }

    [Fact]
    public void An_embedding_has_its_text() => Assert.Equal("User Text 6", Skeleton(Read(Entry(LogShape.Embedding)).Prompt));

    [Theory]
    [InlineData(LogBody.OnS3), InlineData(LogBody.LeftOut)]
    public void A_call_without_its_bodies(LogBody body)
    {
        foreach (var shape in Enum.GetValues<LogShape>())
        {
            var content = Read(Entry(shape, body, body));
            Assert.Null(content.Prompt);
            Assert.Equal(AnswerShape.Unknown, content.Answer);
        }
    }

    [Fact]
    public void An_answer_whose_words_were_left_out_is_unknown()
    {
        foreach (var shape in Enum.GetValues<LogShape>())
            Assert.Equal(AnswerShape.Unknown, Read(Entry(shape, output: LogBody.WithoutText)).Answer);
    }

    [Fact]
    public void Of_many_calls_of_two_kilobytes_little_is_kept()
    {
        using var log = new MemoryStream();
        using (var writer = new InvocationLogWriter(log))
            for (var i = 0; i < 5000; i++)
            {
                var entry = Entry(LogShape.Converse);
                writer.Write(entry with { Content = entry.Content with { Tools = [], Messages = [new("user", [new LogPart.Words(Prose(i, 1500))])], Answer = [new LogPart.Words(Prose(-i, 500))] } });
            }
        var reader = new InvocationLogReader(Options);
        log.Position = 0;
        reader.Read(log, "a", _ => { }, TestContext.Current.CancellationToken);
        log.Position = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        reader.Read(log, "a", _ => { }, TestContext.Current.CancellationToken);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 5000, 1, 500);
    }
}
