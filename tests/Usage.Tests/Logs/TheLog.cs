using System.Globalization;
using System.Text;
using Assay.Usage.Logs;

namespace Assay.Usage.Tests.Logs;

/// <summary>Log lines written by hand, and what a reader makes of them.</summary>
static class TheLog
{
    public const string Request = "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab";
    public const string Claude = "acme.claude-v1:0", Nova = "acme.nova-v1:0", Gross = "acme.gross-v1", Plain = "acme.plain-v1";

    public static readonly ModelCatalog Catalog = new([
        new(Claude, "Acme", [], GrossInput: false, 1024, ["5m", "1h"], 200_000, HasLongBand: true, Batch: true),
        new(Nova, "Acme", [], GrossInput: false, 1024, ["5m"], 200_000, HasLongBand: false, Batch: true),
        new(Gross, "Acme", [], GrossInput: true, 1024, ["30m"], 200_000, HasLongBand: false, Batch: false),
        new("acme.hourly-v1", "Acme", [], GrossInput: false, 1024, ["1h"], 200_000, HasLongBand: false, Batch: false),
        new(Plain, "Acme", [], GrossInput: false, 0, [], 8_000, HasLongBand: false, Batch: false),
    ]);

    public static readonly LogReaderOptions Options = LogReaderOptions.For(Catalog);

    /// <summary>One record. <paramref name="input"/> and <paramref name="output"/> are members of those objects.</summary>
    public static string Line(
        string input = "\"inputTokenCount\":100", string output = "\"outputTokenCount\":20", string model = Claude, string extra = "",
        string time = "2026-03-04T05:06:07Z", string request = Request, string arn = "arn:aws:sts::111122223333:assumed-role/Clerk/monday") =>
        $$"""{"timestamp":"{{time}}","accountId":"111122223333","identity":{"arn":"{{arn}}"},"region":"us-east-1","requestId":"{{request}}",  """.TrimEnd()
        + $$"""  "operation":"Converse","modelId":"{{model}}","input":{"inputContentType":"application/json"{{After(input)}}},  """.Trim()
        + $$"""  "output":{"outputContentType":"application/json"{{After(output)}}},"schemaType":"ModelInvocationLog",  """.Trim()
        + $$""" "schemaVersion":"1.0"{{After(extra)}}}""".Trim();

    /// <summary>One record whose counts stand in the body alone.</summary>
    public static string Body(string body, string model = Claude, string extra = "") =>
        Line(input: "", output: $"\"outputBodyJson\":{body}", model: model, extra: extra);

    /// <summary>Every form a record is known to have.</summary>
    public static readonly IReadOnlyList<string> Forms =
    [
        Line(),
        Line(extra: """ "inferenceRegion":"us-west-2","requestMetadata":{"app":"chat","team":"core","env":"prod","other":"x"}"""),
        Line(input: "", output: "", extra: """ "errorCode":"ThrottlingException" """),
        Line(output: """ "outputBodyS3Path":"s3://bucket/data/x_output.json.gz","outputTokenCount":20 """),
        Line(output: """
            "outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"a \"quoted\" {brace} \\"}]}},"stopReason":"end_turn","usage":{"inputTokens":100,"outputTokens":20,"totalTokens":120,"cacheReadInputTokens":7,"cacheWriteInputTokens":9,"cacheDetails":[{"ttl":"1h","inputTokens":9}]},"serviceTier":{"type":"flex"}},"outputTokenCount":20
            """),
        Body("""[{"messageStart":{"role":"assistant"}},{"contentBlockDelta":{"delta":{"text":"}]"},"contentBlockIndex":0}},{"messageStop":{"stopReason":"max_tokens"}},{"metadata":{"usage":{"inputTokens":11,"outputTokens":22}}}]"""),
        Body("""{"type":"message","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":5,"output_tokens":6,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":2},"cache_creation_input_tokens":3}}"""),
        Body("""[{"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":1}}},{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":44}}]"""),
        Body("""{"prompt_token_count":3,"generation_token_count":4}""", Plain),
        Body("""{"inputTextTokenCount":8}""", Plain),
        Body("""{"stopReason":"guardrail_intervened","trace":{"guardrail":{"inputAssessment":{"gr":{"invocationMetrics":{"usage":{"contentPolicyUnits":2,"topicPolicyUnits":1}}}}}}}"""),
    ];

    public static (List<UsageRecord> Records, FileReading Reading) Read(string text, LogReaderOptions? options = null) =>
        Read(Encoding.UTF8.GetBytes(text), options);

    public static (List<UsageRecord> Records, FileReading Reading) Read(byte[] bytes, LogReaderOptions? options = null) =>
        Read(new MemoryStream(bytes), new InvocationLogReader(options ?? Options));

    public static (List<UsageRecord> Records, FileReading Reading) Read(Stream log, InvocationLogReader reader)
    {
        var records = new List<UsageRecord>();
        var reading = reader.Read(log, "a.json", batch => records.AddRange(batch), TestContext.Current.CancellationToken);
        Assert.Equal(records.Count, reading.Records);
        return (records, reading);
    }

    /// <summary>The one record of a log of one line, which must be without reservations.</summary>
    public static UsageRecord Only(string line, LogReaderOptions? options = null)
    {
        var (records, reading) = Read(line, options);
        Assert.Empty(reading.FirstSkipped);
        Assert.Empty(reading.FirstDifferences);
        Assert.Null(reading.Stopped);
        return Assert.Single(records);
    }

    /// <summary>Why a log of one line gave no record.</summary>
    public static string Fault(string line, LogReaderOptions? options = null)
    {
        var (records, reading) = Read(line, options);
        Assert.Empty(records);
        Assert.Equal(1, reading.SkippedLines);
        return Assert.Single(reading.FirstSkipped).Reason;
    }

    /// <summary>Everything a record says, for comparing records that are not the same objects.</summary>
    public static string Words(in UsageRecord r) => string.Create(CultureInfo.InvariantCulture,
        $"{r.RequestId} {r.Time:O} {r.Caller.Account}/{r.Caller.Principal}/{r.Caller.App}/{r.Caller.Team}/{r.Caller.Env}/{Tags(r.Caller.Tags)} {r.Region} "
        + $"{r.Model.Id}/{r.Model.Scope}/{r.Model.Kind} {r.Mode} {r.Tier} {r.Term} {r.Tokens} {Amounts(r)} {r.Operation} {r.ErrorCode ?? "-"} {r.StopReason ?? "-"} {r.Refused ?? "-"}");

    /// <summary>Everything a reading says.</summary>
    public static string Words((List<UsageRecord> Records, FileReading Reading) read) => string.Join('\n',
        [.. read.Records.Select(r => Words(r)), $"{read.Reading.Lines} lines, {read.Reading.Records} records, {read.Reading.SkippedLines} skipped, "
            + $"{read.Reading.Differences} differ, stopped: {read.Reading.Stopped}", .. read.Reading.FirstSkipped.Select(n => n.ToString()),
            .. read.Reading.FirstDifferences.Select(n => n.ToString())]);

    public static string Amounts(in UsageRecord record) => string.Join(' ', (record.Amounts ?? []).Select(a => $"{a.Meter.Name()}={a.Amount}"));

    static string Tags(TagValues tags) => string.Join('|', Enumerable.Range(0, tags.Count).Select(i => tags[i] ?? "-"));
    static string After(string members) => string.IsNullOrWhiteSpace(members) ? "" : "," + members.Trim();
}
