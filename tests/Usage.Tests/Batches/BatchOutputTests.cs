using System.Text;
using Assay.Testing;
using Assay.Usage.Batches;
using Assay.Usage.Logs;

namespace Assay.Usage.Tests.Batches;

/// <summary>What batch jobs leave behind: every vendor's answers, failures, and the manifest that has to agree.</summary>
public class BatchOutputTests
{
    static readonly ModelCatalog Catalog = ReadCatalog();
    static readonly DateTime Written = new(2026, 7, 3, 4, 5, 6, DateTimeKind.Utc);
    static readonly BatchStatement Said = new("anthropic.claude-sonnet-4-6", "us-east-1", Caller.Nobody with { Account = "111122223333" });

    static ModelCatalog ReadCatalog()
    {
        using var text = File.OpenText(Path.Combine(Repository.Root, "prices", "models.csv"));
        return ModelCatalogFile.Read(text, "models.csv");
    }

    static BatchFile Of(string path, params string[] lines) =>
        new(path, () => new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")), Written);

    static (List<UsageRecord> Records, BatchReading Reading) Read(BatchStatement said, params BatchFile[] files)
    {
        List<UsageRecord> records = [];
        var reading = new BatchOutputReader(LogReaderOptions.For(Catalog), said).Read(files, r => records.AddRange(r), CancellationToken.None);
        return (records, reading);
    }

    static string Answer(string id, string output) => $$"""{"modelInput":{"messages":[{"role":"user","content":"hi \"x\""}]},"modelOutput":{{output}},"recordId":"{{id}}"}""";

    [Theory]
    [InlineData("""{"model":"claude-sonnet-4-6","usage":{"input_tokens":12,"output_tokens":5,"cache_read_input_tokens":3}}""", 12, 5, 3)]
    [InlineData("""{"output":{"message":{}},"stopReason":"end_turn","usage":{"inputTokens":12,"outputTokens":5,"totalTokens":17}}""", 12, 5, 0)]
    [InlineData("""{"choices":[{"text":"x"}],"usage":{"prompt_tokens":12,"completion_tokens":5}}""", 12, 5, 0)]
    [InlineData("""{"generation":"x","prompt_token_count":12,"generation_token_count":5}""", 12, 5, 0)]
    [InlineData("""{"embedding":[0.1],"inputTextTokenCount":12}""", 12, 0, 0)]
    public void Every_vendors_counts_are_read(string output, long input, long answered, long cacheRead)
    {
        var record = Assert.Single(Read(Said, Of("out/abc/a.jsonl.out", Answer("r1", output))).Records);
        Assert.Equal(new TokenCounts { Input = input, Output = answered, CacheRead = cacheRead }, record.Tokens);
        Assert.Equal((Mode.Batch, "us-east-1", "anthropic.claude-sonnet-4-6", "111122223333", Written),
            (record.Mode, record.Region, record.Model.Id, record.Caller.Account, record.Time));
        Assert.False(record.Kind.IsSum);
    }

    [Fact]
    public void A_record_that_failed_costs_nothing_and_is_counted()
    {
        var (records, reading) = Read(Said, Of("out/abc/a.jsonl.out",
            """{"modelInput":{},"error":{"errorCode":400,"errorMessage":"bad request"},"recordId":"r1"}""",
            Answer("r2", """{"usage":{"input_tokens":1,"output_tokens":1}}""")));
        Assert.Equal(["400", null], records.Select(r => r.ErrorCode));
        Assert.True(records[0].Failed);
        Assert.Equal((1L, 1L), (reading.Jobs[0].Totals.Failed, reading.Jobs[0].Totals.Succeeded));
    }

    [Fact]
    public void The_sums_are_checked_against_the_manifest()
    {
        var output = Of("out/abc/a.jsonl.out", Answer("r1", """{"usage":{"input_tokens":10,"output_tokens":5}}"""),
            Answer("r2", """{"usage":{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":7}}"""));
        BatchFile Manifest(string text) => Of("out/abc/manifest.json.out", text);
        const string rest = "\"totalRecordCount\":2,\"processedRecordCount\":2,\"successRecordCount\":2,\"errorRecordCount\":0";
        Assert.Empty(Read(Said, output, Manifest($$"""{{{rest}},"inputTokenCount":20,"outputTokenCount":10}""")).Reading.Jobs[0].Differences);
        Assert.Empty(Read(Said, output, Manifest($$"""{{{rest}},"inputTokenCount":27,"outputTokenCount":10}""")).Reading.Jobs[0].Differences);
        Assert.Equal(["input tokens: the manifest says 1,021, the output has 20", "output tokens: the manifest says 9, the output has 10"],
            Read(Said, output, Manifest($$"""{{{rest}},"inputTokenCount":1021,"outputTokenCount":9}""")).Reading.Jobs[0].Differences);
        Assert.Equal("records that succeeded: the manifest says 3, the output has 2", Assert.Single(Read(Said, output,
            Manifest("""{"processedRecordCount":3,"successRecordCount":3}""")).Reading.Jobs[0].Differences));
    }

    [Fact]
    public void The_jobs_description_names_model_region_account_and_day()
    {
        var job = Of("out/abc/job.json", """
            {"jobArn":"arn:aws:bedrock:eu-west-1:999988887777:model-invocation-job/j0b","modelId":"eu.anthropic.claude-haiku-4-5-20251001-v1:0",
             "roleArn":"arn:aws:iam::999988887777:role/BatchRole","submitTime":"2026-07-01T00:00:00Z","endTime":"2026-07-02T00:00:00Z"}
            """);
        var record = Assert.Single(Read(BatchStatement.Nothing, job, Of("out/abc/a.jsonl.out", Answer("r", """{"usage":{"input_tokens":1}}"""))).Records);
        Assert.Equal(("eu-west-1", "999988887777", "BatchRole", "anthropic.claude-haiku-4-5-20251001-v1:0", Scope.Geo, new DateTime(2026, 7, 2)),
            (record.Region, record.Caller.Account, record.Caller.Principal, record.Model.Id, record.Model.Scope, record.Time));
    }

    [Fact]
    public void A_folder_may_name_model_and_region_and_an_answer_its_model()
    {
        var named = Read(BatchStatement.Nothing, Of("us-west-2/amazon.nova-lite-v1_0/abc/a.jsonl.out", Answer("r", """{"usage":{"inputTokens":1}}"""))).Records[0];
        Assert.Equal(("us-west-2", "amazon.nova-lite-v1:0"), (named.Region, named.Model.Id));
        var answered = Read(BatchStatement.Nothing with { Region = "us-east-1" }, Of("abc/a.jsonl.out",
            Answer("r", """{"model":"claude-3-haiku-20240307","usage":{"input_tokens":1}}"""))).Records[0];
        Assert.Equal("anthropic.claude-3-haiku-20240307-v1:0", answered.Model.Id);
    }

    [Fact]
    public void What_nothing_names_is_said_and_no_record_is_made_up()
    {
        var output = Of("abc/a.jsonl.out", Answer("r", """{"usage":{"inputTokens":1}}"""));
        var (records, reading) = Read(BatchStatement.Nothing with { Region = "us-east-1" }, output);
        Assert.Empty(records);
        Assert.Equal("names no model; say it with --batch MODEL@REGION", Assert.Single(reading.Files[0].FirstSkipped).Reason);
        Assert.StartsWith("batch output that names no region", Read(BatchStatement.Nothing, output).Reading.Files[0].Stopped,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_keeps_its_identity_and_two_jobs_do_not_share_it()
    {
        var line = Answer("r1", """{"usage":{"input_tokens":1}}""");
        RequestId IdIn(string path) => Read(Said, Of(path, line)).Records[0].RequestId;
        Assert.Equal(IdIn("here/abc/a.jsonl.out"), IdIn("there/abc/a.jsonl.out"));
        Assert.NotEqual(IdIn("here/abc/a.jsonl.out"), IdIn("here/abd/a.jsonl.out"));
    }

    [Fact]
    public void Broken_lines_cost_themselves_only()
    {
        var (records, reading) = Read(Said, Of("abc/a.jsonl.out", "{\"modelInput\":{}", "nonsense", "", """{"recordId":"x"}""",
            """{"modelInput":{},"modelOutput":{"usage":{"input_tokens":-5}},"recordId":"r"}""",
            Answer("good", """{"usage":{"input_tokens":1}}"""), Answer("uncounted", """{"text":"x"}""")));
        Assert.Equal(["batch/abc/good", "batch/abc/uncounted"], records.Select(r => r.RequestId.ToString()));
        Assert.Equal((4L, 1L), (reading.Files[0].SkippedLines, reading.Jobs[0].Totals.Uncounted));
        Assert.Equal([1L, 2L, 4L, 5L], reading.Files[0].FirstSkipped.Select(n => n.Line));
        Assert.Contains("counts no tokens", Assert.Single(reading.Files[0].FirstDifferences).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_longer_than_the_first_buffer_are_read_whole()
    {
        var big = Answer("big", """{"usage":{"input_tokens":1}}""").Replace("hi ", new string('x', 3_000_000), StringComparison.Ordinal);
        var small = Answer("small", """{"usage":{"input_tokens":2}}""");
        Assert.Equal([2L, 1L, 2L], Read(Said, Of("abc/a.jsonl.out", small, big, small)).Records.Select(r => r.Tokens.Input));
    }

    [Fact]
    public void Batch_files_are_told_by_their_content()
    {
        Assert.True(BatchOutputReader.IsBatchFile(Encoding.UTF8.GetBytes(Answer("r", "{}"))));
        Assert.True(BatchOutputReader.IsBatchFile("""{"totalRecordCount":1,"processedRecordCount":1}"""u8));
        Assert.False(BatchOutputReader.IsBatchFile("""{"schemaType":"ModelInvocationLog","modelId":"x"}"""u8));
    }
}
