using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Desk.Tests.Plans;

/// <summary>Prompts above 100 KB stand on S3 under <c>data/</c>: where they lie beside the logs, they are read as if they stood in them.</summary>
public sealed class LongBodiesTests : IDisposable
{
    const string Place = "AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/07/01/10";
    const int Calls = 40;

    static readonly string Manual = string.Concat(Enumerable.Range(0, 4_000).Select(i => $"Section {i * 7919 % 4001}: check the valve, note {i}. "));

    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_prompt_on_s3_is_mined_like_one_in_the_log()
    {
        Write(i => LogText.Gzip(Body(i)));
        var caching = Assert.Single(Plan().GetProperty("actions").EnumerateArray(), a => Is(a, "caching"));
        Assert.Equal("saving", caching.GetProperty("kind").GetString());
    }

    [Fact]
    public void Without_its_body_a_prompt_is_not_known()
    {
        Write(_ => null);
        var plan = Plan();
        Assert.DoesNotContain(plan.GetProperty("actions").EnumerateArray(), a => Is(a, "caching"));
        Assert.Contains(plan.GetProperty("notes").EnumerateArray(), n => n.GetString()!.Contains("no prompts in the logs", StringComparison.Ordinal));
    }

    [Fact]
    public void A_body_that_cannot_be_read_costs_no_record()
    {
        Write(i => LogText.Gzip(Body(i))[..200]);
        var ended = folder.Run("plan", "logs", "--json").MustSucceed();
        Assert.Equal(Calls, ended.Json.GetProperty("requests").GetInt32());
        Assert.Contains($"{Calls} long bodies could not be read", ended.Errors, StringComparison.Ordinal);
    }

    static bool Is(JsonElement action, string lever) => action.GetProperty("lever").GetString() == lever;

    JsonElement Plan() => folder.Run("plan", "logs", "--json").MustSucceed().Json;

    static string Body(int call) => new JsonObject
    {
        ["anthropic_version"] = "bedrock-2023-05-31", ["max_tokens"] = 500, ["system"] = Manual,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = $"Question {call}: what of valve {call * 31}?" }),
    }.ToJsonString();

    void Write(Func<int, byte[]?> body)
    {
        var lines = "";
        for (var i = 0; i < Calls; i++)
        {
            var record = JsonNode.Parse(LogText.Call($"r-{i}", LogText.Sonnet, input: 60_000, output: 90, time: $"2026-07-01T10:{i:00}:00Z"))!;
            record["input"]!["inputBodyS3Path"] = $"s3://bucket/logs/{Place}/data/r-{i}_input.json.gz";
            lines += record.ToJsonString() + "\n";
            if (body(i) is { } bytes) folder.Write($"logs/{Place}/data/r-{i}_input.json.gz", bytes);
        }
        folder.Write($"logs/{Place}/calls.json", lines);
    }
}
