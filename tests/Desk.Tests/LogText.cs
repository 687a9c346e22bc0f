using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Assay.Desk.Tests;

/// <summary>Log lines written by hand, in the JSON that Bedrock writes.</summary>
static class LogText
{
    public const string Llama = "meta.llama3-3-70b-instruct-v1:0";
    public const string Sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    public const string Embedding = "amazon.titan-embed-text-v2:0";
    public const string Profile = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123";

    public static string Call(
        string id, string model = Llama, long? input = null, long? output = null, long? cacheRead = null, long? cacheWrite = null,
        string time = "2026-07-01T10:00:00Z", string region = "us-east-1", string role = "assumed-role/ChatRole/session",
        string? tags = null, string? body = null, string? error = null, string account = "111122223333",
        string? refused = null)
    {
        JsonObject record = new()
        {
            ["timestamp"] = time, ["accountId"] = account, ["identity"] = new JsonObject { ["arn"] = $"arn:aws:sts::{account}:{role}" },
            ["region"] = region, ["requestId"] = id, ["operation"] = "Converse", ["modelId"] = model,
            ["input"] = Counts(("inputTokenCount", input), ("cacheReadInputTokenCount", cacheRead), ("cacheWriteInputTokenCount", cacheWrite)),
            ["output"] = Counts(("outputTokenCount", output)), ["schemaType"] = "ModelInvocationLog", ["schemaVersion"] = "1.0",
        };
        if (tags is not null) record["requestMetadata"] = JsonNode.Parse(tags);
        if (body is not null) record["output"]!["outputBodyJson"] = JsonNode.Parse(body);
        if (error is not null) record["errorCode"] = error;
        if (refused is not null) record["gateway"] = new JsonObject { ["refused"] = refused };
        return record.ToJsonString() + "\n";
    }

    static JsonObject Counts(params (string Name, long? Count)[] counts)
    {
        JsonObject members = [];
        foreach (var (name, count) in counts)
            if (count is { } known) members[name] = known;
        return members;
    }

    /// <summary>An answer stopped by a guardrail that took so many units of each of three policies.</summary>
    public static string BlockedBody(int units) => """
        {"stopReason":"guardrail_intervened","trace":{"guardrail":{"inputAssessment":{"g1":{"invocationMetrics":{"usage":{
        "topicPolicyUnits":UNITS,"contentPolicyUnits":UNITS,"wordPolicyUnits":UNITS,"sensitiveInformationPolicyUnits":UNITS,
        "sensitiveInformationPolicyFreeUnits":7,"contextualGroundingPolicyUnits":0}}}}}}}
        """.Replace("UNITS", units.ToString(), StringComparison.Ordinal);

    /// <summary>
    /// Everything that needs care in one small log: an everyday call, cache writes of unknown lifetime, a failed, a blocked, an opaque,
    /// a repeated one, an embedding by an IAM user, and a line that broke off. 0.04864927 USD, at most 0.05159452.
    /// </summary>
    public static readonly string Small =
        Call("r-1", input: 1000, output: 500, tags: """{"app":"chat","team":"care","env":"prod","project":"apollo"}""")
        + Call("r-2", Sonnet, input: 1, output: 672, cacheRead: 32634, cacheWrite: 1190, time: "2026-07-02T10:00:00Z",
            role: "assumed-role/DocsRole/session", tags: """{"application":"docs","environment":"prod","project":"borealis"}""")
        + Call("r-3", time: "2026-07-02T11:00:00Z", error: "ThrottlingException")
        + Call("r-4", time: "2026-07-03T10:00:00Z", body: BlockedBody(2), tags: """{"app":"chat","team":"care","project":"apollo"}""")
        + Call("r-5", Profile, input: 100, output: 10, time: "2026-07-03T23:59:59Z")
        + Call("r-1", input: 1000, output: 500, tags: """{"app":"chat","team":"care","env":"prod","project":"apollo"}""")
        + "{\"timestamp\":\"2026-07-03T12:00:00Z\",\"accou\n"
        + Call("r-6", Embedding, input: 1_000_000, time: "2026-07-04T00:00:00Z", role: "user/ana", account: "444455556666");

    public static byte[] Gzip(string text) => Gzip(Encoding.UTF8.GetBytes(text));

    public static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream zipped = new();
        using (GZipStream zip = new(zipped, CompressionLevel.Fastest, leaveOpen: true)) zip.Write(bytes);
        return zipped.ToArray();
    }

    /// <summary>
    /// A gzip file that unfolds into a text repeated until it is so large: one deflated block that ends on a byte, again and again.
    /// Its checksum is wrong, which only a reader that unfolds all of it can find out.
    /// </summary>
    public static byte[] Bomb(string text, long size)
    {
        const int blockSize = 16 * 1024 * 1024;
        var plain = new byte[blockSize / text.Length * text.Length];
        for (var at = 0; at < plain.Length; at += text.Length) Encoding.UTF8.GetBytes(text, plain.AsSpan(at));
        using MemoryStream deflated = new();
        using DeflateStream deflate = new(deflated, CompressionLevel.SmallestSize, leaveOpen: true);
        deflate.Write(plain);
        deflate.Flush();
        var block = deflated.ToArray();
        using MemoryStream bomb = new();
        bomb.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]);
        for (long written = 0; written < size; written += plain.Length) bomb.Write(block);
        bomb.Write([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        return bomb.ToArray();
    }
}
