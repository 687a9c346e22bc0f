using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Planning.Tests.Guide;
using Assay.Usage;
using Assay.Usage.Logs;

namespace Assay.Planning.Tests.Plans.Attack;

/// <summary>Who calls what: one workload of a hostile estate.</summary>
sealed record Caller(string Principal, string Model, string Account = "444455556666", string Region = "us-east-1", string Operation = "Converse")
{
    public string ServedIn { get; init; } = "";
    public string Session { get; init; } = "";
    public string Tier { get; init; } = "";
}

/// <summary>What a call says, and what it is charged for.</summary>
sealed record Said
{
    public string Tools { get; init; } = "";
    public string System { get; init; } = "";

    /// <summary>The user's and the model's turns, the user's first; one that begins with <c>{</c> is a block as it stands.</summary>
    public required IReadOnlyList<string> Turns { get; init; }

    public string Answer { get; init; } = "fine";

    /// <summary>A tool called and its argument, in place of an answer.</summary>
    public (string Tool, string Argument)? Calls { get; init; }

    public long Output { get; init; } = 200;
    public int MaxTokens { get; init; } = 1_024;

    /// <summary>Written to the cache of what is charged as prompt, for five minutes or an hour; the rest is plain input.</summary>
    public long Written { get; init; }
    public bool ForAnHour { get; init; }
    public long Read { get; init; }
    public string? Error { get; init; }

    /// <summary>Four bytes a token, of the text as it stands in the log.</summary>
    public long Prompt => (Tools.Length + System.Length + Turns.Sum(t => t.Length)) / 4;
}

/// <summary>A seeded log, written line by line as Bedrock writes it and read by the product's own reader, bodies and all.</summary>
sealed class AttackLog(int seed)
{
    public static readonly DateTime Start = new(2026, 7, 6, 0, 0, 0, DateTimeKind.Utc); // a Monday

    readonly List<(DateTime Time, string Line)> lines = [];
    readonly string[] words = Words(seed);

    // AWS writes quotes and the like as they are.
    static readonly JsonSerializerOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    int ids;

    public Random Random { get; } = new(seed);

    static string[] Words(int seed)
    {
        var random = new Random(seed * 31);
        string[] parts = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "ne", "pi", "ro", "su", "ta", "ve", "wi", "xo", "yu", "za"];
        return [.. Enumerable.Range(0, 3_000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => parts[random.Next(parts.Length)])))];
    }

    /// <summary>Prose of so many tokens, never the same twice.</summary>
    public string Prose(int tokens)
    {
        var text = new StringBuilder(tokens * 4 + 16);
        while (text.Length < tokens * 4) text.Append(words[Random.Next(words.Length)]).Append(Random.Next(12) == 0 ? ". " : " ");
        text.Length = tokens * 4;
        return text.ToString();
    }

    /// <summary>So many instants within a stretch, in order.</summary>
    public IEnumerable<DateTime> Within(DateTime from, double hours, int count) =>
        Enumerable.Range(0, count).Select(_ => from.AddSeconds(Math.Floor(Random.NextDouble() * hours * 3600))).Order();

    /// <summary>All day long, busier by day: people.</summary>
    public IEnumerable<DateTime> Office(int days, int aDay) => Enumerable.Range(0, days)
        .SelectMany(d => Within(Start.AddDays(d).AddHours(7), 11, aDay));

    public void Call(Caller who, DateTime time, Said said)
    {
        var id = $"{seed:x8}-0000-4000-8000-{new Random(HashCode.Combine(ids++, 9)).Next():x12}";
        var line = new JsonObject
        {
            ["schemaType"] = "ModelInvocationLog", ["schemaVersion"] = "1.0",
            ["timestamp"] = time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["accountId"] = who.Account, ["region"] = who.Region, ["requestId"] = id, ["operation"] = who.Operation, ["modelId"] = who.Model,
            ["identity"] = new JsonObject { ["arn"] = $"arn:aws:sts::{who.Account}:assumed-role/{who.Principal}/run" },
        };
        if (said.Error is not null) line["errorCode"] = said.Error;
        var input = new JsonObject { ["inputContentType"] = "application/json" };
        var plain = said.Prompt - said.Written - said.Read;
        if (said.Error is null) input["inputTokenCount"] = plain;
        if (said.Written > 0) input["cacheWriteInputTokenCount"] = said.Written;
        if (said.Read > 0) input["cacheReadInputTokenCount"] = said.Read;
        input["inputBodyJson"] = who.Operation.StartsWith("Converse", StringComparison.Ordinal) || who.Model.Contains("nova", StringComparison.Ordinal)
            ? Converse(said) : who.Model.Contains("anthropic", StringComparison.Ordinal) ? Claude(said)
            : who.Model.Contains("titan", StringComparison.Ordinal) ? new JsonObject { ["inputText"] = said.System + said.Turns[0] }
            : new JsonObject { ["prompt"] = said.System + said.Turns[0], ["max_gen_len"] = said.MaxTokens };
        line["input"] = input;
        if (said.Error is null)
        {
            line["output"] = new JsonObject
            {
                ["outputContentType"] = "application/json", ["outputTokenCount"] = said.Output, ["outputBodyJson"] = Answered(who, said, plain),
            };
        }
        if (who.ServedIn.Length > 0) line["inferenceRegion"] = who.ServedIn;
        var tags = new JsonObject { ["application"] = "attack", ["team"] = "red", ["environment"] = "prod" };
        if (who.Session.Length > 0) tags["session"] = who.Session;
        line["requestMetadata"] = tags;
        lines.Add((time, line.ToJsonString(AsIs)));
    }

    static JsonNode Block(string text) => text.StartsWith('{') ? JsonNode.Parse(text)! : new JsonObject { ["text"] = text };

    static JsonObject Converse(Said said)
    {
        var body = new JsonObject
        {
            ["messages"] = new JsonArray([.. said.Turns.Select((t, i) => (JsonNode)new JsonObject
            {
                ["role"] = i % 2 == 0 ? "user" : "assistant", ["content"] = new JsonArray(Block(t)),
            })]),
            ["inferenceConfig"] = new JsonObject { ["maxTokens"] = said.MaxTokens },
        };
        if (said.System.Length > 0) body["system"] = new JsonArray(new JsonObject { ["text"] = said.System });
        if (said.Written > 0 || said.Read > 0)
        {
            var point = new JsonObject { ["type"] = "default" };
            if (said.ForAnHour) point["ttl"] = "1h";
            body["system"]!.AsArray().Add((JsonNode)new JsonObject { ["cachePoint"] = point });
        }
        if (said.Tools.Length > 0)
        {
            body["toolConfig"] = new JsonObject
            {
                ["tools"] = new JsonArray(new JsonObject
                {
                    ["toolSpec"] = new JsonObject
                    {
                        ["name"] = "look_up", ["description"] = said.Tools,
                        ["inputSchema"] = new JsonObject { ["json"] = new JsonObject { ["type"] = "object" } },
                    },
                }),
            };
        }
        return body;
    }

    static JsonObject Claude(Said said)
    {
        var body = new JsonObject
        {
            ["anthropic_version"] = "bedrock-2023-05-31", ["max_tokens"] = said.MaxTokens,
            ["messages"] = new JsonArray([.. said.Turns.Select((t, i) => (JsonNode)new JsonObject
            {
                ["role"] = i % 2 == 0 ? "user" : "assistant", ["content"] = t,
            })]),
        };
        if (said.System.Length == 0) return body;
        var block = new JsonObject { ["type"] = "text", ["text"] = said.System };
        if (said.Written > 0 || said.Read > 0)
        {
            block["cache_control"] = new JsonObject { ["type"] = "ephemeral" };
            if (said.ForAnHour) block["cache_control"]!["ttl"] = "1h";
        }
        body["system"] = new JsonArray(block);
        return body;
    }

    static JsonObject Answered(Caller who, Said said, long plain)
    {
        if (who.Operation.StartsWith("Converse", StringComparison.Ordinal) || who.Model.Contains("nova", StringComparison.Ordinal))
        {
            var usage = new JsonObject
            {
                ["inputTokens"] = plain, ["outputTokens"] = said.Output, ["cacheReadInputTokens"] = said.Read, ["cacheWriteInputTokens"] = said.Written,
            };
            if (said.Written > 0)
                usage["cacheDetails"] = new JsonArray(new JsonObject { ["ttl"] = said.ForAnHour ? "1h" : "5m", ["inputTokens"] = said.Written });
            JsonNode block = said.Calls is { } call
                ? new JsonObject
                {
                    ["toolUse"] = new JsonObject
                    {
                        ["toolUseId"] = "t" + plain, ["name"] = call.Tool, ["input"] = new JsonObject { ["q"] = call.Argument },
                    },
                }
                : new JsonObject { ["text"] = said.Answer };
            var answer = new JsonObject
            {
                ["output"] = new JsonObject { ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = new JsonArray(block) } },
                ["stopReason"] = said.Calls is null ? "end_turn" : "tool_use", ["usage"] = usage,
                ["metrics"] = new JsonObject { ["latencyMs"] = 900 },
            };
            if (who.Tier.Length > 0) answer["serviceTier"] = new JsonObject { ["type"] = who.Tier };
            return answer;
        }
        if (!who.Model.Contains("anthropic", StringComparison.Ordinal))
            return new() { ["generation"] = said.Answer, ["prompt_token_count"] = plain, ["generation_token_count"] = said.Output, ["stop_reason"] = "stop" };
        var content = said.Calls is { } tool
            ? new JsonObject { ["type"] = "tool_use", ["id"] = "t" + plain, ["name"] = tool.Tool, ["input"] = new JsonObject { ["q"] = tool.Argument } }
            : new JsonObject { ["type"] = "text", ["text"] = said.Answer };
        return new()
        {
            ["role"] = "assistant", ["content"] = new JsonArray(content), ["stop_reason"] = said.Calls is null ? "end_turn" : "tool_use",
            ["usage"] = new JsonObject
            {
                ["input_tokens"] = plain, ["output_tokens"] = said.Output, ["cache_read_input_tokens"] = said.Read,
                ["cache_creation_input_tokens"] = said.Written,
                ["cache_creation"] = new JsonObject
                {
                    ["ephemeral_5m_input_tokens"] = said.ForAnHour ? 0 : said.Written, ["ephemeral_1h_input_tokens"] = said.ForAnHour ? said.Written : 0,
                },
            },
        };
    }

    /// <summary>The plan of what was said so far, its lines in an order of no meaning.</summary>
    public Plan Planned(PlanConstraints? constraints = null)
    {
        var order = new Random(seed);
        var text = string.Join('\n', lines.Select(l => l.Line).OrderBy(_ => order.Next())) + "\n";
        var records = new List<UsageRecord>();
        var reader = new InvocationLogReader(new(TheGuide.Catalog, LogReaderOptions.NoProfiles, []) { WithContent = true });
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var reading = reader.Read(bytes, "attack.json", batch => records.AddRange(batch), TestContext.Current.CancellationToken);
        Assert.Equal(lines.Count, records.Select(r => r.RequestId).Distinct().Count());
        return SampledTraffic.Planned(records, constraints);
    }
}
