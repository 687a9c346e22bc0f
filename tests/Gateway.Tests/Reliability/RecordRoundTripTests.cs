using System.Text;
using Assay.Bedrock;
using Assay.Control.Budgets;
using Assay.Gateway.Admission;
using Assay.Gateway.Calls;
using Assay.Gateway.Identity;
using Assay.Gateway.Metering;
using Assay.Gateway.Upstreams;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Gateway.Tests.Reliability;

/// <summary>What the gateway charges a call is what any report reads out of its journal: the same record, the same cost.</summary>
public sealed class RecordRoundTripTests
{
    static readonly Upstream Server = new("bedrock", UpstreamKind.Bedrock, "http://127.0.0.1:1", "us-east-1", (_, _, _) => ValueTask.CompletedTask);
    static readonly CallMeter Meter = new(Rig.Book, new Calibration(TimeProvider.System));
    static readonly KeyHolder Holder = new(Rig.Owner("one", "chat", "red", "prod"), Rig.Account, null, new BudgetBook([], null), new RateBook([], null, TimeProvider.System));

    static readonly string[] Models =
    [
        "amazon.nova-lite-v1:0", "us.amazon.nova-pro-v1:0", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "global.anthropic.claude-haiku-4-5-20251001-v1:0",
        "openai.gpt-oss-120b-1:0", "amazon.titan-embed-text-v2:0", "amazon.nova-canvas-v1:0", "nobody.knows-this-v1:0",
    ];

    static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    static ModelTarget Target(string id) => new(id, id, ModelIdentity.Resolve(id, Rig.Catalog, LogReaderOptions.NoProfiles), "us-east-1", Server, true);

    static readonly Gen<string> Usages = Gen.Select(Gen.Int[0, 300_000], Gen.Int[0, 5_000], Gen.Int[0, 200_000], Gen.Int[0, 3_000], Gen.Int[0, 3_000], Gen.Int[0, 3])
        .Select((input, output, read, short5, long1, split) =>
        {
            var write = short5 + long1;
            var details = split switch
            {
                0 => "",
                1 => $$""","cacheDetails":[{"ttl":"5m","inputTokens":{{short5}}},{"ttl":"1h","inputTokens":{{long1}}}]""",
                _ => $$""","cacheDetails":[{"ttl":"1h","inputTokens":{{write + 1}}}]""",
            };
            return $$"""{"inputTokens":{{input + read + write}},"outputTokens":{{output}},"totalTokens":{{input + output}},"cacheReadInputTokens":{{read}},"cacheWriteInputTokens":{{write}}{{details}}}""";
        });

    static readonly Gen<string> Extras = Gen.Select(OneOf("", ",\"serviceTier\":{\"type\":\"flex\"}", ",\"serviceTier\":{\"type\":\"priority\"}",
            ",\"serviceTier\":{\"type\":\"reserved\"}", ",\"serviceTier\":{\"type\":\"default\"}", ",\"performanceConfig\":{\"latency\":\"optimized\"}"),
        OneOf("", ",\"stopReason\":\"end_turn\"", ",\"stopReason\":\"guardrail_intervened\"", ",\"stopReason\":\"max_tokens\""),
        OneOf("", ",\"images\":[\"aGk=\",\"aGk=\"]"), Gen.Int[0, 9], Gen.Int[0, 9]).Select((tier, stop, images, content, topic) => tier + stop + images
        + (content + topic == 0 ? "" : ",\"trace\":{\"guardrail\":{\"inputAssessment\":{\"g1\":{\"invocationMetrics\":{\"usage\":{"
            + $"\"contentPolicyUnits\":{content},\"topicPolicyUnits\":{topic},\"wordPolicyUnits\":3,\"sensitiveInformationPolicyUnits\":1,\"sensitiveInformationPolicyFreeUnits\":2,\"contextualGroundingPolicyUnits\":0"
            + "}}}}}}"));

    static void AssertReadBack(string model, string? body, string? failure, int streamed, bool isStream)
    {
        using var call = new Passage
        {
            Id = Guid.NewGuid(), Time = new(2026, 11, 28, 10, 0, 0, DateTimeKind.Utc), Dialect = Dialect.Bedrock, Purpose = Purpose.Answer,
            Operation = isStream ? BedrockOperation.ConverseStream : BedrockOperation.Converse, Path = "/", Asked = model,
            Holder = Holder, Target = Target(model), ClientTags = [new("session", "s \"1\"")],
        };
        call.Body.GetSpan(400)[..400].Fill((byte)'a');
        call.Body.Advance(400);
        call.Facts.Reset();
        call.Size = CallSize.AtMost(call.Facts, 400, 2_000, call.Target);
        var answer = new Answer { Failure = failure, StreamedBytes = streamed, IsWhole = failure is null };
        if (body is not null)
        {
            using var text = new CallBody();
            Encoding.UTF8.GetBytes(body, text);
            answer.Usage.Read(text.Padded, 0, text.Length);
        }
        var metered = Meter.Of(call, answer);

        UsageRecord? read = null;
        var line = JournalLine.Of(call, metered).ToArray();
        var reading = new InvocationLogReader(LogReaderOptions.For(Rig.Catalog)).Read(new MemoryStream(line), "line", batch => read = Assert.Single(batch.ToArray()), CancellationToken.None);

        Assert.Equal(0, reading.SkippedLines);
        var (made, back) = (metered.Record, read!.Value);
        Assert.Equal((made.RequestId, made.Time, made.Region, made.Operation), (back.RequestId, back.Time, back.Region, back.Operation));
        Assert.Equal((made.Model.Id, made.Model.Scope, made.Model.Kind), (back.Model.Id, back.Model.Scope, back.Model.Kind));
        Assert.Equal(made.Caller with { Tags = TagValues.None }, back.Caller with { Tags = TagValues.None });
        Assert.Equal((made.Tokens, made.Mode, made.Tier, made.ErrorCode, made.StopReason), (back.Tokens, back.Mode, back.Tier, back.ErrorCode, back.StopReason));
        Assert.Equal(made.Amounts ?? [], back.Amounts ?? []);
        Assert.Equal(metered.Cost, Rig.Cost(back));
        Assert.Equal(made.Failed, back.Failed);
    }

    [Fact]
    public void A_record_is_read_back_from_its_line_as_it_was_and_costs_the_same() =>
        Gen.Select(OneOf(Models), Usages, Extras, Gen.Bool).Sample((model, usage, extras, isStream) =>
        {
            AssertReadBack(model, $$"""{"usage":{{usage}}{{extras}}}""", null, 0, isStream);
        }, iter: 3_000);

    [Fact]
    public void So_is_one_of_a_call_that_failed_or_broke_off_with_counts_or_without() =>
        Gen.Select(OneOf(Models), Usages, OneOf("throttlingException", "modelStreamErrorException"), Gen.Int[0, 3_000], Gen.Bool)
            .Sample((model, usage, failure, streamed, saysCounts) =>
                AssertReadBack(model, saysCounts ? $$"""{"usage":{{usage}}}""" : null, failure, streamed, isStream: true), iter: 1_000);

    [Fact]
    public void Pictures_are_charged_as_pictures_and_never_as_a_guess_of_tokens() =>
        AssertPictures("""{"images":["aGk=","aGk="]}""");

    static void AssertPictures(string body)
    {
        AssertReadBack("amazon.nova-canvas-v1:0", body, null, 0, isStream: false);
        using var call = new Passage
        {
            Id = Guid.NewGuid(), Time = new(2026, 11, 28, 10, 0, 0, DateTimeKind.Utc), Dialect = Dialect.Bedrock, Purpose = Purpose.Answer,
            Operation = BedrockOperation.InvokeModel, Path = "/", Holder = Holder, Target = Target("amazon.nova-canvas-v1:0"),
        };
        var answer = new Answer { IsWhole = true };
        using var text = new CallBody();
        Encoding.UTF8.GetBytes(body, text);
        answer.Usage.Read(text.Padded, 0, text.Length);
        var metered = Meter.Of(call, answer);
        Assert.True(metered.Record.Tokens.IsNone);
        Assert.Equal(2m, Assert.Single(metered.Record.Amounts!).Amount);
    }

    [Fact]
    public async Task The_cost_in_the_header_is_what_the_line_comes_to()
    {
        await using var rig = await Rig.Make();
        var key = rig.Key();
        using var caller = new Caller((await rig.StartHost()).Address, key);
        for (var i = 1; i < 20; i++)
        {
            var reply = await caller.Converse($"[[tokens={i * 7}]] hello", i % 2 == 0 ? Rig.Lite : "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
            Assert.Equal(Rig.Cost(rig.Record(reply.Id)), reply.Cost);
            Assert.True(reply.Cost > 0m);
        }
    }
}
